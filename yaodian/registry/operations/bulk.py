"""Many rows at once, for imports: columns and tuples in, a constant number of statements for each table.

The rows have been checked before (by a sheet, or because they were made so); the database's constraints are the last
word, and one row that breaks them refuses all. PostgreSQL takes the rows by COPY, SQLite by one prepared statement.

    create_rows(actor=…, table="pupils", columns=("name", "school_id", …), rows=[("…", 7, …), …], now=now)

Columns are those of the model, foreign keys as `school_id`. What follows from them is filled in: public ids, keyed
indexes, the year of birth; and for pupils and teachers the first row of their history.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, models, transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.keys import blind_index
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations.units.draft import units_beyond
from yaodian.organisations.queries import PermissionMissing, require
from yaodian.registry.models import (
    INDEXED,
    Campus,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    School,
    SchoolClass,
    Teacher,
    TeacherPost,
    YearlyReturn,
)
from yaodian.registry.operations.changing import today_of
from yaodian.registry.operations.errors import UnableToImport, WrongState

IMPORT = "registry.import"
# Rows that are prepared and sent at a time, so that memory does not grow with the file.
BATCH = 2_000


@dataclass(frozen=True)
class Table:
    """A table that imports write; `school` is the path from a row to its school, for the question whose rows these are."""

    model: type[models.Model]
    school: str
    # A file of one of these tables may not move rows from where the actor's right ends.
    fixed: frozenset[str] = frozenset()


TABLES: Mapping[str, Table] = {
    "schools": Table(School, "pk", frozenset({"unit_id"})),
    "campuses": Table(Campus, "school_id"),
    "classes": Table(SchoolClass, "school_id"),
    "teachers": Table(Teacher, "school_id"),
    "teacher_posts": Table(TeacherPost, "school_id"),
    "pupils": Table(Pupil, "school_id"),
    "enrolments": Table(Enrolment, "school_id"),
    "guardians": Table(Guardian, ""),
    "guardianships": Table(Guardianship, "pupil__school_id"),
    "returns": Table(YearlyReturn, "school_id"),
}
Rows = Sequence[Sequence[Any]]


def create_rows(
    *,
    actor: Account | None,
    table: str,
    columns: Sequence[str],
    rows: Rows,
    now: datetime,
    source: str = "",
    with_history: bool = True,
) -> list[int]:
    """Stores new rows; their primary keys, in the order of the rows. All or none.

    `with_history` gives new pupils and teachers the first row of their history; leave it out where the history comes as a
    table of its own. Raises UnableToImport, PermissionMissing.
    """
    place = TABLES[table]
    with transaction.atomic():
        _check_reach(actor, place, columns, rows, now)
        ids = insert_rows(model=place.model, columns=columns, rows=rows, now=now)
        if with_history and place.model in _HISTORY:
            _HISTORY[place.model](columns, rows, ids, now)
        _journal(actor, "create", table, len(ids), columns, source, now)
    return ids


def change_rows(
    *,
    actor: Account | None,
    table: str,
    columns: Sequence[str],
    rows: Rows,
    now: datetime,
    source: str = "",
) -> int:
    """Changes columns of rows; each row begins with its primary key, `columns` names the rest. How many were changed.

    Every row's version goes up, so that whoever has it open is told. Raises UnableToImport, PermissionMissing.
    """
    place = TABLES[table]
    if place.fixed & set(columns):
        raise UnableToImport(_("这一栏不能由导入修改。"), code="fixed-column", field=min(place.fixed & set(columns)))
    with transaction.atomic():
        _check_rows(actor, place, [row[0] for row in rows], now)
        # Where rows go to another school, the actor's right must reach that one as well.
        if "school_id" in columns:
            _check_reach(actor, place, ("pk", *columns), rows, now)
        changed = _update(place.model, columns, rows, now)
        _journal(actor, "change", table, changed, columns, source, now)
    return changed


def remove_rows(*, actor: Account | None, table: str, ids: Sequence[int], now: datetime, source: str = "") -> int:
    """Takes back rows that an import created, with the history that came with them; how many.

    Raises WrongState where something else has come to depend on one of them, PermissionMissing.
    """
    place = TABLES[table]
    with transaction.atomic():
        _check_rows(actor, place, ids, now)
        for part in _parts(ids):
            if place.model is Pupil:
                Enrolment.objects.filter(pupil_id__in=part).delete()
            if place.model is Teacher:
                TeacherPost.objects.filter(teacher_id__in=part).delete()
            try:
                with transaction.atomic():
                    place.model._default_manager.filter(pk__in=part).delete()
            except (models.ProtectedError, IntegrityError) as error:
                raise WrongState(
                    _("要撤回的记录已被其他记录引用（例如已办理异动或已被查看），不能整批撤回。请逐条处理。")
                ) from error
        _journal(actor, "remove", table, len(ids), (), source, now)
    return len(ids)


# Whose rows these are.


def _check_reach(actor: Account | None, place: Table, columns: Sequence[str], rows: Rows, now: datetime) -> None:
    """Raises PermissionMissing unless the actor's right reaches every school that the rows speak of."""
    if actor is None:
        return
    require(account=actor, permission=IMPORT)
    names = list(columns)
    if place.model is School:
        at = names.index("unit_id")
        check_units(actor, Unit.objects.filter(pk__in={row[at] for row in rows}), now)
    elif place.model is Guardianship:
        at = names.index("pupil_id")
        schools: set[int] = set()
        for part in _parts([row[at] for row in rows]):
            schools.update(Pupil.objects.filter(pk__in=part).order_by().values_list("school_id", flat=True).distinct())
        check_units(actor, Unit.objects.filter(school__in=schools), now)
    elif place.school:
        at = names.index("school_id")
        check_units(actor, Unit.objects.filter(school__in={row[at] for row in rows}), now)


