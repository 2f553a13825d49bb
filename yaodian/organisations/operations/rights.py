"""Giving and ending rights, and standing in for others.

Nothing here tells sessions, tokens or other outlets that a right has ended: each asks `queries.rights_of` and
`account.is_active` when it is used (pages through `middleware.rights_still_hold`), so there is nothing to notify.
"""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import (
    Account,
    Ancestry,
    Deputyship,
    Grant,
    Hierarchy,
    Person,
    Post,
    Unit,
    UnitKind,
    holds_on,
)
from yaodian.organisations.operations.people import require_over
from yaodian.organisations.operations.units.draft import shown
from yaodian.organisations.operations.units.root import check_somebody_remains
from yaodian.organisations.queries.rights import PermissionMissing, held_together, require
from yaodian.organisations.roles import UNIT_KINDS_OF, Role

# Longer than this is no standing in: the right is to be granted.
LONGEST_DEPUTYSHIP = timedelta(days=184)


class UnableToChangeRights(RuntimeError):
    """A right cannot be changed so; the message says why, and what to do."""


class UnableToGrantRole(UnableToChangeRights):
    """The role cannot be given."""


class UnableToEndGrant(UnableToChangeRights):
    """The right cannot be ended."""


class UnableToAppointDeputy(UnableToChangeRights):
    """The account cannot stand in for the other."""


class UnableToEndDeputyship(UnableToChangeRights):
    """The deputyship cannot be ended."""


class UnableToLinkAccount(UnableToChangeRights):
    """The account cannot be that person's."""


def _lock_accounts(*ids: int) -> dict[int, Account]:
    rows = Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {account.pk: account for account in rows}


def check_separation(account: Account, error: type[RuntimeError]) -> None:
    """No account comes to hold two of SEPARATED_ROLES on one day, whether its own or those of whom it stands in for.

    Looked at after the row is written, in its transaction: for the account and for those who stand in for it.
    """
    deputies = list(Deputyship.objects.filter(principal=account).values_list("deputy_id", flat=True))
    for pk in sorted({account.pk, *deputies}):
        both = held_together(account_id=pk)
        if both is not None:
            one, other, day = both
            name = account.name if pk == account.pk else Account.objects.get(pk=pk).name
            raise error(
                _(
                    "这样“%(name)s”自%(day)s起会同时担任“%(one)s”和“%(other)s”（含代理）。"
                    "系统、安全、审计管理须由不同的人承担，请另选人员或时段。"
                )
                % {"name": name, "day": shown(day), "one": one.label, "other": other.label}
            )


