"""What a session knows of how its owner has proved himself.

Whatever raises what a session may do gives it another key, so that a key that somebody planted or saw beforehand opens
nothing. The marks: when the owner last proved himself, whether with a second factor, and when he was last seen.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from yaodian.foundation.middleware import address_of
from yaodian.identity import operations
from yaodian.identity.codes import is_same, keyed
from yaodian.identity.models import SignIn
from yaodian.organisations.models import Account

PROVED = "identity.proved_at"
FACTOR = "identity.with_factor"
SEEN = "identity.seen_at"
PENDING = "identity.pending"
NEXT = "identity.next"
MARK = "identity.mark"
BACKEND = "yaodian.organisations.queries.AccountBackend"

PENDING_SECONDS = 10 * 60
DEVICE_SALT = "identity.device"
# Accounts that one device is known for; a shared machine in an office knows its last ones.
DEVICE_ACCOUNTS = 12


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def enter(request: HttpRequest, account: Account, *, method: str, with_factor: bool, now: datetime) -> None:
    """Opens a session for an account that has proved itself as `method` says."""
    request.session.pop(PENDING, None)
    login(request, account, backend=BACKEND)
    # `login` keeps the key of a session that was the same person's before; a new proof is a new key.
    request.session.cycle_key()
    request.session[PROVED] = _stamp(now)
    request.session[FACTOR] = with_factor
    request.session[SEEN] = _stamp(now)
    operations.open_session(
        account=account,
        session_key=str(request.session.session_key),
        method=method,
        address=address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        now=now,
    )


def confirm(request: HttpRequest, *, with_factor: bool, now: datetime) -> None:
    """The owner of an open session has proved himself again; the session gets another key."""
    old_key = str(request.session.session_key)
    request.session.cycle_key()
    request.session[PROVED] = _stamp(now)
    request.session[FACTOR] = bool(request.session.get(FACTOR)) or with_factor
    operations.move_session(old_key=old_key, new_key=str(request.session.session_key))


def begin_second_step(request: HttpRequest, account: Account, *, method: str, now: datetime) -> None:
    """The first factor was right; who it was waits in the session for the second. Nobody is signed in yet."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "account": account.pk,
        "at": _stamp(now),
        "method": method,
        # A password changed in the meantime ends the waiting.
        "state": account.get_session_auth_hash(),
    }


def pending_account(request: HttpRequest, *, now: datetime) -> tuple[Account, str] | None:
    """Who has given the first factor at most ten minutes ago, and which it was."""
    pending = request.session.get(PENDING)
    if not isinstance(pending, dict) or _stamp(now) - int(pending["at"]) > PENDING_SECONDS:
        return None
    account = Account.objects.filter(pk=pending["account"], is_active=True).first()
    if account is None or not is_same(str(pending["state"]), account.get_session_auth_hash()):
        return None
    return account, str(pending["method"])


def recently_confirmed(
    request: HttpRequest, *, within: timedelta = timedelta(minutes=10), now: datetime | None = None
) -> bool:
    """Whether the owner has proved himself in this session a short while ago, by signing in or on the page /confirm/.

    For a view that asks only at some point, before it changes anything:

        if not recently_confirmed(request):
            return to_confirm(request)
    """
    proved = request.session.get(PROVED)
    return isinstance(proved, int) and _stamp(now or timezone.now()) - proved <= within.total_seconds()


def to_confirm(request: HttpRequest) -> HttpResponse:
    """To the page /confirm/, and from there back: to this page, or to the one whose form was sent, which is then sent again."""
    target = request.get_full_path() if request.method == "GET" else _came_from(request) or reverse("identity:security")
    return redirect(f"{reverse('identity:confirm')}?{urlencode({'next': target})}")


def _came_from(request: HttpRequest) -> str:
    """The path of the page of this site that the request was sent from, else ""."""
    address = request.headers.get("Referer", "")
    if not address or not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def is_recently_proved(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the owner proved himself within the last SUDO_SECONDS."""
    return recently_confirmed(request, within=timedelta(seconds=settings.SUDO_SECONDS), now=now)


def recently_proved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For sensitive acts: whoever proved himself too long ago does so again first, and then comes back.

    What was sent is not repeated for him: he sends it again, having proved himself.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if is_recently_proved(request, now=timezone.now()):
            return view(request, *arguments, **named)
        return to_confirm(request)

    return guarded


def next_page(request: HttpRequest, *, default: str) -> str:
    """Where to go afterwards: an address of this site only."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return default


def mark_of(request: HttpRequest) -> str:
    """The random mark of this session, by which a code in a text message is good in no other."""
    mark = request.session.get(MARK)
    if not isinstance(mark, str):
        mark = request.session[MARK] = secrets.token_urlsafe(16)
    return mark


# Known devices --------------------------------------------------------------------------------------------------


def _device(request: HttpRequest) -> dict[str, Any]:
    """What the signed cookie says: the device's random name, and marks of the accounts that it is known for."""
    try:
        found = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=DEVICE_SALT, max_age=settings.DEVICE_COOKIE_AGE
        )
    except signing.BadSignature:
        found = {}
    name, marks = found.get("name"), found.get("marks", [])
    return {"name": name if isinstance(name, str) else "", "marks": marks if isinstance(marks, list) else []}


def _mark(account: Account, name: str) -> str:
    """Binds a device to an account and to its password: after a change it has to prove itself as any other."""
    return keyed("device", name, str(account.pk), account.password)[:24]


def device_of(request: HttpRequest, account: Account | None) -> str:
    """The name of the device where this account has signed in with it before, else ""."""
    device = _device(request)
    if account is None or not device["name"]:
        return ""
    mark = _mark(account, device["name"])
    return str(device["name"]) if any(is_same(mark, str(one)) for one in device["marks"]) else ""


def remember_device(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Notes in a signed cookie that this account has signed in here."""
    device = _device(request)
    name = device["name"] or secrets.token_urlsafe(16)
    mark = _mark(account, name)
    marks = [mark, *(one for one in device["marks"] if one != mark)][:DEVICE_ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"name": name, "marks": marks}, salt=DEVICE_SALT, compress=True),
        max_age=settings.DEVICE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# Idleness -------------------------------------------------------------------------------------------------------

SEEN_EVERY = timedelta(minutes=1)


def is_idle(request: HttpRequest, *, now: datetime) -> bool:
    """Whether nobody has used the session for SESSION_IDLE_SECONDS: an office's machine left open."""
    seen = request.session.get(SEEN)
    limit = settings.SESSION_IDLE_SECONDS
    return bool(limit) and isinstance(seen, int) and _stamp(now) - seen > limit


def show_life(request: HttpRequest, *, now: datetime) -> None:
    """Notes that the session is used, once a minute at most."""
    seen = request.session.get(SEEN)
    if not isinstance(seen, int) or _stamp(now) - seen < SEEN_EVERY.total_seconds():
        return
    request.session[SEEN] = _stamp(now)
    operations.see_session(session_key=str(request.session.session_key), now=now)


def has_proved_factor(request: HttpRequest) -> bool:
    return request.session.get(FACTOR) is True


METHODS = SignIn.Method
