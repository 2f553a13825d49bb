"""The second wall: PostgreSQL itself gives a request no rows beyond the rights of whoever sent it.

The first wall is the scope that every query asks for (`queries.rights`). Behind it stand policies of row-level security
(`registry/migrations/0002_walls.py`), which read these settings of the session:

    yaodian.wall            on: the policies ask the rest; anything else: every row
    yaodian.day             the day on which boundaries are asked for
    yaodian.account         the key of the account, empty for a visitor
    yaodian.administrative, yaodian.group, yaodian.inspection
                            keys of the units in which the account holds a right over the registry, with commas
    yaodian.wards           keys of the pupils whom a guardian may see, with commas

A request raises its wall before its first statement that names a table behind it. Jobs and commands raise none: they work for the whole house, and what
they may do was asked when they were ordered. Where an operation must ask the whole city (is this number taken?), it says
so by `lifted()`, for no more than that question.

A superuser, and a role with BYPASSRLS, walks through all policies; `check --deploy` says so. On SQLite nothing of this
exists, and every function here does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import DatabaseError
from django.utils import timezone

from yaodian.organisations.models import Account, Hierarchy
from yaodian.organisations.queries import Visitor, rights_of

# Slices whose tables have policies: their permissions open the wall, their tables' names begin so. A test compares them
# with the policies that the database has.
WALLED = ("registry",)
# Whoever organises the choice of subjects, looks at one, or plans groups reads whose it is; he need hold no other right over the registry.
_PERMISSIONS = (*(f"{name}." for name in WALLED), "timetabling.run", "timetabling.decide", "timetabling.plan")
_TABLES = tuple(f"{name}_" for name in WALLED)
_NAMES = ("wall", "day", "account", *Hierarchy.values, "wards")
_OFF = ("off", *("" for _name in _NAMES[1:]))

# What stands on a connection of the driver, as far as it was set outside a transaction, which might take it back.
_STANDING: WeakKeyDictionary[Any, tuple[str, ...]] = WeakKeyDictionary()


class Wall:
    """What the connection asks before each statement of a request: is the wall up, for this account?

    It is one for the length of a request, and costs one statement where another request has left other settings.
    """

    def __init__(self, account: Visitor) -> None:
        self.is_lifted = False
        self._settings: dict[str, str] = {}
        self._is_setting = False
        # What this request has set, on which connection of the driver, and inside which transaction, which may take it back.
        self._set: tuple[Any, tuple[str, ...], Any] | None = None
        self.stand_for(account)

    def stand_for(self, account: Visitor) -> None:
        """From the next statement on, the wall is that of another account."""
        roots: dict[str, list[str]] = {name: [] for name in Hierarchy.values}
        for right in rights_of(account=account):
            if any(permission.startswith(_PERMISSIONS) for permission in right.permissions):
                roots[right.hierarchy].append(str(right.unit_id))
        self._settings = {
            "wall": "on",
            "day": timezone.localdate().isoformat(),
            "account": str(account.pk) if isinstance(account, Account) else "",
            **{name: ",".join(sorted(set(units))) for name, units in roots.items()},
            "wards": "",
        }

    def admit(self, pupils: Collection[int]) -> None:
        self._settings["wards"] = ",".join(str(key) for key in sorted(pupils))

    @property
    def wanted(self) -> tuple[str, ...]:
        return _OFF if self.is_lifted else tuple(self._settings[name] for name in _NAMES)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
    ) -> Any:
        connection = context["connection"]
        is_going_back = sql.startswith("ROLLBACK TO SAVEPOINT")
        # A transaction that has failed takes no statement but this one.
        if not self._is_setting and not is_going_back and any(name in str(sql) for name in _TABLES):
            self.raise_on(connection)
        answer = execute(sql, params, many, context)
        if is_going_back:
            self._set = None
        return answer

    def raise_on(self, connection: Any) -> None:
        """Sets what is wanted, unless it stands there already."""
        raw, wanted = connection.connection, self.wanted
        transaction = next(iter(connection.atomic_blocks), None)
        if self._set is not None:
            where, what, inside = self._set
            if where is raw and what == wanted and (inside is None or inside is transaction):
                return
        elif _STANDING.get(raw) == wanted:
            return
        self._is_setting = True
        try:
            with connection.cursor() as cursor:
                _set(cursor, wanted)
        finally:
            self._is_setting = False
        self._set = (raw, wanted, transaction)
        if transaction is None:
            _STANDING[raw] = wanted
        else:
            _STANDING.pop(raw, None)


def _set(cursor: Any, values: tuple[str, ...]) -> None:
    wanted = ", ".join(f"set_config('yaodian.{name}', %s, false)" for name in _NAMES)
    cursor.execute(f"SELECT {wanted}", values)


def _connection() -> Any:
    return connections[DEFAULT_DB_ALIAS]


def _current() -> Wall | None:
    """The wall of the request that is being answered; None in jobs, commands, and on SQLite."""
    return next((one for one in _connection().execute_wrappers if isinstance(one, Wall)), None)


def stands() -> bool:
    """Whether a wall stands before the next statement."""
    wall = _current()
    return wall is not None and not wall.is_lifted


@contextmanager
def raised(account: Visitor) -> Iterator[None]:
    """Round a request: all its statements see what the account's rights reach, on PostgreSQL."""
    connection = _connection()
    if connection.vendor != "postgresql":
        yield
        return
    with connection.execute_wrapper(Wall(account)):
        yield