def grant_role(
    *,
    actor: Account | None,
    account: Account,
    role: str,
    unit: Unit,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
    hierarchy: str = Hierarchy.ADMINISTRATIVE,
    post: Post | None = None,
) -> Grant:
    """An account holds a role in a unit, and in what lies below it in a hierarchy, from a day to a day.

    With `post`, one of the account's person, the right ends with the post at the latest. The actor must hold
    organisations.grant over all that the right reaches, and gives nothing to himself, nor to whom he stands in for.
    Raises UnableToGrantRole.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        locked = _lock_accounts(account.pk)
        account = locked[account.pk]
        require_over(actor, unit, now, "organisations.grant")
        if actor is not None:
            _check_not_for_oneself(actor, account)
            _check_reach(actor, unit, hierarchy, today)
        if role not in Role.values:
            raise UnableToGrantRole(
                _("没有名为“%(role)s”的角色。可用的角色：%(roles)s。")
                % {"role": role, "roles": "、".join(str(one.label) for one in Role)}
            )
        if hierarchy not in Hierarchy.values:
            raise UnableToGrantRole(_("没有名为“%(hierarchy)s”的层级。") % {"hierarchy": hierarchy})
        wanted = Role(role)
        if unit.kind not in UNIT_KINDS_OF[wanted]:
            kinds = "、".join(str(UnitKind(kind).label) for kind in sorted(UNIT_KINDS_OF[wanted]))
            raise UnableToGrantRole(
                _("角色“%(role)s”不能在“%(kind)s”类单位授予，只能在：%(kinds)s。请另选单位或角色。")
                % {"role": wanted.label, "kind": unit.get_kind_display(), "kinds": kinds}
            )
        if not account.is_active:
            raise UnableToGrantRole(_("账号“%(name)s”已停用，不能授予权限。请先启用。") % {"name": account.name})
        if actor is not None and from_on < today:
            raise UnableToGrantRole(_("权限不能追溯授予，起始日期最早为今天（%(day)s）。") % {"day": shown(today)})
        if not unit.exists_on(from_on):
            raise UnableToGrantRole(
                _("代码为“%(code)s”的单位在%(day)s并不存在，不能授予其权限。")
                % {"code": unit.code, "day": shown(from_on)}
            )
        ends = [day for day in (until_on, unit.closed_on) if day is not None]
        if post is not None:
            post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
            if account.person_id is None or post.person_id != account.person_id:
                raise UnableToGrantRole(_("所选岗位不是账号“%(name)s”本人的岗位。") % {"name": account.name})
            if not post.holds_on(from_on):
                raise UnableToGrantRole(
                    _("岗位“%(title)s”在%(day)s并不在任，权限不能随它授予。")
                    % {"title": post.title, "day": shown(from_on)}
                )
            if post.until_on is not None:
                ends.append(post.until_on)
        ends_on = min(ends, default=None)
        if ends_on is not None and ends_on <= from_on:
            raise UnableToGrantRole(_("权限的截止日期须晚于起始日期%(day)s。") % {"day": shown(from_on)})
        if ends_on is not None and ends_on <= today:
            raise UnableToGrantRole(_("权限的截止日期已过，授予没有意义。请改用以后的日期。"))
        same = Grant.objects.filter(account=account, role=role, unit=unit, hierarchy=hierarchy).filter(
            Q(until_on__isnull=True) | (Q(until_on__gt=from_on) & Q(until_on__gt=F("from_on")))
        )
        if ends_on is not None:
            same = same.filter(from_on__lt=ends_on)
        if same.exists():
            raise UnableToGrantRole(
                _("账号“%(name)s”在这段时间已有该单位的“%(role)s”权限，不必重复授予。")
                % {"name": account.name, "role": wanted.label}
            )
        try:
            grant = Grant(
                account=account,
                role=role,
                unit=unit,
                hierarchy=hierarchy,
                post=post,
                from_on=from_on,
                until_on=ends_on,
                granted_by=actor,
                granted_at=now,
            ).store()
        except ValidationError as error:
            raise UnableToGrantRole(" ".join(str(message) for message in error.messages)) from error
        check_separation(account, UnableToGrantRole)
        record(
            actor=actor,
            code="organisations.grant.give",
            subject=f"account:{account.username}",
            detail={
                "grant": grant.pk,
                "role": role,
                "unit": unit.code,
                "hierarchy": hierarchy,
                "from_on": from_on,
                "until_on": ends_on,
                "post": post.pk if post is not None else None,
            },
            at=now,
        )
    return grant


def _check_not_for_oneself(actor: Account, account: Account) -> None:
    if account.pk == actor.pk:
        raise UnableToGrantRole(_("不能给自己授予权限。请由另一位安全管理员授予。"))
    if Deputyship.objects.filter(
        Q(principal=account, deputy=actor), Q(until_on__gt=F("from_on")), Q(until_on__gt=timezone.localdate())
    ).exists():
        raise UnableToGrantRole(
            _("您是“%(name)s”的代理人，不能给其授予权限：那等于给自己授权。请由另一位安全管理员授予。")
            % {"name": account.name}
        )


def _check_reach(actor: Account, unit: Unit, hierarchy: str, today: date) -> None:
    """A right in a group reaches its schools wherever they stand: all of them must be the actor's to give."""
    scope = require(account=actor, permission="organisations.grant")
    reached = Ancestry.objects.filter(holds_on(today), hierarchy=hierarchy, ancestor=unit)
    beyond = reached.exclude(descendant_id__in=scope.unit_ids()).select_related("descendant").first()
    if beyond is not None:
        raise PermissionMissing(
            _("这项权限会及于代码为“%(code)s”的单位，不在您的授权范围内。请由上级单位的安全管理员授予。")
            % {"code": beyond.descendant.code},
            permission="organisations.grant",
        )


