"""What whoever holds a letter sees: his own choice in one round, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import names_of_units
from yaodian.registry.queries import Member, cohort_member
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import (
    ChoiceLetter,
    ChoiceRound,
    ChoiceState,
    OfferedCombination,
    PupilChoice,
    RoundState,
)
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
from yaodian.timetabling.queries.rounds import STAGE, chain_of

# Rounds whose letters open something: before it is opened and after it was withdrawn there is nothing to see.
_SEEN_IN = (RoundState.OPEN, RoundState.CLOSED, RoundState.SETTLED)


def letter_by_digest(*, digest: str, now: datetime) -> ChoiceLetter | None:
    """The good letter with this hash, of a pupil who is still in the grade; None for everything else."""
    row = _good(now).filter(digest=digest).first()
    return row if row is not None and _member(row) is not None else None


def _good(now: datetime):  # type: ignore[no-untyped-def]
    rows = ChoiceLetter.objects.filter(revoked_at__isnull=True, expires_at__gt=now, round__state__in=_SEEN_IN)
    return rows.select_related("round__requirements", "round__before__before")


def _member(row: ChoiceLetter) -> Member | None:
    round_ = row.round
    return cohort_member(pupil=row.pupil_id, unit=round_.school_id, stage=STAGE, entered_year=round_.entered_year)


@dataclass(frozen=True)
class ShownChoice:
    """A choice in words; `reason` is why it was refused."""

    row: PupilChoice
    combination: Combination
    reason: str = ""


@dataclass(frozen=True)
class Offer:
    """An offered combination; `left` is how many places are free where they are given in order, else None."""

    combination: Combination
    left: int | None


@dataclass(frozen=True)
class ChooserPage:
    """The round and the pupil's own choices. `holds` is what stands, also from the round that is changed."""

    letter: ChoiceLetter
    round: ChoiceRound
    school: str
    member: Member
    is_window: bool
    offers: tuple[Offer, ...]
    holds: ShownChoice | None
    waits: ShownChoice | None
    history: tuple[ShownChoice, ...]

    @property
    def closed(self) -> tuple[Combination, ...]:
        """The combinations that the school does not offer in the round."""
        offered = {one.combination.code for one in self.offers}
        return tuple(one for code, one in COMBINATIONS.items() if code not in offered)


def chooser_page(*, letter: int, now: datetime, day: date) -> ChooserPage:
    """By the key of the letter that a session holds. A constant number of queries. Raises Absent where it is good no more."""
    row = _good(now).filter(pk=letter).first()
    member = _member(row) if row is not None else None
    if row is None or member is None:
        raise Absent
    round_ = row.round
    keys = chain_of(round_)
    choices = list(PupilChoice.objects.filter(round__in=keys, pupil_id=row.pupil_id).order_by("-round_id", "-pk"))
    reasons = _reasons(choices)
    shown = [ShownChoice(one, COMBINATIONS[one.combination], reasons.get(one.pk, "")) for one in choices]
    return ChooserPage(
        letter=row,
        round=round_,
        school=names_of_units(ids=[round_.school_id], day=day).get(round_.school_id, ""),
        member=member,
        is_window=round_.state == RoundState.OPEN and round_.opens_on <= day <= round_.closes_on,
        offers=_offers(round_),
        holds=next((one for one in shown if one.row.state == ChoiceState.STANDING), None),
        waits=next((one for one in shown if one.row.state == ChoiceState.PROPOSED), None),
        history=tuple(one for one in shown if one.row.state not in (ChoiceState.STANDING, ChoiceState.PROPOSED)),
    )


def _reasons(choices: Collection[PupilChoice]) -> dict[int, str]:
    refused = [one for one in choices if one.state == ChoiceState.REFUSED]
    return {one.pk: look.reason for one in refused for look in one.looks.all() if not look.agrees}


def _offers(row: ChoiceRound) -> tuple[Offer, ...]:
    offered = dict(OfferedCombination.objects.filter(round=row).values_list("combination", "most"))
    taken: dict[str, int] = {}
    if row.is_first_come:
        rows = PupilChoice.objects.filter(round=row, state__in=[ChoiceState.STANDING, ChoiceState.PROPOSED]).order_by()
        taken = dict(rows.values_list("combination").annotate(Count("pk")))

    def left(code: str) -> int | None:
        most = offered[code]
        return max(0, most - taken.get(code, 0)) if row.is_first_come and most is not None else None

    return tuple(Offer(one, left(code)) for code, one in COMBINATIONS.items() if code in offered)


def opening_for(page: ChooserPage, combination: Combination) -> Opening | None:
    """What a combination opens by the table of the round. One query."""
    return opening_of(page.round.requirements, combination)


def openings_for(page: ChooserPage) -> tuple[tuple[Combination, Opening], ...]:
    """The same of every offered combination, in the fixed order of the twelve. One query."""
    return tuple(openings(page.round.requirements, [one.combination.code for one in page.offers]))
