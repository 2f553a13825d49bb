"""生均教学仪器设备值."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class EquipmentValue(Indicator):
    """Book value of teaching apparatus, yuan to a pupil; returns give 万元."""

    label = "生均教学仪器设备值"
    aliases = ("教学仪器设备值",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "元"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（六）", Confidence.V2)
    requires = at_least("threshold")
    lever = "equipment_value_10k_yuan"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return 10000 * given.equipment_value_10k_yuan / given.pupils
