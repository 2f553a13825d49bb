"""What is read: constant queries, marks that join to the text, search against brute force, and no draft shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from yaodian.organisations.models import Account
from yaodian.plans import operations, queries
from yaodian.plans.models import Clause, ItemState, Plan, PlanState
from yaodian.plans.problem import searchable, searchable_with_offsets
from yaodian.plans.queries.searching import snippet_of
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW, TEXT, sample

AtMost = Callable[..., Any]


def long_plan(clauses: int) -> Any:
    """A sample with many clauses, each with a target, a deadline, units and a system."""
    lines = [
        f"{number}.任务{number:03}。年内新增公办园{number}所,用好第{number}号平台。(责任单位:基教科、科室{number})"
        for number in range(1, clauses + 1)
    ]
    text = "云川市教育局2026年工作要点\n一、总任务\n" + "\n".join(lines) + "\n"
    sections = ((1, "一", "总任务"), *((2, str(number), f"任务{number:03}") for number in range(1, clauses + 1)))
    answer = sample(text, sections)
    nodes = answer.nodes

    def at(words: str) -> dict[str, Any]:
        span = factories.span_of(text, words)
        return {"node": factories.node_at(nodes, span[0]), "span": span}

    pattern = sample().targets[1]
    return dataclasses.replace(
        answer,
        targets=tuple(
            dataclasses.replace(pattern, **at(f"新增公办园{number}所"), value=float(number))
            for number in range(1, clauses + 1)
        ),
        responsible=tuple(
            dataclasses.replace(
                sample().responsible[0], **at(f"(责任单位:基教科、科室{number})"), units=("基教科", f"科室{number}")
            )
            for number in range(1, clauses + 1)
        ),
        systems=tuple(
            dataclasses.replace(sample().systems[0], **at(f"第{number}号平台"), name=f"第{number}号平台")
            for number in range(1, clauses + 1)
        ),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("clauses", [5, 120])
def test_the_page_of_a_plan_costs_at_most_twelve_queries(
    clauses: int, django_assert_max_num_queries: AtMost, client: Client
) -> None:
    editor = factories.editor()
    plan = factories.in_review(editor, long_plan(clauses))
    client.force_login(editor)
    session_queries = 3
    with django_assert_max_num_queries(12 - session_queries):
        page = queries.get_plan_page(account=editor, public_id=plan.public_id)
        assert page.counts.clauses == clauses + 1
        assert sum(len(view.targets) for view in page.clauses[0].children) == clauses
    with django_assert_max_num_queries(12 - session_queries):
        review = queries.get_review_page(account=editor, public_id=plan.public_id)
        assert review.total == len(review.items) > 4 * clauses
        assert "".join(view.changed_by_name for view in review.items) == ""


@pytest.mark.django_db
def test_a_list_costs_two_queries_however_many_plans_it_holds(django_assert_num_queries: AtMost) -> None:
    editor = factories.editor()
    for _ in range(4):
        factories.in_review(editor)
    with django_assert_num_queries(2):
        page = queries.list_plans(account=editor, filters=queries.PlanFilters(), size=3)
        assert [(card.clauses, card.targets, card.deadlines, card.open_warnings) for card in page.items] == [
            (5, 3, 2, 1)
        ] * 3
        assert [card.plan.document.name for card in page.items] == ["要点.txt"] * 3
    assert (page.total, page.pages, page.has_next) == (4, 2, True)
    assert page.items[0].unsettled == 5 + 3 + 2 + 2 + 1 + 2


@pytest.mark.django_db
def test_lists_are_narrowed_by_state_year_issuer_and_words() -> None:
    editor = factories.editor()
    factories.in_review(editor)
    factories.in_review(editor, sample(year=2025))

    def total(**filters: Any) -> int:
        return queries.list_plans(account=editor, filters=queries.PlanFilters(**filters)).total

    assert total() == 2
    assert total(year=2025) == 1
    assert total(state=PlanState.PUBLISHED) == 0
    assert total(issuer="云川市教育局") == 2
    assert total(text="云川 2026") == 1
    choices = queries.get_filter_choices(account=editor)
    assert (choices.years, choices.issuers) == ((2026, 2025), ("云川市教育局",))
    assert [(value, number) for value, _label, number in choices.states] == [("review", 2)]


@pytest.mark.django_db
def test_the_lines_of_the_review_page_join_to_the_text_with_every_item_marked() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    page = queries.get_review_page(account=editor, public_id=plan.public_id)
    assert "\n".join("".join(part.text for part in line.segments) for line in page.lines) == plan.text.strip()
    marked: dict[str, str] = {}
    for line in page.lines:
        for part in line.segments:
            for ref in part.refs:
                marked[ref] = marked.get(ref, "") + part.text
    findings = [view for view in page.items if view.kind != "clause"]
    warned = {warning.ref: plan.text[warning.span_start : warning.span_end] for warning in page.warnings}
    assert {view.ref: view.quote for view in findings} | warned == marked
    assert [line.clause.number for line in page.lines if line.clause] == ["一", "1", "2", "二", "3"]


@pytest.mark.django_db
def test_doubtful_items_come_first_until_somebody_has_looked_at_them() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    page = queries.get_review_page(account=editor, public_id=plan.public_id)
    assert [view.label for view in page.doubtful[:2]] == ["公办园 ≥8所", "阳光招生平台"]
    assert page.doubtful[0].is_doubtful
    first = page.doubtful[0]
    operations.confirm_item(actor=editor, now=NOW, kind=first.kind, item_id=first.id, expected_version=first.version)
    page = queries.get_review_page(account=editor, public_id=plan.public_id)
    assert page.doubtful[0].label == "阳光招生平台"
    assert page.settled == 1
    view = queries.get_item(account=editor, kind="target", item_id=first.id)
    assert (view.is_settled, view.changed_by_name) == (True, editor.name)


@pytest.mark.django_db
def test_the_plan_page_shows_heading_body_and_items_where_they_stand() -> None:
    editor = factories.editor()
    plan = factories.published(editor, factories.publisher())
    page = queries.get_plan_page(account=None, public_id=plan.public_id)
    assert [view.clause.path for view in page.clauses if view.clause] == ["一", "二"]
    clause = page.clauses[0].children[1]
    assert (clause.label, clause.heading_text) == ("2.", "办好家门口的学校")
    assert clause.body.startswith("落实《云川市学校布局规划》")
    assert "".join(part.text for part in clause.segments).strip() == clause.body
    assert [row.lead for row in clause.responsibilities] == [["基教科"]]
    assert [target.subject for target in page.preamble.targets] == ["学前教育普惠率"]
    assert [(unit.name, unit.clauses, unit.lead) for unit in page.units] == [
        ("基教科", 2, 1),
        ("人事科", 1, 0),
        ("财务科", 1, 0),
    ]
    assert [name.name for name in page.policies] == ["云川市学校布局规划"]
    assert page.actions == frozenset()


@pytest.mark.django_db
def test_rejected_items_leave_the_public_page_and_the_exports() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    target = plan.targets.get(subject="公办园")
    operations.reject_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=1)
    page = queries.get_plan_page(account=editor, public_id=plan.public_id)
    assert page.counts.targets == 2
    assert "公办园" not in {
        row.subject for row in queries.get_reader_plan(account=editor, public_id=plan.public_id).targets
    }
    review = queries.get_review_page(account=editor, public_id=plan.public_id)
    assert [view.label for view in review.rejected] == ["公办园 ≥8所"]


@pytest.mark.django_db
def test_rows_give_the_plan_that_made_them() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    found = queries.get_reader_plan(account=editor, public_id=plan.public_id)
    assert found == dataclasses.replace(sample(), warnings=())


@pytest.mark.django_db
def test_the_history_of_an_item_says_who_what_when_and_why() -> None:
    editor = factories.editor("王五")
    plan = factories.in_review(editor)
    target = plan.targets.get(subject="公办园")
    operations.correct_target(
        actor=editor,
        now=LATER,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=9.0, comparator="at_most"),
        reason="原文笔误",
    )
    (entry,) = queries.history(account=editor, kind="target", item_id=target.pk)
    assert (entry.action_label, entry.made_by_name, entry.made_at, entry.reason) == (
        "更正目标",
        "王五",
        LATER,
        "原文笔误",
    )
    assert [(row.label, row.before, row.after) for row in entry.changes] == [
        ("要求", "不低于", "不超过"),
        ("数值", "8", "9"),
        ("状态", "读取所得", "已更正"),
    ]
    journal = queries.plan_journal(account=editor, public_id=plan.public_id)
    assert [row.action for row in journal.items] == ["plans.target.correct", "plans.plan.read", "plans.plan.upload"]


# --- search ----------------------------------------------------------------------------------------------------------


def hits(account: Account | None, text: str, **filters: Any) -> list[tuple[str, str]]:
    found = queries.search(account=account, text=text, filters=queries.SearchFilters(**filters))
    return [(hit.clause.path, "".join(part.text for part in hit.snippet if part.is_hit)) for hit in found.page.items]


@pytest.mark.django_db
def test_a_search_finds_substrings_whatever_width_case_and_spaces() -> None:
    editor = factories.editor()
    factories.in_review(editor, sample(TEXT.replace("8所", "８ 所").replace("阳光招生平台", "阳光招生APP平台")))
    assert hits(editor, "8所") == [("一/1", "８ 所")]
    assert hits(editor, "招生ａｐｐ") == [("一/2", "招生APP")]
    assert hits(editor, "基教科 公办园") == [("一/1", "公办园基教科")]
    assert hits(editor, "不存在的词") == []
    assert hits(editor, " ") == []
    assert hits(editor, "%") == []
    assert hits(editor, "基教科", year=2025) == []
    assert len(hits(editor, "基教科", year=2026, issuer="云川市教育局")) == 2


@pytest.mark.django_db
def test_pages_of_hits_follow_each_other_without_gap_or_double() -> None:
    editor = factories.editor()
    for year in (2024, 2026, 2025):
        factories.in_review(editor, sample(year=year))
    seen: list[tuple[int | None, str]] = []
    number = 1
    while True:
        found = queries.search(account=editor, text="科", filters=queries.SearchFilters(), page=number, size=4)
        seen += [(hit.plan.year, hit.clause.path) for hit in found.page.items]
        if not found.page.has_next:
            break
        number += 1
    assert seen == [(year, path) for year in (2026, 2025, 2024) for path in ("一/1", "一/2")]
    assert (found.page.total, found.plans) == (6, 3)


@pytest.mark.django_db
def test_a_search_costs_two_queries(django_assert_num_queries: AtMost) -> None:
    editor = factories.editor()
    for _ in range(3):
        factories.in_review(editor)
    with django_assert_num_queries(2):
        found = queries.search(account=editor, text="基教科", filters=queries.SearchFilters())
        assert [hit.plan.title for hit in found.page.items] == ["云川市教育局2026年工作要点"] * 6


class SearchAgainstBruteForce(TestCase):
    """Hypothesis: the clauses found are those whose words hold what was asked."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(alphabet="基教科 公办园8所安全.%_'\\Ａa平台", max_size=5))
    def test_the_clauses_found_are_those_that_hold_the_words(self, asked: str) -> None:
        editor = factories.editor()
        factories.in_review(editor)
        found = queries.search(account=editor, text=asked, filters=queries.SearchFilters(), size=100)
        words = [searchable(word) for word in asked.split()]
        expected = {
            clause.pk
            for clause in Clause.objects.select_related("plan")
            if words and all(word in searchable(clause.plan.text[clause.span_start : clause.own_end]) for word in words)
        }
        assert {hit.clause.pk for hit in found.page.items} == expected
        assert found.page.total == len(expected)


