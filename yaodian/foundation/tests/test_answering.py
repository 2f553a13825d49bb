"""What views of all slices do alike: numbers of an address, pieces of a page, files, and what is not there."""

from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory

from yaodian.foundation.answering import (
    absent_is_404,
    as_file,
    day_in,
    is_partial,
    number_in,
    whole_number,
    whole_numbers,
)
from yaodian.foundation.refusing import Absent

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("word", "number"),
    [("0", 0), (" 12 ", 12), ("007", 7), ("999999999", 999_999_999)]
    + [(word, None) for word in ("", "-1", "+1", "1.0", "1e3", "²", "１２", "٣", "1000000000", "9" * 5000, "1\x00")],
)
def test_a_number_is_plain_digits_that_every_column_holds(word: str, number: int | None) -> None:
    assert whole_number(word) == number


def test_a_number_out_of_bounds_is_none() -> None:
    assert [whole_number(word, least=1, most=12) for word in ("0", "1", "12", "13")] == [None, 1, 12, None]
    assert whole_numbers(["3", "x", "", "1", "²"]) == [3, 1]


def test_a_number_of_an_address_that_is_not_there_is_none() -> None:
    asked = QueryDict("page=3&year=nonsense")
    assert [number_in(asked, name) for name in ("page", "year", "version")] == [3, None, None]


def test_a_day_of_an_address_that_is_none_is_none() -> None:
    asked = QueryDict("on=2026-02-28&off=2026-02-30&odd=yesterday")
    assert [day_in(asked, name) for name in ("on", "off", "odd", "none")] == [date(2026, 2, 28), None, None, None]


@pytest.mark.parametrize("missing", [ObjectDoesNotExist(), Absent("x")])
def test_what_is_absent_is_not_found(missing: Exception) -> None:
    @absent_is_404
    def view(_request: HttpRequest) -> HttpResponse:
        raise missing

    with pytest.raises(Http404):
        view(RequestFactory().get("/"))


def test_another_lookup_that_fails_is_a_fault_and_no_missing_page() -> None:
    @absent_is_404
    def view(_request: HttpRequest) -> HttpResponse:
        raise KeyError("a slip")

    with pytest.raises(KeyError):
        view(RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("headers", "is_piece"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_script_gets_a_piece_but_the_whole_page_back_from_history(headers: dict[str, str], is_piece: bool) -> None:
    assert is_partial(RequestFactory().get("/", headers=headers)) is is_piece


def test_a_file_is_saved_under_its_chinese_name_and_never_sniffed() -> None:
    answer = as_file(HttpResponse(b"x", content_type="text/csv"), "责任清单.csv")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%B4%A3")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_name_cannot_break_out_of_its_header() -> None:
    answer = as_file(HttpResponse(b"x"), 'a"; filename="b.html')
    assert answer["Content-Disposition"] == 'attachment; filename="a\\"; filename=\\"b.html"'
