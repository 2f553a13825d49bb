"""适龄人口入学率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class AgeGroupEnrolment(Indicator):
    """Of the age group, those at school in this stage or above; pupils on leave do not count."""

    label = "适龄人口入学率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaowei-indicators", "适龄人口入学率（旧口径）", Confidence.V)

    @staticmethod
    def formula_1990_01_01(given: Given, law: Figures) -> Expression:
        return given.enrolled_here_or_higher / given.age_group
