"""The search for canaries is seen to find each one that is planted, and nothing where none is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import logging
import sqlite3
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from tests.canaries import Canaries

NAME = "𠮷野·纪念谷"
NUMBER = "490102201503020019"


@pytest.fixture
def wanted() -> Canaries:
    return Canaries([NAME, NUMBER])


def packed(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>" * 50)
    return buffer.getvalue()


SPELLED: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "gb18030": lambda text: text.encode("gb18030"),
    "utf-16": lambda text: text.encode("utf-16"),
    "json": lambda text: json.dumps({"name": text}).encode(),
    "json in capitals": lambda text: json.dumps(text).upper().encode(),
    "address": lambda text: ("/find/?q=" + urllib.parse.quote_plus(text)).encode(),
    "xml": lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "python": lambda text: f"<Pupil {text!r}>".encode(),
    "hex": lambda text: text.encode().hex().upper().encode(),
    "base64 0": lambda text: base64.b64encode(text.encode()),
    "base64 1": lambda text: base64.b64encode(b"a" + text.encode() + b"z"),
    "base64 2": lambda text: base64.urlsafe_b64encode(b"ab" + text.encode() + b"yz"),
    "xlsx": packed,
    "zip in a zip, gzipped": lambda text: gzip.compress(_zip_of(packed(text))),
    "pdf": lambda text: b"%PDF-1.7\nstream\n" + zlib.compress(text.encode("utf-16-be") * 9) + b"\nendstream",
}


def _zip_of(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.xlsx", content)
    return buffer.getvalue()


@pytest.mark.parametrize("text", [NAME, NUMBER])
@pytest.mark.parametrize("spelling", SPELLED)
def test_a_planted_canary_is_found_in_every_spelling(
    wanted: Canaries, tmp_path: Path, spelling: str, text: str
) -> None:
    (tmp_path / "left").write_bytes(SPELLED[spelling]("nobody in particular"))
    assert wanted.in_files(tmp_path) == []
    (tmp_path / "left").write_bytes(SPELLED[spelling](text))
    assert {sighting.canary for sighting in wanted.in_files(tmp_path)} == {text}


def test_a_canary_in_the_name_of_a_file_or_of_a_member_is_found(wanted: Canaries, tmp_path: Path) -> None:
    (tmp_path / f"{NUMBER}.txt").touch()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"{NAME}.txt", "")
    assert {sighting.canary for sighting in wanted.in_files(tmp_path)} == {NAME, NUMBER}


def test_a_canary_in_a_log_and_in_a_temporary_file_is_found(wanted: Canaries, tmp_path: Path) -> None:
    handler = logging.FileHandler(tmp_path / "yaodian.log", encoding="utf-8")
    logger = logging.getLogger("canaries")
    logger.addHandler(handler)
    try:
        logger.warning("no pupil %r", {"id_number": NUMBER})
    finally:
        logger.removeHandler(handler)
        handler.close()
    with tempfile.NamedTemporaryFile(dir=tmp_path, suffix=".upload") as upload:
        upload.write(NAME.encode())
        upload.flush()
        assert {sighting.canary for sighting in wanted.in_files(tmp_path)} == {NAME, NUMBER}


def test_a_deleted_row_that_still_lies_in_the_pages_of_the_database_is_found(wanted: Canaries, tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE pupil (name TEXT)")
        database.execute("INSERT INTO pupil VALUES (?)", [NAME])
        database.commit()
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("DELETE FROM pupil")
        database.commit()
    database.close()
    assert [sighting.canary for sighting in wanted.in_files(path)] == [NAME]


@pytest.mark.django_db
def test_a_canary_in_a_cell_is_found_and_named_by_table_and_column(wanted: Canaries) -> None:
    assert wanted.in_database(connection) == []
    Session.objects.create(
        session_key="k", session_data=json.dumps([NAME]), expire_date=datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert [(sighting.where, sighting.canary) for sighting in wanted.in_database(connection)] == [
        ("django_session.session_data", NAME)
    ]
    assert wanted.in_database(connection, but=["django_session.session_data"]) == []


def test_what_is_damaged_or_empty_is_searched_as_it_lies_there(wanted: Canaries, tmp_path: Path) -> None:
    (tmp_path / "half.zip").write_bytes(packed(NUMBER)[:60] + NAME.encode())
    (tmp_path / "half.gz").write_bytes(gzip.compress(b"x" * 99)[:20])
    (tmp_path / "empty").touch()
    assert [sighting.canary for sighting in wanted.in_files(tmp_path)] == [NAME]


def test_what_would_be_found_everywhere_and_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    for texts in ([], ["", NAME], ["林"]):
        with pytest.raises(ValueError, match="at least 6 bytes"):
            Canaries(texts)
    with pytest.raises(FileNotFoundError):
        Canaries([NAME]).in_files(tmp_path / "nothing")
