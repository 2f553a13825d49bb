"""Which of several applications for one child takes part: two people say so apart, a third where they differ.

The others are refused, in words that any application may be refused with: nobody learns that there was another one. The child
goes to the one that was chosen (`child_index`), which is verified like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, ApplicationState, Intake, StandingChoice
from yaodian.admissions.operations.checking import is_of_family
from yaodian.admissions.operations.checking_access import opened
from yaodian.admissions.operations.checking_rows import journal, lock_application, require_checked_in
from yaodian.admissions.operations.checking_telling import tell_chosen, tell_decided, tell_third_choice
from yaodian.admissions.operations.errors import UnableToChooseApplication
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.queries.checking import find_application
from yaodian.admissions.queries.doubles import RIVALS, basis_of, choice_seat, rivals
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

DECIDER = 3
MOST_WORDS = 400


@dataclass(frozen=True)
class Chosen:
    """What a word came to. `needs_third`: both are in and differ."""

    choice: StandingChoice
    is_settled: bool
    needs_third: bool


def open_doubles(*, actor: Account, public_id: str, now: datetime) -> list[Application]:
    """The applications that stand for the child of this one, to be shown side by side next; each opening is kept.

    Raises PermissionMissing, Absent, TooManyReads.
    """
    require(account=actor, permission="admissions.verify")
    row = find_application(account=actor, public_id=public_id)
    found = list(rivals(row).select_related("intake__season", "catchment")) or [row]
    return opened(actor, found, now)


def choose_application(
    *, actor: Account, application: Application, expected_basis: str, reason: str, now: datetime
) -> Chosen:
    """One person's word that this application takes part. The second that agrees settles it, or the third where two differ.

    `expected_basis` is what the person saw (`queries.doubles.basis_of`). Sent again by the same person with the same words it is
    the same word. Raises PermissionMissing, WrongState, UnableToChooseApplication.
    """
    with transaction.atomic():
        intake = hold_intake(application.intake_id)
        require(account=actor, permission="admissions.verify", unit_id=intake.season.office_id)
        row, same = lock_application(application)
        group = [one for one in (row, *same) if one.state in RIVALS]
        basis = basis_of(group)
        seats = {one.seat: one for one in StandingChoice.objects.filter(intake=intake, basis=expected_basis)}
        own = next((one for one in seats.values() if one.chooser_id == actor.pk), None)
        words = reason.replace("\x00", "").strip()
        if own is not None:
            return _sent_again(own, row, words, seats)
        require_checked_in(intake)
        _require_choosable(actor, row, group, is_fresh=basis == expected_basis)
        if not words:
            raise UnableToChooseApplication(
                _("请写明理由：各份申请的监护人是谁、儿童随谁居住、依据什么材料。家长看不到。"),
                code="no-reason",
                field="reason",
            )
        if len(words) > MOST_WORDS:
            raise UnableToChooseApplication(
                _("最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_WORDS, "count": len(words)},
                code="too-long",
                field="reason",
            )
        seat = choice_seat(seats)
        assert seat is not None  # Two who agree have settled it, and then the basis is another.
        made = StandingChoice(
            intake=intake, basis=basis, seat=seat, chosen=row, chooser=actor, reason=words, chosen_at=now
        ).store()
        journal(actor, "application.choose", row, now, seat=seat)
        is_settled = seat == DECIDER or (seat == 2 and seats[1].chosen_id == row.pk)
        if is_settled:
            _settle(row, same, intake, actor, now)
        elif seat == 2:
            tell_third_choice(row, intake, looked=[actor.pk, seats[1].chooser_id], now=now)
    return Chosen(made, is_settled, needs_third=seat == 2 and not is_settled)


def _sent_again(own: StandingChoice, row: Application, words: str, seats: dict[int, StandingChoice]) -> Chosen:
    if own.chosen_id != row.pk or own.reason != words:
        raise UnableToChooseApplication(
            _("您已经选过，一个人只能选一次。要更正的，请告诉另一位同事。"), code="twice", status=409
        )
    both = 1 in seats and 2 in seats
    differ = both and seats[1].chosen_id != seats[2].chosen_id
    is_settled = DECIDER in seats or (both and not differ)
    return Chosen(own, is_settled, needs_third=differ and not is_settled)


def _require_choosable(actor: Account, row: Application, group: Sequence[Application], *, is_fresh: bool) -> None:
    if not is_fresh:
        raise UnableToChooseApplication(
            _("您打开之后，其中一份申请已有改动，没有保存。请刷新页面，重新比较。"), code="stale", status=409
        )
    if row not in group or len(group) < 2:
        raise UnableToChooseApplication(
            _("这名儿童现在只有一份申请参加，不用再选。请刷新列表。"), code="single", status=409
        )
    if any(is_of_family(actor, one) for one in group):
        raise UnableToChooseApplication(_("其中有您自己家的申请，须由他人处理。请告诉同事。"), code="own", status=409)
    verified = next((one for one in group if one.state == ApplicationState.VERIFIED and one.pk != row.pk), None)
    if verified is not None:
        raise UnableToChooseApplication(
            _("另一份申请 %(number)s 已核验通过。要改由这一份参加，请先由有权的同事重新打开那一份的结论。")
            % {"number": verified.number},
            code="verified",
            status=409,
        )


def _settle(row: Application, same: Sequence[Application], intake: Intake, actor: Account, now: datetime) -> None:
    refused = [one for one in same if one.state in RIVALS]
    for one in refused:
        one.state, one.decided_at, one.facts, one.catchment = ApplicationState.REFUSED, now, [], None
        # What any application might be told: nothing in it says that there is another one.
        one.reason = _("核验认为，由您为这名儿童提交这份申请的依据不足。有监护和居住证明的，请带到招生咨询窗口。")
    for one in same:
        if one.child_index is not None:
            one.is_doubled, one.doubled_index, one.child_index = True, one.child_index, None
        one.version += 1
        one.store()
    # Only now is the child free to be held by another row.
    if row.is_doubled:
        row.is_doubled, row.child_index, row.doubled_index = False, row.doubled_index, None
    row.version += 1
    row.store()
    for one in refused:
        journal(actor, "application.decide", one, now, state=str(one.state), seats=[])
        tell_decided(one, intake, now=now)
    journal(actor, "application.settle", row, now, refused=len(refused))
    tell_chosen(row, intake, now=now)
