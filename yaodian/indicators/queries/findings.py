"""What is wrong, or may be wrong, in the returns of a county: pure rules over what was read, each finding in words.

`look` takes everything that is known of the schools of one office (`Reported`) and gives the findings: missing, outliers, jumps,
contradictions. Rules on one return and the one before are the registry's own (`registry.queries.doubts_about`), so that the desk
says what the page of a return says. The thresholds stand in docs/how-to/data-quality.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.engines import rules
from yaodian.indicators.problem import DERIVED, REPORTED, fact_stages, facts_of
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
from yaodian.statutes.enrolment.large_class_share import LargeClassShare
from yaodian.statutes.enrolment.pupil_teacher_ratio import PupilTeacherRatio
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.quality_balance.county import AMOUNTS
from yaodian.statutes.verdicts import Item, Scope, odd_values

# Compared are values per pupil (or per class) of one stage in one office, where at least so many schools have them, each
# with so many pupils: a teaching point of five has hundreds of metres a child, and nothing is wrong.
LEAST_PEERS = 8
LEAST_PUPILS = 20
# An outlier is at least so many times the median (or the median so many times it), and on the scale of logarithms further
# from it than so many median absolute deviations, brought to the size of a standard deviation.
TIMES = 3
DEVIATIONS = 4
TO_STANDARD = 1.4826
# The return and the register are of the same day; those who come and go in that week make this difference, and no class.
REGISTER_LEAST = 2
# So many more, and by so much, begin the junior stage than have left the primary schools of a county.
ENTRANTS_LEAST = 50
ENTRANTS_SHARE = Fraction(3, 2)


class Kind(StrEnum):
    """What kind of doubt it is; who mends it does different things next."""

    MISSING = "missing"
    OUTLIER = "outlier"
    JUMP = "jump"
    CONTRADICTION = "contradiction"


KINDS: Mapping[Kind, Any] = {
    Kind.MISSING: gettext_lazy("缺报"),
    Kind.OUTLIER: gettext_lazy("离群"),
    Kind.JUMP: gettext_lazy("突变"),
    Kind.CONTRADICTION: gettext_lazy("矛盾"),
}


@dataclass(frozen=True)
class Finding:
    """One doubt. `place` is None where it is the county's; `what`, `why` and `todo` are sentences for people.

    `figure` is the field of the return or the quantity that is doubtful, `quantity` its label, `value` what stands there,
    `against` what it was held against; both empty where there is nothing.
    """

    kind: Kind
    rule: str
    place: SchoolIn | None
    stage: str
    figure: str
    quantity: str
    value: str
    against: str
    what: str
    why: str
    todo: str

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def stage_label(self) -> str:
        return stage_labels().get(self.stage, self.stage)


@dataclass(frozen=True)
class Reported:
    """What is known of the schools of one office for a school year.

    `rows` and `last` are the returns of the year and of the year before, by school key and stage; `enrolled` the register on
    the day, None where it is not of that year. `stated` are the facts that were stated, (quantity, stage) by unit; None
    where the office states none.
    """

    year: int
    day: date
    unit_id: int
    places: tuple[SchoolIn, ...]
    rows: Mapping[tuple[int, str], Any]
    last: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    enrolled: Mapping[tuple[int, str], Enrolled] | None = None
    stated: Mapping[int, frozenset[tuple[str, str]]] | None = None


def look(reported: Reported, *, only: Collection[int] | None = None, with_office: bool = True) -> list[Finding]:
    """All findings, the office's own first, then school by school. `only`: those of the units of these keys.

    The others still count as peers. `with_office`: also what the office has to mend itself.
    """
    shown = [place for place in reported.places if only is None or place.unit_id in only]
    by_school: dict[int, list[Finding]] = {place.school_id: [] for place in shown}
    for place in shown:
        by_school[place.school_id].extend(_of_school(place, reported))
    for finding in outliers(reported):
        if finding.place is not None and finding.place.school_id in by_school:
            by_school[finding.place.school_id].append(finding)
    own: list[Finding] = []
    if with_office:
        own.extend(unstated(reported))
        own.extend(entrants_without_graduates(reported))
    return [*own, *(finding for place in shown for finding in by_school[place.school_id])]


def completeness(reported: Reported, *, only: Collection[int] | None = None) -> tuple[int, int]:
    """How many returns lack nothing that an indicator needs, and how many there should be."""
    complete = expected = 0
    for place in reported.places:
        if only is not None and place.unit_id not in only:
            continue
        for stage, grades in _expected(place, reported.day):
            expected += 1
            row = reported.rows.get((place.school_id, stage))
            if row is not None and is_readable(row) and not any(lacking(row, stage, grades, reported.day)):
                complete += 1
    return complete, expected


def _expected(place: SchoolIn, day: date) -> list[tuple[str, int]]:
    return list(grades_taught(place.school_type).items()) if _stands(place, day) else []


def _stands(place: SchoolIn, day: date) -> bool:
    return place.opened_on <= day and (place.closed_on is None or place.closed_on > day)


def _of_school(place: SchoolIn, reported: Reported) -> Iterator[Finding]:
    taught = dict(_expected(place, reported.day))
    for stage in taught:
        if (place.school_id, stage) not in reported.rows:
            yield no_return(place, stage, reported.year, reported.day)
    for stage in _stages():
        row = reported.rows.get((place.school_id, stage))
        if row is None:
            continue
        yield from out_of_place(place, row, reported.day)
        if not is_readable(row):
            yield _unreadable(place, stage, reported.day)
            continue
        if stage in taught:
            yield from missing_figures(place, row, taught[stage], reported.day)
        last = reported.last.get((place.school_id, stage))
        yield from doubts(place, row, last if last is not None and is_readable(last) else None, reported.day)
        if reported.enrolled is not None and stage in taught:
            yield from against_register(place, row, reported.enrolled, tuple(taught), reported.day)


@cache
def _stages() -> tuple[str, ...]:
    return tuple(stage_labels())


# --- which indicators a figure changes -------------------------------------------------------------------------------

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "pupils": ("pupils_by_grade",),
    "compulsory_pupils": ("pupils_by_grade",),
    "grade_seven": ("pupils_by_grade",),
    "children": ("pupils_by_grade",),
    "children_public": ("pupils_by_grade",),
    "children_inclusive_private": ("pupils_by_grade",),
    "classes": ("classes_by_grade",),
    "kindergarten_classes": ("classes_by_grade",),
    "kindergarten_teachers": ("full_time",),
    "sports_and_arts": ("sports", "music", "art"),
    "middle_title_or_above": ("by_title",),
    "public_funds": ("public_funds_per_pupil", "pupils_by_grade"),
}
_OF_JUNIOR = frozenset({"graduates", "grade_seven"})
_OF_STAGES: Mapping[str, tuple[str, ...]] = {
    "primary": ("quality_balance", "basic_balance"),
    "junior": ("quality_balance", "basic_balance"),
    "preschool": ("preschool",),
}


@cache
def needs_of(stage: str, day: date) -> Mapping[str, tuple[str, ...]]:
    """The figures of a return of a stage that the law asks for on a day, each with the labels of what needs it."""
    found: dict[str, dict[str, None]] = {}

    def enter(label: str, names: Iterable[str]) -> None:
        for name in names:
            if name in _OF_JUNIOR and stage != "junior":
                continue
            known = name in REPORTED or name in DERIVED
            for figure in _FIELDS.get(name, (name,) if known else ()):
                found.setdefault(figure, {})[label] = None

    for code in _OF_STAGES.get(stage, ()):
        statute = MONITORED[code]
        for indicator in statute.indicators:
            enter(str(indicator.label), (quantity.name for quantity in indicator.asked(day)))
        for item in statute.items:
            if item.scope in (Scope.SCHOOL, Scope.COUNTY) and not _is_several(item):
                enter(item.label, _asked_by(statute, item, day))
    enter(PupilTeacherRatio.label, ("pupils", "full_time"))
    if stage in ("primary", "junior", "senior"):
        enter(LargeClassShare.label, ("classes",))
        found.setdefault("class_size_bands", {})[LargeClassShare.label] = None
    return {name: tuple(labels) for name, labels in found.items()}


def _is_several(item: Item) -> bool:
    """Item 1.1 is the indicators themselves; what else it asks, it asks under a variant that is not chosen."""
    return any(issubclass(declared, rules.Several) for declared in item.declared)


def _asked_by(statute: Statute, item: Item, day: date) -> Iterator[str]:
    for fact in replace(statute, items=(item,)).facts(reported=frozenset(), day=day):
        yield fact.quantity.name
    # What every row holds is no fact; of these, only the funds come from a figure of their own.
    if item.number in ("2.6", "3.4") and statute.code == "quality_balance":
        yield "public_funds"


def _needing(figure: str, stage: str, day: date) -> tuple[str, ...]:
    names = {"pupils": "pupils_by_grade", "classes": "classes_by_grade"}
    return needs_of(stage, day).get(names.get(figure, figure), ())


def _named(labels: Sequence[str]) -> str:
    some = "、".join(f"“{label}”" for label in labels[:3])
    if len(labels) <= 3:
        return some
    return _("%(some)s等%(count)s项指标") % {"some": some, "count": len(labels)}


def _why(figure: str, stage: str, day: date, *, is_missing: bool = False) -> str:
    labels = _needing(figure, stage, day)
    if not labels:
        return _("没有监测指标直接用它，但全县汇总数会跟着错。")
    if is_missing:
        return _("缺了它，无法计算%(what)s。") % {"what": _named(labels)}
    return _("会改变%(what)s。") % {"what": _named(labels)}


# --- missing ---------------------------------------------------------------------------------------------------------


def no_return(place: SchoolIn, stage: str, year: int, day: date) -> Finding:
    labels = tuple(dict.fromkeys(label for names in needs_of(stage, day).values() for label in names))
    return Finding(
        Kind.MISSING,
        "no-return",
        place,
        stage,
        "",
        _("学年报表"),
        "",
        "",
        _("%(year)s学年没有%(stage)s报表。") % {"year": year, "stage": stage_labels()[stage]},
        _("缺了它，无法计算%(what)s，全县的差异系数也算不出。") % {"what": _named(labels)}
        if stage in ("primary", "junior")
        else _("缺了它，无法计算%(what)s。") % {"what": _named(labels)},
        _("请催报；学校已停办的，先在学校名录里登记撤销。"),
    )


def lacking(row: Any, stage: str, grades: int, day: date) -> Iterator[str]:
    """The figures that the law needs of a return and that are not in it; a list of fewer grades than are taught is not."""
    for name in needs_of(stage, day):
        value = getattr(row, name)
        if name in ("pupils_by_grade", "classes_by_grade"):
            if len(value) < grades:
                yield name
        elif name == "by_title":
            if not value and row.full_time != 0:
                yield name
        elif name == "class_size_bands":
            if not value and row.classes != 0:
                yield name
        elif value is None:
            yield name


def missing_figures(place: SchoolIn, row: Any, grades: int, day: date) -> Iterator[Finding]:
    for name in lacking(row, row.stage, grades, day):
        given = getattr(row, name)
        what = _("“%(label)s”没有填报。") % {"label": figure_label(name)}
        if given:
            what = _("“%(label)s”只填了%(given)s个年级，这个学段有%(grades)s个年级。") % {
                "label": figure_label(name),
                "given": len(given),
                "grades": grades,
            }
        yield Finding(
            Kind.MISSING,
            "no-figure",
            place,
            row.stage,
            name,
            figure_label(name),
            str(len(given)) if given else "",
            str(grades) if given else "",
            what,
            _why(name, row.stage, day, is_missing=True),
            _("请在报表中补填；确实没有的填 0，不要留空。"),
        )


def unstated(reported: Reported) -> Iterator[Finding]:
    """What the statutes ask of a county, no return holds, and nobody has stated. A school's own stands for it alone."""
    if reported.stated is None or not reported.places:
        return
    standing = [place for place in reported.places if _stands(place, reported.day)]
    compulsory = [place for place in standing if {"primary", "junior"} & set(grades_taught(place.school_type))]
    has_village_schools = any(place.area == "rural" or place.school_type == "218" for place in compulsory)
    said: set[tuple[str, str]] = set()
    for statute in MONITORED.values():
        for fact in facts_of(statute, reported.day):
            if _is_several(fact.item) or (fact.item.number == "2.6" and not has_village_schools):
                continue
            for stage in fact_stages(statute, fact.item):
                key = (fact.quantity.name, stage)
                if key in said or _is_stated(key, fact.item.scope, reported, compulsory):
                    continue
                said.add(key)
                yield _no_fact(statute, fact.item, fact.quantity, stage)


