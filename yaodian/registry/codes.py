"""Codes that carry their own check: what is certainly wrong with one, and what is only doubtful.

=============================  ======================================================================================
identity number, 18 places     GB 11643-1999: region 6, day of birth 8, serial 3, check (ISO 7064 MOD 11-2)
enrolment number, 19 places    G and the identity number; J and 6 region, 8 birth, 3 serial, 1 check for a child without
                               one; L and 6 region, 8 birth, 4 random for one whose number is still to come
social credit code, 18 places  GB 32100-2015, weights 3**i mod 31
school code, 10 places         2 type, 2 province, 6 serial; without a check
=============================  ======================================================================================

Some credit codes of the first years fail their own check and are valid: that is a doubt and no error. Regions are not
looked up: counties merge and are renamed, and numbers stay.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID = re.compile(r"\d{17}[\dX]")
_SCHOOL_KINDS = frozenset("11 21 22 31 32 33 34 35 36 37 41 42 51 91 92 93".split())


@dataclass(frozen=True)
class Flaw:
    """Something about a code, in words for whoever typed it; `is_certain` where it cannot be right."""

    message: str
    is_certain: bool = True


def id_check(body: str) -> str:
    """The check of the first 17 digits of an identity number: `11010519491231002` gives `X`."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def credit_check(body: str) -> str:
    """The check of the first 17 places of a social credit code: `91350100M000100Y4` gives `3`."""
    total = sum(_CREDIT_ALPHABET.index(place) * pow(3, i, 31) for i, place in enumerate(body))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def flaws_of_id_number(number: str, *, birth_on: date | None = None, gender: str = "") -> list[Flaw]:
    """What is wrong with an identity number, also beside the day of birth and the sex (1 male, 2 female) written with it.

    A number of another shape may be that of a passport or of a permit: that is a doubt.
    """
    if not _ID.fullmatch(number):
        if number.isdigit() or re.fullmatch(r"\d{15,17}X?", number):
            return [Flaw(_("居民身份证号码应为18位。请核对，不要漏位；末位可以是大写字母X。"))]
        return [Flaw(_("这不是居民身份证号码。如是护照、通行证等其他证件，请确认无误。"), is_certain=False)]
    born = _day(number[6:14])
    if born is None or not 1850 <= born.year <= 2199:
        return [Flaw(_("证件号码第7至14位不是有效的出生日期。请对照原件核对。"))]
    if id_check(number[:17]) != number[17]:
        return [Flaw(_("证件号码的校验位不对，至少有一位写错。请对照原件核对。"))]
    flaws = []
    if birth_on is not None and birth_on != born:
        flaws.append(Flaw(_("证件号码里的出生日期与填写的不一致。请核对。"), is_certain=False))
    if gender in ("1", "2") and (int(number[16]) % 2 == 1) != (gender == "1"):
        flaws.append(Flaw(_("证件号码里的性别与填写的不一致。请核对。"), is_certain=False))
    return flaws


def flaws_of_enrolment_number(number: str, *, id_number: str = "") -> list[Flaw]:
    """What is wrong with an enrolment number, also beside the identity number."""
    if not re.fullmatch(r"[GJL]\d{17}[\dX]", number):
        return [Flaw(_("全国学籍号应为19位：字母G、J或L，后接18位号码。请核对。"))]
    kind, body = number[0], number[1:]
    if kind == "G":
        if any(flaw.is_certain for flaw in flaws_of_id_number(body)):
            return [Flaw(_("全国学籍号G后面的身份证号码有误。请对照原件核对。"))]
        if id_number and _ID.fullmatch(id_number) and body != id_number:
            return [Flaw(_("全国学籍号里的身份证号码与填写的证件号码不一致。请核对。"), is_certain=False)]
        return []
    if _day(body[6:14]) is None:
        return [Flaw(_("全国学籍号第8至15位不是有效的出生日期。请核对。"))]
    if kind == "J" and id_check(body[:17]) != body[17]:
        return [Flaw(_("全国学籍号的校验位不对，至少有一位写错。请核对。"))]
    return []


def flaws_of_credit_code(code: str) -> list[Flaw]:
    """What is wrong with a social credit code; a wrong check is only a doubt."""
    if len(code) != 18 or not set(code) <= set(_CREDIT_ALPHABET):
        return [Flaw(_("统一社会信用代码应为18位数字和大写字母，不含I、O、S、V、Z。请核对。"))]
    if credit_check(code[:17]) != code[17]:
        return [Flaw(_("统一社会信用代码的校验位不对。少数早期代码确实如此，请对照证书核对。"), is_certain=False)]
    return []


def flaws_of_school_code(code: str, *, school_type: str = "") -> list[Flaw]:
    """What is wrong with a school's code, also beside the type of school."""
    if not re.fullmatch(r"\d{10}", code):
        return [Flaw(_("学校标识码应为10位数字。请核对。"))]
    if code[:2] not in _SCHOOL_KINDS:
        return [
            Flaw(_("学校标识码的前两位“%(kind)s”不是已知的办学类别。请核对。") % {"kind": code[:2]}, is_certain=False)
        ]
    if school_type and code[0] != school_type[0]:
        return [Flaw(_("学校标识码的前两位与办学类型不一致。请核对。"), is_certain=False)]
    return []
