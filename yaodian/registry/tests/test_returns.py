"""Yearly returns: stored, corrected, doubted; what is missing is never 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.audit.queries import entries
from yaodian.registry import operations
from yaodian.registry.models import COUNTS, School, YearlyReturn
from yaodian.registry.operations import StaleVersion
from yaodian.registry.queries import doubts_about
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


def stored(school: School, year: int = 2026, **figures: object) -> tuple[YearlyReturn, list[object]]:
    row, doubts = operations.store_return(
        actor=None, public_id=school.unit.public_id, year=year, stage="primary", figures=figures, now=NOW
    )
    return row, list(doubts)


def test_what_nobody_reported_is_missing_and_not_zero(school: School) -> None:
    row, _doubts = stored(school, girls=0, books=None)
    row.refresh_from_db()
    assert (row.girls, row.books, row.computers, row.pupils) == (0, None, None, None)


def test_a_correction_changes_what_it_names_and_writes_both_values_down(school: School) -> None:
    stored(school, girls=20, books=300)
    row, _doubts = stored(school, girls=21)
    assert (row.girls, row.books, row.version) == (21, 300, 2)
    entry = next(iter(entries()))
    assert entry.code == "registry.return.correct"
    assert entry.detail_data["before"] == {"girls": 20}
    assert entry.detail_data["after"] == {"girls": 21}


def test_storing_the_same_figures_again_writes_nothing(school: School) -> None:
    stored(school, girls=20, site="1500.5")
    count = sum(1 for _entry in entries())
    row, _doubts = stored(school, girls=20, site=Decimal("1500.50"))
    assert row.version == 1
    assert sum(1 for _entry in entries()) == count


def test_the_second_of_two_clerks_is_told(school: School) -> None:
    row, _doubts = stored(school, girls=20)
    stored(school, girls=21)
    with pytest.raises(StaleVersion) as refused:
        operations.store_return(
            actor=None,
            public_id=school.unit.public_id,
            year=2026,
            stage="primary",
            figures={"girls": 19},
            version=row.version,
            now=NOW,
        )
    assert refused.value.current == {"girls": 21}


@pytest.mark.parametrize(
    ("figures", "year", "stage", "words"),
    [
        ({"girls": -1}, 2026, "primary", "不小于0"),
        ({"girls": "许多"}, 2026, "primary", "不小于0"),
        ({"site": "很大"}, 2026, "primary", "不小于0"),
        ({"site": "NaN"}, 2026, "primary", "不小于0"),
        ({"pupils_by_grade": [1, -2]}, 2026, "primary", "不小于0"),
        ({"pupils_by_grade": [1] * 13}, 2026, "primary", "不小于0"),
        ({"by_title": {"first": True}}, 2026, "primary", "不小于0"),
        ({"colour": 3}, 2026, "primary", "没有"),
        ({"girls": 1}, 2026, "junior", "不办"),
        ({"girls": 1}, 2027, "primary", "还没有开始"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    school: School, figures: dict[str, object], year: int, stage: str, words: str
) -> None:
    with pytest.raises(operations.UnableToStoreReturn, match=words):
        operations.store_return(
            actor=None, public_id=school.unit.public_id, year=year, stage=stage, figures=figures, now=NOW
        )
    assert not YearlyReturn.objects.exists()


def test_jumps_and_sums_that_do_not_fit_are_doubted_and_stored(school: School) -> None:
    stored(school, 2025, pupils_by_grade=[100, 100], books=4000, full_time=10)
    _row, doubts = stored(
        school,
        2026,
        pupils_by_grade=[160, 160],
        classes_by_grade=[4, 4],
        class_size_bands={"36_40": 7},
        girls=400,
        full_time=10,
        sports=11,
        by_title={"first": 9},
        books=4100,
    )
    assert {doubt.field for doubt in doubts} == {  # type: ignore[attr-defined]
        *("pupils", "class_size_bands", "girls", "sports", "by_title"),
    }
    assert YearlyReturn.objects.count() == 2


@given(st.dictionaries(st.sampled_from(sorted(COUNTS)), st.none() | st.integers(0, 5000)))
def test_a_return_like_the_year_before_never_jumps(figures: dict[str, int | None]) -> None:
    row, last = YearlyReturn(**figures), YearlyReturn(**figures)
    assert all("上学年" not in doubt.message for doubt in doubts_about(row, last))
