"""Codes in text messages: sent, typed, good once.

Whoever asks learns nothing from the answer about whose a number is: the same steps are done and one text message goes out, whether
it has an account or not. What there is to know stands in that message, which the owner of the telephone reads.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.messages import texts
from yaodian.foundation.models import TextMessage
from yaodian.foundation.refusing import UnableTo
from yaodian.identity.codes import digits, is_same, keyed
from yaodian.identity.models import Failures, Pace, Phone, PhoneCode
from yaodian.identity.numbers import UnableToReadNumber, looks_like_number, read_number
from yaodian.identity.operations.throttle import TooManyFailures, begin_attempt
from yaodian.identity.queries import counted_as, find_phone, index_of_number
from yaodian.organisations.models import Account
from yaodian.organisations.queries import needs_second_factor, with_rights

Purpose = PhoneCode.Purpose

# Of one number, whoever asks and whatever for: nobody's telephone is to ring all night because of us.
LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1)))
REMEMBERED = timedelta(days=1)


class UnableToRequestPhoneCode(UnableTo):
    """No code is sent; the message says why, and does not depend on whether the number has an account."""


class TooManyTexts(TooManyFailures):
    """The number has got as many text messages as it may in this time."""


class UnableToUsePhoneCode(UnableTo):
    """The code does not fit; one sentence for every reason."""


def wrong(failure: type[UnableToUsePhoneCode]) -> UnableToUsePhoneCode:
    """The one sentence."""
    return failure(
        _("验证码不正确、已过期或已用过。请核对最新的一条短信；仍不行请重新获取验证码。"), code="code", field="code"
    )


def request_phone_code(
    *, number: str, purpose: str, holder: str, address: str, now: datetime, account: Account | None = None
) -> str:
    """Sends a code to a number, or says there why none is good. Returns the number in E.164.

    `holder` is the mark of the browser that asks, where alone the code will be good; `account` who asks, for a telephone of
    one's own and for confirming. Raises UnableToRequestPhoneCode for what is no number and where no text messages are sent;
    TooManyTexts and TooManyFailures; none of them depends on whether the number has an account.
    """
    if not texts.is_on():
        raise UnableToRequestPhoneCode(
            _("本站还没有接通短信，不能发送验证码。请联系学校或系统管理员，用激活码开通账号或重设密码。"), code="off"
        )
    try:
        number = read_number(number)
    except UnableToReadNumber as error:
        raise UnableToRequestPhoneCode(str(error), code="number", field="number") from error
    index = index_of_number(number=number)
    # Asked once more under the lock below; here so that pressing the button again and again counts as nothing.
    _check_limits(index, now=now)
    begin_attempt(
        username=counted_as(number=number), address=address, device="", now=now, purpose="text",
        budget=Failures.Budget.TEXT,
    )  # fmt: skip
    expires_at = now + timedelta(seconds=settings.PHONE_CODE_SECONDS)
    with transaction.atomic():
        _lock(index, now=now)
        _check_limits(index, now=now)
        code = f"{secrets.randbelow(10**6):06d}"
        is_good, words = _words(purpose, code, phone=find_phone(number=number), account=account)
        row = PhoneCode(
            number_index=index,
            purpose=purpose,
            holder=_holder(holder),
            # Where no code was sent, none fits.
            digest=_digest(purpose, index, holder, account, code if is_good else secrets.token_hex(16)),
            sent_at=now,
            expires_at=expires_at,
        ).store()
        texts.deliver(key=f"identity.phone_code:{row.pk}", number=number, text=words, good_until=expires_at, now=now)
        record(
            actor=account, code="identity.phone_code.request", subject="phone:?", detail={"purpose": purpose}, at=now
        )
    return number


def _lock(index: bytes, *, now: datetime) -> None:
    """Whoever asks for the same number waits until this one has been counted."""
    key = keyed("texts", index.hex())
    while not Pace.objects.filter(key=key).update(since=now):
        Pace.objects.get_or_create(key=key, defaults={"since": now})


def _check_limits(index: bytes, *, now: datetime) -> None:
    """Raises TooManyTexts."""
    latest = list(
        PhoneCode.objects.filter(number_index=index, sent_at__gt=now - REMEMBERED)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[: max(most for most, _span in LIMITS)]
    )
    again = [latest[most - 1] + span for most, span in LIMITS if len(latest) >= most and latest[most - 1] > now - span]
    if again:
        raise TooManyTexts(retry_at=max(again))


def _words(purpose: str, code: str, *, phone: Phone | None, account: Account | None) -> tuple[bool, str]:
    """Whether a code is of use to whoever reads the text message, and what it says."""
    is_own = phone is not None and account is not None and phone.account_id == account.pk
    # Asked for nobody as well, so that a number without an account takes no less time.
    guarded = is_guarded(phone.account if phone is not None else Account(pk=0))
    if purpose == Purpose.OPEN and phone is not None:
        return False, _(
            "您的手机号已经开通过账号，不用再次开通，请直接登录；忘记密码可在登录页重设。不是您本人操作的，请忽略。"
        )
    if purpose == Purpose.RESET and (phone is None or not phone.account.is_active):
        return False, _("有人要重设这个手机号的密码，但它还没有可用的账号。是您本人操作的，请先开通账号；否则请忽略。")
    if purpose == Purpose.RESET and guarded:
        return False, _(
            "您的账号有敏感权限，不能用短信重设密码，请联系安全管理员签发激活码。不是您本人操作的，请忽略。"
        )
    if purpose == Purpose.CHANGE and phone is not None and not is_own:
        return False, _("这个手机号已经绑定了账号，不能再绑定到另一个账号。不是您本人操作的，请忽略。")
    if purpose == Purpose.CONFIRM and not is_own:
        return False, _("有人输入了您的手机号确认操作。不是您本人操作的，请忽略。")
    return True, _("验证码 %(code)s，用于%(purpose)s，%(minutes)s 分钟内有效。任何人索要都不要告诉他。") % {
        "code": code,
        "purpose": Purpose(purpose).label,
        "minutes": settings.PHONE_CODE_SECONDS // 60,
    }


def is_guarded(account: Account) -> bool:
    """Whether a telephone alone may not set a password: a number can be taken over, at the operator's counter or by malware."""
    return needs_second_factor(account=with_rights(account))


