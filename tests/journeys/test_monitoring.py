"""From the desk to the cell: a county's verdict, its school, the figure that is short and where it came from; what a county states."""

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


def open_desk(page: Page) -> None:
    """The desk, once the first worker has assessed the counties."""
    for _time in range(120):
        page.goto(reverse("indicators:counties"))
        if page.locator("main table").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("No county was assessed within a minute.")


def test_from_the_desk_to_the_cell_and_its_return(page: Page, sign_in: SignIn, axe: Judge) -> None:
    sign_in(page, "jicheng")
    open_desk(page)
    assert axe(page) == []
    expect(page.locator("main table tbody tr")).to_have_count(5)
    page.locator("main table tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("不达标")
    assert axe(page) == []
    page.locator("#place-rules").select_option("today")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".page-subheading")).to_contain_text("按")
    assert axe(page) == []
    # The schools that fail stand first; what is short stands in the cell.
    failing = page.locator("table.table-dense tbody tr").first
    expect(failing).to_contain_text("不达标")
    expect(failing).to_contain_text(re.compile(r"差 [0-9.]+"))
    failing.locator("a").first.click()
    short = page.locator("main table tbody tr", has_text="还差").first
    expect(short).to_be_visible()
    short.locator("a").click()
    how = page.locator("details.how").filter(has_text=short.locator("a").inner_text())
    how.locator("summary").click()
    expect(how).to_contain_text("教督〔2017〕6号")
    expect(how).to_contain_text("学年报表")
    assert axe(page) == []
    page.get_by_role("link", name="学年报表").first.click()
    expect(page.locator("h1")).to_contain_text("学年报表")


def test_a_county_states_a_fact_and_what_cannot_be_stays_on_the_page(page: Page, sign_in: SignIn, axe: Judge) -> None:
    sign_in(page, "lushan")
    open_desk(page)
    page.locator("main table tbody a").first.click()
    page.get_by_role("link", name="县级填报").click()
    assert axe(page) == []
    value = page.locator("[name=recognition]")
    value.fill("一百")
    page.locator("[name=recognition-basis]").fill("满意度问卷")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写数字")
    expect(page.locator("[name=recognition]")).to_have_value("一百")
    page.locator("[name=recognition]").fill("91.5%")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已保存 1 项")
    expect(page.locator("[name=recognition]")).to_have_value("0.915")


@pytest.mark.once
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "dark")])
def test_the_pages_fit_and_read_in_the_dark(
    open_page: Any, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool], width: int, scheme: str
) -> None:
    page = open_page(width=width, height=844, scheme=scheme)
    sign_in(page, "jicheng")
    open_desk(page)
    county = page.locator("main table tbody a").first.get_attribute("href") or ""
    public_id = county.split("/counties/")[1].split("/")[0]
    for address in (
        reverse("indicators:counties"),
        county,
        reverse("indicators:facts", args=["quality_balance", public_id]),
        reverse("indicators:compare"),
        reverse("indicators:map", args=["quality_balance", public_id]),
        reverse("indicators:quality"),
        reverse("indicators:quality_unit", args=[public_id]),
    ):
        page.goto(address)
        assert axe(page) == [], address
        assert not is_too_wide(page), address
