"""What of an application does not go together: said to the clerk as a question, never decided by it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yaodian.admissions.content import Child, Content
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Intake,
    Offer,
    PaperKind,
    Proof,
    Stage,
)
from yaodian.admissions.problem.gathering import COMPULSORY, spot_of
from yaodian.admissions.queries.addresses import Located
from yaodian.admissions.queries.checking import MANY_GUARDIANS, MANY_PHONES
from yaodian.admissions.queries.checking_children import indexes_of, same_child
from yaodian.registry.queries import stages_enrolled

_STAGES = [str(stage) for stage in Stage]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ABSENT = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class Doubt:
    """`kind` is one of the kinds of a status: «wrong» cannot be, «attention» asks for a look."""

    code: str
    kind: str
    words: str


def warnings_about(
    row: Application,
    content: Content,
    *,
    located: Located,
    offers: Mapping[str, Offer],
    names: Mapping[int, str],
    proofs: Collection[str],
    guardians: Sequence[ApplicationGuardian],
    reached: Collection[int],
) -> tuple[Doubt, ...]:
    """All warnings about an application. A constant number of queries, whatever is found.

    `reached` are the intakes whose numbers may be told to whoever reads; of the others only that there is one.
    """
    intake = row.intake
    return (
        *_objections(guardians),
        *_same_child(row, reached),
        *_enrolled(content.child, intake),
        *_child(content.child, intake),
        *_shared(row, guardians),
        *_address(content, located, offers, names),
        *_point(content, intake),
        *_twins(row, content, proofs),
        *missing_proofs(content, intake, proofs),
    )


def _objections(guardians: Sequence[ApplicationGuardian]) -> Iterator[Doubt]:
    if any(one.objected_at and not one.settled_at for one in guardians):
        yield Doubt("objection", "wrong", _("一位监护人提出异议，还没有处理。处理以前不能通过。"))


def _same_child(row: Application, reached: Collection[int]) -> Iterator[Doubt]:
    others = (
        Application.objects.filter(same_child(indexes_of(row)), erased_at__isnull=True)
        .exclude(pk=row.pk)
        # In further rounds the same child goes on with its number.
        .exclude(number=row.number)
        .exclude(state=ApplicationState.DRAFT)
        .select_related("intake__season")
        .order_by("-intake__season__year", "pk")[:10]
    )
    for other in others:
        words = {
            "season": other.intake.season.title,
            "stage": other.intake.get_stage_display(),
            "state": other.get_state_display(),
            "number": other.number if other.intake_id in reached else _("（其他单位）"),
        }
        if other.intake_id == row.intake_id:
            yield Doubt("child-twice", "wrong", _("同一名儿童在本次招生中另有申请 %(number)s（%(state)s）。") % words)
        else:
            yield Doubt(
                "child-elsewhere",
                "attention",
                _("同一名儿童在“%(season)s”%(stage)s另有申请 %(number)s（%(state)s）。") % words,
            )


def _enrolled(child: Child, intake: Intake) -> Iterator[Doubt]:
    stages = stages_enrolled(number=child.number)
    at_least = set(_STAGES[_STAGES.index(intake.stage) :]) | {""}
    if stages & at_least:
        yield Doubt("enrolled", "wrong", _("学籍库中，这个证件号码的儿童已在本学段或更高学段就读。"))


def _child(child: Child, intake: Intake) -> Iterator[Doubt]:
    if child.paper == PaperKind.NONE or not child.number:
        yield Doubt("no-paper", "attention", _("儿童暂无证件，无法与其他申请比对。请核对出生和监护关系材料。"))
    if child.paper == PaperKind.ID_CARD:
        number = child.number.upper()
        if not _is_id_number(number):
            yield Doubt("id-number", "wrong", _("身份证号的位数或校验码不对。"))
        else:
            if child.born_on is not None and number[6:14] != child.born_on.strftime("%Y%m%d"):
                yield Doubt("birth-and-id", "wrong", _("填写的出生日期与身份证号中的不一致。"))
            if child.gender in ("1", "2") and (int(number[16]) % 2 == 1) != (child.gender == "1"):
                yield Doubt("gender-and-id", "attention", _("填写的性别与身份证号中的不一致。"))
    if child.born_on is None or not intake.born_from <= child.born_on <= intake.born_until:
        yield Doubt(
            "born",
            "wrong",
            _("出生日期不在 %(first)s 至 %(last)s 之间。") % {"first": intake.born_from, "last": intake.born_until},
        )


def _is_id_number(number: str) -> bool:
    """Seventeen digits and the check character of GB 11643."""
    figures, check = number[:17], number[17:]
    if len(number) != 18 or not (figures.isascii() and figures.isdigit()):
        return False
    return "10X98765432"[sum(int(one) * weight for one, weight in zip(figures, _WEIGHTS, strict=True)) % 11] == check


def _shared(row: Application, guardians: Sequence[ApplicationGuardian]) -> Iterator[Doubt]:
    standing = ApplicationGuardian.objects.filter(application__intake_id=row.intake_id).exclude(
        application__state__in=_ABSENT
    )
    phones = [one.phone_index for one in guardians if one.phone_index]
    people = [one.person_index for one in guardians if one.person_index]
    for column, values, least, code in (
        ("phone_index", phones, MANY_PHONES, "phone"),
        ("person_index", people, MANY_GUARDIANS, "guardian"),
    ):
        count = standing.filter(**{f"{column}__in": values}).values("application_id").distinct().count()
        if count < least:
            continue
        if code == "phone":
            yield Doubt(code, "attention", _("同一个监护人电话出现在 %(count)s 份申请中。") % {"count": count})
        else:
            yield Doubt(code, "attention", _("同一位监护人出现在 %(count)s 份申请中。") % {"count": count})


def _address(
    content: Content, located: Located, offers: Mapping[str, Offer], names: Mapping[int, str]
) -> Iterator[Doubt]:
    if located.unread:
        yield Doubt("unread", "attention", _("住址读不出来：%(words)s") % {"words": located.unread})
    if located.sources_disagree:
        yield Doubt("sources-disagree", "attention", located.contested)
    elif located.contested:
        yield Doubt("contested", "attention", _("住址在争议地址名单上：%(words)s") % {"words": located.contested})
    if located.catchments and not located.covering:
        yield Doubt("no-catchment", "attention", _("住址不在任何一个学区的门牌范围内。请核对道路和门牌号。"))
    for wish in content.wishes:
        offer = offers.get(wish)
        if offer is not None and not offer.is_open and offer.pk not in located.offers:
            yield Doubt(
                "outside",
                "attention",
                _("志愿“%(school)s”只招收学区内的儿童，所填住址不在它的学区。")
                % {"school": names.get(offer.school_id, "")},
            )


def _point(content: Content, intake: Intake) -> Iterator[Doubt]:
    if intake.overflow_m and intake.stage in COMPULSORY and spot_of(content.home) is None:
        yield Doubt("no-point", "attention", _("没有标出住址的位置：统筹安排时，距离从核定学区的中间量起。"))


def _twins(row: Application, content: Content, proofs: Collection[str]) -> Iterator[Doubt]:
    found = {
        one.number: one
        for one in Application.objects.filter(intake_id=row.intake_id, number__in=content.twins or [""])
        .exclude(pk=row.pk)
        .exclude(state=ApplicationState.DRAFT)
    }
    labels: dict[int, set[str]] = {}
    for application, label in Proof.objects.filter(
        application__in=[one.pk for one in found.values()] or [0], removed_at__isnull=True
    ).values_list("application_id", "label"):
        labels.setdefault(application, set()).add(label)
    for number in content.twins:
        other = found.get(number)
        if other is None or other.state == ApplicationState.WITHDRAWN:
            yield Doubt(
                "twin-absent",
                "wrong",
                _("填写的双胞胎报名号 %(number)s 不在本次招生中，或已撤回。") % {"number": number},
            )
            continue
        yield from _twin(
            row, content, other, Content.from_json(other.content), set(proofs), labels.get(other.pk, set())
        )


def _twin(
    row: Application, content: Content, other: Application, said: Content, own: set[str], others: set[str]
) -> Iterator[Doubt]:
    words = {"number": other.number}
    if row.number not in said.twins:
        yield Doubt("twin-one-sided", "attention", _("%(number)s 没有把本申请填为双胞胎。") % words)
    if (
        content.child.born_on is None
        or said.child.born_on is None
        or not _is_near(content.child.born_on, said.child.born_on)
    ):
        yield Doubt("twin-birth", "wrong", _("与 %(number)s 的出生日期不同，不是双胞胎。") % words)
    if not {one.number for one in content.guardians if one.number} & {one.number for one in said.guardians}:
        yield Doubt("twin-guardians", "wrong", _("与 %(number)s 没有共同的监护人。") % words)
    if content.wishes != said.wishes or content.together != said.together:
        yield Doubt("twin-wishes", "attention", _("与 %(number)s 的志愿或同校意愿不同。") % words)
    if content.home != said.home:
        yield Doubt("twin-home", "attention", _("与 %(number)s 的住址或户籍不同。") % words)
    if own != others:
        yield Doubt("twin-proofs", "attention", _("与 %(number)s 提交的材料不同。") % words)


def _is_near(one: date, other: date) -> bool:
    return abs((one - other).days) <= 1


def missing_proofs(content: Content, intake: Intake, proofs: Collection[str]) -> Iterator[Doubt]:
    """Papers that everybody must hand in, and those of the criteria that the family says are met."""
    for label in intake.proofs:
        if label not in proofs:
            yield Doubt("proof", "attention", _("缺必交材料“%(label)s”。") % {"label": label})
    for criterion in intake.criteria.all():
        if criterion.code not in content.claims:
            continue
        for label in criterion.proofs:
            if label not in proofs and label not in intake.proofs:
                yield Doubt(
                    "proof",
                    "attention",
                    _("主张“%(criterion)s”，缺材料“%(label)s”。") % {"criterion": criterion.words, "label": label},
                )
