"""What the database itself refuses."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from yaodian.plans.models import (
    ITEM_TRANSITIONS,
    PLAN_TRANSITIONS,
    Clause,
    Correction,
    ItemKind,
    ItemState,
    Plan,
    PlanState,
    Target,
)
from yaodian.plans.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return factories.in_review(factories.editor())


@pytest.mark.parametrize(
    "changes",
    [
        {"comparator": "between", "value": 3.0, "value_max": 3.0},
        {"comparator": "between", "value": 3.0, "value_max": None},
        {"comparator": "at_least", "value_max": 9.0},
        {"comparator": "change", "value": 3.0, "value_max": 3.0},
        {"comparator": "change", "value": 8.0, "value_max": 3.0},
        {"comparator": "change", "value": -5.0, "value_max": 8.0},
        {"comparator": "change", "value": -8.0, "value_max": -5.0},
        {"comparator": "more"},
        {"span_start": 10, "span_end": 10},
        {"confidence": 1.2},
        {"state": "thought"},
        {"per": "day"},
        {"strength": "maybe"},
    ],
)
def test_a_target_that_breaks_the_schema_is_refused_by_the_database(plan: Plan, changes: dict[str, object]) -> None:
    target = plan.targets.first()
    assert target is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.filter(pk=target.pk).update(**changes)


def test_a_range_with_both_ends_is_taken(plan: Plan) -> None:
    assert plan.targets.update(comparator="between", value=2.0, value_max=3.0) == 3


@pytest.mark.parametrize("ends", [(3.0, 8.0), (-5.0, -8.0), (0.0, 3.0), (0.0, -3.0), (-5.0, None)])
def test_a_change_may_have_a_range_away_from_zero(plan: Plan, ends: tuple[float, float | None]) -> None:
    assert plan.targets.update(comparator="change", value=ends[0], value_max=ends[1]) == 3


@pytest.mark.parametrize("changes", [{"own_end": 0}, {"level": 0}, {"span_end": 1}])
def test_a_clause_outside_its_own_span_is_refused(plan: Plan, changes: dict[str, object]) -> None:
    clause = plan.clauses.first()
    assert clause is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Clause.objects.filter(pk=clause.pk).update(**changes)


def test_a_live_clause_cannot_have_been_merged_away(plan: Plan) -> None:
    one, other = plan.clauses.all()[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Clause.objects.filter(pk=other.pk).update(merged_into=one)


def test_nobody_publishes_what_he_submitted_even_past_the_operation() -> None:
    person = factories.publisher()
    plan = factories.submitted(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="published", published_by=person, published_at=factories.NOW)


def test_nobody_publishes_what_he_corrected_last_even_past_the_operation() -> None:
    editor, corrector = factories.editor(), factories.publisher()
    plan = factories.submitted(editor)
    Plan.objects.filter(pk=plan.pk).update(last_corrected_by=corrector)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="published", published_by=corrector, published_at=factories.NOW)


def test_a_published_plan_carries_its_moments(plan: Plan) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="published")


def test_a_failed_plan_says_why(plan: Plan) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="failed", error_code="")


def test_a_plan_is_read_once_at_a_time() -> None:
    plan = factories.uploaded(factories.editor())
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.readings.create(number=2, document=plan.document, requested_at=factories.NOW)


def test_one_press_of_a_button_counts_once_even_past_the_operation(plan: Plan) -> None:
    person = factories.editor()
    row = {"plan": plan, "action": "plans.target.correct", "kind": ItemKind.TARGET, "made_by": person}
    Correction.objects.create(**row, made_at=factories.NOW, client_key="k1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.create(**row, made_at=factories.LATER, client_key="k1")
    Correction.objects.create(**row, made_at=factories.LATER, client_key="")
    Correction.objects.create(**row, made_at=factories.LATER, client_key="")


def test_every_state_has_its_row_in_the_table_of_transitions() -> None:
    assert set(PLAN_TRANSITIONS) == set(PlanState)
    assert set(ITEM_TRANSITIONS) == set(ItemState)
    assert all(following <= set(PlanState) for following in PLAN_TRANSITIONS.values())


def test_a_public_address_says_nothing_of_the_order() -> None:
    editor = factories.editor()
    first, second = factories.uploaded(editor), factories.uploaded(editor)
    assert len(first.public_id) == len(second.public_id) == 12
    assert first.public_id[:6] != second.public_id[:6]


@pytest.mark.django_db(transaction=True)
def test_the_migration_of_ranges_can_be_taken_back_and_made_again(plan: Plan) -> None:
    plan.targets.update(comparator="change", value=-5.0, value_max=-8.0)
    try:
        call_command("migrate", "plans", "0001", verbosity=0)
        assert set(plan.targets.values_list("comparator", "value", "value_max")) == {("change", -5.0, None)}
    finally:
        call_command("migrate", "plans", verbosity=0)
    assert plan.targets.update(value_max=-8.0) == 3