def _check_rows(actor: Account | None, place: Table, ids: Sequence[int], now: datetime) -> None:
    """The same for rows that are there already."""
    if actor is None:
        return
    require(account=actor, permission=IMPORT)
    schools: set[int] = set()
    for part in _parts(ids):
        if place.model is Guardian:
            path, rows = "pupil__school_id", Guardianship.objects.filter(guardian_id__in=part)
        else:
            path, rows = place.school, place.model._default_manager.filter(pk__in=part)
        schools.update(rows.order_by().values_list(path, flat=True).distinct())
    check_units(actor, Unit.objects.filter(school__in=schools), now)


def check_units(actor: Account, units: Iterable[Unit], now: datetime) -> None:
    """Raises PermissionMissing unless the actor's right to import reaches all the units."""
    scope = require(account=actor, permission=IMPORT)
    beyond = units_beyond(scope=scope, units=units, today=today_of(now))
    if beyond:
        raise PermissionMissing(
            _("您的“批量导入”权限不包括代码为“%(code)s”的学校。请从文件中删去这些行，或联系上级单位的安全管理员。")
            % {"code": beyond[0].code},
            permission=IMPORT,
        )


# Storing.


def insert_rows(*, model: type[models.Model], columns: Sequence[str], rows: Rows, now: datetime) -> list[int]:
    """Puts rows into a table as they are, with what follows from them; their primary keys. No permission, no journal:
    for `create_rows`, and for whoever fills an empty database."""
    if not rows:
        return []
    makers = _derived(model, list(columns), now)
    names = [*columns, *makers]
    fields = [_field(model, name) for name in names]
    with transaction.atomic():
        ids = _take_ids(model, len(rows))

        def values() -> Iterator[tuple[Any, ...]]:
            prepare = [_preparation(field) for field in fields]
            for pk, row in zip(ids, rows, strict=True):
                whole = [*row, *(make(row) for make in makers.values())]
                yield (pk, *(value if one is None else one(value) for one, value in zip(prepare, whole, strict=True)))

        _send(model._meta.db_table, ["id", *(field.column for field in fields)], values())
    return ids


# Values of these fields are already what the database takes.
_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


