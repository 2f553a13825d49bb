"""What names people goes when it is not needed any more; what was decided stays and names nobody.

By the calendar, every day: drafts that were never handed in some weeks after the last day, the office's lists once the appeals are
over, everything else when the season's time is over (`queries.keeping_days`); what was never published is abandoned then. On the
family's word, at once: a draft, or an application that was withdrawn. An appeal that is not decided, or a hold that the office has
set for an action or a review, delays it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Appeal,
    AppealState,
    Application,
    ApplicationGuardian,
    ApplicationState,
    Candidate,
    Check,
    Intake,
    IntakeState,
    Place,
    Proof,
    Reference,
    Revision,
    RunState,
    ScoreRound,
    ScoreRun,
    ScoreState,
    StandingChoice,
    Submission,
    Waiting,
    WaitingState,
)
from yaodian.admissions.operations.abandoning import abandon_due
from yaodian.admissions.operations.applying_rows import delete_draft, journal, own_rows
from yaodian.admissions.operations.errors import UnableToEraseApplication, UnableToHoldApplication
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.queries.keeping import unheld
from yaodian.admissions.queries.keeping_days import DRAFT_DAYS, candidates_until, lists_until, names_until
from yaodian.audit.operations import record
from yaodian.foundation.files.storing import erase_file
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

# Erased in one transaction; a run goes on as long as there is something.
BATCH = 200
MOST_WORDS = 200
# What stands where a reason stood that a rule asks for; the same for everybody, so it names nobody.
GONE = "已删除"


@dataclass(frozen=True)
class Erased:
    """What a run took away, as numbers."""

    drafts: int
    lines: int
    applications: int
    candidates: int = 0


def erase_due(*, now: datetime) -> Erased:
    """Erases what is past its time, batch by batch, each entry in the journal with it: killed half way it leaves whole batches,
    and the next run goes on. Run twice, it finds nothing the second time."""
    today = timezone.localdate(now)
    due = Application.objects.filter(
        state=ApplicationState.DRAFT, erased_at__isnull=True, intake__closes_on__lt=today - timedelta(days=DRAFT_DAYS)
    ).order_by()
    drafts = sum(_erase_drafts(pk, now) for pk in due.values_list("intake_id", flat=True).distinct())
    lines = applications = 0
    # Abandoned first: nothing in them can be decided while they are erased.
    abandon_due(now=now, today=today)
    over = Q(published_on__isnull=False) | Q(state=IntakeState.ABANDONED)
    for intake in Intake.objects.filter(over).select_related("season").order_by("pk"):
        if today > lists_until(intake):
            lines += _erase_lists(intake, now)
        if today > names_until(intake):
            applications += _erase_names(intake, now)
    return Erased(drafts, lines, applications, _erase_scores(now, today))


def _erase_drafts(intake_id: int, now: datetime) -> int:
    count = 0
    while True:
        with transaction.atomic():
            hold_intake(intake_id)
            rows = _locked(Application.objects.filter(intake_id=intake_id, state=ApplicationState.DRAFT))
            for row in rows:
                journal(None, "application.discard", row, now, basis="retention")
                delete_draft(row, now)
        count += len(rows)
        if len(rows) < BATCH:
            return count


def _erase_lists(intake: Intake, now: datetime) -> int:
    with transaction.atomic():
        hold_intake(intake.pk)
        if Appeal.objects.filter(application__intake=intake, state=AppealState.FILED).exists():
            return 0
        count, _kinds = Reference.objects.filter(intake=intake).delete()
        if count:
            record(
                actor=None, code="admissions.reference.erase", subject=f"admissions_intake:{intake.pk}",
                detail={"count": count}, at=now,
            )  # fmt: skip
    return count


def _erase_names(intake: Intake, now: datetime) -> int:
    count = 0
    while True:
        with transaction.atomic():
            hold_intake(intake.pk)
            rows = _locked(unheld(Application.objects.filter(intake=intake, erased_at__isnull=True)))
            _erase(rows, actor=None, basis="retention", now=now)
        count += len(rows)
        if len(rows) < BATCH:
            return count


def _erase_scores(now: datetime, today: date) -> int:
    opened = dict(ScoreRun.objects.filter(state=RunState.OPENED).order_by().values_list("round", "opened_at"))
    rounds = ScoreRound.objects.filter(state__in=[ScoreState.PUBLISHED, ScoreState.ABANDONED])
    return sum(
        _erase_candidates(one, now)
        for one in rounds.select_related("intake__season").order_by("pk")
        if today > candidates_until(one, opened.get(one.pk))
    )


def _erase_candidates(row: ScoreRound, now: datetime) -> int:
    """Names and telephones of those who were placed by score; numbers, scores and admissions stay, as in the sealed run."""
    count = 0
    while True:
        with transaction.atomic():
            named = Candidate.objects.filter(round=row, erased_at__isnull=True).order_by("pk")
            keys = list(named.values_list("pk", flat=True)[:BATCH])
            Candidate.objects.filter(pk__in=keys).update(
                name=GONE, phone="", phone_index=None, second_phone="", second_phone_index=None, erased_at=now
            )
            if keys:
                record(
                    actor=None, code="admissions.scores.erase", subject=f"admissions_scoreround:{row.pk}",
                    detail={"count": len(keys)}, at=now,
                )  # fmt: skip
        count += len(keys)
        if len(keys) < BATCH:
            return count


def _locked(rows: QuerySet[Application]) -> list[Application]:
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True)[:BATCH])


def erase_withdrawn(*, account: Account, public_id: str, now: datetime) -> None:
    """The family has what it said of a withdrawn application erased at once; the child may be applied for anew.

    Raises Absent, UnableToEraseApplication.
    """
    with transaction.atomic():
        _intake, row = own_rows(account, public_id)
        if row.state != ApplicationState.WITHDRAWN:
            raise UnableToEraseApplication(
                _("这份申请还在办理，不能删除。请先撤回，或在期满以后由系统删除。"), code="standing"
            )
        if row.held_at is not None:
            raise UnableToEraseApplication(
                _("这份申请涉及一件没有办结的事项（诉讼、复议等），依法须先保存。办结以后会删除；请联系招生咨询窗口。"),
                code="held",
            )
        _erase([row], actor=account, basis="request", now=now)


def _erase(rows: Sequence[Application], *, actor: Account | None, basis: str, now: datetime) -> None:
    """Of rows that are locked. A constant number of queries and one entry a row; files go one by one."""
    keys = [row.pk for row in rows]
    for row in rows:
        journal(actor, "application.erase", row, now, basis=basis)
    for proof in Proof.objects.filter(application__in=keys).select_related("file").order_by("pk"):
        erase_file(proof.file, now=now, with_storer=True)
    Proof.objects.filter(application__in=keys, removed_at__isnull=True).update(removed_at=now)
    ApplicationGuardian.objects.filter(application__in=keys).delete()
    Revision.objects.filter(application__in=keys).delete()
    Submission.objects.filter(application__in=keys).delete()
    Check.objects.filter(application__in=keys).exclude(reason="").update(reason=GONE)
    StandingChoice.objects.filter(chosen__in=keys).update(reason=GONE)
    Appeal.objects.filter(application__in=keys).update(text="", reason="", filed_by=None)
    Place.objects.filter(application__in=keys).update(decided_by=None)
    Waiting.objects.filter(application__in=keys, state=WaitingState.WAITING).update(state=WaitingState.ENDED)
    Application.objects.filter(pk__in=keys).exclude(reason="").update(reason=GONE)
    Application.objects.filter(pk__in=keys).update(
        account=None, content={}, pending={}, sha256="", child_index=None, doubled_index=None, is_doubled=False, hold="",
        held_by=None, held_at=None, erased_at=now,
    )  # fmt: skip


def hold_application(*, actor: Account, application: Application, reason: str, now: datetime) -> Application:
    """The application is kept beyond its time, for a matter that is not closed. Raises PermissionMissing, UnableToHoldApplication."""
    with transaction.atomic():
        row = _required(actor, application)
        words = reason.replace("\x00", "").strip()
        if row.erased_at is not None:
            raise UnableToHoldApplication(_("这份申请的个人信息已经删除。"), code="erased", status=409)
        if row.held_at is not None:
            raise UnableToHoldApplication(_("这份申请已经暂缓删除。请刷新页面。"), code="held", status=409)
        if not words:
            raise UnableToHoldApplication(
                _("请写明是哪一件诉讼、复议或案件，以及文号。"), code="no-reason", field="reason"
            )
        if len(words) > MOST_WORDS:
            raise UnableToHoldApplication(
                _("最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_WORDS, "count": len(words)},
                code="too-long",
                field="reason",
            )
        row.hold, row.held_by, row.held_at = words, actor, now
        row.version += 1
        row.store()
        journal(actor, "application.hold", row, now)
    return row


def release_application(*, actor: Account, application: Application, now: datetime) -> Application:
    """The matter is closed; past its time, the application is erased in the next run. Released already, it stays so. Raises PermissionMissing."""
    with transaction.atomic():
        row = _required(actor, application)
        if row.held_at is None:
            return row
        row.hold, row.held_by, row.held_at = "", None, None
        row.version += 1
        row.store()
        journal(actor, "application.release", row, now)
    return row


def _required(actor: Account, application: Application) -> Application:
    intake = hold_intake(application.intake_id)
    require(account=actor, permission="admissions.appeals", unit_id=intake.season.office_id)
    return Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
