"""Choices that wait to be looked at, with whose they are: for those who look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.registry.queries import cohort_members
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import ChoiceRound, ChoiceState, PupilChoice
from yaodian.timetabling.queries.rounds import DECIDE, STAGE, chain_of, find_round, visible_rounds

MOST = 100


@dataclass(frozen=True)
class WaitingLine:
    """`before` is what stands meanwhile. `is_mine`: the one who asks entered it or has looked at it already."""

    choice: PupilChoice
    name: str
    class_name: str
    combination: Combination
    before: Combination | None
    agreed: tuple[str, ...]
    is_mine: bool


@dataclass(frozen=True)
class WaitingPage:
    """At most `MOST` lines, the oldest first; `all` is how many wait."""

    round: ChoiceRound
    school: str
    lines: tuple[WaitingLine, ...]
    all: int


def find_choice(*, account: Visitor, public_id: str) -> PupilChoice:
    """A choice in a school where the account may look at choices. Raises PupilChoice.DoesNotExist."""
    rows = PupilChoice.objects.select_related("round__school")
    return rows.get(public_id=public_id, round__in=visible_rounds(account, DECIDE).order_by().values("pk"))


def waiting_page(*, account: Visitor, public_id: str, day: date) -> WaitingPage:
    """A constant number of queries. Raises ChoiceRound.DoesNotExist, also where the account may not look."""
    row = find_round(account=account, public_id=public_id, permission=DECIDE)
    waiting = PupilChoice.objects.filter(round=row, state=ChoiceState.PROPOSED)
    found = list(waiting.select_related("entered_by").prefetch_related("looks__account").order_by("pk")[:MOST])
    pupils = [one.pupil_id for one in found]
    members = {
        one.pk: one
        for one in cohort_members(unit=row.school_id, stage=STAGE, entered_year=row.entered_year, pupils=pupils)
    }
    standing = PupilChoice.objects.filter(
        round__in=chain_of(row), state=ChoiceState.STANDING, pupil__in=pupils
    ).order_by("round_id")
    before = dict(standing.values_list("pupil_id", "combination"))
    return WaitingPage(
        round=row,
        school=names_of_units(ids=[row.school_id], day=day).get(row.school_id, ""),
        lines=tuple(
            WaitingLine(
                one,
                members[one.pupil_id].name if one.pupil_id in members else "",
                members[one.pupil_id].class_name if one.pupil_id in members else "",
                COMBINATIONS[one.combination],
                COMBINATIONS.get(before.get(one.pupil_id, "")),
                tuple(_names(one)),
                isinstance(account, Account)
                and account.pk in {one.entered_by_id, *(look.account_id for look in one.looks.all())},
            )
            for one in found
        ),
        all=waiting.count(),
    )


def _names(choice: PupilChoice) -> Iterable[str]:
    if choice.entered_by is not None:
        yield choice.entered_by.name
    for look in choice.looks.all():
        yield look.account.name
