"""A school brings its pupils as a table: with errors, mended, previewed, committed, and taken back."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.journeys.conftest import JOURNEY_CANARIES

# Looked for in clear when all journeys are over.
(NEW,) = JOURNEY_CANARIES
# A number of the school's own is no secret.
NUMBER = "本校-0907"


def written(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> Path:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path = folder / name
    path.write_text(buffer.getvalue(), encoding="utf-8-sig")
    return path


def upload(page: Page, path: Path) -> None:
    page.goto(reverse("registry:pupils_import_list"))
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator(".figures")).to_be_visible()


def figures(page: Page) -> dict[str, str]:
    terms = page.locator(".figures dt").all_inner_texts()
    return dict(zip(terms, page.locator(".figures dd").all_inner_texts(), strict=True))


def test_pupils_come_in_by_a_table_with_errors_mended_and_are_taken_back(
    page: Page,
    sign_in: Callable[[Page, str], None],
    axe: Callable[[Page], list[str]],
    is_too_wide: Callable[[Page], bool],
    screenshot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    sign_in(page, "xuedan")
    page.goto(reverse("registry:imports"))
    assert axe(page) == []
    page.get_by_role("link", name="学生", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="导出 CSV").click()
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 100
    first = rows[0]
    new = first | {"学籍号": NUMBER, "姓名": NEW, "证件号码": ""}

    upload(page, written(tmp_path, "错.csv", [first, new | {"性别": "男孩儿"}, new | {"学籍号": ""}]))
    assert figures(page)["错误"] == "2"
    cell = page.get_by_role("row").filter(has_text="男孩儿")
    expect(cell).to_contain_text("C3")
    expect(page.get_by_role("row").filter(has_text="必填")).to_contain_text("A4")
    expect(page.get_by_role("button", name="导入")).to_have_count(0)
    with page.expect_download() as marked:
        page.get_by_role("link", name="下载标出问题的 Excel").click()
    with zipfile.ZipFile(marked.value.path()) as book:
        assert any("comments" in name for name in book.namelist())
    assert axe(page) == []
    assert not is_too_wide(page)
    screenshot(page, "errors")

    upload(page, written(tmp_path, "对.csv", [first, new]))
    told = figures(page)
    assert (told["新增"], told["不变"], told["错误"]) == ("1", "1", "0")
    expect(page.get_by_role("row").filter(has_text=NEW)).to_contain_text("新增")
    assert axe(page) == []
    screenshot(page, "preview")
    page.get_by_role("button", name="导入 1 行").click()
    expect(page.get_by_role("button", name="撤销…")).to_be_visible()
    address = page.url

    found = reverse("registry:pupils") + f"?text={NEW}"
    page.goto(found)
    expect(page.get_by_role("link", name=NEW)).to_be_visible()

    page.goto(address)
    page.get_by_role("button", name="撤销…").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    page.goto(found)
    expect(page.get_by_role("link", name=NEW)).to_have_count(0)


def test_an_import_is_read_on_a_telephone(
    phone: Page, sign_in: Callable[[Page, str], None], is_too_wide: Callable[[Page], bool], tmp_path: Path
) -> None:
    sign_in(phone, "xuedan")
    phone.goto(reverse("registry:imports"))
    assert not is_too_wide(phone)
    upload(phone, written(tmp_path, "缺列.csv", [{"姓名": NEW, "学籍号": NUMBER}]))
    assert not is_too_wide(phone)
    expect(phone.get_by_text("缺少必填的列").first).to_be_visible()