def _holder(holder: str) -> str:
    return keyed("phone-holder", holder)


def _digest(purpose: str, index: bytes, holder: str, account: Account | None, code: str) -> str:
    whose = str(account.pk) if account is not None else ""
    return keyed("phone-code", purpose, index.hex(), _holder(holder), whose, code)


def fitting(
    *, number: str, purpose: str, holder: str, account: Account | None, code: str, now: datetime
) -> PhoneCode | None:
    """The open code that was typed, locked; None for any other, which counts as a try. Inside a transaction that is then
    committed. Of two uses at once the second waits here and finds the code used."""
    index = index_of_number(number=number)
    digest = _digest(purpose, index, holder, account, digits(code))
    # The newest: another one that was sent ends it.
    row = (
        PhoneCode.objects.select_for_update()
        .filter(number_index=index, purpose=purpose, holder=_holder(holder))
        .order_by("-sent_at", "-pk")
        .first()
    )
    if row is None or row.used_at is not None or row.expires_at <= now or row.tries >= PhoneCode.MOST_TRIES:
        return None
    if is_same(row.digest, digest):
        return row
    PhoneCode.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    return None


def use(row: PhoneCode, *, now: datetime) -> None:
    """The code is used, in the transaction of what it was used for."""
    PhoneCode.objects.filter(pk=row.pk).update(used_at=now)


def check_phone_code(
    *, number: str, purpose: str, holder: str, code: str, now: datetime, account: Account | None = None
) -> None:
    """Whether the code is right, before more is asked for; it stays good. Raises UnableToUsePhoneCode and counts a try."""
    with transaction.atomic():
        row = fitting(
            number=looks_like_number(number), purpose=purpose, holder=holder, account=account, code=code, now=now
        )
    if row is None:
        raise wrong(UnableToUsePhoneCode)


def forget_phone_codes(*, now: datetime) -> int:
    """Clears the codes that count against no limit any more. Returns how many."""
    return PhoneCode.objects.filter(sent_at__lte=now - REMEMBERED).delete()[0]


def read_kept_texts(*, now: datetime) -> list[TextMessage]:
    """For the operator on the machine itself: what stays here because there is no gateway, the newest first. The journal
    says that it was read."""
    with transaction.atomic():
        rows = texts.kept_texts()
        record(actor=None, code="identity.texts.read", subject="texts", detail={"count": len(rows)}, at=now)
    return rows
