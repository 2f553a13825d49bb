"""What one change of units works on: the rows concerned, changed in memory, checked as a whole, then written.

A change loads what it concerns in a constant number of queries, whether it is about one unit or about a thousand, and
`write` puts down rows and ancestry in another constant number. Nothing is written when a rule is broken.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.ancestry import Circle, Edge, Line, Span, closure, faults, gaps
from yaodian.organisations.models import Account, Ancestry, Dated, Hierarchy, Membership, Unit, UnitName
from yaodian.organisations.operations.units.root import ROOT_CODE
from yaodian.organisations.queries.rights import PermissionMissing, Scope, require
from yaodian.organisations.queries.units import day_within

# Parameters of one statement; SQLite carries 32 766 of them since 3.32.
CHUNK = 5_000
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Dated)


class UnableToChangeUnit(RuntimeError):
    """A unit cannot be changed so; the message says which, why, and what to do."""


def chunks(items: Collection[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists that fit into one statement."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def shown(day: date) -> str:
    """A day as sentences write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def span_of(row: Dated) -> Span:
    return Span(row.from_on, row.until_on)


def life_of(unit: Unit) -> Span:
    return Span(unit.opened_on, unit.closed_on)


def units_beyond(*, scope: Scope, units: Iterable[Unit], today: date) -> list[Unit]:
    """Those of the units that the scope does not reach; a unit that has ended or not begun is asked on its nearest day."""
    by_day: dict[date, list[Unit]] = defaultdict(list)
    for unit in units:
        by_day[day_within(unit, today)].append(unit)
    beyond: list[Unit] = []
    for day, group in by_day.items():
        reached: set[int] = set()
        for ids in chunks([unit.pk for unit in group]):
            reached.update(Scope(scope.permission, scope.roots, day).unit_ids().filter(descendant_id__in=ids))
        beyond += [unit for unit in group if unit.pk not in reached]
    return beyond


