"""县级统筹分配各校教职工编制和岗位数量."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PostsAllocatedByCounty(Indicator):
    """The county allocates posts and establishment among schools."""

    label = "县级统筹分配各校教职工编制和岗位数量"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.10", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_posts_allocated
