"""Catchments: which schools answer for which house numbers, and the addresses of which that is not settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.models import Catchment, CatchmentRange, CatchmentSchool, Contested, Season
from yaodian.admissions.operations.changing import changing, put, tidy
from yaodian.admissions.operations.errors import UnableToKeepRules
from yaodian.admissions.problem.addresses import (
    Range,
    columns_of,
    contested_columns,
    read_home,
    street_of,
    why_unread,
)
from yaodian.engines.matching import Polygon, UnableToReadAddress, UnfitPolygon
from yaodian.organisations.models import Account, Unit

MOST_CATCHMENTS = 5_000
MOST_RANGES = 2_000
MOST_SCHOOLS = 30
MOST_CONTESTED = 2_000
MOST_CORNERS = 5_000
_BATCH = 500


def put_catchment(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    values: Mapping[str, Any],
    schools: Sequence[Unit],
    ranges: Sequence[Range],
    now: datetime,
    was: str = "",
    expected_version: int | None = None,
) -> Catchment:
    """Adds a catchment, or replaces that of the same code with its schools (in published order) and house numbers.

    `values["polygon"]` are rings of (longitude, latitude) in GCJ-02, empty where streets tell all. `was` is the code that it had before.
    Raises PermissionMissing, WrongState; UnableToKeepRules, also for a school without places in this intake and for rings that bound no area.
    """
    code = tidy(str(values.get("code", "")))
    with changing(
        actor=actor, season=season, code="catchment.put", now=now, expected_version=expected_version,
        detail={"stage": stage, "catchment": code, "was": was, "ranges": len(ranges)},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        row = intake.catchments.filter(code=was or code).first()
        if was and row is None:
            raise UnableToKeepRules(_("要改的这一条已经不在了，可能刚被删去。请刷新页面。"), code="absent")
        if row is None:
            if intake.catchments.count() >= MOST_CATCHMENTS:
                raise UnableToKeepRules(
                    _("这里最多 %(most)s 条，已经满了。请合并或删去一些。") % {"most": MOST_CATCHMENTS}, code="too-many"
                )
            row = Catchment(intake=intake)
        offers = {each.school_id: each for each in intake.offers.all()}
        for school in schools:
            if school.pk not in offers:
                raise UnableToKeepRules(
                    _("学校 %(code)s 在本学段没有招生计划，不能对口。请先加入它的招生计划。") % {"code": school.code},
                    code="school",
                    field="schools",
                )
        if len(schools) > MOST_SCHOOLS or len(ranges) > MOST_RANGES:
            raise UnableToKeepRules(
                _("一个学区最多 %(schools)s 所学校、%(ranges)s 段门牌。请分成几个学区。")
                % {"schools": MOST_SCHOOLS, "ranges": MOST_RANGES},
                code="too-many",
                field="ranges",
            )
        area = {"polygon": _area(values["polygon"])} if "polygon" in values else {}
        put(row, {**values, **area, "code": code})
        row.schools.all().delete()
        unique = list(dict.fromkeys(school.pk for school in schools))
        CatchmentSchool.objects.bulk_create(
            [CatchmentSchool(catchment=row, offer=offers[pk], position=at) for at, pk in enumerate(unique, 1)]
        )
        row.ranges.all().delete()
        CatchmentRange.objects.bulk_create(_ranges(row, ranges), batch_size=_BATCH)
    return row


def _area(rings: Any) -> list[Any]:
    """The rings as they are kept: each corner once, none at the end that was at the beginning. Raises UnableToKeepRules."""
    if not rings:
        return []
    if sum(len(ring) for ring in rings) > MOST_CORNERS:
        raise UnableToKeepRules(
            _("一个学区的地图范围最多 %(most)s 个点。请用较粗的边界，或分成几个学区。") % {"most": MOST_CORNERS},
            code="area",
            field="area",
        )
    try:
        return [[[float(x), float(y)] for x, y in ring] for ring in Polygon.of(rings).rings]
    except UnfitPolygon as problem:
        raise UnableToKeepRules(problem.message(get_language() or "zh"), code="area", field="area") from problem


def _ranges(row: Catchment, given: Sequence[Range]) -> list[CatchmentRange]:
    made = []
    for at, said in enumerate(given, 1):
        said = Range(street_of(said[0]), *said[1:])
        one = CatchmentRange(catchment=row, **columns_of(said))
        try:
            one.full_clean(exclude=["catchment"])
        except ValidationError as problem:
            raise UnableToKeepRules(
                _("第 %(line)s 段门牌（%(street)s %(first)s 至 %(last)s）不对：%(why)s")
                % {
                    "line": at, "street": said.street[:80], "first": said.first, "last": said.last,
                    "why": problem.messages[0],
                },
                code="range",
                field="ranges",
            ) from problem  # fmt: skip
        made.append(one)
    return made


def remove_catchment(
    *, actor: Account | None, season: Season, stage: str, code: str, now: datetime, expected_version: int | None = None
) -> None:
    """Takes a catchment out, with its house numbers. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="catchment.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, "catchment": code},
    ) as change:  # fmt: skip
        if not change.intake(stage).catchments.filter(code=code).delete()[0]:
            raise UnableToKeepRules(_("要改的这一条已经不在了，可能刚被删去。请刷新页面。"), code="absent")


def put_contested(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    street: str,
    number: int | str,
    words: str,
    now: datetime,
    expected_version: int | None = None,
) -> Contested:
    """Says of an address that it is not settled where it belongs, and what a family is told meanwhile.

    Raises PermissionMissing, WrongState, UnableToKeepRules.
    """
    columns = _door(street, number)
    with changing(
        actor=actor, season=season, code="contested.put", now=now, expected_version=expected_version,
        detail={"stage": stage, **columns},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        row = intake.contested.filter(**columns).first()
        if row is None and intake.contested.count() >= MOST_CONTESTED:
            raise UnableToKeepRules(
                _("这里最多 %(most)s 条，已经满了。请合并或删去一些。") % {"most": MOST_CONTESTED}, code="too-many"
            )
        row = row or Contested(intake=intake, **columns)
        row.words = tidy(words)
        _checked(row).save()
    return row


def _door(street: str, number: int | str) -> Mapping[str, Any]:
    """The columns that name a door. Raises UnableToKeepRules where it cannot be read."""
    try:
        return contested_columns(read_home(street, str(number)))
    except UnableToReadAddress as problem:
        raise UnableToKeepRules(why_unread(problem), code="address", field="number") from problem


def _checked(row: Contested) -> Contested:
    try:
        row.full_clean()
    except ValidationError as problem:
        name, sentences = next(iter(problem.message_dict.items()))
        raise UnableToKeepRules(sentences[0], code="value", field=name if name != "__all__" else "") from problem
    return row


def remove_contested(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    street: str,
    number: int | str,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """It is settled. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    columns = _door(street, number)
    with changing(
        actor=actor, season=season, code="contested.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, **columns},
    ) as change:  # fmt: skip
        if not change.intake(stage).contested.filter(**columns).delete()[0]:
            raise UnableToKeepRules(_("要改的这一条已经不在了，可能刚被删去。请刷新页面。"), code="absent")
