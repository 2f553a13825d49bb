"""Codes on letters: issued by an administrator, used once by the person to choose a password.

Nobody but its owner ever knows a password: an account is made without one, and a forgotten one is not told but replaced
in the same way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.identity.codes import canonical, is_same, keyed, new_code
from yaodian.identity.models import ActivationCode, Passkey, RecoveryCode, Totp
from yaodian.identity.operations.sessions import end_everything
from yaodian.identity.operations.throttle import begin_attempt, forgive_failures
from yaodian.identity.queries import require_over
from yaodian.organisations.models import Account
from yaodian.organisations.operations import change_password
from yaodian.organisations.queries import find_account

CODE_GROUPS = 4


class UnableToIssueActivationCode(RuntimeError):
    """No code can be issued for this account."""


class UnableToRevokeActivationCode(RuntimeError):
    """There is no open code to be revoked."""


class UnableToActivate(RuntimeError):
    """The code does not fit; one sentence for every reason, so that it does not tell which accounts exist."""


class UnableToResetSecondFactors(RuntimeError):
    """There is nothing to be reset, or not by this person."""


@dataclass(frozen=True)
class Letter:
    """What is printed and handed over: the code stands nowhere else."""

    account: Account
    code: str
    expires_at: datetime


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def issue_activation_code(*, actor: Account | None, account: Account, now: datetime) -> Letter:
    """A new code for an account; the former one ends. Raises UnableToIssueActivationCode, PermissionMissing.

    `actor` is None where the operator does it on the machine itself.
    """
    require_over(actor=actor, account=account)
    code = new_code(groups=CODE_GROUPS)
    expires_at = now + timedelta(seconds=settings.ACTIVATION_CODE_SECONDS)
    with transaction.atomic():
        # The account's row is the lock: two administrators at once issue one code after the other.
        locked = Account.objects.select_for_update().get(pk=account.pk)
        if not locked.is_active:
            raise UnableToIssueActivationCode(
                _("账号“%(name)s”已停用，不能签发激活码。请先重新启用账号。") % {"name": locked.name}
            )
        if actor is not None and actor.pk == locked.pk:
            raise UnableToIssueActivationCode(_("不能给自己签发激活码。忘记密码时请由另一位安全管理员签发。"))
        revoked = ActivationCode.objects.filter(account=locked, used_at__isnull=True, revoked_at__isnull=True).update(
            revoked_at=now
        )
        ActivationCode(
            account=locked,
            digest=keyed("activation", str(locked.pk), canonical(code)),
            issued_at=now,
            issued_by=actor,
            expires_at=expires_at,
        ).store()
        record(
            actor=actor,
            code="identity.activation.issue",
            subject=_subject(locked),
            detail={"expires_at": expires_at, "replaces": bool(revoked)},
            at=now,
        )
    return Letter(locked, code, expires_at)


def revoke_activation_code(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Ends the open code of an account. Raises UnableToRevokeActivationCode where there is none."""
    require_over(actor=actor, account=account)
    with transaction.atomic():
        changed = ActivationCode.objects.filter(account=account, used_at__isnull=True, revoked_at__isnull=True).update(
            revoked_at=now
        )
        if not changed:
            raise UnableToRevokeActivationCode(_("账号“%(name)s”没有可撤销的激活码。") % {"name": account.name})
        record(actor=actor, code="identity.activation.revoke", subject=_subject(account), detail={}, at=now)


def activate(*, username: str, code: str, new_password: str, address: str, device: str, now: datetime) -> Account:
    """Uses a code and sets the password that the person chose.

    Raises TooManyFailures; UnableToActivate for a name or a code that does not fit, was used, revoked or has expired;
    UnableToChangePassword for a weak password, after which the code is still good.
    """
    begin_attempt(username=username, address=address, device=device, now=now, purpose="activation")
    account = find_account(username=username)
    digest = keyed("activation", str(account.pk if account is not None else 0), canonical(code))
    with transaction.atomic():
        # Of two uses at once the second waits here and then finds the code used.
        row = (
            ActivationCode.objects.select_for_update()
            .filter(account=account, used_at__isnull=True, revoked_at__isnull=True)
            .first()
        )
        fits = (
            account is not None
            and account.is_active
            and row is not None
            and row.expires_at > now
            and is_same(row.digest, digest)
        )
        if not fits:
            raise UnableToActivate(
                _("用户名或激活码不正确，或激活码已过期、已用过。请核对信函；仍不行请联系管理员重新签发。")
            )
        assert account is not None
        assert row is not None
        change_password(actor=account, account=account, new_password=new_password, now=now)
        ActivationCode.objects.filter(pk=row.pk).update(used_at=now)
        end_everything(account=account, actor=account, reason="activation", now=now)
        record(actor=account, code="identity.activation.use", subject=_subject(account), detail={}, at=now)
    for purpose in ("activation", "sign-in"):
        forgive_failures(username=username, address=address, device=device, purpose=purpose)
    return account


def reset_second_factors(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Takes away all second factors of somebody who has lost them; the next sign-in sets up new ones.

    Raises UnableToResetSecondFactors where there is none, and for oneself: whoever still holds one removes it himself.
    """
    require_over(actor=actor, account=account)
    if actor is not None and actor.pk == account.pk:
        raise UnableToResetSecondFactors(_("不能用管理权限重设自己的二次验证，请在“登录与安全”页办理。"))
    with transaction.atomic():
        removed = 0
        for model in (Totp, Passkey, RecoveryCode):
            removed += model.objects.filter(account=account).delete()[0]
        if not removed:
            raise UnableToResetSecondFactors(_("账号“%(name)s”没有设置二次验证，不需要重设。") % {"name": account.name})
        end_everything(account=account, actor=actor, reason="factors-reset", now=now)
        record(actor=actor, code="identity.factors.reset", subject=_subject(account), detail={}, at=now)
