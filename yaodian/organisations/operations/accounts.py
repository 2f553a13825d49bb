"""Making accounts, giving roles, signing in. Each change and its journal entry are one transaction."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Grant, SignInFailures, Unit
from yaodian.organisations.operations.units import ensure_root
from yaodian.organisations.roles import Role


class UnableToCreateAccount(RuntimeError):
    """The account cannot be made; the message says why and what to do."""


class UnableToSetRole(RuntimeError):
    """The role cannot be given."""


class UnableToDeactivateAccount(RuntimeError):
    """The account cannot be closed."""


class UnableToActivateAccount(RuntimeError):
    """The account cannot be opened again."""


class UnableToChangePassword(RuntimeError):
    """The password cannot be changed; `sentences` are for the person who chose it."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class TooManyFailures(RuntimeError):
    """Too many wrong passwords for this account from this address; `retry_at` is when it opens again."""

    def __init__(self, *, retry_at: datetime) -> None:
        super().__init__(_("密码输错次数过多，请稍后再试。"))
        self.retry_at = retry_at


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _sentences(error: ValidationError) -> list[str]:
    return [str(message) for message in error.messages]


def create_account(
    *,
    actor: Account | None,
    username: str,
    name: str,
    password: str,
    role: str | None,
    now: datetime,
    unit: Unit | None = None,
    is_demonstration: bool = False,
) -> Account:
    """Makes an account that can sign in, with a role in a unit (the bureau itself) or with none.

    `actor` is None where the operator does it on the machine itself. Raises UnableToCreateAccount for a name that is
    taken or not allowed, for a password that is too weak, and for an unknown role.
    """
    account = Account(
        username=Account.normalize_username(username),
        name=name.strip(),
        created_at=now,
        is_demonstration=is_demonstration,
    )
    if role is not None and role not in Role.values:
        raise UnableToCreateAccount(
            _("没有名为“%(role)s”的角色。可用的角色：%(roles)s。") % {"role": role, "roles": "、".join(Role.values)}
        )
    try:
        validate_password(password, account)
        account.set_password(password)
        with transaction.atomic():
            account.store()
            if role is not None:
                _grant_from_today(account=account, role=role, unit=unit, now=now, granted_by=actor)
            record(
                actor=actor,
                code="organisations.account.create",
                subject=_subject(account),
                detail={"name": account.name, "role": role, "is_demonstration": is_demonstration},
                at=now,
            )
    except ValidationError as error:
        raise UnableToCreateAccount(
            _("无法创建账号“%(username)s”：%(why)s")
            % {"username": account.username, "why": " ".join(_sentences(error))}
        ) from error
    return account


def _grant_from_today(
    *, account: Account, role: str, unit: Unit | None, now: datetime, granted_by: Account | None
) -> Grant:
    return Grant(
        account=account,
        role=role,
        unit=unit or ensure_root(now=now),
        from_on=timezone.localdate(now),
        granted_by=granted_by,
        granted_at=now,
    ).store()


def set_role(*, actor: Account | None, account: Account, role: str | None, now: datetime) -> None:
    """Gives the account exactly this role, in the bureau itself, or none. Raises UnableToSetRole for an unknown role or no change."""
    if role is not None and role not in Role.values:
        raise UnableToSetRole(
            _("没有名为“%(role)s”的角色。可用的角色：%(roles)s。") % {"role": role, "roles": "、".join(Role.values)}
        )
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        open_grants = Grant.objects.filter(account=account, until_on__isnull=True)
        before = sorted(open_grants.values_list("role", flat=True))
        after = [role] if role is not None else []
        if before == after:
            raise UnableToSetRole(_("账号“%(name)s”的角色已经如此，没有需要修改的。") % {"name": account.name})
        open_grants.update(until_on=Greatest(timezone.localdate(now), "from_on"))
        if role is not None:
            _grant_from_today(account=account, role=role, unit=None, now=now, granted_by=actor)
        record(
            actor=actor,
            code="organisations.account.set_role",
            subject=_subject(account),
            detail={"before": before, "after": after},
            at=now,
        )


def _set_active(*, account: Account, is_active: bool) -> bool:
    """Whether the account has changed."""
    changed = Account.objects.filter(pk=account.pk, is_active=not is_active).update(is_active=is_active)
    account.is_active = is_active
    return bool(changed)


