"""A lesson is picked up by mouse, by keyboard and by finger: the reason stands there before the drop, what is dropped stays, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]
NARROW = {"width": 390, "height": 844}
GROUND = Path(__file__).with_name("timetabling_board_ground.py")


@pytest.fixture(scope="module")
def row(site: Any) -> str:
    """The public id of a solved timetable."""
    laid = site.yaodian("manage", "shell", "-c", GROUND.read_text(encoding="utf-8"))
    assert laid.returncode == 0, laid.stderr
    return str(laid.stdout.split()[-1])


def card_of(page: Page, subject: str, at: int = 0) -> Locator:
    return page.locator(".board-cell .lesson-card").filter(has_text=subject).nth(at)


def pick_up(page: Page, card: Locator) -> None:
    """By mouse, until every cell is marked."""
    box = card.bounding_box()
    assert box
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 40, steps=4)
    expect(page.locator(".board-mark").first).to_be_visible()


def carry(page: Page, cell: Locator) -> None:
    """What is in the hand, in steps, as a hand does."""
    there = cell.bounding_box()
    assert there
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + there["height"] / 2, steps=6)


def test_a_lesson_is_dragged_and_the_reason_is_there_before_the_drop(
    page: Page, row: str, sign_in: SignIn, axe: Judge
) -> None:
    # Every cell in sight: near an edge the page would move under the hand.
    page.set_viewport_size({"width": 1440, "height": 1600})
    sign_in(page, "nianji")
    page.goto(reverse("timetabling:board", args=[row]))
    expect(page.locator(".board-table caption")).to_contain_text("高一(1)班")
    assert axe(page) == []

    # Over a lesson of the same class: both lessons are named, nothing is written.
    sports, maths = card_of(page, "体育"), card_of(page, "数学")
    pick_up(page, sports)
    carry(page, maths)
    expect(page.locator("#why-words")).to_contain_text("违反要求")
    expect(page.locator("#why-words")).to_contain_text("高一(1)班 数学")
    expect(page.locator("#why-words")).to_contain_text("高一(1)班 体育")
    assert axe(page) == []
    page.mouse.up()
    # Dropped there, it asks once more; Escape puts it back.
    expect(page.locator("#why-tools")).to_contain_text("再按一次")
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    assert page.locator("#board").get_attribute("data-version") == "1"

    # To a free place it goes at once, and is there after a reload.
    pick_up(page, card_of(page, "体育"))
    free = page.locator(".board-cell:is(.is-fine, .is-costs):not(:has(.lesson-card))").first
    at = free.get_attribute("data-at")
    carry(page, free)
    page.mouse.up()
    moved = page.locator(f".board-cell[data-at='{at}'] .lesson-card")
    expect(moved).to_contain_text("体育")
    page.reload()
    expect(page.locator(f".board-cell[data-at='{at}'] .lesson-card")).to_contain_text("体育")
    page.get_by_role("button", name=re.compile("^撤销")).click()
    expect(page.locator(f".board-cell[data-at='{at}'] .lesson-card")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^重做")).click()
    expect(page.locator(f".board-cell[data-at='{at}'] .lesson-card")).to_contain_text("体育")


def test_a_lesson_is_moved_by_keyboard_alone(page: Page, row: str, sign_in: SignIn) -> None:
    sign_in(page, "nianji")
    page.goto(f"{reverse('timetabling:board', args=[row])}?show=T1")
    expect(page.locator(".board-table caption")).to_contain_text("林老师")
    card = card_of(page, "数学")
    piece = card.get_attribute("data-piece")
    before = card.locator("xpath=..").get_attribute("data-at")
    card.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".board-mark:focus")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("拿起了")
    version = page.locator("#board").get_attribute("data-version")
    page.keyboard.press("Escape")
    expect(page.locator(f"[data-piece='{piece}']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".board-mark:focus")).to_be_visible()
    # Down to the first cell that only costs or is fine, reading why on the way.
    for _step in range(8):
        page.keyboard.press("ArrowDown")
        cell = page.locator(".board-cell:has(.board-mark:focus)")
        if re.search("is-(fine|costs)", cell.get_attribute("class") or ""):
            break
    expect(page.locator("#why-words")).to_contain_text("可以")
    page.keyboard.press("Enter")
    expect(page.locator("#board")).not_to_have_attribute("data-version", str(version))
    expect(page.locator(f"[data-piece='{piece}']")).to_be_focused()
    assert page.locator(f".board-cell:has([data-piece='{piece}'])").get_attribute("data-at") != before


@pytest.fixture
def touched(browser: Browser, site: Any) -> Iterator[Page]:
    """A telephone that is touched, not clicked."""
    context = browser.new_context(
        base_url=site.address, viewport=NARROW, has_touch=True, is_mobile=True, locale="zh-CN", reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_a_lesson_is_tapped_up_and_tapped_down(
    touched: Page, row: str, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool]
) -> None:
    phone = touched
    sign_in(phone, "nianji")
    phone.goto(f"{reverse('timetabling:board', args=[row])}?show=class:高一(2)班")
    assert not is_too_wide(phone)
    card = card_of(phone, "英语")
    piece = card.get_attribute("data-piece")
    card.tap()
    expect(phone.locator(".board-mark").first).to_be_visible()
    assert axe(phone) == []
    # A tap on what would break something says so, a second tap in the panel does it all the same.
    phone.locator(".board-cell.is-breaks .board-mark").first.tap()
    expect(phone.locator("#why-words")).to_contain_text("违反要求")
    version = phone.locator("#board").get_attribute("data-version")
    cell = phone.locator(".board-cell.is-fine .board-mark").first
    at = cell.locator("xpath=..").get_attribute("data-at")
    cell.tap()
    expect(phone.locator("#board")).not_to_have_attribute("data-version", str(version))
    expect(phone.locator(f".board-cell[data-at='{at}'] [data-piece='{piece}']")).to_have_count(1)
    assert not is_too_wide(phone)
