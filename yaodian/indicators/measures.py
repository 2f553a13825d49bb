"""What the assessments come to as measures: counties and schools that meet a statute, the seven indicators, the spreads.

A county's coefficient of variation belongs to the county alone: it is not summed up. It is kept with four places, rounded
up, so that a value never seems to keep a limit that the exact one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yaodian.engines import rules
from yaodian.foundation.measuring import Answer, Asked, Contribution, Direction, Measure, changed_by, declare
from yaodian.indicators.models import Assessment, SchoolStanding, Verdict
from yaodian.registry.measures.law import COMPULSORY, cited
from yaodian.statutes.monitored import MONITORED

changed_by("indicators.assessment.make")

QUALITY = MONITORED["quality_balance"]
PLACES = Decimal("0.0001")


def _assessments(asked: Asked, statute: str) -> list[Assessment]:
    """Those of the newest school year that has any by the day. One query in a taking."""

    def read() -> list[Assessment]:
        rows = Assessment.objects.filter(statute=statute, on__lte=asked.day).order_by("-year", "county_id")
        newest = rows.values_list("year", flat=True).first()
        return list(rows.filter(year=newest).defer("items", "obstacles")) if newest is not None else []

    return asked.once(("indicators.assessments", statute), read)


def _standings(asked: Asked) -> list[SchoolStanding]:
    """The schools of these assessments. One query in a taking."""

    def read() -> list[SchoolStanding]:
        found = [one.pk for one in _assessments(asked, QUALITY.code)]
        return list(SchoolStanding.objects.filter(assessment_id__in=found).order_by("pk"))

    return asked.once("indicators.standings", read)


def _sources(found: list[Assessment]) -> dict[str, object]:
    latest = max((one.assessed_at for one in found), default=None)
    return {
        "table": "assessments",
        "year": found[0].year if found else None,
        "rows": len(found),
        "changed_at": latest.isoformat() if latest else "",
    }


def _period(found: list[Assessment]) -> str:
    return str(found[0].year) if found else ""


def meeting(statute: str) -> Callable[[Asked], Answer]:
    """Counts the counties that meet a statute; one that cannot be decided has no figure."""

    def compute(asked: Asked) -> Answer:
        found = _assessments(asked, statute)
        rows = [
            Contribution(
                one.county_id,
                "",
                int(one.verdict == Verdict.MEETS),
                problem="undecided" if one.verdict == Verdict.UNDECIDED else "",
            )
            for one in found
        ]
        return Answer(rows, _period(found), _sources(found))

    return compute


def schools_meeting(asked: Asked) -> Answer:
    """Of the stages of schools that are assessed, those that have six of the seven and the last at 85 %."""
    found = _assessments(asked, QUALITY.code)
    rows = [
        Contribution(
            one.unit_id,
            one.stage,
            int(one.verdict == Verdict.MEETS),
            1,
            problem="undecided" if one.verdict == Verdict.UNDECIDED else "",
        )
        for one in _standings(asked)
    ]
    return Answer(rows, _period(found), _sources(found))


def indicator(name: str) -> Callable[[Asked], Answer]:
    """An indicator for each pupil: the sum of what the schools have over the sum of their pupils."""

    def compute(asked: Asked) -> Answer:
        found = _assessments(asked, QUALITY.code)
        return Answer(list(_each(asked, name)), _period(found), _sources(found))

    return compute


def _each(asked: Asked, name: str) -> Iterator[Contribution]:
    for one in _standings(asked):
        value = one.values.get(name)
        if value is None or not value["exact"] or not one.pupils:
            yield Contribution(one.unit_id, one.stage, problem="undecided")
            continue
        total = Fraction(value["exact"]) * one.pupils
        yield Contribution(one.unit_id, one.stage, Decimal(total.numerator) / Decimal(total.denominator), one.pupils)


def spread(name: str) -> Callable[[Asked], Answer]:
    """A county's coefficient of variation, for each stage."""

    def compute(asked: Asked) -> Answer:
        found = _assessments(asked, QUALITY.code)
        rows = [
            Contribution(
                county.county_id,
                one["stage"],
                Decimal(one["value"]).quantize(PLACES, rounding=ROUND_CEILING) if one["value"] else 0,
                problem="" if one["value"] else "undecided",
            )
            for county in found
            for one in county.spreads
            if one["indicator"] == name
        ]
        return Answer(rows, _period(found), _sources(found))

    return compute


