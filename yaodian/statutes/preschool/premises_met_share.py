"""场地和园舍达标的幼儿园比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class PremisesMetShare(Indicator):
    """Kindergartens whose premises meet the standard, by when they were designed; the reading of the two groups is an inference."""

    label = "场地和园舍达标的幼儿园比例"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "办园条件合格", Confidence.V)
    requires = at_least("threshold")
    keyed_by = "design_group"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.kindergartens_premises_met / given.kindergartens