@given(st.text(max_size=60))
def test_searchable_text_and_its_offsets_agree(text: str) -> None:
    folded, offsets = searchable_with_offsets(text)
    assert folded == searchable(text)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 299), st.integers(1, 20)), max_size=5))
def test_a_snippet_is_a_piece_of_the_text(text: str, places: list[tuple[int, int]]) -> None:
    spans = sorted((start, min(len(text), start + length)) for start, length in places if start < len(text))
    parts = snippet_of(text, spans)
    words = "".join(part.text for part in parts).strip("…")
    assert words in text.replace("\n", " ").replace("\t", " ").strip("…") or words == ""


# --- by unit ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_sees_its_duties_by_day() -> None:
    editor = factories.editor()
    factories.published(editor, factories.publisher())
    found = queries.by_unit(account=None, unit="基教科")
    assert [(duty.clause.number, duty.part, str(duty.next_due)) for duty in found.duties if duty.clause] == [
        ("1", "responsible", "2026-06-30"),
        ("2", "lead", "None"),
    ]
    assert found.years == (2026,)
    assert queries.by_unit(account=None, unit="基 教科", year=2025).duties == ()
    assert [unit.name for unit in queries.list_units(account=None, text="财")] == ["财务科"]
    assert queries.by_unit(account=None, unit="没有这个科").duties == ()


