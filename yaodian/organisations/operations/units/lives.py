"""Units begin and end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Ancestry, Grant, Hierarchy, Membership, Post, Unit, UnitName
from yaodian.organisations.operations.units.draft import Draft, UnableToChangeUnit, chunks, join, shown
from yaodian.organisations.operations.units.root import check_somebody_remains


class UnableToCreateUnit(UnableToChangeUnit):
    """The unit cannot be set up."""


class UnableToWithdrawUnits(UnableToChangeUnit):
    """Units that were set up by mistake must stay, because something hangs on them."""


class UnableToCloseUnit(UnableToChangeUnit):
    """The unit cannot be closed."""


class Staff(models.TextChoices):
    """What becomes of the posts in a unit that ends; the rights in it end in any case."""

    END = "end", gettext_lazy("岗位随单位终止")
    MOVE = "move", gettext_lazy("岗位转入承接单位")


@dataclass(frozen=True)
class NewUnit:
    """A unit to be set up: `parent` is the code of its administrative parent, `also` those in other hierarchies.

    Codes may be those of other units of the same call.
    """

    code: str
    kind: str
    name: str
    opened_on: date
    parent: str
    short_name: str = ""
    also: Mapping[str, str] = field(default_factory=dict)


def create_unit(
    *,
    actor: Account | None,
    code: str,
    kind: str,
    name: str,
    opened_on: date,
    parent: Unit,
    now: datetime,
    short_name: str = "",
    also: Mapping[str, Unit] | None = None,
) -> Unit:
    """Sets up a unit from a day, under its administrative parent and, with `also`, under one in other hierarchies.

    Raises UnableToCreateUnit: a code that has ever been used, a parent that does not exist then.
    """
    wanted = NewUnit(
        code=code,
        kind=kind,
        name=name,
        opened_on=opened_on,
        parent=parent.code,
        short_name=short_name,
        also={hierarchy: unit.code for hierarchy, unit in (also or {}).items()},
    )
    with transaction.atomic():
        draft = Draft(actor, now, UnableToCreateUnit)
        (unit,) = found(draft, [wanted])
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.create",
            subject=f"unit:{unit.code}",
            detail={"name": name, "kind": kind, "opened_on": opened_on, "parent": parent.code, "also": wanted.also},
            at=now,
        )
    return unit


def create_units(*, actor: Account | None, units: Sequence[NewUnit], now: datetime) -> list[Unit]:
    """Sets up many units at once, in any order of parents and children; all or none, one entry in the journal.

    Raises UnableToCreateUnit for the first that cannot be.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToCreateUnit)
        made = found(draft, units)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.create_many",
            subject=f"unit:{made[0].code}" if made else "unit:",
            detail={"count": len(made), "codes": [unit.code for unit in made]},
            at=now,
        )
    return made


def found(draft: Draft, wanted: Sequence[NewUnit], *, is_permitted: bool = False) -> list[Unit]:
    """Adds units to a draft, with their names and places; checks codes and days, and the actor's right over the parents
    unless that has been done in another way."""
    draft.lock()
    own_codes = [_code(draft, one.code) for one in wanted]
    if len(set(own_codes)) < len(own_codes):
        twice = next(code for code in own_codes if own_codes.count(code) > 1)
        raise draft.error(_("单位代码“%(code)s”在同一批里出现了不止一次。") % {"code": twice})
    for part in chunks(own_codes):
        used = Unit.objects.filter(code__in=part).order_by("code").first()
        if used is not None:
            raise draft.error(
                _("单位代码“%(code)s”已由%(unit)s使用。代码不能重复，单位撤销后也不再启用；请改用新代码。")
                % {"code": used.code, "unit": draft.called(used)}
            )
    parent_codes = {code.strip() for one in wanted for code in (one.parent, *one.also.values())} - set(own_codes)
    parents = {
        unit.code: unit for part in chunks(parent_codes) for unit in Unit.objects.filter(code__in=part).order_by("pk")
    }
    if not is_permitted:
        draft.check_permission(*parents.values())
    made: dict[str, Unit] = {}
    for one, code in zip(wanted, own_codes, strict=True):
        draft.check_day(one.opened_on)
        unit = Unit(code=code, kind=one.kind, opened_on=one.opened_on)
        draft.clean(unit)
        made[code] = unit
    Unit.objects.bulk_create(made.values())
    draft.adopt(made.values())
    everyone = {**parents, **made}
    for one, code in zip(wanted, own_codes, strict=True):
        unit = made[code]
        draft.names[unit.pk].append(
            UnitName(unit_id=unit.pk, name=one.name.strip(), short_name=one.short_name.strip(), from_on=one.opened_on)
        )
        for hierarchy, parent_code in {Hierarchy.ADMINISTRATIVE.value: one.parent, **one.also}.items():
            parent = everyone.get(parent_code.strip())
            if parent is None:
                raise draft.error(
                    _("“%(name)s”（%(code)s）的上级代码“%(parent)s”不存在。请先设立上级单位，或改正代码。")
                    % {"name": one.name, "code": code, "parent": parent_code}
                )
            draft.places[(hierarchy, unit.pk)].append(
                Membership(unit_id=unit.pk, hierarchy=hierarchy, parent_id=parent.pk, from_on=one.opened_on)
            )
    return list(made.values())


