"""Mending what was recorded wrongly: the past was never so. What was recorded, and why it was wrong, stays in the journal."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Hierarchy, Membership, Unit, UnitName
from yaodian.organisations.operations.units.draft import Draft, UnableToChangeUnit, join, shown

NAME = "name"  # Beside the hierarchies: what a correction of a change is about.


class UnableToCorrectUnit(UnableToChangeUnit):
    """The record cannot be mended so."""


def correct_opening(
    *,
    actor: Account | None,
    unit: Unit,
    opened_on: date,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """The unit began on another day than was recorded; its first name and the places of its first day begin with it.

    Raises UnableToCorrectUnit: later than its first change, before its parent began, part of a split or merger.
    """
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        draft.check_day(opened_on)
        before = unit.opened_on
        if unit.predecessions.exists():
            raise UnableToCorrectUnit(
                _("%(unit)s由分立、合并或改制而来，设立日期不能单独更正。") % {"unit": draft.called(unit)}
            )
        first: list[UnitName | Membership] = []
        for rows in _timelines(draft, unit):
            # Whatever was recorded first must still come first.
            if rows and rows[0].from_on == before:
                first.append(rows[0])
                if rows[0].until_on is not None and opened_on >= rows[0].until_on:
                    raise UnableToCorrectUnit(
                        _("%(unit)s在%(day)s已登记有变更，设立日期须早于这一天。")
                        % {"unit": draft.called(unit), "day": shown(rows[0].until_on)}
                    )
        for row in first:
            row.from_on = opened_on
        unit.opened_on = opened_on
        _finish(draft, unit, reason, now, what="opened_on", before=before, after=opened_on)
    return unit


def correct_closing(
    *,
    actor: Account | None,
    unit: Unit,
    closed_on: date | None,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """The unit ended on another day than was recorded, or (None) has not ended; its last name and places go on till then.

    What was handed over at its end stays where it went. Raises UnableToCorrectUnit.
    """
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        before = unit.closed_on
        if before is None:
            raise UnableToCorrectUnit(_("%(unit)s没有撤销，不存在撤销日期。") % {"unit": draft.called(unit)})
        if closed_on is not None:
            draft.check_day(closed_on)
            if closed_on <= unit.opened_on:
                raise UnableToCorrectUnit(
                    _("%(unit)s于%(day)s设立，撤销日期须晚于这一天。")
                    % {"unit": draft.called(unit), "day": shown(unit.opened_on)}
                )
        if unit.successions.filter(on=before).exists():
            raise UnableToCorrectUnit(
                _("%(unit)s因分立、合并或改制撤销，撤销日期不能单独更正。") % {"unit": draft.called(unit)}
            )
        for rows in _timelines(draft, unit):
            if rows and rows[-1].until_on == before:
                if closed_on is not None and closed_on <= rows[-1].from_on:
                    raise UnableToCorrectUnit(
                        _("%(unit)s在%(day)s还登记有变更，撤销日期须晚于这一天。")
                        % {"unit": draft.called(unit), "day": shown(rows[-1].from_on)}
                    )
                rows[-1].until_on = closed_on
        unit.closed_on = closed_on
        _finish(draft, unit, reason, now, what="closed_on", before=before, after=closed_on)
    return unit


def correct_day(
    *,
    actor: Account | None,
    unit: Unit,
    what: str,
    from_on: date,
    right_from_on: date,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """A change of name (`what` is "name") or of place (a hierarchy) that was recorded for `from_on` was on another day.

    It must stay between the changes before and after it. Raises UnableToCorrectUnit.
    """
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        draft.check_lives(unit, right_from_on)
        rows = _rows(draft, unit, what)
        place = _find(draft, unit, rows, from_on)
        row = rows[place]
        previous = rows[place - 1] if place else None
        joined = previous is not None and previous.until_on == from_on
        if from_on == unit.opened_on:
            raise UnableToCorrectUnit(
                _("%(unit)s在%(day)s设立，这一条随设立日期而定。请更正设立日期。")
                % {"unit": draft.called(unit), "day": shown(from_on)}
            )
        floor = previous.from_on if joined and previous is not None else (previous.until_on if previous else None)
        is_early = floor is not None and (right_from_on <= floor if joined else right_from_on < floor)
        if is_early or (row.until_on is not None and right_from_on >= row.until_on):
            raise UnableToCorrectUnit(
                _("更正后的日期%(day)s越过了前一次或后一次变更。请先更正那一次，或改用其他日期。")
                % {"day": shown(right_from_on)}
            )
        row.from_on = right_from_on
        if joined and previous is not None:
            previous.until_on = right_from_on
        _finish(draft, unit, reason, now, what=what, before=from_on, after=right_from_on)
    return unit


def correct_name(
    *,
    actor: Account | None,
    unit: Unit,
    from_on: date,
    name: str,
    reason: str,
    now: datetime,
    short_name: str = "",
    version: int | None = None,
) -> Unit:
    """The name that was recorded from `from_on` was spelt wrongly. Raises UnableToCorrectUnit."""
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        rows = draft.names[unit.pk]
        row = rows[_find(draft, unit, rows, from_on)]
        before = [row.name, row.short_name]
        row.name, row.short_name = name.strip(), short_name.strip()
        if before == [row.name, row.short_name]:
            raise UnableToCorrectUnit(_("填写的名称与登记的相同，没有需要更正的。"))
        join(rows)
        _finish(draft, unit, reason, now, what=NAME, before=before, after=[name.strip(), short_name.strip()])
    return unit


def correct_parent(
    *,
    actor: Account | None,
    unit: Unit,
    hierarchy: str,
    from_on: date,
    parent: Unit,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """The parent that was recorded from `from_on` was another. Raises UnableToCorrectUnit."""
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        draft.check_permission(parent)
        rows = draft.places[(hierarchy, unit.pk)]
        row = rows[_find(draft, unit, rows, from_on)]
        before = Unit.objects.get(pk=row.parent_id)
        if before.pk == parent.pk:
            raise UnableToCorrectUnit(_("所选上级与登记的相同，没有需要更正的。"))
        if unit.pk == parent.pk:
            raise UnableToCorrectUnit(_("%(unit)s不能作自己的上级。请另选上级。") % {"unit": draft.called(unit)})
        row.parent_id = parent.pk
        join(rows)
        _finish(draft, unit, reason, now, what=hierarchy, before=before.code, after=parent.code)
    return unit


def withdraw_change(
    *,
    actor: Account | None,
    unit: Unit,
    what: str,
    from_on: date,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> Unit:
    """A change of name or of place that was recorded for `from_on` never happened (or will not): what was before goes on.

    Raises UnableToCorrectUnit for the first name and the first administrative place.
    """
    with transaction.atomic():
        draft, unit = _begin(actor, unit, reason, now, version)
        rows = _rows(draft, unit, what)
        place = _find(draft, unit, rows, from_on)
        row = rows.pop(place)
        if place and rows[place - 1].until_on == from_on:
            rows[place - 1].until_on = row.until_on
            join(rows)
        before = {"from_on": row.from_on, "until_on": row.until_on, "is": _words(row)}
        _finish(draft, unit, reason, now, what=what, before=before, after=None)
    return unit


def _begin(actor: Account | None, unit: Unit, reason: str, now: datetime, version: int | None) -> tuple[Draft, Unit]:
    draft = Draft(actor, now, UnableToCorrectUnit)
    draft.lock()
    found = draft.take(unit, version=version, with_children=True)
    draft.check_permission(found)
    if not reason.strip():
        raise UnableToCorrectUnit(_("请说明更正的理由。更正会改写历史，理由将记入日志。"))
    return draft, found


def _finish(draft: Draft, unit: Unit, reason: str, now: datetime, *, what: str, before: Any, after: Any) -> None:
    if before == after:
        raise UnableToCorrectUnit(_("更正后的内容与登记的相同，没有需要更正的。"))
    draft.write()
    record(
        actor=draft.actor,
        code="organisations.unit.correct",
        subject=f"unit:{unit.code}",
        detail={"what": what, "before": before, "after": after, "reason": reason.strip()},
        at=now,
    )


def _timelines(draft: Draft, unit: Unit) -> list[list[Any]]:
    return [draft.names[unit.pk], *(draft.places[(hierarchy.value, unit.pk)] for hierarchy in Hierarchy)]


def _rows(draft: Draft, unit: Unit, what: str) -> list[Any]:
    return draft.names[unit.pk] if what == NAME else draft.places[(Hierarchy(what).value, unit.pk)]


def _find(draft: Draft, unit: Unit, rows: list[Any], from_on: date) -> int:
    for place, row in enumerate(rows):
        if row.from_on == from_on:
            return place
    raise UnableToCorrectUnit(
        _("%(unit)s在%(day)s没有登记这项变更。请刷新页面后再选。") % {"unit": draft.called(unit), "day": shown(from_on)}
    )


def _words(row: UnitName | Membership) -> Any:
    return [row.name, row.short_name] if isinstance(row, UnitName) else {"parent_id": row.parent_id}
