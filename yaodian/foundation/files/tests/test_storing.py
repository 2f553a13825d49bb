"""What is stored opens again, lies sealed, goes out as a download, and is erased when its time is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404

from yaodian.foundation import keys
from yaodian.foundation.files.sending import send_file, send_thumbnail
from yaodian.foundation.files.storing import (
    UnableToOpenFile,
    erase_due_files,
    erase_file,
    keep_until,
    open_file,
    store_file,
)
from yaodian.foundation.files.taking import take_file
from yaodian.foundation.files.tests import making
from yaodian.foundation.management.commands.reseal import reseal
from yaodian.foundation.models import StoredFile, StoredFileContent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TEXT = "整改完成。\n".encode()


def stored(name: str = "说明.txt", data: bytes = TEXT, **options: Any) -> StoredFile:
    return store_file(take_file(name=name, chunks=[data]), by=None, now=NOW, **options)


def raw_content(row: StoredFile) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM foundation_storedfilecontent WHERE file_id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def test_a_file_lies_sealed_and_opens_as_it_was() -> None:
    row = stored()
    assert TEXT not in raw_content(row)
    assert open_file(StoredFile.objects.get(public_id=row.public_id)) == TEXT


def test_a_file_that_was_put_in_anothers_place_does_not_pass_for_it() -> None:
    one, other = stored(), stored(data=b"something else")
    StoredFileContent.objects.filter(file=one).update(content=open_file(other))
    with pytest.raises(UnableToOpenFile, match="指纹不符") as caught:
        open_file(one)
    assert caught.value.status == 500


def test_a_file_goes_out_as_a_download_that_nothing_opens_or_keeps() -> None:
    answer = send_file(stored("整改 说明.txt"))
    assert answer.content == TEXT
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%95%B4%E6%94%B9%20%E8%AF%B4%E6%98%8E.txt"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert answer["Content-Type"] == "text/plain"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_only_a_picture_has_a_small_picture() -> None:
    answer = send_thumbnail(stored("现场.jpg", making.photograph()))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    with pytest.raises(Http404):
        send_thumbnail(stored())


def test_an_erased_file_leaves_its_fingerprint_and_nothing_of_its_content_or_name() -> None:
    row = stored("林某某的说明.txt")
    assert erase_file(row, now=NOW)
    assert not erase_file(row, now=NOW)
    kept = StoredFile.objects.get(pk=row.pk)
    assert (kept.name, kept.sha256, kept.size_bytes, kept.is_erased) == ("", row.sha256, len(TEXT), True)
    assert not StoredFileContent.objects.exists()
    with pytest.raises(UnableToOpenFile, match="已按保存期限删除") as caught:
        send_file(kept)
    assert caught.value.status == 410


def test_files_are_erased_the_day_after_the_last_on_which_they_are_kept() -> None:
    today = date(2036, 3, 2)
    rows = {
        "over": stored(keep_until=today - timedelta(days=1)),
        "last day": stored(keep_until=today),
        "for ever": stored(),
        "moved": stored(keep_until=today - timedelta(days=1)),
    }
    keep_until(rows["moved"], today + timedelta(days=30))
    assert erase_due_files(today=today, now=NOW) == 1
    assert erase_due_files(today=today, now=NOW) == 0
    assert {name for name, row in rows.items() if StoredFile.objects.get(pk=row.pk).is_erased} == {"over"}


def test_files_are_sealed_again_under_a_new_key(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    row = stored("现场.jpg", making.photograph())
    text = stored()
    before, content = raw_content(row), open_file(row)
    settings.SEALING_ALGORITHM = "sm4"
    counts = list(reseal(StoredFileContent))
    assert (counts[-1].seen, counts[-1].resealed, counts[-1].shut) == (2, 2, [])
    assert raw_content(row) != before
    assert keys.is_current(raw_content(row))
    assert (open_file(row), open_file(text)) == (content, TEXT)


def test_a_list_of_files_loads_no_content(django_assert_num_queries: Any) -> None:
    for _turn in range(3):
        stored()
    with django_assert_num_queries(1):
        assert [row.name for row in StoredFile.objects.all()] == ["说明.txt"] * 3
