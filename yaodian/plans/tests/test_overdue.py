"""Commitments that are late open cases: once, at the unit that leads, and these end with what the measures say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from yaodian.cases import operations as cases
from yaodian.cases import queries as case_queries
from yaodian.cases.queries import all_about
from yaodian.plans import cases as kinds
from yaodian.plans import models, operations
from yaodian.plans.operations import commitments
from yaodian.plans.operations.changing import require_no_commitments
from yaodian.plans.operations.errors import UnableToAdjustCommitment, UnableToRejectItem
from yaodian.plans.queries import commitments as reading
from yaodian.plans.queries.commitments import overdue
from yaodian.plans.tests.commitments import NOW, Bureau, bureau, signer

pytestmark = pytest.mark.django_db

JULY = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)
KIND = "plans.commitment_overdue"


def late() -> tuple[Bureau, Any]:
    """A plan of which one commitment, until the end of June, is late; and its case."""
    made = bureau(accepted=True)
    assert operations.open_overdue_cases(now=JULY) == 1
    row = made.row("6月底前完成选址")
    (case,) = all_about(kind=KIND, subjects=[f"plans.commitment:{row.pk}"])
    return made, case


def test_a_commitment_whose_day_is_over_opens_one_case_at_the_unit_that_leads() -> None:
    made, case = late()
    assert (case.doing_unit, case.supervising_unit, case.state) == (made.basic, made.root, "assigned")
    assert case.fields["due_on"] == "2026-06-30"
    assert operations.open_overdue_cases(now=JULY + timedelta(days=1)) == 0
    assert case.events.count() == 1, "nothing is noted twice"


def test_a_long_commitment_is_called_by_its_first_words_and_stands_whole_in_the_case() -> None:
    made = bureau(accepted=True)
    row = made.row("6月底前完成选址")
    text = f"{row.text}；{'逐校落实责任，' * 12}按月通报"
    values = commitments.CommitmentValues(text, row.due_on, row.weight, row.disclosure)
    commitments.edit_commitment(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_id=row.pk,
        expected_version=row.version, values=values,
    )  # fmt: skip
    assert operations.open_overdue_cases(now=JULY) == 1
    (case,) = all_about(kind=KIND, subjects=[f"plans.commitment:{row.pk}"])
    assert len(case.title) <= 62
    assert case.title.endswith("责任……"), "cut where a part ends"
    assert case.body.startswith(text)


def test_a_case_that_is_over_is_not_opened_again_until_another_day_is_over() -> None:
    made, case = late()
    supervisor = signer(made.root, "supervisor")
    cases.withdraw_case(actor=supervisor, public_id=case.public_id, reason="误报", now=JULY)
    assert operations.open_overdue_cases(now=JULY + timedelta(days=1)) == 0
    row = made.row("6月底前完成选址")
    basis = commitments.Basis("关于调整时限的通知", "云教〔2026〕9号", JULY.date(), "")
    commitments.amend_due(
        actor=made.editor, now=JULY, public_id=made.plan.public_id, commitment_id=row.pk,
        expected_version=row.version, due_on=date(2026, 7, 31), basis=basis,
    )  # fmt: skip
    assert operations.open_overdue_cases(now=JULY + timedelta(days=3)) == 0
    assert operations.open_overdue_cases(now=JULY + timedelta(days=31)) == 1


def test_a_light_that_the_office_changed_by_name_is_the_one_that_counts() -> None:
    made = bureau(accepted=True)
    row = made.row("6月底前完成选址")
    commitments.override_light(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_id=row.pk,
        expected_version=row.version, light="green", reason="选址已批复，见云教〔2026〕8号",
    )  # fmt: skip
    assert operations.open_overdue_cases(now=JULY) == 0


def test_the_page_and_the_table_show_the_case_to_whoever_may_know_of_it(
    django_assert_max_num_queries: Any,
) -> None:
    made, case = late()
    with django_assert_max_num_queries(45):
        page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=JULY.date())
    shown = {row.commitment.text: row.open_cases for row in page.rows if row.open_cases}
    assert [line.case.number for lines in shown.values() for line in lines] == [case.number]
    stranger = signer(made.school, "head")
    assert case_queries.cases_about(account=stranger, subjects=[case.subject], today=JULY.date()) == {}


def test_what_has_a_case_is_neither_dropped_nor_merged_away_nor_its_clause_taken_out() -> None:
    made, case = late()
    row, other = made.row("6月底前完成选址"), made.row("新增公办园8所")
    common: dict[str, Any] = {"actor": made.editor, "now": JULY, "public_id": made.plan.public_id}
    with pytest.raises(UnableToAdjustCommitment, match=case.number) as refused:
        commitments.drop_commitment(commitment_id=row.pk, expected_version=row.version, reason="不列入", **common)
    assert refused.value.code == "has-cases"
    models.Commitment.objects.filter(pk=row.pk).update(due_on=other.due_on)
    with pytest.raises(UnableToAdjustCommitment, match=case.number):
        commitments.merge_commitments(commitment_ids=[row.pk, other.pk], **common)
    assert row.clause is not None
    hung = cases.open_case(
        actor=None, kind="inspection.finding", title="条款未落实", grade="general", supervising_unit=made.root,
        subject=f"plans.clause:{row.clause.pk}", now=JULY,
    )  # fmt: skip
    with pytest.raises(UnableToRejectItem, match=hung.number):
        require_no_commitments(row.clause, UnableToRejectItem)


def gates(case: Any) -> tuple[str, str]:
    kind = kinds.COMMITMENT_OVERDUE
    return tuple(kind.gates[name](case, JULY.date()) for name in ("measure_reached", "proof"))  # type: ignore[return-value]  # Two.


def test_a_case_without_measures_asks_for_a_file_and_one_with_them_for_the_measures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _made, case = late()
    assert gates(case)[0] == ""
    assert "还缺 1 份证明材料" in gates(case)[1]

    class Standing:
        status = "at_risk"
        reason = "还差 3 所。"

    line = reading.TargetLine.__new__(reading.TargetLine)
    for name, value in {"words": "公办园 ≥8所", "standing": Standing}.items():
        object.__setattr__(line, name, value)
    monkeypatch.setattr(kinds, "lines_behind_case", lambda **_given: (line,))
    assert gates(case) == ("“公办园 ≥8所”还没有达到：还差 3 所。达到后才能提交。", "")
    Standing.status = "reached"
    assert gates(case) == ("", "")


def test_a_subject_of_something_else_has_no_measures_behind_it() -> None:
    for subject in ("", "demonstration:1", "plans.commitment:", "plans.commitment:x", "plans.commitment:999999"):
        assert overdue.lines_behind_case(subject=subject, today=JULY.date()) == ()
