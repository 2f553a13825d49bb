"""What a family says, held against what is asked: a sentence for each field that is not as it must be.

No row is read here: what the intake asks is handed in (`Asked`), so that a page, an operation and a test hold the same rules.
Whether a number belongs to somebody is never asked: a sentence tells only what the family itself wrote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from yaodian.admissions.content import Child, Content, Home, StatedGuardian
from yaodian.admissions.models import Holding, PaperKind, Relation
from yaodian.admissions.problem.addresses import NO_NUMBER, read_home, street_of, why_unread
from yaodian.admissions.problem.numbering import is_number, tidy_number
from yaodian.admissions.problem.questions import Question
from yaodian.engines.matching import UnableToReadAddress
from yaodian.registry.codes import birth_day_of, canonical_id_number, canonical_phone, check_id_number, check_phone

CHILD, FAMILY, WISHES, PROOFS = STEPS = ("child", "family", "wishes", "proofs")
MOST_GUARDIANS = 4
MOST_TWINS = 4
GENDERS = ("1", "2")
OTHER_PROOF = "其他材料"

_LENGTHS = {"name": 60, "number": 30, "phone": 30, "street": 80, "address": 200, "household": 200}
_REMARK = 400
# Degrees between which the country lies: a point outside has its two numbers exchanged, or is no home of a family here.
_CHINA = (73, 3, 136, 54)
# The forms of papers that have no check character; passports differ by country.
_FORMS: Mapping[str, re.Pattern[str]] = {
    PaperKind.HKMO_PERMIT: re.compile(r"[HM](?:\d{8}|\d{10})", re.ASCII),
    PaperKind.TAIWAN_PERMIT: re.compile(r"\d{8}|\d{10}[A-Z]?", re.ASCII),
    PaperKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}", re.ASCII),
    PaperKind.BIRTH_CERTIFICATE: re.compile(r"[A-Z]\d{9}", re.ASCII),
}
_RESIDENCE = re.compile(r"8[123]0000")


@dataclass(frozen=True)
class Fault:
    """What is wrong in one field of one step, in a sentence that says what to do."""

    step: str
    field: str
    message: str
    code: str


@dataclass(frozen=True)
class Asked:
    """What an intake asks. `offers` are names of schools by public id; `wishable` those that the stated address allows;
    `neighbours` the other intakes of the season with their birthdays; `proofs` what everybody hands in; `questions` what
    the stage asks beside; `asks_street`: street and house number count, since catchments are read by them."""

    stage: str
    year: int
    born_from: date
    born_until: date
    most_wishes: int
    offers: Mapping[str, str]
    wishable: Collection[str]
    criteria: Collection[str]
    proofs: tuple[str, ...] = ()
    neighbours: tuple[tuple[str, date, date], ...] = field(default=())
    questions: tuple[Question, ...] = ()
    asks_street: bool = True


def tidied(content: Content) -> Content:
    """The same in the spelling that is kept: no blanks at the ends, nothing invisible, numbers and telephones in one form."""
    child, home = content.child, content.home
    return replace(
        content,
        child=replace(child, name=_clean(child.name), number=canonical_id_number(child.number)),
        guardians=tuple(
            replace(
                one, name=_clean(one.name), number=canonical_id_number(one.number), phone=canonical_phone(one.phone)
            )
            for one in content.guardians
            if one != StatedGuardian(relation=one.relation, paper=one.paper)
        ),
        home=replace(
            home,
            street=_clean(home.street),
            number=_clean(home.number),
            address=_clean(home.address),
            household=_clean(home.household),
        ),
        wishes=tuple(one for one in content.wishes if one),
        claims=tuple(dict.fromkeys(content.claims)),
        twins=tuple(dict.fromkeys(tidy_number(one) for one in content.twins if one.strip())),
        remark=_clean(content.remark, lines=True),
    )


def too_long(content: Content) -> tuple[Fault, ...]:
    """What no draft may hold either, however incomplete it is."""
    return tuple(_too_long(content))


def faults(
    content: Content, asked: Asked, *, proofs: Collection[str], today: date, own_number: str = ""
) -> tuple[Fault, ...]:
    """Everything that stands between a tidied content and its submission, in the order of the steps."""
    return (
        *_too_long(content),
        *_of_child(content.child, asked, today),
        *_of_questions(content.answers, asked),
        *_of_guardians(content, today),
        *_of_home(content.home, asked),
        *_of_wishes(content, asked),
        *_of_twins(content, own_number),
        *_of_proofs(content, asked, proofs),
    )


def wish_faults(content: Content, asked: Asked) -> tuple[Fault, ...]:
    """What is wrong with the wishes alone, for a round in which nothing else is stated."""
    return tuple(_of_wishes(content, asked))


def _too_long(content: Content) -> Iterator[Fault]:
    parts: list[tuple[str, str, Child | StatedGuardian | Home]] = [
        (CHILD, "child", content.child),
        *((FAMILY, f"guardian{place}", one) for place, one in enumerate(content.guardians, 1)),
        (FAMILY, "home", content.home),
    ]
    for step, prefix, part in parts:
        for name, most in _LENGTHS.items():
            if len(getattr(part, name, "")) > most:
                yield Fault(
                    step, f"{prefix}_{name}", _("太长了，最多 %(most)s 字。请缩短。") % {"most": most}, "too-long"
                )
    if len(content.remark) > _REMARK:
        yield Fault(WISHES, "remark", _("太长了，最多 %(most)s 字。请缩短。") % {"most": _REMARK}, "too-long")
    if len(content.guardians) > MOST_GUARDIANS:
        message = _("监护人最多填 %(most)s 位。") % {"most": MOST_GUARDIANS}
        yield Fault(FAMILY, "", message, "too-many-guardians")
    if max(len(content.wishes), len(content.claims), len(content.twins)) > 100:
        yield Fault(WISHES, "", _("所选太多。请刷新页面后重填。"), "too-many")


# The child ------------------------------------------------------------------------------------------------------


def _of_child(child: Child, asked: Asked, today: date) -> Iterator[Fault]:
    if not child.name:
        yield _missing(CHILD, "child_name", _("请填写儿童姓名，与证件一致。"))
    if child.paper not in PaperKind.values:
        yield _missing(CHILD, "child_paper", _("请选择儿童证件的种类；没有证件请选“暂无证件”。"))
    else:
        yield from _of_paper(CHILD, "child_number", child.paper, child.number, today)
    if child.gender not in GENDERS:
        yield _missing(CHILD, "child_gender", _("请选择儿童性别。"))
    if child.born_on is None:
        yield _missing(CHILD, "child_born_on", _("请填写儿童出生日期。"))
        return
    written = birth_day_of(child.number) if _is_numbered(child.paper) else None
    if written is not None and written != child.born_on:
        message = _("身份证号里的出生日期是 %(written)s，与所填的 %(born)s 不同。请对照证件改正。") % {
            "written": written, "born": child.born_on,
        }  # fmt: skip
        yield Fault(CHILD, "child_born_on", message, "birth-day-differs")
    elif not asked.born_from <= child.born_on <= asked.born_until:
        yield Fault(CHILD, "child_born_on", _born_elsewhere(child.born_on, asked), "birth-day-outside")


def _of_questions(answers: Mapping[str, str], asked: Asked) -> Iterator[Fault]:
    for one in asked.questions:
        if not one.words_of(answers.get(one.code, "")):
            yield _missing(CHILD, f"answer_{one.code}", _("请选择“%(question)s”。") % {"question": one.label})


def _born_elsewhere(born_on: date, asked: Asked) -> str:
    """Which children the intake is for, and where this child belongs as far as the season says."""
    words = {"stage": asked.stage, "first": asked.born_from, "last": asked.born_until, "born": born_on}
    said = _("%(stage)s招收 %(first)s 至 %(last)s 出生的儿童（首尾两天都算），所填为 %(born)s。") % words
    other = next((name for name, first, last in asked.neighbours if first <= born_on <= last), "")
    if other:
        return said + _("这一天出生的儿童应报“%(other)s”，请从那里报名。") % {"other": other}
    if born_on > asked.born_until:
        return said + _("晚于范围的儿童请在 %(year)s 年或以后报名。") % {"year": asked.year + 1}
    return said + _("早于范围的儿童（如缓学）请到窗口办理。")


def _of_paper(step: str, name: str, paper: str, number: str, today: date) -> Iterator[Fault]:
    if paper == PaperKind.NONE:
        if number:
            yield Fault(
                step, name, _("选了“暂无证件”，请不要填号码；有号码请选对应的证件种类。"), "number-without-paper"
            )
        return
    if not number:
        yield _missing(step, name, _("请填写证件号码。"))
    elif _is_numbered(paper):
        wrong = next((one for one in check_id_number(number, today=today) if one.severity == "error"), None)
        is_residence = bool(_RESIDENCE.match(number))
        if wrong is not None:
            yield Fault(step, name, wrong.message, f"number-{wrong.code}".replace("_", "-"))
        elif paper == PaperKind.ID_CARD and is_residence:
            yield Fault(step, name, _("这是港澳台居民居住证的号码。请改选证件种类。"), "other-paper")
        elif paper == PaperKind.HKMOTW_RESIDENCE and not is_residence:
            yield Fault(
                step, name, _("港澳台居民居住证的号码以 810000、820000 或 830000 开头。请核对。"), "other-paper"
            )
    elif not _FORMS[paper].fullmatch(number):
        message = _("这不像“%(paper)s”的号码。请对照证件核对，或改选证件种类。") % {"paper": PaperKind(paper).label}
        yield Fault(step, name, message, "number-shape")


def _is_numbered(paper: str) -> bool:
    return paper in (PaperKind.ID_CARD, PaperKind.HKMOTW_RESIDENCE)


# Guardians and home ---------------------------------------------------------------------------------------------


def _of_guardians(content: Content, today: date) -> Iterator[Fault]:
    if not content.guardians:
        yield _missing(FAMILY, "guardian1_name", _("至少要有一位监护人，第一位是您本人。"))
    seen = {content.child.number: _("儿童本人")} if content.child.number else {}
    for place, one in enumerate(content.guardians, 1):
        at = f"guardian{place}"
        if not one.name:
            yield _missing(FAMILY, f"{at}_name", _("请填写监护人姓名。"))
        if one.relation not in Relation.values:
            yield _missing(FAMILY, f"{at}_relation", _("请选择与儿童的关系。"))
        if one.paper not in PaperKind.values or one.paper in (PaperKind.NONE, PaperKind.BIRTH_CERTIFICATE):
            yield _missing(FAMILY, f"{at}_paper", _("请选择监护人证件的种类。"))
        else:
            yield from _of_paper(FAMILY, f"{at}_number", one.paper, one.number, today)
        if one.number and one.number in seen:
            message = _("证件号码与%(whose)s的相同。请填这位监护人自己的。") % {"whose": seen[one.number]}
            yield Fault(FAMILY, f"{at}_number", message, "same-number")
        seen.setdefault(one.number, _("第 %(place)s 位监护人") % {"place": place})
        if one.phone or place == 1:
            wrong = next((each for each in check_phone(one.phone) if each.severity == "error"), None)
            if wrong is not None:
                yield Fault(FAMILY, f"{at}_phone", wrong.message, "phone")


def _of_home(home: Home, asked: Asked) -> Iterator[Fault]:
    if asked.asks_street and not home.street:
        yield _missing(FAMILY, "home_street", _("请填写住址所在的道路，如“中山路”。"))
    if asked.asks_street and not home.number:
        yield _missing(FAMILY, "home_number", _("请填写门牌号，如“12 号”。没有门牌的请填 0，由工作人员核定。"))
    elif asked.asks_street and home.street and street_of(home.number) != NO_NUMBER:
        try:
            read_home(home.street, home.number)
        except UnableToReadAddress as problem:
            yield Fault(FAMILY, "home_number", why_unread(problem), "unread")
    yield from _of_point(home)
    if not home.address:
        yield _missing(FAMILY, "home_address", _("请填写完整住址，写到室。"))
    if home.held_by not in Holding.values:
        yield _missing(FAMILY, "home_held_by", _("请选择住房的情况。"))


def _of_point(home: Home) -> Iterator[Fault]:
    if (home.longitude is None) != (home.latitude is None):
        yield Fault(FAMILY, "home_latitude", _("经度和纬度要一起填写，或都不填。"), "half-a-point")
    elif home.longitude is not None and home.latitude is not None:
        west, south, east, north = _CHINA
        if not (west <= home.longitude <= east and south <= home.latitude <= north):
            message = _("这个点不在国内：经度应在 73 至 136 之间，纬度应在 3 至 54 之间。请核对是否填反了。")
            yield Fault(FAMILY, "home_longitude", message, "point-abroad")


# Wishes ---------------------------------------------------------------------------------------------------------


def _of_wishes(content: Content, asked: Asked) -> Iterator[Fault]:
    if not content.wishes and asked.wishable:
        yield _missing(WISHES, "wish1", _("请至少选一所学校。"))
    if len(content.wishes) > asked.most_wishes:
        message = _("最多选 %(most)s 所学校，现在选了 %(count)s 所。") % {
            "most": asked.most_wishes, "count": len(content.wishes),
        }  # fmt: skip
        yield Fault(WISHES, f"wish{asked.most_wishes}", message, "too-many-wishes")
    for place, one in enumerate(content.wishes, 1):
        at = f"wish{place}"
        if one not in asked.offers:
            yield Fault(WISHES, at, _("这所学校不在本次招生中。请从列表中选。"), "no-such-offer")
        elif one in content.wishes[: place - 1]:
            message = _("“%(school)s”选了两次。一所学校只选一次。") % {"school": asked.offers[one]}
            yield Fault(WISHES, at, message, "wish-twice")
        elif one not in asked.wishable:
            message = _("“%(school)s”只招收学区内的儿童，所填住址不在它的学区。请改选，或核对住址。") % {
                "school": asked.offers[one]
            }
            yield Fault(WISHES, at, message, "outside-catchment")
    if set(content.claims) - set(asked.criteria):
        yield Fault(WISHES, "claims", _("所选的条件不在本次招生规则中。请刷新页面后重选。"), "no-such-criterion")


def _of_twins(content: Content, own_number: str) -> Iterator[Fault]:
    """Whether a number is written right. Whether it exists, and whose it is, the page does not tell: clerks look."""
    if len(content.twins) > MOST_TWINS:
        yield Fault(WISHES, "twins", _("最多填 %(most)s 个报名号。") % {"most": MOST_TWINS}, "too-many-twins")
    for one in content.twins:
        if not is_number(one):
            message = _("“%(number)s”不是正确的报名号。请照另一名儿童的回执填写。") % {"number": one[:20]}
            yield Fault(WISHES, "twins", message, "twin-number")
        elif one == own_number:
            yield Fault(WISHES, "twins", _("这是本申请自己的报名号。请填另一名儿童的。"), "twin-itself")


def _of_proofs(content: Content, asked: Asked, there: Collection[str]) -> Iterator[Fault]:
    # Who has no identity card or no registered household may have none of these papers: a clerk looks at each such case.
    if content.child.paper != PaperKind.ID_CARD or not content.home.household:
        return
    for label in asked.proofs:
        if label not in there:
            yield Fault(
                PROOFS, "label", _("还缺“%(label)s”。请拍照或选择文件上传。") % {"label": label}, "proof-missing"
            )


def _missing(step: str, name: str, message: str) -> Fault:
    return Fault(step, name, message, "missing")


def _clean(text: str, *, lines: bool = False) -> str:
    kept = "".join(one for one in text if (one == "\n" and lines) or unicodedata.category(one)[0] != "C")
    return kept.strip() if lines else " ".join(kept.split())
