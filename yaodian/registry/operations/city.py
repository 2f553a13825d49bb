"""A synthetic city into the database, in bulk and all or none."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToLoadUnits, load_people, load_units
from yaodian.registry.demonstration.city import City

Progress = Callable[[str, int], None]


class UnableToLoadCity(RuntimeError):
    """The city cannot be loaded; the message says why and what to do."""


def load_city(
    *, actor: Account | None, city: City, now: datetime, progress: Progress = lambda _table, _rows: None
) -> dict[str, int]:
    """Loads every table of the city in one transaction, one entry in the journal for each; returns the rows of each.

    `progress` is told a table and how many rows it has got so far. Raises UnableToLoadCity where the city, or anything
    with its codes, is there already.
    """
    try:
        with transaction.atomic():
            return _Load(actor, city, now, progress).load()
    except UnableToLoadUnits as error:
        raise UnableToLoadCity(
            _("%(city)s装不进这个数据库：%(why)s请换一个空的数据库。") % {"city": city.name, "why": error}
        ) from error


class _Load:
    def __init__(self, actor: Account | None, city: City, now: datetime, progress: Progress) -> None:
        self.actor, self.city, self.now, self.progress = actor, city, now, progress
        self.counts: dict[str, int] = {}

    def load(self) -> dict[str, int]:
        self._units()
        return self.counts

    def _units(self) -> None:
        first = next(self.city.parts())
        tables = ("units", "unit_names", "memberships", "successions")
        units, names, memberships, successions = (first.rows(table) for table in tables)
        self.unit_ids = load_units(
            actor=self.actor,
            units=units,
            names=names,
            memberships=memberships,
            successions=successions,
            now=self.now,
        )
        for table, rows in zip(tables, (units, names, memberships, successions), strict=True):
            self._count(table, len(rows))
        people, posts = list(self.city.rows("people")), list(self.city.rows("posts"))
        self.person_ids = load_people(actor=self.actor, people=people, posts=posts, units=self.unit_ids, now=self.now)
        self._count("people", len(people))
        self._count("posts", len(posts))

    def _count(self, table: str, rows: int) -> None:
        self.counts[table] = self.counts.get(table, 0) + rows
        self.progress(table, self.counts[table])
