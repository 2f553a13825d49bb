"""Two pairs of eyes on every application, a third where they differ; objections, reopening, and the end of verification."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    NEXT_OF_APPLICATION,
    Application,
    ApplicationGuardian,
    ApplicationState,
    Catchment,
    Check,
    Intake,
    IntakeState,
    Verdict,
)
from yaodian.admissions.operations.checking_rows import (
    journal,
    lock_application,
    require_checked_in,
)
from yaodian.admissions.operations.checking_telling import (
    tell_decided,
    tell_lapsed,
    tell_reopened,
    tell_settled,
    tell_third,
)
from yaodian.admissions.operations.errors import (
    UnableToCheckApplication,
    UnableToCloseChecking,
    UnableToReopenDecision,
    UnableToSettleObjection,
    WrongState,
)
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.queries.checking_seats import agreed, seat_for
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

DECIDER = 3
# Two of them, joined, fit into the reason of an application.
MOST_REASON = 190
MOST_WORDS = 400

STATE_OF = {
    Verdict.VERIFY: ApplicationState.VERIFIED,
    Verdict.RETURN: ApplicationState.RETURNED,
    Verdict.REFUSE: ApplicationState.REFUSED,
}


@dataclass(frozen=True)
class Checked:
    """What a check came to. `needs_third`: both are in and differ."""

    check: Check
    application: Application
    is_decided: bool
    needs_third: bool


def check_application(
    *,
    actor: Account,
    application: Application,
    revision: int,
    verdict: str,
    now: datetime,
    facts: Collection[str] = (),
    catchment: Catchment | None = None,
    reason: str = "",
) -> Checked:
    """One person's look at one revision. The second that agrees decides, or the third where two differ; the family is told.

    `facts` and `catchment` count with the verdict «verify» only. Sent again by the same person with the same words it is
    the same look. Raises PermissionMissing, WrongState, UnableToCheckApplication.
    """
    with transaction.atomic():
        intake = hold_intake(application.intake_id)
        require(account=actor, permission="admissions.verify", unit_id=intake.season.office_id)
        row, others = lock_application(application)
        said = _said(row, intake, revision, verdict, facts, catchment, reason)
        seats = {one.seat: one for one in Check.objects.filter(application=row, revision=revision)}
        own = next((one for one in seats.values() if one.checker_id == actor.pk), None)
        if own is not None:
            return _sent_again(own, said, row, seats)
        require_checked_in(intake)
        _require_takeable(actor, row, revision)
        if verdict == Verdict.VERIFY:
            _require_verifiable(row, others)
        seat = seat_for(seats)
        if seat is None:
            raise UnableToCheckApplication(
                _("两位核验人已得出一致的结论，不需要再核验。请刷新列表。"), code="both-in", status=409
            )
        said.seat, said.checker, said.checked_at = seat, actor, now
        said.store()
        seats[seat] = said
        journal(actor, "application.check", row, now, seat=seat)
        is_decided = seat == DECIDER or (seat == 2 and agreed(seats[1], seats[2]))
        if is_decided:
            _decide(row, intake, said, [seats[seat]] if seat == DECIDER else [seats[1], seats[2]], actor, now)
        elif seat == 2:
            tell_third(row, intake, looked=[one.checker_id for one in seats.values()], now=now)
    return Checked(said, row, is_decided, needs_third=seat == 2 and not is_decided)


def _sent_again(own: Check, said: Check, row: Application, seats: dict[int, Check]) -> Checked:
    if not agreed(own, said) or own.reason != said.reason:
        raise UnableToCheckApplication(
            _("您已核验过这份申请，一个人只能核验一次。要更正的，请告诉另一位核验人或请有权的同事重新打开。"),
            code="twice",
            status=409,
        )
    both = 1 in seats and 2 in seats
    differ = both and not agreed(seats[1], seats[2])
    is_decided = DECIDER in seats or (both and not differ)
    return Checked(own, row, is_decided, needs_third=differ and not is_decided)


def _said(
    row: Application,
    intake: Intake,
    revision: int,
    verdict: str,
    facts: Collection[str],
    catchment: Catchment | None,
    reason: str,
) -> Check:
    """The look as a row that is not stored yet. Raises UnableToCheckApplication for what no rule knows."""
    words = reason.replace("\x00", "").strip()
    if verdict not in Verdict.values:
        raise UnableToCheckApplication(_("请选择结论：通过、退回补正或不符合条件。"), code="verdict", field="verdict")
    is_good = verdict == Verdict.VERIFY
    if not is_good and not words:
        raise UnableToCheckApplication(
            _("请写明原因，家长会看到：缺什么、哪里不清楚、依据哪条规则。"), code="no-reason", field="reason"
        )
    if len(words) > MOST_REASON:
        raise UnableToCheckApplication(
            _("原因最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_REASON, "count": len(words)},
            code="too-long",
            field="reason",
        )
    held = sorted(set(facts)) if is_good else []
    if set(held) - set(intake.criteria.values_list("code", flat=True)):
        raise UnableToCheckApplication(
            _("所选的条件不在本次招生规则中。请刷新页面后重选。"), code="no-such-criterion", field="facts"
        )
    if is_good and catchment is not None and catchment.intake_id != intake.pk:
        raise UnableToCheckApplication(
            _("所选的学区不在本次招生中。请刷新页面后重选。"), code="no-such-catchment", field="catchment"
        )
    return Check(
        application=row, revision=revision, verdict=verdict, facts=held, catchment=catchment if is_good else None,
        reason=words,
    )  # fmt: skip


def _require_takeable(actor: Account, row: Application, revision: int) -> None:
    if row.revision != revision:
        raise UnableToCheckApplication(
            _("您打开之后，这份申请已有改动，结论没有保存。请刷新页面，按新的内容核验。"), code="stale", status=409
        )
    if row.state != ApplicationState.SUBMITTED:
        raise WrongState(
            _("这份申请现在是“%(state)s”，不在等待核验。") % {"state": row.get_state_display()}, code="wrong-state"
        )
    if is_of_family(actor, row):
        raise UnableToCheckApplication(_("这是您自己家的申请，须由他人核验。请告诉同事。"), code="own", status=409)


def is_of_family(actor: Account, row: Application) -> bool:
    """Whether somebody handed it in, or is a guardian in it."""
    return row.account_id == actor.pk or row.guardians.filter(account=actor).exists()


def _require_verifiable(row: Application, others: Sequence[Application]) -> None:
    """An objection is dealt with first, and of two applications for a child only one can be good."""
    if row.guardians.filter(objected_at__isnull=False, settled_at__isnull=True).exists():
        raise UnableToCheckApplication(
            _("一位监护人提出的异议还没有处理，不能通过。请先向双方核实，写明处理理由。"), code="objection", status=409
        )
    if any(one.state in (ApplicationState.SUBMITTED, ApplicationState.RETURNED) for one in others):
        raise UnableToCheckApplication(
            _("这名儿童另有一份申请，还没有确定以哪一份为准，不能通过。请先并排比较，由两人确定。"),
            code="unsettled",
            status=409,
        )
    other = next((one for one in others if one.state == ApplicationState.VERIFIED), None)
    if other is not None:
        raise UnableToCheckApplication(
            _("这名儿童的另一份申请 %(number)s 已核验通过，一名儿童只能有一份。请先核实由谁申请。")
            % {"number": other.number},
            code="doubled",
            status=409,
        )


def _decide(
    row: Application, intake: Intake, said: Check, looks: Sequence[Check], actor: Account, now: datetime
) -> None:
    state = STATE_OF[Verdict(said.verdict)]
    assert state in NEXT_OF_APPLICATION[row.state]
    row.state, row.decided_at = state, now
    row.facts, row.catchment = list(said.facts), said.catchment
    is_good = state == ApplicationState.VERIFIED
    row.reason = "" if is_good else "；".join(dict.fromkeys(one.reason.rstrip("。；") for one in looks))
    row.version += 1
    row.store()
    journal(actor, "application.decide", row, now, state=str(state), seats=[one.seat for one in looks])
    tell_decided(row, intake, now=now)


def settle_objection(
    *, actor: Account, guardian: ApplicationGuardian, reason: str, now: datetime
) -> ApplicationGuardian:
    """What came of a guardian's objection, in words that stay sealed with it; from now on it stops no verification.

    Settled twice, the first words stand. Raises PermissionMissing, WrongState, UnableToSettleObjection.
    """
    with transaction.atomic():
        intake = hold_intake(guardian.application.intake_id)
        require(account=actor, permission="admissions.verify", unit_id=intake.season.office_id)
        row, _others = lock_application(guardian.application)
        one = ApplicationGuardian.objects.get(pk=guardian.pk)
        if one.settled_at is not None:
            return one
        require_checked_in(intake)
        words = reason.replace("\x00", "").strip()
        if one.objected_at is None:
            raise UnableToSettleObjection(_("这位监护人没有提出异议。请刷新页面。"), code="no-objection")
        if is_of_family(actor, row):
            raise UnableToSettleObjection(_("这是您自己家的申请，须由他人处理。请告诉同事。"), code="own", status=409)
        if not words:
            raise UnableToSettleObjection(
                _("请写明处理理由：向谁核实、各方怎么说、依据什么。"), code="no-reason", field="reason"
            )
        if len(words) > MOST_WORDS:
            raise UnableToSettleObjection(
                _("最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_WORDS, "count": len(words)},
                code="too-long",
                field="reason",
            )
        one.settled_at, one.settled_by, one.settlement = now, actor, words
        one.store()
        journal(actor, "objection.settle", row, now, guardian=one.pk)
        tell_settled(one, now=now)
    return one


def reopen_decision(*, actor: Account, application: Application, reason: str, now: datetime) -> Application:
    """A decision does not stand any more: the application waits for two new looks. The old ones stay with their revision.

    It is for somebody who did not take part in it. Raises PermissionMissing, WrongState, UnableToReopenDecision.
    """
    with transaction.atomic():
        intake = hold_intake(application.intake_id)
        require(account=actor, permission="admissions.appeals", unit_id=intake.season.office_id)
        row, _others = lock_application(application)
        require_checked_in(intake)
        if row.state not in (ApplicationState.VERIFIED, ApplicationState.REFUSED):
            raise WrongState(
                _("这份申请现在是“%(state)s”，没有可以重新打开的结论。") % {"state": row.get_state_display()},
                code="wrong-state",
            )
        words = reason.replace("\x00", "").strip()
        if not words:
            raise UnableToReopenDecision(_("请写明重新核验的理由。"), code="no-reason", field="reason")
        if len(words) > MOST_WORDS:
            raise UnableToReopenDecision(
                _("最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_WORDS, "count": len(words)},
                code="too-long",
                field="reason",
            )
        took_part = Check.objects.filter(application=row, revision=row.revision, checker=actor).exists()
        if took_part or is_of_family(actor, row):
            raise UnableToReopenDecision(
                _("您参与过这份申请的核验，或者这是您自己家的申请，须由他人重新打开。请告诉同事。"),
                code="took-part",
                status=409,
            )
        was = row.state
        # A new revision of the same content: its seats are free, and the old looks stay where they were made.
        row.state, row.revision, row.reason = ApplicationState.SUBMITTED, row.revision + 1, words
        row.facts, row.catchment, row.decided_at = [], None, None
        row.version += 1
        row.store()
        journal(actor, "application.reopen", row, now, was=was)
        tell_reopened(row, intake, now=now)
    return row


def close_checking(*, actor: Account, intake: Intake, now: datetime) -> int:
    """The end of verification. What was returned and not put right in time is refused by rule; how many says the answer.

    It ends when nothing waits. Before the last day nothing may be on its way back from a family either; what families
    handed in in time is never left undecided. Ended already, it stays so. Raises PermissionMissing, WrongState,
    UnableToCloseChecking.
    """
    with transaction.atomic():
        row = Intake.objects.select_for_update(of=("self",), no_key=True).select_related("season").get(pk=intake.pk)
        require(account=actor, permission="admissions.verify", unit_id=row.season.office_id)
        if row.state == IntakeState.CHECKED:
            return 0
        if row.state != IntakeState.CHECKING:
            raise WrongState(
                _("这次招生现在是“%(state)s”，不能结束核验。报名截止、进入核验以后才能结束。")
                % {"state": row.get_state_display()},
                code="wrong-state",
            )
        rows = Application.objects.filter(intake=row).order_by("pk")
        waiting = rows.filter(state=ApplicationState.SUBMITTED).count()
        returned = list(rows.filter(state=ApplicationState.RETURNED).select_for_update(of=("self",), no_key=True))
        is_over = timezone.localdate(now) > row.check_until
        if waiting or (returned and not is_over):
            raise UnableToCloseChecking(
                _(
                    "还有 %(waiting)s 份申请没有核验完，%(returned)s 份退回后还可以补正到 %(day)s。请等补正期过去、全部核验完后再结束。"
                )
                % {"waiting": waiting, "returned": len(returned), "day": row.check_until},
                code="waiting",
            )
        for one in returned:
            one.state, one.decided_at, one.version = ApplicationState.REFUSED, now, one.version + 1
            one.reason = _("退回补正后，到 %(day)s 没有重新提交，按规则不再参加本次招生。") % {"day": row.check_until}
            one.store()
        row.state, row.version = IntakeState.CHECKED, row.version + 1
        row.store()
        record(
            actor=actor,
            code="admissions.intake.close_checking",
            subject=f"admissions_intake:{row.pk}",
            detail={"refused": len(returned)},
            at=now,
        )
        tell_lapsed(returned, row, now=now)
    return len(returned)
