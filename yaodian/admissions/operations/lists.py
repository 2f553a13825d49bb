"""Rules that come as a list: many offers, many ranges of house numbers, each list in one change of the season."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import CatchmentRange, Offer, Season
from yaodian.admissions.operations.changing import changing
from yaodian.admissions.operations.errors import UnableToKeepRules
from yaodian.admissions.problem.addresses import Range, columns_of, range_of
from yaodian.admissions.queries.rules import schools_of
from yaodian.organisations.models import Account, Unit

_BATCH = 250
Name = tuple[str, str, int, bool, int | str, str]
"""Catchment, street, lane, whether lanes are counted, first, side."""


def put_offers(
    *, actor: Account | None, season: Season, stage: str, offers: Mapping[Unit, Mapping[str, Any]], now: datetime
) -> None:
    """Adds or replaces the places of many schools. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="offer.put_list", now=now, expected_version=None,
        detail={"stage": stage, "count": len(offers)},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        known = {each.school_id: each for each in intake.offers.filter(school__in=offers)}
        below = set(
            schools_of(office=change.season.office, stage=stage, day=timezone.localdate(now))
            .filter(pk__in=[each.pk for each in offers])
            .values_list("pk", flat=True)
        )
        made: list[Offer] = []
        names: set[str] = set()
        for school, values in offers.items():
            row = known.get(school.pk)
            if row is None and school.pk not in below:
                raise UnableToKeepRules(
                    _("主办单位下面没有这所学校，或它不办这个学段。请从列表中选择学校。"), code="school", field="school"
                )
            if row is None:
                row = Offer(intake=intake, school=school)
                made.append(row)
            for name, value in values.items():
                setattr(row, name, value)
                names.add(name)
            row.version += row.pk is not None
        Offer.objects.bulk_create(made, batch_size=_BATCH)
        if known and names:
            Offer.objects.bulk_update(known.values(), [*sorted(names), "version"], batch_size=_BATCH)


def remove_offers(
    *, actor: Account | None, season: Season, stage: str, schools: Collection[Unit], now: datetime
) -> None:
    """Takes many schools out of an intake. Raises PermissionMissing, WrongState; UnableToKeepRules where a catchment leads to one."""
    with changing(
        actor=actor, season=season, code="offer.remove_list", now=now, expected_version=None,
        detail={"stage": stage, "count": len(schools)},
    ) as change:  # fmt: skip
        rows = change.intake(stage).offers.filter(school__in=schools)
        led = rows.filter(catchments__isnull=False).select_related("school").first()
        if led is not None:
            raise UnableToKeepRules(
                _("学区还对口学校 %(code)s，不能删去。请先改学区的对口学校。") % {"code": led.school.code},
                code="in-use",
            )
        rows.delete()


def put_ranges(
    *, actor: Account | None, season: Season, stage: str, ranges: Sequence[tuple[str, Range]], now: datetime
) -> None:
    """Adds ranges of house numbers to catchments, each with the catchment's code, or moves their last number. Raises
    PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="catchment.put_list", now=now, expected_version=None,
        detail={"stage": stage, "count": len(ranges)},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        catchments = {each.code: each for each in intake.catchments.filter(code__in={code for code, _said in ranges})}
        wanted = {name_of(code, said): (code, said) for code, said in ranges}
        known = _ranges(catchments.values(), wanted)
        made, moved = [], []
        for name, (code, said) in wanted.items():
            columns = columns_of(said)
            if code not in catchments or not said.street or columns["first"] > columns["last"]:
                raise UnableToKeepRules(
                    _("学区“%(code)s”不存在，或门牌号的起始大于终止。请先建立学区，或核对门牌。") % {"code": code},
                    code="range",
                )
            row = known.get(name)
            if row is None:
                made.append(CatchmentRange(catchment=catchments[code], **columns))
            else:
                row.last, row.last_written = columns["last"], columns["last_written"]
                moved.append(row)
        CatchmentRange.objects.bulk_create(made, batch_size=_BATCH)
        CatchmentRange.objects.bulk_update(moved, ["last", "last_written"], batch_size=_BATCH)


def remove_ranges(
    *, actor: Account | None, season: Season, stage: str, ranges: Sequence[tuple[str, Range]], now: datetime
) -> None:
    """Takes ranges out of catchments; their last number is all the same. Raises PermissionMissing, WrongState,
    UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="catchment.remove_list", now=now, expected_version=None,
        detail={"stage": stage, "count": len(ranges)},
    ) as change:  # fmt: skip
        catchments = change.intake(stage).catchments.filter(code__in={code for code, _said in ranges})
        doomed = _ranges(catchments, {name_of(code, said) for code, said in ranges})
        CatchmentRange.objects.filter(pk__in=[each.pk for each in doomed.values()]).delete()


def name_of(code: str, said: Range) -> Name:
    """What names a range in a list: all but its last number."""
    return code, said.street, said.lane, said.is_lanes, said.first, said.side


def _ranges(catchments: Any, wanted: Collection[Name]) -> dict[Name, CatchmentRange]:
    """The rows of these ranges. One query."""
    streets = sorted({name[1] for name in wanted})
    rows = CatchmentRange.objects.filter(catchment__in=list(catchments), street__in=streets).select_related("catchment")
    found = {name_of(each.catchment.code, range_of(each)): each for each in rows}
    return {key: row for key, row in found.items() if key in wanted}
