"""A unit writes its lines, with photographs and files, and hands the report in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.files.storing import store_file
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
from yaodian.plans.queries.reports import ReportRow, duties_asked, rows_of, statement_keys

ANSWER = "plans.answer"
MOST_WORDS, MOST_FILES = 200, 10
# So many working days the office has to decide.
DECIDE_WITHIN = 5


@dataclass(frozen=True, slots=True)
class StatementValues:
    """One sentence and a forecast; the reason is asked where the commitment will not be kept."""

    sentence: str
    forecast: str
    forecast_reason: str = ""


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
    a form sent twice counts once. Raises ``MonthlyReport.DoesNotExist``, ``Commitment.DoesNotExist``,
    ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToWriteStatement`` (``no-sentence``, ``too-long``,
    ``no-forecast``, ``no-reason``, ``too-many``).
    """
    require(account=actor, permission=ANSWER)
    report = lock_report(public_id)
    require(account=actor, permission=ANSWER, unit_id=report.unit_id)
    if not report.is_open:
        raise WrongState(
            _("这份月报是“%(state)s”，不能再填写。退回之后才能修改。") % {"state": report.get_state_display()},
            state=report.state,
        )
    own = duties_asked(unit_id=report.unit_id).filter(commitment__plan=report.plan)
    commitment = Commitment.objects.filter(pk__in=own.values("commitment_id")).get(pk=commitment_id)
    said = _checked(values)
    key = statement_keys(unit_id=report.unit_id, commitments=[commitment])[commitment.pk]
    # Whoever writes the same from the report on another plan waits here.
    Commitment.objects.select_for_update().get(pk=key)
    rows = Statement.objects.select_for_update(of=("self",)).select_related("written_by")
    row = rows.filter(unit=report.unit_id, month=report.month, commitment=key).first()
    if row is None:
        row = Statement(unit_id=report.unit_id, month=report.month, commitment_id=key, version=0)
    is_same = (row.sentence, row.forecast, row.forecast_reason) == (said.sentence, said.forecast, said.forecast_reason)
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
        row.version += 1
        row.written_by, row.written_at = actor, now
        row.save()
    added = _add_files(row, files, actor, now)
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
            files=added,
        )
    return row


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
        raise UnableToWriteStatement(
            _("没有选择能否按期完成。请选“能”或“不能”。"), code="no-forecast", field="forecast"
        )
    if values.forecast == Forecast.NO and not reason:
        raise UnableToWriteStatement(
            _("选了“不能按期完成”，请写明原因和需要的支持。"), code="no-reason", field="forecast_reason"
        )
    return StatementValues(sentence, values.forecast, reason if values.forecast == Forecast.NO else "")


def _add_files(row: Statement, files: Sequence[TakenFile], actor: Account, now: datetime) -> list[str]:
    there = set(row.files.values_list("file__received_sha256", flat=True))
    new = [one for one in files if one.received_sha256 not in there]
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
    ``UnableToSubmitReport`` (``lines-missing``, ``nothing-asked``).
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
    rows = rows_of(report=report, account=actor, today=today) if is_open else ()
    move(report, ReportState.SUBMITTED)
    if not rows:
        raise UnableToSubmitReport(
            _("这份要点现在没有向本单位要求什么，不必报送。如有疑问，请联系编制要点的科室。"), code="nothing-asked"
        )
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
