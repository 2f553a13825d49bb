"""Charts leave as SVG, PNG and Excel: with something in them, in the looks of the page, in light colours."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from playwright.sync_api import Download, Page, expect
from python_calamine import CalamineWorkbook

pytestmark = [pytest.mark.browser, pytest.mark.once]

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]
SVG = "{http://www.w3.org/2000/svg}"
MEASURE = "registry.large_classes"


@pytest.fixture
def compared(page: Page, sign_in: SignIn) -> Page:
    """The comparison of the counties, after its values were taken."""
    sign_in(page, "linlan")
    page.goto(reverse("measures:list"))
    page.get_by_role("button", name="现在重新计算").click()
    for _time in range(60):
        page.goto(reverse("measures:compare", args=[MEASURE]))
        if page.locator("figure").count():
            break
        page.wait_for_timeout(500)
    return page


def saved(page: Page, press: Callable[[], object]) -> Download:
    with page.expect_download() as waiting:
        press()
    return waiting.value


def read(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def rows_of(png: bytes) -> tuple[int, int, set[bytes]]:
    """Width and height of a PNG of eight bits a channel, and its distinct filtered rows."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    data, place, width, height, depth = b"", 8, 0, 0, 0
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth = struct.unpack(">IIB", body[:9])
        elif kind == b"IDAT":
            data += body
        place += length + 12
    assert depth == 8
    raw = zlib.decompress(data)
    size = len(raw) // height
    return width, height, {raw[start : start + size] for start in range(0, len(raw), size)}


def test_a_chart_leaves_as_svg_as_png_and_as_excel(compared: Page, axe: Judge, screenshot: Any) -> None:
    assert axe(compared) == []
    figure = compared.locator("figure", has_text="历年比较")
    svg = saved(compared, figure.get_by_role("button", name="SVG").click)
    assert svg.suggested_filename == "大班额比例（义务教育）：历年比较.svg"
    root = ElementTree.fromstring(read(svg))
    lines = root.findall(f"{SVG}polyline")
    strokes = {line.attrib["stroke"] for line in lines}
    assert len(strokes) == len(lines) >= 4, "each series keeps a colour of its own"
    assert not [node for node in root.iter() if "class" in node.attrib or "style" in node.attrib]
    said = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    assert "历年比较" in said
    assert "56人及以上为大班额" in said
    wide = float(root.attrib["width"])

    png = saved(compared, figure.get_by_role("button", name="PNG").click)
    width, height, rows = rows_of(read(png))
    assert width == pytest.approx(2 * wide, abs=1)
    assert len(rows) > height / 10, "the rows of pixels differ: something is drawn"

    for _time in range(20):
        # Values that were ordered may be taken between the page and its workbook: asked again until both are of one taking.
        compared.reload()
        shown = compared.locator("figure", has_text="历年比较").locator("tbody tr")
        last = shown.first.locator("td").last.inner_text()
        excel = saved(compared, figure.get_by_role("link", name="Excel").click)
        table = CalamineWorkbook.from_filelike(io.BytesIO(read(excel))).get_sheet_by_index(0).to_python()
        compared.reload()
        if shown.first.locator("td").last.inner_text() == last:
            break
    assert len(table) == shown.count() + 1
    assert f"{table[1][-1]:.2f}%" == last
    screenshot(compared, "compare")


def test_what_leaves_is_light_and_wide_whatever_the_screen(compared: Page, open_page: Any, sign_in: SignIn) -> None:
    def ground_of(page: Page) -> tuple[str, str]:
        svg = saved(page, page.locator("figure").first.get_by_role("button", name="SVG").click)
        root = ElementTree.fromstring(read(svg))
        ground = root.find(f"{SVG}rect")
        assert ground is not None
        return ground.attrib["fill"], root.attrib["width"]

    narrow = open_page(width=390, height=844, scheme="dark")
    sign_in(narrow, "linlan")
    narrow.goto(reverse("measures:compare", args=[MEASURE]))
    assert ground_of(narrow) == ground_of(compared)
    assert ground_of(narrow)[0] == "rgb(255, 255, 255)"


def test_on_a_telephone_in_the_dark_and_in_english_a_comparison_fits(
    compared: Page, open_page: Any, sign_in: SignIn, axe: Judge, screenshot: Any
) -> None:
    expect(compared.locator("svg.drawn-wide").first).to_be_visible()
    narrow = open_page(width=390, height=844, scheme="dark", language="en")
    sign_in(narrow, "linlan")
    for address in (reverse("measures:compare", args=[MEASURE]), reverse("web:style")):
        narrow.goto(address)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
        expect(narrow.locator("svg.drawn-narrow").first).to_be_visible()
        expect(narrow.locator("svg.drawn-wide").first).to_be_hidden()
        assert axe(narrow) == []
        screenshot(narrow, "narrow")


def test_a_few_units_are_compared_and_lead_to_their_own_page(compared: Page) -> None:
    compared.get_by_text("只比较其中几个").click()
    boxes = compared.locator(".filter-choices input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    compared.get_by_role("button", name="只比较选中的").click()
    table = compared.locator("figure", has_text="历年比较").locator("tbody tr")
    # The two, and the whole that they are parts of.
    expect(table).to_have_count(3)
    table.first.get_by_role("link").click()
    expect(compared.locator("h1")).to_contain_text("大班额比例")
