"""Applications registered for single sign-on, and accounts linked with the platform that signs our people in."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.identity.models import Application, Authorization
from yaodian.identity.queries import SCOPES, find_application, require_over_applications
from yaodian.organisations.models import Account
from yaodian.organisations.queries import find_account, keys_of, rights_of

MAX_REDIRECT_URIS = 10
_GRANTS = [Client.GrantType.AUTHORIZATION_CODE.value, Client.GrantType.REFRESH_TOKEN.value]


class UnableToRegisterApplication(RuntimeError):
    """The application cannot be registered; the message says what is wrong."""


class UnableToChangeApplication(RuntimeError):
    """The application is as asked already, or is not known."""


class UnableToLinkAccount(RuntimeError):
    """The account cannot be linked with this identity of the platform."""


class UnableToUnlinkAccount(RuntimeError):
    """There is no such link."""


class UnableToSignInFromPlatform(RuntimeError):
    """The platform vouches for somebody whom no account here is linked with."""


@dataclass(frozen=True)
class Registered:
    """An application and its secret, which is shown this once."""

    application: Application
    secret: str


def _subject(application: Application) -> str:
    return f"application:{application.client_id}"


def _checked_redirect_uri(uri: str) -> str:
    """Raises UnableToRegisterApplication for an address to which no code may be sent."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        parts, host = None, ""
    is_loopback = host in {"127.0.0.1", "::1", "localhost"}
    is_secure = parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback))
    if (
        parts is None
        or not host
        or not is_secure
        or parts.fragment
        or "*" in uri
        or "@" in parts.netloc
        or len(uri) > 500
    ):
        raise UnableToRegisterApplication(
            _(
                "回调地址“%(uri)s”不可用。请填写完整的 https:// 地址，不带通配符、用户名和 # 部分；本机调试可用 http://127.0.0.1。"
            )
            % {"uri": uri[:200]}
        )
    return uri


def register_application(
    *,
    actor: Account | None,
    name: str,
    owner: str,
    redirect_uris: Sequence[str],
    scopes: Sequence[str] = ("openid", "profile"),
    contact: str = "",
    is_trusted: bool = False,
    now: datetime,
) -> Registered:
    """Registers an application. Addresses are compared exactly; a trusted one of the bureau's own asks no consent.

    Raises UnableToRegisterApplication, PermissionMissing. `actor` is None for the operator on the machine.
    """
    if actor is not None:
        require_over_applications(actor=actor)
        if is_trusted:
            raise UnableToRegisterApplication(_("免确认的应用只能由运维人员用命令登记。"))
    uris = list(dict.fromkeys(_checked_redirect_uri(uri.strip()) for uri in redirect_uris if uri.strip()))
    unknown = sorted(set(scopes) - set(SCOPES))
    if not name.strip() or not owner.strip():
        raise UnableToRegisterApplication(_("请填写应用名称和所属单位。"))
    if not uris or len(uris) > MAX_REDIRECT_URIS:
        raise UnableToRegisterApplication(
            _("请填写 1 至 %(count)s 个回调地址，每行一个。") % {"count": MAX_REDIRECT_URIS}
        )
    if unknown:
        raise UnableToRegisterApplication(
            _("没有名为“%(scope)s”的信息范围。可用的：%(scopes)s。")
            % {"scope": "、".join(unknown), "scopes": "、".join(SCOPES)}
        )
    secret = secrets.token_urlsafe(32)
    client = Client(name=name.strip()[:100], type=Client.Type.CONFIDENTIAL, skip_consent=is_trusted, created_at=now)
    client.set_secret(secret)
    client.set_redirect_uris(uris)
    client.set_post_logout_redirect_uris([])
    client.set_scopes(sorted({"openid", *scopes}, key=SCOPES.index))
    client.set_default_scopes(["openid"])
    client.set_response_types(["code"])
    client.set_grant_types(_GRANTS)
    with transaction.atomic():
        client.full_clean()
        client.save()
        application = Application(
            client=client, owner=owner.strip()[:120], contact=contact.strip()[:120], registered_by=actor
        ).store()
        record(
            actor=actor,
            code="identity.application.register",
            subject=_subject(application),
            detail={"name": client.name, "owner": application.owner, "redirect_uris": uris,
                    "scopes": client.get_scopes(), "is_trusted": is_trusted},
            at=now,
        )  # fmt: skip
    return Registered(application, secret)


def _found(actor: Account | None, client_id: str) -> Application:
    if actor is not None:
        require_over_applications(actor=actor)
    application = find_application(client_id=client_id)
    if application is None:
        raise UnableToChangeApplication(_("没有客户端标识为“%(id)s”的应用。") % {"id": client_id[:100]})
    return application


