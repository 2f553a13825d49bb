"""Score sheets: made, filled item by item or by a workbook, checked before they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.appraisal.models import Round, RoundState, Sheet, SheetItem
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
            _copy_items(copy_of, sheet)
        _record(actor, "appraisal.sheet.make", sheet, {"name": sheet.name, "kind": sheet.unit_kind}, now)
    return sheet


def change_sheet(
    *,
    actor: Account | None,
    sheet: Sheet,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Sheet:
    """Changes name, figures or rules of a sheet. `expected_version` is what the person saw.

    Raises PermissionMissing; UnableToKeepSheet, also (`in-use`) once a round has been opened with it.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = _lock(sheet, expected_version)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        changed = {name: [str(before[name]), str(value)] for name, value in values.items() if before[name] != value}
        if not changed:
            return row
        row.version += 1
        _stored(row)
        _record(actor, "appraisal.sheet.change", row, changed, now)
    return row


def renew_sheet(*, actor: Account | None, sheet: Sheet, now: datetime) -> Sheet:
    """A new edition with everything that the sheet has, to be changed for the next round; the old one stays with its rounds.

    Raises PermissionMissing; UnableToKeepSheet (`renewed`) where there is a newer edition already.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = _lock(sheet, None, is_change=False)
        if Sheet.objects.filter(follows=row).exists():
            raise UnableToKeepSheet(
                _("“%(name)s”第 %(edition)s 版之后已有新版。请在新版上修改。")
                % {"name": row.name, "edition": row.edition},
                code="renewed",
            )
        fields = ("office", "name", "unit_kind", "full", "digits", "ties", "limit_percent", "basis")
        made = _stored(
            Sheet(**{name: getattr(row, name) for name in fields}, edition=row.edition + 1, follows=row, made_at=now)
        )
        _copy_items(row, made)
        _record(actor, "appraisal.sheet.renew", made, {"edition": made.edition, "follows": row.pk}, now)
    return made


def _copy_items(source: Sheet, target: Sheet) -> None:
    rows = list(source.items.all())
    for item in rows:
        item.pk, item.sheet = None, target
        item._state.adding = True
    SheetItem.objects.bulk_create(rows)


def put_item(
    *,
    actor: Account | None,
    sheet: Sheet,
    values: Mapping[str, Any],
    now: datetime,
    was: str = "",
    expected_version: int | None = None,
) -> SheetItem:
    """Adds an item, or replaces that of the same code; `was` is the code that it had before, where it is to have another.

    The sheet need not be whole yet; what cannot be right in any sheet is refused. Raises PermissionMissing, UnableToKeepSheet.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = _lock(sheet, expected_version)
        items = {item.code: item for item in row.items.all()}
        code = str(values.get("code", ""))
        _check_code(code, was, items)
        item = items.get(was or code)
        if item is None:
            if len(items) >= MOST_ITEMS:
                raise UnableToKeepSheet(
                    _("一张考核表最多 %(most)s 项，已经满了。请合并一些项目。") % {"most": MOST_ITEMS}, code="too-many"
                )
            item = SheetItem(sheet=row, position=_make_room(row, list(items.values()), str(values.get("parent", ""))))
        _check_parent(values, set(items) - {code, was})
        _fill(item, values)
        if was and was != code:
            row.items.filter(parent=was).update(parent=code)
        row.version += 1
        row.save(update_fields=["version"])
        _record(actor, "appraisal.sheet.put_item", row, {"item": code, "label": item.label, "was": was}, now)
    return item


def _check_code(code: str, was: str, items: Mapping[str, SheetItem]) -> None:
    if was and was not in items:
        raise UnableToKeepSheet(_("没有项目“%(code)s”。请刷新页面。") % {"code": was}, code="no-item")
    if was and was != code and code in items:
        raise UnableToKeepSheet(
            _("编号“%(code)s”已是另一个项目的。请改成没有用过的编号。") % {"code": code}, code="code", field="code"
        )


def _make_room(sheet: Sheet, items: Sequence[SheetItem], parent: str) -> int:
    """The place after the last item below a parent; whatever comes after it moves on by one."""
    last, below = 0, {parent}
    for item in items:
        if not parent or item.code == parent or item.parent in below:
            below.add(item.code)
            last = item.position
    sheet.items.filter(position__gt=last).update(position=F("position") + 1)
    return last + 1


def remove_item(*, actor: Account, sheet: Sheet, code: str, now: datetime) -> None:
    """Takes an item out. Raises PermissionMissing; UnableToKeepSheet for one that is not there or has others below it."""
    require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    with transaction.atomic():
        row = _lock(sheet, None)
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
        row = _lock(sheet, None)
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


def _lock(sheet: Sheet, expected_version: int | None, *, is_change: bool = True) -> Sheet:
    """The sheet's row, held; as the person saw it, and not in use where it is to be changed."""
    row = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if is_change and Round.objects.filter(sheet=row).exclude(state=RoundState.DRAFT).exists():
        raise UnableToKeepSheet(
            _("“%(name)s”已经用于考核，不能再改，以便各单位随时查到当时的标准。请“另立新版”，在新版上修改。")
            % {"name": row.name},
            code="in-use",
        )
    if expected_version is not None and expected_version != row.version:
        raise UnableToKeepSheet(
            _("别人刚刚更改了这张考核表，您的更改还没有保存。请对照下面现在的内容，再保存一次。"), code="stale"
        )
    return row


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


def _check_figures(row: Any) -> None:
    """What the database would refuse as well, said so that one knows what to do."""
    sentence = field = ""
    if isinstance(row, Sheet):
        if row.full <= 0:
            sentence, field = _("满分须大于 0。请填写总分，通常是 100。"), "full"
        elif row.digits > 6:
            sentence, field = _("公布的小数位数最多 6 位。请填 0 至 6。"), "digits"
        elif row.limit_percent > 100:
            sentence, field = _("允许相差是满分的百分比，不能超过 100。请填 0 至 100。"), "limit_percent"
    else:
        field = next((name for name in ("weight", "full", "each", "cap") if getattr(row, name) < 0), "")
        if field:
            label = row._meta.get_field(field).verbose_name
            sentence = _("项目“%(code)s”的%(label)s不能小于 0。请核对。") % {"code": row.code, "label": label}
    if sentence:
        raise UnableToKeepSheet(sentence, code="figures", field=field)


def _stored(row: Any) -> Any:
    _check_figures(row)
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
