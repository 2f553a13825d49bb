"""What is missing: returns, figures that the law needs of them, and what a county has not stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines import rules
from yaodian.indicators.problem import REPORTED, fact_stages, facts_of
from yaodian.indicators.queries.findings import Finding, Kind, Reported, stands_on
from yaodian.indicators.queries.needs import is_several, named_some, needs_of, why_of
from yaodian.registry.queries import SchoolIn, figure_label, grades_taught, stage_labels
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.verdicts import Item, Scope


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
        _("缺了它，无法计算%(what)s，全县的差异系数也算不出。") % {"what": named_some(labels)}
        if stage in ("primary", "junior")
        else _("缺了它，无法计算%(what)s。") % {"what": named_some(labels)},
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
            why_of(name, row.stage, day, is_missing=True),
            _("请在报表中补填；确实没有的填 0，不要留空。"),
        )


def no_longer_given(place: SchoolIn, row: Any, last: Any, day: date) -> Iterator[Finding]:
    """Figures that no indicator needs of this stage, but which the school gave last year and has left empty now."""
    needed = needs_of(row.stage, day)
    for name in REPORTED:
        before = getattr(last, name)
        if name in needed or before in (None, [], {}) or getattr(row, name) not in (None, [], {}):
            continue
        yield Finding(
            Kind.MISSING,
            "no-longer",
            place,
            row.stage,
            name,
            figure_label(name),
            "",
            str(before) if not isinstance(before, (list, dict)) else "",
            _("“%(label)s”没有填报，上学年是填了的。") % {"label": figure_label(name)},
            why_of(name, row.stage, day),
            _("请在报表中补填；确实没有的填 0，不要留空。"),
        )


def unstated(reported: Reported) -> Iterator[Finding]:
    """What the statutes ask of a county, no return holds, and nobody has stated. A school's own stands for it alone."""
    if reported.stated is None or not reported.places:
        return
    standing = [place for place in reported.places if stands_on(place, reported.day)]
    compulsory = [place for place in standing if {"primary", "junior"} & set(grades_taught(place.school_type))]
    has_village_schools = any(place.area == "rural" or place.school_type == "218" for place in compulsory)
    said: set[tuple[str, str]] = set()
    for statute in MONITORED.values():
        for fact in facts_of(statute, reported.day):
            if is_several(fact.item) or (fact.item.number == "2.6" and not has_village_schools):
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
