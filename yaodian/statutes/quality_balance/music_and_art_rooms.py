"""每12个班级配备音乐、美术专用教室各1间以上."""

from yaodian.engines.rules import (
    HOLDS,
    Confidence,
    Entity,
    Expression,
    Figures,
    Given,
    Period,
    Reference,
    ceiling,
    variant,
    when,
)
from yaodian.statutes.declare import Indicator


class MusicAndArtRooms(Indicator):
    """One music and one art room for each 12 classes begun, of the size asked; the return gives total areas, so the total is compared."""

    label = "每12个班级配备音乐、美术专用教室各1间以上"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.3", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        """Enough rooms of each kind and enough area; some localities ask less of schools that were built earlier."""
        rooms = ceiling(given.classes / law.classes_per_room)
        are_enough = (given.music_rooms >= rooms) & (given.art_rooms >= rooms)
        music_area = when(given.built_year <= law.built_by, law.music_area_then, law.music_area)
        art_area = when(given.built_year <= law.built_by, law.art_area_then, law.art_area)
        return variant(
            "relaxation",
            none=are_enough
            & (given.music_rooms_area >= law.music_area * rooms)
            & (given.art_rooms_area >= law.art_area * rooms),
            by_building_year=are_enough
            & (given.music_rooms_area >= music_area * rooms)
            & (given.art_rooms_area >= art_area * rooms),
        )
