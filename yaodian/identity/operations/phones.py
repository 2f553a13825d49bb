"""Accounts by telephone: opened, their number changed, a forgotten password replaced; and who shows that he is there."""

from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.messages import texts
from yaodian.foundation.refusing import UnableTo
from yaodian.identity.models import Phone, PhoneCode
from yaodian.identity.numbers import looks_like_number
from yaodian.identity.operations.factors import UnableToProve, prove_with_code
from yaodian.identity.operations.phone_codes import Purpose, UnableToUsePhoneCode, fitting, is_guarded, use, wrong
from yaodian.identity.operations.sessions import end_everything
from yaodian.identity.operations.throttle import begin_attempt, forgive_failures
from yaodian.identity.queries import counted_as, find_phone, has_second_factor, index_of_number, phone_of
from yaodian.organisations.models import Account, new_public_id
from yaodian.organisations.operations import UnableToChangePassword, change_password, create_account

# What says that something has happened is still of use after a gateway has stood still.
NEWS_GOOD_FOR = timedelta(hours=12)
MOST_NAME = 30


class UnableToOpenAccountByPhone(UnableToUsePhoneCode):
    """No account was opened."""


class UnableToChangePhone(UnableToUsePhoneCode):
    """The account keeps the telephone that it had, or none."""


class UnableToResetPasswordByPhone(UnableToUsePhoneCode):
    """The password stays as it is."""


class UnableToConfirmPresence(UnableTo):
    """It is not shown that the owner of the account is there."""


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _forgive_texts(number: str, address: str) -> None:
    """Whoever has shown that the number is his counts against nobody at this address."""
    forgive_failures(username=counted_as(number=number), address=address, device="", purpose="text")


class _Taken(Exception):
    """Somebody else has opened an account with the number a moment ago."""


def open_account_by_phone(
    *, number: str, code: str, holder: str, new_password: str, display_name: str, address: str, now: datetime
) -> Account:
    """An account for a family, without a right in any unit, whose owner holds the telephone.

    Its name says nothing of whose it is, as that of every guardian's: names of accounts stand in the journal for ever. Raises
    UnableToOpenAccountByPhone, which has one sentence for a wrong code and for a number that has an account; and
    UnableToChangePassword for a weak password, after which the code is still good.
    """
    name = " ".join(display_name.split())
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise UnableToOpenAccountByPhone(
            _("请填写怎样称呼您，不超过 %(most)s 个字，例如“林女士”。") % {"most": MOST_NAME},
            code="name",
            field="display_name",
        )
    number = looks_like_number(number)
    account: Account | None = None
    try:
        with transaction.atomic():
            row = fitting(number=number, purpose=Purpose.OPEN, holder=holder, account=None, code=code, now=now)
            if row is not None:
                use(row, now=now)
                if find_phone(number=number) is None:
                    account = _family(number, name, new_password, now=now)
    except _Taken:
        account = None
    if account is None:
        raise wrong(UnableToOpenAccountByPhone)
    _forgive_texts(number, address)
    return account


def _family(number: str, name: str, new_password: str, *, now: datetime) -> Account:
    """Raises UnableToChangePassword, _Taken."""
    public_id = new_public_id()
    _check_password(new_password, Account(username=number, name=name))
    account = create_account(
        actor=None, username=f"family-{public_id}", name=f"监护人 {public_id}", password=None, role=None, now=now
    )
    _bind(Phone(account=account, display_name=name), number, now=now)
    change_password(actor=account, account=account, new_password=new_password, now=now)
    record(actor=account, code="identity.account.open", subject=_subject(account), detail={}, at=now)
    return account


def _check_password(new_password: str, alike: Account) -> None:
    """Against what stands in no column of the account: its number and how its owner is addressed."""
    try:
        validate_password(new_password, alike)
    except ValidationError as error:
        raise UnableToChangePassword(*(str(sentence) for sentence in error.messages)) from error


def _bind(phone: Phone, number: str, *, now: datetime) -> None:
    """Raises _Taken where another account has the number, found now or by the database."""
    phone.number, phone.number_index, phone.verified_at = number, index_of_number(number=number), now
    try:
        with transaction.atomic():
            phone.store()
    except (IntegrityError, ValidationError) as error:
        raise _Taken from error


