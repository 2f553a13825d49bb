"""残疾儿童少年入学率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class DisabledEnrolment(Indicator):
    """Disabled children who learn in ordinary classes, special schools, or are taught at home."""

    label = "残疾儿童少年入学率"
    aliases = ("适龄残疾儿童少年义务教育入学率", "残疾儿童入学率")
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "教育质量3.2", Confidence.V2)
    requires = at_least("threshold")
    lever = "disabled_in_ordinary"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return (
            given.disabled_in_ordinary + given.disabled_in_special + given.disabled_at_home
        ) / given.disabled_children
