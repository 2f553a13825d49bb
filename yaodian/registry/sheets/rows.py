"""The rows behind the registry's sheets: whose they are, what of them is refused, how they are written.

Whoever imports acts for the schools that his right reaches; the word for that, kept with each import, is the list of the
units in which he holds it, so that an import is found again by colleagues with the same right and by nobody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.audit.operations import record
from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Problem, Sheet
from yaodian.foundation.sheets.importing import UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import PermissionMissing, require, scope_of
from yaodian.registry import operations
from yaodian.registry.models import AccessKind, Purpose, RecordAccess, School
from yaodian.registry.queries import Reach, reach_of, school_keys, units_behind

IMPORT, EXPORT = "registry.import", "registry.export"
EXPORT_CHUNK = 1_000
# A column of a sheet that is known by another name where accesses are listed.
_CLEAR = {"number": "enrolment_number"}

Shown = Sequence[tuple[int, int, dict[str, Any]]]
"""Primary key, school, values by column."""


def scope_word(*, account: Any, permission: str = IMPORT) -> str:
    """The units in which somebody holds the right, as one word: `administrative:12,group:7`."""
    return scope_of(account=account, permission=permission).word


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    permission = EXPORT if action == "export" else IMPORT
    require(account=account, permission=permission)
    if scope != scope_word(account=account):
        raise PermissionMissing(
            str(_("您的“批量导入”权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=permission
        )


# The codes under which the journal keeps what a person did with a file.
JOURNAL_CODES = {"commit": "registry.import.commit", "undo": "registry.import.undo"}


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; each table it writes has one of its own."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(),
        code=JOURNAL_CODES[action],
        subject=f"import:{batch.pk}",
        detail={
            "sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "changed": batch.changed,
            "untouched": batch.untouched,
        },
        at=now,
    )  # fmt: skip


@dataclass
class Coming:
    """What earlier tables of the same file will create, so that rows of later ones may refer to it."""

    schools: dict[str, str] = field(default_factory=dict)
    """Code to type."""
    classes: set[tuple[Any, ...]] = field(default_factory=set)
    """School code, stage, year of entry, number."""


@dataclass
class RegistryTarget:
    """What the tables share; a subclass says how a row is found, shown and stored."""

    scope: str
    actor_id: int | None
    now: datetime = field(default_factory=timezone.now)
    coming: Coming = field(default_factory=Coming)

    sheet: Sheet = field(init=False)
    table: str = field(init=False)
    # Columns that only a page changes, because a history hangs on them, each with the sentence that says so.
    fixed: Mapping[str, Any] = field(init=False)

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(account=self.actor, permission=IMPORT)

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        """Primary keys."""
        raise NotImplementedError

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(primary key, school, values of all columns) of these rows, or of all in reach where `ids` is None."""
        raise NotImplementedError

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        """Columns of the sheet as columns of the table."""
        raise NotImplementedError

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        found = {pk: key for key, pk in self.find(keys).items()}
        return {found[pk]: values for pk, _school, values in self.shown(found)}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        schools = school_keys(codes={row.values["school"] for row in rows})
        self.learn(schools.values())
        found = self.find([row.key for row in rows])
        now = {pk: (school, values) for pk, school, values in self.shown({pk: key for key, pk in found.items()})}
        for row in rows:
            code = row.values["school"]
            school = schools.get(code)
            if school is None and code not in self.coming.schools:
                yield self.wrong(row, "school", _("学校名录里没有这个标识码。请核对，或先在学校名录中设立这所学校。"))
                continue
            if school is not None and not self.reach.includes(school):
                yield self.wrong(row, "school", _("这所学校不在您的权限范围内。请删去这一行，或请上级单位导入。"))
                continue
            if row.key not in found:
                yield from self.check_new(row, school)
                continue
            at, values = now[found[row.key]]
            if not self.reach.includes(at):
                yield self.wrong(row, self.sheet.key[0], _("这条记录属于您权限范围之外的学校。请删去这一行。"))
                continue
            for column, sentence in self.fixed.items():
                if column in row.values and row.values[column] != values.get(column):
                    yield self.wrong(row, column, sentence)

    def learn(self, schools: Collection[int]) -> None:
        """Reads at once what rows of these schools will be held against."""

    def check_new(self, row: Row, school: int | None) -> Iterator[Problem]:
        """What is wrong with a row that would be created; `school` is None where the same file creates it."""
        yield from ()

    def wrong(self, row: Row, column: str, sentence: Any) -> Problem:
        return Problem(str(sentence), code="scope", column=column, row=row.number)

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        schools = school_keys(codes={row["school"] for row in rows})
        self.learn(schools.values())
        made = [self.stored(row, schools) for row in rows]
        columns = tuple(dict.fromkeys(name for row in made for name in row))
        with in_words():
            operations.create_rows(
                actor=self.actor, table=self.table, columns=columns, now=self.now, source=self.sheet.code,
                rows=[tuple(row[name] for name in columns) for row in made],
            )  # fmt: skip

    def change(self, changes: Sequence[Change]) -> None:
        found = self.find([change.key for change in changes])
        values = {change.key: self.stored(change.after, {}) for change in changes}

        def columns_of(change: Change) -> tuple[str, ...]:
            return tuple(sorted(values[change.key]))

        for columns, group in groupby(sorted(changes, key=columns_of), key=columns_of):
            rows = [(found[one.key], *(values[one.key][name] for name in columns)) for one in group]
            with in_words():
                operations.change_rows(
                    actor=self.actor, table=self.table, columns=columns, rows=rows, now=self.now, source=self.sheet.code
                )

    def unremovable(self, keys: Sequence[Key]) -> dict[Key, str]:
        found = {pk: key for key, pk in self.find(keys).items()}
        held = self.held(list(found))
        return {found[pk]: str(_("已有其他记录引用，或已被查看")) for pk in held}

    def held(self, ids: list[int]) -> set[int]:
        """The rows on which something else hangs."""
        raise NotImplementedError

    def remove(self, keys: Sequence[Key]) -> None:
        with in_words():
            operations.remove_rows(
                actor=self.actor, table=self.table, ids=list(self.find(keys).values()), now=self.now,
                source=self.sheet.code,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        for _pk, _school, values in self.shown(None):
            yield values

    def note_export(self, column: str, part: Shown, purpose: Purpose) -> None:
        """Records for each person that the row left the house, through which office and what in clear, before it does."""
        unknown = {school for _pk, school, _values in part} - self._offices.keys()
        if unknown:
            units = {row.pk: row.unit for row in School.objects.filter(pk__in=unknown).select_related("unit")}
            behind = units_behind(account=self.actor, units=units.values(), on=timezone.localdate(self.now))
            self._offices.update({school: behind.get(unit.pk) for school, unit in units.items()})
        clear = [one.code for one in self.sheet.columns if one.is_sensitive]
        with transaction.atomic():
            RecordAccess.objects.bulk_create(
                [
                    RecordAccess(
                        account=self.actor, account_name=self.actor.name, unit=self._offices.get(school),
                        kind=AccessKind.EXPORTED, purpose=purpose, at=self.now, **{column: pk},
                        fields=[_CLEAR.get(name, name) for name in clear if values.get(name) is not None],
                    )
                    for pk, school, values in part
                ],
                batch_size=EXPORT_CHUNK,
            )  # fmt: skip

    @cached_property
    def _offices(self) -> dict[int, Unit | None]:
        """Through which unit this account reaches each school, asked for once in a run."""
        return {}


@contextmanager
def in_words() -> Iterator[None]:
    """The registry's refusals as the importer's, so that the page shows their sentence."""
    try:
        yield
    except (operations.UnableTo, PermissionMissing) as refusal:
        raise UnableToCommitImport(refusal.message, code="refused") from refusal


def plain(value: Any) -> Any:
    return None if value == "" else value


def stored_value(model: Any, name: str, value: Any) -> Any:
    target = model._meta.get_field(name)
    return "" if value is None and not target.null else value


def in_parts(rows: Any) -> Iterator[Any]:
    """Rows by primary key, each part read to its end before it is handed on.

    Whoever writes between the rows needs no open read to become a write, which SQLite refuses where another has written.
    """
    last = 0
    while part := list(rows.filter(pk__gt=last)[:EXPORT_CHUNK]):
        yield from part
        last = part[-1].pk


def chunks(rows: Iterator[tuple[int, int, dict[str, Any]]]) -> Iterator[Shown]:
    part: list[tuple[int, int, dict[str, Any]]] = []
    for row in rows:
        part.append(row)
        if len(part) == EXPORT_CHUNK:
            yield part
            part = []
    if part:
        yield part
