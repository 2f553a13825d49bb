"""The review page: what it marks, every correction by plain forms and by pieces, and two people at one item."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.plans import operations, queries
from yaodian.plans.models import ItemState, Plan, PlanState
from yaodian.plans.problem import item_label
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, TEXT
from yaodian.plans.views.presenting import review_of

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def editor() -> Account:
    return factories.editor("李编辑")


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


@pytest.fixture
def staff(client: Client, editor: Account) -> Client:
    client.force_login(editor)
    return client


def at(name: str, *arguments: Any) -> str:
    return reverse(f"plans:{name}", args=arguments)


def page_of(client: Client, plan: Plan, question: str = "") -> str:
    answer = client.get(at("review", plan.public_id) + question)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(client: Client, address: str) -> dict[str, str]:
    """What a browser would send of the form at an address if nobody typed anything."""
    page = client.get(address).content.decode()
    fields = dict(re.findall(r'<(?:input)[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    fields |= {name: "" for name in re.findall(r'<input[^>]*name="(\w+)"', page) if name not in fields}
    for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.S):
        fields[name] = body.strip()
    for name, body in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="(\w*)" selected', body)
        fields[name] = chosen.group(1) if chosen else ""
    fields.pop("csrfmiddlewaretoken", None)
    return {
        name: html.unescape(value) for name, value in fields.items() if name not in {"is_implicit", "language", "next"}
    }


def done(answer: Any) -> dict[str, Any]:
    """What the answer tells the page's script."""
    return json.loads(answer["HX-Trigger-After-Swap"])["plans:done"]


# --- what it shows ---------------------------------------------------------------------------------------------------


def test_the_lines_of_the_document_are_the_text_itself(staff: Client, plan: Plan) -> None:
    page = page_of(staff, plan)
    lines = re.findall(r'<p class="line[^"]*" data-start="(\d+)">(.*?)</p>', page, re.S)
    assert lines
    for start, line in lines:
        text = html.unescape(re.sub(r"<[^>]+>", "", line))
        assert plan.text[int(start) : int(start) + len(text)] == text


def test_every_item_has_a_row_and_a_mark_that_name_each_other(staff: Client, plan: Plan) -> None:
    page = page_of(staff, plan)
    review = queries.get_review_page(account=plan.created_by, public_id=plan.public_id)
    for view in review.items:
        assert page.count(f'id="row-{view.ref}"') == 1, view.ref
        if view.kind != "clause":
            assert page.count(f'id="mark-{view.ref}"') == 1, view.ref
            assert f'href="#mark-{view.ref}"' in page


def test_an_open_warning_is_marked_in_the_text_and_a_dismissed_one_is_not(staff: Client, plan: Plan) -> None:
    warning = plan.warnings.get()
    assert f'id="mark-{warning.ref}"' in page_of(staff, plan)
    staff.post(at("dismiss_warning", plan.public_id, warning.pk), {"is_dismissed": "1"})
    page = page_of(staff, plan)
    assert f'id="mark-{warning.ref}"' not in page
    assert f'id="row-{warning.ref}"' in page


def test_the_least_certain_stand_first_where_doubtful_first_is_asked(staff: Client, plan: Plan) -> None:
    page = page_of(staff, plan, "?order=doubtful")
    unsure, sure = plan.targets.get(subject="公办园"), plan.targets.get(subject="检查")
    assert page.index(f'id="row-{unsure.ref}"') < page.index(f'id="row-{sure.ref}"')


def test_each_row_and_each_warning_stands_in_the_card_of_its_clause(plan: Plan) -> None:
    review = review_of(queries.get_review_page(account=plan.created_by, public_id=plan.public_id))
    cards = {card.clause.number if card.clause else "": card for card in review.cards}
    assert [row.label for row in cards[""].rows] == ["学前教育普惠率 ≥95%"]
    assert {row.kind for row in cards["1"].rows} == {"target", "deadline", "responsibility"}
    assert [warning.code for warning in cards["3"].warnings] == ["unit-missing"]
    assert sum(len(card.rows) for card in review.cards) + len(review.cards) - 1 == len(review.page.items)


def test_a_submitted_plan_shows_no_button_that_would_change_it(staff: Client, plan: Plan, editor: Account) -> None:
    operations.submit_plan(actor=editor, now=LATER, public_id=plan.public_id, expected_version=plan.version)
    page = page_of(staff, plan)
    assert "data-act=" not in page
    assert "confirm-certain" not in page


