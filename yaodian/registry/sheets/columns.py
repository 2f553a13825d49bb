"""What the columns of several sheets have in common: their checks, and their choices in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from yaodian.foundation.sheets.declaring import Choice, Column, Day, Found, Problem, Reference, Text
from yaodian.registry import codes
from yaodian.registry.models import Gender


def choice(choices: Any) -> Choice:
    """The labels in Chinese: a sheet goes from hand to hand, whatever language somebody reads the pages in."""
    with override("zh-hans"):
        return Choice(options={value: str(label) for value, label in choices.choices})


def one(problems: Iterable[codes.Problem]) -> Found:
    """The gravest of what a check of a code has found, as the sheet says it."""
    found = sorted(problems, key=lambda problem: problem.severity != "error")
    if not found:
        return None
    return Problem(found[0].message, code=found[0].code or "code", is_warning=found[0].severity != "error")


def check_document(value: str) -> Found:
    return one(codes.check_identity_document(value, today=timezone.localdate()))


def check_pupil_number(value: str) -> Found:
    """A national enrolment number is checked; any other word is the school's own number."""
    if len(value) == 19 and value[:1] in "GJL":
        return one(codes.check_enrolment_number(value, today=timezone.localdate()))
    return None


def check_phone(value: str) -> Found:
    return one(codes.check_phone(value))


def check_school(value: str) -> Found:
    return one(problem for problem in codes.check_school_code(value) if problem.severity == "error")


def birth_against_document(values: Mapping[str, Any]) -> Found:
    """The birthday in the number and the one in the row are one."""
    number, born = values.get("id_number"), values.get("birth_on")
    told = codes.birth_day_of(number) if number else None
    if told and born and told != born:
        return Problem(str(_("出生日期与证件号码中的不一致。请核对两栏，改正填错的一栏。")), column="birth_on")
    return None


SCHOOL = Column(
    "school", _("学校标识码"), "School code", kind=Reference(max_length=40, to="registry.schools"), is_required=True,
    check=check_school, rule=_("10 位数字，前 2 位是学校类别，次 2 位是省份"),
    note=_("10 位学校（机构）标识码，须已在学校名录中"), aliases=("学校代码", "学校(机构)标识码"),
)  # fmt: skip
GENDER = Column("gender", _("性别"), "Sex", kind=choice(Gender), is_required=True)
BIRTH = Column("birth_on", _("出生日期"), "Born on", kind=Day(), is_sensitive=True, example="2017-05-06")
DOCUMENT = Column(
    "id_number", _("证件号码"), "Identity number", kind=Text(max_length=30, is_code=True), check=check_document,
    rule=_("居民身份证号的位数、日期和校验码；其他证件只提醒"),
    is_sensitive=True, note=_("居民身份证号码；没有的填护照、通行证等号码"), aliases=("身份证号", "身份证号码"),
)  # fmt: skip
