"""Codes: the published examples, every single slip, and numbers that are only doubtful."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.registry import codes, operations
from yaodian.registry.models import Pupil
from yaodian.registry.tests import factories

GOOD_ID = "11010519491231002X"
GOOD_CREDIT = "91350100M000100Y43"


def certain(flaws: list[codes.Flaw]) -> bool:
    return any(flaw.is_certain for flaw in flaws)


def test_the_published_examples_hold() -> None:
    assert codes.id_check("11010519491231002") == "X"
    assert codes.credit_check("91350100M000100Y4") == "3"
    assert codes.flaws_of_id_number(GOOD_ID, birth_on=date(1949, 12, 31), gender="2") == []
    assert codes.flaws_of_credit_code(GOOD_CREDIT) == []
    assert codes.flaws_of_enrolment_number(f"G{GOOD_ID}", id_number=GOOD_ID) == []


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_of_an_identity_number_is_found(place: int, change: int) -> None:
    digits = list(GOOD_ID)
    digits[place] = str((int(digits[place]) + change) % 10)
    assert certain(codes.flaws_of_id_number("".join(digits)))


@given(st.integers(0, 15))
def test_two_neighbouring_digits_changed_over_are_found(place: int) -> None:
    digits = list(GOOD_ID)
    if digits[place] == digits[place + 1]:
        return
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    assert certain(codes.flaws_of_id_number("".join(digits)))


@given(st.text(max_size=25))
def test_no_text_makes_a_check_fall_over(text: str) -> None:
    for check in (
        *(codes.flaws_of_id_number, codes.flaws_of_enrolment_number, codes.flaws_of_credit_code),
        codes.flaws_of_school_code,
    ):
        assert all(flaw.message for flaw in check(text))


@pytest.mark.parametrize(
    ("flaws", "is_certain"),
    [
        (codes.flaws_of_id_number("1101051949123100"), True),
        (codes.flaws_of_id_number("110105194913310020"), True),
        (codes.flaws_of_id_number("E12345678"), False),
        (codes.flaws_of_id_number(GOOD_ID, birth_on=date(1950, 1, 1)), False),
        (codes.flaws_of_id_number(GOOD_ID, gender="1"), False),
        (codes.flaws_of_enrolment_number("K" + GOOD_ID), True),
        (codes.flaws_of_enrolment_number("G110105194912310021"), True),
        (codes.flaws_of_enrolment_number("J110105201013310021"), True),
        (codes.flaws_of_credit_code("91350100M000100Y44"), False),
        (codes.flaws_of_credit_code("91350100I000100Y43"), True),
        (codes.flaws_of_school_code("21990"), True),
        (codes.flaws_of_school_code("9999000001"), False),
        (codes.flaws_of_school_code("2199000001", school_type="111"), False),
    ],
)
def test_what_is_wrong_and_what_is_doubtful(flaws: list[codes.Flaw], is_certain: bool) -> None:
    assert flaws
    assert certain(flaws) is is_certain


def test_numbers_without_an_identity_number() -> None:
    body = "11010520150312001"
    assert codes.flaws_of_enrolment_number(f"J{body}{codes.id_check(body)}") == []
    assert codes.flaws_of_enrolment_number("L110105201503127777") == []


@pytest.mark.django_db
def test_a_record_with_an_impossible_number_is_not_stored() -> None:
    school = factories.school()
    with pytest.raises(operations.UnableToEnrolPupil, match="校验位") as refused:
        factories.pupil(school, id_number="110105194912310021", enrolment_number="")
    assert refused.value.field == "id_number"
    assert not Pupil.objects.exists()
    with pytest.raises(operations.UnableToAppointTeacher, match="18位"):
        factories.teacher(school, id_number="1234567")
    with pytest.raises(operations.UnableToCreateSchool, match="10位"):
        factories.school(code="99")
    assert factories.pupil(school, id_number="E12345678", enrolment_number="").pk