def _preparation(field: Any) -> Callable[[Any], Any] | None:
    """How a value becomes what the database takes; None where it is that already: three of four values of a row."""
    # The connection itself: the name in django.db asks for it at each use.
    database = connections[DEFAULT_DB_ALIAS]
    if type(field).__module__.startswith("django.db.models"):
        if isinstance(field, _PLAIN):
            return None
        if type(field) is models.DateField:
            return None if database.vendor == "postgresql" else _as_text
    return partial(field.get_db_prep_save, connection=database)


def _as_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _field(model: type[models.Model], name: str) -> Any:
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname):
            return field
    raise UnableToImport(_("没有“%(name)s”这一栏。") % {"name": name}, code="unknown-field", field=name)


def _derived(model: type[models.Model], columns: list[str], now: datetime) -> dict[str, Callable[[Sequence[Any]], Any]]:
    """Columns that nobody gave, each with the function of a row that makes its value."""
    makers: dict[str, Callable[[Sequence[Any]], Any]] = {}
    for column, (index, purpose) in INDEXED.get(model, {}).items():
        if column in columns:
            makers[index] = partial(_indexed, columns.index(column), purpose)
    if "birth_on" in columns and "birth_year" not in columns:
        at = columns.index("birth_on")
        makers["birth_year"] = lambda row: row[at].year if row[at] is not None else None
    if model is YearlyReturn and "changed_at" not in columns:
        makers["changed_at"] = lambda _row: now
    given = {*columns, *makers}
    for field in model._meta.concrete_fields:
        if not field.primary_key and not {field.name, field.attname} & given:
            makers[field.attname] = partial(_default, field)
    return makers


def _indexed(at: int, purpose: str, row: Sequence[Any]) -> bytes | None:
    return blind_index(row[at], purpose=purpose) if row[at] else None


def _default(field: Any, _row: Sequence[Any]) -> Any:
    return field.get_default()