@pytest.mark.django_db
def test_duties_cost_a_constant_number_of_queries(django_assert_max_num_queries: AtMost) -> None:
    editor = factories.editor()
    factories.in_review(editor, long_plan(60))
    with django_assert_max_num_queries(4):
        assert len(queries.by_unit(account=editor, unit="基教科").duties) == 60


# --- exports and comparison ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", list(queries.FORMATS))
def test_each_format_is_exported_with_its_name_and_kind(wanted: str) -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    export = queries.export_plan(account=editor, public_id=plan.public_id, format=wanted)
    assert export.name == f"云川市教育局2026年工作要点.{wanted}"
    assert export.media_type == queries.FORMATS[wanted]
    assert len(export.content) > 1000
    with pytest.raises(ValueError, match="exported as"):
        queries.export_plan(account=editor, public_id=plan.public_id, format="exe")


@pytest.mark.django_db
def test_two_plans_are_compared_as_corrected() -> None:
    editor, second = factories.editor(), factories.publisher()
    left = factories.published(editor, second, sample(year=2025))
    right = factories.published(editor, second, sample(TEXT.replace("公办园8所", "公办园9所")))
    found = queries.compare_plans(account=None, left=left.public_id, right=right.public_id)
    verdicts = {row.after.subject: row.verdict for row in found.result.targets if row.after}
    assert verdicts["公办园"] == "raised"


