"""Making accounts, giving roles. Each change and its journal entry are one transaction."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Grant, Unit
from yaodian.organisations.operations.rights import check_separation
from yaodian.organisations.operations.units.root import check_somebody_remains, ensure_root
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


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _sentences(error: ValidationError) -> list[str]:
    return [str(message) for message in error.messages]


def create_account(
    *,
    actor: Account | None,
    username: str,
    name: str,
    password: str | None = None,
    role: str | None,
    now: datetime,
    unit: Unit | None = None,
    is_demonstration: bool = False,
) -> Account:
    """Makes an account with a role in a unit (the bureau itself) or with none.

    It has no password: its owner chooses one with an activation code (`identity.operations.issue_activation_code`).
    Only a demonstration account is given one here.

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
        if password is None:
            account.set_unusable_password()
        else:
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
        check_separation(account, UnableToSetRole)
        check_somebody_remains(actor=actor, ended=account.grants.all(), now=now, error=UnableToSetRole)
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
        check_somebody_remains(actor=actor, ended=account.grants.all(), now=now, error=UnableToDeactivateAccount)
        record(actor=actor, code="organisations.account.deactivate", subject=_subject(account), detail={}, at=now)


def activate_account(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Opens a closed account again. Raises UnableToActivateAccount where it is open."""
    with transaction.atomic():
        if not _set_active(account=account, is_active=True):
            raise UnableToActivateAccount(_("账号“%(name)s”没有停用。") % {"name": account.name})
        check_separation(account, UnableToActivateAccount)
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


class DemonstrationAccount(NamedTuple):
    """Somebody who shows what the program does; `place` is the kind of unit the role is held in, empty for the bureau.

    Without a role: a guardian, whose child goes to the school `place`.
    """

    username: str
    name: str
    role: Role | None
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
    DemonstrationAccount("ningxin", "宁昕", Role.PRIVACY_OFFICER),
    DemonstrationAccount("ducha", "杜槎", Role.SUPERVISOR),
    DemonstrationAccount("jingban", "景班", Role.HANDLER, "school"),
    DemonstrationAccount("zhaosheng", "赵晟", Role.ADMISSIONS_OFFICER),
    DemonstrationAccount("heyan1", "何妍", Role.ADMISSIONS_OFFICER),
    DemonstrationAccount("heyan2", "贺岩", Role.ADMISSIONS_OFFICER),
    DemonstrationAccount("heyan3", "和燕", Role.ADMISSIONS_OFFICER),
    DemonstrationAccount("kaowu", "寇雯", Role.EXAMS_OFFICER),
    DemonstrationAccount("jiazhang", "演示家长", None, "school"),
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
                unit=unit if role is not None else None,
                now=now,
                is_demonstration=True,
            )
        made.append((username, name, role.value if role is not None else "", password))
    return made
