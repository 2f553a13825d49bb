"""What cannot be true at once: within a return, between returns, and against the register; and jumps since last year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from yaodian.indicators.queries.findings import Finding, Kind, Reported, expected_of
from yaodian.indicators.queries.needs import why_of
from yaodian.registry.queries import (
    Doubt,
    Enrolled,
    SchoolIn,
    contradictions_in,
    figure_label,
    grades_taught,
    jumps_since,
    stage_labels,
)

# The return and the register are of the same day; those who come and go in that week make this difference, and no class.
REGISTER_LEAST = 2
# So many more, and by so much, begin the junior stage than have left the primary schools of a county.
ENTRANTS_LEAST = 50
ENTRANTS_SHARE = Fraction(3, 2)


def unreadable(place: SchoolIn, stage: str, day: date) -> Finding:
    return Finding(
        Kind.CONTRADICTION,
        "unreadable",
        place,
        stage,
        "",
        _("学年报表"),
        "",
        "",
        _("报表里有一栏不是数字，整份报表无法核对。"),
        why_of("pupils", stage, day, is_missing=True),
        _("请打开报表重新填写各年级人数、班数，以及班额、学历、职称各栏。"),
    )


def out_of_place(place: SchoolIn, row: Any, day: date) -> Iterator[Finding]:
    """A return of a stage that the school does not teach, or of a year in which it does not stand."""
    stage, label = row.stage, stage_labels().get(row.stage, row.stage)
    why = _("有了它，全县的结论不作数：不知道该不该算这所学校。")

    def said(rule: str, what: str, todo: str, against: str) -> Finding:
        return Finding(
            Kind.CONTRADICTION, rule, place, stage, "", _("学年报表"), label, against, what, why, todo
        )  # fmt: skip

    if stage not in grades_taught(place.school_type):
        yield said(
            "wrong-stage",
            _("有%(stage)s报表，这所学校却不办%(stage)s。") % {"stage": label},
            _("请核对学段；报错了的撤回报表，办学类型登记错了的改学校信息。"),
            "、".join(stage_labels()[one] for one in grades_taught(place.school_type)),
        )
    if place.closed_on is not None and place.closed_on <= day:
        yield said(
            "closed",
            _("学校已于%(day)s撤销，却有%(year)s学年的报表。") % {"day": place.closed_on, "year": row.year},
            _("请核对撤销日期，或撤回报表。"),
            place.closed_on.isoformat(),
        )
    if place.opened_on > day:
        yield said(
            "not-open",
            _("学校%(day)s才设立，却有%(year)s学年的报表。") % {"day": place.opened_on, "year": row.year},
            _("请核对设立日期，或核对报表的学年。"),
            place.opened_on.isoformat(),
        )


def doubts(place: SchoolIn, row: Any, last: Any | None, day: date) -> Iterator[Finding]:
    """The registry's doubts about a return, each with what it changes."""

    def made(kind: Kind, doubt: Doubt, todo: str) -> Finding:
        return Finding(
            kind,
            "return" if kind is Kind.CONTRADICTION else "jump",
            place,
            row.stage,
            doubt.field,
            figure_label(doubt.field),
            doubt.value,
            doubt.against,
            doubt.message,
            why_of(doubt.field, row.stage, day),
            todo,
        )

    for doubt in contradictions_in(row, last):
        yield made(Kind.CONTRADICTION, doubt, _("两个数不能都对，请核对后改正报表。"))
    if last is not None:
        for doubt in jumps_since(row, last):
            yield made(Kind.JUMP, doubt, _("请核对两年的报表；确有变化的（如新建、合并）不必改。"))


def against_register(
    place: SchoolIn, row: Any, enrolled: Mapping[tuple[int, str], Enrolled], taught: tuple[str, ...], day: date
) -> Iterator[Finding]:
    """The return beside what the register counts on the same day. A school with nobody on the register is not asked."""
    known = enrolled.get((place.school_id, row.stage))
    unplaced = enrolled.get((place.school_id, ""))
    if unplaced is not None:
        if len(taught) > 1:
            return  # Whoever is in no class may be of either stage.
        known = known or Enrolled()
        known = Enrolled(known.pupils + unplaced.pupils, known.girls + unplaced.girls, known.classes)
    if known is None:
        return
    counted = (("pupils", row.pupils, known.pupils), ("girls", row.girls, known.girls))
    for name, reported, register in counted:
        if reported is not None and abs(reported - register) > REGISTER_LEAST:
            yield _differs(place, row.stage, name, reported, register, day)
    if row.classes is not None and row.classes != known.classes:
        yield _differs(place, row.stage, "classes", row.classes, known.classes, day)


def _differs(place: SchoolIn, stage: str, name: str, reported: int, register: int, day: date) -> Finding:
    return Finding(
        Kind.CONTRADICTION,
        "register",
        place,
        stage,
        name,
        figure_label(name),
        str(reported),
        str(register),
        _("“%(label)s”报表为%(reported)s，学籍册上%(day)s为%(register)s，相差%(difference)s。")
        % {
            "label": figure_label(name),
            "reported": reported,
            "day": day,
            "register": register,
            "difference": abs(reported - register),
        },
        why_of(name, stage, day),
        _("请核对学籍异动是否都已登记；报表填错的改报表。"),
    )


def entrants_without_graduates(reported: Reported) -> Iterator[Finding]:
    """More begin the junior stage in a county than have left its primary schools; only where all have reported both."""
    counted = {}
    for stage, name in (("junior", "entrants"), ("primary", "graduates")):
        values = [
            getattr(reported.rows.get((place.school_id, stage)), name, None)
            for place in reported.places
            if stage in dict(expected_of(place, reported.day))
        ]
        if not values or None in values:
            return
        counted[stage] = sum(values)
    entrants, graduates = counted["junior"], counted["primary"]
    if entrants - graduates > ENTRANTS_LEAST and entrants > ENTRANTS_SHARE * graduates:
        yield Finding(
            Kind.CONTRADICTION,
            "entrants",
            None,
            "junior",
            "entrants",
            _("初中招生数"),
            str(entrants),
            str(graduates),
            _("全县初中招生%(entrants)s人，当年小学毕业生只有%(graduates)s人。")
            % {"entrants": entrants, "graduates": graduates},
            _("会改变毛入学率、巩固率等按届计算的指标。"),
            _("请核对各校的招生数和毕业生数；跨县招生较多的请写明。"),
        )