def close(*, before_streaming: bool) -> None:
    """At the end of an answer: what is still to be sent is read behind the wall as well."""
    wall = _current()
    if wall is not None and before_streaming:
        wall.is_lifted = False
        wall.raise_on(_connected(_connection()))


def _connected(connection: Any) -> Any:
    connection.ensure_connection()
    return connection


@contextmanager
def lifted() -> Iterator[None]:
    """For one question that is about the whole city and whose answer tells nobody whose row it is: is this number taken,
    what is the former school called. Only the statements inside see over the wall."""
    wall = _current()
    if wall is None or wall.is_lifted:
        yield
        return
    wall.is_lifted = True
    try:
        yield
    finally:
        wall.is_lifted = False


def stand_for(account: Visitor) -> None:
    """For whoever finds out only inside a view whose request it is, such as by a token."""
    wall = _current()
    if wall is not None:
        wall.stand_for(account)


def admit(*, pupils: Collection[int]) -> None:
    """Lets the rest of the request see these pupils: those for whom the account answers as a guardian."""
    wall = _current()
    if wall is not None:
        wall.admit(pupils)


def take_down() -> None:
    """Takes the wall off a connection that goes on to be used for other things than requests: in tests."""
    connection = _connection()
    if connection.vendor == "postgresql" and connection.connection is not None:
        _STANDING.pop(connection.connection, None)
        # Past Django, whose count of queries is of the request that came before.
        with connection.connection.cursor() as cursor:
            _set(cursor, _OFF)


@checks.register(checks.Tags.security, deploy=True)
def check_role(app_configs: object = None, **_options: object) -> list[checks.CheckMessage]:
    """Says where the database role of the service would walk through the wall."""
    connection = _connection()
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            name, is_super, is_bypassing = cursor.fetchone()
    except DatabaseError as error:
        return [
            checks.Warning(
                f"The database could not be asked whether row-level security binds its role: {error}",
                hint="Run the check where the database answers.",
                id="organisations.W001",
            )
        ]
    if not is_super and not is_bypassing:
        return []
    what = "a superuser" if is_super else "allowed to bypass row-level security (BYPASSRLS)"
    return [
        checks.Error(
            f"The database role {name} is {what}: the second wall before the rows of schools does not bind it.",
            hint=f'As a superuser: ALTER ROLE "{name}" NOSUPERUSER NOBYPASSRLS; see docs/how-to/postgresql.md.',
            id="organisations.E001",
        )
    ]