def _take_ids(model: type[models.Model], count: int) -> list[int]:
    """Primary keys that nobody else will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds SQLite's only write lock.
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own tables and columns.
        highest = cursor.fetchone()[0]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = max(highest, found[0] if found else 0) + 1
    return list(range(first, first + count))


def _send(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    quote = connection.ops.quote_name
    named = ", ".join(quote(column) for column in columns)
    try:
        with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT row_security_active(%s)", [table])
                is_walled = cursor.fetchone()[0]
                into = "arriving" if is_walled else quote(table)
                if is_walled:
                    # COPY goes into no table with row-level security; what stands in a table of our own goes on by INSERT.
                    cursor.execute(
                        f"CREATE TEMPORARY TABLE arriving ON COMMIT DROP AS SELECT {named} FROM {quote(table)} LIMIT 0"  # noqa: S608 - names of our own tables and columns.
                    )
                with cursor.copy(f"COPY {into} ({named}) FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's own.
                    for row in rows:
                        copy.write_row(row)
                if is_walled:
                    cursor.execute(f"INSERT INTO {quote(table)} ({named}) SELECT {named} FROM arriving")  # noqa: S608 - names of our own tables and columns.
                    cursor.execute("DROP TABLE arriving")
            else:
                marks = ", ".join(["%s"] * len(columns))
                for part in _batches(rows):
                    cursor.executemany(f"INSERT INTO {quote(table)} ({named}) VALUES ({marks})", part)  # noqa: S608 - names of our own tables and columns.
    except IntegrityError as error:
        raise _refused(error) from error


def _update(model: type[models.Model], columns: Sequence[str], rows: Rows, now: datetime) -> int:
    makers = {
        index: partial(_indexed, columns.index(column) + 1, purpose)
        for column, (index, purpose) in INDEXED.get(model, {}).items()
        if column in columns
    }
    if "birth_on" in columns:
        at = columns.index("birth_on") + 1
        makers["birth_year"] = lambda row: row[at].year if row[at] is not None else None
    if model is YearlyReturn:
        makers["changed_at"] = lambda _row: now
    fields = [_field(model, name) for name in (*columns, *makers)]
    prepare = [partial(field.get_db_prep_save, connection=connection) for field in fields]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    has_version = any(field.name == "version" for field in model._meta.concrete_fields)
    bump = ", version = version + 1" if has_version else ""

    def values() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            whole = [*row[1:], *(make(row) for make in makers.values())]
            yield (*(one(value) for one, value in zip(prepare, whole, strict=True)), row[0])

    try:
        with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
            if connection.vendor != "postgresql":
                sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
                for part in _batches(values()):
                    cursor.executemany(f"UPDATE {table} SET {sets}{bump} WHERE id = %s", part)  # noqa: S608 - names of our own tables and columns.
                return len(rows)
            named = ", ".join(quote(field.column) for field in fields)
            cursor.execute(
                f"CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT {named}, id FROM {table} LIMIT 0"  # noqa: S608 - names of our own tables and columns.
            )
            with cursor.copy(f"COPY changed ({named}, id) FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's own.
                for row in values():
                    copy.write_row(row)
            sets = ", ".join(f"{quote(field.column)} = changed.{quote(field.column)}" for field in fields)
            bump = f", version = {table}.version + 1" if has_version else ""
            cursor.execute(
                f"UPDATE {table} SET {sets}{bump} FROM changed WHERE {table}.id = changed.id"  # noqa: S608 - names of our own tables and columns.
            )
            count = cursor.rowcount
            cursor.execute("DROP TABLE changed")
            return count
    except IntegrityError as error:
        raise _refused(error) from error


def _refused(error: IntegrityError) -> UnableToImport:
    """Which rule the database held up, without the values that it quotes."""
    text = str(error)
    for name in (
        constraint.name for table in TABLES.values() for constraint in table.model._meta.constraints if constraint.name
    ):
        if name in text:
            return UnableToImport(
                _("有一行违反了数据库的约束“%(rule)s”，整批没有写入。请核对是否重复，或代码是否有误。")
                % {"rule": name},
                code="constraint",
            )
    return UnableToImport(_("有一行与已有的数据重复，或缺少必填的内容，整批没有写入。请核对。"), code="constraint")


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    part: list[tuple[Any, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


def _parts(ids: Sequence[int], size: int = 5_000) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


# The first row of a history.


def _enrolments(columns: Sequence[str], rows: Rows, ids: Sequence[int], now: datetime) -> None:
    at = {name: place for place, name in enumerate(columns)}

    def of(row: Sequence[Any], name: str) -> Any:
        return row[at[name]] if name in at else None

    made = []
    for pk, row in zip(ids, rows, strict=True):
        left: date | None = of(row, "left_on")
        until = left + timedelta(days=1) if left is not None else None
        made.append((pk, of(row, "school_id"), of(row, "school_class_id"), of(row, "entered_on"), until))
    names = ("pupil_id", "school_id", "school_class_id", "from_on", "until_on")
    insert_rows(model=Enrolment, columns=names, rows=made, now=now)


def _posts(columns: Sequence[str], rows: Rows, ids: Sequence[int], now: datetime) -> None:
    at = {name: place for place, name in enumerate(columns)}
    today = today_of(now)
    made = []
    for pk, row in zip(ids, rows, strict=True):
        left: date | None = row[at["left_on"]] if "left_on" in at else None
        begun = row[at["started_year"]] if "started_year" in at else None
        from_on = date(begun, 9, 1) if begun else today
        if left is not None and from_on >= left:
            from_on = left - timedelta(days=1)
        made.append((pk, row[at["school_id"]], "教师", min(from_on, today), left))
    names = ("teacher_id", "school_id", "duty", "from_on", "until_on")
    insert_rows(model=TeacherPost, columns=names, rows=made, now=now)


_HISTORY: Mapping[type[models.Model], Callable[[Sequence[str], Rows, Sequence[int], datetime], None]] = {
    Pupil: _enrolments,
    Teacher: _posts,
}


def _journal(
    actor: Account | None, what: str, table: str, count: int, columns: Sequence[str], source: str, now: datetime
) -> None:
    if count:
        record(
            actor=actor,
            code=f"registry.rows.{what}",
            subject=f"table:{table}",
            detail={"count": count, "columns": list(columns), "source": source},
            at=now,
        )
