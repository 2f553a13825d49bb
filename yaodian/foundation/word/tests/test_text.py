"""Whatever people wrote becomes text of a document, and nothing else."""

from __future__ import annotations

from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation.word.package import blank
from yaodian.foundation.word.text import Mark, Places, link, look, printable, run

pytestmark = pytest.mark.once

TEXTS = st.text(st.characters(exclude_categories=()), max_size=80)


@given(TEXTS)
def test_a_run_holds_the_printable_text_and_no_element_of_its_own(text: str) -> None:
    root = ElementTree.fromstring(f"<w:p {nsdecls('w')}>{run(text, look('仿宋', 12))}</w:p>")
    said = "".join(
        "\n" if each.tag == qn("w:br") else each.text or ""
        for each in root.iter()
        if each.tag in (qn("w:br"), qn("w:t"))
    )
    assert said == printable(text)
    assert {each.tag for each in root.iter()} <= {
        qn(f"w:{name}") for name in ("p", "r", "rPr", "rFonts", "sz", "szCs", "t", "br")
    }


@given(TEXTS)
def test_what_is_printable_stays_printable(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(min_codepoint=0x10000, exclude_categories=("Cn",)), max_size=20))
def test_characters_of_four_bytes_stay(text: str) -> None:
    assert printable(text) == text


def test_controls_directions_and_breaks_are_taken_out_or_made_plain() -> None:
    assert printable("甲\x00乙\x1f丙\x7f丁\u202e戊\ufeff\udc00") == "甲乙丙丁戊"
    assert printable("一\r\n二\r三\u2028四\x85五\t六") == "一\n二\n三\n四\n五 六"


@given(TEXTS, TEXTS)
def test_places_and_links_hold_any_name(place: str, label: str) -> None:
    place = printable(place).replace("\n", "")
    places = Places()
    root = ElementTree.fromstring(
        f"<w:p {nsdecls('w')}>{places.around(place, run(label))}{link(Mark(label, place), look())}</w:p>"
    )
    names = [each.get(qn("w:name")) for each in root.iter(qn("w:bookmarkStart"))]
    assert names == ([place] if place else [])
    assert next(root.iter(qn("w:hyperlink"))).get(qn("w:anchor")) == place


def test_a_blank_document_is_chinese_and_of_present_versions() -> None:
    document = blank()
    assert isinstance(document, type(docx.Document()))
    assert {one.get(qn("w:eastAsia")) for one in document.styles.element.iter(qn("w:lang"))} == {"zh-CN"}
    (mode,) = document.settings.element.iter(qn("w:compatSetting"))
    assert (mode.get(qn("w:name")), mode.get(qn("w:val"))) == ("compatibilityMode", "15")
