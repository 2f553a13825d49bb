"""The interface speaks both languages in full."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from yaodian.foundation import catalogues

CATALOGUE = Path("yaodian/locale/en/LC_MESSAGES/django.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def english(root: Path) -> Catalog:
    with (root / CATALOGUE).open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def entries(english: Catalog) -> list[Message]:
    return [message for message in english if message.id]


def test_every_message_has_its_english(entries: list[Message]) -> None:
    assert entries
    assert [message.id for message in entries if not message.string or message.fuzzy] == []


def test_english_keeps_every_placeholder(entries: list[Message]) -> None:
    changed = [
        message.id
        for message in entries
        if message.string
        and sorted(PLACEHOLDER.findall(str(message.id))) != sorted(PLACEHOLDER.findall(str(message.string)))
    ]
    assert changed == []


def test_english_holds_no_chinese_left_over(entries: list[Message]) -> None:
    """A Chinese term may be quoted, in brackets or marks; a sentence that is Chinese was forgotten."""
    quoted = re.compile(r"[(（《〔“\"'‘][^)）》〕”\"'’]*[)）》〕”\"'’]")
    chinese = [
        message.id for message in entries if re.search(r"[\u4e00-\u9fff]{2}", quoted.sub("", str(message.string)))
    ]
    assert chinese == []


def test_the_catalogue_is_what_update_catalogues_writes(root: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "django.po"
    catalogues.write_catalogue(catalogues.update(root / "yaodian", root / CATALOGUE, {}), fresh)
    assert (root / CATALOGUE).read_bytes() == fresh.read_bytes(), "run: .venv/bin/yaodian manage update_catalogues"


def test_the_compiled_catalogue_is_the_one_in_the_repository(root: Path) -> None:
    compiled = (root / CATALOGUE).with_suffix(".mo")
    with compiled.open("rb") as file:
        known = {message.id: message.string for message in read_mo(file) if message.id}
    with (root / CATALOGUE).open("rb") as file:
        written = {message.id: message.string for message in read_po(file) if message.id and message.string}
    assert known == written, "run: make setup"