# --- no draft is shown -----------------------------------------------------------------------------------------------

SECRET = "秘密工程办公室"


def secret_plan(editor: Account) -> Plan:
    text = TEXT.replace("财务科", SECRET).replace("阳光招生平台", "秘密招生平台")
    answer = sample(text.replace(f"(责任单位:基教科、{SECRET})", "(责任单位:基教科、财务科)"))
    plan = factories.in_review(
        editor, dataclasses.replace(answer, issuer=SECRET, title=f"{SECRET}2031年要点", year=2031)
    )
    responsibility = plan.responsibilitys.all()[0]
    operations.correct_responsibility(
        actor=editor,
        now=NOW,
        item_id=responsibility.pk,
        expected_version=1,
        values=operations.ResponsibilityValues((SECRET,)),
    )
    return plan


OUTLETS: dict[str, Callable[[Account | None, Plan], Any]] = {
    "list": lambda who, plan: queries.list_plans(account=who, filters=queries.PlanFilters()).items,
    "list by state": lambda who, plan: (
        queries.list_plans(account=who, filters=queries.PlanFilters(state="review")).items
    ),
    "list by words": lambda who, plan: queries.list_plans(account=who, filters=queries.PlanFilters(text="秘密")).items,
    "latest": lambda who, plan: queries.list_latest(account=who),
    "counts": lambda who, plan: queries.get_counts(account=who)["review"],
    "years": lambda who, plan: queries.get_filter_choices(account=who).years,
    "issuers": lambda who, plan: queries.get_filter_choices(account=who).issuers,
    "states": lambda who, plan: queries.get_filter_choices(account=who).states,
    "search": lambda who, plan: queries.search(account=who, text="学位", filters=queries.SearchFilters()).page.total,
    "search in it": lambda who, plan: (
        queries.search(account=who, text="学位", filters=queries.SearchFilters(public_id=plan.public_id)).page.items
    ),
    "units": lambda who, plan: queries.list_units(account=who),
    "duties": lambda who, plan: queries.by_unit(account=who, unit=SECRET).duties,
    "years of duties": lambda who, plan: queries.by_unit(account=who, unit=SECRET).years,
}
ADDRESSED: dict[str, Callable[[Account | None, Plan], Any]] = {
    "page": lambda who, plan: queries.get_plan_page(account=who, public_id=plan.public_id),
    "review": lambda who, plan: queries.get_review_page(account=who, public_id=plan.public_id),
    "header": lambda who, plan: queries.get_header(account=who, public_id=plan.public_id),
    "json": lambda who, plan: queries.get_reader_plan(account=who, public_id=plan.public_id),
    "export": lambda who, plan: queries.export_plan(account=who, public_id=plan.public_id, format="md"),
    "original": lambda who, plan: queries.get_original(account=who, public_id=plan.public_id),
    "comparison": lambda who, plan: queries.compare_plans(account=who, left=plan.public_id, right=plan.public_id),
    "progress": lambda who, plan: queries.get_reading_progress(account=who, public_id=plan.public_id),
    "journal": lambda who, plan: queries.plan_journal(account=who, public_id=plan.public_id),
    "readings": lambda who, plan: queries.list_readings(account=who, public_id=plan.public_id),
    "sheets": lambda who, plan: queries.list_sheet_edits(account=who, public_id=plan.public_id),
    "changes": lambda who, plan: (queries.get_reading_changes(account=who, public_id=plan.public_id), plan),
}


