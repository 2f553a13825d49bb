"""The rows of one term behind a list: whose they are, who may, how they are written and taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Problem, Sheet
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, require
from yaodian.timetabling.models import Term
from yaodian.timetabling.queries.reach import PLAN, find_term
from yaodian.timetabling.queries.times import beyond
from yaodian.timetabling.sheets.scoping import act, journal, scope_word, wrong

Shown = dict[str, Any]


@dataclass
class TermTarget(ABC):
    """A list of the term that the scope names. A key is what the school calls a row."""

    sheet: Sheet
    scope: str
    actor_id: int | None
    now: datetime

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    @cached_property
    def term(self) -> Term:
        """Raises PermissionMissing where the account does not plan it."""
        try:
            return find_term(account=self.actor, public_id=self.scope.partition(" ")[0], permission=PLAN)
        except Term.DoesNotExist as absent:
            raise PermissionMissing(
                str(_("没有这个学期，或不在您的权限范围内。请从学期页面打开导入。")), permission=PLAN
            ) from absent

    @abstractmethod
    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        """The rows as the file has them, of some keys or all, in the order of the desk."""

    @abstractmethod
    def put(self, rows: Mapping[Key, Shown]) -> None:
        """Writes whole rows through the operation."""

    @abstractmethod
    def take_away(self, keys: Sequence[Key]) -> None:
        """Removes rows through the operation."""

    def users(self, keys: Sequence[Key]) -> Mapping[Key, Iterable[str]]:
        """Who still needs rows: an undo leaves them."""
        return {}

    def check_rows(self, rows: Sequence[Row]) -> Iterator[Problem]:
        """What the columns themselves cannot know."""
        return iter(())

    # What `foundation.sheets` asks.

    def existing(self, keys: Sequence[Key]) -> dict[Key, Shown]:
        wanted = set(keys)
        return {key: values for values in self.shown(keys) if (key := self.sheet.key_of(values)) in wanted}

    def check(self, rows: Sequence[Row]) -> Iterable[Problem]:
        return self.check_rows(rows)

    def create(self, rows: Sequence[Shown]) -> None:
        self.put({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        now = self.existing([each.key for each in changes])
        self.put({each.key: {**now[each.key], **each.after} for each in changes})

    def unremovable(self, keys: Sequence[Key]) -> dict[Key, str]:
        return {
            key: _("“%(name)s”已在用：%(users)s，不能随导入撤销。请先改掉这些。")
            % {"name": key[0], "users": "、".join(list(users)[:5])}
            for key, users in self.users(keys).items()
        }

    def remove(self, keys: Sequence[Key]) -> None:
        self.take_away(keys)

    def export(self) -> Iterator[Shown]:
        yield from self.shown(None)

    # What the lists share.

    def act(self, operation: Any, **given: Any) -> None:
        """One operation of the term; its refusal is the file's."""
        act(operation, actor=self.actor, term=self.term, now=self.now, **given)

    @cached_property
    def periods(self) -> int:
        """Of the longest day; 0 where the term has no bells yet."""
        return max((one.periods.count() for one in self.term.bells.all()), default=0)

    def outside(self, row: Row, column: str, slots: Iterable[Any]) -> Iterator[Problem]:
        """Times that the term's week does not have."""
        if self.periods and (some := beyond(slots, days=self.term.days, periods=self.periods)):
            yield wrong(
                row,
                column,
                _("这个学期一周上 %(days)s 天、一天最多 %(periods)s 节，没有“%(when)s”。请核对。")
                % {"days": self.term.days, "periods": self.periods, "when": some[0]},
            )


MOST_SCOPE = 200
"""What the column of an import holds."""


def scope_of_term(*, account: Any, term: Term) -> str:
    """A term and the units for which somebody plans: his imports are his who plans for the same."""
    return f"{term.public_id} {scope_word(account=account, permission=PLAN)}"[:MOST_SCOPE]


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """Raises PermissionMissing for whoever does not plan the term, or plans for other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    require(account=account, permission=PLAN)
    term = Term.objects.filter(public_id=scope.partition(" ")[0]).first()
    if term is None:
        raise PermissionMissing(str(_("没有这个学期。请从学期页面打开导入。")), permission=PLAN)
    require(account=account, permission=PLAN, unit_id=term.school_id)
    if scope != scope_of_term(account=account, term=term):
        raise PermissionMissing(str(_("您的权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=PLAN)


def importer_of(sheet: Sheet, target: type[TermTarget]) -> Importer:
    """The importer of a list."""
    return Importer(
        sheet=sheet,
        target=lambda *, scope, actor_id: target(sheet, scope, actor_id, timezone.now()),
        authorise=authorise,
        journal=journal,
    )
