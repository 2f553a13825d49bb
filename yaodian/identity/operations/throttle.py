"""How many guesses are let through. docs/algorithms/throttling.md defines the terms and says why these numbers.

Four budgets in a window of SIGN_IN_WINDOW_SECONDS, counted before the password is looked at, so that attempts made at
once are all counted: one account from one place; one account from all places; accounts that fail at one address; and
accounts that fail anywhere. The first two refuse. The last two slow: a school whose two hundred teachers stand behind
one address is a place with many people, not an attacker, and only accounts that failed and have not come in since
count against it. A device with which somebody has signed in before has a budget of its own and feels none of the rest.

Text messages go through the same four with counts and numbers of their own, so that a city that opens its accounts does not
slow the door, nor an attack on the door the text messages.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.identity.codes import keyed
from yaodian.identity.models import Failures, Pace
from yaodian.organisations.models import Account
from yaodian.organisations.queries import find_account

PACE_WINDOW = timedelta(minutes=1)
Budget = Failures.Budget
# What the journal calls them.
_NAMES = {Budget.DOOR: "sign_in", Budget.TEXT: "texts"}


@dataclass(frozen=True)
class _Slowing:
    """From how many others on somebody is slowed, and to how many a minute: at one address, and on the whole site."""

    at_address: int
    pace_of_address: int
    on_site: int
    pace: int


def _slowing(budget: str) -> _Slowing:
    if budget == Budget.TEXT:
        return _Slowing(
            settings.TEXTS_MAX_NUMBERS_OF_ADDRESS,
            settings.TEXTS_PACE_OF_ADDRESS,
            settings.TEXTS_MAX_NUMBERS,
            settings.TEXTS_PACE,
        )
    return _Slowing(
        settings.SIGN_IN_MAX_ACCOUNTS_OF_ADDRESS,
        settings.SIGN_IN_PACE_OF_ADDRESS,
        settings.SIGN_IN_MAX_ACCOUNTS,
        settings.SIGN_IN_PACE,
    )


class TooManyFailures(RuntimeError):
    """Too many failed attempts; `retry_at` is when the next one is let through."""

    def __init__(self, *, retry_at: datetime) -> None:
        super().__init__(_("尝试次数过多，请稍后再试。"))
        self.retry_at = retry_at


def subnet_of(address: str) -> str:
    """What counts as one place on the net: an IPv4 address, an IPv6 network of 64 bits; "" where none is known."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False).network_address)
    return str(found)


def _account_key(purpose: str, username: str) -> str:
    return keyed("failures.account", purpose, Account.normalize_username(username))


def _place_key(*, address: str, device: str) -> str:
    return keyed("failures.device", device) if device else keyed("failures.place", subnet_of(address))


def begin_attempt(
    *,
    username: str,
    address: str,
    device: str,
    now: datetime,
    purpose: str = "sign-in",
    budget: Failures.Budget = Budget.DOOR,
) -> None:
    """Counts an attempt and lets it through, or raises TooManyFailures.

    `device` is the mark of a device with which this account has signed in before, "" for any other. The name is
    counted as typed, whether or not there is such an account, so that the answer does not tell.
    """
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    account_key = _account_key(purpose, username)
    place_key = _place_key(address=address, device=device)
    with transaction.atomic():
        Failures.objects.filter(since__lte=now - window).delete()
        Pace.objects.filter(since__lte=now - window).delete()
        Failures.objects.get_or_create(
            account_key=account_key,
            place_key=place_key,
            defaults={"since": now, "is_device": bool(device), "budget": budget},
        )
        row = Failures.objects.select_for_update().get(account_key=account_key, place_key=place_key)
        refusal: datetime | None = None
        if row.count >= settings.SIGN_IN_MAX_FAILURES:
            refusal = row.since + window
            _alarm(
                f"identity.{_NAMES[row.budget]}.refuse", key=f"{account_key} {place_key}", subject=_subject(username),
                detail={"address": subnet_of(address), "purpose": purpose}, now=now,
            )  # fmt: skip
        elif not device:
            refusal = _refused_elsewhere(
                row, username=username, purpose=purpose, place=subnet_of(address), window=window, now=now
            )
        if refusal is None:
            row.count += 1
            row.save(update_fields=["count"])
        elif row.count == 0:
            row.delete()
    if refusal is not None:
        raise TooManyFailures(retry_at=refusal)


