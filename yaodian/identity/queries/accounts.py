"""What is known of an account's ways to prove itself."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.identity.models import ActivationCode, Failures, Passkey, RecoveryCode, SignIn, Subject, Totp
from yaodian.organisations.models import Account, Grant, Post
from yaodian.organisations.queries import PermissionMissing, require

MANAGE = "organisations.grant"


def has_second_factor(*, account: Account) -> bool:
    """Whether the account has an app or a passkey; recovery codes alone are none."""
    return Totp.objects.filter(account_id=account.pk).exists() or Passkey.objects.filter(account_id=account.pk).exists()


@dataclass(frozen=True)
class SecondFactors:
    """The second factors of an account: its app, its passkeys, and how many recovery codes are left."""

    totp: Totp | None
    passkeys: tuple[Passkey, ...]
    recovery_codes_left: int

    @property
    def is_empty(self) -> bool:
        return self.totp is None and not self.passkeys


def second_factors_of(*, account: Account) -> SecondFactors:
    """Three queries."""
    return SecondFactors(
        Totp.objects.filter(account_id=account.pk).first(),
        tuple(Passkey.objects.filter(account_id=account.pk)),
        RecoveryCode.objects.filter(account_id=account.pk, used_at__isnull=True).count(),
    )


def sign_ins_of(*, account: Account, now: datetime) -> QuerySet[SignIn]:
    """The sessions of an account that still live, last seen first."""
    from django.contrib.sessions.models import Session

    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    return SignIn.objects.filter(Exists(live), account_id=account.pk)


def subject_of(*, account: Account) -> uuid.UUID:
    """The name under which passkeys and applications know the account; made at its first use, the same ever after."""
    return Subject.objects.get_or_create(account_id=account.pk)[0].value


class CodeState:
    """How far an account is: the words and the kind of badge for each state."""

    LABELS: dict[str, tuple[str, Promise]] = {
        "closed": ("off", gettext_lazy("已停用")),
        "open": ("waiting", gettext_lazy("待激活")),
        "expired": ("attention", gettext_lazy("激活码已过期")),
        "none": ("attention", gettext_lazy("未签发激活码")),
        "active": ("good", gettext_lazy("已激活")),
        "renewing": ("waiting", gettext_lazy("重设密码中")),
    }


@dataclass(frozen=True)
class AccountRow:
    """An account in an administrator's list."""

    account: Account
    state: str
    expires_at: datetime | None
    has_second_factor: bool

    @property
    def kind(self) -> str:
        return CodeState.LABELS[self.state][0]

    @property
    def label(self) -> str:
        return str(CodeState.LABELS[self.state][1])


def _reached(actor: Account) -> QuerySet[Account]:
    """The accounts that an administrator of accounts reaches: those whose every right lies in his scope."""
    scope = require(account=actor, permission=MANAGE)
    # A right of tomorrow counts, and so do those of whom the account may stand in for.
    lasting = Q(until_on__isnull=True) | Q(until_on__gt=scope.as_of)
    of_account = Q(account_id=OuterRef("pk")) | Q(account__deputies__deputy_id=OuterRef("pk"))
    inside = scope.rows(Grant.objects.all())
    outside = Grant.objects.filter(lasting, of_account).exclude(pk__in=inside.values("pk"))
    posted = Q(person__posts__in=scope.rows(Post.objects.all()).values("pk"))
    reached = Exists(inside.filter(account_id=OuterRef("pk"))) | posted | Q(grants__isnull=True)
    return Account.objects.filter(~Exists(outside)).filter(reached).distinct()


def require_over(*, actor: Account | None, account: Account) -> None:
    """Raises PermissionMissing unless the actor may manage this account; the operator (None) may manage all."""
    if actor is None:
        return
    if not _reached(actor).filter(pk=account.pk).exists():
        raise PermissionMissing(
            _("账号“%(name)s”有您管理范围以外的权限，不能由您办理。请联系上级单位的安全管理员。")
            % {"name": account.name},
            permission=MANAGE,
        )


def account_rows(*, actor: Account, text: str = "") -> QuerySet[Account]:
    """The accounts that an administrator may issue codes for; `rows_of` tells the state of a page of them."""
    found = _reached(actor)
    if text:
        found = found.filter(Q(username__contains=text.casefold()) | Q(name__contains=text))
    return found.order_by("username")


def rows_of(accounts: list[Account], *, now: datetime) -> list[AccountRow]:
    """The state of each account of a page. Three queries, however many accounts."""
    keys = [account.pk for account in accounts]
    codes = {
        code.account_id: code
        for code in ActivationCode.objects.filter(account_id__in=keys, used_at__isnull=True, revoked_at__isnull=True)
    }
    secured = set(Totp.objects.filter(account_id__in=keys).values_list("account_id", flat=True)) | set(
        Passkey.objects.filter(account_id__in=keys).values_list("account_id", flat=True)
    )
    rows = []
    for account in accounts:
        code = codes.get(account.pk)
        if not account.is_active:
            state = "closed"
        elif account.has_usable_password():
            state = "renewing" if code is not None and code.expires_at > now else "active"
        elif code is None:
            state = "none"
        else:
            state = "open" if code.expires_at > now else "expired"
        rows.append(AccountRow(account, state, code.expires_at if code else None, account.pk in secured))
    return rows


@dataclass(frozen=True)
class Spraying:
    """How many accounts have failed within the window from devices that are not known: at most at one place, and in all."""

    at_one_place: int
    in_all: int

    @property
    def is_attack(self) -> bool:
        """Whether the door slows down: no morning of a school comes to as much (docs/algorithms/throttling.md)."""
        return (
            self.at_one_place >= settings.SIGN_IN_MAX_ACCOUNTS_OF_ADDRESS
            or self.in_all >= settings.SIGN_IN_MAX_ACCOUNTS
        )


def spraying(*, now: datetime) -> Spraying:
    """Two queries."""
    since = now - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    at_the_door = Failures.objects.filter(budget=Failures.Budget.DOOR, is_device=False)
    failing = at_the_door.filter(count__gt=0, since__gt=since).order_by()
    places = failing.values("place_key").annotate(accounts=Count("account_key", distinct=True)).order_by("-accounts")
    most = places.values_list("accounts", flat=True).first() or 0
    return Spraying(most, failing.values("account_key").distinct().count())
