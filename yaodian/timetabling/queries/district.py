"""Across schools: which combinations each offers, and how many pupils wished one that is not offered. Counts alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.content import COMBINATIONS, SUBJECTS, Combination
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    OfferedCombination,
    PupilChoice,
    RoundKind,
    RoundState,
    Subject,
)
from yaodian.timetabling.queries.forecasting import by_subject
from yaodian.timetabling.queries.rounds import visible_rounds

# Fewer pupils than this in a combination of a school are not told: with the name of the school they would be known.
FEWEST = 5
_TOLD = (RoundState.OPEN, RoundState.CLOSED, RoundState.SETTLED)


def newest_binding(rows: QuerySet[ChoiceRound], *, day: date) -> QuerySet[ChoiceRound]:
    """Of each school and year of entry the newest binding round that has begun by a day."""
    binding = rows.filter(kind=RoundKind.BINDING, state__in=_TOLD, opens_on__lte=day)
    newer = ChoiceRound.objects.filter(
        school=OuterRef("school"),
        entered_year=OuterRef("entered_year"),
        kind=RoundKind.BINDING,
        state__in=_TOLD,
        opens_on__lte=day,
        pk__gt=OuterRef("pk"),
    )
    return binding.exclude(Exists(newer))


def wishes_of(rounds: QuerySet[ChoiceRound]) -> QuerySet[PupilChoice]:
    """What pupils wished in the trials before these rounds; `binding` is the key of the round, `is_offered` whether it has it."""
    offered = OfferedCombination.objects.filter(round=OuterRef("binding"), combination=OuterRef("combination"))
    rows = PupilChoice.objects.filter(state=ChoiceState.STANDING, round__following__in=rounds)
    return rows.annotate(binding=F("round__following")).annotate(is_offered=Exists(offered)).order_by()


@dataclass(frozen=True)
class SchoolLine:
    """`chosen` is how many chose each of the twelve, None where they are fewer than `FEWEST`; `wished` how many named a
    combination in the trial, `met` for how many of them it is offered."""

    round: ChoiceRound
    school: str
    offered: frozenset[str]
    counts: tuple[tuple[Combination, bool, int | None], ...]
    chosen: int
    wished: int
    met: int


@dataclass(frozen=True)
class DistrictPage:
    """All schools that the account reaches; `subjects` sums them up by subject."""

    lines: tuple[SchoolLine, ...]
    subjects: tuple[tuple[str, int], ...]
    combinations: tuple[tuple[Combination, int, int], ...]
    """By combination in how many rounds it is offered and how many chose it."""
    chosen: int


def district_page(*, account: Visitor, day: date) -> DistrictPage:
    """A constant number of queries."""
    rounds = newest_binding(visible_rounds(account), day=day)
    rows = list(rounds.order_by("school__code", "-entered_year"))
    keys = [one.pk for one in rows]
    names = names_of_units(ids={one.school_id for one in rows}, day=day)
    offered: dict[int, set[str]] = defaultdict(set)
    for key, code in OfferedCombination.objects.filter(round__in=keys).values_list("round", "combination"):
        offered[key].add(code)
    chosen: dict[int, dict[str, int]] = defaultdict(dict)
    standing = PupilChoice.objects.filter(round__in=keys, state=ChoiceState.STANDING).order_by()
    for key, code, count in standing.values_list("round", "combination").annotate(Count("pk")):
        chosen[key][code] = count
    wished: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for key, is_offered, count in wishes_of(rounds).values_list("binding", "is_offered").annotate(Count("pk")):
        if key in offered:
            wished[key][0] += count
            wished[key][1] += count * is_offered
    sums = _sums(chosen.values())
    return DistrictPage(
        lines=tuple(
            SchoolLine(
                one, names.get(one.school_id, ""), frozenset(offered[one.pk]), tuple(_told(offered[one.pk], chosen[one.pk])),
                sum(chosen[one.pk].values()), *wished[one.pk],
            )
            for one in rows
        ),
        subjects=tuple((str(Subject(code).label), count) for code, count in by_subject(sums).items() if code in SUBJECTS),
        combinations=tuple(
            (one, sum(code in had for had in offered.values()), sums.get(code, 0)) for code, one in COMBINATIONS.items()
        ),
        chosen=sum(sums.values()),
    )  # fmt: skip


def _told(offered: set[str], counts: Mapping[str, int]) -> Iterable[tuple[Combination, bool, int | None]]:
    for code, one in COMBINATIONS.items():
        count = counts.get(code, 0)
        yield one, code in offered, count if count == 0 or count >= FEWEST else None


def _sums(found: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for counts in found:
        for code, count in counts.items():
            sums[code] = sums.get(code, 0) + count
    return sums
