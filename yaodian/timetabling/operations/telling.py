"""Reminders, and names for a purpose. No message names a pupil; whoever opens a list of names stands in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.organisations.models import Account
from yaodian.organisations.queries import holders_of
from yaodian.registry.queries import guardians_to_tell
from yaodian.timetabling.models import ChoiceRound, ChoiceState, PupilChoice, RoundState
from yaodian.timetabling.operations.changing import DECIDE, RUN, lock_round, note, require_right, require_state
from yaodian.timetabling.operations.errors import UnableToListMissing, UnableToRemind
from yaodian.timetabling.operations.letters import KIND
from yaodian.timetabling.queries.deciding import WaitingPage, waiting_page
from yaodian.timetabling.queries.listing import PURPOSES, NameLine, names_in
from yaodian.timetabling.queries.rounds import missing_of


@dataclass(frozen=True)
class Reminded:
    """How many pupils are missing, and how many guardians and colleagues were told."""

    missing: int
    guardians: int
    colleagues: int


def remind_missing(*, actor: Account, round: ChoiceRound, now: datetime) -> Reminded:  # noqa: A002 - the row's name.
    """Tells guardians with an account that a choice is missing, and those who look at choices how many are.

    Once a day. Raises PermissionMissing, WrongState, UnableToRemind.
    """
    require_right(actor, round.school_id, RUN)
    day = timezone.localdate(now)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.OPEN,))
        missing = list(missing_of(row).values_list("pk", flat=True))
        if not missing:
            raise UnableToRemind(_("没有需要催办的学生。"), code="nobody")
        guardians = {one.pk: one for found in guardians_to_tell(pupils=missing).values() for one in found}
        holders = holders_of(permissions=[DECIDE], units=[row.school_id], day=day)[DECIDE]
        colleagues = {one.pk: one for there in holders.values() for one in there}
        drafts = [
            *(
                _draft(
                    row, f"guardian:{day}:{one.pk}", one, _("您的孩子还没有选科"),
                    _("“%(title)s”到 %(day)s 截止。请凭学校发的通知书办理；通知书遗失的，请找班主任换发。"),
                )
                for one in guardians.values()
            ),
            *(
                _draft(
                    row, f"colleague:{day}:{one.pk}", one, _("还有学生没有选科"),
                    _("“%(title)s”到 %(day)s 截止，还有 %(count)s 名学生没有选科。请在“选科”中查看。"), len(missing),
                )
                for one in colleagues.values()
            ),
        ]  # fmt: skip
        queue_messages(drafts=drafts, now=now)
        told = Reminded(len(missing), len(guardians), len(colleagues))
        note(actor, "round.remind", row, {"missing": told.missing, "guardians": told.guardians}, now)
    return told


def _draft(row: ChoiceRound, event: str, account: Account, subject: str, body: str, count: int = 0) -> Draft:
    return Draft(
        key=f"timetabling.round:{row.pk}:{event}",
        channel=Channel.PAGE,
        recipient=account,
        subject=subject,
        body=body % {"title": row.title, "day": row.closes_on, "count": count},
    )


def list_names(
    *,
    actor: Account,
    round: ChoiceRound,  # noqa: A002
    which: str,
    purpose: str,
    now: datetime,
    school_class: str = "",
) -> list[NameLine]:
    """The names of a grade, or of a class of it by its public id: of those who have not chosen (`missing`), or of `all`.

    Raises PermissionMissing, UnableToListMissing without a purpose.
    """
    require_right(actor, round.school_id, DECIDE)
    if purpose not in PURPOSES:
        raise UnableToListMissing(_("请选择查看姓名的用途。"), code="no-purpose", field="purpose")
    with transaction.atomic():
        lines = names_in(round, which=which, school_class=school_class)
        if lines:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(lines), now=now)
        detail = {"which": which, "purpose": purpose, "count": len(lines), "class": school_class}
        note(actor, "names.open", round, detail, now)
    return lines


def open_waiting(*, actor: Account, public_id: str, now: datetime) -> WaitingPage:
    """The choices that wait, with names and reasons, for somebody who looks at them; that he opened them is kept.

    Raises ChoiceRound.DoesNotExist, TooManyReads.
    """
    page = waiting_page(account=actor, public_id=public_id, day=timezone.localdate(now))
    with transaction.atomic():
        if page.lines:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(page.lines), now=now)
            note(actor, "waiting.open", page.round, {"count": len(page.lines)}, now)
    return page


def note_export(*, actor: Account, rounds: QuerySet[ChoiceRound], now: datetime) -> None:
    """Names and choices of these rounds leave as a file: an entry for each. Raises PermissionMissing."""
    with transaction.atomic():
        for row in rounds.order_by("pk"):
            require_right(actor, row.school_id, RUN)
            count = PupilChoice.objects.filter(
                round=row, state__in=[ChoiceState.STANDING, ChoiceState.PROPOSED]
            ).count()
            if count:
                note_listed_reads(account_id=actor.pk, kind=KIND, count=count, now=now)
                note(actor, "choices.export", row, {"count": count}, now)