def _is_stated(key: tuple[str, str], scope: Scope, reported: Reported, schools: Sequence[SchoolIn]) -> bool:
    assert reported.stated is not None
    own = reported.stated.get(reported.unit_id, frozenset())
    if key in own or (key[0], "") in own:
        return True
    if scope is not Scope.SCHOOL or not schools:
        return False
    return all(
        any(quantity == key[0] for quantity, _stage in reported.stated.get(place.unit_id, ())) for place in schools
    )


def _no_fact(statute: Statute, item: Item, quantity: rules.Quantity, stage: str) -> Finding:
    return Finding(
        Kind.MISSING,
        "no-fact",
        None,
        stage,
        quantity.name,
        quantity.label,
        "",
        "",
        _("县级填报项目“%(label)s”没有填报。") % {"label": quantity.label},
        _("缺了它，《%(statute)s》%(number)s“%(item)s”无法判定。")
        % {"statute": statute.title, "number": item.number, "item": item.label},
        _("请在监测填报页填写，并写明依据。"),
    )


# --- outliers --------------------------------------------------------------------------------------------------------

_PER_PUPIL = (
    *("full_time", "teaching_rooms", "sports_ground", "site", "equipment_value_10k_yuan", "multimedia_classrooms"),
    *("computers", "books", "training_funds"),
)


