"""Second factors: set up, used, removed.

TOTP is RFC 6238 as `cryptography` computes it; passkeys are checked by Yubico's `fido2`. A code or a signature is
taken at most once, and the row that says so is changed in the same statement that takes it.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from yaodian.audit.operations import record
from yaodian.identity.codes import canonical, digits, keyed, new_code
from yaodian.identity.keys import seal, unseal
from yaodian.identity.models import Passkey, RecoveryCode, Totp
from yaodian.identity.queries import has_second_factor, subject_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import needs_second_factor, with_rights

TOTP_SECONDS = 30
TOTP_DIGITS = 6
# One step to either side: a telephone's clock is seldom more than half a minute wrong.
TOTP_TOLERANCE = 1
RECOVERY_CODES = 10
MAX_PASSKEYS = 10


class UnableToProve(RuntimeError):
    """The code or the signature does not fit, or has been used."""


class UnableToAddFactor(RuntimeError):
    """The second factor cannot be set up; the message says why."""


class UnableToRemoveFactor(RuntimeError):
    """The second factor cannot be removed; the message says why."""


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _wrong_code() -> str:
    return _("验证码不正确或已经用过。请等应用显示下一组六位数字后再输入；并检查手机的时间是否准确。")


# TOTP -----------------------------------------------------------------------------------------------------------


def new_totp_secret() -> str:
    """160 random bits in base 32, as the apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def _fitting_step(secret: str, typed: str, *, after: int, now: datetime) -> int | None:
    """The time step whose code was typed, or None; steps up to `after` have been used."""
    given = digits(typed)
    if len(given) != TOTP_DIGITS or not given.isascii() or not given.isdigit():
        return None
    # RFC 6238 and every app in use say HMAC-SHA-1, which no collision of SHA-1 touches.
    hotp = HOTP(base64.b32decode(secret), TOTP_DIGITS, SHA1())  # noqa: S303
    current = int(now.timestamp()) // TOTP_SECONDS
    for step in range(current - TOTP_TOLERANCE, current + TOTP_TOLERANCE + 1):
        if step > after and secrets.compare_digest(hotp.generate(step), given.encode()):
            return step
    return None


def set_up_totp(*, account: Account, secret: str, code: str, now: datetime) -> None:
    """Keeps the secret of an app that has shown its first right code, which counts as used.

    Raises UnableToAddFactor for a wrong code and where there is an app already.
    """
    step = _fitting_step(secret, code, after=0, now=now)
    if step is None:
        raise UnableToAddFactor(_wrong_code())
    try:
        with transaction.atomic():
            Totp.objects.create(
                account=account,
                sealed_secret=seal(secret, purpose=f"totp:{account.pk}"),
                last_step=step,
                created_at=now,
            )
            record(
                actor=account, code="identity.factor.add", subject=_subject(account), detail={"kind": "totp"}, at=now
            )
    except IntegrityError as error:
        raise UnableToAddFactor(_("已经设置过动态验证码。要换手机，请先移除原来的。")) from error


def prove_with_totp(*, account: Account, code: str, now: datetime) -> None:
    """Takes a code from the app, once. Raises UnableToProve."""
    row = Totp.objects.filter(account=account).first()
    if row is None:
        raise UnableToProve(_wrong_code())
    step = _fitting_step(unseal(row.sealed_secret, purpose=f"totp:{account.pk}"), code, after=row.last_step, now=now)
    if step is None or not Totp.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step, used_at=now):
        raise UnableToProve(_wrong_code())


# Recovery codes -------------------------------------------------------------------------------------------------


def new_recovery_codes(*, account: Account, now: datetime) -> list[str]:
    """Ten new codes, returned once; the former ones end."""
    codes = [new_code(groups=3) for _number in range(RECOVERY_CODES)]
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if not has_second_factor(account=account):
            raise UnableToAddFactor(_("请先设置动态验证码或通行密钥，再生成备用码。"))
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, digest=keyed("recovery", str(account.pk), canonical(code))) for code in codes
        )
        record(actor=account, code="identity.recovery.renew", subject=_subject(account), detail={}, at=now)
    return codes


def prove_with_recovery_code(*, account: Account, code: str, now: datetime) -> None:
    """Takes one of the codes on paper, once. Raises UnableToProve."""
    digest = keyed("recovery", str(account.pk), canonical(code))
    with transaction.atomic():
        if not RecoveryCode.objects.filter(account=account, digest=digest, used_at__isnull=True).update(used_at=now):
            raise UnableToProve(_("备用码不正确或已经用过。每个备用码只能用一次。"))
        left = RecoveryCode.objects.filter(account=account, used_at__isnull=True).count()
        record(actor=account, code="identity.recovery.use", subject=_subject(account), detail={"left": left}, at=now)


def prove_with_code(*, account: Account, code: str, now: datetime) -> str:
    """Takes six digits as the app's, anything else as a code on paper. Returns which it was. Raises UnableToProve."""
    number = digits(code)
    if len(number) == TOTP_DIGITS and number.isdigit():
        prove_with_totp(account=account, code=code, now=now)
        return "totp"
    prove_with_recovery_code(account=account, code=code, now=now)
    return "recovery"


# Passkeys -------------------------------------------------------------------------------------------------------


