"""Before choices open: which combinations a school can offer with its teachers and rooms, to how many, and whether a forecast fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from yaodian.engines.scheduling.sectioning import Limits, Status, UnfitSchool, forecast, offers
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.registry.queries import cohort_sizes
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import ChoiceRound, Grade, RoundState, Term
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_settings import GroupSettings
from yaodian.timetabling.problem.groupings import Ground, default_settings, school_of_groups
from yaodian.timetabling.queries.grounds import entered_year_of, ground_of
from yaodian.timetabling.queries.reach import PLAN, find_term
from yaodian.timetabling.queries.rounds import STAGE, counts_of

# Somebody waits at the screen.
SECONDS = 45.0


@dataclass(frozen=True)
class OfferLine:
    """`alone`: pupils who could have it if nobody chose another, None without limit. `expected` of them are; `more` could come beside all the others.

    Where the time ended before anything was known of it, `is_known` or `is_more_known` is False."""

    combination: Combination
    alone: int | None
    lacking: tuple[str, ...]
    expected: int
    more: int | None
    is_known: bool
    is_more_known: bool


@dataclass(frozen=True)
class Offered:
    """What the engine says. `is_known`: it was shown whether the forecast fits, `fits`: it does, with at least `bound` groups."""

    lines: tuple[OfferLine, ...]
    expected: int
    is_known: bool
    fits: bool
    groups: int
    bound: int
    reasons: tuple[str, ...]
    relaxations: tuple[tuple[str, int], ...]
    unfit: str = ""

    @property
    def is_cut_short(self) -> bool:
        """Whether of some combination nothing is known."""
        return any(not one.is_known or (self.fits and not one.is_more_known) for one in self.lines)


@dataclass(frozen=True)
class OfferingPage:
    """The term's teachers and rooms for a grade, the rounds from which to expect, and the answer if one was asked for."""

    term: Term
    school: str
    grade: int
    pupils: int
    ground: Ground
    settings: GroupSettings
    rounds: tuple[ChoiceRound, ...]
    shares: Mapping[str, int]

    @property
    def label(self) -> str:
        return str(Grade(self.grade).label)


def offering_page(
    *, account: Visitor, public_id: str, grade: int | None, day: date, round_id: str = ""
) -> OfferingPage:
    """What an answer would be made from. `shares` are pupils of each combination, as the round has them, or the newest that has any.

    A constant number of queries. Raises Term.DoesNotExist.
    """
    term = find_term(account=account, public_id=public_id, permission=PLAN)
    here = grade if grade in Grade.values else 1
    assert here is not None
    year = entered_year_of(term, here)
    rounds = list(
        ChoiceRound.objects.filter(school=term.school_id, entered_year=year)
        .exclude(state__in=[RoundState.DRAFT, RoundState.WITHDRAWN])
        .select_related("before__before")
        .order_by("-pk")
    )
    chosen = next((one for one in rounds if one.public_id == round_id), None)
    ground = ground_of(term=term, grade=here, round=None)
    return OfferingPage(
        term,
        names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        here,
        cohort_sizes(units=[term.school_id], stage=STAGE).get((term.school_id, year), 0),
        ground,
        default_settings(ground),
        tuple(rounds),
        counts_of(chosen) if chosen is not None else {},
    )


def offered(*, page: OfferingPage, settings: GroupSettings, expected: Mapping[str, int]) -> Offered:
    """Whether `expected` pupils of each combination can be taught, and how many of each could. No query; seconds of an engine."""
    ground = page.ground
    limits = Limits(seconds=SECONDS)
    try:
        school = school_of_groups(ground, settings)
    except UnfitSchool as problem:
        return Offered((), 0, False, False, 0, 0, (), (), group_words.told(group_words.unfit(problem)))
    alone = {ground.combination_of(one.combination): one for one in offers(school, limits=limits)}
    demand = {ground.named(code): count for code, count in expected.items() if count}
    found = forecast(school, demand, limits=limits) if demand else None
    more = {ground.combination_of(one): count for one, count in found.room_for.items()} if found is not None else {}
    fits = found is not None and found.status in (Status.OPTIMAL, Status.FEASIBLE)
    return Offered(
        tuple(
            OfferLine(
                one, alone[code].alone, tuple(group_words.told(said) for said in group_words.reasons(alone[code].lacking)),
                expected.get(code, 0), more.get(code), alone[code].is_known, code in more,
            )
            for code, one in COMBINATIONS.items()
        ),
        sum(expected.values()),
        found is not None and found.status is not Status.UNKNOWN,
        fits,
        found.groups if found is not None else 0,
        found.bound if found is not None else 0,
        tuple(_told(group_words.reasons(found.reasons))) if found is not None else (),
        tuple(
            (group_words.told(said), one.price)
            for one, said in zip(found.relaxations, group_words.relaxations(found.relaxations), strict=True)
        )
        if found is not None
        else (),
    )  # fmt: skip


def _told(said: list[dict[str, object]]) -> Iterator[str]:
    return (group_words.told(one) for one in said)
