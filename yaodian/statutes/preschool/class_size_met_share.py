"""幼儿园班额达标率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class ClassSizeMetShare(Indicator):
    """Classes within their size, of all classes."""

    label = "幼儿园班额达标率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "班额普遍达标", Confidence.V2)
    requires = at_least("threshold")
    lever = "kindergarten_classes_met"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.kindergarten_classes_met / given.kindergarten_classes
