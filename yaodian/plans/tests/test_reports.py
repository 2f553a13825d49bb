"""Monthly reports: opened once, written once for several superiors, handed in whole, decided by somebody else, reminded once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from yaodian.cases import operations as cases
from yaodian.cases.queries import cases_about
from yaodian.foundation.models import CalendarChange, Message
from yaodian.organisations.models import Account, Grant
from yaodian.organisations.queries import PermissionMissing, with_rights
from yaodian.plans import models
from yaodian.plans.operations import commitments, reports
from yaodian.plans.operations.errors import (
    NotSecondReader,
    StaleVersion,
    UnableToDecideReport,
    UnableToSetReportRule,
    UnableToSubmitReport,
    UnableToWriteStatement,
    WrongState,
)
from yaodian.plans.queries import reports as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, bureau, signer
from yaodian.plans.tests.reports import (
    DUE,
    MARCH,
    OPENED,
    WORDS,
    opened,
    photograph,
    report_of,
    submitted,
    withdrawn,
    written,
)

pytestmark = pytest.mark.django_db
MonthlyReport = models.MonthlyReport


def test_a_report_is_opened_once_for_each_unit_of_which_the_plan_asks_something() -> None:
    made = bureau(accepted=True)
    assert reports.open_reports(now=datetime(2026, 3, 20, tzinfo=UTC)) == 0, "February was over before it was published"
    assert reports.open_reports(now=OPENED) == 2
    assert reports.open_reports(now=OPENED + timedelta(days=3)) == 0
    rows = MonthlyReport.objects.order_by("unit__code")
    assert [(row.unit, row.month, row.due_on) for row in rows] == [(made.basic, MARCH, DUE), (made.finance, MARCH, DUE)]
    assert [event.action for event in models.ReportEvent.objects.all()] == ["open", "open"]


def test_the_office_says_on_which_working_day_reports_are_due() -> None:
    made = bureau(accepted=True)
    approver = factories.publisher()
    common: dict[str, Any] = {"now": NOW, "public_id": made.plan.public_id}
    with pytest.raises(PermissionMissing):
        reports.set_report_rule(actor=made.editor, working_day=3, **common)
    for number in (0, 21):
        with pytest.raises(UnableToSetReportRule, match="第 1 至第 20 个工作日"):
            reports.set_report_rule(actor=approver, working_day=number, **common)
    reports.set_report_rule(actor=approver, working_day=3, **common)
    reports.open_reports(now=OPENED)
    assert {row.due_on for row in MonthlyReport.objects.all()} == {date(2026, 4, 3)}


def test_a_change_of_the_calendar_moves_the_day_of_what_is_not_handed_in() -> None:
    made = opened()
    CalendarChange.objects.create(
        day=date(2026, 4, 7), is_working=False, citation="样例通知", known_from_on=OPENED.date(),
        entered_by=made.editor, entered_at=OPENED,
    )  # fmt: skip
    assert reports.follow_report_calendar(now=OPENED) == 2
    assert report_of(made.basic).due_on == date(2026, 4, 9)
    assert reports.follow_report_calendar(now=OPENED) == 0


def test_a_unit_writes_only_what_is_asked_of_it() -> None:
    made = opened()
    finance = signer(made.finance, "handler")
    rows = reading.rows_of(report=report_of(made.finance), account=finance, today=OPENED.date())
    assert {row.commitment.pk for row in rows} == set(
        models.Duty.objects.filter(unit=made.finance).values_list("commitment_id", flat=True)
    )
    other = next(row for row in made.rows() if row.pk not in {one.commitment.pk for one in rows})
    common: dict[str, Any] = {"actor": finance, "now": OPENED, "values": WORDS}
    with pytest.raises(models.Commitment.DoesNotExist):
        reports.write_statement(public_id=report_of(made.finance).public_id, commitment_id=other.pk, **common)
    with pytest.raises(PermissionMissing):
        reports.write_statement(public_id=report_of(made.basic).public_id, commitment_id=other.pk, **common)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (("  ", "yes", ""), "no-sentence"),
        (("字" * 201, "yes", ""), "too-long"),
        (("好", "", ""), "no-forecast"),
        (("好", "maybe", ""), "no-forecast"),
        (("好", "no", " "), "no-reason"),
        (("好", "no", "字" * 201), "too-long"),
    ],
)
def test_a_line_that_lacks_something_is_refused_with_a_sentence(values: tuple[str, str, str], code: str) -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    report = report_of(made.basic)
    row = reading.rows_of(report=report, account=writer, today=OPENED.date())[0]
    with pytest.raises(UnableToWriteStatement) as refused:
        reports.write_statement(
            actor=writer, now=OPENED, public_id=report.public_id, commitment_id=row.commitment.pk,
            values=reports.StatementValues(*values),
        )  # fmt: skip
    assert refused.value.code == code
    if code == "no-forecast":
        assert all(f"“{label}”" in refused.value.message for label in models.Forecast.labels)
    assert not models.Statement.objects.exists()


def test_a_form_sent_twice_counts_once_and_a_stale_one_is_refused() -> None:
    made = opened()
    writer, other = signer(made.basic, "handler"), signer(made.basic, "handler", "李四")
    report = report_of(made.basic)
    row = reading.rows_of(report=report, account=writer, today=OPENED.date())[0]
    common: dict[str, Any] = {"now": OPENED, "public_id": report.public_id, "commitment_id": row.commitment.pk}
    for _time in range(2):
        reports.write_statement(actor=writer, values=WORDS, expected_version=0, files=[photograph()], **common)
    said = models.Statement.objects.get()
    assert (said.version, said.files.count()) == (1, 1)
    late = reports.StatementValues("另一句话。", "yes")
    with pytest.raises(StaleVersion, match="已先更改了这一项"):
        reports.write_statement(actor=other, values=late, expected_version=0, **common)
    marks = "bcdefghijk"
    with pytest.raises(UnableToWriteStatement, match="最多 10 份材料"):
        reports.write_statement(actor=writer, values=WORDS, files=[photograph(mark=one) for one in marks], **common)


def test_what_hangs_under_two_plans_is_written_once_and_stands_in_both_reports() -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    text = factories.TEXT.replace("云川市教育局2026", "云川市青禾县2026")
    lower = factories.published(made.editor, factories.publisher(), factories.sample(text))
    common: dict[str, Any] = {"actor": made.editor, "now": NOW, "public_id": lower.public_id}
    commitments.propose_commitments(today=NOW.date(), **common)
    commitments.accept_commitments(**common)
    above = made.row("6月底前完成选址")
    below = models.Commitment.objects.get(plan=lower, text=above.text)
    models.Commitment.objects.filter(pk=below.pk).update(parent=above)
    reports.open_reports(now=OPENED)
    first = MonthlyReport.objects.get(plan=lower, unit=made.basic)
    reports.write_statement(actor=writer, now=OPENED, public_id=first.public_id, commitment_id=below.pk, values=WORDS)
    second = MonthlyReport.objects.get(plan=made.plan, unit=made.basic)
    rows = {row.commitment.pk: row for row in reading.rows_of(report=second, account=writer, today=OPENED.date())}
    assert rows[above.pk].sentence == WORDS.sentence
    assert rows[above.pk].also == (lower.title,)
    assert models.Statement.objects.count() == 1


def test_a_report_is_handed_in_whole_and_then_stands_as_it_was() -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    report = report_of(made.basic)
    with pytest.raises(UnableToSubmitReport, match="没有填写进展和预计"):
        reports.submit_report(actor=writer, now=OPENED, public_id=report.public_id)
    report = submitted(made.basic, writer)
    assert reports.submit_report(actor=writer, now=OPENED, public_id=report.public_id).version == report.version
    assert report.decide_by == date(2026, 4, 10)
    lines = models.ReportLine.objects.filter(report=report)
    assert {line.sentence for line in lines} == {WORDS.sentence}
    one = lines.first()
    assert one is not None
    models.Statement.objects.filter(pk=one.statement_id).update(sentence="改了")
    rows = reading.rows_of(report=report, account=writer, today=OPENED.date())
    assert {row.sentence for row in rows} == {WORDS.sentence}
    with pytest.raises(WrongState, match="退回之后才能修改"):
        reports.write_statement(
            actor=writer, now=OPENED, public_id=report.public_id, commitment_id=one.commitment_id, values=WORDS
        )


def test_somebody_else_of_the_office_decides_and_never_one_of_the_unit() -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    both = signer(made.root, "publisher")
    Grant.objects.create(account=both, role="handler", unit=made.basic, from_on=date(2000, 1, 1), granted_at=NOW)
    report = submitted(made.basic, writer)
    common: dict[str, Any] = {"now": OPENED + timedelta(days=2), "public_id": report.public_id}
    with pytest.raises(PermissionMissing):
        reports.approve_report(actor=made.editor, **common)
    with pytest.raises(NotSecondReader, match="您所在单位的月报"):
        reports.approve_report(actor=both, **common)
    with pytest.raises(UnableToDecideReport, match="退回的理由"):
        reports.return_report(actor=approver, reason=" ", **common)
    with pytest.raises(StaleVersion):
        reports.approve_report(actor=approver, expected_version=1, **common)
    back = reports.return_report(actor=approver, reason="请写明数字", **common)
    assert (back.state, back.due_on, back.first_due_on) == ("returned", date(2026, 4, 9), DUE), "three working days"
    again = reports.submit_report(actor=writer, **common)
    assert again.decided_by is None
    done = reports.approve_report(actor=approver, **common)
    assert done.next_act_on is None
    assert reports.approve_report(actor=approver, **common).version == done.version
    with pytest.raises(WrongState):
        reports.return_report(actor=approver, reason="迟了", **common)
    actions = [event.action for event in models.ReportEvent.objects.filter(report=report).order_by("number")]
    assert actions == ["open", "submit", "return", "submit", "approve"]


def test_whoever_wrote_a_report_does_not_approve_it() -> None:
    made = opened()
    approver = factories.publisher()
    report = submitted(made.basic, approver)
    with pytest.raises(NotSecondReader, match="请由另一位审核人审核"):
        reports.approve_report(actor=approver, now=OPENED + timedelta(days=2), public_id=report.public_id)


def test_each_rung_tells_once_however_often_and_however_late_it_runs() -> None:
    made = opened()
    person = signer(made.basic, "handler")
    assert reports.remind_reports(now=OPENED) == 0
    seen = []
    for day in (3, 3, 8, 9, 15, 22, 22):
        reports.remind_reports(now=datetime(2026, 4, day, 1, tzinfo=UTC))
        seen.append(models.ReportNotice.objects.filter(report__unit=made.basic).count())
    assert seen == [1, 1, 2, 3, 4, 5, 5]
    steps = models.ReportNotice.objects.filter(report__unit=made.basic).order_by("pk").values_list("step", flat=True)
    assert list(steps) == ["unit", "unit", "head", "office", "leader"]
    assert Message.objects.filter(recipient=person).count() == 3
    assert report_of(made.basic).next_act_on is None


def test_what_ran_late_leaves_out_the_warning_and_the_office_has_a_clock_of_its_own() -> None:
    made = opened()
    writer, approver = signer(made.finance, "handler"), factories.publisher()
    report = submitted(made.finance, writer)
    reports.remind_reports(now=datetime(2026, 4, 17, 1, tzinfo=UTC))
    notices = models.ReportNotice.objects.filter(report=report).order_by("pk")
    assert [(one.clock, one.rung, one.step) for one in notices] == [("decide", 1, "leader")]
    assert not models.ReportNotice.objects.filter(report__unit=made.basic, rung__lt=2).exists(), "no longer true"
    assert Message.objects.filter(recipient=approver).exists()


def test_what_a_person_is_asked_is_ordered_by_harm() -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    asks = reading.list_asks(account=writer, today=date(2026, 4, 20))
    assert [(ask.kind, ask.days_late) for ask in asks] == [("report", 12), ("sign", 0)]
    assert reading.list_asks(account=approver, today=date(2026, 4, 20)) == ()
    submitted(made.basic, writer)
    assert [ask.kind for ask in reading.list_asks(account=approver, today=date(2026, 4, 20))] == ["decide"]


def test_pages_cost_as_many_queries_for_many_lines_as_for_few(django_assert_max_num_queries: Any) -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    report = written(made.basic, writer)
    today = OPENED.date()
    with django_assert_max_num_queries(45):
        page = reading.get_report(account=writer, public_id=report.public_id, today=today)
    assert page.submit.is_allowed
    assert not page.decide.is_allowed
    with django_assert_max_num_queries(16):
        reading.get_overview(account=approver, public_id=made.plan.public_id, today=today)
    with django_assert_max_num_queries(12):
        reading.list_asks(account=writer, today=today)
    reports.submit_report(actor=writer, now=OPENED, public_id=report.public_id)
    row = made.row("6月底前完成选址")
    with django_assert_max_num_queries(60):
        history = reading.get_line_history(
            account=writer, public_id=made.plan.public_id, commitment_id=row.pk, today=today
        )
    assert [line.row.sentence for line in history.lines] == [WORDS.sentence]


def test_nobody_sees_the_report_of_another_unit() -> None:
    made = opened()
    stranger = signer(made.finance, "handler")
    with pytest.raises(MonthlyReport.DoesNotExist):
        reading.get_report(account=stranger, public_id=report_of(made.basic).public_id, today=OPENED.date())
    with pytest.raises(models.Plan.DoesNotExist):
        reading.get_overview(account=stranger, public_id=made.plan.public_id, today=OPENED.date())


def test_a_report_never_carries_a_restricted_case_to_whoever_reads_it() -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    row = made.row("6月底前完成选址")
    common: dict[str, Any] = {
        "actor": None, "subject": f"plans.commitment:{row.pk}", "supervising_unit": made.root,
        "doing_unit": made.basic, "now": OPENED,
    }  # fmt: skip
    secret = cases.open_case(
        kind="audit.finding", title="挪用经费", grade="at_once", fields={"report": "云审〔2026〕3号"}, **common
    )
    plain = cases.open_case(kind="inspection.finding", title="进展缓慢", grade="general", **common)
    Grant.objects.create(account=writer, role="supervisor", unit=made.root, from_on=date(2000, 1, 1), granted_at=NOW)
    writer = with_rights(Account.objects.get(pk=writer.pk))
    for account, may_know in ((writer, {secret, plain}), (approver, {plain})):
        about = cases_about(account=account, subjects=[common["subject"]], today=OPENED.date())
        assert {line.case for line in about[common["subject"]]} == may_know
    report = submitted(made.basic, writer)
    page = reading.get_report(account=approver, public_id=report.public_id, today=OPENED.date())
    told = {one["number"] for line in page.rows for one in line.facts["cases"]}
    assert told == {plain.number}


def test_a_report_of_a_withdrawn_plan_waits_and_says_why() -> None:
    made = opened()
    report = submitted(made.basic, signer(made.basic, "handler"))
    withdrawn(made, now=OPENED)
    approver = factories.publisher()
    page = reading.get_report(account=approver, public_id=report.public_id, today=OPENED.date())
    assert "已撤回" in page.decide.why_not
    common: dict[str, Any] = {"actor": approver, "now": OPENED, "public_id": report.public_id}
    with pytest.raises(WrongState, match="已撤回"):
        reports.approve_report(**common)
    with pytest.raises(WrongState, match="已撤回"):
        reports.return_report(reason="请写明数字", **common)


def test_a_reason_that_is_too_long_is_refused_and_not_cut() -> None:
    made = opened()
    report = submitted(made.basic, signer(made.basic, "handler"))
    common: dict[str, Any] = {"actor": factories.publisher(), "now": OPENED, "public_id": report.public_id}
    with pytest.raises(UnableToDecideReport, match="最多 300 个") as refused:
        reports.return_report(reason="字" * 301, **common)
    assert (refused.value.code, refused.value.field) == ("too-long", "reason")
    assert reports.return_report(reason="字" * 300, **common).return_reason == "字" * 300
