"""Rounds: which there are, how far each is, and what it comes to as groups. Counts alone; names are given by operations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, names_of_units, path_to, scope_of, units_as_of
from yaodian.registry.queries import (
    CohortClass,
    class_sizes,
    cohort,
    cohort_classes,
    cohort_sizes,
    cohort_years,
    schools_teaching,
)
from yaodian.timetabling.models import (
    ChoiceLetter,
    ChoiceRound,
    ChoiceState,
    OfferedCombination,
    PupilChoice,
    RequirementTable,
    RoundKind,
    RoundState,
)
from yaodian.timetabling.queries.forecasting import Forecast, forecast

VIEW, RUN, DECIDE = "timetabling.view", "timetabling.run", "timetabling.decide"
STAGE = "senior"
MOST_ROUNDS = 200
# A choice that stands or waits: the pupil is not missing.
_GIVEN = (ChoiceState.STANDING, ChoiceState.PROPOSED)


def visible_rounds(account: Visitor, permission: str = VIEW) -> QuerySet[ChoiceRound]:
    """The rounds of schools that a permission of the account reaches."""
    return scope_of(account=account, permission=permission).rows(ChoiceRound.objects.all(), unit="school_id")


def find_round(*, account: Visitor, public_id: str, permission: str = VIEW) -> ChoiceRound:
    """Raises ChoiceRound.DoesNotExist."""
    rows = visible_rounds(account, permission).select_related("school", "requirements", "before")
    return rows.get(public_id=public_id)


def cohort_of(row: ChoiceRound) -> QuerySet[Any]:
    """The pupils who take part, as the registry has them now. No query by itself."""
    return cohort(unit=row.school_id, stage=STAGE, entered_year=row.entered_year)


def missing_of(row: ChoiceRound) -> QuerySet[Any]:
    """The pupils without a choice that stands or waits; nobody in a change period. No query by itself."""
    if row.kind == RoundKind.CHANGE:
        return cohort_of(row).none()
    given = PupilChoice.objects.filter(round=row, state__in=_GIVEN, pupil=OuterRef("pk"))
    return cohort_of(row).exclude(Exists(given))


def rounds_before(*, school: int, entered_year: int, kind: str) -> list[ChoiceRound]:
    """The rounds that one of this kind may follow: a change what is settled, a binding round a trial. One query."""
    rows = ChoiceRound.objects.filter(school=school, entered_year=entered_year)
    if kind == RoundKind.CHANGE:
        return list(rows.filter(kind__in=[RoundKind.BINDING, RoundKind.CHANGE], state=RoundState.SETTLED))
    return list(rows.filter(kind=RoundKind.TRIAL).exclude(state=RoundState.WITHDRAWN))


def tables_for(*, school: int, day: date) -> list[RequirementTable]:
    """The tables of a school's offices and its own, newest year first. Three queries."""
    unit = Unit.objects.get(pk=school)
    above = [one.pk for one in path_to(unit=unit, day=day)]
    rows = RequirementTable.objects.filter(office_id__in={school, *above}).order_by("-year", "title")
    return list(rows)


def chain_of(row: ChoiceRound) -> list[int]:
    """The rounds whose choices hold: the round itself, and what it changes, back to the binding round."""
    keys, at = [row.pk], row
    while at.kind == RoundKind.CHANGE and at.before is not None and at.before_id not in keys:
        at = at.before
        keys.append(at.pk)
    return keys


def standing_in(row: ChoiceRound) -> QuerySet[PupilChoice]:
    """The choice of each pupil of the grade that holds in a round: in a change period the one before, unless he changed it."""
    keys = chain_of(row)
    rows = PupilChoice.objects.filter(
        round__in=keys, state=ChoiceState.STANDING, pupil__in=cohort_of(row).values("pk")
    ).order_by()
    if len(keys) == 1:
        return rows
    later = PupilChoice.objects.filter(
        round__in=keys, round__gt=OuterRef("round"), state=ChoiceState.STANDING, pupil=OuterRef("pupil")
    )
    return rows.exclude(Exists(later))


def counts_of(row: ChoiceRound) -> dict[str, int]:
    """How many pupils hold each combination. One query."""
    return dict(standing_in(row).values_list("combination").annotate(Count("pk")))


# The list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoundLine:
    """`chosen` of the `pupils` of the grade; both are numbers of now."""

    round: ChoiceRound
    school: str
    pupils: int
    chosen: int


@dataclass(frozen=True)
class SchoolToPrepare:
    """A school in which the account may make a round, with the years of entry that have classes."""

    unit: Unit
    name: str
    years: tuple[int, ...]


@dataclass(frozen=True)
class RoundList:
    """The rounds that the account sees, newest first, and where it may make one."""

    lines: tuple[RoundLine, ...]
    schools: tuple[SchoolToPrepare, ...]


