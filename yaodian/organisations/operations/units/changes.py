"""Units get another name, another parent, or leave a hierarchy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Hierarchy, Unit
from yaodian.organisations.operations.units.draft import Draft, UnableToChangeUnit, chunks, shown


class UnableToRenameUnit(UnableToChangeUnit):
    """The unit cannot get this name on this day."""


class UnableToMoveUnit(UnableToChangeUnit):
    """The unit cannot come under this parent on this day."""


class UnableToLeaveHierarchy(UnableToChangeUnit):
    """The unit cannot leave this hierarchy on this day."""


@dataclass(frozen=True)
class NewName:
    """A name for the unit of a code, from a day."""

    code: str
    name: str
    from_on: date
    short_name: str = ""


@dataclass(frozen=True)
class NewPlace:
    """A place in a hierarchy for the unit of a code, under the unit of another, from a day."""

    code: str
    parent: str
    from_on: date
    hierarchy: str = Hierarchy.ADMINISTRATIVE


def rename_unit(
    *,
    actor: Account | None,
    unit: Unit,
    name: str,
    from_on: date,
    now: datetime,
    short_name: str = "",
    version: int | None = None,
) -> Unit:
    """The unit is called so from a day, until the next change of name that is recorded already.

    Raises UnableToRenameUnit: a day outside its life, the name it has anyway, a day on which it was renamed already.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToRenameUnit)
        draft.lock()
        unit = draft.take(unit, version=version, with_children=True)
        draft.check_permission(unit)
        draft.check_lives(unit, from_on)
        before = draft.called(unit, from_on)
        draft.name_from(unit, from_on, name=name, short_name=short_name)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.rename",
            subject=f"unit:{unit.code}",
            detail={"before": before, "name": name.strip(), "short_name": short_name.strip(), "from_on": from_on},
            at=now,
        )
    return unit


def rename_units(*, actor: Account | None, names: Sequence[NewName], now: datetime) -> int:
    """Many names at once, all or none; how many. Raises UnableToRenameUnit for the first that cannot be."""
    with transaction.atomic():
        draft = Draft(actor, now, UnableToRenameUnit)
        draft.lock()
        units = _by_code(draft, {one.code for one in names})
        draft.check_permission(*units.values())
        for one in sorted(names, key=lambda name: name.from_on):
            unit = units[one.code]
            draft.check_lives(unit, one.from_on)
            draft.name_from(unit, one.from_on, name=one.name, short_name=one.short_name)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.rename_many",
            subject="unit:",
            detail={"count": len(names), "codes": sorted(units)},
            at=now,
        )
    return len(names)


def move_unit(
    *,
    actor: Account | None,
    unit: Unit,
    parent: Unit,
    from_on: date,
    now: datetime,
    hierarchy: str = Hierarchy.ADMINISTRATIVE,
    version: int | None = None,
) -> Unit:
    """The unit stands under `parent` in one hierarchy from a day, until the next move that is recorded already.

    With it comes all that lies below it. Raises UnableToMoveUnit: a circle on any day, a parent that does not exist on
    all of those days, the parent it has anyway, a day on which it moved already.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToMoveUnit)
        draft.lock()
        unit = draft.take(unit, version=version)
        draft.check_permission(unit, parent)
        before = [place.parent_id for place in draft.places[(hierarchy, unit.pk)] if place.holds_on(from_on)]
        _place(draft, unit, parent, hierarchy=hierarchy, from_on=from_on)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.move",
            subject=f"unit:{unit.code}",
            detail={
                "hierarchy": hierarchy,
                "before": list(Unit.objects.filter(pk__in=before).values_list("code", flat=True)),
                "parent": parent.code,
                "from_on": from_on,
            },
            at=now,
        )
    return unit


def move_units(*, actor: Account | None, places: Sequence[NewPlace], now: datetime) -> int:
    """Many places at once, all or none; how many. Raises UnableToMoveUnit for the first that cannot be."""
    with transaction.atomic():
        draft = Draft(actor, now, UnableToMoveUnit)
        draft.lock()
        units = _by_code(draft, {one.code for one in places})
        parents = _by_code(draft, {one.parent for one in places}, is_loaded=False)
        draft.check_permission(*units.values(), *parents.values())
        for one in sorted(places, key=lambda place: place.from_on):
            _place(draft, units[one.code], parents[one.parent], hierarchy=one.hierarchy, from_on=one.from_on)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.move_many",
            subject="unit:",
            detail={"count": len(places), "codes": sorted(units)},
            at=now,
        )
    return len(places)


def leave_hierarchy(
    *,
    actor: Account | None,
    unit: Unit,
    hierarchy: str,
    on: date,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """The unit leaves a hierarchy; `on` is the first day on which it stands under nobody there.

    Units below it stay below it. Raises UnableToLeaveHierarchy: for the administrative one, which has no one outside, and
    where the unit does not stand in it.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToLeaveHierarchy)
        draft.lock()
        unit = draft.take(unit, version=version)
        draft.check_permission(unit)
        draft.check_lives(unit, on)
        if hierarchy == Hierarchy.ADMINISTRATIVE:
            raise UnableToLeaveHierarchy(
                _("%(unit)s必须有行政上级，不能退出行政隶属。请改为变更上级，或撤销该单位。")
                % {"unit": draft.called(unit)}
            )
        rows = draft.places[(hierarchy, unit.pk)]
        current = next((place for place in rows if place.holds_on(on)), None)
        if current is None:
            raise UnableToLeaveHierarchy(
                _("%(unit)s在%(day)s并不在“%(hierarchy)s”中，无需退出。")
                % {"unit": draft.called(unit), "day": shown(on), "hierarchy": Hierarchy(hierarchy).label}
            )
        if current.from_on == on:
            raise UnableToLeaveHierarchy(
                _("%(unit)s在%(day)s才加入“%(hierarchy)s”。如登记有误，请用“更正”撤回。")
                % {"unit": draft.called(unit), "day": shown(on), "hierarchy": Hierarchy(hierarchy).label}
            )
        current.until_on = on
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.leave",
            subject=f"unit:{unit.code}",
            detail={"hierarchy": hierarchy, "on": on},
            at=now,
        )
    return unit


def _place(draft: Draft, unit: Unit, parent: Unit, *, hierarchy: str, from_on: date) -> None:
    draft.check_lives(unit, from_on)
    if unit.pk == parent.pk:
        raise draft.error(_("%(unit)s不能作自己的上级。请另选上级。") % {"unit": draft.called(unit)})
    draft.place_from(unit, from_on, hierarchy=hierarchy, parent=parent)


def _by_code(draft: Draft, codes: set[str], *, is_loaded: bool = True) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for part in chunks(sorted(codes)):
        found.update({unit.code: unit for unit in Unit.objects.filter(code__in=part)})
    for code in sorted(codes - found.keys()):
        raise draft.error(_("没有代码为“%(code)s”的单位。请核对代码。") % {"code": code})
    if is_loaded:
        draft.load([unit.pk for unit in found.values()])
        return {code: draft.units[unit.pk] for code, unit in found.items()}
    return found
