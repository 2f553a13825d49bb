"""National codes: the standards' own examples, invented numbers, and any text at all."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yaodian.registry import codes, operations
from yaodian.registry.codes import Document, Problems
from yaodian.registry.models import Pupil
from yaodian.registry.tests import factories

TODAY = date(2026, 11, 26)
# The example printed in GB 11643.
PRINTED = "11010519491231002X"


def invented(body: str) -> str:
    return body + codes.id_number_check_digit(body)


def found(problems: Problems) -> list[tuple[str, str]]:
    return [(problem.severity, problem.code) for problem in problems]


# The standards' own examples ------------------------------------------------------------------------------------


def test_the_check_digits_are_those_of_the_standards_examples() -> None:
    assert codes.id_number_check_digit("11010519491231002") == "X"
    assert codes.credit_code_check_digit("91350100M000100Y4") == "3"
    assert codes.organisation_code_check_digit("D2143569") == "X"


def test_the_standards_examples_have_no_problem() -> None:
    assert codes.check_id_number(PRINTED, today=TODAY) == ()
    assert codes.check_credit_code("91350100M000100Y43") == ()
    assert codes.check_organisation_code("D2143569-X") == ()


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (codes.id_number_check_digit, "1101051949123100"),
        (codes.id_number_check_digit, "1101051949123100Ｘ"),
        (codes.credit_code_check_digit, "91350100M000100YI"),
        (codes.organisation_code_check_digit, "D214356"),
    ],
)
def test_a_check_digit_of_something_else_is_refused(make: Callable[[str], str], body: str) -> None:
    with pytest.raises(ValueError, match="is made from"):
        make(body)


# Identity numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002X",
        "'" + PRINTED,
    ],
)
def test_an_identity_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert codes.canonical_id_number(typed) == PRINTED
    assert codes.check_id_number(typed, today=TODAY) == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", [("error", "empty")]),
        ("   ", [("error", "empty")]),
        ("110105194912310021", [("error", "check_digit")]),
        ("11010519491231002", [("error", "shape")]),
        ("11010519491231002XX", [("error", "shape")]),
        ("1101O519491231002X", [("error", "shape")]),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", [("error", "shape")]),
        ("110105491231002", [("error", "old_form")]),
        (invented("11010519490230002"), [("error", "birth_day")]),
        (invented("11010519000229002"), [("error", "birth_day")]),
        (invented("11010520261127002"), [("error", "birth_day_to_come")]),
        (invented("11010519051231002"), [("warning", "birth_day_long_ago")]),
        (invented("49010220150302001"), [("warning", "unassigned_province")]),
        (invented("11000020150302001"), [("warning", "no_county")]),
        ("1.10105E+17", [("error", "rounded")]),
        ("110105194912310000", [("error", "rounded")]),
        ("A1234567", [("error", "other_document")]),
        ("H12345678", [("error", "other_document")]),
        ("12345678", [("error", "other_document")]),
        (invented("81000020150302001"), [("warning", "other_document")]),
        (invented("83000020150302001"), [("warning", "other_document")]),
        (invented("91184020150302001"), [("warning", "other_document")]),
    ],
)
def test_what_is_wrong_with_an_identity_number_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_id_number(number, today=TODAY)) == expected


def test_a_birthday_is_judged_by_the_day_that_is_given() -> None:
    number = invented("11010520261126002")
    assert codes.check_id_number(number, today=TODAY) == ()
    assert found(codes.check_id_number(number, today=TODAY - timedelta(days=1))) == [("error", "birth_day_to_come")]


def test_an_identity_number_is_held_against_the_other_columns() -> None:
    assert codes.check_id_number(PRINTED, today=TODAY, birth_on=date(1949, 12, 31), sex="2") == ()
    differing = codes.check_id_number(PRINTED, today=TODAY, birth_on=date(1949, 12, 30), sex="1")
    assert found(differing) == [("error", "birth_day_differs"), ("warning", "sex_differs")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (PRINTED, []),
        ("EA1234567", [("warning", "other_document")]),
        ("1234567801", [("warning", "other_document")]),
        ("没有", [("warning", "other_document")]),
        ("1234567", [("error", "shape")]),
        ("1101051949123100X", [("error", "shape")]),
        ("110105491231002", [("error", "old_form")]),
        ("110105194912310021", [("error", "check_digit")]),
        ("1.10105E+17", [("error", "rounded")]),
        ("", [("error", "empty")]),
    ],
)
def test_where_other_documents_may_stand_theirs_are_let_pass_with_a_warning(
    number: str, expected: list[tuple[str, str]]
) -> None:
    assert found(codes.check_identity_document(number, today=TODAY)) == expected


def test_birthday_and_sex_are_read_from_an_identity_number() -> None:
    assert codes.birth_day_of(PRINTED.lower()) == date(1949, 12, 31)
    assert (codes.sex_of(PRINTED), codes.sex_of(invented("49010220150302001"))) == ("2", "1")
    assert codes.birth_day_of("490102201502300011") is None
    assert (codes.birth_day_of("王"), codes.sex_of("王")) == (None, None)


def test_a_number_of_the_old_form_becomes_the_one_that_replaced_it() -> None:
    assert codes.id_number_from_15("110105491231002") == PRINTED
    assert codes.id_number_from_15("110105491331002") is None
    assert codes.id_number_from_15("110105491231997") is None
    assert codes.id_number_from_15(PRINTED) is None


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (PRINTED, Document.RESIDENT),
        ("110105491231002", Document.RESIDENT_15),
        ("810000199408230021", Document.HONG_KONG_MACAO_TAIWAN_RESIDENCE),
        ("Ｈ1234567801", Document.HONG_KONG_MACAO_TRAVEL),
        ("m12345678", Document.HONG_KONG_MACAO_TRAVEL),
        ("1234567801B", Document.TAIWAN_TRAVEL),
        ("ABC110080010101", Document.FOREIGNER_RESIDENCE),
        ("911840201503020013", Document.FOREIGNER_RESIDENCE),
        ("EA1234567", Document.PASSPORT),
        ("没有", Document.UNKNOWN),
    ],
)
def test_other_documents_are_told_apart(number: str, kind: Document) -> None:
    assert codes.document_kind(number) is kind


BODIES = st.builds(
    lambda region, day, serial: f"{region:02d}0102{day:%Y%m%d}{serial:03d}",
    region=st.sampled_from([int(province) for province in codes.PROVINCES if province < "71"] + [49, 99]),
    day=st.dates(date(1930, 1, 1), TODAY),
    serial=st.integers(0, 999),
)


@given(body=BODIES)
def test_a_number_with_its_check_digit_has_no_error(body: str) -> None:
    assert [one for one in codes.check_id_number(invented(body), today=TODAY) if one.severity == "error"] == []


@given(body=BODIES, place=st.integers(0, 17), digit=st.sampled_from("0123456789X"))
def test_any_one_changed_place_of_an_identity_number_is_noticed(body: str, place: int, digit: str) -> None:
    number = invented(body)
    changed = number[:place] + digit + number[place + 1 :]
    assume(changed != number)
    assert any(one.severity == "error" for one in codes.check_id_number(changed, today=TODAY))


# Enrolment numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("G" + PRINTED, []),
        ("g " + PRINTED.lower(), []),
        ("J" + invented("11010520150302001"), []),
        ("L110105201503020001", []),
        ("", [("error", "empty")]),
        (PRINTED, [("error", "no_letter")]),
        ("K" + PRINTED, [("error", "shape")]),
        ("2149000001", [("error", "shape")]),
        ("L11010520150302000X", [("error", "shape")]),
        ("G110105194912310021", [("error", "check_digit")]),
        ("G" + invented("49010220150302001"), [("warning", "unassigned_province")]),
        ("L490102201503020001", [("warning", "unassigned_province")]),
        ("L110105201502300001", [("error", "birth_day")]),
        ("L110105202611270001", [("error", "birth_day_to_come")]),
        ("J110105201503020010", [("warning", "check_digit")]),
    ],
)
def test_what_is_wrong_with_an_enrolment_number_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_enrolment_number(number, today=TODAY)) == expected


def test_an_enrolment_number_is_held_against_the_identity_number() -> None:
    def check(number: str, own: str) -> list[tuple[str, str]]:
        return found(codes.check_enrolment_number(number, today=TODAY, id_number=own))

    assert check("G" + PRINTED, PRINTED.lower()) == []
    assert check("G" + PRINTED, invented("49010220150302001")) == [("error", "id_number_differs")]
    assert check("L110105201503020001", PRINTED) == [("warning", "not_yet_g")]
    assert check("L110105201503020001", "H12345678") == []


# Schools --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "school_type", "expected"),
    [
        ("2111000001", "211", []),
        ("２１１１ 000001", "211", []),
        ("2111000001.0", "218", []),
        ("3411000001", "345", []),
        ("3111000001", "312", []),
        ("", None, [("error", "empty")]),
        ("211100001", None, [("error", "shape")]),
        ("2311000001", None, [("error", "unknown_kind")]),
        ("2149000001", "211", [("warning", "unassigned_province")]),
        ("2111000001", "111", [("warning", "kind_differs")]),
        ("4111010001", None, []),
        ("4111110001", None, [("warning", "university")]),
    ],
)
def test_what_is_wrong_with_a_school_code_is_said(
    number: str, school_type: str | None, expected: list[tuple[str, str]]
) -> None:
    assert found(codes.check_school_code(number, school_type=school_type)) == expected


def test_every_type_of_school_has_a_kind_of_institution() -> None:
    assert {kind[:2] for kind in codes.SCHOOL_TYPES} <= set(codes.INSTITUTION_KINDS)


@pytest.mark.parametrize("check", [codes.check_school_type, codes.check_area_kind])
def test_a_code_outside_its_table_is_answered_with_the_table(check: Callable[[str], Problems]) -> None:
    assert check("１１１") == ()
    assert found(check("")) == [("error", "empty")]
    (problem,) = check("999")
    assert problem.code == "unknown_code"
    assert "112 城乡结合区" in problem.message or "211 小学" in problem.message


# Organisations --------------------------------------------------------------------------------------------------


def credit(body: str) -> str:
    organisation = body[8:16] + codes.organisation_code_check_digit(body[8:16])
    return body[:8] + organisation + codes.credit_code_check_digit(body[:8] + organisation)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("91350100m000100y43", []),
        ("", [("error", "empty")]),
        ("91350100M000100Y4", [("error", "shape")]),
        ("91350100M000I00Y43", [("error", "alphabet")]),
        ("91350100M000100Y44", [("warning", "check_digit")]),
        (credit("12490102D2143569"), [("warning", "unassigned_province")]),
        (credit("12100000D2143569"), []),
        (credit("0X110101D2143569"), [("warning", "unknown_registrar")]),
        (credit("12A10101D2143569"), [("error", "region")]),
    ],
)
def test_what_is_wrong_with_a_credit_code_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_credit_code(number)) == expected


def test_a_wrong_inner_code_is_warned_of_though_the_outer_check_digit_is_right() -> None:
    body = "12110101D21435690"
    number = body + codes.credit_code_check_digit(body)
    assert found(codes.check_credit_code(number)) == [("warning", "check_digit")]


@pytest.mark.parametrize(("kind", "is_private"), [("12", True), ("52", False), ("91", False)])
def test_a_credit_code_is_held_against_who_runs_the_school(kind: str, is_private: bool) -> None:
    number = credit(f"{kind}110101D2143569")
    assert found(codes.check_credit_code(number, is_private=is_private)) == [("warning", "kind_differs")]
    assert codes.check_credit_code(number, is_private=not is_private) == ()
    assert codes.check_credit_code(number) == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [("", [("error", "empty")]), ("D2143569", [("error", "shape")]), ("D21435691", [("error", "check_digit")])],
)
def test_what_is_wrong_with_an_organisation_code_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_organisation_code(number)) == expected


@given(
    body=st.text(codes.CREDIT_ALPHABET, min_size=8, max_size=8).map(lambda inner: "12110101" + inner),
    place=st.integers(0, 17),
    sign=st.sampled_from(codes.CREDIT_ALPHABET),
)
def test_any_one_changed_place_of_a_credit_code_is_noticed(body: str, place: int, sign: str) -> None:
    number = credit(body)
    assert codes.check_credit_code(number) == ()
    changed = number[:place] + sign + number[place + 1 :]
    assume(changed != number)
    assert codes.check_credit_code(changed)


# Regions and telephones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("110105", []),
        ("410000", []),
        ("410100.0", []),
        ("", [("error", "empty")]),
        ("11010", [("error", "shape")]),
        ("110005", [("error", "shape")]),
        ("000000", [("error", "shape")]),
        ("110105001002", [("error", "twelve_digits")]),
        ("490102", [("warning", "unassigned_province")]),
    ],
)
def test_what_is_wrong_with_a_region_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_region_code(number)) == expected


def test_a_region_that_is_not_in_force_is_warned_of() -> None:
    assert codes.check_region_code("110105", known={"110105"}) == ()
    assert found(codes.check_region_code("110103", known={"110105"})) == [("warning", "not_in_force")]


def test_the_zeros_of_a_region_tell_its_level() -> None:
    found_levels = [codes.region_level(code) for code in ("490000", "490100", "490102", "490002", "王")]
    assert found_levels == ["province", "city", "county", None, None]


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("138 0000 0000", "13800000000"),
        ("＋86 138-0000-0000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("(0371) 6000-0000", "037160000000"),
        ("+86 371 60000000", "037160000000"),
        ("010-60000000 转 801", "01060000000转801"),
        ("010-60000000 ext. 801", "01060000000转801"),
        ("0371－60000000－801", "037160000000转801"),
        ("010-60000000#.801", "01060000000转801"),
    ],
)
def test_a_telephone_is_the_same_however_it_is_typed(typed: str, canonical: str) -> None:
    assert codes.canonical_phone(typed) == canonical
    assert codes.check_phone(typed) == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", [("error", "empty")]),
        ("1380000000", [("error", "shape")]),
        ("138000000000", [("error", "shape")]),
        ("12000000000", [("warning", "unassigned_prefix")]),
        ("6000 0000", [("error", "no_area")]),
        ("无", [("error", "shape")]),
    ],
)
def test_what_is_wrong_with_a_telephone_is_said(number: str, expected: list[tuple[str, str]]) -> None:
    assert found(codes.check_phone(number)) == expected


# Any text at all ------------------------------------------------------------------------------------------------

CANONICAL = [
    codes.canonical_code,
    codes.canonical_id_number,
    codes.canonical_enrolment_number,
    codes.canonical_school_code,
    codes.canonical_credit_code,
    codes.canonical_organisation_code,
    codes.canonical_region_code,
    codes.canonical_school_type,
    codes.canonical_area_kind,
    codes.canonical_phone,
]
CHECKS: list[Callable[[str], Problems]] = [
    lambda text: codes.check_id_number(text, today=TODAY, birth_on=TODAY, sex="1"),
    lambda text: codes.check_identity_document(text, today=TODAY),
    lambda text: codes.check_enrolment_number(text, today=TODAY, id_number=text),
    lambda text: codes.check_school_code(text, school_type=text),
    lambda text: codes.check_credit_code(text, is_private=True),
    codes.check_organisation_code,
    lambda text: codes.check_region_code(text, known=["110105"]),
    codes.check_school_type,
    codes.check_area_kind,
    codes.check_phone,
]
# Text of every kind, half of a surrogate pair included, and text that looks like codes.
ANY = st.one_of(
    st.text(st.characters()),
    st.text("0123456789XGJLHM+-－８６转#.E() \t\u200bＡ", max_size=24),
    st.from_regex(r"[GJL]?[0-9]{8,20}[0-9Xx]?", fullmatch=True),
)


@given(text=ANY)
def test_a_canonical_form_is_its_own_canonical_form(text: str) -> None:
    for canonical in CANONICAL:
        once = canonical(text)
        assert canonical(once) == once


@given(text=ANY)
def test_no_check_ever_raises_and_each_says_something_to_whoever_reads_it(text: str) -> None:
    codes.document_kind(text)
    codes.id_number_from_15(text)
    for check in CHECKS:
        for problem in check(text):
            assert problem.severity in {"error", "warning"}
            assert problem.message.endswith("。")


@given(body=BODIES)
def test_no_message_quotes_the_number(body: str) -> None:
    number = invented(body)
    told = [
        *codes.check_id_number(number + "1", today=TODAY),
        *codes.check_enrolment_number("G" + number, today=TODAY, id_number=PRINTED),
        *codes.check_phone(number),
    ]
    assert told
    assert not any(number[6:14] in problem.message or number[-6:] in problem.message for problem in told)


# What the registry does with them -------------------------------------------------------------------------------


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
    assert factories.pupil(school, id_number="ea 1234567", enrolment_number="").id_number == "EA1234567"
