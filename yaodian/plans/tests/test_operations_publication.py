"""From review to the public page: two people, and every step written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yaodian.audit.queries import entries_of, verify_journal
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations, queries
from yaodian.plans.models import Plan, PlanState
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW

pytestmark = pytest.mark.django_db


def test_a_plan_is_published_by_a_second_person() -> None:
    editor, second = factories.editor(), factories.publisher()
    plan = factories.published(editor, second)
    assert plan.state == PlanState.PUBLISHED
    assert (plan.submitted_by, plan.published_by, plan.published_at) == (editor, second, NOW)
    codes = [entry.code for entry in entries_of(subject=f"plan:{plan.public_id}")]
    assert codes[:2] == ["plans.plan.publish", "plans.plan.submit"]
    assert verify_journal().ok
    assert queries.get_header(account=None, public_id=plan.public_id).title == plan.title


def test_nobody_publishes_what_he_submitted() -> None:
    person = factories.publisher()
    plan = factories.submitted(person)
    with pytest.raises(operations.NotSecondPerson) as refused:
        operations.publish_plan(actor=person, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    assert refused.value.code == "submitted-by-yourself"
    assert Plan.objects.get(pk=plan.pk).state == PlanState.SUBMITTED


def test_nobody_publishes_what_he_corrected_last() -> None:
    editor, corrector, third = factories.editor(), factories.publisher(), factories.publisher()
    plan = factories.in_review(editor)
    target = plan.targets.all()[0]
    operations.correct_target(
        actor=corrector,
        now=NOW,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=1.0),
    )
    plan.refresh_from_db()
    plan = operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    with pytest.raises(operations.NotSecondPerson) as refused:
        operations.publish_plan(actor=corrector, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    assert refused.value.code == "corrected-by-yourself"
    assert "publish_plan" not in queries.get_actions(account=corrector, plan=plan)
    assert "publish_plan" in queries.get_actions(account=third, plan=plan)
    operations.publish_plan(actor=third, now=NOW, public_id=plan.public_id, expected_version=plan.version)


def test_what_is_published_is_what_the_publisher_saw() -> None:
    editor, second = factories.editor(), factories.publisher()
    plan = factories.submitted(editor)
    returned = operations.return_plan(
        actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="核对单位"
    )
    operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=returned.version)
    with pytest.raises(operations.StaleVersion):
        operations.publish_plan(actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version)


def test_a_returned_plan_says_why_and_can_be_corrected_again() -> None:
    editor, second = factories.editor(), factories.publisher()
    plan = factories.submitted(editor)
    with pytest.raises(operations.UnableToReturnPlan):
        operations.return_plan(
            actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="  "
        )
    returned = operations.return_plan(
        actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="第3条缺单位"
    )
    assert (returned.state, returned.returned_reason) == (PlanState.REVIEW, "第3条缺单位")


def test_a_withdrawn_plan_is_gone_for_the_public_and_goes_the_whole_way_again() -> None:
    editor, second = factories.editor(), factories.publisher()
    plan = factories.published(editor, second)
    with pytest.raises(operations.UnableToWithdrawPlan):
        operations.withdraw_plan(
            actor=second, now=LATER, public_id=plan.public_id, expected_version=plan.version, reason=""
        )
    plan = operations.withdraw_plan(
        actor=second, now=LATER, public_id=plan.public_id, expected_version=plan.version, reason="有误"
    )
    with pytest.raises(Plan.DoesNotExist):
        queries.get_plan_page(account=None, public_id=plan.public_id)
    plan = operations.reopen_plan(actor=editor, now=LATER, public_id=plan.public_id, expected_version=plan.version)
    assert (plan.state, plan.published_by, plan.submitted_by) == (PlanState.REVIEW, None, None)
    with pytest.raises(operations.UnableToDeleteDraft):
        operations.delete_draft(actor=editor, now=LATER, public_id=plan.public_id)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda plan: Plan.objects.filter(pk=plan.pk).update(title=""), "no-title"),
        (lambda plan: Plan.objects.filter(pk=plan.pk).update(year=None), "no-year"),
        (lambda plan: plan.clauses.update(state="rejected"), "no-clauses"),
        (lambda plan: plan.targets.update(state="lost"), "lost-items"),
        (lambda plan: plan.warnings.update(code="foreign-entity"), "open-warnings"),
    ],
)
def test_an_unfinished_plan_is_not_submitted(spoil: Callable[[Plan], object], code: str) -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    spoil(plan)
    with pytest.raises(operations.UnableToSubmitPlan) as refused:
        operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    assert refused.value.code == code
    assert Plan.objects.get(pk=plan.pk).state == PlanState.REVIEW


def test_a_warning_that_was_looked_at_does_not_stand_in_the_way() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    plan.warnings.update(code="foreign-entity")
    operations.dismiss_warning(actor=editor, now=NOW, warning_id=plan.warnings.get().pk)
    plan.refresh_from_db()
    operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)


Step = Callable[[Account, Plan], object]
STEPS: dict[str, tuple[str, Step]] = {
    "submit": (
        PlanState.REVIEW,
        lambda actor, plan: operations.submit_plan(
            actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version
        ),
    ),
    "return": (
        PlanState.SUBMITTED,
        lambda actor, plan: operations.return_plan(
            actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="x"
        ),
    ),
    "publish": (
        PlanState.SUBMITTED,
        lambda actor, plan: operations.publish_plan(
            actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version
        ),
    ),
    "withdraw": (
        PlanState.PUBLISHED,
        lambda actor, plan: operations.withdraw_plan(
            actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version, reason="x"
        ),
    ),
    "reopen": (
        PlanState.WITHDRAWN,
        lambda actor, plan: operations.reopen_plan(
            actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version
        ),
    ),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", list(PlanState))
def test_each_step_is_open_in_its_state_only(step: str, state: str) -> None:
    editor, second = factories.editor(), factories.publisher()
    plan = factories.submitted(editor)
    Plan.objects.filter(pk=plan.pk).update(state=state, published_at=NOW, error_code="x")
    plan.refresh_from_db()
    wanted, call = STEPS[step]
    if state == wanted:
        call(second, plan)
        return
    with pytest.raises(operations.WrongState) as refused:
        call(second, plan)
    assert refused.value.state == state


@pytest.mark.parametrize("step", STEPS)
def test_each_step_needs_its_permission(step: str) -> None:
    editor = factories.editor()
    plan = factories.submitted(editor)
    Plan.objects.filter(pk=plan.pk).update(state=STEPS[step][0], published_at=NOW)
    plan.refresh_from_db()
    person = factories.account() if step in ("submit", "reopen") else factories.editor()
    before = entries_of(subject=f"plan:{plan.public_id}").count()
    with pytest.raises(PermissionMissing):
        STEPS[step][1](person, plan)
    assert entries_of(subject=f"plan:{plan.public_id}").count() == before


@pytest.mark.parametrize("state", [PlanState.READING, PlanState.SUBMITTED, PlanState.PUBLISHED, PlanState.WITHDRAWN])
def test_only_drafts_are_deleted(state: str) -> None:
    editor = factories.editor()
    plan = factories.submitted(editor)
    Plan.objects.filter(pk=plan.pk).update(state=state, published_at=NOW)
    with pytest.raises(operations.WrongState):
        operations.delete_draft(actor=editor, now=NOW, public_id=plan.public_id)
    with pytest.raises(PermissionMissing):
        operations.delete_draft(actor=factories.account(), now=NOW, public_id=plan.public_id)
