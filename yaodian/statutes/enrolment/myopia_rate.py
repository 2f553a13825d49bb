"""近视率."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, variant
from yaodian.statutes.declare import Indicator


class MyopiaRate(Indicator):
    """Screened myopia, of those screened; texts differ in whether −0.50 D itself counts."""

    label = "近视率"
    aliases = ("儿童青少年总体近视率",)
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("myopia-screening", "筛查性近视", Confidence.V)

    @staticmethod
    def formula_2020_01_01(given: Given, law: Figures) -> Expression:
        return variant(
            "operator", at_or_below=given.myopic_at_or_below / given.screened, below=given.myopic_below / given.screened
        )