def _server(host: str) -> Fido2Server:
    """For the site under this name; the port is no part of it. Origins must be HTTPS, or `localhost`."""
    return Fido2Server(PublicKeyCredentialRpEntity(name="要点", id=host.partition(":")[0]))


def _public_half(row: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes.fromhex(row.credential))


def begin_passkey(*, account: Account, host: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser needs to make a passkey, and what must be kept in the session until it has."""
    options, state = _server(host).register_begin(
        PublicKeyCredentialUserEntity(
            id=subject_of(account=account).bytes, name=account.username, display_name=account.name
        ),
        credentials=[_public_half(row) for row in account.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def add_passkey(
    *, account: Account, name: str, answer: Mapping[str, Any], state: Mapping[str, Any], host: str, now: datetime
) -> Passkey:
    """Keeps the passkey that the browser has made. Raises UnableToAddFactor."""
    try:
        made = _server(host).register_complete(dict(state), answer)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        raise UnableToAddFactor(_("浏览器返回的通行密钥无法确认，没有保存。请重试。")) from error
    assert made.credential_data is not None
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if account.passkeys.count() >= MAX_PASSKEYS:
            raise UnableToAddFactor(
                _("最多可以设置 %(count)s 个通行密钥。请先移除不再使用的。") % {"count": MAX_PASSKEYS}
            )
        credential_id = websafe_encode(made.credential_data.credential_id)
        if Passkey.objects.filter(credential_id=credential_id).exists():
            raise UnableToAddFactor(_("这个通行密钥已经登记过。"))
        row = Passkey(
            account=account,
            name=name.strip()[:60] or _("通行密钥"),
            credential_id=credential_id,
            credential=bytes(made.credential_data).hex(),
            sign_count=made.counter,
            created_at=now,
        ).store()
        record(
            actor=account,
            code="identity.factor.add",
            subject=_subject(account),
            detail={"kind": "passkey", "name": row.name},
            at=now,
        )
    return row


def begin_passkey_proof(*, account: Account | None, host: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser needs to sign with a passkey, of this account or of whoever has one for this site."""
    credentials = [_public_half(row) for row in account.passkeys.all()] if account is not None else None
    options, state = _server(host).authenticate_begin(
        credentials=credentials, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), state


def prove_with_passkey(
    *,
    account: Account | None,
    answer: Mapping[str, Any],
    state: Mapping[str, Any],
    host: str,
    now: datetime,
) -> Account:
    """Whose passkey has signed the challenge. Raises UnableToProve; `account`, if given, must be the one.

    A counter that does not grow means that the key was copied: such a signature is refused.
    """
    refusal = _("通行密钥没有通过验证。请重试，或改用密码登录。")
    try:
        response = AuthenticationResponse.from_dict(dict(answer))
        row = Passkey.objects.select_related("account").filter(credential_id=websafe_encode(response.raw_id)).first()
        if row is None or (account is not None and row.account_id != account.pk) or not row.account.is_active:
            raise UnableToProve(refusal)
        _server(host).authenticate_complete(dict(state), [_public_half(row)], response)
        count = response.response.authenticator_data.counter
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        raise UnableToProve(refusal) from error
    with transaction.atomic():
        locked = Passkey.objects.select_for_update().get(pk=row.pk)
        if (count or locked.sign_count) and count <= locked.sign_count:
            raise UnableToProve(refusal)
        Passkey.objects.filter(pk=row.pk).update(sign_count=count, used_at=now)
    return row.account


def as_json(options: Mapping[str, Any]) -> str:
    """The options as the browser's module reads them: bytes in base64url."""
    return json.dumps(options, default=_json_value)


def _json_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return websafe_encode(value)
    return dict(value)


# Removal --------------------------------------------------------------------------------------------------------


def _remove(account: Account, *, kind: str, name: str, now: datetime) -> None:
    """What every removal ends with: the last factor takes the recovery codes with it, unless one is compulsory."""
    if not has_second_factor(account=account):
        if needs_second_factor(account=with_rights(account)):
            raise UnableToRemoveFactor(
                _("您的账号有敏感权限，必须保留至少一种二次验证。请先设置另一种，再移除这一种。")
            )
        RecoveryCode.objects.filter(account=account).delete()
    record(
        actor=account,
        code="identity.factor.remove",
        subject=_subject(account),
        detail={"kind": kind, "name": name},
        at=now,
    )


def remove_totp(*, account: Account, now: datetime) -> None:
    """Removes the app. Raises UnableToRemoveFactor where there is none, or where it is the last and compulsory."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if not Totp.objects.filter(account=account).delete()[0]:
            raise UnableToRemoveFactor(_("没有设置动态验证码，无需移除。"))
        _remove(account, kind="totp", name="", now=now)


def remove_passkey(*, account: Account, passkey_id: int, now: datetime) -> None:
    """Removes a passkey of one's own. Raises UnableToRemoveFactor as remove_totp does."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        row = Passkey.objects.filter(account=account, pk=passkey_id).first()
        if row is None:
            raise UnableToRemoveFactor(_("没有这个通行密钥，可能已经移除。"))
        row.delete()
        _remove(account, kind="passkey", name=row.name, now=now)