def deactivate_account(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Closes an account; its sessions end at their next request. Raises UnableToDeactivateAccount if it is closed."""
    with transaction.atomic():
        if not _set_active(account=account, is_active=False):
            raise UnableToDeactivateAccount(_("账号“%(name)s”已经停用。") % {"name": account.name})
        record(actor=actor, code="organisations.account.deactivate", subject=_subject(account), detail={}, at=now)


def activate_account(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Opens a closed account again. Raises UnableToActivateAccount where it is open."""
    with transaction.atomic():
        if not _set_active(account=account, is_active=True):
            raise UnableToActivateAccount(_("账号“%(name)s”没有停用。") % {"name": account.name})
        record(actor=actor, code="organisations.account.activate", subject=_subject(account), detail={}, at=now)


def change_password(*, actor: Account | None, account: Account, new_password: str, now: datetime) -> None:
    """Sets a new password; all other sessions of the account end. Raises UnableToChangePassword if it is too weak."""
    try:
        validate_password(new_password, account)
    except ValidationError as error:
        raise UnableToChangePassword(*_sentences(error)) from error
    with transaction.atomic():
        account.set_password(new_password)
        Account.objects.filter(pk=account.pk).update(password=account.password)
        record(actor=actor, code="organisations.account.change_password", subject=_subject(account), detail={}, at=now)


def _failure_key(*, username: str, address: str) -> str:
    """The hash under which failures are counted: keyed, so that the table cannot be searched for names."""
    words = f"{Account.normalize_username(username)}\n{address}"
    return hmac.new(settings.SECRET_KEY.encode(), words.encode(errors="replace"), hashlib.sha256).hexdigest()


def begin_sign_in(*, username: str, address: str, now: datetime) -> None:
    """Counts an attempt before its password is looked at, so that attempts made at once are all counted.

    Account and address together are counted: an office behind one address is not locked out by a colleague's
    forgotten password, and nobody can lock out a colleague from elsewhere. Raises TooManyFailures.
    """
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    key = _failure_key(username=username, address=address)
    with transaction.atomic():
        SignInFailures.objects.filter(window_started_at__lte=now - window).delete()
        SignInFailures.objects.get_or_create(key=key, defaults={"count": 0, "window_started_at": now})
        row = SignInFailures.objects.select_for_update().get(key=key)
        is_refused = row.count >= settings.SIGN_IN_MAX_FAILURES
        if not is_refused:
            row.count += 1
            row.save(update_fields=["count"])
    if is_refused:
        raise TooManyFailures(retry_at=row.window_started_at + window)


def forgive_failures(*, username: str, address: str) -> None:
    """Forgets the failures of an account from an address, after its right password was given."""
    SignInFailures.objects.filter(key=_failure_key(username=username, address=address)).delete()


def complete_sign_in(*, account: Account, address: str, now: datetime) -> None:
    """After the right password: forgets the failures, notes the moment, writes the journal."""
    with transaction.atomic():
        forgive_failures(username=account.username, address=address)
        Account.objects.filter(pk=account.pk).update(last_login=now)
        record(actor=account, code="organisations.session.open", subject=_subject(account), detail={}, at=now)


def close_session(*, account: Account, now: datetime) -> None:
    """Writes the end of a session into the journal."""
    with transaction.atomic():
        record(actor=account, code="organisations.session.close", subject=_subject(account), detail={}, at=now)


class DemonstrationAccount(NamedTuple):
    """Somebody who shows what the program does; `place` is the kind of unit the role is held in, empty for the bureau."""

    username: str
    name: str
    role: Role
    place: str = ""


DEMONSTRATION: tuple[DemonstrationAccount, ...] = (
    DemonstrationAccount("linlan", "林岚", Role.EDITOR),
    DemonstrationAccount("zhouyi", "周毅", Role.EDITOR),
    DemonstrationAccount("hejing", "何静", Role.PUBLISHER),
    DemonstrationAccount("shenji", "沈霁", Role.AUDITOR),
    DemonstrationAccount("guanheng", "管衡", Role.SECURITY_ADMINISTRATOR),
    DemonstrationAccount("xiyu", "席雨", Role.SYSTEM_ADMINISTRATOR),
    DemonstrationAccount("jicheng", "纪澄", Role.REGISTRAR),
    DemonstrationAccount("lushan", "路珊", Role.REGISTRAR, "county"),
    DemonstrationAccount("xiaoyun", "萧芸", Role.HEAD, "school"),
    DemonstrationAccount("xuedan", "薛丹", Role.REGISTRAR, "school"),
)


def ensure_demo_accounts(*, now: datetime, places: Mapping[str, Unit] | None = None) -> list[tuple[str, str, str, str]]:
    """Makes the demonstration accounts that do not exist yet, each with a random password and its role.

    `places` says which unit is the county and which the school; who has a role in one that is not given is left out.
    Returns (username, name, role, password) of the accounts made by this call only: a password is known once, and
    whoever calls must keep it.
    """
    made: list[tuple[str, str, str, str]] = []
    for username, name, role, place in DEMONSTRATION:
        unit = (places or {}).get(place)
        if place and unit is None:
            continue
        with transaction.atomic():
            if Account.objects.filter(username=username).exists():
                continue
            password = secrets.token_urlsafe(12)
            create_account(
                actor=None,
                username=username,
                name=name,
                password=password,
                role=role,
                unit=unit,
                now=now,
                is_demonstration=True,
            )
        made.append((username, name, role.value, password))
    return made
