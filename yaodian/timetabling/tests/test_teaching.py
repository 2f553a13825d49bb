"""What published timetables come to, by hand: curriculum, load, rooms; as a page and as figures of plans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.foundation.measuring import Asked, measure_of
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, readings_on
from yaodian.timetabling.models import Absence, Manner, Substitution, Timetable
from yaodian.timetabling.queries.teaching import held_on, teaching_of, teaching_page
from yaodian.timetabling.tests import term_factories as factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db


def published(**values: Any) -> tuple[MadeTerm, Timetable]:
    made = factories.term()
    factories.grouped(made)
    return made, factories.published(made, **values)


def test_by_hand() -> None:
    made, row = published()
    week = teaching_of([row])[row.pk]
    # Two classes of 16 common hours each, of which 2 without a room; physics 4, chemistry 3.
    assert week.room_hours == 2 * 14 + 4 + 3
    assert week.room_periods == 5 * 40
    loads = {made.teachers[number].pk: hours for number, hours in enumerate((10, 10, 8, 4, 4, 3))}
    assert week.loads == loads
    # Four subjects of two classes, and two groups.
    assert (week.met, len(week.cells)) == (10, 10)


def test_hours_that_are_not_given_are_named_and_every_other_week_counts_half() -> None:
    made = factories.term()
    factories.grouped(made)
    course = made.courses["高一(1)班 体育"]
    course.weeks = "odd"
    course.store()
    row = factories.published(made)
    week = teaching_of([row])[row.pk]
    short = [one for one in week.cells if not one.is_met]
    assert [(one.subject, one.asked, one.given) for one in short] == [("体育", 2, Fraction(1))]
    assert week.loads[made.teachers[3].pk] == 3


def test_what_holds_on_a_day() -> None:
    _made, row = published(holds_until=date(2026, 11, 10))
    rows = Timetable.objects.all()
    assert list(held_on(rows, day=date(2026, 11, 10))) == [row]
    assert not held_on(rows, day=date(2026, 11, 11)).exists()
    assert not held_on(rows, day=date(2026, 8, 31)).exists()


@pytest.mark.parametrize(
    ("code", "numerator", "denominator"),
    [
        ("timetabling.curriculum_met", 10, 10),
        ("timetabling.teaching_load", 39, 6),
        ("timetabling.room_use", 35, 200),
    ],
)
def test_the_figures_of_plans(code: str, numerator: int, denominator: int) -> None:
    made, _row = published()
    measure = measure_of(code)
    assert measure is not None
    found = measure.compute(Asked(TODAY)).contributions
    assert [(one.unit_id, one.numerator, one.denominator) for one in found] == [
        (made.term.school_id, numerator, denominator)
    ]
    if measure.behind is not None:
        behind = list(measure.behind(Asked(TODAY), [made.term.school_id], "senior"))
        assert len(behind) == denominator


def test_the_figures_are_taken_with_all_others() -> None:
    made, _row = published()
    codes = ["timetabling.curriculum_met", "timetabling.teaching_load", "timetabling.room_use"]
    wanted = [measure for code in codes if (measure := measure_of(code))]
    take_values(actor=None, day=TODAY, now=NOW, only=wanted)
    places = [Place(code, made.term.school_id, "senior") for code in codes]
    _on, found = readings_on(places=places, day=TODAY)
    assert [found[place].value.exact for place in places] == [100, Fraction(39, 6), Fraction(35, 2)]


def test_the_page_tells_schools_with_and_without_a_timetable(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    made, row = published()
    account = made.made.account("科员", role="viewer", unit=made.made.county)
    absence = Absence(
        term=made.term, teacher=made.teachers[0], from_on=TODAY, until_on=TODAY, state="announced", made_at=NOW
    ).store()
    lesson = row.lessons.first()
    assert lesson is not None
    Substitution(absence=absence, lesson=lesson, on=TODAY, manner=Manner.SELF_STUDY).store()
    with django_assert_max_num_queries(25):
        page = teaching_page(account=account, day=TODAY)
    line = page.lines[0]
    assert (line.load, line.most, line.room_use, line.missed, line.taken) == (6.5, 10.0, 17.5, 1, 0)
    row.holds_until = date(2026, 9, 30)
    row.store()
    later = teaching_page(account=account, day=TODAY)
    assert later.lines == ()
    assert later.without == ("栖禾高级中学",)
    client.force_login(account)
    assert client.get(reverse("timetabling:teaching")).status_code == 200
