"""A scenario is made, teachers are hired at a school until item 1.1 holds there, and all of it is there on the next day."""

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


def county_of(site: Any) -> str:
    """The public id of the demonstration's first county."""
    asked = (
        "from yaodian.organisations.models import Unit;"
        "print('county', Unit.objects.filter(kind='county').order_by('code')[0].public_id)"
    )
    said = site.yaodian("manage", "shell", "-c", asked).stdout
    found = re.search(r"county (\w+)", said)
    assert found is not None, said
    return found.group(1)


def make(page: Page, county: str, name: str) -> None:
    page.goto(reverse("indicators:scenarios", args=[county]))
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="建立方案").click()
    expect(page.locator("h1")).to_have_text(name)
    # Before its scripts have run the page answers by a whole new page: right too, but not what is watched here.
    page.wait_for_load_state()


def test_teachers_are_hired_until_the_school_meets_and_the_scenario_is_there_again(
    page: Page, site: Any, sign_in: SignIn, axe: Judge
) -> None:
    sign_in(page, "linlan")
    county = county_of(site)
    make(page, county, "第四小学补齐教师")
    assert axe(page) == []
    lacking = page.locator(".lacking-list li", has_text="第四小学（小学）")
    expect(lacking).to_contain_text("体育、艺术专任教师数还差1人")
    failing = page.locator("[id='item-1.1'] td.number")
    before = int(failing.inner_text())
    address = page.url

    # One teacher of another subject does not help.
    lacking.get_by_role("link", name="新聘教师").click()
    form = page.locator("#change-form")
    expect(form.get_by_label("学校和学段")).to_have_value(re.compile(r"\|primary$"))
    form.get_by_label("专任教师（人）", exact=False).first.fill("1")
    form.get_by_role("button", name="添加").click()
    expect(page.locator("[data-said]")).to_contain_text("已添加第 1 项变化")
    expect(page.locator("[data-said]")).to_be_focused()
    assert page.url == address
    expect(lacking).to_be_visible()

    # What cannot be is said beside the form, with what was typed.
    lacking.get_by_role("link", name="新聘教师").click()
    form.locator("[name=full_time]").fill("1")
    form.locator("[name=sports_and_arts]").fill("2")
    form.get_by_role("button", name="添加").click()
    expect(form.locator(".notice-wrong")).to_contain_text("多于其中的专任教师数")
    expect(form.locator("[name=sports_and_arts]")).to_have_value("2")
    assert axe(page) == []

    # One of sports or arts does.
    form.locator("[name=sports_and_arts]").fill("1")
    form.get_by_role("button", name="添加").click()
    expect(page.locator("[data-said]")).to_contain_text("已添加第 2 项变化")
    expect(lacking).to_have_count(0)
    expect(failing).to_have_text(re.compile(rf"{before} → {before - 1}"))
    expect(page.locator(".turned-list")).to_contain_text("第四小学")
    touched = page.locator(".touched", has_text="第四小学（小学）")
    expect(touched.locator("tr.is-changed", has_text="体育、艺术")).to_contain_text("达标")

    # The one that did not help is taken out, a price is given, and nothing else changes.
    page.locator("#change-1").get_by_role("button", name="去掉第 1 项").click()
    expect(page.locator(".change")).to_have_count(1)
    expect(page.locator("#costs")).to_contain_text("没有单价，不能计算")
    page.get_by_label("新聘一名教师每年").fill("96000")
    page.get_by_role("button", name="保存单价").click()
    expect(page.locator("#costs")).to_contain_text("1人 × 96000元/人年 = 96000元/年")
    assert axe(page) == []

    # On the next day it is all there, also for somebody who may only look.
    page.goto(reverse("indicators:scenarios", args=[county]))
    page.get_by_role("link", name="第四小学补齐教师").click()
    expect(page.locator(".change")).to_have_count(1)
    expect(failing).to_have_text(re.compile(rf"{before} → {before - 1}"))
    expect(page.locator("#costs")).to_contain_text("96,000")


@pytest.mark.once
def test_on_a_telephone_and_in_the_dark_a_scenario_is_suggested_and_fits(
    open_page: Any, site: Any, sign_in: SignIn, axe: Judge
) -> None:
    narrow = open_page(width=390, height=844, scheme="dark")
    sign_in(narrow, "linlan")
    make(narrow, county_of(site), "全县补齐")
    narrow.get_by_label("先从本县同学段有富余的学校调动教师").check()
    narrow.get_by_role("button", name="添加建议的变化").click()
    expect(narrow.locator("[data-said]")).to_contain_text("项建议的变化")
    expect(narrow.locator("[id='item-1.1']")).to_contain_text("变好")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(narrow) == []
    narrow.get_by_role("link", name="删除…").click()
    narrow.get_by_role("button", name="删除").click()
    expect(narrow.locator("main")).to_contain_text("已删除方案“全县补齐”")
