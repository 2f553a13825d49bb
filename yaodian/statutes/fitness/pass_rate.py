"""学生体质健康合格率 of a county."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PassRate(Indicator):
    """Of the pupils with a grade, how many are not 不及格."""

    label = "学生体质健康合格率"
    aliases = (
        "体质健康合格率",
        "国家学生体质健康标准合格率",
        "学生体质健康及格率",
    )
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaotiyi-2014-5", "等级评定；比率为通行口径，所见文本未定义", Confidence.HIGH)
    lever = "fitness_passed"

    @staticmethod
    def formula_2014_07_07(given: Given, law: Figures) -> Expression:
        """(优秀 + 良好 + 及格) ÷ pupils with a grade."""
        return given.fitness_passed / given.fitness_graded
