"""Many rows of one table, as fast as the database takes them: COPY on PostgreSQL, prepared inserts elsewhere.

Rows come as values in the order of the named fields, ids among them, so that other rows may point at them before they
are written. Values are prepared by the model's own fields: what is sealed is sealed, JSON is JSON. Defaults and checks in
Python are not applied; constraints of the database are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Max

_ROWS = 5_000
_PLAIN = (
    models.AutoField,
    models.BooleanField,
    models.CharField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


class BulkTable:
    """Writes rows of a model. `names` are the attributes that each row gives values for, such as `school_id`."""

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        self._model, self.names = model, tuple(names)
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        fields = [by_name[name] for name in names]
        self._columns = [field.column for field in fields]
        self._connection = connections[DEFAULT_DB_ALIAS]
        self._prepare = [self._preparation(field) for field in fields]
        self.written = 0

    def next_id(self) -> int:
        """The first id that no row has."""
        return (self._model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        """Writes the rows; returns how many there were."""
        prepared = self._prepared(rows)
        before = self.written
        if self._connection.vendor == "postgresql" and not self._is_guarded():
            self._copy(prepared)
        else:
            self._insert(prepared)
        return self.written - before

    def close(self) -> None:
        """Tells the database which ids were given, so that its own next one is free."""
        if self._connection.vendor == "postgresql" and self.written:
            table, column = self._quoted(self._model._meta.db_table), self._model._meta.pk.column
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, self.next_id() - 1])

    def _prepared(self, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        prepare = self._prepare
        for row in rows:
            self.written += 1
            yield [value if how is None else how(value) for how, value in zip(prepare, row, strict=True)]

    def _is_guarded(self) -> bool:
        """Whether row-level security holds for whoever is connected: COPY is refused then."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT row_security_active(%s::regclass)", [self._quoted(self._model._meta.db_table)])
            return bool(cursor.fetchone()[0])

    def _copy(self, rows: Iterator[list[Any]]) -> None:
        names = ", ".join(map(self._quoted, self._columns))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {self._quoted(self._model._meta.db_table)} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def _insert(self, rows: Iterator[list[Any]]) -> None:
        names = ", ".join(map(self._quoted, self._columns))
        places = ", ".join(["%s"] * len(self._columns))
        statement = f"INSERT INTO {self._quoted(self._model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  # Names from the model.
        with self._connection.cursor() as cursor:
            while batch := list(islice(rows, _ROWS)):
                cursor.executemany(statement, batch)

    def _quoted(self, name: str) -> str:
        return self._connection.ops.quote_name(name)

    def _preparation(self, field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
        """How a value becomes what the database takes; None where it is that already."""
        database = self._connection
        if type(field).__module__.startswith("django.db.models"):
            if isinstance(field, _PLAIN):
                return None
            if type(field) is models.DateField:
                return None if database.vendor == "postgresql" else _as_text
        return lambda value: field.get_db_prep_save(value, database)


def _as_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
