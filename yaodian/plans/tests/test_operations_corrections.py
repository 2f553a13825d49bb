"""Correct, add, confirm, reject, restore, dismiss: effect, journal, refusals, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from yaodian.audit.queries import entries_of, verify_journal
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations
from yaodian.plans.models import ItemState, Origin, Plan, PlanState, ResponsibleUnit, Target
from yaodian.plans.problem import value_text
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


def target_of(plan: Plan) -> Target:
    return plan.targets.get(subject="公办园")


def last_code(plan: Plan) -> str:
    return entries_of(subject=f"plan:{plan.public_id}")[0].code


def test_a_corrected_target_keeps_what_the_reader_said(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    values = factories.target_values(target, value=10.0, due_on=date(2026, 9, 1))
    corrected = operations.correct_target(
        actor=editor, now=LATER, item_id=target.pk, expected_version=1, values=values, reason="以正式文本为准"
    )
    corrected.refresh_from_db()
    assert (corrected.value, corrected.due_on, corrected.state) == (10.0, date(2026, 9, 1), ItemState.CORRECTED)
    assert corrected.read["value"] == 8.0
    assert (corrected.version, corrected.changed_by, corrected.changed_at) == (2, editor, LATER)
    correction = plan.corrections.first()
    assert correction is not None
    assert correction.before == {"value": 8.0, "due_on": "2026-12-31", "state": "found"}
    assert correction.after == {"value": 10.0, "due_on": "2026-09-01", "state": "corrected"}
    assert correction.reason == "以正式文本为准"
    entry = entries_of(subject=f"plan:{plan.public_id}")[0]
    assert entry.code == "plans.target.correct"
    assert entry.actor_id == editor.pk
    plan.refresh_from_db()
    assert plan.last_corrected_by == editor
    assert verify_journal().ok


def test_saving_without_a_change_confirms(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    operations.correct_target(
        actor=editor, now=NOW, item_id=target.pk, expected_version=1, values=factories.target_values(target)
    )
    target.refresh_from_db()
    assert target.state == ItemState.CONFIRMED
    assert last_code(plan) == "plans.target.confirm"
    plan.refresh_from_db()
    assert plan.last_corrected_by is None


def test_other_words_can_be_chosen_and_the_clause_follows(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    span = factories.span_of(plan.text, "检查2次")
    corrected = operations.correct_target(
        actor=editor,
        now=NOW,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target),
        span=(span[0] - 0, span[1]),
    )
    assert corrected.quote == "检查2次"
    assert corrected.clause is not None
    assert corrected.clause.number == "3"


def test_the_second_of_two_people_sees_the_first_ones_change_and_loses_nothing(editor: Account, plan: Plan) -> None:
    second = factories.editor("李四")
    target = target_of(plan)
    operations.correct_target(
        actor=second, now=NOW, item_id=target.pk, expected_version=1, values=factories.target_values(target, value=9.0)
    )
    mine = factories.target_values(target, value=10.0)
    with pytest.raises(operations.StaleVersion) as stale:
        operations.correct_target(actor=editor, now=LATER, item_id=target.pk, expected_version=1, values=mine)
    assert stale.value.current["value"] == 9.0
    assert stale.value.changed_by_name == "李四"
    assert stale.value.changed_at == NOW
    assert "李四" in stale.value.message
    target.refresh_from_db()
    assert target.value == 9.0
    operations.correct_target(
        actor=editor, now=LATER, item_id=target.pk, expected_version=stale.value.current_version, values=mine
    )
    target.refresh_from_db()
    assert target.value == 10.0


def test_a_form_sent_twice_counts_once(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    call: dict[str, Any] = {
        "actor": editor,
        "item_id": target.pk,
        "expected_version": 1,
        "values": factories.target_values(target, value=10.0),
        "client_key": "one-press",
    }
    first = operations.correct_target(now=NOW, **call)
    again = operations.correct_target(now=LATER, **call)
    assert (first.version, again.version, again.value) == (2, 2, 10.0)
    assert plan.corrections.filter(action="plans.target.correct").count() == 1


def test_the_key_of_a_saved_form_does_not_swallow_what_is_sent_with_it_later(editor: Account, plan: Plan) -> None:
    # The browser's «back» brings up the form as it was, key and version included; its new value must not be lost.
    target = target_of(plan)
    call: dict[str, Any] = {"actor": editor, "now": NOW, "item_id": target.pk, "client_key": "one-press"}
    operations.correct_target(**call, expected_version=1, values=factories.target_values(target, value=10.0))
    later = factories.target_values(target, value=11.0)
    with pytest.raises(operations.StaleVersion) as stale:
        operations.correct_target(**call, expected_version=1, values=later)
    assert stale.value.current["value"] == 10.0
    saved = operations.correct_target(**call, expected_version=stale.value.current_version, values=later)
    saved.refresh_from_db()
    assert saved.value == 11.0
    assert plan.corrections.filter(action="plans.target.correct").count() == 2


def test_a_key_used_for_one_item_does_not_swallow_another_ones_change(editor: Account, plan: Plan) -> None:
    first, second = plan.targets.all()[:2]
    for target in (first, second):
        operations.correct_target(
            actor=editor,
            now=NOW,
            item_id=target.pk,
            expected_version=1,
            values=factories.target_values(target, value=42.0),
            client_key="k",
        )
    operations.reject_item(actor=editor, now=NOW, kind="target", item_id=first.pk, expected_version=2, client_key="k")
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.value, first.state) == (42.0, ItemState.REJECTED)


def test_a_key_used_for_one_kind_does_not_swallow_an_addition_of_another(editor: Account, plan: Plan) -> None:
    call: dict[str, Any] = {"actor": editor, "now": NOW, "public_id": plan.public_id, "client_key": "k"}
    span = factories.span_of(plan.text, "开展检查")
    mention = operations.MentionValues("检查")
    one = operations.add_mention(kind="system", span=span, values=mention, **call)
    other = operations.add_mention(kind="policy", span=span, values=mention, **call)
    elsewhere = operations.add_mention(kind="system", span=factories.span_of(plan.text, "落实"), values=mention, **call)
    assert (one.kind, other.kind) == ("system", "policy")
    assert elsewhere.pk != one.pk


def test_an_addition_sent_twice_is_one_item(editor: Account, plan: Plan) -> None:
    span = factories.span_of(plan.text, "开展检查")
    values = operations.TargetValues(subject="检查", comparator="at_least", value=2.0, unit="次")
    call: dict[str, Any] = {"actor": editor, "public_id": plan.public_id, "span": span, "values": values}
    first = operations.add_target(now=NOW, client_key="k", **call)
    again = operations.add_target(now=LATER, client_key="k", **call)
    assert first.pk == again.pk
    assert first.origin == Origin.PERSON
    assert first.read is None
    assert first.quote == "开展检查"
    assert first.clause is not None
    assert first.clause.number == "3"


@pytest.mark.parametrize("ends", [(3.0, 8.0), (-5.0, -8.0), (0.0, -3.0)])
def test_a_change_is_corrected_to_a_range_and_the_journal_says_both_figures(
    editor: Account, plan: Plan, ends: tuple[float, float]
) -> None:
    target = target_of(plan)
    values = factories.target_values(target, comparator="change", value=ends[0], value_max=ends[1], unit="个百分点")
    operations.correct_target(actor=editor, now=NOW, item_id=target.pk, expected_version=1, values=values)
    target.refresh_from_db()
    assert (target.comparator, target.value, target.value_max) == ("change", *ends)
    correction = plan.corrections.latest("pk")
    assert correction.after["value_max"] == ends[1]
    assert value_text(target) in correction.summary


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"subject": "  "}, "blank", "subject"),
        ({"subject": "长" * 201}, "too-long", "subject"),
        ({"comparator": "between"}, "between-ends", "value_max"),
        ({"comparator": "between", "value_max": 8.0}, "between-ends", "value_max"),
        ({"value_max": 9.0}, "needless-max", "value_max"),
        ({"comparator": "change", "value_max": 8.0}, "change-ends", "value_max"),
        ({"comparator": "change", "value_max": -9.0}, "change-ends", "value_max"),
        ({"comparator": "change", "value": -8.0, "value_max": -5.0}, "change-ends", "value_max"),
        ({"value": float("nan")}, "not-a-number", "value"),
        ({"value": float("inf")}, "not-a-number", "value"),
        ({"per": "century"}, "unknown-choice", "per"),
        ({"due_on": date(1900, 1, 1)}, "day-out-of-range", "due_on"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_by_field(
    editor: Account, plan: Plan, changes: dict[str, object], code: str, field: str
) -> None:
    target = target_of(plan)
    with pytest.raises(operations.UnableToCorrectItem) as refused:
        operations.correct_target(
            actor=editor,
            now=NOW,
            item_id=target.pk,
            expected_version=1,
            values=factories.target_values(target, **changes),
        )
    assert (refused.value.code, refused.value.field) == (code, field)
    target.refresh_from_db()
    assert target.version == 1


@pytest.mark.parametrize(
    ("units", "lead", "support", "code"),
    [
        ((), (), (), "blank"),
        (("基教科",), ("财务科",), (), "not-among-units"),
        (("基教科",), (), ("财务科",), "not-among-units"),
        (("基教科",), ("基教科",), ("基教科",), "lead-and-support"),
        (("长" * 121,), (), (), "too-long"),
    ],
)
def test_units_that_make_no_sense_are_refused(
    editor: Account, plan: Plan, units: tuple[str, ...], lead: tuple[str, ...], support: tuple[str, ...], code: str
) -> None:
    row = plan.responsibilitys.first()
    assert row is not None
    with pytest.raises(operations.UnableToCorrectItem) as refused:
        operations.correct_responsibility(
            actor=editor,
            now=NOW,
            item_id=row.pk,
            expected_version=1,
            values=operations.ResponsibilityValues(units, lead, support),
        )
    assert refused.value.code == code


def test_corrected_units_are_found_by_unit_at_once(editor: Account, plan: Plan) -> None:
    row = plan.responsibilitys.first()
    assert row is not None
    operations.correct_responsibility(
        actor=editor,
        now=NOW,
        item_id=row.pk,
        expected_version=1,
        values=operations.ResponsibilityValues(("基教科", "督导室"), ("督导室",)),
    )
    rows = ResponsibleUnit.objects.filter(responsibility=row).values_list("name", "part")
    assert list(rows) == [("基教科", "responsible"), ("督导室", "lead")]


@pytest.mark.parametrize("span", [(5, 5), (0, 10**6), (9, 3), (0, 2001)])
def test_words_outside_the_text_are_refused(editor: Account, span: tuple[int, int]) -> None:
    long = factories.sample(factories.TEXT + "字" * 2100)
    plan = factories.in_review(editor, long)
    with pytest.raises(operations.UnableToAddItem) as refused:
        operations.add_deadline(
            actor=editor, now=NOW, public_id=plan.public_id, span=span, values=operations.DeadlineValues(None)
        )
    assert refused.value.field == "span"


def test_a_mention_is_corrected_and_added(editor: Account, plan: Plan) -> None:
    system = plan.systemmentions.get(name="阳光招生平台")
    operations.correct_mention(
        actor=editor,
        now=NOW,
        kind="system",
        item_id=system.pk,
        expected_version=1,
        values=operations.MentionValues("云川市阳光招生平台"),
    )
    system.refresh_from_db()
    assert system.name == "云川市阳光招生平台"
    added = operations.add_mention(
        actor=editor,
        now=NOW,
        kind="policy",
        public_id=plan.public_id,
        span=factories.span_of(plan.text, "安全底线"),
        values=operations.MentionValues("安全条例"),
    )
    assert added.kind == "policy"
    with pytest.raises(ValueError, match="policy or a system"):
        operations.correct_mention(
            actor=editor,
            now=NOW,
            kind="target",
            item_id=1,
            expected_version=1,
            values=operations.MentionValues("安全条例"),
        )


def test_the_header_remembers_which_fields_a_person_set(editor: Account, plan: Plan) -> None:
    values = operations.HeaderValues(title=plan.title, issuer=plan.issuer, year=2026, doc_number="云教〔2026〕3号")
    corrected = operations.correct_header(
        actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.header_version, values=values
    )
    assert corrected.doc_number == "云教〔2026〕3号"
    assert corrected.header_corrected == ["doc_number"]
    with pytest.raises(operations.StaleVersion) as stale:
        operations.correct_header(
            actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.header_version, values=values
        )
    assert stale.value.current["doc_number"] == "云教〔2026〕3号"


def test_a_rejected_item_leaves_the_plan_and_comes_back_as_it_was(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    operations.confirm_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=1)
    operations.reject_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=2, reason="重复")
    target.refresh_from_db()
    assert target.state == ItemState.REJECTED
    with pytest.raises(operations.WrongState):
        operations.correct_target(
            actor=editor, now=NOW, item_id=target.pk, expected_version=3, values=factories.target_values(target)
        )
    with pytest.raises(operations.WrongState):
        operations.confirm_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=3)
    operations.restore_item(actor=editor, now=LATER, kind="target", item_id=target.pk, expected_version=3)
    target.refresh_from_db()
    assert (target.state, target.version) == (ItemState.CONFIRMED, 4)
    with pytest.raises(operations.WrongState):
        operations.restore_item(actor=editor, now=LATER, kind="target", item_id=target.pk, expected_version=4)


def test_a_confirmation_can_be_taken_back(editor: Account, plan: Plan) -> None:
    target = target_of(plan)
    operations.confirm_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=1)
    taken_back: dict[str, Any] = {"kind": "target", "item_id": target.pk, "expected_version": 2}
    with pytest.raises(PermissionMissing):
        operations.reopen_item(actor=factories.account(), now=NOW, **taken_back)
    operations.reopen_item(actor=editor, now=NOW, **taken_back)
    target.refresh_from_db()
    assert target.state == ItemState.FOUND
    with pytest.raises(operations.WrongState):
        operations.reopen_item(actor=editor, now=NOW, **(taken_back | {"expected_version": target.version}))


def test_all_certain_items_are_confirmed_and_the_doubtful_stay(editor: Account, plan: Plan) -> None:
    number = operations.confirm_all_certain(actor=editor, now=NOW, public_id=plan.public_id, threshold=0.9)
    states = dict(plan.targets.values_list("subject", "state"))
    assert states == {"学前教育普惠率": "confirmed", "公办园": "found", "检查": "confirmed"}
    assert plan.systemmentions.get(name="阳光招生平台").state == ItemState.FOUND
    assert number == 5 + 2 + 2 + 2 + 1 + 1
    assert operations.confirm_all_certain(actor=editor, now=NOW, public_id=plan.public_id, threshold=0.9) == 0
    with pytest.raises(operations.UnableToConfirmItem):
        operations.confirm_all_certain(actor=editor, now=NOW, public_id=plan.public_id, threshold=0.1)


def test_a_warning_is_dismissed_and_reopened(editor: Account, plan: Plan) -> None:
    warning = plan.warnings.get()
    operations.dismiss_warning(actor=editor, now=NOW, warning_id=warning.pk)
    warning.refresh_from_db()
    assert warning.is_dismissed
    assert last_code(plan) == "plans.warning.dismiss"
    operations.dismiss_warning(actor=editor, now=NOW, warning_id=warning.pk, is_dismissed=False)
    assert last_code(plan) == "plans.warning.reopen"


Call = Callable[[Account, Plan], object]


def every_operation() -> list[tuple[str, Call]]:
    """Each correcting operation as a call that would succeed on a fresh sample in review."""
    return [
        (
            "correct_target",
            lambda actor, plan: operations.correct_target(
                actor=actor,
                now=NOW,
                item_id=target_of(plan).pk,
                expected_version=1,
                values=factories.target_values(target_of(plan), value=11.0),
            ),
        ),
        (
            "correct_deadline",
            lambda actor, plan: operations.correct_deadline(
                actor=actor,
                now=NOW,
                item_id=plan.deadlines.all()[0].pk,
                expected_version=1,
                values=operations.DeadlineValues(date(2026, 7, 1)),
            ),
        ),
        (
            "correct_responsibility",
            lambda actor, plan: operations.correct_responsibility(
                actor=actor,
                now=NOW,
                item_id=plan.responsibilitys.all()[0].pk,
                expected_version=1,
                values=operations.ResponsibilityValues(("督导室",)),
            ),
        ),
        (
            "correct_mention",
            lambda actor, plan: operations.correct_mention(
                actor=actor,
                now=NOW,
                kind="policy",
                item_id=plan.policymentions.all()[0].pk,
                expected_version=1,
                values=operations.MentionValues("布局规划"),
            ),
        ),
        (
            "correct_clause",
            lambda actor, plan: operations.correct_clause(
                actor=actor,
                now=NOW,
                item_id=plan.clauses.all()[1].pk,
                expected_version=1,
                values=operations.ClauseValues("1", "扩大学位"),
            ),
        ),
        (
            "correct_header",
            lambda actor, plan: operations.correct_header(
                actor=actor,
                now=NOW,
                public_id=plan.public_id,
                expected_version=plan.header_version,
                values=operations.HeaderValues("另一个标题"),
            ),
        ),
        (
            "add_target",
            lambda actor, plan: operations.add_target(
                actor=actor,
                now=NOW,
                public_id=plan.public_id,
                span=(0, 3),
                values=operations.TargetValues("学位", "at_least", 1.0),
            ),
        ),
        (
            "add_deadline",
            lambda actor, plan: operations.add_deadline(
                actor=actor, now=NOW, public_id=plan.public_id, span=(0, 3), values=operations.DeadlineValues(None)
            ),
        ),
        (
            "add_responsibility",
            lambda actor, plan: operations.add_responsibility(
                actor=actor,
                now=NOW,
                public_id=plan.public_id,
                span=(0, 3),
                values=operations.ResponsibilityValues(("督导室",)),
            ),
        ),
        (
            "add_mention",
            lambda actor, plan: operations.add_mention(
                actor=actor,
                now=NOW,
                kind="system",
                public_id=plan.public_id,
                span=(0, 3),
                values=operations.MentionValues("平台"),
            ),
        ),
        (
            "confirm_item",
            lambda actor, plan: operations.confirm_item(
                actor=actor, now=NOW, kind="target", item_id=target_of(plan).pk, expected_version=1
            ),
        ),
        (
            "confirm_all_certain",
            lambda actor, plan: operations.confirm_all_certain(actor=actor, now=NOW, public_id=plan.public_id),
        ),
        (
            "reject_item",
            lambda actor, plan: operations.reject_item(
                actor=actor, now=NOW, kind="clause", item_id=plan.clauses.all()[2].pk, expected_version=1
            ),
        ),
        (
            "split_clause",
            lambda actor, plan: operations.split_clause(
                actor=actor,
                now=NOW,
                public_id=plan.public_id,
                clause_id=plan.clauses.all()[1].pk,
                expected_version=1,
                at=plan.text.index("6月底前"),
                number="1-2",
            ),
        ),
        (
            "merge_clauses",
            lambda actor, plan: operations.merge_clauses(
                actor=actor, now=NOW, clause_id=plan.clauses.all()[1].pk, expected_version=1
            ),
        ),
        (
            "dismiss_warning",
            lambda actor, plan: operations.dismiss_warning(actor=actor, now=NOW, warning_id=plan.warnings.all()[0].pk),
        ),
    ]


EVERY = every_operation()


@pytest.mark.parametrize("call", [call for _, call in EVERY], ids=[name for name, _ in EVERY])
def test_every_correction_is_journalled_once_and_raises_the_plans_version(
    call: Call, editor: Account, plan: Plan
) -> None:
    before = entries_of(subject=f"plan:{plan.public_id}").count()
    call(editor, plan)
    assert entries_of(subject=f"plan:{plan.public_id}").count() == before + 1
    assert Plan.objects.get(pk=plan.pk).version == plan.version + 1


@pytest.mark.parametrize("call", [call for _, call in EVERY], ids=[name for name, _ in EVERY])
def test_no_correction_without_the_permission(call: Call, plan: Plan) -> None:
    before = entries_of(subject=f"plan:{plan.public_id}").count()
    with pytest.raises(PermissionMissing):
        call(factories.account(), plan)
    assert entries_of(subject=f"plan:{plan.public_id}").count() == before
    assert Plan.objects.get(pk=plan.pk).version == plan.version


@pytest.mark.parametrize("call", [call for _, call in EVERY], ids=[name for name, _ in EVERY])
@pytest.mark.parametrize("state", [PlanState.READING, PlanState.SUBMITTED, PlanState.WITHDRAWN])
def test_no_correction_outside_review(call: Call, state: str, editor: Account, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(state=state)
    with pytest.raises(operations.WrongState) as refused:
        call(editor, plan)
    assert refused.value.state == state
    assert Plan.objects.get(pk=plan.pk).version == plan.version
