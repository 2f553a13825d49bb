"""Score sheets: made, filled item by item or by a workbook, checked before they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.appraisal.models import Sheet, SheetItem
from yaodian.appraisal.operations.errors import UnableToKeepSheet
from yaodian.appraisal.problem import SheetUnusable, content_of_rows, read_content
from yaodian.audit.operations import record
from yaodian.foundation.measuring import measure_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require

MOST_ITEMS = 200


def make_sheet(
    *, actor: Account | None, office: Unit, values: Mapping[str, Any], now: datetime, copy_of: Sheet | None = None
) -> Sheet:
    """A new sheet of an office, empty or with the items of another. Raises PermissionMissing, UnableToKeepSheet."""
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=office.pk)
    with transaction.atomic():
        sheet = _stored(Sheet(office=office, made_at=now, **values))
        if copy_of is not None:
            for item in copy_of.items.all():
                item.pk, item.sheet = None, sheet
                item._state.adding = True
                item.save()
        _record(actor, "appraisal.sheet.make", sheet, {"name": sheet.name, "kind": sheet.unit_kind}, now)
    return sheet


def change_sheet(*, actor: Account, sheet: Sheet, values: Mapping[str, Any], now: datetime) -> Sheet:
    """Changes name, figures or rules of a sheet. Rounds that were opened with it keep theirs."""
    require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = Sheet.objects.select_for_update().get(pk=sheet.pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        _stored(row)
        _record(actor, "appraisal.sheet.change", row, {name: str(value) for name, value in values.items()}, now)
    return row


def put_item(*, actor: Account | None, sheet: Sheet, values: Mapping[str, Any], now: datetime) -> SheetItem:
    """Adds an item, or replaces that of the same code. Raises PermissionMissing, UnableToKeepSheet.

    The sheet need not be whole yet; what cannot be right in any sheet is refused.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = Sheet.objects.select_for_update().get(pk=sheet.pk)
        items = {item.code: item for item in row.items.all()}
        code = str(values.get("code", ""))
        item = items.get(code)
        if item is None:
            if len(items) >= MOST_ITEMS:
                raise UnableToKeepSheet(
                    _("一张考核表最多 %(most)s 项，已经满了。请合并一些项目。") % {"most": MOST_ITEMS}, code="too-many"
                )
            last = max((one.position for one in items.values()), default=0)
            item = SheetItem(sheet=row, position=last + 1)
        _check_parent(values, set(items) - {code})
        _fill(item, values)
        row.version += 1
        row.save(update_fields=["version"])
        _record(actor, "appraisal.sheet.put_item", row, {"item": code, "label": item.label}, now)
    return item


def remove_item(*, actor: Account, sheet: Sheet, code: str, now: datetime) -> None:
    """Takes an item out. Raises PermissionMissing; UnableToKeepSheet for one that is not there or has others below it."""
    require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = Sheet.objects.select_for_update().get(pk=sheet.pk)
        if row.items.filter(parent=code).exists():
            raise UnableToKeepSheet(
                _("项目“%(code)s”还有下级项目，不能删除。请先删除下级项目。") % {"code": code}, code="has-children"
            )
        if not row.items.filter(code=code).delete()[0]:
            raise UnableToKeepSheet(_("没有项目“%(code)s”。请刷新页面。") % {"code": code}, code="no-item")
        row.version += 1
        row.save(update_fields=["version"])
        _record(actor, "appraisal.sheet.remove_item", row, {"item": code}, now)


def replace_items(*, actor: Account | None, sheet: Sheet, items: Sequence[Mapping[str, Any]], now: datetime) -> Sheet:
    """Puts all items of a workbook in the place of those that are there, or none: the sheet must be whole and usable.

    Raises PermissionMissing, UnableToKeepSheet.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    if len(items) > MOST_ITEMS:
        raise UnableToKeepSheet(
            _("一张考核表最多 %(most)s 项，这份有 %(count)s 项。请合并一些项目。")
            % {"most": MOST_ITEMS, "count": len(items)},
            code="too-many",
        )
    with transaction.atomic():
        row = Sheet.objects.select_for_update().get(pk=sheet.pk)
        row.items.all().delete()
        seen: set[str] = set()
        for place, values in enumerate(items, start=1):
            code = str(values.get("code", ""))
            if code in seen:
                raise UnableToKeepSheet(
                    _("编号“%(code)s”出现了两次。请改成各不相同的编号。") % {"code": code}, code="code", field="code"
                )
            seen.add(code)
            _fill(SheetItem(sheet=row, position=place), values)
        require_usable(row)
        row.version += 1
        row.save(update_fields=["version"])
        _record(actor, "appraisal.sheet.replace_items", row, {"items": len(items)}, now)
    return row


def require_usable(sheet: Sheet) -> dict[str, Any]:
    """The sheet as a round keeps it. Raises UnableToKeepSheet where marks could not be reckoned with it."""
    kept = content_of_rows(sheet, list(sheet.items.order_by("position")))
    try:
        read_content(kept)
    except SheetUnusable as problem:
        raise UnableToKeepSheet(
            _("考核表“%(sheet)s”不能用来考核。%(why)s请改好后再试。") % {"sheet": sheet.name, "why": str(problem)},
            code=problem.code,
        ) from problem
    return kept


def _check_parent(values: Mapping[str, Any], others: set[str]) -> None:
    parent = values.get("parent", "")
    if parent and parent not in others:
        raise UnableToKeepSheet(
            _("没有编号为“%(code)s”的上级项目。请先建立上级项目，或改上级编号。") % {"code": parent},
            code="parent",
            field="parent",
        )


def _fill(item: SheetItem, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    if item.measure:
        measure = measure_of(item.measure)
        if measure is None:
            raise UnableToKeepSheet(
                _("项目“%(code)s”：没有代码为“%(measure)s”的指标。请从指标列表中选。")
                % {"code": item.code, "measure": item.measure},
                code="measure",
                field="measure",
            )
        item.stage = item.stage or measure.default_stage
    _stored(item)


def _stored(row: Any) -> Any:
    try:
        return row.store()
    except ValidationError as problem:
        field, sentences = next(iter(problem.message_dict.items()))
        label = "" if field == "__all__" else str(row._meta.get_field(field).verbose_name)
        code = getattr(row, "code", "")
        where = f"{code} {label}".strip()
        raise UnableToKeepSheet(
            f"{where}：{sentences[0]}" if where else sentences[0],
            code="value",
            field=field if field != "__all__" else "",
        ) from problem


def _record(actor: Account | None, code: str, sheet: Sheet, detail: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, code=code, subject=f"appraisal_sheet:{sheet.pk}", detail=detail, at=now)
