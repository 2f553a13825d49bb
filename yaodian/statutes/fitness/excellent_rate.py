"""学生体质健康优秀率 of a county."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class ExcellentRate(Indicator):
    """Of the pupils with a grade, how many are 优秀."""

    label = "学生体质健康优秀率"
    aliases = (
        "体质健康优秀率",
        "国家学生体质健康标准优秀率",
    )
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaotiyi-2014-5", "等级评定；比率为通行口径，所见文本未定义", Confidence.HIGH)
    lever = "fitness_excellent"

    @staticmethod
    def formula_2014_07_07(given: Given, law: Figures) -> Expression:
        """优秀 ÷ pupils with a grade."""
        return given.fitness_excellent / given.fitness_graded