def end_grant(*, actor: Account | None, grant: Grant, reason: str, now: datetime, on: date | None = None) -> Grant:
    """Ends a right; `on` (today) is the first day on which it no longer holds. Raises UnableToEndGrant."""
    day = on or timezone.localdate(now)
    with transaction.atomic():
        grant = Grant.objects.select_for_update(of=("self",)).select_related("unit", "account").get(pk=grant.pk)
        require_over(actor, grant.unit, now, "organisations.grant")
        if not reason.strip():
            raise UnableToEndGrant(_("请说明收回权限的事由。"))
        if day < timezone.localdate(now):
            raise UnableToEndGrant(_("权限不能追溯收回，最早自今天起失效。"))
        if grant.until_on is not None and grant.until_on <= day:
            raise UnableToEndGrant(_("这项权限已登记于%(day)s失效。") % {"day": shown(grant.until_on)})
        grant.until_on = max(day, grant.from_on)
        grant.save(update_fields=["until_on"])
        check_somebody_remains(actor=actor, ended=[grant], now=now, error=UnableToEndGrant, day=day)
        record(
            actor=actor,
            code="organisations.grant.end",
            subject=f"account:{grant.account.username}",
            detail={
                "grant": grant.pk,
                "role": grant.role,
                "unit": grant.unit.code,
                "on": grant.until_on,
                "reason": reason.strip(),
            },
            at=now,
        )
    return grant


def _check_may_arrange(actor: Account | None, principal: Account, now: datetime) -> None:
    """The principal himself, or whoever may grant in every unit in which the principal holds a right."""
    if actor is None or actor.pk == principal.pk:
        return
    require(account=actor, permission="organisations.grant")
    held = Unit.objects.filter(
        grants__in=Grant.objects.filter(account=principal).filter(
            Q(until_on__isnull=True) | Q(until_on__gt=timezone.localdate(now))
        )
    ).distinct()
    for unit in held:
        require_over(actor, unit, now, "organisations.grant")


def _no_deputy() -> str:
    """One sentence, so that nobody finds out by it whose user names there are, and what they may do."""
    return _(
        "这个用户名不能作代理人：可能没有这个账号，账号已停用，或者其权限与被代理人的权限不能由一人兼有"
        "（系统、安全、审计管理须由不同的人承担）。请向代理人本人核对，或另选人员、时段。"
    )


