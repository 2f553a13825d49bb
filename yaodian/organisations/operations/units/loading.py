"""Whole histories at once: units as they were and are, their names, places and successors, with people and posts.

For an installation that begins with what an older system knew, and for the synthetic city. What the single operations
refuse is refused here too, of all rows together.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.ancestry import Circle, Edge, Span, closure, faults, gaps
from yaodian.organisations.models import (
    Account,
    Ancestry,
    Hierarchy,
    Membership,
    Person,
    Post,
    Succession,
    Unit,
    UnitName,
)
from yaodian.organisations.operations.units.draft import UnableToChangeUnit, shown
from yaodian.organisations.operations.units.root import ROOT_CODE, ensure_root
from yaodian.organisations.queries.rights import require

BATCH = 2_000


class UnableToLoadUnits(UnableToChangeUnit):
    """The units cannot be loaded; the message names the first row that cannot be, and why."""


class UnitRow(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def opened_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...


class _Held(Protocol):
    @property
    def unit(self) -> str: ...
    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date | None: ...


class NameRow(_Held, Protocol):
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...


class PlaceRow(_Held, Protocol):
    @property
    def hierarchy(self) -> str: ...
    @property
    def parent(self) -> str: ...


class SuccessionRow(Protocol):
    @property
    def predecessor(self) -> str: ...
    @property
    def successor(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> date: ...


class PersonRow(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...


class PostRow(_Held, Protocol):
    @property
    def person(self) -> str: ...
    @property
    def title(self) -> str: ...


def load_units(
    *,
    actor: Account | None,
    units: Iterable[UnitRow],
    names: Iterable[NameRow],
    memberships: Iterable[PlaceRow],
    successions: Iterable[SuccessionRow],
    now: datetime,
) -> dict[str, int]:
    """Adds units with their whole history, all or none; returns their ids by code, the bureau's among them.

    The row of the bureau itself (code `bureau`) names the unit that is there already. Raises UnableToLoadUnits for a code
    that is taken or unknown, for places that overlap, reach beyond a life or form a circle, and for days without a name.
    """
    with transaction.atomic():
        root = ensure_root(now=now)
        if actor is not None:
            require(account=actor, permission="organisations.edit", unit_id=root.pk)
        list(Unit.objects.select_for_update(no_key=True).filter(pk=root.pk).values_list("pk", flat=True))
        rows = list(units)
        _refuse_taken(rows)
        made = Unit.objects.bulk_create(
            (
                Unit(code=row.code, kind=row.kind, opened_on=row.opened_on, closed_on=row.closed_on)
                for row in rows
                if row.code != ROOT_CODE
            ),
            batch_size=BATCH,
        )
        ids = {unit.code: unit.pk for unit in (root, *made)}
        lives = {unit.pk: Span(unit.opened_on, unit.closed_on) for unit in (root, *made)}
        codes = {pk: code for code, pk in ids.items()}
        _name(root, list(names), ids, lives, codes)
        places = list(memberships)
        for row in places:
            _known(ids, row.unit, row.parent)
        Membership.objects.bulk_create(
            (
                Membership(
                    hierarchy=row.hierarchy,
                    unit_id=ids[row.unit],
                    parent_id=ids[row.parent],
                    from_on=row.from_on,
                    until_on=row.until_on,
                )
                for row in places
            ),
            batch_size=BATCH,
        )
        for hierarchy in Hierarchy.values:
            _draw(hierarchy, places, ids, lives, codes, new={unit.pk for unit in made})
        followed = list(successions)
        for succession in followed:
            _known(ids, succession.predecessor, succession.successor)
        Succession.objects.bulk_create(
            Succession(predecessor_id=ids[row.predecessor], successor_id=ids[row.successor], kind=row.kind, on=row.on)
            for row in followed
        )
        record(
            actor=actor,
            code="organisations.unit.load",
            subject=f"unit:{ROOT_CODE}",
            detail={"units": len(made), "memberships": len(places), "successions": len(followed)},
            at=now,
        )
    return ids


def load_people(
    *,
    actor: Account | None,
    people: Iterable[PersonRow],
    posts: Iterable[PostRow],
    units: dict[str, int],
    now: datetime,
) -> dict[str, int]:
    """Adds people and the posts they hold or held; returns the people's ids by key. `units` are ids by code.

    Raises UnableToLoadUnits for a post of somebody or in a unit that is not among the rows.
    """
    with transaction.atomic():
        if actor is not None:
            require(account=actor, permission="organisations.edit", unit_id=units[ROOT_CODE])
        rows = list(people)
        made = Person.objects.bulk_create((Person(name=row.name) for row in rows), batch_size=BATCH)
        ids = {row.key: person.pk for row, person in zip(rows, made, strict=True)}
        held = list(posts)
        for row in held:
            _known(units, row.unit)
            _known(ids, row.person)
        Post.objects.bulk_create(
            (
                Post(
                    person_id=ids[row.person],
                    unit_id=units[row.unit],
                    title=row.title,
                    from_on=row.from_on,
                    until_on=row.until_on,
                )
                for row in held
            ),
            batch_size=BATCH,
        )
        record(
            actor=actor,
            code="organisations.person.load",
            subject=f"unit:{ROOT_CODE}",
            detail={"people": len(made), "posts": len(held)},
            at=now,
        )
    return ids


def _known(ids: dict[str, int], *codes: str) -> None:
    for code in codes:
        if code not in ids:
            raise UnableToLoadUnits(_("“%(code)s”不在这一批数据里，无法引用。请先补上，或改正代码。") % {"code": code})


def _refuse_taken(rows: list[UnitRow]) -> None:
    codes = [row.code for row in rows if row.code != ROOT_CODE]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise UnableToLoadUnits(_("单位代码“%(code)s”在同一批里出现了不止一次。") % {"code": twice})
    for start in range(0, len(codes), BATCH):
        taken = Unit.objects.filter(code__in=codes[start : start + BATCH]).order_by("code").first()
        if taken is not None:
            raise UnableToLoadUnits(
                _("单位代码“%(code)s”已被使用，不能再次装入。代码不能重复，单位撤销后也不再启用。")
                % {"code": taken.code}
            )


def _name(root: Unit, rows: list[NameRow], ids: dict[str, int], lives: dict[int, Span], codes: dict[int, str]) -> None:
    spans: dict[int, list[Span]] = {}
    for row in rows:
        _known(ids, row.unit)
        spans.setdefault(ids[row.unit], []).append(Span(row.from_on, row.until_on))
    for pk, life in lives.items():
        for gap in gaps(spans.get(pk, [] if pk != root.pk else [life]), life):
            raise UnableToLoadUnits(
                _("单位“%(code)s”自%(day)s起没有名称。请补上名称的起止日期。")
                % {"code": codes[pk], "day": shown(gap.from_on)}
            )
    if root.pk in spans:
        UnitName.objects.filter(unit=root).delete()
    UnitName.objects.bulk_create(
        (
            UnitName(
                unit_id=ids[row.unit],
                name=row.name,
                short_name=row.short_name,
                from_on=row.from_on,
                until_on=row.until_on,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )


def _draw(
    hierarchy: str,
    places: list[PlaceRow],
    ids: dict[str, int],
    lives: dict[int, Span],
    codes: dict[int, str],
    *,
    new: set[int],
) -> None:
    """Checks the places of one hierarchy and stores the ancestry that follows from them."""
    edges = [
        Edge(ids[row.unit], ids[row.parent], Span(row.from_on, row.until_on))
        for row in places
        if row.hierarchy == hierarchy
    ]
    for fault in faults(edges, lives):
        raise UnableToLoadUnits(
            _("单位“%(unit)s”自%(day)s起在“%(parent)s”之下的隶属关系不成立：与另一段重叠，或超出单位存续的期间。")
            % {
                "unit": codes[fault.edge.unit],
                "parent": codes[fault.edge.parent],
                "day": shown(fault.edge.span.from_on),
            }
        )
    try:
        lines = closure(edges, lives, units=new)
    except Circle as circle:
        raise UnableToLoadUnits(
            _("隶属关系形成了循环：%(units)s。请改正其中一个单位的上级。")
            % {"units": " → ".join(codes[pk] for pk in circle.units)}
        ) from circle
    Ancestry.objects.bulk_create(
        (
            Ancestry(
                hierarchy=hierarchy,
                ancestor_id=line.ancestor,
                descendant_id=line.descendant,
                distance=line.distance,
                from_on=line.from_on,
                until_on=line.until_on,
            )
            for line in lines
        ),
        batch_size=BATCH,
    )
