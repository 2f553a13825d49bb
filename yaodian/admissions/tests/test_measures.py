"""What admissions came to as figures: only what is published, as of a day, with the rows behind and nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from yaodian.admissions.models import Appeal, AppealState, Application, ApplicationState, Offer
from yaodian.admissions.operations.places import accept_place, decline_place
from yaodian.admissions.operations.running import ask_run, compute_run, open_run
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import drawn
from yaodian.admissions.tests.factories import Made
from yaodian.foundation.measuring import Asked, changes, measure_of
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place as At
from yaodian.measures.queries import readings_on, rows_behind
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import referents

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
PUBLIC, NEARBY, OF_CHOICE, BY_DRAW = (f"admissions.{code}" for code in ("public", "nearby", "of_choice", "by_draw"))
CHECKED, APPEALS = "admissions.checked_in_time", "admissions.appeals_in_time"
PLACES = (PUBLIC, NEARBY, OF_CHOICE, BY_DRAW)


def _taken(unit: Unit, *codes: str, now: datetime = LATER, narrowed: str = "") -> list[Fraction | None]:
    wanted = [one for code in codes if (one := measure_of(code)) is not None]
    take_values(actor=None, day=now.date(), now=now, only=wanted)
    places = [At(code, unit.pk, "compulsory", narrowed) for code in codes]
    _on, found = readings_on(places=places, day=now.date())
    return [found[place].value.exact if place in found else None for place in places]


def _world(count: int = 6) -> tuple[Made, list[Application]]:
    """Six children of 东小's catchment who would rather have the open school: 1 there, 2 at 东小, 2 sent to 西小, 1 without."""
    world = factories.made()
    rows = [
        factories.application(
            world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household", "property"]
        )
        for _each in range(count)
    ]
    drawn(world)
    return world, rows


def _opened(world: Made) -> None:
    run = compute_run(run_id=ask_run(actor=world.account("officer"), intake=world.intake, now=LATER).pk, now=LATER)
    open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    world.intake.refresh_from_db()


def test_before_anything_is_published_nothing_is_computable() -> None:
    world, _rows = _world()
    assert _taken(world.units["bureau"], *PLACES, CHECKED, APPEALS) == [None] * 6
    _on, found = readings_on(places=[At(NEARBY, world.units["bureau"].pk, "compulsory")], day=LATER.date())
    assert [one.value.problem for one in found.values()] == ["nothing-counted"], "and it is not 0"


def test_by_hand_of_the_city_of_a_county_and_of_a_school() -> None:
    world, _rows = _world()
    _opened(world)
    # 东小 (s0) is in the first county, 西小 (s1) and the open private school (s3) in the second.
    assert _taken(world.units["bureau"], *PLACES) == [80, 40, 20, 100]
    assert _taken(world.units["c0"], *PLACES) == [100, 100, 0, 100]
    assert _taken(world.units["c1"], *PLACES) == [Fraction(200, 3), 0, Fraction(100, 3), 100]
    assert _taken(world.units["s3"], NEARBY, OF_CHOICE) == [0, 100]
    assert _taken(world.units["bureau"], NEARBY, OF_CHOICE, narrowed="public") == [50, 0]
    assert _taken(world.units["s3"], PUBLIC) == [None], "a school is public or not, and has no share"


def test_who_was_sent_by_the_office_has_not_chosen() -> None:
    world, _rows = _world()
    _opened(world)
    Offer.objects.update(is_open=True)
    assert _taken(world.units["bureau"], OF_CHOICE) == [20]


def test_a_place_that_nobody_was_refused_is_not_drawn() -> None:
    world, _rows = _world(3)
    _opened(world)
    # One at the open school, where two were refused by number; two at 东小, where everybody was taken.
    assert _taken(world.units["bureau"], BY_DRAW) == [Fraction(100, 3)]