def _refused_elsewhere(
    row: Failures, *, username: str, purpose: str, place: str, window: timedelta, now: datetime
) -> datetime | None:
    """When a stranger's device may try again, or None where it may now."""
    strangers = Failures.objects.filter(budget=row.budget, is_device=False, count__gt=0, since__gt=now - window)
    of_account = strangers.filter(account_key=row.account_key)
    if (of_account.aggregate(total=Sum("count"))["total"] or 0) >= settings.SIGN_IN_MAX_FAILURES_OF_ACCOUNT:
        _alarm(
            f"identity.{_NAMES[row.budget]}.refuse", key=row.account_key, subject=_subject(username),
            detail={"address": "*", "purpose": purpose}, now=now,
        )  # fmt: skip
        oldest = of_account.order_by("since").values_list("since", flat=True)[0]
        return oldest + window
    others = strangers.exclude(account_key=row.account_key).order_by()
    limits, budget = _slowing(row.budget), row.budget
    limit = limits.at_address
    if others.filter(place_key=row.place_key)[:limit].count() >= limit:
        slowed = _paced(row.place_key, limits.pace_of_address, where="address", place=place, budget=budget, now=now)
        if slowed is not None:
            return slowed
    limit = limits.on_site
    if others[:limit].count() >= limit:
        return _paced("site", limits.pace, where="site", place="*", budget=budget, now=now)
    return None


def _paced(key: str, at_most: int, *, where: str, place: str, budget: str, now: datetime) -> datetime | None:
    """Lets `at_most` attempts through in a minute, and says when the next minute begins where they are used up."""
    hashed = keyed("pace", key) if budget == Budget.DOOR else keyed("pace", budget, key)
    Pace.objects.get_or_create(key=hashed, defaults={"since": now})
    pace = Pace.objects.select_for_update().get(key=hashed)
    if pace.since <= now - PACE_WINDOW:
        pace.since, pace.count = now, 0
    is_refused = pace.count >= at_most
    if not is_refused:
        pace.count += 1
    pace.save()
    _alarm(
        f"identity.{_NAMES[budget]}.slow", key=f"slow {key}", subject=f"{_NAMES[budget].replace('_', '-')}:{where}",
        detail={"attempts_per_minute": at_most, "address": place}, now=now,
    )  # fmt: skip
    return pace.since + PACE_WINDOW if is_refused else None


def _alarm(code: str, *, key: str, subject: str, detail: dict[str, object], now: datetime) -> None:
    """An entry in the journal, once in a window for each key: an attack must not fill the journal as well."""
    _row, is_first = Pace.objects.get_or_create(key=keyed("alarm", code, key), defaults={"since": now})
    if is_first:
        record(actor=None, code=code, subject=subject, detail=detail, at=now)


def _subject(username: str) -> str:
    """The account that was tried; of a name that belongs to nobody nothing: people type passwords into that field."""
    account = find_account(username=username)
    return f"account:{account.username}" if account is not None else "account:?"


def forget_failures(*, now: datetime) -> int:
    """Clears the counts whose window is over; attempts do so as well, where there are any. Returns how many."""
    over = now - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return Failures.objects.filter(since__lte=over).delete()[0] + Pace.objects.filter(since__lte=over).delete()[0]


def forgive_failures(*, username: str, address: str, device: str, purpose: str = "sign-in") -> None:
    """Forgets the failures of an account at a place, after it has proved itself there."""
    places = [_place_key(address=address, device="")]
    if device:
        places.append(_place_key(address=address, device=device))
    Failures.objects.filter(account_key=_account_key(purpose, username), place_key__in=places).delete()
