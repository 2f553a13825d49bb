"""The office asks for a timetable, watches it get better without a touch, stops it, goes on, compares two plans, and sees when it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]
GROUND = Path(__file__).with_name("timetabling_ground.py")


def press(page: Page, locator: Any) -> None:
    """By keyboard."""
    locator.focus()
    page.keyboard.press("Enter")


def figure(page: Page, name: str) -> str:
    """A figure of the plan, by its words."""
    return str(page.locator(f"#live .figures div:has(dt:text-is('{name}')) dd").inner_text())


def test_a_timetable_is_asked_for_watched_paused_gone_on_with_and_compared(
    page: Page, phone: Page, site: Any, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool]
) -> None:
    laid = site.yaodian("manage", "shell", "-c", GROUND.read_text(encoding="utf-8"))
    assert laid.returncode == 0, laid.stderr
    term = laid.stdout.split()[-1]
    sign_in(page, "nianji")
    page.goto(reverse("timetabling:timetables", args=[term]))
    assert axe(page) == []
    page.get_by_role("textbox", name="名称").fill("头一个")
    page.get_by_label("最长计算时间（秒）").fill("600")
    press(page, page.get_by_role("button", name="开始排课"))
    # Nobody touches the page: it asks by itself.
    expect(page.locator("#live progress")).to_be_visible()
    expect(page.locator("#live .drawn-line").first).to_be_attached(timeout=60_000)
    assert axe(page) == []
    expect(page.locator("#live .figures")).to_contain_text(
        re.compile(r"没有排上的节数\s*0|0\s*没有排上的节数"), timeout=90_000
    )
    press(page, page.get_by_role("button", name="停下"))
    # It stops within a moment, and the page shows the rest by itself.
    expect(page.get_by_role("button", name="继续计算")).to_be_visible(timeout=30_000)
    expect(page.locator("#live progress")).to_have_count(0)
    expect(page.locator(".week-preview")).to_contain_text("语文")
    assert axe(page) == []
    before = int(figure(page, "未满足要求的代价"))
    page.get_by_label("再算多少秒").fill("4")
    press(page, page.get_by_role("button", name="继续计算"))
    expect(page.locator("#live progress")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("已排好", timeout=60_000)
    expect(page.get_by_role("button", name="继续计算")).to_be_visible(timeout=30_000)
    assert int(figure(page, "未满足要求的代价")) <= before
    assert "已证明没有更好" not in page.locator("#live").inner_text()

    press(page, page.get_by_role("button", name="复制"))
    expect(page.locator("h1")).to_contain_text("方案 2")
    press(page, page.get_by_role("link", name="与别的方案比较"))
    expect(page.locator(".side-by-side").first).to_contain_text("教师空堂")
    assert axe(page) == []

    sign_in(phone, "nianji")
    for address in (page.url, reverse("timetabling:timetables", args=[term])):
        phone.goto(address)
        assert not is_too_wide(phone)
        assert axe(phone) == []
    phone.get_by_role("link", name="方案 1").click()
    expect(phone.locator("#live")).to_contain_text("已排好")
    assert not is_too_wide(phone)
    assert axe(phone) == []
