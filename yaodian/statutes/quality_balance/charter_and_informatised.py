"""学校制定章程，实现管理与教学信息化."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class CharterAndInformatised(Indicator):
    """The school has a charter; its administration and teaching use information systems."""

    label = "学校制定章程，实现管理与教学信息化"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.3", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.has_charter & given.is_informatised
