"""Units as of a day: who exists, is called what, stands under whom; and what became of a unit.

Every question takes the day under whose boundaries it is asked. Names come with the rows (`name_then`), so that a list
costs one query whatever its length.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yaodian.organisations.ancestry import Edge, Line, Span, closure, faults, gaps
from yaodian.organisations.models import (
    Ancestry,
    Hierarchy,
    Membership,
    Succession,
    Unit,
    UnitName,
    holds_on,
)
from yaodian.organisations.queries.rights import Scope


def day_within(unit: Unit, day: date) -> date:
    """The day itself where the unit exists on it, else its first or its last day: under whose boundaries it is asked."""
    if day < unit.opened_on:
        return unit.opened_on
    if unit.closed_on is not None and day >= unit.closed_on:
        return unit.closed_on - timedelta(days=1)
    return day


def exists_on(day: date, *, prefix: str = "") -> Q:
    """The condition that a unit exists on a day."""
    return Q(**{f"{prefix}opened_on__lte": day}) & (
        Q(**{f"{prefix}closed_on__isnull": True}) | Q(**{f"{prefix}closed_on__gt": day})
    )


def named(units: "QuerySet[Unit]", *, day: date) -> "QuerySet[Unit]":
    """Units with `name_then` and `short_name_then`, what they are called on a day; outside their lives the nearest."""
    then = UnitName.objects.filter(unit=OuterRef("pk"))
    nearest = then.filter(from_on__lte=day).order_by("-from_on")
    first = then.order_by("from_on")
    return units.annotate(
        name_then=Coalesce(Subquery(nearest.values("name")[:1]), Subquery(first.values("name")[:1])),
        short_name_then=Coalesce(Subquery(nearest.values("short_name")[:1]), Subquery(first.values("short_name")[:1])),
    )


def names_of_units(*, ids: Iterable[int | None], day: date, is_short: bool = False) -> dict[int, str]:
    """What units are called on a day, by their keys; in lists the short name, where there is one. One query; none for none."""
    units = named(Unit.objects.filter(pk__in={pk for pk in ids if pk is not None}), day=day)
    rows = units.order_by().values_list("pk", "name_then", "short_name_then")
    return {pk: (short or name) if is_short else name for pk, name, short in rows}


def units_as_of(*, day: date, scope: Scope | None = None) -> "QuerySet[Unit]":
    """The units that exist on a day, named as they are called on it; with a scope, those that it reaches."""
    units = Unit.objects.filter(exists_on(day))
    if scope is not None:
        units = scope.rows(units, unit="pk")
    return named(units, day=day).order_by("code")


def find_unit(*, public_id: str) -> Unit | None:
    """The unit of an address, or None; ask `is_visible` before it is shown."""
    return Unit.objects.filter(public_id=public_id).first()


def unit_of_code(*, code: str) -> Unit | None:
    """The unit of a code, living or not, or None."""
    return Unit.objects.filter(code=code.strip()).first()


def is_visible(*, unit: Unit, scope: Scope, day: date) -> bool:
    """Whether a scope reaches a unit; one that has ended, or not begun, is asked on its nearest day."""
    return Scope(scope.permission, scope.roots, day_within(unit, day)).includes(unit.pk)


def parents_of(*, units: Collection[int], day: date) -> dict[int, dict[str, Unit]]:
    """For each unit its parent on a day in each hierarchy in which it has one, named. Two queries."""
    places = list(
        Membership.objects.filter(holds_on(day), unit_id__in=units).values_list("unit", "hierarchy", "parent")
    )
    known = {unit.pk: unit for unit in named(Unit.objects.filter(pk__in={row[2] for row in places}), day=day)}
    found: dict[int, dict[str, Unit]] = defaultdict(dict)
    for unit, hierarchy, parent in places:
        found[unit][hierarchy] = known[parent]
    return dict(found)


def children_of(*, unit: Unit, day: date, hierarchy: str = Hierarchy.ADMINISTRATIVE) -> "QuerySet[Unit]":
    """The units directly below on a day, named, each with `below`: how many lie below it in turn."""
    places = Membership.objects.filter(holds_on(day), hierarchy=hierarchy, parent=unit)
    return counted(
        named(Unit.objects.filter(pk__in=places.values("unit")), day=day), day=day, hierarchy=hierarchy
    ).order_by("kind", "code")


def counted(units: "QuerySet[Unit]", *, day: date, hierarchy: str) -> "QuerySet[Unit]":
    """Units with `below`, the number of units that lie at any distance below them on a day."""
    lines = (
        Ancestry.objects.filter(holds_on(day), hierarchy=hierarchy, ancestor=OuterRef("pk"), distance__gt=0)
        .order_by()
        .values("ancestor")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return units.annotate(below=Coalesce(Subquery(lines), 0))


def roots_of(*, hierarchy: str, day: date, scope: Scope | None = None) -> "QuerySet[Unit]":
    """Where a tree begins: units of a hierarchy under no unit of it that the scope reaches, named and counted."""
    reached = units_as_of(day=day, scope=scope)
    above = Membership.objects.filter(holds_on(day), hierarchy=hierarchy, unit=OuterRef("pk"))
    if scope is not None:
        above = above.filter(parent__in=Scope(scope.permission, scope.roots, day).unit_ids())
    below = Membership.objects.filter(holds_on(day), hierarchy=hierarchy, parent=OuterRef("pk"))
    in_it = Membership.objects.filter(holds_on(day), hierarchy=hierarchy, unit=OuterRef("pk"))
    return counted(
        reached.filter(~Exists(above)).filter(Exists(below) | Exists(in_it)), day=day, hierarchy=hierarchy
    ).order_by("kind", "code")


def subtree_of(*, unit: Unit, day: date, hierarchy: str = Hierarchy.ADMINISTRATIVE) -> "QuerySet[Unit]":
    """The unit and all below it on a day, named, with `distance`, nearest first."""
    lines = Ancestry.objects.filter(holds_on(day), hierarchy=hierarchy, ancestor=unit, descendant=OuterRef("pk"))
    return (
        named(Unit.objects.all(), day=day)
        .annotate(distance=Subquery(lines.values("distance")[:1]))
        .filter(distance__isnull=False)
        .order_by("distance", "code")
    )


def path_to(*, unit: Unit, day: date, hierarchy: str = Hierarchy.ADMINISTRATIVE) -> list[Unit]:
    """The units from the root down to this one, itself included, named as on the day. One query."""
    lines = Ancestry.objects.filter(holds_on(day), hierarchy=hierarchy, descendant=unit, ancestor=OuterRef("pk"))
    return list(
        named(Unit.objects.all(), day=day)
        .annotate(distance=Subquery(lines.values("distance")[:1]))
        .filter(distance__isnull=False)
        .order_by("-distance")
    )


def search_units(*, words: str, day: date, scope: Scope | None = None) -> "QuerySet[Unit]":
    """Units that exist on a day and whose code begins with the words, or one of whose names ever contained them.

    So a school is found under the name that it had; `name_then` is what it is called on the day.
    """
    said = " ".join(words.replace("\x00", "").split())[:60]
    units = units_as_of(day=day, scope=scope)
    if not said:
        return units
    ever = UnitName.objects.filter(unit=OuterRef("pk")).filter(Q(name__icontains=said) | Q(short_name__icontains=said))
    return units.filter(Q(code__istartswith=said) | Exists(ever))


@dataclass(frozen=True)
class Event:
    """What happened to a unit on a day: `kind` is opened, closed, name, placed, left or the kind of a succession."""

    on: date
    kind: str
    text: str = ""
    hierarchy: str = ""
    units: tuple[Unit, ...] = ()
    is_from: bool = False


def history_of(*, unit: Unit) -> list[Event]:
    """Everything recorded of a unit's life, oldest first; other units as they were called then. Five queries at most."""
    names = list(UnitName.objects.filter(unit=unit).order_by("from_on"))
    places = list(Membership.objects.filter(unit=unit).order_by("from_on"))
    successions = list(Succession.objects.filter(Q(predecessor=unit) | Q(successor=unit)).order_by("on", "pk"))
    others = {place.parent_id for place in places}
    others.update(one.successor_id if one.predecessor_id == unit.pk else one.predecessor_id for one in successions)
    called = _called(others)
    events = [Event(unit.opened_on, "opened", names[0].name if names else "")]
    events += [Event(name.from_on, "name", name.name) for name in names[1:]]
    begins = {(place.hierarchy, place.from_on) for place in places}
    for place in places:
        parent = called[place.parent_id]
        events.append(Event(place.from_on, "placed", parent.on(place.from_on), place.hierarchy, (parent.unit,)))
        ended = place.until_on
        if ended is not None and ended != unit.closed_on and (place.hierarchy, ended) not in begins:
            events.append(Event(ended, "left", parent.on(ended), place.hierarchy, (parent.unit,)))
    groups: dict[tuple[date, str, bool], list[int]] = defaultdict(list)
    for one in successions:
        is_from = one.successor_id == unit.pk
        groups[(one.on, one.kind, is_from)].append(one.predecessor_id if is_from else one.successor_id)
    for (on, kind, is_from), ids in groups.items():
        day = on - timedelta(days=1) if is_from else on
        text = "、".join(called[pk].on(day) for pk in ids)
        events.append(Event(on, kind, text, "", tuple(called[pk].unit for pk in ids), is_from))
    if unit.closed_on is not None:
        events.append(Event(unit.closed_on, "closed"))
    order = ("opened", "split", "merge", "replace", "name", "placed", "left", "closed")
    return sorted(events, key=lambda event: (event.on, order.index(event.kind), event.hierarchy))