def _declare_counties() -> None:
    said: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
        "quality_balance": (
            _("优质均衡监测达标的县"),
            ("优质均衡县", "义务教育优质均衡发展县", "优质均衡发展县", "义务教育优质均衡县", "优质均衡监测达标县"),
        ),
        "basic_balance": (_("基本均衡监测达标的县"), ("基本均衡县", "义务教育基本均衡县", "义务教育发展基本均衡县")),
        "preschool": (
            _("学前教育普及普惠监测达标的县"),
            ("学前教育普及普惠县", "普及普惠县", "学前教育普及普惠督导评估县"),
        ),
    }
    for statute, (label, aliases) in said.items():
        declare(
            Measure(
                f"indicators.{statute}_counties",
                label=label,
                unit="个",
                entity=_("县（市、区）"),
                direction=Direction.UP,
                formula=_("各项都达标的县的个数；有一项无法判定而没有一项不达标的，没有数值"),
                citations=(cited(MONITORED[statute].items[0].declared[0].citation()),),
                compute=meeting(statute),
                aliases=aliases,
                counted=_("个县"),
                is_for_schools=False,
            )
        )


def _declare_schools() -> None:
    declare(
        Measure(
            "indicators.schools_meeting",
            label=_("资源配置七项指标达标学校占比"),
            unit="%",
            entity=_("学校（学段）"),
            direction=Direction.UP,
            formula=_(
                "七项中至少六项达到标准、余项不低于标准的 85% 的学校（学段）数 ÷ 参加评估的学校（学段）数 × 100%"
            ),
            citations=(cited(QUALITY.items[0].declared[0].citation()),),
            compute=schools_meeting,
            aliases=("七项指标达标学校比例", "资源配置七项指标达标率", "资源配置达标学校比例"),
            is_ratio=True,
            scale=100,
            numerator_label=_("达标学校（学段）"),
            denominator_label=_("参加评估的学校（学段）"),
            stages=COMPULSORY,
            counted=_("所学校"),
            digits=2,
        )
    )
    for one in QUALITY.indicators:
        name = one.code.rpartition(".")[2]
        declare(
            Measure(
                f"indicators.{name}",
                label=_lazy(one.label),
                unit=one.unit,
                entity=_("学校（学段）"),
                direction=Direction.UP,
                formula=_lazy(_formula(one)),
                citations=(cited(one.citation()),),
                compute=indicator(name),
                aliases=(one.label,),
                is_ratio=True,
                numerator_label=_("各校数值×学生数之和"),
                denominator_label=_("学生数"),
                stages=COMPULSORY,
                digits=2,
            )
        )
    for each in QUALITY.spreads:
        name = each.code.rpartition(".")[2]
        declare(
            Measure(
                f"indicators.{name}",
                label=_lazy(each.label),
                unit="",
                entity=_("县（市、区）"),
                direction=Direction.DOWN,
                formula=_("按学生数加权的标准差 ÷ 按学生数加权的平均数，一县一学段；存四位小数，只入不舍"),
                citations=(cited(each.citation()),),
                compute=spread(name),
                aliases=(each.label,),
                stages={"primary": ("primary",), "junior": ("junior",)},
                digits=4,
                is_for_schools=False,
                is_summed=False,
            )
        )


def _lazy(words: str) -> Promise:
    """Words of the law: the same in every language."""
    return format_lazy("{}", words)


def _formula(one: type[rules.Indicator]) -> str:
    found = one.in_force(date.max)
    return str(found[1]) if found else one.label


_declare_counties()
_declare_schools()
