"""Rooms, candidates and invigilators, each list in one change while the lists are open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.exams.models import Exam, Examinee, ExamRoom, Invigilator
from yaodian.exams.operations.errors import UnableToLoadLists
from yaodian.exams.operations.rows import changing
from yaodian.organisations.models import Account, Unit

_BATCH = 1_000
# By list: its model, the field of its key, those that name units by their code, and those that are plain.
LISTS: Mapping[str, tuple[type[Any], str, tuple[str, ...], tuple[str, ...]]] = {
    "rooms": (ExamRoom, "code", ("site",), ("place", "rows", "columns", "seats", "need")),
    "examinees": (Examinee, "number", ("school", "site"), ("name", "group", "paper", "need", "relatives")),
    "invigilators": (Invigilator, "number", ("school",), ("name", "most", "absent")),
}


def put_rows(
    *, actor: Account | None, exam: Exam, name: str, rows: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """Adds or replaces rows of a list by their key; units are given by their codes.

    Raises PermissionMissing, WrongState; UnableToLoadLists for a unit that is not there.
    """
    model, key, units, plain = LISTS[name]
    with changing(actor, exam, f"{name}.put", {"count": len(rows)}, now) as row:
        known = {getattr(one, key): one for one in model.objects.filter(exam=row, **{f"{key}__in": list(rows)})}
        found = _units(values.get(unit) for values in rows.values() for unit in units)
        made, changed = [], []
        for code, values in rows.items():
            one = known.get(code) or model(exam=row, **{key: code})
            for unit in units:
                given = values.get(unit)
                if given and given not in found:
                    raise UnableToLoadLists(
                        _("单位代码“%(code)s”不存在。请核对后重新检查。") % {"code": given}, code="unknown"
                    )
                setattr(one, unit, found[given] if given else None)
            for field in plain:
                if field in values:
                    value = values[field]
                    setattr(one, field, model._meta.get_field(field).get_default() if value is None else value)
            (changed if one.pk else made).append(one)
        model.objects.bulk_create(made, batch_size=_BATCH)
        model.objects.bulk_update(changed, [*units, *plain], batch_size=_BATCH)


def remove_rows(*, actor: Account | None, exam: Exam, name: str, keys: Collection[str], now: datetime) -> None:
    """Takes rows out of a list. Raises PermissionMissing, WrongState."""
    model, key, _units_of, _plain = LISTS[name]
    with changing(actor, exam, f"{name}.remove", {"count": len(keys)}, now) as row:
        model.objects.filter(exam=row, **{f"{key}__in": list(keys)}).delete()


def _units(codes: Iterable[str | None]) -> dict[str, Unit]:
    return {one.code: one for one in Unit.objects.filter(code__in={code for code in codes if code})}
