"""国家义务教育质量监测相关科目水平和校际差异."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class MonitoringQuality(Indicator):
    """The monitored subjects are at level Ⅲ or above and schools differ by less than 0.15."""

    label = "国家义务教育质量监测相关科目水平和校际差异"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.9", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return (given.monitoring_level >= law.level) & (given.monitoring_difference < law.difference)
