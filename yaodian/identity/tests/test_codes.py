"""However a code is typed it is one code, and what is no code stays none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.identity.codes import ALPHABET, canonical, digits, new_code


@given(st.text(ALPHABET, min_size=16, max_size=16), st.randoms())
def test_blanks_width_case_and_look_alikes_do_not_matter(code: str, chance: object) -> None:
    random: object = chance
    typed = []
    for one in code:
        look = {"0": "0Oo０Ｏｏ", "1": "1IiLl１Ｉｌ"}.get(one, one + one.lower() + chr(ord(one) + 0xFEE0))
        typed.append(random.choice(look))  # type: ignore[attr-defined]
        typed.append(random.choice(["", " ", "-", "\u3000", "—", "\u200b", "－"]))  # type: ignore[attr-defined]
    assert canonical("".join(typed)) == code


def test_a_new_code_is_in_groups_and_in_its_canonical_form() -> None:
    codes = {new_code(groups=4) for _number in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 19 and canonical(code) == code.replace("-", "") for code in codes)


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456 ", "１２３４５６", "123-456", "123\u3000456", "12\u200b3456", "١٢٣٤٥٦"]
)
def test_a_number_is_one_number_however_it_is_typed(typed: str) -> None:
    assert digits(typed) == "123456"


@pytest.mark.parametrize("typed", ["12a3456", "一二三四五六", "1234.56"])
def test_what_is_no_number_does_not_become_one(typed: str) -> None:
    assert digits(typed) != "123456"


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert len(canonical("A" * 10**6)) <= 200
    assert len(digits("1" * 10**6)) <= 200