def _code(draft: Draft, code: str) -> str:
    cleaned = code.strip()
    if not cleaned or any(character.isspace() or not character.isprintable() for character in cleaned):
        raise draft.error(_("单位代码“%(code)s”为空，或含有空白、不可见字符。请改正。") % {"code": code})
    return cleaned


def withdraw_units(*, actor: Account | None, units: Sequence[Unit], now: datetime, is_permitted: bool = False) -> None:
    """Takes back units that were set up by mistake, such as by an import: they never were, and their codes are free again.

    Raises UnableToWithdrawUnits where units, posts, rights or anything else hang on one of them; such a unit is closed.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToWithdrawUnits)
        draft.lock()
        if not is_permitted:
            draft.check_permission(*units)
        ids = [unit.pk for unit in units]
        for part in chunks(ids):
            below = (
                Membership.objects.filter(parent_id__in=part).exclude(unit_id__in=ids).select_related("parent").first()
            )
            if below is not None:
                raise UnableToWithdrawUnits(
                    _("%(unit)s之下有其他单位，不能撤回。请先变更它们的上级。") % {"unit": draft.called(below.parent)}
                )
            Ancestry.objects.filter(descendant_id__in=part).delete()
            Membership.objects.filter(unit_id__in=part).delete()
            UnitName.objects.filter(unit_id__in=part).delete()
        for part in chunks(ids):
            try:
                with transaction.atomic():
                    Unit.objects.filter(pk__in=part).delete()
            except (models.ProtectedError, IntegrityError) as error:
                raise UnableToWithdrawUnits(
                    _("要撤回的单位中，有的已有岗位、权限、账号或其他记录，不能撤回。请改用“撤销单位”。")
                ) from error
        record(
            actor=actor,
            code="organisations.unit.withdraw_many",
            subject=f"unit:{units[0].code}" if units else "unit:",
            detail={"count": len(units), "codes": [unit.code for unit in units]},
            at=now,
        )


def close_unit(
    *,
    actor: Account | None,
    unit: Unit,
    on: date,
    now: datetime,
    children_to: Unit | None = None,
    staff: Staff | None = None,
    version: int | None = None,
) -> Unit:
    """Closes a unit; `on` is the first day on which it is no more.

    Units below it go to `children_to`, in every hierarchy in which they stand below it; `staff` says that posts in it end
    (Staff.END: there is no successor to move them to). Raises UnableToCloseUnit, with the list of what is still there,
    where either is needed and not given.
    """
    with transaction.atomic():
        draft = Draft(actor, now, UnableToCloseUnit)
        draft.lock()
        unit = draft.take(unit, version=version, with_children=True)
        draft.check_permission(unit, *([children_to] if children_to is not None else []))
        if staff == Staff.MOVE:
            raise UnableToCloseUnit(_("单位撤销而没有承接单位，岗位无处转入。请选择岗位终止，或改用合并、改制。"))
        moved = hand_over_children(draft, [unit], on, to=children_to)
        draft.close(unit, on)
        ended = end_staff(draft, [unit], on, staff=staff)
        draft.write()
        record(
            actor=actor,
            code="organisations.unit.close",
            subject=f"unit:{unit.code}",
            detail={
                "on": on,
                "children": moved,
                "children_to": children_to.code if children_to is not None else None,
                **ended,
            },
            at=now,
        )
    return unit


def hand_over_children(
    draft: Draft,
    units: Sequence[Unit],
    on: date,
    *,
    to: Unit | None = None,
    by_child: Mapping[int, Unit] | None = None,
    only: Collection[int] | None = None,
) -> list[str]:
    """Units below those that end go elsewhere from a day: each as `by_child` says, else to `to`; their codes.

    A unit that ends itself stays where it is, and so do those that are not among `only`. Refuses, with the list, where
    nobody has said where they go.
    """
    ending = {unit.pk for unit in units}
    places = [
        place
        for unit in units
        for place in draft.children(unit, on)
        if place.unit_id not in ending and (only is None or place.unit_id in only)
    ]
    # Those that move must be known with all their places.
    draft.load({place.unit_id for place in places})
    targets = by_child or {}
    undecided = [place for place in places if targets.get(place.unit_id, to) is None]
    if undecided:
        listed = list(dict.fromkeys(draft.called(draft.units[place.unit_id], on) for place in undecided))
        raise draft.error(
            _("%(unit)s在%(day)s仍有%(count)s个下级单位：%(names)s。请先为它们指定去向，或先变更它们的上级。")
            % {
                "unit": "、".join(draft.called(unit) for unit in units),
                "day": shown(on),
                "count": len(listed),
                "names": listing(listed),
            }
        )
    for place in places:
        child = draft.units[place.unit_id]
        target = targets.get(child.pk, to)
        assert target is not None
        if target.pk == child.pk:
            raise draft.error(
                _("%(unit)s本身是要移交的下级单位，不能作它自己的上级。请另选承接单位，或先变更它的上级。")
                % {"unit": draft.called(child)}
            )
        if place.from_on < on:
            draft.place_from(child, on, hierarchy=place.hierarchy, parent=target)
        else:
            # It would have come under the unit only after its end.
            place.parent_id = target.pk
            join(draft.places[(place.hierarchy, child.pk)])
    return sorted({draft.units[place.unit_id].code for place in places})


def end_staff(
    draft: Draft,
    units: Sequence[Unit],
    on: date,
    *,
    staff: Staff | None,
    to: Mapping[int, Unit] | None = None,
) -> dict[str, list[int]]:
    """Posts in units that end are ended or moved, rights in them ended, on a day; what was done, for the journal.

    Rights are not moved: whoever may change units may not for that reason give rights. Refuses, with the list, where
    there are posts or rights and nobody has said what becomes of them.
    """
    ids = [unit.pk for unit in units]
    open_then = Q(until_on__isnull=True) | Q(until_on__gt=on)
    posts = list(
        Post.objects.select_for_update(of=("self",))
        .filter(open_then, unit_id__in=ids)
        .select_related("person")
        .order_by("pk")
    )
    grants = list(
        Grant.objects.select_for_update(of=("self",))
        .filter(open_then & (Q(unit_id__in=ids) | Q(post__in=posts)))
        .select_related("account")
        .order_by("pk")
    )
    if (posts or grants) and staff is None:
        people = [f"{post.person.name}（{post.title}）" for post in posts]
        rights = [f"{grant.account.name}（{grant.get_role_display()}）" for grant in grants]
        raise draft.error(
            _("%(unit)s在%(day)s仍有岗位%(posts)s个、权限%(grants)s项：%(names)s。请先说明如何处理。")
            % {
                "unit": "、".join(draft.called(unit) for unit in units),
                "day": shown(on),
                "posts": len(posts),
                "grants": len(grants),
                "names": listing(list(dict.fromkeys([*people, *rights]))),
            }
        )
    moved: list[Post] = []
    if staff == Staff.MOVE:
        successors = to or {}
        standing = _standing_posts(posts, successors)
        for post in posts:
            target = successors.get(post.unit_id)
            if target is None:
                raise draft.error(
                    _("“%(name)s”的岗位“%(title)s”转入哪个单位没有说明。")
                    % {"name": post.person.name, "title": post.title}
                )
            begins = max(on, post.from_on)
            if (post.person_id, target.pk, post.title) not in standing:
                moved.append(
                    Post(
                        person_id=post.person_id,
                        unit_id=target.pk,
                        title=post.title,
                        from_on=begins,
                        until_on=post.until_on,
                    )
                )
                standing.add((post.person_id, target.pk, post.title))
    for row in (*posts, *grants):
        row.until_on = max(on, row.from_on)
    Post.objects.bulk_update(posts, ["until_on"], batch_size=300)
    Grant.objects.bulk_update(grants, ["until_on"], batch_size=300)
    check_somebody_remains(actor=draft.actor, ended=grants, now=draft.now, error=draft.error, day=on)
    Post.objects.bulk_create(moved)
    return {
        "ended_posts": [post.pk for post in posts],
        "ended_grants": [grant.pk for grant in grants],
        "new_posts": [post.pk for post in moved],
    }


def _standing_posts(posts: Collection[Post], successors: Mapping[int, Unit]) -> set[tuple[int, int, str]]:
    """Posts that people hold in the successors already: nobody gets the same one twice."""
    targets = {unit.pk for unit in successors.values()}
    people = {post.person_id for post in posts}
    by_key: dict[tuple[int, int, str], bool] = defaultdict(bool)
    for post in Post.objects.filter(unit_id__in=targets, person_id__in=people, until_on__isnull=True):
        by_key[(post.person_id, post.unit_id, post.title)] = True
    return set(by_key)


def listing(names: Iterable[str], most: int = 8) -> str:
    """The first names, and how many there are besides."""
    listed = list(names)
    text = "、".join(listed[:most])
    return text if len(listed) <= most else _("%(names)s等共%(count)s项") % {"names": text, "count": len(listed)}