def appoint_deputy(
    *,
    actor: Account | None,
    principal: Account,
    deputy: Account | None,
    from_on: date,
    until_on: date,
    reason: str,
    now: datetime,
) -> Deputyship:
    """`deputy` holds the principal's own rights from a day to a day, as far as the principal holds them himself.

    Rights that the principal has as somebody's deputy are not passed on. Whoever names a deputy learns nothing of other
    accounts: `deputy` is None for a name that is nobody's, and is looked at last, with one sentence for all that can be
    wrong with it. Raises UnableToAppointDeputy.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        locked = _lock_accounts(principal.pk, *([deputy.pk] if deputy is not None else []))
        principal = locked[principal.pk]
        deputy = locked[deputy.pk] if deputy is not None else None
        _check_may_arrange(actor, principal, now)
        if deputy is not None and principal.pk == deputy.pk:
            raise UnableToAppointDeputy(_("代理人须是另一个人。"))
        if actor is not None and deputy is not None and actor.pk == deputy.pk:
            raise UnableToAppointDeputy(_("不能指定自己代理他人：那等于给自己授权。请由本人或另一位安全管理员指定。"))
        if not principal.is_active:
            raise UnableToAppointDeputy(_("账号“%(name)s”已停用，不能被代理。") % {"name": principal.name})
        if not reason.strip():
            raise UnableToAppointDeputy(_("请说明代理的事由，如出差、休假。"))
        if from_on < today:
            raise UnableToAppointDeputy(_("代理不能追溯，起始日期最早为今天（%(day)s）。") % {"day": shown(today)})
        if until_on <= from_on:
            raise UnableToAppointDeputy(_("代理的截止日期须晚于起始日期%(day)s。") % {"day": shown(from_on)})
        if until_on - from_on > LONGEST_DEPUTYSHIP:
            raise UnableToAppointDeputy(
                _("代理最长%(days)s天。时间更长的，请由安全管理员直接授予权限。") % {"days": LONGEST_DEPUTYSHIP.days}
            )
        held = Grant.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on), account=principal)
        if not held.filter(from_on__lt=until_on).exists():
            raise UnableToAppointDeputy(
                _("“%(name)s”在这段时间没有自己的权限，无可代理。代理来的权限不能再转给他人。")
                % {"name": principal.name}
            )
        if deputy is None or not deputy.is_active:
            raise UnableToAppointDeputy(_no_deputy())
        meeting = Deputyship.objects.filter(
            principal=principal, deputy=deputy, from_on__lt=until_on, until_on__gt=from_on
        ).filter(until_on__gt=F("from_on"))
        if meeting.exists():
            raise UnableToAppointDeputy(
                _("“%(deputy)s”在这段时间已是“%(principal)s”的代理人。")
                % {"deputy": deputy.name, "principal": principal.name}
            )
        try:
            deputyship = Deputyship(
                principal=principal,
                deputy=deputy,
                from_on=from_on,
                until_on=until_on,
                reason=reason.strip(),
                granted_by=actor,
                granted_at=now,
            ).store()
        except ValidationError as error:
            raise UnableToAppointDeputy(" ".join(str(message) for message in error.messages)) from error
        try:
            check_separation(deputy, UnableToAppointDeputy)
        except UnableToAppointDeputy as error:
            if actor is None:
                raise
            raise UnableToAppointDeputy(_no_deputy()) from error
        record(
            actor=actor,
            code="organisations.deputyship.appoint",
            subject=f"account:{principal.username}",
            detail={
                "deputyship": deputyship.pk,
                "deputy": deputy.username,
                "from_on": from_on,
                "until_on": until_on,
                "reason": reason.strip(),
            },
            at=now,
        )
    return deputyship


def end_deputyship(*, actor: Account | None, deputyship: Deputyship, reason: str, now: datetime) -> Deputyship:
    """Ends a deputyship today, before its time: by either of the two, or whoever may grant. Raises
    UnableToEndDeputyship."""
    today = timezone.localdate(now)
    with transaction.atomic():
        deputyship = (
            Deputyship.objects.select_for_update(of=("self",))
            .select_related("principal", "deputy")
            .get(pk=deputyship.pk)
        )
        if actor is None or actor.pk != deputyship.deputy_id:
            _check_may_arrange(actor, deputyship.principal, now)
        if deputyship.until_on is not None and deputyship.until_on <= today:
            raise UnableToEndDeputyship(_("这项代理已于%(day)s结束。") % {"day": shown(deputyship.until_on)})
        if not reason.strip():
            raise UnableToEndDeputyship(_("请说明提前结束代理的事由。"))
        deputyship.until_on = max(today, deputyship.from_on)
        deputyship.save(update_fields=["until_on"])
        record(
            actor=actor,
            code="organisations.deputyship.end",
            subject=f"account:{deputyship.principal.username}",
            detail={
                "deputyship": deputyship.pk,
                "deputy": deputyship.deputy.username,
                "on": deputyship.until_on,
                "reason": reason.strip(),
            },
            at=now,
        )
    return deputyship


def link_account(*, actor: Account | None, account: Account, person: Person, now: datetime) -> Account:
    """Says whose account it is, so that rights can be given for that person's posts. Raises UnableToLinkAccount."""
    with transaction.atomic():
        account = _lock_accounts(account.pk)[account.pk]
        if actor is not None:
            if actor.pk == account.pk:
                raise UnableToLinkAccount(_("不能变更自己账号对应的人员。请由另一位安全管理员办理。"))
            units = list(Unit.objects.filter(posts__person=person).distinct())
            require(account=actor, permission="organisations.grant")
            for unit in units:
                require_over(actor, unit, now, "organisations.grant")
        if account.person_id is not None:
            raise UnableToLinkAccount(
                _("账号“%(name)s”已对应人员，不能改换：它的操作记录属于那个人。请另建账号。") % {"name": account.name}
            )
        if Account.objects.filter(person=person).exists():
            raise UnableToLinkAccount(_("“%(name)s”已有账号，一人一个账号。") % {"name": person.name})
        Account.objects.filter(pk=account.pk).update(person=person)
        account.person = person
        record(
            actor=actor,
            code="organisations.account.link",
            subject=f"account:{account.username}",
            detail={"person": person.public_id},
            at=now,
        )
    return account
