"""Units further down answer a plan with their own: who is asked, who is late, what hangs under what, what is untaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import models, operations
from yaodian.plans.models import AnswerState, Assignment, Clause, Commitment, ItemState, Plan
from yaodian.plans.operations import UnableTo, WrongState, commitments
from yaodian.plans.queries import commitments as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, TODAY, Bureau, bureau, signer

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 15)


def county_plan(made: Bureau) -> Plan:
    """A published plan of the county, its commitments proposed."""
    answer = replace(factories.sample(), title="青禾县2026年教育工作要点", issuer="青禾县")
    plan = factories.published(made.editor, factories.publisher(), answer)
    commitments.propose_commitments(actor=made.editor, now=NOW, today=TODAY, public_id=plan.public_id)
    return plan


def asked(made: Bureau) -> Assignment:
    commitments.assign_answer(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, units=[made.county.public_id], due_on=DUE
    )
    return Assignment.objects.get()


def test_a_unit_that_is_asked_is_late_from_the_day_after() -> None:
    made = bureau(accepted=True)
    asked(made)

    def late(day: date) -> int:
        page = reading.get_answering(account=made.editor, public_id=made.plan.public_id, today=day)
        return page.lines[0].days_late

    assert late(DUE) == 0
    assert late(DUE + timedelta(days=1)) == 1
    with pytest.raises(UnableTo) as past:
        commitments.assign_answer(
            actor=made.editor,
            now=NOW,
            public_id=made.plan.public_id,
            units=[made.county.public_id],
            due_on=TODAY - timedelta(days=1),
        )
    assert past.value.code == "past-day"


def test_the_day_that_ended_at_midnight_here_is_past_though_utc_is_still_in_it() -> None:
    made = bureau(accepted=True)
    small_hours = datetime(2026, 3, 8, 18, 25, tzinfo=UTC)
    common = {"actor": made.editor, "public_id": made.plan.public_id, "units": [made.county.public_id]}
    with pytest.raises(UnableTo) as past:
        commitments.assign_answer(**common, now=small_hours, due_on=date(2026, 3, 8))
    assert past.value.code == "past-day"
    commitments.assign_answer(**common, now=NOW, due_on=date(2026, 3, 8))
    Assignment.objects.update(answered_at=small_hours, answer=county_plan(made), state=AnswerState.ANSWERED)
    page = reading.get_answering(account=made.editor, public_id=made.plan.public_id, today=date(2026, 3, 20))
    assert page.lines[0].days_late == 1


def test_the_unit_answers_with_its_own_plan_and_hangs_equal_targets_under_those_above() -> None:
    made = bureau(accepted=True)
    row = asked(made)
    plan = county_plan(made)
    person = signer(made.county, "editor")
    commitments.answer_plan(
        actor=person, now=NOW, public_id=made.plan.public_id, assignment_id=row.pk, answer=plan.public_id
    )
    common = {"actor": person, "now": NOW, "public_id": made.plan.public_id, "assignment_id": row.pk}
    page = reading.get_hanging(account=person, public_id=made.plan.public_id, assignment_id=row.pk, today=TODAY)
    child = next(one for one in page.rows if "公办园8所" in one.commitment.text)
    assert child.proposals[0].parent == made.row("公办园8所")
    assert child.proposals[0].is_by_target
    assert commitments.hang_all_sure(**common) == len(page.rows)
    matrix = reading.get_answering(account=made.editor, public_id=made.plan.public_id, today=TODAY).matrix
    assert not any(one.is_untaken for one in matrix)
    commitments.hang_commitment(**common, commitment_id=child.commitment.pk, parent_id=None)
    assert Commitment.objects.get(pk=child.commitment.pk).parent is None
    with pytest.raises(UnableTo) as refused:
        commitments.hang_commitment(**common, commitment_id=child.commitment.pk, parent_id=child.commitment.pk)
    assert refused.value.code == "not-above"


def test_a_clause_that_nobody_has_taken_is_shown() -> None:
    made = bureau(accepted=True)
    asked(made)
    page = reading.get_answering(account=made.editor, public_id=made.plan.public_id, today=TODAY)
    assert page.untaken == len(page.matrix) > 0


def test_a_plan_answers_neither_itself_nor_what_answers_it_nor_in_anothers_name() -> None:
    made = bureau(accepted=True)
    row = asked(made)
    plan = county_plan(made)
    common = {"actor": made.editor, "now": NOW}
    with pytest.raises(UnableTo) as itself:
        commitments.answer_plan(
            **common, public_id=made.plan.public_id, assignment_id=row.pk, answer=made.plan.public_id
        )
    assert itself.value.code == "itself"
    other = factories.published(made.editor, factories.publisher(), replace(factories.sample(), issuer="临溪区"))
    with pytest.raises(UnableTo) as stranger:
        commitments.answer_plan(**common, public_id=made.plan.public_id, assignment_id=row.pk, answer=other.public_id)
    assert stranger.value.code == "not-own"
    commitments.answer_plan(**common, public_id=made.plan.public_id, assignment_id=row.pk, answer=plan.public_id)
    back = Assignment.objects.create(plan=plan, unit=made.root, due_on=DUE, asked_at=NOW)
    with pytest.raises(UnableTo) as circle:
        commitments.answer_plan(**common, public_id=plan.public_id, assignment_id=back.pk, answer=made.plan.public_id)
    assert circle.value.code == "circle"


def test_nobody_answers_for_a_unit_beyond_his_reach() -> None:
    made = bureau(accepted=True)
    row = asked(made)
    plan = county_plan(made)
    with pytest.raises(PermissionMissing):
        commitments.answer_plan(
            actor=signer(made.school),
            now=NOW,
            public_id=made.plan.public_id,
            assignment_id=row.pk,
            answer=plan.public_id,
        )
    with pytest.raises(PermissionMissing):
        commitments.withdraw_assignment(
            actor=signer(made.school), now=NOW, public_id=made.plan.public_id, assignment_id=row.pk
        )
    commitments.withdraw_assignment(actor=made.editor, now=NOW, public_id=made.plan.public_id, assignment_id=row.pk)
    assert not Assignment.objects.exists()


def test_what_others_hang_under_is_not_dropped() -> None:
    made = bureau(accepted=True)
    row = asked(made)
    plan = county_plan(made)
    common = {"actor": made.editor, "now": NOW, "public_id": made.plan.public_id}
    commitments.answer_plan(**common, assignment_id=row.pk, answer=plan.public_id)
    commitments.hang_all_sure(**common, assignment_id=row.pk)
    above = made.row("公办园8所")
    with pytest.raises(UnableTo) as refused:
        commitments.drop_commitment(**common, commitment_id=above.pk, expected_version=above.version, reason="不做")
    assert refused.value.code == "has-children"


def test_reading_the_answers_costs_the_same_for_any_number(django_assert_max_num_queries: object) -> None:
    made = bureau(accepted=True)
    row = asked(made)
    plan = county_plan(made)
    commitments.answer_plan(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, assignment_id=row.pk, answer=plan.public_id
    )
    account = factories.account("editor")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page = reading.get_answering(account=account, public_id=made.plan.public_id, today=TODAY)
        list(page.candidates)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        reading.get_hanging(account=account, public_id=made.plan.public_id, assignment_id=row.pk, today=TODAY)


# --- the plan goes on changing ----------------------------------------------------------------------------------------


def in_review_again(made: Bureau) -> Plan:
    second = factories.publisher()
    plan = Plan.objects.get(pk=made.plan.pk)
    plan = operations.withdraw_plan(
        actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="更正"
    )
    return operations.reopen_plan(actor=made.editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)


def test_a_clause_that_binds_somebody_is_taken_out_only_after_its_commitments() -> None:
    made = bureau(accepted=True)
    plan = in_review_again(made)
    clause = made.row("每学期开展检查").clause
    assert clause is not None
    with pytest.raises(UnableTo) as refused:
        operations.reject_item(
            actor=made.editor, now=NOW, kind="clause", item_id=clause.pk, expected_version=clause.version
        )
    assert refused.value.code == "has-commitments"
    assert "每学期开展检查2次" in refused.value.message
    for row in Commitment.objects.filter(clause=clause):
        commitments.drop_commitment(
            actor=made.editor,
            now=NOW,
            public_id=plan.public_id,
            commitment_id=row.pk,
            expected_version=row.version,
            reason="条目删去",
        )
    operations.reject_item(
        actor=made.editor, now=NOW, kind="clause", item_id=clause.pk, expected_version=clause.version
    )
    with pytest.raises(WrongState):
        commitments.accept_commitments(actor=made.editor, now=NOW, public_id=plan.public_id)


def test_an_amended_document_keeps_commitments_at_their_words_and_their_clause_among_the_lost() -> None:
    made = bureau(accepted=True)
    plan = in_review_again(made)
    text = "前言一行\n" + factories.TEXT.split("二、守牢安全底线")[0]
    sections = factories.SECTIONS[:3]
    operations.amend_plan(
        actor=made.editor,
        now=NOW,
        public_id=plan.public_id,
        name="更正.txt",
        content=text.encode(),
    )
    plan = factories.answered(plan, factories.sample(text, sections))
    kept = made.row("新增公办园8所")
    assert plan.text[kept.span_start : kept.span_end] == "年内新增公办园8所"
    gone = made.row("每学期开展检查")
    assert gone.clause is not None
    assert gone.span_start == gone.span_end
    assert Clause.objects.get(pk=gone.clause_id).state == ItemState.LOST
    with pytest.raises(UnableTo):
        operations.submit_plan(actor=made.editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    assert models.Commitment.objects.count() > 0


def test_days_are_those_of_the_office_and_not_of_greenwich() -> None:
    """Early in the morning of the third of March in the office it is still the second in Greenwich."""
    made = bureau(accepted=True)
    early = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    common: dict[str, Any] = {"actor": made.editor, "now": early, "public_id": made.plan.public_id}
    with pytest.raises(UnableTo) as past:
        commitments.assign_answer(units=[made.county.public_id], due_on=date(2026, 3, 2), **common)
    assert past.value.code == "past-day"
    row = made.row("6月底前完成选址")
    basis = commitments.Basis("关于调整时限的通知", "云教〔2026〕9号", date(2026, 3, 3), "")
    amended = commitments.amend_due(
        commitment_id=row.pk, expected_version=row.version, due_on=date(2026, 7, 31), basis=basis, **common
    )
    assert amended.document_on == date(2026, 3, 3)
