"""What a slice hands in: where the rows of a sheet live.

`Target` is the interface; `ModelTarget` is enough where the columns of a sheet are fields of one table. All methods take many
rows at once (at most `limits.CHUNK_ROWS`) and must cost a constant number of queries. Those that write run inside the
transaction of the commit or the undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connections, models, router

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Problem, Sheet

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A row that is to become another: only the columns that differ."""

    key: Key
    before: dict[str, Any]
    after: dict[str, Any]


class Target(Protocol):
    """The rows behind a sheet, as far as this account's scope reaches."""

    def existing(self, keys: Sequence[Key]) -> Mapping[Key, Values]:
        """The values that stand in the database now, all columns, for those keys that exist (in scope or not)."""

    def check(self, rows: Sequence[Row]) -> Iterable[Problem]:
        """Scope, references: problems with `row=row.number` and `column`. Called while checking, for each chunk."""

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        """Writes new rows; columns that the file did not have are absent."""

    def change(self, changes: Sequence[Change]) -> None:
        """Sets `after` in the rows of these keys."""

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        """For an undo: rows that must stay because others hang on them, each with a sentence."""

    def remove(self, keys: Sequence[Key]) -> None:
        """Deletes rows that this import created."""

    def export(self) -> Iterable[Values]:
        """All rows in scope in a steady order, streamed."""


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts rows of these fields: by COPY on PostgreSQL, else by many-row inserts. Fields not named need a default
    in `rows`: neither `save()` nor field defaults are asked."""
    connection = connections[router.db_for_write(model)]
    fields = [model._meta.get_field(name) for name in names]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(item.column) for item in fields)
    prepared = (
        [item.get_db_prep_save(value, connection) for item, value in zip(fields, row, strict=True)] for row in rows
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in prepared:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", prepared)  # noqa: S608 - names of our own fields.


@dataclass
class ModelTarget:
    """A target for one table. `fields` maps column codes to field names; the key must be unique in the table.

    `constants` are set in each new row (a unit, a moment). `within` narrows the rows that exist for export; scope checks
    and references are asked through `checks`, each a function of a chunk of rows that gives problems.
    """

    sheet: Sheet
    model: type[models.Model]
    fields: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    within: models.Q = field(default_factory=models.Q)
    checks: Sequence[Callable[[Sequence[Row]], Iterable[Problem]]] = ()

    def _query(self, keys: Sequence[Key]) -> models.QuerySet[Any]:
        names = [self.fields[code] for code in self.sheet.key]
        if len(names) == 1:
            return self.model._default_manager.filter(**{f"{names[0]}__in": [key[0] for key in keys]})
        # The first part narrows by index; what it lets through too much is dropped by key.
        return self.model._default_manager.filter(
            **{f"{name}__in": {key[place] for key in keys} for place, name in enumerate(names)}
        )

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        codes = list(self.fields)
        found: dict[Key, dict[str, Any]] = {}
        for row in self._query(keys).values_list(*self.fields.values()):
            values = {code: None if value == "" else value for code, value in zip(codes, row, strict=True)}
            key = self.sheet.key_of(values)
            if key in wanted:
                found[key] = values
        return found

    def check(self, rows: Sequence[Row]) -> Iterable[Problem]:
        for check in self.checks:
            yield from check(rows)

    def _stored(self, code: str, value: Any) -> Any:
        target = self.model._meta.get_field(self.fields[code])
        return "" if value is None and not target.null and target.empty_strings_allowed else value

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        names = [*self.fields.values(), *self.constants]
        constants = list(self.constants.values())
        insert_rows(
            self.model,
            names,
            ([*(self._stored(code, row.get(code)) for code in self.fields), *constants] for row in rows),
        )

    def change(self, changes: Sequence[Change]) -> None:
        after = {change.key: change.after for change in changes}
        objects = []
        touched: set[str] = set()
        for row in self._query(list(after)):
            key = tuple(getattr(row, self.fields[code]) for code in self.sheet.key)
            for code, value in after.get(key, {}).items():
                setattr(row, self.fields[code], self._stored(code, value))
                touched.add(self.fields[code])
            if key in after:
                objects.append(row)
        if touched:
            self.model._default_manager.bulk_update(objects, sorted(touched), batch_size=250)

    def unremovable(self, keys: Sequence[Key]) -> dict[Key, str]:
        return {}

    def remove(self, keys: Sequence[Key]) -> None:
        wanted = set(keys)
        names = ["pk", *(self.fields[code] for code in self.sheet.key)]
        doomed = [row[0] for row in self._query(keys).values_list(*names) if tuple(row[1:]) in wanted]
        self.model._default_manager.filter(pk__in=doomed).delete()

    def export(self) -> Iterable[dict[str, Any]]:
        codes = list(self.fields)
        order = [self.fields[code] for code in self.sheet.key]
        rows = self.model._default_manager.filter(self.within).order_by(*order).values_list(*self.fields.values())
        for row in rows.iterator(chunk_size=2_000):
            yield dict(zip(codes, row, strict=True))
