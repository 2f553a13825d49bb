"""A bulletin on its way: the data write a draft, a second person issues it, and the file is what was issued."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]


def test_a_draft_is_composed_issued_by_a_second_person_and_downloaded(page: Page, sign_in: SignIn, axe: Judge) -> None:
    sign_in(page, "zhouyi")
    page.goto(reverse("plans:compose_bulletin"))
    assert axe(page) == []
    page.get_by_label("督查专报").check()
    page.get_by_role("button", name="汇总成草稿").click()
    expect(page.locator("h1")).to_contain_text("重点任务督查情况")
    expect(page.locator("#since")).to_be_visible()
    assert axe(page) == []
    draft = page.url
    # A number leads to what was counted.
    page.locator(".bulletin-text a.cited").first.click()
    expect(page.locator("#chosen")).to_contain_text("列入通报的任务数")
    assert axe(page) == []
    page.goto(draft)
    page.get_by_role("button", name="提交签发").click()
    expect(page.get_by_role("button", name="签发", exact=True)).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text("没有签发")
    page.context.clear_cookies()
    sign_in(page, "hejing")
    page.goto(draft)
    page.get_by_role("button", name="签发", exact=True).click()
    expect(page.locator(".bulletin-facts b")).to_have_text("第1期")
    assert axe(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word").click()
    sha256 = hashlib.sha256(Path(waiting.value.path()).read_bytes()).hexdigest()
    expect(page.locator(".file-list code").first).to_have_text(sha256)