# --- one item --------------------------------------------------------------------------------------------------------


def test_a_form_sent_as_it_was_opened_confirms_and_changes_nothing(staff: Client, plan: Plan) -> None:
    for item in (
        plan.targets.first(),
        plan.deadlines.first(),
        plan.responsibilitys.first(),
        plan.systemmentions.first(),
    ):
        before = item_label(item)
        address = at("item", plan.public_id, item.kind, item.pk)
        answer = staff.post(address, form_of(staff, address))
        assert answer.status_code == 302, answer.content.decode()
        item.refresh_from_db()
        assert item.state == ItemState.CONFIRMED
        assert item_label(item) == before


def test_a_target_is_corrected_by_a_plain_form(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    address = at("item", plan.public_id, "target", target.pk)
    answer = staff.post(
        address, form_of(staff, address) | {"value": "1,０12.5", "comparator": "at_most", "due_on": "2026-09-01"}
    )
    assert answer["Location"] == f"{at('review', plan.public_id)}#row-{target.ref}"
    target.refresh_from_db()
    assert (target.value, target.comparator, str(target.due_on)) == (1012.5, "at_most", "2026-09-01")


def test_units_are_split_at_every_sign_between_them(staff: Client, plan: Plan) -> None:
    row = plan.responsibilitys.first()
    address = at("item", plan.public_id, "responsibility", row.pk)
    staff.post(address, form_of(staff, address) | {"units": "基教科、财务科,人事科；督导室", "lead": "基教科"})
    row.refresh_from_db()
    assert row.units == ["基教科", "财务科", "人事科", "督导室"]
    assert row.lead == ["基教科"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": "很多"}, "请填写数字"),
        ({"subject": ""}, "必填"),
        ({"comparator": "between"}, "上限要大于下限"),
        ({"value_max": "9"}, "只有“介于”和“增减”才有上限"),
        ({"comparator": "change", "value_max": "-9"}, "与数值同号"),
        ({"due_on": "1048-01-01"}, "1949"),
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(
    staff: Client, plan: Plan, changes: dict[str, str], sentence: str
) -> None:
    target = plan.targets.get(subject="公办园")
    address = at("item", plan.public_id, "target", target.pk)
    answer = staff.post(address, form_of(staff, address) | changes, headers=PARTIAL)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="field-error"' in page
    assert sentence in page
    target.refresh_from_db()
    assert target.version == 1


def test_a_script_gets_the_row_the_words_and_the_counts(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    answer = staff.post(at("item_confirm", plan.public_id, "target", target.pk), {"version": "1"}, headers=PARTIAL)
    page = answer.content.decode()
    assert page.lstrip().startswith("<li")
    assert f'id="text-{target.clause_id}" hx-swap-oob="true"' in page
    assert 'id="review-status" class="review-status" hx-swap-oob="true"' in page
    assert "已核对 1 /" in page
    assert done(answer)["ref"] == target.ref


def test_every_step_says_how_it_is_taken_back_and_that_works(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    edit = at("item", plan.public_id, "target", target.pk)
    changed = form_of(staff, edit) | {"value": "80"}
    for address, fields, after, before in (
        (at("item_confirm", plan.public_id, "target", target.pk), {"version": "1"}, ("confirmed", 8), ("found", 8)),
        (at("item_reject", plan.public_id, "target", target.pk), {"version": "3"}, ("rejected", 8), ("found", 8)),
        (edit, changed | {"expected_version": "5"}, ("corrected", 80), ("corrected", 8)),
    ):
        step = done(staff.post(address, fields, headers=PARTIAL))["undo"]
        target.refresh_from_db()
        assert (target.state, target.value) == after
        assert staff.post(step["url"], step["fields"], headers=PARTIAL).status_code == 200
        target.refresh_from_db()
        assert (target.state, target.value) == before


def test_an_item_that_was_only_found_cannot_be_unconfirmed(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    answer = staff.post(at("item_unconfirm", plan.public_id, "target", target.pk), {"version": "1"}, headers=PARTIAL)
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#refusal"
    assert "没有确认过" in answer.content.decode()


def test_a_button_pressed_twice_counts_once(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    fields = {"version": "1", "client_key": "one-press"}
    address = at("item_reject", plan.public_id, "target", target.pk)
    assert [staff.post(address, fields, headers=PARTIAL).status_code for _ in range(2)] == [200, 200]
    assert plan.corrections.filter(action="plans.target.reject").count() == 1


def test_the_second_of_two_people_sees_the_first_ones_change_and_loses_nothing(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    address = at("item", plan.public_id, "target", target.pk)
    mine = form_of(staff, address) | {"value": "12", "unit": "座"}
    operations.correct_target(
        actor=factories.editor("赵先行"),
        now=LATER,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=9.0),
    )
    answer = staff.post(address, mine, headers=PARTIAL)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "赵先行" in page
    assert re.search(r"<th[^>]*>数值</th><td>9</td><td>12</td>", page)
    assert 'value="12"' in page
    assert 'name="expected_version" value="2"' in page
    staff.post(address, mine | {"expected_version": "2", "client_key": "again"}, headers=PARTIAL)
    target.refresh_from_db()
    assert (target.value, target.unit) == (12, "座")


def test_an_item_of_another_plan_or_of_no_kind_is_a_missing_page(staff: Client, plan: Plan, editor: Account) -> None:
    other = factories.in_review(editor)
    target = plan.targets.first()
    assert staff.get(at("item", other.public_id, "target", target.pk)).status_code == 404
    assert staff.get(at("item", plan.public_id, "warning", 1)).status_code == 404
    assert staff.post(at("item_reject", plan.public_id, "target", 10**8), {"version": "1"}).status_code == 404


def test_the_history_of_an_item_says_who_changed_what(staff: Client, plan: Plan) -> None:
    target = plan.targets.get(subject="公办园")
    address = at("item", plan.public_id, "target", target.pk)
    staff.post(address, form_of(staff, address) | {"value": "9", "reason": "印发稿为准"})
    page = staff.get(at("item_history", plan.public_id, "target", target.pk)).content.decode()
    for word in ("更正目标", "<del>8</del>", "<ins>9</ins>", "李编辑", "印发稿为准"):
        assert word in page


# --- what was missed -------------------------------------------------------------------------------------------------


def test_words_chosen_in_the_text_become_an_item(staff: Client, plan: Plan) -> None:
    start, end = factories.span_of(TEXT, "家门口的学校")
    form = staff.get(
        at("add", plan.public_id) + f"?kind=system&start={start}&end={end}", headers=PARTIAL
    ).content.decode()
    assert "家门口的学校" in form
    answer = staff.post(at("add", plan.public_id), {"kind": "system", "start": start, "end": end, "name": "家门口平台"})
    row = plan.systemmentions.get(name="家门口平台")
    assert answer["Location"].endswith(f"#row-{row.ref}")
    assert (row.quote, row.clause.number) == ("家门口的学校", "2")


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [("", "没有原话"), ("太空学校", "原文里没有"), ("科", "出现了")],
)
def test_words_typed_must_stand_in_the_text_once(staff: Client, plan: Plan, quote: str, sentence: str) -> None:
    answer = staff.post(at("add", plan.public_id), {"kind": "system", "quote": quote, "name": "平台"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_words_typed_become_an_item_without_a_mouse(staff: Client, plan: Plan) -> None:
    staff.post(at("add", plan.public_id), {"kind": "deadline", "quote": "每学期", "due_on": "2026-07-01"})
    assert plan.deadlines.get(quote="每学期").clause.number == "3"


# --- where clauses begin ---------------------------------------------------------------------------------------------


def test_a_clause_is_split_at_a_place_and_the_split_is_taken_back(staff: Client, plan: Plan) -> None:
    start = TEXT.index("用好阳光招生平台")
    form = staff.get(at("split", plan.public_id) + f"?start={start}", headers=PARTIAL).content.decode()
    assert "办好家门口的学校" in form
    fields = {"start": start, "words": "用好", "number": "2-1", "heading": "招生"}
    answer = staff.post(at("split", plan.public_id), fields, headers=PARTIAL)
    assert answer["HX-Retarget"] == "#review-panes"
    assert plan.clauses.get(number="2-1").systemmentions.get().name == "阳光招生平台"
    step = done(answer)["undo"]
    staff.post(step["url"], step["fields"], headers=PARTIAL)
    assert plan.systemmentions.get(name="阳光招生平台").clause.number == "2"


def test_a_clause_is_merged_with_its_neighbour_and_given_back(staff: Client, plan: Plan) -> None:
    second = plan.clauses.get(number="2")
    address = at("merge", plan.public_id, second.pk)
    answer = staff.post(address, {"direction": "previous", "version": "1"}, headers=PARTIAL)
    second.refresh_from_db()
    assert second.state == ItemState.REJECTED
    step = done(answer)["undo"]
    assert staff.post(step["url"], step["fields"], headers=PARTIAL).status_code == 200
    second.refresh_from_db()
    assert second.is_live


def test_a_merge_without_a_neighbour_says_why_not(staff: Client, plan: Plan) -> None:
    first = plan.clauses.get(number="3")
    answer = staff.post(at("merge", plan.public_id, first.pk), {"direction": "next", "version": "1"}, headers=PARTIAL)
    assert answer.status_code == 422
    assert "没有可以合并的后一条" in answer.content.decode()


# --- the plan as a whole ---------------------------------------------------------------------------------------------


def test_the_header_is_corrected_and_a_stale_form_is_shown_the_other_change(staff: Client, plan: Plan) -> None:
    fields = form_of(staff, at("header", plan.public_id))
    assert staff.post(at("header", plan.public_id), fields | {"doc_number": "云教〔2026〕9号"}).status_code == 302
    plan.refresh_from_db()
    assert plan.doc_number == "云教〔2026〕9号"
    answer = staff.post(at("header", plan.public_id), fields | {"doc_number": "云教〔2026〕8号", "client_key": "other"})
    assert answer.status_code == 409
    assert "<td>云教〔2026〕9号</td><td>云教〔2026〕8号</td>" in answer.content.decode()


def test_everything_certain_is_confirmed_at_once_and_the_doubtful_stays(staff: Client, plan: Plan) -> None:
    staff.post(at("confirm_certain", plan.public_id))
    assert plan.targets.get(subject="公办园").state == ItemState.FOUND
    assert plan.targets.get(subject="检查").state == ItemState.CONFIRMED


def test_lost_items_are_shown_and_found_again_by_their_new_words(staff: Client, plan: Plan, editor: Account) -> None:
    target = plan.targets.get(subject="公办园")
    operations.correct_target(
        actor=editor,
        now=LATER,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=9.0),
    )
    text = TEXT.replace("年内新增公办园8所", "年内公办园增加八所")
    operations.amend_plan(actor=editor, now=LATER, public_id=plan.public_id, name="修订.txt", content=text.encode())
    factories.answered(plan, factories.sample(text))
    target.refresh_from_db()
    assert target.state == ItemState.LOST
    assert "新原文里找不到的" in page_of(staff, plan)
    changes = staff.get(at("changes", plan.public_id)).content.decode()
    assert "找不到原话" in changes
    assert "<ins>" in changes
    address = at("item", plan.public_id, "target", target.pk)
    assert staff.post(address, form_of(staff, address) | {"quote": "没有的话"}).status_code == 422
    assert staff.post(address, form_of(staff, address) | {"quote": "公办园增加八所"}).status_code == 302
    target.refresh_from_db()
    assert (target.state, target.quote) == (ItemState.CORRECTED, "公办园增加八所")


def test_somebody_without_the_permission_changes_nothing(client: Client, plan: Plan) -> None:
    client.force_login(factories.account())
    target = plan.targets.first()
    for address in (
        at("item_confirm", plan.public_id, "target", target.pk),
        at("item_reject", plan.public_id, "target", target.pk),
        at("item", plan.public_id, "target", target.pk),
    ):
        assert client.post(address, {"version": "1"}).status_code == 403
    assert client.post(at("confirm_certain", plan.public_id)).status_code == 403
    assert plan.corrections.exclude(action__startswith="plans.plan.").count() == 0
    plan.refresh_from_db()
    assert plan.state == PlanState.REVIEW


def test_a_change_is_never_made_by_following_a_link(plan: Plan) -> None:
    staff = Client()
    staff.force_login(factories.publisher())
    target = plan.targets.first()
    for name in ("item_confirm", "item_unconfirm", "item_reject", "item_restore"):
        assert staff.get(at(name, plan.public_id, "target", target.pk)).status_code == 405
    for name in (
        "confirm_certain",
        "cancel_reading",
        "read_again",
        "publish",
        "return",
        "withdraw",
        "reopen",
        "apply_sheet",
    ):
        assert staff.get(at(name, plan.public_id)).status_code == 405