def outliers(reported: Reported) -> Iterator[Finding]:
    """Values far from those of the other schools of the stage; first those that are a thousand times theirs."""
    by_pk = {place.school_id: place for place in reported.places}
    by_stage: dict[str, list[tuple[SchoolIn, Any]]] = {}
    for (school, stage), row in reported.rows.items():
        place = by_pk.get(school)
        if place is not None and is_readable(row) and stage in grades_taught(place.school_type) and row.pupils:
            by_stage.setdefault(stage, []).append((place, row))
    for stage, given in by_stage.items():
        odd = list(odd_units(stage, given, reported.day))
        yield from odd
        told = {(finding.place.school_id, finding.figure) for finding in odd if finding.place is not None}
        for name in (*_PER_PUPIL, "public_funds_per_pupil", "classes"):
            shares = {
                place.school_id: share
                for place, row in given
                if row.pupils >= LEAST_PUPILS and (place.school_id, name) not in told and (share := _share(name, row))
            }
            for school, (share, middle) in far_off(shares).items():
                yield _outlier(by_pk[school], stage, name, share, middle, len(shares), reported.day)


def _share(name: str, row: Any) -> Fraction | None:
    """The value per pupil; of classes, pupils per class; None where there is none, or 0."""
    if name == "classes":
        return Fraction(row.pupils, row.classes) if row.classes else None
    value = getattr(row, name)
    if not value:
        return None
    return Fraction(value) if name == "public_funds_per_pupil" else Fraction(value) / row.pupils