@dataclass
class Draft:
    """The rows that a change concerns; `error` is what its refusals are."""

    actor: Account | None
    now: datetime
    error: type[UnableToChangeUnit]
    units: dict[int, Unit] = field(default_factory=dict)
    names: dict[int, list[UnitName]] = field(default_factory=lambda: defaultdict(list))
    places: dict[tuple[str, int], list[Membership]] = field(default_factory=lambda: defaultdict(list))
    _stored: dict[tuple[type[Dated], int], tuple[Any, ...]] = field(default_factory=dict)
    _lives: dict[int, Span] = field(default_factory=dict)
    _others: dict[int, Unit] = field(default_factory=dict)
    _new: set[int] = field(default_factory=set)

    # Reading.

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def lock(self) -> None:
        """One change of the hierarchies at a time: two moves at once could close a circle that neither sees."""
        list(Unit.objects.select_for_update(no_key=True).filter(code=ROOT_CODE).values_list("pk", flat=True))

    def load(self, ids: Collection[int], *, with_children: bool = False) -> None:
        """Fetches units with all their names and places, and with the units that ever stood directly below them."""
        wanted = set(ids) - self.units.keys()
        if with_children:
            for part in chunks(set(ids)):
                wanted.update(
                    Membership.objects.filter(parent_id__in=part).order_by().values_list("unit_id", flat=True)
                )
            wanted -= self.units.keys()
        for part in chunks(wanted):
            for unit in Unit.objects.select_for_update(no_key=True).filter(pk__in=part).order_by("pk"):
                self.units[unit.pk] = unit
                self._lives[unit.pk] = life_of(unit)
            for name in UnitName.objects.filter(unit_id__in=part).order_by("unit_id", "from_on"):
                self.names[name.unit_id].append(name)
                self._stored[(UnitName, name.pk)] = _content(name)
            for place in Membership.objects.filter(unit_id__in=part).order_by("unit_id", "from_on"):
                self.places[(place.hierarchy, place.unit_id)].append(place)
                self._stored[(Membership, place.pk)] = _content(place)

    def take(self, unit: Unit, *, version: int | None = None, with_children: bool = False) -> Unit:
        """The unit as it stands now, locked. Refuses where it has changed since `version` was shown to somebody."""
        self.load([unit.pk], with_children=with_children)
        found = self.units.get(unit.pk)
        if found is None:
            raise self.error(_("找不到代码为“%(code)s”的单位，它可能已被删除。") % {"code": unit.code})
        if version is not None and found.version != version:
            raise self.error(
                _("%(unit)s在您查看之后已被他人修改。请刷新页面，核对后再操作。") % {"unit": self.called(found)}
            )
        return found

    def called(self, unit: Unit, day: date | None = None) -> str:
        """A unit's name on a day (today, or its nearest day) and its code, for sentences."""
        on = day_within(unit, day or self.today)
        names = self.names.get(unit.pk) or UnitName.objects.filter(unit=unit)
        name = next((one.name for one in names if one.holds_on(on)), "")
        return f"“{name or unit.code}”（{unit.code}）" if name else f"“{unit.code}”"

    def children(self, unit: Unit, day: date) -> list[Membership]:
        """The places directly below a unit that hold on a day or after it; `load(with_children=True)` first."""
        return [
            place
            for places in self.places.values()
            for place in places
            if place.parent_id == unit.pk and (place.until_on is None or place.until_on > day)
        ]

    # Checking.

    def check_permission(self, *units: Unit, permission: str = "organisations.edit") -> None:
        """Raises PermissionMissing unless the actor's right reaches all the units; the operator's (None) does."""
        if self.actor is None:
            return
        scope = require(account=self.actor, permission=permission)
        for unit in units_beyond(scope=scope, units=units, today=self.today):
            raise PermissionMissing(
                _("您的权限不包括%(unit)s。如工作需要，请联系该单位或上级单位的安全管理员。")
                % {"unit": self.called(unit)},
                permission=permission,
            )

    def check_day(self, day: date) -> None:
        """Refuses days that can only be slips of the keyboard."""
        if not 1800 <= day.year <= 2199:
            raise self.error(_("日期%(day)s不合理，请核对年份。") % {"day": shown(day)})

    def check_lives(self, unit: Unit, day: date) -> None:
        """Refuses a change on a day on which the unit does not exist."""
        self.check_day(day)
        if day < unit.opened_on:
            raise self.error(
                _("%(unit)s于%(opened)s设立，不能在此之前（%(day)s）变更。请核对日期。")
                % {"unit": self.called(unit), "opened": shown(unit.opened_on), "day": shown(day)}
            )
        if unit.closed_on is not None and day >= unit.closed_on:
            raise self.error(
                _("%(unit)s于%(closed)s撤销，不能在当日或之后（%(day)s）变更。请核对日期或单位。")
                % {"unit": self.called(unit), "closed": shown(unit.closed_on), "day": shown(day)}
            )

    # Changing, in memory.

    def adopt(self, units: Iterable[Unit]) -> None:
        """Units that have just been made: their lines of ancestry are still to be drawn."""
        for unit in units:
            self.units[unit.pk] = unit
            self._lives[unit.pk] = Span(date.max, date.max)
            self._new.add(unit.pk)

    def name_from(self, unit: Unit, day: date, *, name: str, short_name: str) -> None:
        """The unit is called so from a day until the next change that is already recorded."""
        self._set_from(
            self.names[unit.pk],
            unit,
            day,
            lambda: UnitName(unit_id=unit.pk, name=name.strip(), short_name=short_name.strip()),
            what=_("名称"),
        )

    def place_from(self, unit: Unit, day: date, *, hierarchy: str, parent: Unit) -> None:
        """The unit stands under a parent from a day until the next change that is already recorded."""
        self._others.setdefault(parent.pk, parent)
        self._set_from(
            self.places[(hierarchy, unit.pk)],
            unit,
            day,
            lambda: Membership(unit_id=unit.pk, hierarchy=hierarchy, parent_id=parent.pk),
            what=Hierarchy(hierarchy).label,
        )

    def _set_from(self, rows: list[Row], unit: Unit, day: date, make: Callable[[], Row], *, what: str) -> None:
        row = make()
        current = next((one for one in rows if one.holds_on(day)), None)
        if current is not None and current.from_on == day and day != unit.opened_on:
            raise self.error(
                _("%(unit)s的“%(what)s”在%(day)s已经登记过一次变更。如登记有误，请用“更正”。")
                % {"unit": self.called(unit), "what": what, "day": shown(day)}
            )
        if current is not None and current.from_on == day:
            raise self.error(
                _("%(unit)s在%(day)s刚刚设立。设立当日的“%(what)s”如有误，请用“更正”。")
                % {"unit": self.called(unit), "what": what, "day": shown(day)}
            )
        if current is not None and _said(current) == _said(row):
            raise self.error(
                _("%(unit)s的“%(what)s”在%(day)s本来就是这样，没有需要变更的。")
                % {"unit": self.called(unit), "what": what, "day": shown(day)}
            )
        row.from_on = day
        if current is not None:
            row.until_on = current.until_on
            current.until_on = day
        else:
            following = min((one.from_on for one in rows if one.from_on > day), default=None)
            row.until_on = following or unit.closed_on
        rows.append(row)
        join(rows)

    def end_rows(self, rows: list[Row], unit: Unit, day: date, *, what: str) -> None:
        """Ends what holds on a day; refuses where something is recorded for later."""
        later = [one for one in rows if one.from_on >= day]
        if later:
            raise self.error(
                _("%(unit)s的“%(what)s”在%(later)s还登记有变更，晚于%(day)s。请先更正或撤回那次变更。")
                % {"unit": self.called(unit), "what": what, "later": shown(later[0].from_on), "day": shown(day)}
            )
        for one in rows:
            if one.until_on is None or one.until_on > day:
                one.until_on = day

    def close(self, unit: Unit, day: date) -> None:
        """The unit, its name and its places end on a day."""
        self.check_lives(unit, day)
        if day == unit.opened_on:
            raise self.error(
                _("%(unit)s在%(day)s才设立，不能在同一天撤销。请核对日期。")
                % {"unit": self.called(unit), "day": shown(day)}
            )
        if unit.code == ROOT_CODE:
            raise self.error(_("教育局本身是所有单位的上级，不能撤销。"))
        if unit.closed_on is not None:
            raise self.error(
                _("%(unit)s已登记于%(closed)s撤销。如撤销日期有误，请用“更正”。")
                % {"unit": self.called(unit), "closed": shown(unit.closed_on)}
            )
        self.end_rows(self.names[unit.pk], unit, day, what=_("名称"))
        for hierarchy in Hierarchy:
            self.end_rows(self.places[(hierarchy, unit.pk)], unit, day, what=hierarchy.label)
        unit.closed_on = day

    # Writing.

    def write(self) -> None:
        """Checks all rows together and writes them, and the ancestry that follows from them."""
        changed = self._write_rows(UnitName, [row for rows in self.names.values() for row in rows])
        moved = self._write_rows(Membership, [row for rows in self.places.values() for row in rows])
        reborn = {pk for pk, unit in self.units.items() if self._lives.get(pk) != life_of(unit)}
        touched = reborn | {row.unit_id for row in (*changed, *moved)}
        self._check(touched)
        stale = sorted(touched - self._new)
        for pk in stale:
            self.units[pk].version += 1
        for part in chunks(stale):
            Unit.objects.filter(pk__in=part).update(version=F("version") + 1)
        Unit.objects.bulk_update(
            [self.units[pk] for pk in sorted(reborn - self._new)], ["opened_on", "closed_on"], batch_size=150
        )
        by_hierarchy: dict[str, set[int]] = {hierarchy: set(reborn) for hierarchy in Hierarchy.values}
        for row in moved:
            by_hierarchy[row.hierarchy].add(row.unit_id)
        for hierarchy, ids in by_hierarchy.items():
            if ids:
                try:
                    rebuild(hierarchy=hierarchy, unit_ids=ids)
                except Circle as circle:
                    raise self.error(self._about(circle, hierarchy)) from circle

    def _write_rows(self, model: type[Row], rows: Sequence[Row]) -> list[Row]:
        """Replaces what has changed: the old rows go before the new ones come, so that they never overlap between."""
        kept = {row.pk for row in rows if row.pk is not None}
        changed = [row for row in rows if row.pk is None or self._stored[(model, row.pk)] != _content(row)]
        gone = [pk for (kind, pk) in self._stored if kind is model and pk not in kept]
        for row in changed:
            self.clean(row)
        was = {kind_pk: content for kind_pk, content in self._stored.items() if kind_pk[0] is model}
        gone_rows = [model(**dict(zip(_FIELDS[model], was[(model, pk)], strict=True))) for pk in gone]
        for part in chunks([*gone, *(row.pk for row in changed if row.pk is not None)]):
            model._default_manager.filter(pk__in=part).delete()
        self._ordered(model, changed)
        return [*changed, *gone_rows]

    def _ordered(self, model: type[Row], rows: list[Row]) -> None:
        # Rows that are kept keep their number.
        model._default_manager.bulk_create([row for row in rows if row.pk is not None])
        model._default_manager.bulk_create([row for row in rows if row.pk is None])

    def clean(self, row: Unit | Dated) -> None:
        try:
            row.clean_fields(exclude=["unit", "parent"])
        except ValidationError as error:
            raise self.error(_("填写的内容不合要求：%(why)s") % {"why": _sentences(row, error)}) from error

    def _check(self, touched: Collection[int]) -> None:
        edges: dict[str, list[Edge]] = defaultdict(list)
        parents: set[int] = set()
        for (hierarchy, unit_id), places in self.places.items():
            for place in places:
                if unit_id in touched or place.parent_id in touched:
                    edges[hierarchy].append(Edge(unit_id, place.parent_id, span_of(place)))
                    parents.add(place.parent_id)
        known = dict(self._others)
        known.update(self.units)
        for part in chunks(parents - self.units.keys()):
            known.update({unit.pk: unit for unit in Unit.objects.filter(pk__in=part)})
        lives = {pk: life_of(unit) for pk, unit in known.items()}
        for hierarchy, own in edges.items():
            for fault in faults(own, lives):
                raise self.error(self._about_fault(fault.kind, fault.edge, hierarchy, known))
        for pk in touched:
            unit = self.units[pk]
            for gap in gaps([span_of(name) for name in self.names[pk]], life_of(unit)):
                raise self.error(
                    _("%(unit)s自%(day)s起会没有名称。请先更正名称的起止日期。")
                    % {"unit": self.called(unit), "day": shown(gap.from_on)}
                )
            if unit.code == ROOT_CODE:
                continue
            places = [span_of(place) for place in self.places[(Hierarchy.ADMINISTRATIVE, pk)]]
            for gap in gaps(places, life_of(unit)):
                raise self.error(
                    _("%(unit)s自%(day)s起会没有行政上级。每个单位在存续期间必须有行政上级，请先选定。")
                    % {"unit": self.called(unit), "day": shown(gap.from_on)}
                )

    def _about_fault(self, kind: str, edge: Edge, hierarchy: str, known: dict[int, Unit]) -> str:
        unit, parent = known[edge.unit], known[edge.parent]
        words = {
            "unit": self.called(unit, edge.span.from_on),
            "parent": self.called(parent, edge.span.from_on),
            "hierarchy": Hierarchy(hierarchy).label,
            "from": shown(edge.span.from_on),
            "until": shown(edge.span.until_on) if edge.span.until_on else _("至今"),
        }
        match kind:
            case "outside-parent":
                life = life_of(parent)
                words["opened"] = shown(life.from_on)
                words["closed"] = shown(life.until_on) if life.until_on else _("至今")
                return (
                    _(
                        "%(parent)s存续于%(opened)s—%(closed)s，不能在%(from)s—%(until)s作%(unit)s的上级。请另选上级或日期。"
                    )
                    % words
                )
            case "outside-unit":
                return _("%(unit)s在%(from)s—%(until)s并不一直存续，不能登记这段隶属关系。请核对日期。") % words
            case _:
                return _("%(unit)s在“%(hierarchy)s”中自%(from)s起会同时有两个上级。请核对日期。") % words

    def _about(self, circle: Circle, hierarchy: str) -> str:
        units = Unit.objects.in_bulk(set(circle.units))
        way = " → ".join(self.called(units[pk], circle.day) for pk in circle.units)
        return _("这样变更后，“%(hierarchy)s”在%(day)s会出现循环：%(way)s。请另选上级。") % {
            "hierarchy": Hierarchy(hierarchy).label,
            "day": shown(circle.day),
            "way": way,
        }


