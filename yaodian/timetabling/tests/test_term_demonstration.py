"""The demonstration's term: laid once, the same each time, without anything amiss, and a timetable of it exists."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from yaodian.engines.scheduling.timetabling.solving import Params, solve
from yaodian.registry.operations import create_rows
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import demonstration, operations, queries
from yaodian.timetabling.models import ChoiceRound, Course, RoundState, Term, TermClass, TermRoom
from yaodian.timetabling.problem import freeze, laid_of, school_of
from yaodian.timetabling.queries.terms import figures_of
from yaodian.timetabling.tests.factories import NOW

pytestmark = pytest.mark.django_db


def school_with(classes: int, *, size: int = 44):  # type: ignore[no-untyped-def]
    """An upper secondary school of three grades."""
    school = registry.school(registry.county(), school_type="342", name="云岭高级中学")
    for grade in (1, 2, 3):
        for number in range(1, classes + 1):
            room = registry.school_class(school, grade=grade, number=number, stage="senior")
            rows = [
                (f"顾{number}{at}", "1", date(2010, 1, 1), 2010, "01", school.pk, room.pk, date(2026, 9, 1))
                for at in range(size)
            ]
            columns = (
                "name",
                "gender",
                "birth_on",
                "birth_year",
                "ethnicity",
                "school_id",
                "school_class_id",
                "entered_on",
            )
            create_rows(actor=None, table="pupils", columns=columns, rows=rows, now=NOW, source="demonstration")
    return school


def test_a_term_is_laid_once_whole_and_a_timetable_of_it_exists() -> None:
    school = school_with(2)
    for number in range(2):
        registry.teacher(school, name=f"任教{number}", subject="生物学", stage="senior")
    term = operations.load_term_demonstration(school=school.unit, now=NOW)
    assert term is not None
    assert operations.load_term_demonstration(school=school.unit, now=NOW) == term
    assert Term.objects.count() == 1
    assert [one.sentence for one in queries.amiss_of(term)] == []
    homes = list(term.classes.select_related("room"))
    assert all(one.room is not None and one.room.seats >= one.size for one in homes)
    assert len({one.room_id for one in homes}) == len(homes)
    figures = figures_of(term)
    assert (figures.classes, figures.pupils) == (6, 264)
    assert figures.lessons < 0.9 * figures.teacher_periods, "groups are still to come"
    assert term.teachers.filter(teacher__isnull=False).count() == 2
    assert term.teachers.filter(subjects=["生物"]).count() >= 2
    assert ChoiceRound.objects.filter(school=school.unit, state=RoundState.SETTLED).count() == 2
    assert not Course.objects.filter(term=term, teachers__isnull=True).exists()
    laid = laid_of(school_of(term))
    result = solve(laid.problem, seed=1, params=Params(seconds=60, workers=1, effort=2))
    assert result.is_valid


def test_the_same_registry_gives_the_same_term() -> None:
    school = school_with(1, size=20)
    first = operations.load_term_demonstration(school=school.unit, now=NOW)
    assert first is not None
    frozen = freeze(school_of(first)).replace(first.public_id.encode(), b"")
    TermClass.objects.all().delete()
    Term.objects.all().delete()
    second = operations.load_term_demonstration(school=school.unit, now=NOW)
    assert second is not None
    assert freeze(school_of(second)).replace(second.public_id.encode(), b"") == frozen


def test_a_school_without_upper_secondary_classes_has_none() -> None:
    assert operations.load_term_demonstration(school=registry.school().unit, now=NOW) is None


@pytest.mark.parametrize("classes", [2, 6, 18, 36])
def test_loads_are_near_what_schools_have(classes: int) -> None:
    """Without rows: teachers within their hours, rooms for every class, at any size."""
    sizes = {grade: [45] * classes for grade in (1, 2, 3)}
    rooms = Counter(kind for _code, kind, _seats, _place in demonstration.rooms_of_term(sizes))
    assert 3 * classes < rooms[""] <= 3 * classes * 1.5 + 6
    for subject in (*demonstration.MAIN, *demonstration.CHOSEN, demonstration.SPORTS, demonstration.MUSIC):
        hours = [
            line.hours
            for grade in sizes
            for line in demonstration.CURRICULUM[grade]
            for _home in range(classes)
            if line.subject == subject and not line.is_chosen
        ]
        count = demonstration.teachers_wanted(subject, hours)
        loads: Counter[int] = Counter()
        for one, at in zip(hours, demonstration.shared(subject, hours, count), strict=True):
            loads[at] += one
        assert max(loads.values()) <= demonstration.most_of(subject) + demonstration.SPARE - 1, (subject, loads)
    codes = [code for code, _kind, _seats, _place in demonstration.rooms_of_term(sizes)]
    assert len(set(codes)) == len(codes)
    assert TermRoom._meta.get_field("code").max_length >= max(map(len, codes))


def test_nobody_holds_two_class_hours() -> None:
    assert demonstration.matched([["a", "b"], ["a"], ["b", "c"]]) == ["b", "a", "c"]
    assert demonstration.matched([["a"], ["a"]]).count("") == 1
