"""What approved reports say moves a light, where no measure tells; what a unit merely typed never does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from yaodian.foundation.models import StoredFile, StoredFileContent
from yaodian.measures.queries import Standing, Status
from yaodian.organisations.models import Account
from yaodian.plans import models, operations
from yaodian.plans.operations import commitments, reports
from yaodian.plans.operations.errors import UnableToSubmitReport, UnableToWriteStatement, WrongState
from yaodian.plans.queries import commitments as reading
from yaodian.plans.queries import reports as report_reading
from yaodian.plans.queries.commitments.standing import TargetLine, stand
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import Bureau, signer
from yaodian.plans.tests.reports import OPENED, WORDS, opened, photograph, report_of, written

pytestmark = pytest.mark.django_db

APRIL = date(2026, 4, 20)
WORD = "6月底前完成选址"
Values = reports.StatementValues


def say(made: Bureau, values: Values, *, units: Any = (), approve: bool = True) -> models.Commitment:
    """The units report on the commitment of June, and somebody of the office approves."""
    row = made.row(WORD)
    approver = factories.publisher()
    for unit in units or (made.basic, made.finance):
        account = signer(unit, "handler")
        report = written(unit, account)
        reports.write_statement(
            actor=account, now=OPENED, public_id=report.public_id, commitment_id=row.pk, values=values,
            files=[photograph(mark="0123456789abcdef"[unit.pk % 16])],
        )  # fmt: skip
        reports.submit_report(actor=account, now=OPENED, public_id=report.public_id)
        if approve:
            reports.approve_report(actor=approver, now=OPENED, public_id=report.public_id)
    return row


def standing(made: Bureau, today: date) -> Any:
    _page, row = reading.get_commitment(
        account=made.editor, public_id=made.plan.public_id, commitment_id=made.row(WORD).pk, today=today
    )
    return row.standing


def test_without_an_approved_report_an_unmeasured_task_stays_grey_and_then_red() -> None:
    made = opened()
    say(made, Values("已完成选址。", "done"), approve=False)
    assert standing(made, APRIL).light == "grey"
    late = standing(made, date(2026, 7, 2))
    assert (late.light, late.reports) == ("red", ())


def test_an_approved_report_of_completion_makes_it_green_for_good_and_opens_no_case() -> None:
    made = opened()
    say(made, Values("已完成选址。", "done"))
    for day in (APRIL, date(2026, 12, 31)):
        found = standing(made, day)
        assert found.light == "green"
        assert "2026年3月月报说已完成" in found.reason
        assert "基教科" in found.reason
    assert {one.report for one in found.reports} == {
        report_of(made.basic).public_id,
        report_of(made.finance).public_id,
    }
    assert operations.open_overdue_cases(now=datetime(2026, 7, 2, 1, tzinfo=UTC)) == 0


def test_what_was_approved_later_was_not_known_before() -> None:
    made = opened()
    say(made, Values("已完成选址。", "done"))
    assert standing(made, OPENED.date() - timedelta(days=1)).light == "grey"


def test_one_of_two_units_does_not_speak_for_both() -> None:
    made = opened()
    say(made, Values("已完成选址。", "done"), units=(made.basic,))
    assert standing(made, APRIL).light == "grey"
    assert standing(made, date(2026, 7, 2)).light == "red"


def test_a_hope_is_green_while_it_is_fresh_and_never_after_the_day() -> None:
    made = opened()
    say(made, Values("正在推进。", "yes"))
    assert standing(made, date(2026, 5, 31)).light == "green", "two months after March"
    assert standing(made, date(2026, 6, 1)).light == "amber", "only 29 days, and the hope is old"
    late = standing(made, date(2026, 7, 2))
    assert late.light == "red"
    assert "没有说已完成" in late.reason


def test_a_warning_stands_and_turns_red_when_little_time_is_left() -> None:
    made = opened()
    say(made, Values("用地未批。", "no", "需要协调用地"), units=(made.basic,))
    found = standing(made, date(2026, 5, 30))
    assert (found.light, found.reports[0].unit_id) == ("amber", made.basic.pk)
    assert "需要协调用地" in found.reason
    assert standing(made, date(2026, 6, 1)).light == "red"
    assert operations.open_overdue_cases(now=datetime(2026, 6, 5, 1, tzinfo=UTC)) == 0, "honesty opens no case"


@pytest.mark.parametrize("forecast", ["", "yes", "no"])
def test_the_reason_of_a_day_that_is_over_is_one_message_so_that_every_language_puts_its_own_blanks(
    forecast: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = opened()
    if forecast:
        say(made, Values("正在推进。", forecast, "需要协调用地" if forecast == "no" else ""))
    monkeypatch.setattr("yaodian.plans.queries.commitments.standing._", "<{}>".format)
    found = standing(made, date(2026, 7, 2))
    assert found.light == "red"
    assert (found.reason[0], found.reason[-1], found.reason.count("<")) == ("<", ">", 1)
    assert ("需要协调用地" in found.reason) is (forecast == "no")


@pytest.mark.parametrize(
    ("status", "light"),
    [
        (Status.MISSED, "red"),
        (Status.AT_RISK, "amber"),
        (Status.REACHED, "green"),
        (Status.ON_COURSE, "green"),
    ],
)
@pytest.mark.parametrize("forecast", ["no", "yes", "done"])
def test_a_measure_wins_over_what_is_said(status: Status, light: str, forecast: str) -> None:
    made = opened()
    row = say(made, Values("已完成选址。", forecast, "缘故" if forecast == "no" else ""))
    _page, found = reading.get_commitment(
        account=made.editor, public_id=made.plan.public_id, commitment_id=row.pk, today=APRIL
    )
    target = models.Target.objects.filter(plan=made.plan).first()
    assert target is not None
    line = TargetLine(target=target, words="新增8所", before="新增8所", standing=Standing(status, "按数值"))
    duties = [one.duty for one in found.duties]
    told = stand(commitment=found.commitment, lines=[line], duties=duties, today=APRIL, said=found.said)
    assert (told.light, told.reports) == (light, ())
    unbound = TargetLine(target=target, words="另一项", before="另一项", standing=Standing(Status.NOT_BOUND, "未对应"))
    mixed = stand(commitment=found.commitment, lines=[line, unbound], duties=duties, today=APRIL, said=found.said)
    if light == "green":
        assert mixed.light == {"no": "amber", "yes": "green", "done": "green"}[forecast]
        assert mixed.reports, "for what no measure tells, the report does"
    else:
        assert (mixed.light, mixed.reports) == (light, ())


def test_completion_and_milestones_are_shown_by_a_file() -> None:
    made = opened()
    account = signer(made.basic, "handler")
    report = report_of(made.basic)
    row = made.row(WORD)
    common: dict[str, Any] = {
        "actor": account, "now": OPENED, "public_id": report.public_id, "commitment_id": row.pk,
    }  # fmt: skip
    models.Milestone.objects.create(commitment=row, label="完成摸底", due_on=date(2026, 3, 31), rule="person")
    with pytest.raises(UnableToWriteStatement, match="附上照片或文件") as refused:
        reports.write_statement(values=Values("已完成。", "done"), **common)
    assert refused.value.code == "no-proof"
    with pytest.raises(UnableToWriteStatement, match="附上照片或文件"):
        reports.write_statement(values=Values("到了。", "yes", reached=["2026-03-31|完成摸底"]), **common)
    with pytest.raises(UnableToWriteStatement, match="没有“2026-03-30 完成摸底”这个节点"):
        reports.write_statement(values=Values("到了。", "yes", reached=["2026-03-30|完成摸底"]), **common)
    reports.add_statement_files(files=[photograph()], **common)
    reports.write_statement(values=Values("到了。", "yes", reached=["2026-03-31|完成摸底"]), **common)
    reports.write_statement(values=Values("到了，台账齐全。", "yes"), **common)
    assert models.Statement.objects.get().reached == [["2026-03-31", "完成摸底"]], "left unsaid it stays"


def test_a_milestone_is_reached_once_its_report_is_approved() -> None:
    made = opened()
    row = made.row(WORD)
    models.Milestone.objects.create(commitment=row, label="完成摸底", due_on=date(2026, 3, 31), rule="person")

    def stop() -> Any:
        _page, found = reading.get_commitment(
            account=made.editor, public_id=made.plan.public_id, commitment_id=row.pk, today=APRIL
        )
        return next(one for one in found.stops if one.label == "完成摸底")

    assert (stop().is_over, stop().reached) == (True, None)
    say(made, Values("到了。", "yes", reached=["2026-03-31|完成摸底"]), units=(made.basic,), approve=False)
    assert stop().reached is None
    report = report_of(made.basic)
    reports.approve_report(actor=factories.publisher(), now=OPENED, public_id=report.public_id)
    assert stop().reached.report == report.public_id
    # Set anew, the same stop is still the same.
    models.Milestone.objects.filter(commitment=row, label="完成摸底").delete()
    models.Milestone.objects.create(commitment=row, label="完成摸底", due_on=date(2026, 3, 31), rule="person")
    assert stop().reached.report == report.public_id


def test_what_was_done_and_approved_is_not_asked_again() -> None:
    made = opened()
    row = say(made, Values("已完成选址。", "done"))
    reports.open_reports(now=datetime(2026, 5, 6, 1, tzinfo=UTC))
    report = models.MonthlyReport.objects.select_related("plan").get(unit=made.basic, month=date(2026, 4, 1))
    account = signer(made.basic, "handler")
    lines = report_reading.rows_of(report=report, account=account, today=date(2026, 5, 6))
    assert {line.commitment.pk: line.is_needed for line in lines}[row.pk] is False
    assert any(line.is_needed for line in lines)


# --- files of a statement ---------------------------------------------------------------------------------------------


def test_a_file_can_be_taken_off_before_the_report_is_handed_in() -> None:
    made = opened()
    account = signer(made.basic, "handler")
    report = report_of(made.basic)
    row = made.row(WORD)
    common: dict[str, Any] = {
        "actor": account, "now": OPENED, "public_id": report.public_id, "commitment_id": row.pk,
    }  # fmt: skip
    reports.write_statement(values=Values("已完成。", "done"), files=[photograph()], **common)
    written_others(made, account, row)
    (file,) = StoredFile.objects.all()
    with pytest.raises(models.StatementFile.DoesNotExist):
        reports.remove_statement_file(file_id="nothing", **common)
    reports.remove_statement_file(file_id=file.public_id, **common)
    assert not models.StatementFile.objects.exists()
    assert not StoredFileContent.objects.filter(file=file).exists(), "its bytes are gone"
    with pytest.raises(UnableToSubmitReport, match="却没有证明材料"):
        reports.submit_report(actor=account, now=OPENED, public_id=report.public_id)
    page = report_reading.get_report(account=account, public_id=report.public_id, today=APRIL)
    assert "却没有证明材料" in page.submit.why_not
    reports.add_statement_files(files=[photograph()], **common)
    reports.submit_report(actor=account, now=OPENED, public_id=report.public_id)
    file = models.StatementFile.objects.get().file
    with pytest.raises(WrongState, match="不能再填写"):
        reports.remove_statement_file(file_id=file.public_id, **common)


def written_others(made: Bureau, account: Account, row: models.Commitment) -> None:
    report = report_of(made.basic)
    for line in report_reading.rows_of(report=report, account=account, today=OPENED.date()):
        if line.commitment.pk != row.pk:
            reports.write_statement(
                actor=account, now=OPENED, public_id=report.public_id, commitment_id=line.commitment.pk, values=WORDS
            )


# --- several superiors, and plans of the year before ------------------------------------------------------------------


def county_plan(made: Bureau, year: int = 2026) -> models.Plan:
    """The county's own plan with the same words, in force, its commitment of June hung under the city's."""
    text = factories.TEXT.replace("云川市教育局2026", f"云川市青禾县{year}")
    lower = factories.published(made.editor, factories.publisher(), factories.sample(text))
    common: dict[str, Any] = {"actor": made.editor, "now": factories.NOW, "public_id": lower.public_id}
    commitments.propose_commitments(today=factories.NOW.date(), **common)
    commitments.accept_commitments(**common)
    below = models.Commitment.objects.get(plan=lower, text__contains=WORD)
    models.Commitment.objects.filter(pk=below.pk).update(parent=made.row(WORD))
    return lower


def test_a_file_that_went_out_with_the_report_on_another_plan_stays() -> None:
    made = opened()
    lower = county_plan(made)
    reports.open_reports(now=OPENED)
    account = signer(made.basic, "handler")
    city = models.MonthlyReport.objects.get(plan=made.plan, unit=made.basic)
    county = models.MonthlyReport.objects.get(plan=lower, unit=made.basic)
    row = made.row(WORD)
    reports.write_statement(
        actor=account, now=OPENED, public_id=city.public_id, commitment_id=row.pk, values=Values("完成。", "done"),
        files=[photograph()],
    )  # fmt: skip
    for line in report_reading.rows_of(report=city, account=account, today=OPENED.date()):
        if line.commitment.pk != row.pk:
            reports.write_statement(
                actor=account, now=OPENED, public_id=city.public_id, commitment_id=line.commitment.pk, values=WORDS
            )
    reports.submit_report(actor=account, now=OPENED, public_id=city.public_id)
    below = models.Commitment.objects.get(plan=lower, text__contains=WORD)
    (one,) = models.StatementFile.objects.all()
    with pytest.raises(UnableToWriteStatement, match=r"已随《.+》的月报报送"):
        reports.remove_statement_file(
            actor=account, now=OPENED, public_id=county.public_id, commitment_id=below.pk, file_id=one.file.public_id
        )
    # Approved by the city, it is green in the city's plan; the county has not approved it yet.
    reports.approve_report(actor=factories.publisher(), now=OPENED, public_id=city.public_id)
    rows, _day = reading.load(None, models.Commitment.objects.filter(pk__in=[row.pk, below.pk]), today=APRIL)
    said = {found.commitment.pk: len(found.said) for found in rows}
    assert said == {row.pk: 1, below.pk: 0}


def test_a_plan_of_the_year_before_is_asked_while_a_day_of_it_lies_in_this_year() -> None:
    made = opened()
    models.Plan.objects.filter(pk=made.plan.pk).update(year=2025)
    models.MonthlyReport.objects.all().update(month=date(2025, 3, 1))
    models.Commitment.objects.filter(plan=made.plan).update(due_on=date(2025, 12, 31))
    assert reports.open_reports(now=OPENED) == 0, "what was for last year is over"
    row = made.row(WORD)
    models.Commitment.objects.filter(pk=row.pk).update(due_on=date(2026, 6, 30))
    assert reports.open_reports(now=OPENED) == 2
    report = models.MonthlyReport.objects.select_related("plan").get(unit=made.basic, month=date(2026, 3, 1))
    account = signer(made.basic, "handler")
    lines = report_reading.rows_of(report=report, account=account, today=APRIL)
    assert [line.commitment.pk for line in lines] == [row.pk]
    other = next(one for one in made.rows() if one.pk != row.pk and one.duties.filter(unit=made.basic).exists())
    with pytest.raises(models.Commitment.DoesNotExist):
        reports.write_statement(
            actor=account, now=OPENED, public_id=report.public_id, commitment_id=other.pk, values=WORDS
        )
    models.Plan.objects.filter(pk=made.plan.pk).update(year=2027)
    assert reports.open_reports(now=datetime(2026, 5, 6, 1, tzinfo=UTC)) == 0, "a plan of next year asks nothing yet"


def test_lights_from_reports_cost_two_queries_however_many(django_assert_max_num_queries: Any) -> None:
    made = opened()
    say(made, Values("已完成选址。", "done"))
    with django_assert_max_num_queries(30):
        reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=APRIL)
