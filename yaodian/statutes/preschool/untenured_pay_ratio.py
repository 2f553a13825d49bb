"""公办园非在编教师工资与在编教师之比."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class UntenuredPayRatio(Indicator):
    """Average pay of teachers without a post to that of those with one."""

    label = "公办园非在编教师工资与在编教师之比"
    entity = Entity.COUNTY
    period = Period.CALENDAR_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "教师工资待遇有保障", Confidence.V)
    requires = at_least("threshold")

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.untenured_pay / given.tenured_pay