_FIELDS: dict[type[Dated], tuple[str, ...]] = {
    UnitName: ("id", "unit_id", "name", "short_name", "from_on", "until_on"),
    Membership: ("id", "unit_id", "hierarchy", "parent_id", "from_on", "until_on"),
}


def _content(row: Dated) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _FIELDS[type(row)])


def _said(row: Dated) -> tuple[Any, ...]:
    """What a row says, apart from when."""
    return _content(row)[1:-2]


def join(rows: list[Row]) -> None:
    """Sorts rows, and makes one of two neighbours that say the same without a day between them."""
    rows.sort(key=lambda one: one.from_on)
    joined: list[Row] = []
    for row in rows:
        if joined and joined[-1].until_on == row.from_on and _said(joined[-1]) == _said(row):
            joined[-1].until_on = row.until_on
        else:
            joined.append(row)
    rows[:] = joined


def _sentences(row: Unit | Dated, error: ValidationError) -> str:
    return " ".join(
        f"{row._meta.get_field(name).verbose_name}：{message}"
        for name, messages in error.message_dict.items()
        for message in messages
    )


def rebuild(*, hierarchy: str, unit_ids: Collection[int]) -> None:
    """Brings the ancestry up to date after the places or lives of some units have changed.

    What lies below a changed unit is as before the change, so the old ancestry tells whose lines must be drawn anew.
    Raises ancestry.Circle.
    """
    affected = set(unit_ids)
    for part in chunks(set(unit_ids)):
        affected.update(
            Ancestry.objects.filter(hierarchy=hierarchy, ancestor_id__in=part)
            .order_by()
            .values_list("descendant_id", flat=True)
        )
    edges: dict[int, list[Edge]] = {unit: [] for unit in affected}
    _fetch_edges(hierarchy, affected, edges)
    # Above the new parents nothing has changed, unless through a unit that is affected itself.
    above = {edge.parent for own in edges.values() for edge in own} - affected
    for part in chunks(set(above)):
        above.update(
            Ancestry.objects.filter(hierarchy=hierarchy, descendant_id__in=part)
            .order_by()
            .values_list("ancestor_id", flat=True)
        )
    _fetch_edges(hierarchy, above - affected, edges)
    lives: dict[int, Span] = {}
    for part in chunks(affected):
        for pk, opened_on, closed_on in Unit.objects.filter(pk__in=part).values_list("pk", "opened_on", "closed_on"):
            lives[pk] = Span(opened_on, closed_on)
    wanted = set(closure((edge for own in edges.values() for edge in own), lives, units=affected))
    gone: list[int] = []
    for part in chunks(affected):
        stored = Ancestry.objects.filter(hierarchy=hierarchy, descendant_id__in=part).order_by()
        for pk, *line in stored.values_list("pk", "ancestor_id", "descendant_id", "distance", "from_on", "until_on"):
            found = Line(*line)
            if found in wanted:
                wanted.discard(found)
            else:
                gone.append(pk)
    for part in chunks(gone):
        Ancestry.objects.filter(pk__in=part).delete()
    Ancestry.objects.bulk_create(
        Ancestry(
            hierarchy=hierarchy,
            ancestor_id=line.ancestor,
            descendant_id=line.descendant,
            distance=line.distance,
            from_on=line.from_on,
            until_on=line.until_on,
        )
        for line in sorted(wanted, key=lambda one: (one.ancestor, one.descendant, one.from_on))
    )


def _fetch_edges(hierarchy: str, units: Collection[int], edges: dict[int, list[Edge]]) -> None:
    for part in chunks(units):
        rows = Membership.objects.filter(Q(hierarchy=hierarchy, unit_id__in=part)).order_by()
        for unit, parent, from_on, until_on in rows.values_list("unit_id", "parent_id", "from_on", "until_on"):
            edges.setdefault(unit, []).append(Edge(unit, parent, Span(from_on, until_on)))


def rehearse(act: Callable[[], object]) -> None:
    """Does a change and takes it back, so that whoever is about to make it hears beforehand why it cannot be.

    Raises what the change raises.
    """
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
