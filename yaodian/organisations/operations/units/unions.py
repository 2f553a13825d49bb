"""Units go on in others: one in several, several in one, one in another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Hierarchy, Membership, Succession, Unit
from yaodian.organisations.operations.units.draft import Draft, UnableToChangeUnit, shown
from yaodian.organisations.operations.units.lives import NewUnit, Staff, end_staff, found, hand_over_children


class UnableToSplitUnit(UnableToChangeUnit):
    """The unit cannot be split so."""


class UnableToMergeUnits(UnableToChangeUnit):
    """The units cannot be merged so."""


class UnableToReplaceUnit(UnableToChangeUnit):
    """The unit cannot be replaced so."""


@dataclass(frozen=True)
class Part:
    """A unit that comes out of a split, a merger or a reform; it takes the kind and the places of what it comes from,
    unless `kind` or `parent` (an administrative parent) say otherwise."""

    code: str
    name: str
    short_name: str = ""
    kind: str = ""
    parent: Unit | None = None


def split_unit(
    *,
    actor: Account | None,
    unit: Unit,
    on: date,
    parts: Sequence[Part],
    now: datetime,
    survives: bool = False,
    children: Mapping[int, str] | None = None,
    children_to: str | None = None,
    staff: Staff | None = None,
    staff_to: str | None = None,
    version: int | None = None,
) -> list[Unit]:
    """Several units come out of one on a day; it ends, unless it `survives` beside them.

    The parts take its places in every hierarchy. `children` has the code of a part for the number (pk) of each unit below
    it, `children_to` the code for all others; where it survives, those without a code stay. `staff` says what becomes
    of posts where it ends, `staff_to` the part to which they are moved. Raises UnableToSplitUnit.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToSplitUnit)
        draft.lock()
        unit = draft.take(unit, version=version, with_children=True)
        draft.check_permission(unit)
        draft.check_lives(unit, on)
        if len(parts) < (1 if survives else 2):
            raise UnableToSplitUnit(
                _("分立须分出至少两个单位；原单位继续存在的，至少分出一个。只是换一个单位承接的，请用“改制”。")
            )
        made = {part.code.strip(): _emerge(draft, part, unit, on) for part in parts}
        for code in {
            *(children or {}).values(),
            *([children_to] if children_to else []),
            *([staff_to] if staff_to else []),
        }:
            if code not in made:
                raise UnableToSplitUnit(_("代码“%(code)s”不在分出的单位之中。请核对。") % {"code": code})
        targets = {child: made[code] for child, code in (children or {}).items()}
        if survives:
            if children_to:
                targets.update(
                    {
                        place.unit_id: made[children_to]
                        for place in draft.children(unit, on)
                        if place.unit_id not in targets
                    }
                )
            moved = hand_over_children(draft, [unit], on, by_child=targets, only=targets.keys())
            done: dict[str, list[int]] = {}
        else:
            moved = hand_over_children(
                draft, [unit], on, to=made[children_to] if children_to else None, by_child=targets
            )
            draft.close(unit, on)
            done = end_staff(draft, [unit], on, staff=staff, to={unit.pk: made[staff_to]} if staff_to else None)
        draft.write()
        _succeed(Succession.Kind.SPLIT, [unit], list(made.values()), on)
        record(
            actor=actor,
            code="organisations.unit.split",
            subject=f"unit:{unit.code}",
            detail={"on": on, "into": list(made), "survives": survives, "children": moved, **done},
            at=now,
        )
    return list(made.values())