def far_off(values: Mapping[Any, Fraction]) -> dict[Any, tuple[Fraction, Fraction]]:
    """Which of these positive values lie far from the rest, with the median: the rule of `TIMES` and `DEVIATIONS`."""
    if len(values) < LEAST_PEERS:
        return {}
    middle = Fraction(statistics.median(values.values()))
    distances = {key: abs(math.log(value / middle)) for key, value in values.items()}
    usual = statistics.median(distances.values()) * TO_STANDARD
    return {
        key: (value, middle)
        for key, value in values.items()
        if (value >= TIMES * middle or TIMES * value <= middle) and distances[key] > DEVIATIONS * usual
    }


def odd_units(stage: str, given: Sequence[tuple[SchoolIn, Any]], day: date) -> Iterator[Finding]:
    """元 for 万元 and the like: the statutes' own rule, which also keeps them from deciding."""
    fields = {"public_funds": "public_funds_per_pupil"}
    rows = [
        {
            "stage": stage,
            "place": place,
            "pupils": row.pupils,
            "public_funds": None if row.public_funds_per_pupil is None else row.public_funds_per_pupil * row.pupils,
            **{name: getattr(row, name) for name in AMOUNTS if name not in fields},
        }
        for place, row in given
    ]
    for odd in odd_values(rows, AMOUNTS):
        name = fields.get(odd.name, odd.name)
        times = _times(odd.share, odd.middle)
        yield Finding(
            Kind.OUTLIER,
            "odd-unit",
            odd.row["place"],
            stage,
            name,
            figure_label(name),
            _short(odd.share),
            _short(odd.middle),
            _(
                "“%(label)s”人均%(value)s，同学段学校的中位数是%(middle)s，相差%(times)s倍，疑似单位报错（如把元填成了万元）。"
            )
            % {
                "label": figure_label(name),
                "value": _short(odd.share),
                "middle": _short(odd.middle),
                "times": times,
            },
            _("单位错了，全县的结论不作数；%(what)s") % {"what": _why(name, stage, day)},
            _("请核对单位后改正报表。"),
        )