def test_a_day_that_is_over_stays_as_it_was() -> None:
    world, _rows = _world(3)
    _opened(world)
    place = world.offers["s3"].places.get()
    accept_place(actor=place.application.account, place=place, now=LATER)
    assert _taken(world.units["bureau"], PUBLIC) == [Fraction(200, 3)]
    decline_place(actor=place.application.account, place=place, now=LATER + timedelta(days=2))
    # Somebody moves up: one place fewer, and again one of two at the open school.
    assert _taken(world.units["bureau"], PUBLIC, now=LATER + timedelta(days=2)) == [50]
    assert _taken(world.units["bureau"], PUBLIC, now=LATER + timedelta(days=1)) == [Fraction(200, 3)]
    assert _taken(world.units["bureau"], PUBLIC, now=LATER - timedelta(days=1)) == [None]
    assert _taken(world.units["bureau"], PUBLIC, now=datetime(2027, 1, 5, tzinfo=UTC)) == [None], "a new year"


def test_applications_checked_in_time_are_those_decided_by_the_last_day() -> None:
    world, rows = _world(4)
    _opened(world)
    # The checks end on 5 July: one in its last minute, one in the first of the next day.
    for row, at in zip(
        rows, (datetime(2026, 7, 5, 15, 59, tzinfo=UTC), datetime(2026, 7, 5, 16, 0, tzinfo=UTC)), strict=False
    ):
        Application.objects.filter(pk=row.pk).update(decided_at=at)
    Application.objects.filter(pk=rows[3].pk).update(state=ApplicationState.WITHDRAWN, facts=[])
    assert _taken(world.units["bureau"], CHECKED) == [Fraction(200, 3)]


def test_appeals_in_time_count_once_they_are_decided_or_their_time_is_over() -> None:
    world, rows = _world(3)
    _opened(world)

    def appealed(row: Application, decided_at: datetime | None = None) -> None:
        state = AppealState.DISMISSED if decided_at else AppealState.FILED
        Appeal.objects.create(application=row, text="请复核", state=state, filed_at=LATER, decided_at=decided_at)

    appealed(rows[0], LATER + timedelta(days=60))
    appealed(rows[1], LATER + timedelta(days=61))
    appealed(rows[2])
    bureau = world.units["bureau"]
    assert _taken(bureau, APPEALS, now=LATER + timedelta(days=59)) == [None]
    assert _taken(bureau, APPEALS, now=LATER + timedelta(days=60)) == [100]
    assert _taken(bureau, APPEALS, now=LATER + timedelta(days=61)) == [Fraction(100, 3)]


def test_the_rows_behind_are_as_many_as_counted_and_shown_by_number_to_whoever_checks() -> None:
    world, rows = _world()
    _opened(world)
    bureau = world.units["bureau"]
    Appeal.objects.create(application=rows[0], text="请复核", state="dismissed", filed_at=LATER, decided_at=LATER)
    said = _taken(bureau, *PLACES, CHECKED, APPEALS)
    for code, value in zip((*PLACES, CHECKED, APPEALS), said, strict=True):
        place = At(code, bureau.pk, "compulsory")
        behind = rows_behind(places=[place], day=LATER.date(), most=99)[place]
        assert Fraction(100 * sum(one.is_counted for one in behind), len(behind)) == value, code
        assert [one.is_counted for one in behind] == sorted(one.is_counted for one in behind), code
        refs = [one.ref for one in behind]
        shown = referents(account=world.account("officer"), refs=refs, today=LATER.date())
        assert set(shown) == set(refs), code
        numbers = {str(row.number) for row in rows}
        assert {one.label for one in shown.values()} <= numbers
        assert referents(account=factories.family(), refs=refs, today=LATER.date()) == {}
    viewer = world.account("viewer", "viewer", "c0")
    assert referents(account=viewer, refs=[f"admissions.application:{rows[0].pk}"], today=LATER.date()) == {}


def test_queries_do_not_grow_with_the_children(django_assert_num_queries: Any) -> None:
    world, _rows = _world(6)
    _opened(world)
    for code, most in ((PUBLIC, 1), (NEARBY, 1), (OF_CHOICE, 1), (BY_DRAW, 2), (CHECKED, 1), (APPEALS, 1)):
        measure = measure_of(code)
        assert measure is not None
        with django_assert_num_queries(most):
            list(measure.compute(Asked(LATER.date())).contributions)


def test_what_changes_places_has_the_values_taken_again() -> None:
    assert {"admissions.run.open", "admissions.place.", "admissions.appeal."} <= changes()
