"""One form for all the ways in which people write the number of a mobile telephone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.identity.numbers import UnableToReadNumber, looks_like_number, mask_number, read_number

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("＋８６ １３８００１３８０００", "+8613800138000"),
        ("0086-13800138000", "+8613800138000"),
        ("(+86)13800138000", "+8613800138000"),
        ("138\u200b0013\u20608000", "+8613800138000"),
        ("+852 5123 4567", "+85251234567"),
        ("00852 51234567", "+85251234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+886 0912 345 678", "+886912345678"),
        ("+1 202-555-0143", "+12025550143"),
        ("+44 7700 900123", "+447700900123"),
    ],
)
def test_every_way_of_writing_a_number_is_the_same_number(typed: str, number: str) -> None:
    assert read_number(typed) == number
    assert read_number(number) == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "不是手机号"),
        ("1380013800", "不是手机号"),
        ("138001380001", "不是手机号"),
        ("12800138000", "不是手机号"),
        ("010-62345678", "不是手机号"),
        ("linlan", "不是手机号"),
        ("138o0138000", "不是手机号"),
        ("5123 4567", "不是手机号"),
        ("+86 1380013800", "11 位手机号"),
        ("+86 010 62345678", "11 位手机号"),
        ("+852 2123 4567", r"\+852 后面"),
        ("+853 5123 4567", r"\+853 后面"),
        ("+886 212345678", r"\+886 后面"),
        ("+1", "7 到 15 位"),
        ("+0123456789", "7 到 15 位"),
        ("+1234567890123456", "7 到 15 位"),
        ("+", "7 到 15 位"),
    ],
)
def test_what_is_no_number_is_refused_with_what_is_expected(typed: str, words: str) -> None:
    with pytest.raises(UnableToReadNumber, match=words):
        read_number(typed)
    assert looks_like_number(typed) == ""


@given(st.text(alphabet=st.sampled_from("0123456789+８ -()86a"), max_size=24))
def test_what_is_read_reads_the_same_again_and_fits_its_column(typed: str) -> None:
    number = looks_like_number(typed)
    if number:
        assert read_number(number) == number
        assert number[0] == "+"
        assert number[1:].isascii()
        assert number[1:].isdigit()
        assert len(number) <= 16


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+8613800138000", "+86 138******00"), ("+85251234567", "+852 512***67"), ("+12025550143", "+120******43")],
)
def test_a_number_is_shown_to_its_owner_only_in_part(number: str, shown: str) -> None:
    assert mask_number(number) == shown
