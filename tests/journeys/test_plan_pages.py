"""From the file on a clerk's machine to the public page: upload, review, submit, publish, search, take away.

The same walk at an office's screen and on a telephone; then every page before the judge of accessibility, in both
languages and both themes; the review by keys alone; and two people at one item.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
Open = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]

TEXT = """{place}教育局2026年工作要点

2026年全市教育工作的目标是:学前教育普惠率达到95%以上。

一、推进优质均衡
1.扩大学位供给。年内新增公办幼儿园8所,6月底前完成选址。打造晨光驿站等服务点。(责任单位:基教科、财务科)
2.办好家门口的学校。落实《{place}学校布局规划》,用好{place}阳光招生平台,全年集团化办学覆盖率达到80%。(牵头单位:基教科;配合单位:人事科)
二、守牢安全底线
3.开展隐患排查。每学期开展安全检查2次以上,9月底前建成{place}校园安全管理系统。(责任单位:安全科)
"""


def write_document(folder: Path, place: str) -> Path:
    path = folder / f"{place}2026.txt"
    path.write_text(TEXT.format(place=place), encoding="utf-8")
    return path


def upload(page: Page, document: Path) -> None:
    """Uploads a file and waits until the review has opened by itself."""
    page.goto(reverse("plans:upload"))
    page.locator("input[type=file]").set_input_files(document)
    page.locator("[data-upload] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/review/$"), timeout=60_000)


def public_id_of(page: Page) -> str:
    found = re.search(r"/plans/([^/]+)/", page.url)
    assert found is not None
    return found.group(1)


def row(page: Page, words: str) -> Locator:
    return page.locator("#rows .row").filter(has_text=words).first


def choose_words(page: Page, words: str) -> None:
    """Selects words in the document as a mouse would: from their first character to their last."""
    page.evaluate(
        """(words) => {
            for (const line of document.querySelectorAll(".document .line")) {
                const at = line.textContent.indexOf(words);
                if (at < 0) continue;
                const place = (offset) => {
                    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
                    let node;
                    while ((node = walker.nextNode())) {
                        if (offset <= node.length) return [node, offset];
                        offset -= node.length;
                    }
                };
                line.scrollIntoView({block: "center"});
                const range = document.createRange();
                range.setStart(...place(at));
                range.setEnd(...place(at + words.length));
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return;
            }
            throw new Error("not in the document: " + words);
        }""",
        words,
    )
    expect(page.locator("#selection-tools")).to_be_visible()


def show(page: Page, pane: str) -> None:
    """On a narrow screen: opens the tab of a pane."""
    tab = page.locator(f"#tab-{pane}")
    if tab.is_visible():
        tab.click()


def correct_one(page: Page) -> None:
    """公办幼儿园 8 → 9."""
    show(page, "structure")
    target = row(page, "公办幼儿园")
    target.locator("[data-act=edit]").click()
    form = page.locator("[data-edit-form]")
    form.locator("[name=value]").fill("9")
    form.locator("button.btn-primary").click()
    expect(row(page, "公办幼儿园")).to_contain_text("9所")
    expect(page.locator("#announcer")).to_contain_text("已更正")


def add_one(page: Page) -> None:
    """晨光驿站, which no reader could know for a system."""
    show(page, "document")
    choose_words(page, "晨光驿站")
    page.locator("#selection-tools [data-add=system]").click()
    dialog = page.locator("#form-dialog")
    expect(dialog.locator("[name=name]")).to_have_value("晨光驿站")
    dialog.locator("button.btn-primary").click()
    expect(dialog).to_be_hidden()
    show(page, "structure")
    expect(row(page, "晨光驿站")).to_be_visible()


def reject_and_restore(page: Page) -> None:
    show(page, "structure")
    ref = row(page, "安全检查").get_attribute("data-ref")
    rejected = page.locator(f"#row-{ref}")
    rejected.locator("[data-act=reject]").click()
    expect(rejected).to_have_class(re.compile("is-rejected"))
    page.locator("#undo-offer [data-undo]").click()
    expect(rejected).not_to_have_class(re.compile("is-rejected"))
    policy = row(page, "学校布局规划")
    policy.locator("[data-act=reject]").click()
    expect(policy).to_have_class(re.compile("is-rejected"))


def split_one(page: Page) -> None:
    show(page, "document")
    choose_words(page, "全年集团化办学")
    page.locator("#selection-tools [data-split]").click()
    dialog = page.locator("#form-dialog")
    # The dialog puts the cursor into its first field when it has opened; what is typed before that may land there.
    expect(dialog.locator("textarea, input:not([type=hidden])").first).to_be_focused()
    dialog.locator("[name=number]").fill("2-1")
    dialog.locator("[name=heading]").fill("集团化办学")
    dialog.locator("button.btn-primary").click()
    expect(dialog).to_be_hidden()
    show(page, "structure")
    expect(row(page, "2-1 集团化办学")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_plan_goes_from_a_file_to_the_public_page(
    open_page: Open,
    sign_in: SignIn,
    axe: Judge,
    is_too_wide: Callable[[Page], bool],
    screenshot: Callable[[Page, str], Path],
    tmp_path: Path,
    width: int,
) -> None:
    place = "临溪市" if width > 600 else "望江市"

    def look(page: Page, name: str) -> None:
        screenshot(page, name)
        assert not is_too_wide(page), name
        assert axe(page) == [], name

    page = open_page(width=width)
    sign_in(page, "linlan")
    upload(page, write_document(tmp_path, place))
    public_id = public_id_of(page)
    expect(page.locator("h1")).to_contain_text(f"{place}教育局2026年工作要点")
    look(page, "review")

    correct_one(page)
    add_one(page)
    reject_and_restore(page)
    split_one(page)
    look(page, "corrected")
    page.reload()
    for words in ("9所", "晨光驿站", "2-1 集团化办学"):
        expect(row(page, words)).to_have_count(1)
    expect(row(page, "学校布局规划")).to_have_count(0)

    page.goto(reverse("plans:submit", args=[public_id]))
    look(page, "submit")
    page.locator(".decision button.btn-primary").click()
    expect(page.locator(".why-not")).to_be_visible()

    second = open_page(width=width)
    sign_in(second, "hejing")
    second.goto(reverse("plans:publication", args=[public_id]))
    expect(second.locator("main")).to_contain_text("晨光驿站")
    look(second, "publication")
    second.locator(".decision button.btn-primary").click()
    second.wait_for_url(re.compile(f"/plans/{public_id}/$"))

    visitor = open_page(width=width)
    visitor.goto(reverse("plans:plan", args=[public_id]))
    look(visitor, "plan")
    visitor.locator(".chip-target a").filter(has_text="公办幼儿园").first.click()
    expect(visitor.locator("mark:target")).to_be_in_viewport()
    assert "".join(visitor.locator("mark.is-current").all_inner_texts()).endswith("公办幼儿园8所")
    visitor.goto(reverse("plans:search"))
    visitor.locator("#id_text").press_sequentially(f"{place}校园安全", delay=20)
    found = visitor.locator(".result mark")
    expect(found.first).to_have_text(f"{place}校园安全")
    look(visitor, "search")
    visitor.locator(".result a").first.click()
    visitor.wait_for_url(re.compile(f"/plans/{public_id}/#"))

    for kind, part in (("Excel", "xl/workbook.xml"), ("Word", "word/document.xml")):
        visitor.locator("summary.btn-primary").click()
        with visitor.expect_download() as waiting:
            visitor.get_by_role("link", name=kind, exact=True).click()
        with zipfile.ZipFile(waiting.value.path()) as file:
            assert part in file.namelist()
            assert file.testzip() is None
        visitor.reload()


@pytest.fixture
def drafted(open_page: Open, sign_in: SignIn, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """``drafted("青川市")``: a page that stands at the review of a plan of that place."""

    def at_review(place: str, **window: Any) -> Page:
        page = open_page(**window)
        sign_in(page, "linlan")
        upload(page, write_document(tmp_path, place))
        return page

    return at_review


def current(page: Page) -> Locator:
    return page.locator("#rows .row.is-current")


@pytest.mark.once
def test_the_review_is_done_by_keys_alone(drafted: Callable[..., Page], axe: Judge) -> None:
    page = drafted("青川市")
    page.keyboard.press("j")
    first = current(page).get_attribute("data-ref")
    assert page.evaluate("document.activeElement.id") == f"row-{first}"
    page.keyboard.press("j")
    second = current(page).get_attribute("data-ref")
    assert second != first
    page.keyboard.press("k")
    expect(current(page)).to_have_attribute("data-ref", str(first))

    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{first}")).to_have_class(re.compile("is-confirmed"))
    expect(current(page)).to_have_attribute("data-ref", str(second))
    page.keyboard.press("u")
    expect(page.locator(f"#row-{first}")).to_have_class(re.compile("is-found"))

    page.keyboard.press("x")
    expect(page.locator(f"#row-{first}")).to_have_class(re.compile("is-rejected"))
    page.keyboard.press("u")
    expect(page.locator(f"#row-{first}")).to_have_class(re.compile("is-found"))

    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#help-dialog")).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("安全检查")
    expect(page.locator("#rows .row:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.locator("[data-order-link=doubtful]")).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("[data-edit-form]")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-edit-form]")).to_have_count(0)


@pytest.mark.once
def test_each_side_finds_the_other(drafted: Callable[..., Page]) -> None:
    page = drafted("白沙市")
    mark = page.locator(".document mark", has_text="公办幼儿园8所").first
    mark.click()
    expect(current(page)).to_contain_text("公办幼儿园")
    row(page, "安全检查").locator(".row-words").click()
    expect(page.locator(".document mark.is-current").first).to_contain_text("安全检查2次")
    expect(page.locator(".document mark.is-current").first).to_be_in_viewport()
    page.locator("[data-toggle=target]").uncheck()
    expect(mark).to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")


def test_the_second_of_two_people_sees_the_other_and_loses_nothing(
    drafted: Callable[..., Page], open_page: Open, sign_in: SignIn
) -> None:
    mine = drafted("黑石市")
    row(mine, "公办幼儿园").locator("[data-act=edit]").click()
    mine.locator("[data-edit-form] [name=value]").fill("12")

    other = open_page()
    sign_in(other, "zhouyi")
    other.goto(mine.url)
    row(other, "公办幼儿园").locator("[data-act=edit]").click()
    other.locator("[data-edit-form] [name=value]").fill("10")
    other.locator("[data-edit-form] button.btn-primary").click()
    expect(row(other, "公办幼儿园")).to_contain_text("10所")

    mine.locator("[data-edit-form] button.btn-primary").click()
    conflict = mine.locator(".conflict-table")
    expect(conflict).to_contain_text("10")
    expect(mine.locator("[data-edit-form] [name=value]")).to_have_value("12")
    mine.locator("[data-edit-form] button.btn-primary").click()
    expect(row(mine, "公办幼儿园")).to_contain_text("12所")


def test_what_was_acknowledged_survives_a_killed_server(drafted: Callable[..., Page], site: Any) -> None:
    page = drafted("石门市")
    correct_one(page)
    site.restart(hard=True)
    page.reload()
    expect(row(page, "公办幼儿园")).to_contain_text("9所")


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    page: Page, sign_in: SignIn, axe: Judge, tmp_path: Path
) -> None:
    broken = tmp_path / "残缺.docx"
    broken.write_bytes(b"PK\x03\x04" + b"0" * 400)
    sign_in(page, "linlan")
    page.goto(reverse("plans:upload"))
    page.locator("input[type=file]").set_input_files(broken)
    page.locator("[data-upload] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/reading/$"))
    expect(page.locator("main [role=alert]")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="重新读取")).to_be_visible()
    assert axe(page) == []


@pytest.mark.once
def test_a_file_dropped_into_the_box_is_the_one_uploaded(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "linlan")
    page.goto(reverse("plans:upload"))
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["一、要点"], "拖入.txt", {type: "text/plain"}));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )
    expect(page.locator("[data-chosen]")).to_contain_text("拖入.txt")
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [(1440, "zh-CN", "light"), (390, "zh-CN", "dark"), (1440, "en", "dark"), (390, "en", "light")],
)
def test_every_page_is_readable_and_usable(
    open_page: Open,
    sign_in: SignIn,
    axe: Judge,
    is_too_wide: Callable[[Page], bool],
    screenshot: Callable[[Page, str], Path],
    width: int,
    language: str,
    scheme: str,
) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, "hejing")
    if language == "en":
        cookie = {"name": "yaodian_language", "value": "en", "url": page.evaluate("location.origin")}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # The names are those Playwright knows.
    page.goto(reverse("plans:list") + "?state=published")
    published = [
        found.group(1)
        for link in page.locator(".plan-card-title a").all()
        if (found := re.search(r"/plans/([^/]+)/$", link.get_attribute("href") or ""))
    ]
    page.goto(reverse("plans:list") + "?state=review")
    drafts = page.locator(".plan-card-title a").first.get_attribute("href") or ""
    one, other = published[:2]
    for name, address in (
        ("list", reverse("plans:list")),
        ("upload", reverse("plans:upload")),
        ("search", reverse("plans:search") + "?text=教育"),
        ("units", reverse("plans:units")),
        ("unit", reverse("plans:units") + "?unit=基础教育科"),
        ("compare", reverse("plans:compare") + f"?left={one}&right={other}"),
        ("plan", reverse("plans:plan", args=[one])),
        ("targets", reverse("plans:plan", args=[one]) + "?show=targets"),
        ("units-of-plan", reverse("plans:plan", args=[one]) + "?show=units"),
        ("systems", reverse("plans:plan", args=[one]) + "?show=systems"),
        ("publication", reverse("plans:publication", args=[one])),
        ("journal", reverse("plans:journal", args=[one])),
        ("changes", reverse("plans:changes", args=[one])),
        ("sheet", reverse("plans:sheet", args=[one])),
        ("review", drafts),
        ("doubtful", f"{drafts}?order=doubtful"),
        ("header", f"{drafts}header/"),
        ("add", f"{drafts}add/"),
        ("split", f"{drafts}split/"),
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        screenshot(page, name)
        assert not is_too_wide(page), name
        assert axe(page) == [], name
