"""Coming in and going out, with the accounts that the demonstration command makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("username", ["linlan", "hejing"])
def test_a_demonstration_account_signs_in_and_out(
    page: Page, sign_in: Callable[[Page, str], None], axe: Callable[[Page], list[str]], username: str
) -> None:
    sign_in(page, username)
    assert axe(page) == []
    sign_out = page.locator(f"form[action='{reverse('identity:sign_out')}']")
    expect(sign_out).to_have_count(1)
    sign_out.evaluate("form => form.requestSubmit()")
    expect(sign_out).to_have_count(0)


def test_a_wrong_password_is_refused_with_a_sentence(page: Page) -> None:
    page.goto(reverse("identity:sign_in"))
    page.locator("input[name=username]").fill("linlan")
    page.locator("input[name=password]").fill("not the password")
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("main")).to_contain_text("密码")
    expect(page.locator("main [role=alert]").first).to_be_visible()
    assert page.url.endswith(reverse("identity:sign_in"))


def test_the_demonstration_says_who_may_sign_in(site: Any) -> None:
    assert "linlan" in site.said
    assert site.password_of("linlan") in site.said
