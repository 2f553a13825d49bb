"""People and the posts they hold; the rights given for a post end with it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Grant, Person, Post, Unit
from yaodian.organisations.operations.units.draft import shown
from yaodian.organisations.operations.units.root import check_somebody_remains
from yaodian.organisations.queries.rights import PermissionMissing, require
from yaodian.organisations.queries.units import is_visible


class UnableToChangePeople(RuntimeError):
    """A person or post cannot be changed so; the message says why, and what to do."""


class UnableToCreatePerson(UnableToChangePeople):
    """The person cannot be entered."""


class UnableToRenamePerson(UnableToChangePeople):
    """The person cannot be given this name."""


class UnableToAppointPerson(UnableToChangePeople):
    """The person cannot get this post."""


class UnableToEndPost(UnableToChangePeople):
    """The post cannot be ended."""


class UnableToTransferPerson(UnableToChangePeople):
    """The person cannot change to this post."""


def require_over(actor: Account | None, unit: Unit, now: datetime, permission: str = "organisations.edit") -> None:
    """Raises PermissionMissing unless the actor's right reaches the unit; the operator's (None) does."""
    if actor is None:
        return
    scope = require(account=actor, permission=permission)
    if not is_visible(unit=unit, scope=scope, day=timezone.localdate(now)):
        raise PermissionMissing(
            _("您的权限不包括代码为“%(code)s”的单位。如工作需要，请联系该单位或上级单位的安全管理员。")
            % {"code": unit.code},
            permission=permission,
        )


def _locked(unit: Unit) -> Unit:
    """The unit as it stands, locked against being closed meanwhile."""
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def _sentence(error: ValidationError) -> str:
    return " ".join(str(message) for message in error.messages)


def create_person(
    *,
    actor: Account | None,
    name: str,
    unit: Unit,
    title: str,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
) -> Person:
    """Enters a person with a first post: whoever belongs to no unit could be seen by nobody.

    Raises UnableToCreatePerson.
    """
    with transaction.atomic():
        unit = _locked(unit)
        require_over(actor, unit, now)
        try:
            person = Person(name=" ".join(name.split())).store()
        except ValidationError as error:
            raise UnableToCreatePerson(_("姓名不合要求：%(why)s") % {"why": _sentence(error)}) from error
        post = _appoint(person, unit, title, from_on, until_on, UnableToCreatePerson)
        record(
            actor=actor,
            code="organisations.person.create",
            subject=f"person:{person.public_id}",
            detail={"name": person.name, **_detail(post, unit)},
            at=now,
        )
    return person


def rename_person(*, actor: Account | None, person: Person, name: str, now: datetime) -> Person:
    """Corrects or changes a name. Raises UnableToRenamePerson."""
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        units = list(Unit.objects.filter(posts__person=person).distinct())
        if not units:
            _require_anywhere(actor)
        for unit in units[:1] if actor is None else units:
            require_over(actor, unit, now)
        before, person.name = person.name, " ".join(name.split())
        if before == person.name:
            raise UnableToRenamePerson(_("填写的姓名与登记的相同，没有需要修改的。"))
        try:
            person.store()
        except ValidationError as error:
            raise UnableToRenamePerson(_("姓名不合要求：%(why)s") % {"why": _sentence(error)}) from error
        record(
            actor=actor,
            code="organisations.person.rename",
            subject=f"person:{person.public_id}",
            detail={"before": before, "name": person.name},
            at=now,
        )
    return person


def _require_anywhere(actor: Account | None) -> None:
    if actor is not None:
        require(account=actor, permission="organisations.edit")


def appoint_person(
    *,
    actor: Account | None,
    person: Person,
    unit: Unit,
    title: str,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
) -> Post:
    """Gives a person a post in a unit from a day to a day. Raises UnableToAppointPerson."""
    with transaction.atomic():
        unit = _locked(unit)
        require_over(actor, unit, now)
        post = _appoint(person, unit, title, from_on, until_on, UnableToAppointPerson)
        record(
            actor=actor,
            code="organisations.post.appoint",
            subject=f"person:{person.public_id}",
            detail=_detail(post, unit),
            at=now,
        )
    return post


def _detail(post: Post, unit: Unit) -> dict[str, object]:
    return {
        "post": post.pk,
        "unit": unit.code,
        "title": post.title,
        "from_on": post.from_on,
        "until_on": post.until_on,
    }


def _appoint(
    person: Person,
    unit: Unit,
    title: str,
    from_on: date,
    until_on: date | None,
    error: type[UnableToChangePeople],
) -> Post:
    if not 1800 <= from_on.year <= 2199:
        raise error(_("日期%(day)s不合理，请核对年份。") % {"day": shown(from_on)})
    if until_on is not None and until_on <= from_on:
        raise error(_("岗位的截止日期须晚于起始日期%(day)s。") % {"day": shown(from_on)})
    if not unit.exists_on(from_on):
        raise error(
            _("代码为“%(code)s”的单位在%(day)s并不存在，不能在其中任职。请核对日期或单位。")
            % {"code": unit.code, "day": shown(from_on)}
        )
    if unit.closed_on is not None and (until_on is None or until_on > unit.closed_on):
        until_on = unit.closed_on
    title = " ".join(title.split())
    same = Post.objects.filter(person=person, unit=unit, title=title).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=from_on)
    )
    if until_on is not None:
        same = same.filter(from_on__lt=until_on)
    # A post that ended on its first day held on no day.
    if same.filter(Q(until_on__isnull=True) | Q(until_on__gt=F("from_on"))).exists():
        raise error(
            _("“%(name)s”在这段时间已任该单位的“%(title)s”，不必重复登记。") % {"name": person.name, "title": title}
        )
    try:
        return Post(person=person, unit=unit, title=title, from_on=from_on, until_on=until_on).store()
    except ValidationError as fault:
        raise error(_("岗位登记不合要求：%(why)s") % {"why": _sentence(fault)}) from fault


def end_post(*, actor: Account | None, post: Post, on: date, reason: str, now: datetime) -> Post:
    """Ends a post, and the rights given for it; `on` is the first day on which it no longer holds.

    Sessions that live on these rights end with their next request. Raises UnableToEndPost.
    """
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=post.pk)
        require_over(actor, post.unit, now)
        ended = _end(actor, post, on, reason, now, UnableToEndPost)
        record(
            actor=actor,
            code="organisations.post.end",
            subject=f"person:{post.person.public_id}",
            detail={"post": post.pk, "unit": post.unit.code, "on": on, "reason": reason.strip(), "ended_grants": ended},
            at=now,
        )
    return post


def _end(
    actor: Account | None, post: Post, on: date, reason: str, now: datetime, error: type[UnableToChangePeople]
) -> list[int]:
    if not reason.strip():
        raise error(_("请说明岗位终止的事由。"))
    if on < post.from_on:
        raise error(
            _("岗位“%(title)s”自%(day)s起，终止日期不能在此之前。") % {"title": post.title, "day": shown(post.from_on)}
        )
    if post.until_on is not None and post.until_on <= on:
        raise error(_("岗位“%(title)s”已登记于%(day)s终止。") % {"title": post.title, "day": shown(post.until_on)})
    post.until_on = on
    post.save(update_fields=["until_on"])
    grants = open_after(Grant.objects.select_for_update().filter(post=post), on)
    for grant in grants:
        grant.until_on = max(on, grant.from_on)
        grant.save(update_fields=["until_on"])
    check_somebody_remains(actor=actor, ended=grants, now=now, error=error, day=on)
    return [grant.pk for grant in grants]


def open_after(rows: "QuerySet[Grant]", on: date) -> list[Grant]:
    """Rights that still hold on a day or begin later."""
    return list(rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)).order_by("pk"))


def transfer_person(
    *,
    actor: Account | None,
    post: Post,
    unit: Unit,
    title: str,
    on: date,
    reason: str,
    now: datetime,
) -> Post:
    """A person leaves a post for another on the same day; the rights of the old one end and are not carried over.

    The actor's right must reach both units. Raises UnableToTransferPerson.
    """
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=post.pk)
        unit = _locked(unit)
        require_over(actor, post.unit, now)
        require_over(actor, unit, now)
        if unit.pk == post.unit_id and " ".join(title.split()) == post.title:
            raise UnableToTransferPerson(_("调动前后的单位和岗位相同，没有需要变更的。"))
        ended = _end(actor, post, on, reason, now, UnableToTransferPerson)
        new = _appoint(post.person, unit, title, on, None, UnableToTransferPerson)
        record(
            actor=actor,
            code="organisations.person.transfer",
            subject=f"person:{post.person.public_id}",
            detail={"from_post": post.pk, "reason": reason.strip(), "ended_grants": ended, **_detail(new, unit)},
            at=now,
        )
    return new
