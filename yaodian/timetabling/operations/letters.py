"""Letters with a code for each pupil, and the use of one. A code is bound to a round and a pupil, and opens nothing else.

Twelve characters of Crockford's base 32 are 60 random bits; attempts are counted before a code is looked at
(docs/algorithms/throttling.md), and whatever does not fit gets one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.identity.codes import canonical, keyed, new_code
from yaodian.identity.operations import begin_attempt, forgive_failures
from yaodian.organisations.models import Account
from yaodian.registry.queries import Member, cohort_members
from yaodian.timetabling.models import ChoiceLetter, ChoiceRound, RoundState
from yaodian.timetabling.operations.changing import RUN, lock_round, note, require_right, require_state
from yaodian.timetabling.operations.errors import UnableToIssueLetters, UnableToOpenLetter
from yaodian.timetabling.operations.rounds import letters_end
from yaodian.timetabling.queries.choosing import letter_by_digest
from yaodian.timetabling.queries.rounds import STAGE

CODE_GROUPS = 3
KIND = "timetabling_pupil"
# Rounds in which letters are handed out, and those in which one is good.
_ISSUED_IN = (RoundState.DRAFT, RoundState.OPEN)


@dataclass(frozen=True)
class Letter:
    """What is printed for one pupil: the code stands nowhere else."""

    member: Member
    code: str
    expires_at: datetime


def digest_of(code: str) -> str:
    """The keyed hash of a code as typed."""
    return keyed("timetabling.letter", canonical(code))


def issue_letters(
    *,
    actor: Account | None,
    round: ChoiceRound,  # noqa: A002 - the row's name.
    now: datetime,
    school_class: str = "",
    pupils: Sequence[int] | None = None,
    renew: bool = False,
) -> list[Letter]:
    """Letters for the pupils of a class who have none that is good, or for all of them with `renew`; the former ones end.

    `school_class` is a public id, `pupils` keys; empty and None for the whole grade. Raises PermissionMissing, WrongState,
    UnableToIssueLetters, TooManyReads.
    """
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, _ISSUED_IN)
        members = cohort_members(
            unit=row.school_id, stage=STAGE, entered_year=row.entered_year, pupils=pupils, school_class=school_class
        )
        good = ChoiceLetter.objects.filter(
            round=row, revoked_at__isnull=True, pupil__in=[one.pk for one in members]
        ).order_by()
        if not renew:
            had = set(good.values_list("pupil_id", flat=True))
            members = [one for one in members if one.pk not in had]
        if not members:
            raise UnableToIssueLetters(
                _("没有要印发通知书的学生：都已印发，或不在本年级在读。遗失的请选择重新印发。"), code="nobody"
            )
        replaced = good.update(revoked_at=now) if renew else 0
        expires_at = letters_end(row)
        letters = [Letter(one, new_code(groups=CODE_GROUPS), expires_at) for one in members]
        ChoiceLetter.objects.bulk_create(
            [
                ChoiceLetter(
                    round=row, pupil_id=one.member.pk, digest=digest_of(one.code), issued_at=now, issued_by=actor,
                    expires_at=expires_at,
                )
                for one in letters
            ],
            batch_size=500,
        )  # fmt: skip
        if actor is not None:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(letters), now=now)
        note(actor, "letters.issue", row, {"count": len(letters), "replaced": replaced, "class": school_class}, now)
    return letters


def open_letter(*, code: str, address: str, now: datetime) -> ChoiceLetter:
    """The letter of a code, for whoever holds it. Raises TooManyFailures; UnableToOpenLetter with one sentence for every reason."""
    typed = canonical(code)
    begin_attempt(username=typed or "-", address=address, device="", now=now, purpose="choice-letter")
    row = letter_by_digest(digest=digest_of(code), now=now) if typed else None
    if row is None:
        raise UnableToOpenLetter(
            _(
                "这个码不能用：可能输错、已过期、已换发，或这一轮已撤销。请对照通知书再输一遍；仍不行的，请找班主任换发。"
            ),
            code="no-letter",
            field="code",
        )
    forgive_failures(username=typed, address=address, device="", purpose="choice-letter")
    if row.used_at is None:
        with transaction.atomic():
            if ChoiceLetter.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=now):
                note(None, "letter.use", row.round, {"letter": row.pk}, now)
    return row
