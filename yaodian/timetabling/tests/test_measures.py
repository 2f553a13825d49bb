"""What rounds come to as figures: by hand, as of a day, with the rows behind."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from yaodian.foundation.measuring import Asked, measure_of
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, readings_on
from yaodian.organisations.models import Unit
from yaodian.timetabling.models import RoundKind
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, TODAY, Made

pytestmark = pytest.mark.django_db
WISHES, OFFERED = "timetabling.wishes_offered", "timetabling.combinations_offered"


def taken(unit: Unit, *, now: datetime = NOW) -> list[Fraction | None]:
    wanted = [one for code in (WISHES, OFFERED) if (one := measure_of(code)) is not None]
    take_values(actor=None, day=now.date(), now=now, only=wanted)
    places = [Place(code, unit.pk, "senior") for code in (WISHES, OFFERED)]
    _on, found = readings_on(places=places, day=now.date())
    return [found[place].value.exact if place in found else None for place in places]


def test_by_hand_of_a_county_with_two_schools() -> None:
    world = factories.world()
    assert taken(world.county) == [None, None], "and it is not 0"
    factories.settled(world, RoundKind.TRIAL, "PCB", "PCB", "PBO")
    factories.round_(world, offered={"PCB": None, "HOG": None})
    assert taken(world.unit) == [Fraction(200, 3), 2]
    second = Made(world.county, *factories.senior(world.county, name="临溪高级中学"))
    factories.settled(second, RoundKind.TRIAL, "HOG")
    factories.round_(second)
    assert taken(world.county) == [75, 7]
    assert taken(second.unit) == [100, 12]


def test_only_rounds_that_have_begun_in_the_year_count() -> None:
    world = factories.world()
    factories.settled(world, RoundKind.TRIAL, "PCB")
    row = factories.round_(world)
    assert taken(world.unit, now=datetime(2027, 1, 5, tzinfo=UTC)) == [None, None]
    row.state = "withdrawn"
    row.store()
    assert taken(world.unit) == [None, None]


def test_the_rows_behind_are_the_wishes() -> None:
    world = factories.world()
    factories.settled(world, RoundKind.TRIAL, "PCB", "PBO")
    factories.round_(world, offered={"PCB": None})
    measure = measure_of(WISHES)
    assert measure is not None
    assert measure.behind is not None
    rows = list(measure.behind(Asked(TODAY), [world.unit.pk], "senior"))
    assert [one.is_counted for one in rows] == [False, True]
