"""Split, merge, reject and restore clauses: the words and findings always have one home."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from yaodian.organisations.models import Account
from yaodian.plans import operations
from yaodian.plans.models import FINDING_MODELS, Clause, ItemState, Plan
from yaodian.plans.problem import searchable
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW


def shape(plan: Plan) -> list[tuple[str, str, str, int | None]]:
    """Path, state, own words and parent of each clause, in order."""
    return [(row.path, row.state, plan.text[row.span_start : row.own_end], row.parent_id) for row in plan.clauses.all()]


def check(plan: Plan) -> None:
    """What holds of every tree of clauses, whatever was done to it."""
    live = [row for row in plan.clauses.all() if row.is_live]
    assert [row.span_start for row in live] == sorted(row.span_start for row in live)
    for row, following in zip(live, [*live[1:], None], strict=True):
        assert row.span_start < row.own_end <= row.span_end <= len(plan.text)
        assert row.search_text == searchable(plan.text[row.span_start : row.own_end])
        if following is not None:
            assert row.own_end <= following.span_start
        if row.parent_id is not None:
            parent = next(other for other in live if other.pk == row.parent_id)
            assert parent.span_start < row.span_start
            assert row.span_end <= parent.span_end
            assert parent.level < row.level
    by_id = {row.pk: row for row in live}
    for model in FINDING_MODELS.values():
        for finding in model._default_manager.filter(plan=plan):
            if finding.is_live and finding.clause_id is not None:
                home = by_id[finding.clause_id]
                assert home.span_start <= finding.span_start < home.own_end


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


def numbered(plan: Plan, number: str) -> Clause:
    return plan.clauses.get(number=number)


@pytest.mark.django_db
def test_the_rows_of_a_first_reading_form_a_tree(plan: Plan) -> None:
    check(plan)
    assert [row.path for row in plan.clauses.all()] == ["一", "一/1", "一/2", "二", "二/3"]


@pytest.mark.django_db
def test_a_split_gives_the_new_clause_the_words_and_findings_from_there_on(editor: Account, plan: Plan) -> None:
    first = numbered(plan, "1")
    at = plan.text.index("6月底前")
    new = operations.split_clause(
        actor=editor,
        now=LATER,
        public_id=plan.public_id,
        clause_id=first.pk,
        expected_version=1,
        at=at,
        number="1-2",
        heading="完成选址",
    )
    check(plan)
    first.refresh_from_db()
    assert plan.text[first.span_start : first.own_end].endswith("8所,")
    assert plan.text[new.span_start : new.own_end].startswith("6月底前")
    assert (new.path, new.level, new.state) == ("一/1-2", 2, ItemState.CORRECTED)
    assert {row.quote for row in new.deadlines.all()} == {"6月底前"}
    assert {row.quote for row in first.deadlines.all()} == {"年内"}
    assert first.version == 2


@pytest.mark.django_db
def test_a_clause_can_begin_in_the_preamble(editor: Account, plan: Plan) -> None:
    new = operations.split_clause(
        actor=editor,
        now=NOW,
        public_id=plan.public_id,
        clause_id=None,
        expected_version=None,
        at=plan.text.index("全市"),
        number="总目标",
    )
    check(plan)
    assert plan.text[new.span_start : new.own_end] == "全市学前教育普惠率达到95%。"
    assert plan.targets.get(subject="学前教育普惠率").clause == new
    assert new.position == 0


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["2.办好", "1.扩大", "二、守牢"])
def test_a_split_outside_the_clauses_own_words_is_refused(editor: Account, plan: Plan, words: str) -> None:
    with pytest.raises(operations.UnableToSplitClause) as refused:
        operations.split_clause(
            actor=editor,
            now=NOW,
            public_id=plan.public_id,
            clause_id=numbered(plan, "1").pk,
            expected_version=1,
            at=plan.text.index(words),
            number="x",
        )
    assert refused.value.code == "place-outside"
    assert plan.clauses.count() == 5


@pytest.mark.django_db
def test_a_stale_split_is_refused(editor: Account, plan: Plan) -> None:
    first = numbered(plan, "1")
    operations.confirm_item(actor=editor, now=NOW, kind="clause", item_id=first.pk, expected_version=1)
    with pytest.raises(operations.StaleVersion):
        operations.split_clause(
            actor=editor,
            now=NOW,
            public_id=plan.public_id,
            clause_id=first.pk,
            expected_version=1,
            at=plan.text.index("6月底前"),
            number="x",
        )
    assert plan.clauses.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "direction"), [("1", "next"), ("2", "previous")])
def test_merged_clauses_are_one_and_can_be_parted_again(
    editor: Account, plan: Plan, number: str, direction: str
) -> None:
    before = shape(plan)
    homes = list(plan.systemmentions.values_list("pk", "clause_id"))
    survivor = operations.merge_clauses(
        actor=editor, now=NOW, clause_id=numbered(plan, number).pk, expected_version=1, direction=direction
    )
    check(plan)
    assert survivor.number == "1"
    assert "2.办好家门口的学校" in plan.text[survivor.span_start : survivor.own_end]
    absorbed = numbered(plan, "2")
    assert (absorbed.state, absorbed.merged_into) == (ItemState.REJECTED, survivor)
    assert plan.systemmentions.get(name="阳光招生平台").clause == survivor
    operations.restore_item(
        actor=editor, now=LATER, kind="clause", item_id=absorbed.pk, expected_version=absorbed.version
    )
    check(plan)
    assert [row[0] for row in shape(plan)] == [row[0] for row in before]
    assert [row[2] for row in shape(plan)] == [row[2] for row in before]
    assert list(plan.systemmentions.values_list("pk", "clause_id")) == homes


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "direction"), [("2", "next"), ("1", "previous"), ("3", "next"), ("一", "previous")])
def test_there_is_nothing_to_merge_with_at_the_ends(editor: Account, plan: Plan, number: str, direction: str) -> None:
    with pytest.raises(operations.UnableToMergeClauses) as refused:
        operations.merge_clauses(
            actor=editor, now=NOW, clause_id=numbered(plan, number).pk, expected_version=1, direction=direction
        )
    assert refused.value.code == "no-neighbour"


@pytest.mark.django_db
def test_a_rejected_heading_leaves_its_children_in_the_plan(editor: Account, plan: Plan) -> None:
    before = shape(plan)
    second = numbered(plan, "二")
    operations.reject_item(actor=editor, now=NOW, kind="clause", item_id=second.pk, expected_version=1)
    check(plan)
    assert numbered(plan, "3").path == "一/3"
    second.refresh_from_db()
    operations.restore_item(actor=editor, now=NOW, kind="clause", item_id=second.pk, expected_version=second.version)
    check(plan)
    assert shape(plan) == before


@pytest.mark.django_db
def test_a_clause_merged_away_cannot_be_merged_or_split_again(editor: Account, plan: Plan) -> None:
    operations.merge_clauses(actor=editor, now=NOW, clause_id=numbered(plan, "1").pk, expected_version=1)
    gone = numbered(plan, "2")
    with pytest.raises(operations.WrongState):
        operations.merge_clauses(actor=editor, now=NOW, clause_id=gone.pk, expected_version=gone.version)
    with pytest.raises(operations.WrongState):
        operations.split_clause(
            actor=editor,
            now=NOW,
            public_id=plan.public_id,
            clause_id=gone.pk,
            expected_version=gone.version,
            at=gone.span_start + 3,
            number="x",
        )


@pytest.mark.django_db
def test_the_last_clause_stays(editor: Account, plan: Plan) -> None:
    for number in ("3", "二", "2", "1"):
        operations.reject_item(
            actor=editor,
            now=NOW,
            kind="clause",
            item_id=numbered(plan, number).pk,
            expected_version=numbered(plan, number).version,
        )
    last = numbered(plan, "一")
    with pytest.raises(operations.UnableToRejectItem) as refused:
        operations.reject_item(actor=editor, now=NOW, kind="clause", item_id=last.pk, expected_version=last.version)
    assert refused.value.code == "last-clause"
    check(plan)


@pytest.mark.django_db
def test_a_renumbered_clause_renames_the_paths_below_it(editor: Account, plan: Plan) -> None:
    operations.correct_clause(
        actor=editor,
        now=NOW,
        item_id=numbered(plan, "二").pk,
        expected_version=1,
        values=operations.ClauseValues("三", "守牢安全底线"),
    )
    assert numbered(plan, "3").path == "三/3"


class AnySequence(TestCase):
    """Hypothesis: whatever is split, merged, rejected and restored, the tree stays a tree."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(st.sampled_from("smrb"), st.integers(0, 400)), max_size=8))
    def test_the_tree_holds_after_any_sequence_of_changes(self, steps: list[tuple[str, int]]) -> None:
        editor = factories.editor()
        plan = factories.in_review(editor)
        for step, number in steps:
            rows = list(plan.clauses.all())
            row = rows[number % len(rows)]
            try:
                if step == "s":
                    operations.split_clause(
                        actor=editor,
                        now=NOW,
                        public_id=plan.public_id,
                        clause_id=row.pk,
                        expected_version=row.version,
                        at=row.span_start + 1 + number % 30,
                        number=f"新{number}",
                    )
                elif step == "m":
                    operations.merge_clauses(actor=editor, now=NOW, clause_id=row.pk, expected_version=row.version)
                elif step == "r":
                    operations.reject_item(
                        actor=editor, now=NOW, kind="clause", item_id=row.pk, expected_version=row.version
                    )
                else:
                    operations.restore_item(
                        actor=editor, now=NOW, kind="clause", item_id=row.pk, expected_version=row.version
                    )
            except operations.UnableTo:
                pass
            check(plan)
