"""每百名学生拥有体育、艺术（美术、音乐）专任教师数."""

from yaodian.engines.rules import (
    Confidence,
    Entity,
    Expression,
    Figures,
    Given,
    Period,
    Reference,
    at_least,
    variant,
    when,
)
from yaodian.statutes.declare import Indicator


class SportsAndArtsTeachers(Indicator):
    """Full-time teachers of sports, music, fine arts and the arts, to 100 pupils."""

    label = "每百名学生拥有体育、艺术（美术、音乐）专任教师数"
    aliases = ("体育艺术专任教师数",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（三）", Confidence.V2)
    requires = at_least("threshold")
    lever = "sports_and_arts"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return variant(
            "counting",
            own=100 * given.sports_and_arts / given.pupils,
            with_shared=100
            * (given.sports_and_arts + when(given.is_small_rural, given.shared_sports_and_arts, 0))
            / given.pupils,
        )