def round_list(*, account: Visitor, day: date) -> RoundList:
    """A constant number of queries."""
    rows = list(visible_rounds(account).select_related("school").order_by("-opens_on", "-pk")[:MOST_ROUNDS])
    schools = schools_to_prepare(account=account, day=day)
    units = {one.school_id for one in rows}
    names = names_of_units(ids=units, day=day)
    sizes = cohort_sizes(units=units, stage=STAGE)
    chosen = _chosen([one.pk for one in rows])
    lines = [
        RoundLine(one, names.get(one.school_id, ""), sizes.get((one.school_id, one.entered_year), 0), chosen.get(one.pk, 0))
        for one in rows
    ]  # fmt: skip
    return RoundList(tuple(lines), schools)


def _chosen(rounds: Collection[int]) -> dict[int, int]:
    rows = PupilChoice.objects.filter(round__in=rounds, state=ChoiceState.STANDING).order_by()
    return dict(rows.values_list("round").annotate(Count("pk")))


def schools_to_prepare(*, account: Visitor, day: date) -> tuple[SchoolToPrepare, ...]:
    """The schools with upper secondary classes in which the account may make rounds. A constant number of queries."""
    scope = scope_of(account=account, permission=RUN, as_of=day)
    if scope.is_empty:
        return ()
    keys = [unit for unit, _public_id in schools_teaching(scope, stage=STAGE)]
    years = cohort_years(units=keys, stage=STAGE)
    names = names_of_units(ids=years, day=day)
    units = {one.pk: one for one in units_as_of(day=day).filter(pk__in=years)}
    return tuple(
        SchoolToPrepare(units[key], names.get(key, ""), tuple(years[key]))
        for key in keys
        if key in years and key in units
    )


# One round ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassLine:
    """A class of the grade: how many have chosen, how many wait to be looked at, who is missing, whose letters were made."""

    school_class: CohortClass
    pupils: int
    chosen: int
    waiting: int
    letters: int

    @property
    def missing(self) -> int:
        return max(0, self.pupils - self.chosen - self.waiting)


@dataclass(frozen=True)
class RoundPage:
    """A round with what it comes to now. `before` is the title of the round it is compared with, empty for none."""

    round: ChoiceRound
    school: str
    classes: tuple[ClassLine, ...]
    offered: Mapping[str, int | None]
    forecast: Forecast
    before: str
    is_window: bool
    may_run: bool
    may_decide: bool
    tables: tuple[RequirementTable, ...]
    befores: tuple[ChoiceRound, ...]

    @property
    def is_open(self) -> bool:
        return self.round.state == RoundState.OPEN

    @property
    def pupils(self) -> int:
        return sum(line.pupils for line in self.classes)

    @property
    def chosen(self) -> int:
        return sum(line.chosen for line in self.classes)

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self.classes)

    @property
    def missing(self) -> int:
        return 0 if self.round.is_change else sum(line.missing for line in self.classes)


def round_page(*, account: Visitor, public_id: str, day: date) -> RoundPage:
    """A constant number of queries, whatever the size of the grade. Raises ChoiceRound.DoesNotExist."""
    row = find_round(account=account, public_id=public_id)
    before = row.before
    offered = dict(OfferedCombination.objects.filter(round=row).values_list("combination", "most"))
    return RoundPage(
        round=row,
        school=names_of_units(ids=[row.school_id], day=day).get(row.school_id, ""),
        classes=tuple(_class_lines(row)),
        offered=offered,
        forecast=forecast(
            counts_of(row), before=counts_of(before) if before is not None else {}, offered=offered, size=row.group_size
        ),
        before=before.title if before is not None else "",
        is_window=row.state == RoundState.OPEN and row.opens_on <= day <= row.closes_on,
        may_run=may(account=account, permission=RUN, unit_id=row.school_id),
        may_decide=may(account=account, permission=DECIDE, unit_id=row.school_id),
        tables=tuple(tables_for(school=row.school_id, day=day)),
        befores=tuple(rounds_before(school=row.school_id, entered_year=row.entered_year, kind=row.kind)),
    )


def _class_lines(row: ChoiceRound) -> list[ClassLine]:
    key = {"unit": row.school_id, "stage": STAGE, "entered_year": row.entered_year}
    sizes = class_sizes(**key)
    inside = cohort_of(row).values("pk")
    choices = PupilChoice.objects.filter(round=row, pupil__in=inside).order_by().values_list("pupil__school_class")
    counted = {
        room: (stood, waited)
        for room, stood, waited in choices.annotate(
            stood=Count("pk", filter=Q(state=ChoiceState.STANDING)),
            # Whoever has one that stands and changes it is counted once.
            waited=Count("pk", filter=Q(state=ChoiceState.PROPOSED) & ~_stands_beside(row)),
        )
    }
    letters = dict(
        ChoiceLetter.objects.filter(round=row, revoked_at__isnull=True, pupil__in=inside)
        .order_by()
        .values_list("pupil__school_class")
        .annotate(Count("pk"))
    )
    return [
        ClassLine(one, sizes.get(one.pk, 0), *counted.get(one.pk, (0, 0)), letters=letters.get(one.pk, 0))
        for one in cohort_classes(**key)
    ]


def _stands_beside(row: ChoiceRound) -> Exists:
    return Exists(PupilChoice.objects.filter(round=row, state=ChoiceState.STANDING, pupil=OuterRef("pupil")))
