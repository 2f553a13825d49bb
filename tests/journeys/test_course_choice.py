"""A pupil chooses on a telephone by the letter that the grade office printed; the office works without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]


def press(page: Page, locator: Any) -> None:
    """By keyboard."""
    locator.focus()
    page.keyboard.press("Enter")


def test_a_pupil_chooses_by_letter_and_the_office_enters_another_by_keyboard(
    page: Page, phone: Page, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool]
) -> None:
    sign_in(page, "nianji")
    page.goto(reverse("timetabling:rounds"))
    assert axe(page) == []
    press(page, page.get_by_role("row").filter(has_text="进行中").get_by_role("link", name="高一正式选科"))
    expect(page.locator("main")).to_contain_text("各科人数和教学班")
    assert axe(page) == []
    desk = page.url
    press(page, page.get_by_role("button", name=re.compile("^印发 高一")).first)
    expect(page.locator(".letter-code").first).to_be_visible()
    code = page.locator(".letter-code").first.inner_text()

    # The pupil, on a telephone and without an account.
    phone.goto(reverse("timetabling:choose"))
    phone.get_by_label("通知书上的码").fill("0000-0000-0000")
    phone.get_by_role("button", name="进入").click()
    expect(phone.locator("main")).to_contain_text("这个码不能用")
    phone.get_by_label("通知书上的码").fill(code.lower())
    phone.get_by_role("button", name="进入").click()
    phone.get_by_role("radio", name="历史").check()
    for box in phone.locator("[name=second]").all():
        box.set_checked(box.get_attribute("value") in ("politics", "geography"))
    assert axe(phone) == []
    phone.get_by_role("button", name="下一步").click()
    expect(phone.locator("main")).to_contain_text("史政地")
    expect(phone.locator("main")).to_contain_text("不作推荐")
    phone.get_by_role("button", name="确认提交").click()
    expect(phone.locator("h1")).to_contain_text("选科回执")
    expect(phone.locator(".receipt-number")).to_have_text(re.compile("^[a-z0-9]{12}$"))
    assert not is_too_wide(phone)
    assert axe(phone) == []

    # The grade office enters somebody else's paper; only a colleague may agree.
    page.goto(f"{desk}names/?which=missing&school_class=&purpose=enter")
    select = page.locator("select[name=combination]").first
    select.focus()
    select.select_option("PCB")
    press(page, page.locator(".paper-entry button").first)
    expect(page.locator(".notices")).to_contain_text("须由另一位同事审核")
    page.goto(f"{desk}waiting/")
    expect(page.locator("main")).to_contain_text("须由另一位同事审核")
    assert axe(page) == []
