"""What the views of all slices do alike: take numbers and days from an address or a form; answer with a page, a piece of it, a file,
or «not found»."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page as NumberedPage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header

from yaodian.foundation.paging import Page
from yaodian.foundation.refusing import Absent

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)

# The largest number of nine digits: every column of a database holds it.
MOST = 999_999_999


def whole_number(word: str, *, least: int = 0, most: int = MOST) -> int | None:
    """The number that a word writes in plain digits; None for every other word, and for a number out of bounds."""
    said = word.strip()
    # Digits of other scripts, and more of them than the bound has, are no number: reading them costs, or fails.
    if not (said.isascii() and said.isdigit() and len(said) <= len(str(most))):
        return None
    number = int(said)
    return number if least <= number <= most else None


def whole_numbers(words: Iterable[str], *, most: int = MOST) -> list[int]:
    """The numbers among words, in their order; whatever else stands there is passed over."""
    return [number for word in words if (number := whole_number(word, most=most)) is not None]


def number_in(data: Mapping[str, str], name: str, *, least: int = 0, most: int = MOST) -> int | None:
    """A whole number from an address or a form; None where there is none, or one out of bounds."""
    return whole_number(data.get(name, ""), least=least, most=most)


def day_in(data: Mapping[str, str], name: str) -> date | None:
    """A day from an address or a form, as 2026-10-01; None where there is none, or no such day."""
    try:
        return parse_date(data.get(name, ""))
    except ValueError:
        return None


def numbered(page: Page[Any]) -> NumberedPage[Any]:
    """A page of a list as templates number it."""
    return Paginator(range(page.total), page.size).page(page.number)


def absent_is_404(view: Callable[Concatenate[HttpRequest, P], Answer]) -> Callable[Concatenate[HttpRequest, P], Answer]:
    """What is not there, and what the visitor may not know of, is the same missing page."""

    @wraps(view)
    def handle(request: HttpRequest, /, *arguments: P.args, **named: P.kwargs) -> Answer:
        try:
            return view(request, *arguments, **named)
        except (ObjectDoesNotExist, Absent) as absent:
            raise Http404 from absent

    return handle


def is_partial(request: HttpRequest) -> bool:
    """Whether a script of the page asks for a piece of it; one that restores a page from its history wants all of it."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


class _Waiting(io.RawIOBase):
    """What was written and not fetched yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def fetched(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP of files by name, made as they come: one file is in memory at a time, and none on the disk."""
    waiting = _Waiting()
    with zipfile.ZipFile(waiting, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
            yield waiting.fetched()
    yield waiting.fetched()


def as_file(answer: Answer, name: str) -> Answer:
    """The answer as a file to be saved under a name, which no browser takes for anything but what it is said to be."""
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
