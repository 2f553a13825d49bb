"""A second reading: what people did survives, what nobody touched is renewed, what is gone is told."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from yaodian.organisations.models import Account
from yaodian.plans import operations, queries
from yaodian.plans.models import ItemState, Origin, Plan, ReadingState
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW, RANGES, SECTIONS, TEXT, sample
from yaodian.plans.tests.test_operations_structure import check, shape

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


def read_again(editor: Account, plan: Plan, answer: object) -> Plan:
    operations.read_again(actor=editor, now=LATER, public_id=plan.public_id)
    return factories.answered(plan, answer)  # type: ignore[arg-type]


def amended(text: str, *, sections: tuple[tuple[int, str, str], ...] = SECTIONS) -> object:
    return sample(text, sections)


def items(plan: Plan) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name in ("targets", "deadlines", "responsibilitys", "policymentions", "systemmentions"):
        rows += [(row.pk, row.quote, row.state, row.clause_id, row.version) for row in getattr(plan, name).all()]
    return rows


def test_the_same_answer_again_changes_nothing(editor: Account, plan: Plan) -> None:
    before, rows = shape(plan), items(plan)
    again = read_again(editor, plan, sample())
    assert shape(again) == before
    assert items(again) == rows
    changes = queries.get_reading_changes(account=editor, public_id=plan.public_id)
    assert changes is not None
    assert changes.is_same_text
    assert (changes.items, changes.clauses) == ((), ())


def test_a_range_in_a_change_comes_out_as_the_reader_gave_it(editor: Account) -> None:
    plan = factories.read_by_reader(editor, RANGES)
    ends = [(row.comparator, row.value, row.value_max) for row in plan.targets.order_by("span_start")]
    assert ends == [
        ("change", 3.0, 8.0),
        ("change", -5.0, -8.0),
        ("between", 2.0, 3.0),
        ("change", -2.0, None),
    ]
    answer = plan.readings.get().raw
    assert answer is not None
    export = queries.export_plan(account=editor, public_id=plan.public_id, format="json")
    assert json.loads(export.content)["targets"] == answer["targets"]


def test_reading_again_brings_the_second_figure_that_an_older_version_dropped(editor: Account) -> None:
    plan = factories.read_by_reader(editor, RANGES)
    for target in plan.targets.filter(comparator="change"):
        target.value_max = None
        target.read = {**(target.read or {}), "value_max": None}
        target.save()
    operations.read_again(actor=editor, now=LATER, public_id=plan.public_id)
    queued = plan.readings.get(state=ReadingState.QUEUED)
    operations.read_document(reading_id=queued.pk, clock=lambda: LATER, tell=lambda *_done: None)
    assert [row.value_max for row in plan.targets.order_by("span_start")] == [8.0, -8.0, 3.0, None]


def test_a_corrected_value_stays_and_an_untouched_one_is_renewed(editor: Account, plan: Plan) -> None:
    target = plan.targets.get(subject="学前教育普惠率")
    operations.correct_target(
        actor=editor,
        now=NOW,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=96.0, due_on=date(2026, 12, 31)),
    )
    answer = sample()
    better = tuple(dataclasses.replace(row, strength="strive") for row in answer.targets)
    again = read_again(editor, plan, dataclasses.replace(answer, targets=better))
    corrected, untouched = again.targets.get(pk=target.pk), again.targets.get(subject="检查")
    assert (corrected.value, corrected.strength, corrected.state) == (96.0, "must", ItemState.CORRECTED)
    assert corrected.read["strength"] == "strive"
    assert (untouched.strength, untouched.state) == ("strive", ItemState.FOUND)


def test_a_confirmed_item_whose_value_changed_is_to_be_looked_at_again(editor: Account, plan: Plan) -> None:
    operations.confirm_all_certain(actor=editor, now=NOW, public_id=plan.public_id)
    answer = sample()
    renewed = tuple(dataclasses.replace(row, value=3.0) if row.subject == "检查" else row for row in answer.targets)
    again = read_again(editor, plan, dataclasses.replace(answer, targets=renewed))
    assert again.targets.get(subject="检查").state == ItemState.FOUND
    assert again.targets.get(subject="学前教育普惠率").state == ItemState.CONFIRMED


def test_what_was_rejected_stays_rejected(editor: Account, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    operations.reject_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=1)
    again = read_again(editor, plan, sample())
    assert again.targets.get(pk=target.pk).state == ItemState.REJECTED
    assert again.targets.count() == 3


def test_what_a_person_added_is_found_again_by_its_words(editor: Account, plan: Plan) -> None:
    added = operations.add_target(
        actor=editor,
        now=NOW,
        public_id=plan.public_id,
        span=factories.span_of(plan.text, "办好家门口的学校", plan.text.index("2.")),
        values=operations.TargetValues("学校", "at_least", 1.0, unit="所"),
    )
    text = TEXT.replace("一、推进优质均衡", "一、推进优质均衡\n本节说明若干。")
    again = read_again(editor, plan, amended(text))
    row = again.targets.get(pk=added.pk)
    assert row.state == ItemState.CORRECTED
    assert again.text[row.span_start : row.span_end] == row.quote == "办好家门口的学校"
    assert row.clause is not None
    assert row.clause.number == "2"
    check(again)


def test_what_a_person_added_and_the_reader_now_finds_is_one_item(editor: Account, plan: Plan) -> None:
    answer = sample()
    without = dataclasses.replace(answer, systems=())
    first = factories.in_review(editor, without)
    added = operations.add_mention(
        actor=editor,
        now=NOW,
        kind="system",
        public_id=first.public_id,
        span=factories.span_of(first.text, "阳光招生平台"),
        values=operations.MentionValues("云川市阳光招生平台"),
    )
    again = read_again(editor, first, answer)
    row = again.systemmentions.get(clause=added.clause)
    assert (row.pk, row.name, row.origin) == (added.pk, "云川市阳光招生平台", Origin.PERSON)
    assert row.read["name"] == "阳光招生平台"


def test_a_persons_item_whose_words_are_gone_is_lost_and_told_and_stops_the_submission(
    editor: Account, plan: Plan
) -> None:
    added = operations.add_deadline(
        actor=editor,
        now=NOW,
        public_id=plan.public_id,
        span=factories.span_of(plan.text, "开展检查"),
        values=operations.DeadlineValues(date(2026, 6, 30)),
    )
    again = read_again(editor, plan, amended(TEXT.replace("每学期开展检查2次,", "")))
    lost = again.deadlines.get(pk=added.pk)
    assert lost.state == ItemState.LOST
    assert again.warnings.filter(code="lost-correction").count() == 1
    with pytest.raises(operations.UnableToSubmitPlan):
        operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=again.version)
    with pytest.raises(operations.UnableToCorrectItem):
        operations.correct_deadline(
            actor=editor,
            now=NOW,
            item_id=lost.pk,
            expected_version=lost.version,
            values=operations.DeadlineValues(None),
        )
    operations.correct_deadline(
        actor=editor,
        now=LATER,
        item_id=lost.pk,
        expected_version=lost.version,
        values=operations.DeadlineValues(None),
        span=factories.span_of(again.text, "开展隐患排查"),
    )
    again.refresh_from_db()
    assert not again.warnings.filter(code="lost-correction").exists()
    operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=again.version)


def test_an_amended_document_shows_what_changed(editor: Account, plan: Plan) -> None:
    text = TEXT.replace("新增公办园8所", "新增公办园9所").replace("3.开展隐患排查", "4.开展隐患排查")
    sections = (*SECTIONS[:4], (2, "4", "开展隐患排查"))
    operations.amend_plan(actor=editor, now=LATER, public_id=plan.public_id, name="修订.txt", content=text.encode())
    again = factories.answered(plan, amended(text, sections=sections))  # type: ignore[arg-type]
    check(again)
    assert again.document.name == "修订.txt"
    assert again.targets.get(subject="公办园").value == 9.0
    changes = queries.get_reading_changes(account=editor, public_id=plan.public_id)
    assert changes is not None
    assert not changes.is_same_text
    changed = {row.path: row for row in changes.clauses}
    assert "8" in "".join(part.text for part in changed["一/1"].diff if part.op == "-")
    assert "9" in "".join(part.text for part in changed["一/1"].diff if part.op == "+")
    assert again.clauses.get(number="4").path == "二/4"
    assert again.clauses.count() == 5


def test_untouched_rows_that_the_reader_no_longer_finds_vanish_with_their_clause(editor: Account, plan: Plan) -> None:
    text = TEXT[: TEXT.index("二、")]
    again = read_again(editor, plan, amended(text, sections=SECTIONS[:3]))
    check(again)
    assert [row.path for row in again.clauses.all()] == ["一", "一/1", "一/2"]
    assert not again.targets.filter(subject="检查").exists()
    changes = queries.get_reading_changes(account=editor, public_id=plan.public_id)
    assert changes is not None
    assert {row.label for row in changes.items if row.action == "removed" and row.kind == "clause"} == {
        "二 守牢安全底线",
        "3 开展隐患排查",
    }


def test_a_split_and_a_merge_survive_a_second_reading(editor: Account, plan: Plan) -> None:
    first = plan.clauses.get(number="1")
    operations.split_clause(
        actor=editor,
        now=NOW,
        public_id=plan.public_id,
        clause_id=first.pk,
        expected_version=1,
        at=plan.text.index("6月底前"),
        number="1-2",
        heading="完成选址",
    )
    operations.reject_item(
        actor=editor,
        now=NOW,
        kind="clause",
        item_id=plan.clauses.get(number="2").pk,
        expected_version=1,
    )
    before = shape(plan)
    again = read_again(editor, plan, sample())
    check(again)
    assert shape(again) == before
    moved = read_again(editor, plan, amended(TEXT.replace("一、推进", "以下为要点。\n一、推进")))
    check(moved)
    assert [row[:3] for row in shape(moved)] == [row[:3] for row in before]


def test_a_dismissed_warning_stays_dismissed(editor: Account, plan: Plan) -> None:
    operations.dismiss_warning(actor=editor, now=NOW, warning_id=plan.warnings.get().pk)
    again = read_again(editor, plan, sample())
    assert again.warnings.get().is_dismissed


def test_header_fields_a_person_set_stay_and_the_others_are_renewed(editor: Account, plan: Plan) -> None:
    operations.correct_header(
        actor=editor,
        now=NOW,
        public_id=plan.public_id,
        expected_version=plan.header_version,
        values=operations.HeaderValues("人工标题", issuer=plan.issuer, year=plan.year),
    )
    again = read_again(editor, plan, dataclasses.replace(sample(), index_number="YC-1", title="读取的标题"))
    assert (again.title, again.index_number) == ("人工标题", "YC-1")
    assert again.header_read["title"] == "读取的标题"


def test_keys_of_clauses_stay_the_same_through_every_reading(editor: Account, plan: Plan) -> None:
    keys = dict(plan.clauses.values_list("heading", "key"))
    sections = (*SECTIONS[:2], (2, "3", "办好家门口的学校"), *SECTIONS[3:])
    again = read_again(editor, plan, amended(TEXT.replace("2.办好", "3.办好"), sections=sections))
    assert dict(again.clauses.values_list("heading", "key")) == keys
