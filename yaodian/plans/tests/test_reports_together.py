"""Two people at one report at once: one wins, the other reads why not, and what was shown as proof stays."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from yaodian.foundation.tests.together import at_once
from yaodian.plans.models import Commitment, MonthlyReport, ReportEvent, ReportLine
from yaodian.plans.operations import commitments, reports
from yaodian.plans.operations.errors import UnableTo
from yaodian.plans.operations.reports import writing
from yaodian.plans.queries.reports import rows_of
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, signer
from yaodian.plans.tests.reports import OPENED, WORDS, opened, photograph, submitted, written

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_hand_in_at_once_one_does_and_the_other_reads_why_not() -> None:
    made = opened()
    people = [signer(made.basic, "handler") for _one in range(2)]
    report = written(made.basic, people[0])
    answers = at_once(
        *(
            lambda one=one: reports.submit_report(
                actor=one, now=OPENED, public_id=report.public_id, expected_version=report.version
            )
            for one in people
        )
    )
    (refused,) = (one for one in answers if isinstance(one, UnableTo))
    assert (refused.code, refused.status) == ("wrong-state", 409)
    assert ReportEvent.objects.filter(report=report, action="submit").count() == 1


def test_of_two_who_decide_at_once_one_does_and_the_other_reads_why_not() -> None:
    made = opened()
    report = submitted(made.basic, signer(made.basic, "handler"))
    first, second = factories.publisher(), factories.publisher()
    common: dict[str, Any] = {"now": OPENED, "public_id": report.public_id, "expected_version": report.version}
    answers = at_once(
        lambda: reports.approve_report(actor=first, **common),
        lambda: reports.return_report(actor=second, reason="请写明数字", **common),
    )
    (refused,) = (one for one in answers if isinstance(one, UnableTo))
    assert refused.code == "stale-version"
    assert ReportEvent.objects.filter(report=report).exclude(action__in=("open", "submit")).count() == 1


def test_what_goes_out_with_a_report_cannot_be_taken_off_while_it_is_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    text = factories.TEXT.replace("云川市教育局2026", "云川市青禾县2026")
    lower = factories.published(made.editor, factories.publisher(), factories.sample(text))
    common: dict[str, Any] = {"actor": made.editor, "now": NOW, "public_id": lower.public_id}
    commitments.propose_commitments(today=NOW.date(), **common)
    commitments.accept_commitments(**common)
    above = made.row("6月底前完成选址")
    below = Commitment.objects.get(plan=lower, text=above.text)
    Commitment.objects.filter(pk=below.pk).update(parent=above)
    reports.open_reports(now=OPENED)
    report = MonthlyReport.objects.get(plan=made.plan, unit=made.basic)
    by: dict[str, Any] = {"actor": writer, "now": OPENED}
    for row in rows_of(report=report, account=writer, today=OPENED.date()):
        reports.write_statement(public_id=report.public_id, commitment_id=row.commitment.pk, values=WORDS, **by)
    done = reports.StatementValues("已完成选址。", "done")
    said = reports.write_statement(
        public_id=report.public_id, commitment_id=above.pk, values=done, files=[photograph()], **by
    )
    file = said.files.get().file
    read, gone = threading.Event(), threading.Event()
    hand_in = writing.hand_in

    def slowly(*given: Any, **named: Any) -> None:
        # The lines are read; whoever takes the file off now must wait until they are frozen.
        read.set()
        gone.wait(timeout=1)
        hand_in(*given, **named)

    monkeypatch.setattr(writing, "hand_in", slowly)

    def take_off() -> Any:
        read.wait(timeout=30)
        try:
            return reports.remove_statement_file(
                public_id=MonthlyReport.objects.get(plan=lower, unit=made.basic).public_id,
                commitment_id=below.pk, file_id=file.public_id, **by,
            )  # fmt: skip
        finally:
            gone.set()

    handed_in, refused = at_once(lambda: reports.submit_report(public_id=report.public_id, **by), take_off)
    assert isinstance(refused, UnableTo), refused
    assert (handed_in.state, refused.code) == ("submitted", "handed-in")
    line = ReportLine.objects.get(report=report, commitment=above)
    assert line.statement is not None
    assert line.statement.files.get().file == file