def change_phone(*, account: Account, number: str, code: str, holder: str, address: str, now: datetime) -> None:
    """The account's telephone is from now on the one that the code was sent to. The former one is told.

    Raises UnableToChangePhone, also where another account has the number.
    """
    number = looks_like_number(number)
    is_done = False
    try:
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=account.pk)
            row = fitting(number=number, purpose=Purpose.CHANGE, holder=holder, account=account, code=code, now=now)
            if row is not None:
                use(row, now=now)
                before = phone_of(account=account)
                former = before.number if before is not None else ""
                _bind(before or Phone(account=account), number, now=now)
                if former not in ("", number):
                    _tell(row, former, _("您的账号绑定的手机号已经更换，这个手机号不能再用来登录。不是您本人操作的，请立即联系学校。"), now=now)  # fmt: skip
                record(
                    actor=account, code="identity.phone.change", subject=_subject(account),
                    detail={"replaces": bool(former)}, at=now,
                )  # fmt: skip
                is_done = True
    except _Taken:
        is_done = False
    if not is_done:
        raise wrong(UnableToChangePhone)
    _forgive_texts(number, address)


def _tell(row: PhoneCode, number: str, words: str, *, now: datetime) -> None:
    """Tells the owner of a telephone what was done with a code."""
    texts.deliver(
        key=f"identity.phone_code.done:{row.pk}", number=number, text=words, good_until=now + NEWS_GOOD_FOR, now=now
    )


def reset_password_by_phone(
    *, number: str, code: str, holder: str, new_password: str, address: str, now: datetime
) -> Account:
    """A new password for the account of a telephone; every session and every token of it ends, and the telephone is told.

    Raises UnableToResetPasswordByPhone; UnableToChangePassword for a weak password, after which the code is still good.
    """
    number = looks_like_number(number)
    account: Account | None = None
    with transaction.atomic():
        row = fitting(number=number, purpose=Purpose.RESET, holder=holder, account=None, code=code, now=now)
        phone = find_phone(number=number) if row is not None else None
        if row is not None:
            use(row, now=now)
        # It may have been closed, or have got a sensitive right, since the code was sent.
        if row is not None and phone is not None and phone.account.is_active and not is_guarded(phone.account):
            account = phone.account
            _check_password(new_password, Account(username=number, name=phone.display_name))
            change_password(actor=account, account=account, new_password=new_password, now=now)
            end_everything(account=account, actor=account, reason="phone", now=now)
            _tell(row, number, _("您的密码刚刚用短信验证码重设，所有设备都已退出登录。不是您本人操作的，请立即联系学校。"), now=now)  # fmt: skip
            record(actor=account, code="identity.password.reset", subject=_subject(account), detail={}, at=now)
    if account is None:
        raise wrong(UnableToResetPasswordByPhone)
    _forgive_texts(number, address)
    for username in (counted_as(number=number), account.username):
        forgive_failures(username=username, address=address, device="")
    return account


def forget_phone(*, actor: Account | None, account: Account, now: datetime) -> bool:
    """Takes the telephone off an account whose owner is to be forgotten. Whether there was one."""
    with transaction.atomic():
        if not Phone.objects.filter(account_id=account.pk).delete()[0]:
            return False
        record(actor=actor, code="identity.phone.forget", subject=_subject(account), detail={}, at=now)
    return True


# Presence -------------------------------------------------------------------------------------------------------


def confirm_presence(
    *,
    account: Account,
    password: str | None = None,
    code: str | None = None,
    holder: str = "",
    address: str,
    now: datetime,
) -> bool:
    """Whoever sits there is the owner of the account. Returns whether a second factor has shown it.

    An account with a second factor shows it, as `code`; any other gives its password, or a `code` that was sent to its
    telephone. Raises UnableToConfirmPresence, TooManyFailures.
    """
    has_factor = has_second_factor(account=account)
    given = {"username": account.username, "address": address, "device": "", "purpose": "second-step"}
    begin_attempt(**given, now=now)
    if has_factor:
        try:
            means = prove_with_code(account=account, code=code or "", now=now)
        except UnableToProve as error:
            raise UnableToConfirmPresence(str(error), code="factor", field="code") from error
    elif code is not None:
        _confirm_with_phone(account, code, holder, address, now=now)
        means = "phone"
    elif account.check_password(password or ""):
        means = "password"
    else:
        raise UnableToConfirmPresence(_("密码不正确，请重新输入。"), code="password", field="password")
    with transaction.atomic():
        record(
            actor=account, code="identity.presence.confirm", subject=_subject(account), detail={"means": means}, at=now
        )
    forgive_failures(**given)
    return has_factor


def _confirm_with_phone(account: Account, code: str, holder: str, address: str, *, now: datetime) -> None:
    phone = phone_of(account=account)
    row = None
    if phone is not None:
        with transaction.atomic():
            row = fitting(
                number=phone.number, purpose=Purpose.CONFIRM, holder=holder, account=account, code=code, now=now
            )
            if row is not None:
                use(row, now=now)
    if phone is None or row is None:
        raise UnableToConfirmPresence(wrong(UnableToUsePhoneCode).message, code="code", field="code")
    _forgive_texts(phone.number, address)