def merge_units(
    *,
    actor: Account | None,
    units: Sequence[Unit],
    into: Unit | Part,
    on: date,
    now: datetime,
    staff: Staff | None = None,
    versions: Mapping[int, int] | None = None,
) -> Unit:
    """Units end on a day and go on in one, that exists already or comes into being (a Part).

    What lies below them comes under it. A new one takes the places of the first of the units, or the administrative
    parent that the Part names. Raises UnableToMergeUnits.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToMergeUnits)
        draft.lock()
        pks = [unit.pk for unit in units]
        if len(set(pks)) < len(pks) or (isinstance(into, Unit) and into.pk in pks):
            raise UnableToMergeUnits(_("同一单位在合并中出现了不止一次。并入其中一个单位的，只须列出其余单位。"))
        if len(pks) < (1 if isinstance(into, Unit) else 2):
            raise UnableToMergeUnits(_("合并须至少涉及两个单位。请补选单位。"))
        draft.load(pks, with_children=True)
        ending = [draft.take(unit, version=(versions or {}).get(unit.pk)) for unit in units]
        draft.check_permission(*ending, *([into] if isinstance(into, Unit) else []))
        for unit in ending:
            draft.check_lives(unit, on)
        if isinstance(into, Unit):
            successor = draft.take(into)
            draft.check_lives(successor, on)
        else:
            successor = _emerge(draft, into, ending[0], on, ending=ending)
        moved = hand_over_children(draft, ending, on, to=successor)
        for unit in ending:
            draft.close(unit, on)
        done = end_staff(draft, ending, on, staff=staff, to=dict.fromkeys(pks, successor))
        draft.write()
        _succeed(Succession.Kind.MERGE, ending, [successor], on)
        record(
            actor=actor,
            code="organisations.unit.merge",
            subject=f"unit:{successor.code}",
            detail={"on": on, "units": [unit.code for unit in ending], "children": moved, **done},
            at=now,
        )
    return successor


def replace_unit(
    *,
    actor: Account | None,
    unit: Unit,
    by: Part,
    on: date,
    now: datetime,
    staff: Staff | None = Staff.MOVE,
    version: int | None = None,
) -> Unit:
    """A unit ends on a day and another begins in its place, with its parents, its children and its posts.

    For a reform that makes another legal body of it, or a new official code; the unit itself going on under a new
    name is `rename_unit`. Raises UnableToReplaceUnit.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToReplaceUnit)
        draft.lock()
        unit = draft.take(unit, version=version, with_children=True)
        draft.check_permission(unit)
        draft.check_lives(unit, on)
        successor = _emerge(draft, by, unit, on)
        moved = hand_over_children(draft, [unit], on, to=successor)
        draft.close(unit, on)
        done = end_staff(draft, [unit], on, staff=staff, to={unit.pk: successor})
        draft.write()
        _succeed(Succession.Kind.REPLACE, [unit], [successor], on)
        record(
            actor=actor,
            code="organisations.unit.replace",
            subject=f"unit:{unit.code}",
            detail={"on": on, "by": successor.code, "children": moved, **done},
            at=now,
        )
    return successor


def _emerge(draft: Draft, part: Part, source: Unit, on: date, *, ending: Sequence[Unit] = ()) -> Unit:
    """A new unit in the draft, in the places that its source has on the day and after it."""
    administrative = [
        place
        for place in draft.places[(Hierarchy.ADMINISTRATIVE, source.pk)]
        if place.until_on is None or place.until_on > on
    ]
    if part.parent is not None:
        parent = part.parent
        draft.check_permission(parent)
    elif not administrative:
        raise draft.error(_("教育局本身是所有单位的上级，不能分立、合并或改制；更名请用“更名”。"))
    else:
        parent = Unit.objects.get(pk=administrative[0].parent_id)
    if parent.pk in {unit.pk for unit in ending or [source]}:
        raise draft.error(
            _("%(parent)s在%(day)s撤销，不能作“%(name)s”的上级。请另选上级。")
            % {"parent": draft.called(parent), "day": shown(on), "name": part.name}
        )
    (made,) = found(
        draft,
        [
            NewUnit(
                code=part.code,
                kind=part.kind or source.kind,
                name=part.name,
                short_name=part.short_name,
                opened_on=on,
                parent=parent.code,
            )
        ],
        is_permitted=True,
    )
    for hierarchy in Hierarchy:
        if hierarchy == Hierarchy.ADMINISTRATIVE and part.parent is not None:
            continue
        rows = [
            Membership(
                unit_id=made.pk,
                hierarchy=hierarchy,
                parent_id=place.parent_id,
                from_on=max(on, place.from_on),
                until_on=place.until_on,
            )
            for place in draft.places[(hierarchy, source.pk)]
            if (place.until_on is None or place.until_on > on) and place.parent_id not in {unit.pk for unit in ending}
        ]
        draft.places[(hierarchy, made.pk)] = rows
    return made


def _succeed(kind: Succession.Kind, before: Sequence[Unit], after: Sequence[Unit], on: date) -> None:
    Succession.objects.bulk_create(
        Succession(predecessor=old, successor=new, kind=kind, on=on) for old in before for new in after
    )
