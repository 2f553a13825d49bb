"""一贯制学校共用资源的学段份额."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, choose
from yaodian.statutes.declare import Indicator


class StageShare(Indicator):
    """What a stage of a through-school has of the assets that all its stages share, by weighted pupils."""

    label = "一贯制学校共用资源的学段份额"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "同资源单位"
    direction = Direction.NONE
    reference = Reference("basic-balance-split", "拆分权重 1∶1.1、1∶1.2、1∶1.1∶1.32", Confidence.V)

    @staticmethod
    def formula_2012_01_20(given: Given, law: Figures) -> Expression:
        return choose(
            given.school_kind,
            nine_year=choose(
                given.stage,
                primary=given.shared_asset
                * given.primary_pupils
                / (given.primary_pupils + law.junior_weight * given.junior_pupils),
                junior=given.shared_asset
                * law.junior_weight
                * given.junior_pupils
                / (given.primary_pupils + law.junior_weight * given.junior_pupils),
            ),
            complete_secondary=choose(
                given.stage,
                junior=given.shared_asset
                * given.junior_pupils
                / (given.junior_pupils + law.senior_to_junior * given.senior_pupils),
            ),
            twelve_year=choose(
                given.stage,
                primary=given.shared_asset
                * given.primary_pupils
                / (
                    given.primary_pupils
                    + law.junior_weight * given.junior_pupils
                    + law.senior_weight * given.senior_pupils
                ),
                junior=given.shared_asset
                * law.junior_weight
                * given.junior_pupils
                / (
                    given.primary_pupils
                    + law.junior_weight * given.junior_pupils
                    + law.senior_weight * given.senior_pupils
                ),
            ),
        )
