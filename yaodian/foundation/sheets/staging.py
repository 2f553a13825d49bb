"""What an import keeps between its steps: parts in the database, compressed and sealed, in order."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

from yaodian.foundation.keys import seal, unseal
from yaodian.foundation.models import Import, ImportPart

_PURPOSE = "import"


def _context(batch: Import, kind: str, number: int) -> bytes:
    # A part put in another's place does not open.
    return f"{batch.pk}/{kind}/{number}".encode()


def write_part(batch: Import, kind: str, number: int, data: bytes) -> None:
    sealed = seal(zlib.compress(data, 1), purpose=_PURPOSE, context=_context(batch, kind, number))
    ImportPart.objects.create(batch=batch, kind=kind, number=number, data=sealed)


def read_parts(batch: Import, kind: str, *, first: int = 0, count: int | None = None) -> Iterator[bytes]:
    """The parts in order, one in memory; one query each."""
    number = first
    while count is None or number < first + count:
        row = ImportPart.objects.filter(batch=batch, kind=kind, number=number).values_list("data", flat=True).first()
        if row is None:
            return
        yield zlib.decompress(unseal(bytes(row), purpose=_PURPOSE, context=_context(batch, kind, number)))
        number += 1


def count_parts(batch: Import, kind: str) -> int:
    return ImportPart.objects.filter(batch=batch, kind=kind).count()


def drop_parts(batch: Import, *kinds: str) -> None:
    ImportPart.objects.filter(batch=batch, kind__in=kinds).delete()


def write_plain(batch: Import, kind: str, number: int, value: Any) -> None:
    write_part(batch, kind, number, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def read_plain(batch: Import, kind: str, *, first: int = 0, count: int | None = None) -> Iterator[Any]:
    for data in read_parts(batch, kind, first=first, count=count):
        yield json.loads(data)
