"""Mock examinations: which there are, how far each is, what its subjects came to. Counts and means alone; names are given by operations.

No pupil and no class is ranked. Means by class are for the grade office, in the order of the classes' numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of
from yaodian.registry.queries import CohortClass, cohort_classes, cohort_sizes
from yaodian.timetabling import content
from yaodian.timetabling.models import (
    OPEN_TO_SCORES,
    ChoiceRound,
    MockConversion,
    MockExam,
    MockScore,
    MockState,
    MockSubject,
)
from yaodian.timetabling.queries.mock_rules import few_below, settled_round
from yaodian.timetabling.queries.rounds import (
    DECIDE,
    RUN,
    STAGE,
    VIEW,
    SchoolToPrepare,
    schools_to_prepare,
)

MOST_MOCKS = 200
# A mean, or raw scores, of fewer people would tell single ones.
FEW = 5
_SHOWN = (MockState.PUBLISHED, MockState.ERASED)


def visible_mocks(account: Visitor, permission: str = VIEW) -> QuerySet[MockExam]:
    """The mock examinations of schools that a permission of the account reaches."""
    return scope_of(account=account, permission=permission).rows(MockExam.objects.all(), unit="school_id")


def find_mock(*, account: Visitor, public_id: str, permission: str = VIEW) -> MockExam:
    """Raises MockExam.DoesNotExist."""
    rows = visible_mocks(account, permission).select_related("school", "round", "converted_by", "published_by")
    return rows.get(public_id=public_id)


def mean_of(total: Decimal | None, count: int) -> str:
    """With one decimal, a half upwards; empty for nobody."""
    if total is None or not count:
        return ""
    return str((Decimal(total) / count).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


# The list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MockLine:
    """`pupils` of the grade as it is now, and how many have an entry."""

    mock: MockExam
    school: str
    pupils: int
    entered: int


@dataclass(frozen=True)
class MockList:
    """The mock examinations that the account sees, newest first, and where it may make one."""

    lines: tuple[MockLine, ...]
    schools: tuple[SchoolToPrepare, ...]


def mock_list(*, account: Visitor, day: date) -> MockList:
    """A constant number of queries."""
    rows = list(visible_mocks(account).select_related("school").order_by("-held_on", "-pk")[:MOST_MOCKS])
    units = {one.school_id for one in rows}
    names = names_of_units(ids=units, day=day)
    sizes = cohort_sizes(units=units, stage=STAGE)
    entered = dict(
        MockScore.objects.filter(mock__in=rows).order_by().values_list("mock").annotate(Count("pupil", distinct=True))
    )
    lines = [
        MockLine(one, names.get(one.school_id, ""), sizes.get((one.school_id, one.entered_year), 0), entered.get(one.pk, 0))
        for one in rows
    ]  # fmt: skip
    return MockList(tuple(lines), schools_to_prepare(account=account, day=day))


# One mock examination ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubjectLine:
    """A subject: who sat it, who was absent, the means of the raw and of the converted scores, empty where there are none or few.
    `is_small`: fewer candidates than the smallest grade needs."""

    code: str
    candidates: int
    absent: int
    mean: str
    converted: str
    is_second: bool
    is_small: bool

    @property
    def label(self) -> str:
        return str(MockSubject(self.code).label)


@dataclass(frozen=True)
class ClassMeans:
    """A class: for each subject of the page how many sat it, the mean of the raw scores, and that of the converted ones."""

    school_class: CohortClass
    cells: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class MockPage:
    """A mock examination as the account may see it. `classes` is empty for everybody but the grade office.

    `is_shown`: results are published, or the account has to do with them before. `is_second`: the account may be the one who
    publishes. `rules` are the figures of the conversion, None before it.
    """

    mock: MockExam
    school: str
    pupils: int
    entered: int
    subjects: tuple[SubjectLine, ...]
    classes: tuple[ClassMeans, ...]
    round: ChoiceRound | None
    rules: Mapping[str, Any] | None
    all_classes: tuple[CohortClass, ...]
    may_run: bool
    may_decide: bool
    is_shown: bool
    is_second: bool

    @property
    def is_open(self) -> bool:
        return self.mock.state in OPEN_TO_SCORES

    @property
    def missing(self) -> int:
        return max(0, self.pupils - self.entered)

    @property
    def small(self) -> tuple[SubjectLine, ...]:
        return tuple(line for line in self.subjects if line.is_small)

    @property
    def few(self) -> int:
        """The number of candidates below which a subject is small; 0 before a conversion."""
        return few_below(self.rules) if self.rules else 0


def mock_page(*, account: Visitor, public_id: str, day: date) -> MockPage:
    """A constant number of queries, whatever the size of the grade. Raises MockExam.DoesNotExist."""
    row = find_mock(account=account, public_id=public_id)
    may_run = may(account=account, permission=RUN, unit_id=row.school_id)
    may_decide = may(account=account, permission=DECIDE, unit_id=row.school_id)
    is_shown = row.state in _SHOWN or may_run or may_decide
    key = {"unit": row.school_id, "stage": STAGE, "entered_year": row.entered_year}
    rooms = tuple(cohort_classes(**key))
    counted = MockScore.objects.filter(mock=row).aggregate(entered=Count("pupil", distinct=True))
    subjects = tuple(_subject_lines(row)) if is_shown else ()
    seen = account.pk if isinstance(account, Account) else None
    return MockPage(
        mock=row,
        school=names_of_units(ids=[row.school_id], day=day).get(row.school_id, ""),
        pupils=cohort_sizes(units=[row.school_id], stage=STAGE).get((row.school_id, row.entered_year), 0),
        entered=counted["entered"],
        subjects=subjects,
        classes=tuple(_class_means(row, rooms, subjects)) if may_run else (),
        round=row.round or settled_round(school=row.school_id, entered_year=row.entered_year),
        rules=row.rules or None,
        all_classes=rooms,
        may_run=may_run,
        may_decide=may_decide,
        is_shown=is_shown,
        is_second=may_decide and seen not in (row.loaded_by_id, row.converted_by_id),
    )


_SUMS: Mapping[str, Any] = {
    "sat": Count("raw"),
    "absent": Count("pk", filter=Q(raw__isnull=True)),
    "total": Sum("raw"),
    "given": Count("converted"),
    "converted_total": Sum("converted"),
}


def _subject_lines(row: MockExam) -> Iterable[SubjectLine]:
    found = {
        one["subject"]: one for one in MockScore.objects.filter(mock=row).order_by().values("subject").annotate(**_SUMS)
    }
    few = few_below(row.rules) if row.rules else 0
    kept = {one.subject: one for one in MockConversion.objects.filter(mock=row)}
    for code in MockSubject.values:
        one, table = found.get(code), kept.get(code)
        if one is None and table is None:
            continue
        sat = one["sat"] if one else table.candidates if table else 0
        absent = one["absent"] if one else table.absent if table else 0
        is_told = one is not None and sat >= FEW
        yield SubjectLine(
            code=code,
            candidates=sat,
            absent=absent,
            mean=mean_of(one["total"], sat) if one and is_told else "",
            converted=mean_of(one["converted_total"], one["given"]) if one and is_told else "",
            is_second=code in content.SECOND,
            is_small=table is not None and sat < few,
        )


def _class_means(row: MockExam, rooms: Iterable[CohortClass], subjects: Iterable[SubjectLine]) -> Iterable[ClassMeans]:
    rows = MockScore.objects.filter(mock=row).order_by().values("pupil__school_class", "subject").annotate(**_SUMS)
    found = {(one["pupil__school_class"], one["subject"]): one for one in rows}
    for room in rooms:
        cells = []
        for line in subjects:
            one = found.get((room.pk, line.code))
            sat = one["sat"] if one else 0
            is_told = one is not None and sat >= FEW
            cells.append(
                (
                    sat,
                    mean_of(one["total"], sat) if one and is_told else "",
                    mean_of(one["converted_total"], one["given"]) if one and is_told else "",
                )
            )
        yield ClassMeans(room, tuple(cells))