@dataclass(frozen=True)
class _Called:
    unit: Unit
    names: Sequence[UnitName]

    def on(self, day: date) -> str:
        past = [name.name for name in self.names if name.from_on <= day]
        return past[-1] if past else (self.names[0].name if self.names else self.unit.code)


def _called(ids: Iterable[int]) -> dict[int, _Called]:
    units = Unit.objects.in_bulk(list(ids))
    names: dict[int, list[UnitName]] = defaultdict(list)
    for name in UnitName.objects.filter(unit_id__in=units).order_by("from_on"):
        names[name.unit_id].append(name)
    return {pk: _Called(unit, names[pk]) for pk, unit in units.items()}


def resolve(*, unit: Unit, day: date) -> list[Unit]:
    """What the unit is on a day: itself where it exists, else what it has become by then, or what it came from.

    Follows splits, mergers and reforms, forwards for a day after its end and backwards for one before its beginning;
    several where it was split, none where it simply ended. One query for each generation.
    """
    found: dict[int, Unit] = {}
    seen: set[int] = set()
    front = [unit]
    while front:
        onward: list[Unit] = []
        for one in front:
            seen.add(one.pk)
            if one.exists_on(day):
                found[one.pk] = one
            else:
                onward.append(one)
        ended = [one.pk for one in onward if one.opened_on <= day]
        unborn = [one.pk for one in onward if one.opened_on > day]
        steps: set[int] = set()
        if ended:
            steps.update(
                Succession.objects.filter(predecessor_id__in=ended, on=F("predecessor__closed_on")).values_list(
                    "successor_id", flat=True
                )
            )
        if unborn:
            steps.update(
                Succession.objects.filter(successor_id__in=unborn, on=F("successor__opened_on")).values_list(
                    "predecessor_id", flat=True
                )
            )
        front = list(Unit.objects.filter(pk__in=steps - seen).order_by("code"))
    return sorted(named(Unit.objects.filter(pk__in=found), day=day), key=lambda one: one.code)


