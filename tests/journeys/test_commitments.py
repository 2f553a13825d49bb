"""From the table of a plan's commitments to a unit's signature, on an office's screen and on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, scrolls_sideways

pytestmark = pytest.mark.browser


def open_table(page: Page) -> str:
    """Opens the commitments of the newest published plan; returns its address."""
    page.goto("/plans/?state=published")
    page.locator(".plan-card-title a").first.click()
    page.get_by_role("link", name="工作任务", exact=True).click()
    expect(page.get_by_role("heading", name="任务分解")).to_be_visible()
    return page.url.partition("?")[0]


def test_the_office_adjusts_a_row_in_place_accepts_it_and_a_unit_signs(
    page: Page,
    phone: Page,
    site: Site,
    sign_in: Callable[[Page, str], None],
    axe: Callable[[Page], list[str]],
    screenshot: Callable[[Page, str], Path],
) -> None:
    sign_in(page, "linlan")
    address = open_table(page)
    assert axe(page) == []

    # One waiting row is opened in the table, changed, and saved without leaving it.
    row = page.locator(".commitment-row.is-proposed").first
    words = row.locator(".commitment-text").inner_text()
    number = str(row.get_attribute("id")).rpartition("-")[2]
    row.get_by_role("link", name=re.compile("调整")).click()
    forms = page.locator(f"#forms-{number}")
    forms.locator("textarea[name=text]").fill(f"{words}并公开结果")
    forms.locator("input[name=due_on]").fill("2199-06-30")
    screenshot(page, "row-open")
    forms.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    # The table is long: the sentence above it is there before its last row.
    page.wait_for_load_state("load")
    changed = page.locator(f"#commitment-{number}")
    expect(changed).to_contain_text("并公开结果")
    expect(changed).to_contain_text("2199-06-30")

    # It is ticked and accepted; from now on its day asks for a document.
    changed.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="确认勾选的").click()
    expect(page.get_by_text("已确认 1 项任务。")).to_be_visible()
    page.locator(f"#commitment-{number} .commitment-text").click()
    expect(page.get_by_text("没有调整过", exact=False)).to_be_visible()
    assert axe(page) == []

    # The other looks hold the same rows.
    for show in ("board", "calendar", "chart"):
        page.goto(f"{address}?show={show}")
        assert axe(page) == []
        assert not scrolls_sideways(page)
        screenshot(page, show)

    # A unit signs on a telephone, and gives another duty back with a reason.
    sign_in(phone, "zhouyi")
    phone.goto("/plans/duties/")
    phone.locator("table a").first.click()
    assert not scrolls_sideways(phone)
    assert axe(phone) == []
    waiting = phone.locator(".duty-card", has=phone.locator(".sign-forms"))
    before = waiting.count()
    assert before > 1
    waiting.first.get_by_role("button", name=re.compile("签收")).click()
    expect(phone.get_by_text("已签收。")).to_be_visible()
    expect(waiting).to_have_count(before - 1)
    card = waiting.first
    card.locator(".return-form summary").click()
    card.locator("input[name=reason]").fill("应由规划部门承担")
    card.locator(".return-form button").click()
    expect(phone.get_by_text("已退回，办公室会看到您的理由。")).to_be_visible()
    expect(phone.get_by_text("应由规划部门承担").first).to_be_visible()
    screenshot(phone, "unit")
