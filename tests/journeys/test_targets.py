"""A target is bound to a measure by two presses, the values are computed, and the plan reports itself."""

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


def open_progress(page: Page) -> str:
    """The progress of a published demonstration plan; returns its address."""
    page.goto(reverse("plans:list") + "?state=published")
    page.locator("main a[href^='/plans/']", has_text="云川市教育局2026年工作要点").first.click()
    page.locator(".view-tabs a", has_text="进度").click()
    page.wait_for_url(re.compile(r"show=progress"))
    return page.url


def test_a_target_is_bound_and_reports_itself(page: Page, sign_in: SignIn, axe: Judge) -> None:
    sign_in(page, "linlan")
    page.goto(reverse("measures:list"))
    page.get_by_role("button", name="现在重新计算").click()
    expect(page.locator("main")).to_contain_text("已交给后台计算")
    for _time in range(60):
        page.goto(reverse("measures:list"))
        if page.locator("main table").count():
            break
        page.wait_for_timeout(500)
    assert axe(page) == []
    progress = open_progress(page)
    assert axe(page) == []
    page.get_by_role("link", name="目标对应哪个指标").click()
    assert axe(page) == []
    row = page.locator(".binding", has_text="普惠性幼儿园覆盖率").first
    # The demonstration has decided already: the decision is taken back, and made again.
    row.get_by_role("button", name="重新选择").click()
    row.get_by_role("button", name="就是它").first.click()
    expect(row.get_by_role("button", name="重新选择")).to_be_visible()
    expect(page.locator("main")).to_contain_text("已对应")
    page.goto(progress)
    shown = page.locator("tbody tr", has_text="普惠性幼儿园覆盖率").first
    expect(shown).to_contain_text("有风险")
    expect(shown).to_contain_text(re.compile(r"还差 [0-9,]+ 名在普惠性幼儿园的幼儿"))
    expect(shown.locator("svg.sparkline")).to_be_visible()
    shown.locator("a[href^='/measures/']").click()
    expect(page.locator("main")).to_contain_text("教督〔2020〕1号")
    assert axe(page) == []
    page.get_by_role("link", name="这个数是怎么来的").click()
    expect(page.locator("main")).to_contain_text("在园幼儿总数")
    assert axe(page) == []


@pytest.mark.once
def test_on_a_telephone_and_in_the_dark_the_pages_fit(open_page: Any, sign_in: SignIn, axe: Judge) -> None:
    narrow = open_page(width=390, height=844, scheme="dark")
    sign_in(narrow, "linlan")
    for address in (reverse("measures:list"), open_progress(narrow), "/"):
        narrow.goto(address)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
        assert axe(narrow) == []
