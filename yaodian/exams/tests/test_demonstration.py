"""The invented examinations are laid once, and are whole."""

import pytest

from yaodian.exams.models import Duty, Exam, ExamState, Plan, Seat
from yaodian.exams.operations import load_demonstration
from yaodian.exams.tests.factories import NOW
from yaodian.organisations.tests import factories as units

pytestmark = pytest.mark.django_db


def test_both_are_laid_once() -> None:
    city = units.city(schools=8)
    schools = ["s0", "s1", "s3", "s4", "s6", "s7"]
    assert load_demonstration(office=city["bureau"], schools=schools, now=NOW) == 2
    assert load_demonstration(office=city["bureau"], schools=schools, now=NOW) == 0
    assert sorted(Exam.objects.values_list("state", flat=True)) == [ExamState.DRAFT, ExamState.PUBLISHED]
    plan = Plan.objects.get()
    assert plan.tallies["amiss"] == 0
    assert Seat.objects.count() == plan.tallies["candidates"] == 540
    # Two to each room in each of four sessions, nobody at the own site.
    assert Duty.objects.count() == 2 * 4 * plan.tallies["rooms"]
    assert not any(
        duty.invigilator.school_id == duty.room.site_id for duty in Duty.objects.select_related("invigilator", "room")
    )


def test_a_city_with_too_few_schools_has_none() -> None:
    city = units.city(schools=2)
    assert load_demonstration(office=city["bureau"], schools=["s0"], now=NOW) == 0