@pytest.mark.django_db
@pytest.mark.parametrize("outlet", OUTLETS)
def test_no_outlet_shows_a_draft_to_the_public_or_counts_it(outlet: str) -> None:
    editor = factories.editor()
    plan = secret_plan(editor)
    ask = OUTLETS[outlet]
    assert ask(editor, plan), "the outlet shows the draft to those who work on it, else this proves nothing"
    for stranger in (None, factories.account()):
        assert not ask(stranger, plan)


@pytest.mark.django_db
@pytest.mark.parametrize("outlet", ADDRESSED)
def test_no_address_of_a_draft_answers_the_public(outlet: str) -> None:
    editor = factories.editor()
    plan = secret_plan(editor)
    ask = ADDRESSED[outlet]
    assert ask(editor, plan) is not None
    for stranger in (None, factories.account()):
        with pytest.raises(Plan.DoesNotExist):
            ask(stranger, plan)


@pytest.mark.django_db
@pytest.mark.parametrize("outlet", ["original", "progress", "journal", "review", "readings", "sheets", "changes"])
def test_the_workshop_of_a_published_plan_stays_closed(outlet: str) -> None:
    plan = factories.published(factories.editor(), factories.publisher())
    with pytest.raises(Plan.DoesNotExist):
        ADDRESSED[outlet](None, plan)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in PlanState if state != PlanState.PUBLISHED])
def test_only_published_plans_are_public(state: str) -> None:
    plan = factories.published(factories.editor(), factories.publisher())
    assert queries.get_header(account=None, public_id=plan.public_id) == plan
    Plan.objects.filter(pk=plan.pk).update(state=state, error_code="x")
    with pytest.raises(Plan.DoesNotExist):
        queries.get_header(account=None, public_id=plan.public_id)


@pytest.mark.django_db
def test_items_and_their_history_are_closed_to_strangers() -> None:
    editor = factories.editor()
    plan = factories.published(editor, factories.publisher())
    target = plan.targets.all()[0]
    for stranger in (None, factories.account()):
        with pytest.raises(type(target).DoesNotExist):
            queries.get_item(account=stranger, kind="target", item_id=target.pk)
        with pytest.raises(type(target).DoesNotExist):
            queries.history(account=stranger, kind="target", item_id=target.pk)


@pytest.mark.django_db
def test_a_lost_clause_does_not_turn_up_in_a_search() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    assert hits(editor, "隐患排查")
    plan.clauses.filter(number="3").update(state=ItemState.LOST)
    assert not hits(editor, "隐患排查")
