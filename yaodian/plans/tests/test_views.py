"""The pages: who sees them, what they say, and how many questions they ask of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.plans import operations, queries
from yaodian.plans.models import Plan, PlanState
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER
from yaodian.plans.tests.test_queries import long_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Account:
    return factories.editor("李编辑")


@pytest.fixture
def second() -> Account:
    return factories.publisher("王发布")


@pytest.fixture
def staff(client: Client, editor: Account) -> Client:
    client.force_login(editor)
    return client


def at(name: str, *arguments: Any) -> str:
    return reverse(f"plans:{name}", args=arguments)


def words(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


# --- who sees what ---------------------------------------------------------------------------------------------------

STAFF_PAGES = (
    "review",
    "header",
    "add",
    "split",
    "journal",
    "changes",
    "submit",
    "publication",
    "sheet",
    "amend",
    "delete",
)


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_the_working_pages_ask_a_visitor_to_sign_in(client: Client, editor: Account, name: str) -> None:
    plan = factories.in_review(editor)
    answer = client.get(at(name, plan.public_id))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("identity:sign_in"))


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_the_working_pages_are_refused_without_a_role_and_do_not_tell_which_drafts_exist(
    client: Client, name: str
) -> None:
    plan = factories.in_review(factories.editor())
    client.force_login(factories.account())
    for public_id in (plan.public_id, "2" * 12):
        assert client.get(at(name, public_id)).status_code == 403


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_every_working_page_opens_for_an_editor(staff: Client, editor: Account, name: str) -> None:
    plan = factories.in_review(editor)
    assert plan.title in words(staff, at(name, plan.public_id))


def test_a_draft_is_no_page_for_the_public_and_a_published_plan_is(
    client: Client, editor: Account, second: Account
) -> None:
    draft, public = factories.in_review(editor), factories.published(editor, second)
    assert client.get(at("plan", draft.public_id)).status_code == 404
    assert client.get(at("export", draft.public_id, "json")).status_code == 404
    assert public.title in words(client, at("plan", public.public_id))
    listed = words(client, at("list"))
    assert public.public_id in listed
    assert draft.public_id not in listed


def test_a_withdrawn_plan_leaves_the_public_and_tells_staff_why(
    client: Client, editor: Account, second: Account
) -> None:
    plan = factories.published(editor, second)
    operations.withdraw_plan(
        actor=second, now=LATER, public_id=plan.public_id, expected_version=plan.version, reason="印发文件有误"
    )
    assert client.get(at("plan", plan.public_id)).status_code == 404
    client.force_login(editor)
    assert "印发文件有误" in words(client, at("plan", plan.public_id))


def test_the_uploaded_file_is_sent_as_an_attachment_and_to_staff_only(
    client: Client, editor: Account, second: Account
) -> None:
    plan = factories.published(editor, second)
    assert client.get(at("original", plan.public_id)).status_code == 302
    client.force_login(editor)
    answer = client.get(at("original", plan.public_id))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer.content == factories.TEXT.encode()


# --- the list and the way in -----------------------------------------------------------------------------------------


def test_an_empty_list_tells_an_editor_what_to_do_first(staff: Client) -> None:
    page = words(staff, at("list"))
    assert "上传第一份要点" in page
    assert at("upload") in page


def test_an_empty_list_invites_no_visitor_to_upload(client: Client) -> None:
    page = words(client, at("list"))
    assert "还没有发布的要点" in page
    assert at("upload") not in page


def test_the_list_is_narrowed_by_state_year_issuer_and_words(staff: Client, editor: Account, second: Account) -> None:
    draft, public = factories.in_review(editor), factories.published(editor, second)
    for question, shown, hidden in (
        ("?state=review", draft, public),
        ("?state=published", public, draft),
    ):
        page = words(staff, at("list") + question)
        assert shown.public_id in page
        assert hidden.public_id not in page
    assert draft.public_id in words(staff, at("list") + "?text=云川&year=2026&issuer=云川市教育局")
    assert "没有符合条件的要点" in words(staff, at("list") + "?text=青禾")


def test_a_filter_that_makes_no_sense_is_no_error(staff: Client, editor: Account) -> None:
    factories.in_review(editor)
    assert staff.get(at("list") + "?year=abc&page=99999999999&state=nowhere").status_code == 200


def test_an_upload_leads_to_its_progress_and_the_same_file_to_the_same_plan(staff: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(**more: str) -> Any:
        file = SimpleUploadedFile("要点.txt", factories.TEXT.encode())
        return staff.post(at("upload"), {"document": file, **more})

    first, again, another = send(), send(), send(another="1")
    plan = Plan.objects.order_by("pk").first()
    assert plan is not None
    assert first["Location"] == at("reading", plan.public_id)
    assert again["Location"] == at("review", plan.public_id)
    assert Plan.objects.count() == 2
    assert another["Location"] != first["Location"]


@pytest.mark.parametrize(
    ("file", "sentence"), [(None, "还没有选择文件"), (b"", "是空文件"), (b"a" * (20 * 1024 * 1024 + 1), "超过了 20 MB")]
)
def test_an_upload_that_is_refused_says_why_in_place(staff: Client, file: bytes | None, sentence: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = {} if file is None else {"document": SimpleUploadedFile("要点.txt", file)}
    answer = staff.post(at("upload"), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Plan.objects.exists()


def test_the_progress_page_asks_again_and_then_leads_to_the_review(staff: Client, editor: Account) -> None:
    plan = factories.uploaded(editor)
    assert at("reading_status", plan.public_id) in words(staff, at("reading", plan.public_id))
    assert "每秒" not in words(staff, at("reading_status", plan.public_id))
    factories.answered(plan, factories.sample())
    answer = staff.get(at("reading_status", plan.public_id), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == at("review", plan.public_id)
    assert staff.get(at("reading", plan.public_id))["Location"] == at("review", plan.public_id)


def test_a_cancelled_reading_says_so_and_can_be_started_again(staff: Client, editor: Account) -> None:
    plan = factories.uploaded(editor)
    staff.post(at("cancel_reading", plan.public_id))
    page = words(staff, at("reading", plan.public_id))
    assert "读取已取消" in page
    assert "重新读取" in page
    assert staff.get(at("review", plan.public_id))["Location"] == at("reading", plan.public_id)
    staff.post(at("read_again", plan.public_id))
    plan.refresh_from_db()
    assert plan.state == PlanState.READING


def test_a_draft_is_deleted_after_being_asked(staff: Client, editor: Account) -> None:
    plan = factories.in_review(editor)
    assert "不能恢复" in words(staff, at("delete", plan.public_id))
    assert staff.post(at("delete", plan.public_id))["Location"] == at("list")
    assert not Plan.objects.exists()


# --- the public page -------------------------------------------------------------------------------------------------


@pytest.fixture
def public(editor: Account, second: Account) -> Plan:
    return factories.published(editor, second)


def test_each_item_of_the_public_page_leads_to_its_words(client: Client, public: Plan) -> None:
    page = words(client, at("plan", public.public_id))
    for kind in ("targets", "deadlines", "systemmentions", "policymentions"):
        for row in getattr(public, kind).all():
            assert page.count(f'id="{row.ref}"') == 1, row.ref
            assert f'href="#{row.ref}"' in page


@pytest.mark.parametrize(
    ("shown", "words_shown"),
    [
        ("targets", ("学前教育普惠率", "≥95%", "每学期")),
        ("deadlines", ("6月底前", "2026年6月30日")),
        ("units", ("基教科", "财务科", "人事科")),
        ("systems", ("阳光招生平台", "校园安全管理系统")),
        ("policies", ("《云川市学校布局规划》",)),
    ],
)
def test_the_items_of_a_kind_stand_in_a_list(
    client: Client, public: Plan, shown: str, words_shown: tuple[str, ...]
) -> None:
    page = words(client, at("plan", public.public_id) + f"?show={shown}")
    for word in words_shown:
        assert word in page


def test_deadlines_stand_by_day(client: Client, public: Plan) -> None:
    page = words(client, at("plan", public.public_id) + "?show=deadlines")
    assert page.index("2026年6月30日") < page.index("2026年12月31日")


@pytest.mark.parametrize(("kind", "begins"), [("xlsx", b"PK"), ("docx", b"PK"), ("json", b"{"), ("md", b"#")])
def test_a_published_plan_is_taken_away_as_a_file(client: Client, public: Plan, kind: str, begins: bytes) -> None:
    answer = client.get(at("export", public.public_id, kind))
    assert answer.content.startswith(begins)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "filename*=utf-8''%E4%BA%91" in answer["Content-Disposition"]


def test_an_unknown_format_is_a_missing_page(client: Client, public: Plan) -> None:
    assert client.get(at("export", public.public_id, "exe")).status_code == 404


# --- questions over all plans ----------------------------------------------------------------------------------------


def test_a_search_marks_what_was_sought_and_leads_to_the_clause(client: Client, public: Plan) -> None:
    page = words(client, at("search") + "?text=公办园")
    clause = public.clauses.get(number="1")
    assert "<mark>公办园</mark>" in page
    assert f"{at('plan', public.public_id)}#{clause.key}" in page


def test_a_search_for_nothing_and_one_without_hits_say_what_to_do(client: Client, public: Plan) -> None:
    assert "想找什么" in words(client, at("search"))
    assert "没有找到" in words(client, at("search") + "?text=航天城")


def test_what_is_sought_cannot_bring_markup(client: Client, public: Plan) -> None:
    assert "<script>x" not in words(client, at("search") + "?text=<script>x</script>")


def test_a_search_is_narrowed_to_clauses_with_a_kind_of_item(editor: Account, public: Plan) -> None:
    def found(kind: str) -> set[str]:
        filters = queries.SearchFilters(kind=kind)
        page = queries.search(account=None, text="。", filters=filters).page
        return {hit.clause.number for hit in page.items}

    assert found("") == {"1", "2", "3"}
    assert found("deadline") == {"1"}
    assert found("policy") == {"2"}
    assert found("system") == {"2", "3"}


def test_a_unit_sees_its_clauses_with_part_targets_and_days(client: Client, public: Plan) -> None:
    assert "基教科" in words(client, at("units"))
    page = words(client, at("units") + "?unit=基教科")
    for word in ("扩大学位供给", "办好家门口的学校", "牵头", "≥8所", "2026年6月30日"):
        assert word in page
    assert "没有找到这个单位的任务" in words(client, at("units") + "?unit=航天科")


def test_two_plans_stand_side_by_side(client: Client, editor: Account, second: Account, public: Plan) -> None:
    text = factories.TEXT.replace("新增公办园8所", "新增公办园9所").replace(",用好阳光招生平台", "")
    later = factories.published(editor, second, factories.sample(text))
    page = words(client, at("compare") + f"?left={public.public_id}&right={later.public_id}")
    for word in ("≥8所", "≥9所", "提高", "不再有", "阳光招生平台"):
        assert word in page
    only = words(client, at("compare") + f"?left={public.public_id}&right={later.public_id}&verdict=dropped")
    assert "阳光招生平台" in only
    assert "≥9所" not in only


def test_a_comparison_with_a_draft_is_a_missing_page_for_the_public(
    client: Client, editor: Account, public: Plan
) -> None:
    draft = factories.in_review(editor)
    assert client.get(at("compare") + f"?left={public.public_id}&right={draft.public_id}").status_code == 404


# --- how much it costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "at_most"),
    [("list", 7), ("plan", 12), ("review", 12), ("publication", 13), ("search", 7), ("units", 5)],
)
def test_a_page_asks_no_more_of_the_database_for_a_longer_plan(
    staff: Client,
    editor: Account,
    second: Account,
    django_assert_max_num_queries: Callable[..., Any],
    page: str,
    at_most: int,
) -> None:
    plan = (
        factories.published(editor, second, long_plan(100))
        if page == "plan"
        else factories.in_review(editor, long_plan(100))
    )
    address = {
        "list": at("list"),
        "search": at("search") + "?text=公办园",
        "units": at("units"),
    }.get(page) or at(page, plan.public_id)
    with django_assert_max_num_queries(at_most):
        assert staff.get(address).status_code == 200


def test_what_was_read_is_no_markup(staff: Client, editor: Account) -> None:
    text = factories.TEXT.replace("扩大学位供给", "扩大<b>学位</b>供给")
    sections = tuple(
        (level, number, heading.replace("学位", "<b>学位</b>")) for level, number, heading in factories.SECTIONS
    )
    plan = factories.in_review(editor, factories.sample(text, sections))
    for name in ("review", "plan", "publication"):
        assert "<b>学位</b>" not in words(staff, at(name, plan.public_id))
