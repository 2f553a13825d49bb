"""A unit writes its lines, with photographs and files, and hands the report in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.files.storing import erase_file, store_file
from yaodian.foundation.files.taking import TakenFile
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import (
    Commitment,
    Forecast,
    MonthlyReport,
    ReportAction,
    ReportLine,
    ReportState,
    Statement,
    StatementFile,
)
from yaodian.plans.operations.errors import StaleVersion, UnableToSubmitReport, UnableToWriteStatement, WrongState
from yaodian.plans.operations.reports.changing import journal, lock_report, move, note, require_version, start_clock
from yaodian.plans.queries.commitments import stop_key
from yaodian.plans.queries.reports import (
    ReportRow,
    duties_asked,
    nothing_asked_words,
    rows_of,
    statement_keys,
    unproved_words,
)

ANSWER = "plans.answer"
MOST_WORDS, MOST_FILES = 200, 10
# So many working days the office has to decide.
DECIDE_WITHIN = 5


@dataclass(frozen=True, slots=True)
class StatementValues:
    """One sentence and a forecast; the reason is asked where the commitment will not be kept.

    ``reached`` are the keys of the milestones that were reached, such as ``2026-06-30|半年``; None leaves them as they are.
    """

    sentence: str
    forecast: str
    forecast_reason: str = ""
    reached: Collection[str] | None = None


@transaction.atomic
def write_statement(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    commitment_id: int,
    values: StatementValues,
    expected_version: int | None = None,
    files: Sequence[TakenFile] = (),
) -> Statement:
    """Writes a line of an open report, and adds files; every other report that asks for the same shows it at once.

    ``expected_version`` is the statement's, 0 where there was none. A file that is there already is not stored again, so
    a form sent twice counts once. Whoever says that something is done or reached shows it by a file. Raises
    ``MonthlyReport.DoesNotExist``, ``Commitment.DoesNotExist``, ``PermissionMissing``, ``WrongState``, ``StaleVersion``,
    ``UnableToWriteStatement`` (``no-sentence``, ``too-long``, ``no-forecast``, ``no-reason``, ``no-stop``, ``too-many``,
    ``no-proof``).
    """
    report = _open_report(actor, public_id)
    commitment, key = _asked(report, commitment_id)
    said = _checked(values)
    row = _said_row(report, key) or Statement(unit_id=report.unit_id, month=report.month, commitment_id=key, version=0)
    reached = _reached(row, commitment, values.reached)
    is_same = (row.sentence, row.forecast, row.forecast_reason, row.reached) == (
        said.sentence,
        said.forecast,
        said.forecast_reason,
        reached,
    )
    if expected_version is not None and expected_version != row.version and not is_same:
        raise StaleVersion(
            _("%(name)s已先更改了这一项，您的更改还没有保存。请对照现在的内容，再决定是否保存。")
            % {"name": row.written_by.name},
            kind="statement",
            item_id=commitment_id,
            current={"sentence": row.sentence, "forecast": row.forecast, "forecast_reason": row.forecast_reason},
            current_version=row.version,
            changed_by_name=row.written_by.name,
            changed_at=row.written_at,
        )
    before = row.sentence
    if not is_same or not row.pk:
        row.sentence, row.forecast, row.forecast_reason = said.sentence, said.forecast, said.forecast_reason
        row.reached = reached
        row.version += 1
        row.written_by, row.written_at = actor, now
        row.save()
    added = _add_files(row, files, actor, now)
    if (row.forecast == Forecast.DONE or row.reached) and not row.files.exists():
        raise UnableToWriteStatement(
            _("说“已完成”或节点已达到，要附上照片或文件作证明。请选好材料后再保存。"), code="no-proof", field="files"
        )
    if not is_same or added:
        journal(
            report,
            actor=actor,
            now=now,
            verb="write",
            commitment=commitment.pk,
            before=before,
            after=row.sentence,
            forecast=row.forecast,
            reached=row.reached,
            files=added,
        )
    return row


@transaction.atomic
def add_statement_files(
    *, actor: Account, now: datetime, public_id: str, commitment_id: int, files: Sequence[TakenFile]
) -> Statement:
    """Adds files to a line of an open report, also where nothing has been written yet; one that is there already is not
    stored again. Raises as :func:`write_statement`."""
    report = _open_report(actor, public_id)
    commitment, key = _asked(report, commitment_id)
    row = _said_row(report, key)
    if row is None:
        row = Statement.objects.create(
            unit_id=report.unit_id,
            month=report.month,
            commitment_id=key,
            version=0,
            written_by=actor,
            written_at=now,
        )
    added = _add_files(row, files, actor, now)
    if added:
        journal(report, actor=actor, now=now, verb="add_files", commitment=commitment.pk, files=added)
    return row


@transaction.atomic
def remove_statement_file(
    *, actor: Account, now: datetime, public_id: str, commitment_id: int, file_id: str
) -> Statement:
    """Takes a file off a line of an open report and erases its bytes. What has gone out with a report that was handed in,
    this one or that on another plan, stays.

    Raises ``MonthlyReport.DoesNotExist``, ``Commitment.DoesNotExist``, ``StatementFile.DoesNotExist``,
    ``PermissionMissing``, ``WrongState``, ``UnableToWriteStatement`` (``handed-in``).
    """
    report = _open_report(actor, public_id)
    commitment, key = _asked(report, commitment_id)
    row = _said_row(report, key)
    one = StatementFile.objects.select_related("file").get(statement=row, file__public_id=file_id)
    shown = ReportLine.objects.filter(statement=row, frozen_at__gte=one.added_at)
    other = (
        shown.exclude(report=report).exclude(report__state=ReportState.RETURNED).select_related("report__plan").first()
    )
    if row is None or other is not None:
        raise UnableToWriteStatement(
            _("“%(name)s”已随《%(plan)s》的月报报送，是那份月报的证明，不能移除。要改正，请另附一份。")
            % {"name": one.file.name, "plan": other.report.plan.title if other else ""},
            code="handed-in",
            field="files",
        )
    one.delete()
    erase_file(one.file, now=now)
    journal(
        report,
        actor=actor,
        now=now,
        verb="remove_file",
        commitment=commitment.pk,
        file=one.file.public_id,
        sha256=one.file.sha256,
    )
    return row


def _open_report(actor: Account, public_id: str) -> MonthlyReport:
    """The report, held, for somebody of its unit. Raises ``WrongState`` once it is handed in."""
    require(account=actor, permission=ANSWER)
    report = lock_report(public_id)
    require(account=actor, permission=ANSWER, unit_id=report.unit_id)
    if not report.is_open:
        raise WrongState(
            _("这份月报是“%(state)s”，不能再填写。退回之后才能修改。") % {"state": report.get_state_display()},
            state=report.state,
        )
    return report


def _asked(report: MonthlyReport, commitment_id: int) -> tuple[Commitment, int]:
    """The commitment of a line, and the one under which its statement is kept; that one is held, so that whoever writes
    the same from the report on another plan waits. Its key stays free: whoever hands that report in points lines to it."""
    own = duties_asked(unit_id=report.unit_id, month=report.month).filter(commitment__plan=report.plan)
    commitment = Commitment.objects.filter(pk__in=own.values("commitment_id")).get(pk=commitment_id)
    keys = statement_keys(unit_id=report.unit_id, month=report.month, commitments=[commitment])
    Commitment.objects.select_for_update(no_key=True).get(pk=keys[commitment.pk])
    return commitment, keys[commitment.pk]


def _said_row(report: MonthlyReport, key: int) -> Statement | None:
    rows = Statement.objects.select_for_update(of=("self",)).select_related("written_by")
    return rows.filter(unit=report.unit_id, month=report.month, commitment=key).first()


def _reached(row: Statement, commitment: Commitment, asked: Collection[str] | None) -> list[list[str]]:
    """The stops that the statement names: those of this commitment as asked, those of others in the chain as they were."""
    if asked is None:
        return list(row.reached)
    own = {"|".join(stop_key(stop)): list(stop_key(stop)) for stop in commitment.milestones.all()}
    unknown = [one for one in asked if one not in own]
    if unknown:
        raise UnableToWriteStatement(
            _("任务没有“%(stop)s”这个节点，可能刚被调整。请刷新页面后再选。") % {"stop": unknown[0].replace("|", " ")},
            code="no-stop",
            field="reached",
        )
    others = [one for one in row.reached if "|".join(one) not in own]
    return sorted([*others, *(own[key] for key in set(asked))])


def _checked(values: StatementValues) -> StatementValues:
    sentence = " ".join(values.sentence.replace("\x00", "").split())
    reason = " ".join(values.forecast_reason.replace("\x00", "").split())
    if not sentence:
        raise UnableToWriteStatement(
            _("没有填写进展。请用一句话写明这个月做了什么、做到什么程度。"), code="no-sentence", field="sentence"
        )
    for name, words in (("sentence", sentence), ("forecast_reason", reason)):
        if len(words) > MOST_WORDS:
            raise UnableToWriteStatement(
                _("写了 %(count)s 个字，最多 %(most)s 个。请只写最要紧的一句，细节放在附件里。")
                % {"count": len(words), "most": MOST_WORDS},
                code="too-long",
                field=name,
            )
    if values.forecast not in Forecast.values:
        choices = "、".join(f"“{label}”" for label in Forecast.labels)
        raise UnableToWriteStatement(
            _("没有选择能否按期完成。请选%(choices)s中的一个。") % {"choices": choices},
            code="no-forecast",
            field="forecast",
        )
    if values.forecast == Forecast.NO and not reason:
        raise UnableToWriteStatement(
            _("选了“不能按期完成”，请写明原因和需要的支持。"), code="no-reason", field="forecast_reason"
        )
    return StatementValues(sentence, values.forecast, reason if values.forecast == Forecast.NO else "")


def _add_files(row: Statement, files: Sequence[TakenFile], actor: Account, now: datetime) -> list[str]:
    there = set(row.files.values_list("file__received_sha256", flat=True))
    new = list({one.received_sha256: one for one in files if one.received_sha256 not in there}.values())
    if len(there) + len(new) > MOST_FILES:
        raise UnableToWriteStatement(
            _("一项最多 %(most)s 份材料，已有 %(there)s 份，这次又选了 %(new)s 份。请只留最能说明问题的。")
            % {"most": MOST_FILES, "there": len(there), "new": len(new)},
            code="too-many",
            field="files",
        )
    stored = []
    for one in new:
        file = store_file(one, by=actor, now=now)
        StatementFile.objects.create(statement=row, file=file, added_by=actor, added_at=now)
        stored.append(file.public_id)
    return stored


@transaction.atomic
def submit_report(
    *, actor: Account, now: datetime, public_id: str, expected_version: int | None = None
) -> MonthlyReport:
    """Hands a report in: its lines are frozen as they stand, with what was computed. Handing in twice changes nothing.

    Raises ``MonthlyReport.DoesNotExist``, ``PermissionMissing``, ``WrongState``, ``StaleVersion``,
    ``UnableToSubmitReport`` (``lines-missing``, ``no-proof``, ``nothing-asked``).
    """
    require(account=actor, permission=ANSWER)
    report = lock_report(public_id)
    require(account=actor, permission=ANSWER, unit_id=report.unit_id)
    if report.state == ReportState.SUBMITTED and report.submitted_by_id == actor.pk:
        return report
    today = timezone.localdate(now)
    is_open = report.is_open
    if is_open:
        require_version(report, expected_version)
        # Held until they are frozen: the report on another plan shows the same statements, and files may be taken off there.
        said = Statement.objects.filter(unit=report.unit_id, month=report.month).order_by("pk")
        list(said.select_for_update().values_list("pk"))
    rows = rows_of(report=report, account=actor, today=today) if is_open else ()
    move(report, ReportState.SUBMITTED)
    if not rows:
        raise UnableToSubmitReport(nothing_asked_words(), code="nothing-asked")
    missing = [row.commitment.text for row in rows if row.is_needed and not row.is_said]
    if missing:
        raise UnableToSubmitReport(
            _("还有 %(count)s 项没有填写进展和预计：%(lines)s%(more)s。请逐项补齐后报送。")
            % {
                "count": len(missing),
                "lines": "；".join(one[:24] for one in missing[:3]),
                "more": _("等") if len(missing) > 3 else "",
            },
            code="lines-missing",
        )
    unproved = [row.commitment.text for row in rows if row.lacks_proof]
    if unproved:
        raise UnableToSubmitReport(unproved_words(unproved), code="no-proof")
    hand_in(report, rows, actor=actor, now=now)
    return report


def hand_in(report: MonthlyReport, rows: Sequence[ReportRow], *, actor: Account, now: datetime) -> None:
    """Freezes the lines of a report that is held, and starts the office's clock."""
    today = timezone.localdate(now)
    ReportLine.objects.filter(report=report).delete()
    ReportLine.objects.bulk_create(
        ReportLine(
            report=report,
            commitment=row.commitment,
            statement=row.statement,
            sentence=row.sentence,
            forecast=row.forecast,
            forecast_reason=row.forecast_reason,
            reached=[list(one) for one in row.reached],
            light=row.light,
            light_reason=row.light_reason,
            facts={**row.facts, "also": list(row.also)},
            frozen_at=now,
        )
        for row in rows
    )
    report.state = ReportState.SUBMITTED
    calendar = calendar_as_of(today)
    report.submitted_by, report.submitted_at = actor, now
    report.first_submitted_at = report.first_submitted_at or now
    report.decided_by, report.decided_at, report.return_reason = None, None, ""
    report.decide_by = calendar.add_working_days(today, DECIDE_WITHIN)
    start_clock(report, calendar)
    note(report, action=ReportAction.SUBMIT, by=actor, now=now)
    journal(report, actor=actor, now=now, verb="submit", lines=len(rows))
