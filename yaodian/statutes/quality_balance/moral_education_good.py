"""德育工作、校园文化建设达到良好以上."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class MoralEducationGood(Indicator):
    """Moral education and the culture of the schools are good or better."""

    label = "德育工作、校园文化建设达到良好以上"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.6", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_moral_education_good