def set_application_enabled(*, actor: Account | None, client_id: str, is_enabled: bool, now: datetime) -> None:
    """Shuts an application out, with every token it holds, or lets it in again. Raises UnableToChangeApplication.

    Shut out, its protocol row allows no grant and no answer, so that the library itself refuses it.
    """
    application = _found(actor, client_id)
    with transaction.atomic():
        if not Application.objects.filter(pk=application.pk, is_enabled=not is_enabled).update(is_enabled=is_enabled):
            raise UnableToChangeApplication(_("应用“%(name)s”的状态已经如此。") % {"name": application.client.name})
        client = application.client
        client.set_grant_types(_GRANTS if is_enabled else [])
        client.set_response_types(["code"] if is_enabled else [])
        client.save(update_fields=["grant_types", "response_types"])
        revoked = 0 if is_enabled else Token.objects.filter(client=client).delete()[0]
        record(
            actor=actor,
            code="identity.application.enable" if is_enabled else "identity.application.disable",
            subject=_subject(application),
            detail={"name": client.name, "revoked": revoked},
            at=now,
        )


def renew_application_secret(*, actor: Account | None, client_id: str, now: datetime) -> Registered:
    """Gives an application another secret; the former one and all tokens end. Raises UnableToChangeApplication."""
    application = _found(actor, client_id)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        client = application.client
        client.set_secret(secret)
        client.save(update_fields=["secret"])
        Token.objects.filter(client=client).delete()
        record(
            actor=actor,
            code="identity.application.renew_secret",
            subject=_subject(application),
            detail={"name": client.name},
            at=now,
        )
    return Registered(application, secret)


def note_grant(*, account: Account, client_id: str, scopes: Sequence[str], code: str, now: datetime) -> None:
    """Writes down that a person let an application in, and the rights with which he did; `code` is what it was given."""
    with transaction.atomic():
        issued = Token.objects.by_value(code).filter(type=Token.Type.AUTHORIZATION_CODE, user=account).first()
        if issued is not None and issued.get_grant_id():
            Authorization.objects.create(
                grant_id=issued.get_grant_id(),
                account=account,
                rights=keys_of(rights_of(account=account, is_fresh=True)),
                begun_at=now,
            )
        record(
            actor=account,
            code="identity.token.grant",
            subject=f"application:{client_id}",
            detail={"scopes": list(scopes)},
            at=now,
        )


# The platform that signs our people in --------------------------------------------------------------------------


def link_account(*, account: Account, uid: str, now: datetime) -> None:
    """Links an account with an identity of the platform, after its owner has proved both.

    Raises UnableToLinkAccount where the identity belongs to another account, or the account has another identity.
    """
    provider = settings.PLATFORM_ID
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        existing = SocialAccount.objects.filter(provider=provider, uid=uid).first()
        if existing is not None and existing.user_id == account.pk:
            raise UnableToLinkAccount(_("这个平台账号已经与您的账号绑定。"))
        if existing is not None:
            raise UnableToLinkAccount(_("这个平台账号已经与另一个账号绑定。请先在那个账号中解除绑定。"))
        if SocialAccount.objects.filter(provider=provider, user=account).exists():
            raise UnableToLinkAccount(_("您的账号已经绑定了另一个平台账号。请先解除原来的绑定。"))
        try:
            with transaction.atomic():
                SocialAccount.objects.create(user=account, provider=provider, uid=uid, extra_data={})
        except IntegrityError as error:
            raise UnableToLinkAccount(_("这个平台账号刚刚与另一个账号绑定。")) from error
        record(
            actor=account,
            code="identity.link.add",
            subject=f"account:{account.username}",
            detail={"provider": provider},
            at=now,
        )


def unlink_account(*, account: Account, link_id: int, now: datetime) -> None:
    """Ends a link of one's own. Raises UnableToUnlinkAccount where there is none."""
    with transaction.atomic():
        if not SocialAccount.objects.filter(user=account, pk=link_id).delete()[0]:
            raise UnableToUnlinkAccount(_("没有这个绑定，可能已经解除。"))
        record(actor=account, code="identity.link.remove", subject=f"account:{account.username}", detail={}, at=now)


def account_from_platform(*, uid: str, claims: dict[str, Any], now: datetime) -> Account:
    """The open account behind an identity that the platform vouches for.

    It is the one linked by its owner, or, where PLATFORM_USERNAME_CLAIM names a claim that the platform has verified,
    the one of that user name, which is then linked. No account is ever made here, and none gets a right.
    Raises UnableToSignInFromPlatform.
    """
    provider = settings.PLATFORM_ID
    refusal = _("平台账号还没有与本系统的账号绑定。请先用用户名和密码登录，再到“登录与安全”页绑定。")
    link = SocialAccount.objects.select_related("user").filter(provider=provider, uid=uid).first()
    if link is None and settings.PLATFORM_USERNAME_CLAIM:
        named = claims.get(settings.PLATFORM_USERNAME_CLAIM)
        account = find_account(username=named) if isinstance(named, str) and named else None
        if account is not None and account.is_active:
            try:
                link_account(account=account, uid=uid, now=now)
            except UnableToLinkAccount as error:
                raise UnableToSignInFromPlatform(refusal) from error
            return account
    if link is None or not link.user.is_active:
        raise UnableToSignInFromPlatform(refusal)
    return link.user
