"""Offers and catchments as lists: template, errors by cell, preview, one transaction, and an undo.

A row names its season by the number in the address of the season's page. Only seasons in preparation take rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.admissions import operations
from yaodian.admissions.models import Catchment, CatchmentRange, Intake, Offer, SeasonState, Side, Stage
from yaodian.admissions.models.rules import LONGEST_NUMBER
from yaodian.admissions.operations.lists import name_of
from yaodian.admissions.problem.addresses import Range, UnableToReadAddress, range_of, read_ends, why_unread
from yaodian.admissions.queries.rules import schools_of
from yaodian.audit.operations import record
from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Flag,
    Number,
    Problem,
    Sheet,
    Text,
    Whole,
    in_files,
)
from yaodian.foundation.sheets.importers import Authorise
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import PermissionMissing, require, scope_of

SET = "admissions.set"
WHERE = (
    Column("season", gettext_lazy("招生季编号"), "Season", Text(max_length=12, is_code=True), is_required=True,
           note=gettext_lazy("招生季页面地址里的 12 位编号")),
    Column("stage", gettext_lazy("学段"), "Stage",
           Choice(options={one.value: in_files(one.label) for one in Stage}), is_required=True),
)  # fmt: skip
_PLACE = Number(decimals=6, least=Decimal(-180), most=Decimal(180))
OFFERS = Sheet(
    code="admissions.offers",
    label=gettext_lazy("招生计划"),
    english="Offers",
    key=("season", "stage", "school"),
    columns=(
        *WHERE,
        Column("school", gettext_lazy("学校代码"), "School", Text(max_length=40, is_code=True), is_required=True),
        Column("seats", gettext_lazy("招生计划"), "Seats", Whole(least=0, most=100_000), is_required=True),
        Column("is_open", gettext_lazy("面向全体报名"), "Open to all", Flag(), is_required=True),
        Column("is_public", gettext_lazy("公办"), "Public", Flag(), is_required=True),
        Column("longitude", gettext_lazy("经度（GCJ-02）"), "Longitude", _PLACE),
        Column("latitude", gettext_lazy("纬度（GCJ-02）"), "Latitude", Number(decimals=6, least=Decimal(-90), most=Decimal(90))),
    ),
    rules=(gettext_lazy("招生季还没有公布，学段已经加入，学校在主办单位下面"),),
)  # fmt: skip
RANGES = Sheet(
    code="admissions.ranges",
    label=gettext_lazy("门牌范围"),
    english="House numbers of catchments",
    key=("season", "stage", "catchment", "street", "first", "side"),
    columns=(
        *WHERE,
        Column("catchment", gettext_lazy("学区代码"), "Catchment", Text(max_length=30, is_code=True), is_required=True),
        Column("street", gettext_lazy("道路"), "Street", Text(max_length=80), is_required=True),
        Column("first", gettext_lazy("起"), "First number", Text(max_length=LONGEST_NUMBER), is_required=True,
               note=gettext_lazy("如“1”“12号之一”“甲12号”；整条弄写“100弄”")),
        Column("last", gettext_lazy("止"), "Last number", Text(max_length=LONGEST_NUMBER), is_required=True),
        Column("side", gettext_lazy("单双号"), "Side",
               Choice(options={one.value: in_files(one.label) for one in Side}), is_required=True),
    ),
    rules=(gettext_lazy("招生季还没有公布，学区已经建立"),),
)  # fmt: skip


def scope_word(*, account: Any, permission: str = SET) -> str:
    """The units in which somebody holds a right, as one word, kept with each import."""
    return scope_of(account=account, permission=permission).word


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime, permission: str = SET) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    require(account=account, permission=permission)
    if scope != scope_word(account=account, permission=permission):
        raise PermissionMissing(
            str(_("您的招生权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=permission
        )


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; the operations write theirs."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(),
        code=f"admissions.import.{action}",
        subject=f"import:{batch.pk}",
        detail={"sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "changed": batch.changed},
        at=now,
    )


@dataclass
class RuleTarget:
    """What all lists have in common: where a row belongs, and that it belongs to the account."""

    sheet: Sheet
    actor_id: int | None
    now: datetime

    permission: ClassVar[str] = SET

    def refusal(self, intake: Intake) -> str:
        """Why the intake takes no rows now; empty where it does."""
        return "" if intake.season.state == SeasonState.DRAFT else _("这个招生季已经公布，规则不能再改。")

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def intakes(self, places: set[tuple[str, str]]) -> dict[tuple[str, str], Intake]:
        """The intakes of seasons and stages that the account's right reaches. One query."""
        rows = scope_of(account=self.actor, permission=self.permission).rows(
            Intake.objects.filter(season__public_id__in={season for season, _stage in places}), unit="season__office_id"
        )
        found = {(each.season.public_id, each.stage): each for each in rows.select_related("season__office")}
        return {place: row for place, row in found.items() if place in places}

    def placed(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Intake | Problem]]:
        """Each row with its intake, or with what is wrong about that."""
        known = self.intakes({row.key[:2] for row in rows})
        for row in rows:
            intake = known.get(row.key[:2])
            if intake is None:
                yield row, wrong(row, "season", _("没有这个招生季和学段，或不在您的权限范围内。请核对编号和学段。"))
            elif refused := self.refusal(intake):
                yield row, wrong(row, "season", refused)
            else:
                yield row, intake

    def by_intake(self, keys: Sequence[Key]) -> Iterator[tuple[Intake, list[Key]]]:
        """Keys put together by their intake. Raises UnableToCommitImport where one has gone."""
        known = self.intakes({key[:2] for key in keys})
        grouped: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for key in keys:
            grouped[key[:2]].append(key)
        for place, some in grouped.items():
            if place not in known:
                raise UnableToCommitImport(_("招生季或学段已经变动。请重新检查这份文件。"), code="refused")
            yield known[place], some

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        return {}

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        self.write({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        self.write({each.key: each.after for each in changes})

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        raise NotImplementedError


def wrong(row: Row, column: str, sentence: str) -> Problem:
    return Problem(sentence, code="scope", column=column, row=row.number)


class OfferTarget(RuleTarget):
    """The offers behind the list."""

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        return {
            key: values
            for key, values in self._shown(season__public_id__in={key[0] for key in keys})
            if key in set(keys)
        }

    def _shown(self, **narrowed: Any) -> Iterator[tuple[Key, dict[str, Any]]]:
        rows = Offer.objects.filter(**{f"intake__{name}": value for name, value in narrowed.items()})
        for each in rows.select_related("intake__season", "school").order_by("intake_id", "school__code"):
            values = {
                "season": each.intake.season.public_id, "stage": each.intake.stage, "school": each.school.code,
                "seats": each.seats, "is_open": each.is_open, "is_public": each.is_public,
                "longitude": _decimal(each.longitude), "latitude": _decimal(each.latitude),
            }  # fmt: skip
            yield self.sheet.key_of(values), values

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        below: dict[int, set[str]] = {}
        for row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found
                continue
            if found.pk not in below:
                schools = schools_of(office=found.season.office, stage=found.stage, day=timezone.localdate(self.now))
                below[found.pk] = set(schools.values_list("code", flat=True))
            if row.values["school"] not in below[found.pk]:
                yield wrong(row, "school", _("主办单位下面没有这所学校，或它不办这个学段。请核对学校代码。"))
            if (row.values.get("longitude") is None) != (row.values.get("latitude") is None):
                yield wrong(row, "latitude", _("经度和纬度要一起填写，或都不填。"))

    def _units(self, keys: Sequence[Key]) -> dict[str, Unit]:
        return {each.code: each for each in Unit.objects.filter(code__in={key[2] for key in keys})}

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        units = self._units(list(rows))
        for intake, keys in self.by_intake(list(rows)):
            given = {
                units[key[2]]: {
                    name: float(value) if isinstance(value, Decimal) else value
                    for name, value in rows[key].items()
                    if name not in self.sheet.key
                }
                for key in keys
            }
            act(
                operations.put_offers,
                actor=self.actor,
                season=intake.season,
                stage=intake.stage,
                offers=given,
                now=self.now,
            )

    def remove(self, keys: Sequence[Key]) -> None:
        units = self._units(keys)
        for intake, some in self.by_intake(keys):
            act(
                operations.remove_offers, actor=self.actor, season=intake.season, stage=intake.stage,
                schools=[units[key[2]] for key in some], now=self.now,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        reached = scope_of(account=self.actor, permission=SET).unit_ids()
        for _key, values in self._shown(season__state=SeasonState.DRAFT, season__office_id__in=reached):
            yield values


class RangeTarget(RuleTarget):
    """The house numbers behind the list."""

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """By the keys as the file writes them, which name a range however its street and its first number are written."""
        wanted: dict[Any, Key] = {}
        for key in keys:
            said = _said(key, key[4])
            if said is not None:
                wanted[(key[0], key[1], *name_of(key[2], said))] = key
        rows = self._rows(
            catchment__intake__season__public_id__in={key[0] for key in keys}, street__in={name[3] for name in wanted}
        )
        found: dict[Key, dict[str, Any]] = {}
        for each, values in rows:
            catchment, said = each.catchment, range_of(each)
            name = (values["season"], values["stage"], *name_of(catchment.code, said))
            if name in wanted:
                key = wanted[name]
                found[key] = {**values, "street": key[3], "first": key[4]}
        return found

    def _rows(self, **narrowed: Any) -> Iterator[tuple[CatchmentRange, dict[str, Any]]]:
        rows = CatchmentRange.objects.filter(**narrowed).select_related("catchment__intake__season")
        for each in rows.order_by("catchment_id", "street", "lane", "first", "pk"):
            said = range_of(each)
            word = "弄" if said.is_lanes else ""
            yield each, {
                "season": each.catchment.intake.season.public_id, "stage": each.catchment.intake.stage,
                "catchment": each.catchment.code, "street": f"{said.street}{said.lane}弄" if said.lane else said.street,
                "first": f"{said.first}{word}", "last": f"{said.last}{word}", "side": each.side,
            }  # fmt: skip

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        codes = {row.values["catchment"] for row in rows}
        known: set[tuple[int, str]] = set(Catchment.objects.filter(code__in=codes).values_list("intake_id", "code"))
        for row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found
                continue
            if (found.pk, row.values["catchment"]) not in known:
                yield wrong(row, "catchment", _("这个学段没有这个学区。请先建立学区，或核对学区代码。"))
            try:
                read_ends(*(row.values[name] for name in ("street", "first", "last", "side")))
            except UnableToReadAddress as problem:
                yield wrong(row, "last", why_unread(problem))

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for intake, keys in self.by_intake(list(rows)):
            act(
                operations.put_ranges, actor=self.actor, season=intake.season, stage=intake.stage,
                ranges=[(key[2], _require(key, rows[key]["last"])) for key in keys], now=self.now,
            )  # fmt: skip

    def remove(self, keys: Sequence[Key]) -> None:
        for intake, some in self.by_intake(keys):
            act(
                operations.remove_ranges, actor=self.actor, season=intake.season, stage=intake.stage,
                ranges=[(key[2], _require(key, key[4])) for key in some], now=self.now,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        reached = scope_of(account=self.actor, permission=SET).unit_ids()
        for _row, values in self._rows(
            catchment__intake__season__state=SeasonState.DRAFT, catchment__intake__season__office_id__in=reached
        ):
            yield values


def _said(key: Key, last: str) -> Range | None:
    """The range that a row of the list names; None where it cannot be read."""
    try:
        return read_ends(key[3], key[4], last, key[5])
    except UnableToReadAddress:
        return None


def _require(key: Key, last: str) -> Range:
    said = _said(key, last)
    if said is None:
        raise UnableToCommitImport(_("有一段门牌读不出来。请重新检查这份文件。"), code="refused")
    return said


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))


def act(operation: Any, **given: Any) -> None:
    """An operation of the slice inside an import. Raises UnableToCommitImport with its sentence."""
    try:
        operation(**given)
    except (operations.UnableTo, PermissionMissing) as refusal:
        raise UnableToCommitImport(refusal.message, code="refused") from refusal


def importer(sheet: Sheet, kind: type[RuleTarget], *, authorise: Authorise = authorise) -> Importer:
    """A sheet with where its rows live, registered for the workers."""

    def target(*, scope: str, actor_id: int | None) -> Any:
        return kind(sheet, actor_id, timezone.now())

    return Importer(sheet=sheet, target=target, authorise=authorise, journal=journal)


IMPORT_OFFERS = importer(OFFERS, OfferTarget)
IMPORT_RANGES = importer(RANGES, RangeTarget)
