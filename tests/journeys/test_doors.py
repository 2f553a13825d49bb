"""The doors that a visitor meets first: home, sign-in, health, a missing page; on both widths, in both languages."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

DOORS = ("web:home", "identity:sign_in", "web:style")


def test_the_health_address_answers(site: Any) -> None:
    with urllib.request.urlopen(f"{site.address}/healthz", timeout=10) as answer:
        assert answer.status == 200


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_readable_and_usable(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    is_too_wide: Callable[[Page], bool],
    screenshot: Callable[[Page, str], Path],
    door: str,
    width: int,
    language: str,
) -> None:
    page = open_page(width=width, language=language)
    answer = page.goto(reverse(door))
    assert answer is not None
    assert answer.status == 200
    assert not is_too_wide(page)
    screenshot(page, "door")
    assert axe(page) == []


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_readable_in_the_dark(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], door: str
) -> None:
    page = open_page(scheme="dark")
    page.goto(reverse(door))
    assert axe(page) == []


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_names_the_language_it_speaks(open_page: Callable[..., Page], language: str) -> None:
    page = open_page(language=language)
    page.goto(reverse("web:home"))
    assert (page.locator("html").get_attribute("lang") or "").lower() == language


@pytest.mark.browser
@pytest.mark.once
def test_a_missing_page_says_so_and_leads_back(page: Page) -> None:
    answer = page.goto("/there-is-no-such-page/")
    assert answer is not None
    assert answer.status == 404
    assert page.get_by_role("link").count() > 0


@pytest.mark.browser
@pytest.mark.once
def test_the_accessibility_judge_finds_a_picture_without_words(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto(reverse("web:home"))
    page.evaluate("() => document.querySelector('main').append(document.createElement('img'))")
    assert any("image-alt" in found for found in axe(page))
