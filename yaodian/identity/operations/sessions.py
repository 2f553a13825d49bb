"""Sessions and what hangs on them: opened, seen, ended, alone or all at once together with every token."""

import re
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.identity.models import Authorization, SignIn
from yaodian.organisations.models import Account
from yaodian.organisations.queries import keys_of, rights_of


class UnableToEndSession(RuntimeError):
    """There is no such session of this account any more."""


def _subject(account: Account) -> str:
    return f"account:{account.username}"


_SYSTEMS = (
    ("Windows", r"Windows NT"),
    ("Android", r"Android"),
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux|X11"),
)
_BROWSERS = (
    ("微信", r"MicroMessenger"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("360", r"QIHU|360SE|360EE"),
    ("Firefox", r"Firefox/|FxiOS"),
    ("Chrome", r"Chrome/|CriOS|Chromium"),
    ("Safari", r"Safari/"),
)


def device_words(user_agent: str) -> str:
    """What a browser says of itself, in two words such as "Chrome · Windows"; "" where it says nothing known."""
    head = user_agent[:400]
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, head)), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, head)), "")
    return " · ".join(part for part in (browser, system) if part)


def open_session(
    *, account: Account, session_key: str, method: str, address: str, user_agent: str, now: datetime
) -> SignIn:
    """Notes a session that has just begun, and writes the journal."""
    with transaction.atomic():
        SignIn.objects.filter(session_key=session_key).delete()
        row = SignIn(
            account=account,
            session_key=session_key,
            method=method,
            device=device_words(user_agent) or "?",
            address=address,
            opened_at=now,
            seen_at=now,
        ).store()
        Account.objects.filter(pk=account.pk).update(last_login=now)
        record(
            actor=account,
            code="identity.session.open",
            subject=_subject(account),
            detail={"method": method, "address": address, "device": row.device},
            at=now,
        )
    return row


def move_session(*, old_key: str, new_key: str) -> None:
    """The session got another key, because what it may do has changed."""
    SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


def see_session(*, session_key: str, now: datetime) -> None:
    """Notes a sign of life of a session."""
    SignIn.objects.filter(session_key=session_key).update(seen_at=now)


def close_session(*, account: Account, session_key: str | None, reason: str, now: datetime) -> None:
    """Forgets a session that ends itself: by its button, or because nobody has used it."""
    with transaction.atomic():
        SignIn.objects.filter(session_key=session_key or "").delete()
        record(
            actor=account, code="identity.session.close", subject=_subject(account), detail={"reason": reason}, at=now
        )


def end_session(*, account: Account, sign_in_id: int, now: datetime) -> None:
    """Ends one session of one's own. Raises UnableToEndSession where it has ended already or is somebody else's."""
    with transaction.atomic():
        row = SignIn.objects.select_for_update().filter(pk=sign_in_id, account=account).first()
        if row is None:
            raise UnableToEndSession(_("这次登录已经结束，或不是您本人的登录。"))
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
        record(
            actor=account, code="identity.session.end", subject=_subject(account), detail={"device": row.device}, at=now
        )


def end_sessions(
    *, account: Account, actor: Account | None, reason: str, now: datetime, except_key: str | None = None
) -> int:
    """Ends all sessions of an account, but for one. Returns how many."""
    with transaction.atomic():
        rows = SignIn.objects.filter(account=account).exclude(session_key=except_key or "")
        keys = list(rows.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        rows.delete()
        if keys:
            record(
                actor=actor,
                code="identity.session.end_all",
                subject=_subject(account),
                detail={"count": len(keys), "reason": reason},
                at=now,
            )
    return len(keys)


def revoke_tokens(*, account: Account, actor: Account | None, reason: str, now: datetime) -> int:
    """Ends what applications hold of an account: codes, access and refresh tokens. Returns how many."""
    with transaction.atomic():
        count = Token.objects.filter(user=account).delete()[0]
        if count:
            record(
                actor=actor,
                code="identity.token.revoke",
                subject=_subject(account),
                detail={"count": count, "reason": reason},
                at=now,
            )
    return count


def end_everything(*, account: Account, actor: Account | None = None, reason: str = "", now: datetime) -> None:
    """Ends every session and every token of an account, in the transaction of what made it necessary.

    For whoever closes an account, takes a right away, or replaces a password.
    """
    end_sessions(account=account, actor=actor, reason=reason, now=now)
    revoke_tokens(account=account, actor=actor, reason=reason, now=now)


def check_token(*, value: str, now: datetime) -> None:
    """Ends what an application holds of an account, where one of the rights it began with has ended since.

    `value` is a code, an access token or a refresh token as the application shows it; asked before each use, because a
    right may end by itself, with its day or its post, and whoever ends one knows nothing of tokens. What is bound to no
    `Authorization` ends as well. New rights come in, and are remembered when they are first seen.
    """
    with transaction.atomic():
        token = Token.objects.by_value(value).filter(user__isnull=False).select_related("user").first()
        if token is None:
            return
        account = token.user
        grant_id = token.get_grant_id() or ""
        begun = Authorization.objects.filter(pk=grant_id).first()
        current = keys_of(rights_of(account=account, is_fresh=True))
        if begun is not None and account.is_active and set(begun.rights) <= set(current):
            if begun.rights != current:
                begun.rights = current
                begun.save(update_fields=["rights"])
            return
        held = Token.objects.filter(user=account)
        count = held.filter(data__grant_id=grant_id).delete()[0] if grant_id else token.delete()[0]
        Authorization.objects.filter(pk=grant_id).delete()
        record(
            actor=None,
            code="identity.token.revoke",
            subject=_subject(account),
            detail={"count": count, "reason": "right-ended"},
            at=now,
        )


def forget_ended_tokens(*, now: datetime) -> int:
    """Clears codes and tokens that have expired, and what is known of their beginning. Returns how many."""
    count = Token.objects.filter(expires_at__lte=now).delete()[0]
    old = Authorization.objects.filter(begun_at__lt=now - timedelta(days=1))
    held = set(Token.objects.filter(data__has_key="grant_id").values_list("data__grant_id", flat=True))
    old.exclude(pk__in=held).delete()
    return count


def forget_ended_sessions(*, now: datetime) -> int:
    """Clears the notes of sessions that have expired. Returns how many."""
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    return SignIn.objects.exclude(session_key__in=live).delete()[0]