def _outlier(
    place: SchoolIn, stage: str, name: str, share: Fraction, middle: Fraction, peers: int, day: date
) -> Finding:
    label = _("平均班额") if name == "classes" else figure_label(name)
    said = {
        "label": label,
        "value": _short(share),
        "peers": peers,
        "middle": _short(middle),
        "times": _times(share, middle),
    }
    if name in ("classes", "public_funds_per_pupil"):
        high = _("“%(label)s”%(value)s，是同学段%(peers)s所学校中位数%(middle)s的%(times)s倍。")
        low = _("“%(label)s”%(value)s，同学段%(peers)s所学校的中位数%(middle)s是它的%(times)s倍。")
    else:
        high = _("“%(label)s”人均%(value)s，是同学段%(peers)s所学校中位数%(middle)s的%(times)s倍。")
        low = _("“%(label)s”人均%(value)s，同学段%(peers)s所学校的中位数%(middle)s是它的%(times)s倍。")
    return Finding(
        Kind.OUTLIER,
        "outlier",
        place,
        stage,
        name,
        label,
        _short(share),
        _short(middle),
        (high if share > middle else low) % said,
        _why(name, stage, day),
        _("请对照台账核对；数字无误的不必改。"),
    )


def _times(share: Fraction, middle: Fraction) -> str:
    return _short(max(share / middle, middle / share))


def _short(value: Fraction) -> str:
    """Three significant digits, no exponent, for reading only."""
    number = float(value)
    places = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
    said = f"{number:,.{min(places, 6)}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


# --- within a return, and against the one before -------------------------------------------------------------------


def is_readable(row: Any) -> bool:
    """Whether lists and tables hold counts, as everything that came in through the operations does."""
    lists = (row.pupils_by_grade, row.classes_by_grade)
    tables = (row.class_size_bands, row.by_qualification, row.by_title)
    return all(isinstance(one, list) and all(map(_is_count, one)) for one in lists) and all(
        isinstance(one, dict) and all(map(_is_count, one.values())) for one in tables
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _unreadable(place: SchoolIn, stage: str, day: date) -> Finding:
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
        _why("pupils", stage, day, is_missing=True),
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
            _why(doubt.field, row.stage, day),
            todo,
        )

    for doubt in contradictions_in(row, last):
        yield made(Kind.CONTRADICTION, doubt, _("两个数不能都对，请核对后改正报表。"))
    if last is not None:
        for doubt in jumps_since(row, last):
            yield made(Kind.JUMP, doubt, _("请核对两年的报表；确有变化的（如新建、合并）不必改。"))


# --- against the register, and between schools -----------------------------------------------------------------------


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
        _why(name, stage, day),
        _("请核对学籍异动是否都已登记；报表填错的改报表。"),
    )


def entrants_without_graduates(reported: Reported) -> Iterator[Finding]:
    """More begin the junior stage in a county than have left its primary schools; only where all have reported both."""
    counted = {}
    for stage, name in (("junior", "entrants"), ("primary", "graduates")):
        values = [
            getattr(reported.rows.get((place.school_id, stage)), name, None)
            for place in reported.places
            if stage in dict(_expected(place, reported.day))
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
