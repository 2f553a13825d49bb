"""随迁子女在公办和政府购买服务民办学校就读比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class MigrantsInPublicSchools(Indicator):
    """Children of migrants in public schools or in places the government buys. Who is eligible is set locally."""

    label = "随迁子女在公办和政府购买服务民办学校就读比例"
    aliases = ("随迁子女公办学校就读比例", "随迁子女公办（含购买学位）就读率")
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.15", Confidence.V2)
    requires = at_least("threshold")
    lever = "migrants_in_public"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return (given.migrants_in_public + given.migrants_in_bought) / given.eligible_migrants
