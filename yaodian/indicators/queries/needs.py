"""Which figures of a return the law needs, and so what a wrong one changes: read off the statutes' declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from django.utils.translation import gettext as _

from yaodian.engines import rules
from yaodian.indicators.problem import DERIVED, REPORTED
from yaodian.statutes.enrolment.large_class_share import LargeClassShare
from yaodian.statutes.enrolment.pupil_teacher_ratio import PupilTeacherRatio
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.verdicts import Item, Scope

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
            if item.scope in (Scope.SCHOOL, Scope.COUNTY) and not is_several(item):
                enter(item.label, _asked_by(statute, item, day))
    enter(PupilTeacherRatio.label, ("pupils", "full_time"))
    if stage in ("primary", "junior", "senior"):
        enter(LargeClassShare.label, ("classes",))
        found.setdefault("class_size_bands", {})[LargeClassShare.label] = None
    return {name: tuple(labels) for name, labels in found.items()}


def is_several(item: Item) -> bool:
    """Item 1.1 is the indicators themselves; what else it asks, it asks under a variant that is not chosen."""
    return any(issubclass(declared, rules.Several) for declared in item.declared)


def _asked_by(statute: Statute, item: Item, day: date) -> Iterator[str]:
    for fact in replace(statute, items=(item,)).facts(reported=frozenset(), day=day):
        yield fact.quantity.name
    # What every row holds is no fact; of these, only the funds come from a figure of their own.
    if item.number in ("2.6", "3.4") and statute.code == "quality_balance":
        yield "public_funds"


def needing(figure: str, stage: str, day: date) -> tuple[str, ...]:
    names = {"pupils": "pupils_by_grade", "classes": "classes_by_grade"}
    return needs_of(stage, day).get(names.get(figure, figure), ())


def named_some(labels: Sequence[str]) -> str:
    some = "、".join(f"“{label}”" for label in labels[:3])
    if len(labels) <= 3:
        return some
    return _("%(some)s等%(count)s项指标") % {"some": some, "count": len(labels)}


def why_of(figure: str, stage: str, day: date, *, is_missing: bool = False) -> str:
    labels = needing(figure, stage, day)
    if not labels:
        return _("没有监测指标直接用它，但全县汇总数会跟着错。")
    if is_missing:
        return _("缺了它，无法计算%(what)s。") % {"what": named_some(labels)}
    return _("会改变%(what)s。") % {"what": named_some(labels)}
