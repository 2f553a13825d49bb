"""The loop of a case as people walk it: my day, a report with a photograph on a telephone, a second person who verifies, and
a meeting led by the keyboard."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import scrolls_sideways

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]
Shoot = Callable[[Page, str], Path]
# Two processes share two cores with the tests of both databases: a form that was sent may be answered late.
PATIENT = 30_000
HAZARD = "教学楼东侧楼梯扶手松动"


def photograph() -> bytes:
    """A picture as a telephone takes one."""
    data = io.BytesIO()
    Image.new("RGB", (1200, 900), (70, 110, 80)).save(data, "JPEG")
    return data.getvalue()


def step(page: Page, name: str) -> None:
    """Opens an action of a case."""
    summary = page.locator("details.step summary", has_text=re.compile(rf"^{name}"))
    if not summary.locator("xpath=..").evaluate("one => one.open"):
        summary.click()


def test_work_is_reported_on_a_telephone_with_a_photograph_and_verified_by_a_second_person(
    phone: Page, page: Page, sign_in: SignIn, axe: Judge, screenshot: Shoot
) -> None:
    # My day: what is late and grave stands first.
    sign_in(phone, "jingban")
    phone.goto(reverse("cases:today"))
    expect(phone.locator(".task-list li").first).to_contain_text("逾期")
    assert not scrolls_sideways(phone)
    assert axe(phone) == []
    screenshot(phone, "today")
    phone.get_by_role("link", name=HAZARD).click()

    # How far it is, in words; then the photograph; without it there is no handing in.
    barred = phone.locator(".refused-list li", has_text="提交核验")
    phone.locator("details.step", has_text="还不能做的").locator("summary").click()
    expect(barred).to_contain_text("还缺 1 张现场照片")
    step(phone, "填报进展")
    phone.locator("#report-reason").fill("扶手已焊接加固")
    phone.get_by_role("button", name="填报进展").click()
    expect(phone.locator(".timeline")).to_contain_text("扶手已焊接加固", timeout=PATIENT)
    step(phone, "补充材料")
    phone.locator("#add_evidence-files").set_input_files(
        [{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    )
    phone.locator("#add_evidence-note").fill("加固后的扶手")
    phone.get_by_role("button", name="补充材料").click()
    expect(phone.locator(".evidence-list img")).to_be_visible(timeout=PATIENT)
    assert axe(phone) == []
    assert not scrolls_sideways(phone)
    step(phone, "提交核验")
    phone.locator("details.step button", has_text="提交核验").click()
    expect(phone.locator(".page-subheading")).to_contain_text("待核验", timeout=PATIENT)
    screenshot(phone, "submitted")
    address = phone.url

    # Whoever did the work does not verify it, and is told so; the second person does.
    phone.locator("details.step", has_text="还不能做的").locator("summary").click()
    expect(phone.locator(".refused-list li", has_text="复查合格")).to_contain_text("核验人员")
    sign_in(page, "ducha")
    page.goto(reverse("cases:today"))
    page.get_by_role("link", name=HAZARD).click()
    assert page.url == address
    assert axe(page) == []
    step(page, "复查合格")
    page.locator("#verify-reason").fill("现场复查，扶手牢固")
    page.locator("details.step[open] button", has_text="复查合格").click()
    expect(page.locator(".page-subheading")).to_contain_text("已销号", timeout=PATIENT)
    expect(page.locator(".timeline")).to_contain_text("现场复查，扶手牢固")


def test_a_meeting_is_led_by_the_keyboard_and_leaves_a_protocol(
    page: Page, sign_in: SignIn, axe: Judge, screenshot: Shoot
) -> None:
    sign_in(page, "ducha")
    page.goto(reverse("cases:meetings"))
    assert axe(page) == []
    # One that is not late yet is escalated, so that two stand on the agenda whatever day it is.
    page.goto(reverse("cases:list") + "?words=课后服务台账")
    page.get_by_role("link", name="课后服务台账不全").click()
    step(page, "提级督办")
    page.locator("#escalate-reason").fill("提请会议研究")
    page.locator("details.step[open] button", has_text="提级督办").click()
    expect(page.locator(".page-subheading")).to_contain_text("已提级", timeout=PATIENT)

    page.goto(reverse("cases:meetings"))
    page.get_by_label("范围").fill("bureau")
    page.get_by_role("button", name="开始").click()
    expect(page.locator(".meeting-place")).to_contain_text("1 /", timeout=PATIENT)
    assert axe(page) == []
    assert not scrolls_sideways(page)
    screenshot(page, "item")
    total = int(page.locator(".meeting-place").inner_text().rpartition("/")[2])
    assert total >= 2
    page.wait_for_load_state()  # a page is seen before its script listens for keys

    # A letter opens a decision and puts the hand into it; Ctrl and Enter send it.
    page.keyboard.press("d")
    expect(page.locator("#decide-reason")).to_be_focused()
    page.keyboard.type("每周报告一次进度, a d 不是按键")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".meeting-made")).to_contain_text("每周报告一次进度", timeout=PATIENT)
    page.wait_for_load_state()

    # The one that was escalated waits for its extension: agreed to on the spot.
    place = 1
    while "课后服务台账不全" not in page.locator(".meeting-title").inner_text():
        place += 1
        assert place <= total
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(rf"/{place}/$"))
    page.keyboard.press("y")
    expect(page.locator("#approve_extension-reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#approve_extension-reason")).not_to_be_visible()
    page.keyboard.press("y")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".meeting-made")).to_contain_text("同意延期", timeout=PATIENT)
    page.wait_for_load_state()
    if place > 1:
        page.keyboard.press("ArrowLeft")
        page.wait_for_url(re.compile(rf"/{place - 1}/$"))

    page.get_by_role("button", name="结束会议").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("督办会议纪要", timeout=PATIENT)
    expect(page.locator("table")).to_contain_text("每周报告一次进度, a d 不是按键")
    expect(page.locator("table")).to_contain_text("同意延期")
    assert axe(page) == []
    screenshot(page, "protocol")


def test_the_new_pages_fit_a_telephone_in_the_dark_and_in_english(
    open_page: Callable[..., Page], sign_in: SignIn, axe: Judge
) -> None:
    narrow = open_page(width=390, height=844, scheme="dark", language="en")
    sign_in(narrow, "linlan")
    for name in (
        "web:cockpit",
        "plans:responsibilities",
        "plans:add_responsibility",
        "cases:imports",
        "cases:meetings",
    ):
        narrow.goto(reverse(name))
        assert axe(narrow) == [], name
        assert not scrolls_sideways(narrow), name
