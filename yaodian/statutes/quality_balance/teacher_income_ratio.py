"""义务教育学校教师平均工资收入与当地公务员之比."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TeacherIncomeRatio(Indicator):
    """Average pay of teachers of public compulsory schools to that of local civil servants."""

    label = "义务教育学校教师平均工资收入与当地公务员之比"
    aliases = ("教师平均工资收入水平不低于当地公务员",)
    entity = Entity.COUNTY
    period = Period.CALENDAR_YEAR
    unit = ""
    reference = Reference("jiaodu-2017-6", "政府保障程度2.8", Confidence.V2)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.teacher_income / given.civil_servant_income