def check_units() -> list[str]:
    """Every way in which what is stored contradicts itself, in words for whoever runs the machine; empty: none.

    Ancestry must be the closure of the memberships, each unit must have one name on each day of its life and one
    administrative parent, and nobody may be above himself.
    """
    codes = dict(Unit.objects.values_list("pk", "code"))
    lives = {pk: Span(since, until) for pk, since, until in Unit.objects.values_list("pk", "opened_on", "closed_on")}
    wrong: list[str] = []
    spans: dict[int, list[Span]] = defaultdict(list)
    for unit, since, until in UnitName.objects.order_by("unit_id", "from_on").values_list(
        "unit", "from_on", "until_on"
    ):
        if spans[unit] and since < spans[unit][-1].end:
            wrong.append(f"{codes[unit]}: two names on {since}")
        spans[unit].append(Span(since, until))
    for pk, life in lives.items():
        wrong += [f"{codes[pk]}: no name on {gap.from_on}" for gap in gaps(spans[pk], life)]
        wrong += [
            f"{codes[pk]}: a name outside its life, from {one.from_on}" for one in spans[pk] if not life.covers(one)
        ]
    for hierarchy in Hierarchy.values:
        edges = [
            Edge(unit, parent, Span(since, until))
            for unit, parent, since, until in Membership.objects.filter(hierarchy=hierarchy)
            .order_by()
            .values_list("unit", "parent", "from_on", "until_on")
        ]
        wrong += [
            f"{hierarchy}: {codes.get(fault.edge.unit)} under {codes.get(fault.edge.parent)}"
            f" from {fault.edge.span.from_on}: {fault.kind}"
            for fault in faults(edges, lives)
        ]
        try:
            wanted = set(closure(edges, lives))
        except ValueError as circle:
            wrong.append(f"{hierarchy}: {circle}")
            continue
        rows = Ancestry.objects.filter(hierarchy=hierarchy).order_by()
        stored = {Line(*row) for row in rows.values_list("ancestor", "descendant", "distance", "from_on", "until_on")}
        for line in sorted(wanted - stored, key=str):
            wrong.append(
                f"{hierarchy}: ancestry lacks {codes[line.descendant]} under {codes[line.ancestor]}, {line.from_on}"
            )
        for line in sorted(stored - wanted, key=str):
            wrong.append(
                f"{hierarchy}: ancestry has {codes[line.descendant]} under {codes[line.ancestor]}, {line.from_on}"
            )
    return wrong
