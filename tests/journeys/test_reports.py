"""A line of a monthly report is written on a telephone with a photograph, and the report approved by a second person."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]


def photograph() -> dict[str, Any]:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "seagreen").save(buffer, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def test_a_line_is_written_on_a_telephone_and_the_report_approved_by_another(
    phone: Page, open_page: Any, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool]
) -> None:
    sign_in(phone, "linlan")
    phone.goto(reverse("plans:reports"))
    assert axe(phone) == []
    # What was returned has all its lines; one of them is mended.
    returned = phone.locator(".item-list > li", has_text="已退回").first
    returned.locator("a").first.click()
    expect(phone.locator("main")).to_contain_text("没有写完成多少")
    assert not is_too_wide(phone)
    report = phone.url
    line = phone.locator(".report-lines > li", has=phone.locator(".said")).first
    line.locator("h3 a").click()
    expect(phone.locator("main")).to_contain_text("系统已经知道的")
    assert axe(phone) == []
    assert not is_too_wide(phone)
    phone.get_by_label("本月进展").fill("已完成 12 所，余下 3 所月底前完工。")
    phone.get_by_label("不能按期完成").check()
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.locator("main")).to_contain_text("请写明原因")
    expect(phone.get_by_label("本月进展")).to_have_value("已完成 12 所，余下 3 所月底前完工。")
    phone.get_by_label("能按期完成", exact=True).check()
    phone.locator("input[type=file]").set_input_files([photograph()])
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.locator(".evidence-list img").first).to_be_visible()
    expect(phone.locator("main")).to_contain_text("已完成 12 所")
    # The wrong picture is taken off again; to say that it is done without one is refused.
    said = phone.locator(".report-lines > li", has_text="已完成 12 所")
    said.locator("h3 a").click()
    phone.get_by_role("button", name="移除 现场.jpg").click()
    expect(phone.locator("main")).to_contain_text("材料已移除")
    expect(phone.locator(".evidence-list img")).to_have_count(0)
    phone.get_by_label("已完成", exact=True).check()
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.locator("main")).to_contain_text("要附上照片或文件作证明")
    assert axe(phone) == []
    phone.locator("input[type=file]").set_input_files([photograph()])
    phone.get_by_role("button", name="保存").last.click()
    expect(said.locator(".evidence-list img")).to_be_visible()
    expect(said).to_contain_text("已完成")
    assert not is_too_wide(phone)
    phone.get_by_role("button", name="报送").click()
    expect(phone.locator("main")).to_contain_text("待审核")

    office = open_page()
    sign_in(office, "hejing")
    office.goto(reverse("web:home"))
    expect(office.locator(".tasks-card")).to_contain_text("审核月报")
    office.goto(report)
    assert axe(office) == []
    expect(office.locator(".evidence-list img").first).to_be_visible()
    office.get_by_role("button", name="审核通过").click()
    expect(office.locator("main")).to_contain_text("审核通过。")
    expect(office.locator(".page-subheading")).to_contain_text("已通过")
