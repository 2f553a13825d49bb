"""Reminders leave the house: by mail for whoever wishes it, and once a day to the group of a robot where one is set up.

The notices are the truth; what goes out has the notice and its reader in its key, so a pass that died, or another worker's,
sends nothing twice. It names no matter and no person: a number, a day, and where to sign in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.declaring import Confidentiality, Phase, Step, kind_of
from yaodian.cases.models import MailWish, Notice
from yaodian.cases.operations.errors import UnableToActOnCase
from yaodian.cases.queries.standing import DISPATCH, HANDLE, VIEW, VIEW_RESTRICTED
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.foundation.messages.sending import is_on
from yaodian.organisations.models import Account
from yaodian.organisations.queries import grants_on, require
from yaodian.organisations.roles import PERMISSIONS_OF, Role

# A pass that could not run for some days is made up for; a reminder that is older than that reminds of nothing.
LOOK_BACK = timedelta(days=3)
ROBOTS = (Channel.WECOM, Channel.DINGTALK)


@transaction.atomic
def wish_mail(*, actor: Account, address: str, now: datetime) -> None:
    """From now on the account has its reminders by mail at an address as well; with an empty one no longer.

    Raises PermissionMissing, UnableToActOnCase.
    """
    require(account=actor, permission=VIEW)
    said = address.strip()
    if said:
        try:
            validate_email(said)
            MailWish._meta.get_field("address").run_validators(said)
        except ValidationError as error:
            raise UnableToActOnCase(
                _("“%(address)s”不是邮箱地址。请核对，如 name@example.org；不需要邮件时请留空。")
                % {"address": said[:60]},
                code="no-address",
                field="address",
            ) from error
        MailWish.objects.update_or_create(account=actor, defaults={"address": said, "since": now})
    else:
        MailWish.objects.filter(account=actor).delete()
    record(actor=actor, code="cases.mail.wish", subject=f"account:{actor.pk}", detail={"is_wished": bool(said)}, at=now)


@dataclass(frozen=True)
class _Readers:
    """Who wishes mail, and in which units he holds what a reminder to a unit asks for."""

    wishes: Mapping[int, MailWish]
    units: Mapping[str, Mapping[int, frozenset[int]]]

    def at(self, permission: str, unit_id: int) -> frozenset[int]:
        return self.units[permission].get(unit_id, frozenset())

    def of(self, notice: Notice) -> frozenset[int]:
        """The accounts to which a notice goes by mail: nobody who may not know of the case."""
        is_restricted = notice.case.confidentiality == Confidentiality.RESTRICTED
        if notice.account_id is not None:
            return frozenset({notice.account_id} & self.wishes.keys())
        if notice.step in (Step.HANDLER, Step.HEAD_OF_UNIT):
            if is_restricted and notice.case.assignee_id is not None:
                return frozenset()
            return self.at(HANDLE, notice.unit_id)
        found = self.at(DISPATCH, notice.unit_id)
        return found & self.at(VIEW_RESTRICTED, notice.unit_id) if is_restricted else found


def _readers(today: date) -> _Readers:
    wishes = {wish.account_id: wish for wish in MailWish.objects.filter(account__is_active=True)}
    units: dict[str, dict[int, set[int]]] = {HANDLE: {}, DISPATCH: {}, VIEW_RESTRICTED: {}}
    grants = grants_on(today).filter(account_id__in=wishes)
    for account_id, role, unit_id in grants.order_by().values_list("account_id", "role", "unit_id"):
        for permission in units.keys() & PERMISSIONS_OF[Role(role)]:
            units[permission].setdefault(unit_id, set()).add(account_id)
    frozen = {name: {unit: frozenset(found) for unit, found in each.items()} for name, each in units.items()}
    return _Readers(wishes, frozen)


def queue_reminders(*, now: datetime) -> None:
    """Puts the reminders of these days into the outbox, once each. Five statements, and one for each thousand of them."""
    today = timezone.localdate(now)
    readers = _readers(today)
    with transaction.atomic():
        queue_messages(drafts=[*_mails(readers, today), *_digests(today)], now=now)


def _mails(readers: _Readers, today: date) -> Iterator[Draft]:
    if not readers.wishes:
        return
    own = Q(account_id__in=readers.wishes)
    handled, dispatched = (sorted(readers.units[permission]) for permission in (HANDLE, DISPATCH))
    own |= Q(account__isnull=True, unit_id__in=handled, step__in=[Step.HANDLER, Step.HEAD_OF_UNIT])
    own |= Q(account__isnull=True, unit_id__in=dispatched, step__in=[Step.SUPERVISING_UNIT, Step.LEADER])
    rows = Notice.objects.filter(own, on__gt=today - LOOK_BACK).exclude(case__phase=Phase.ENDED)
    for notice in rows.select_related("case").order_by("pk").iterator():
        kind = kind_of(notice.case.kind)
        if kind is None or notice.rung >= len(kind.ladder):
            continue
        words = {"words": kind.ladder[notice.rung].words, "number": notice.case.number, "day": notice.due_on}
        for account_id in sorted(readers.of(notice)):
            wish = readers.wishes[account_id]
            if wish.since > notice.at:
                # Of what was before nobody wished to be told.
                continue
            yield Draft(
                key=f"cases.notice:{notice.pk}:mail:{account_id}",
                channel=Channel.MAIL,
                address=wish.address,
                subject=_("督办提醒：%(number)s") % words,
                body=_("%(words)s\n编号 %(number)s，期限 %(day)s。请登录系统，在“今日待办”中查看。") % words,
            )


def _digests(today: date) -> Iterator[Draft]:
    """For the group of a robot how many there are today: it takes twenty messages a minute, and not everybody reads along."""
    channels = [channel for channel in ROBOTS if is_on(channel)]
    if not channels:
        return
    steps = dict(
        Notice.objects.filter(on=today).order_by().values_list("step").annotate(count=Count("case", distinct=True))
    )
    if not steps:
        return
    late = sum(steps.get(step, 0) for step in (Step.HEAD_OF_UNIT, Step.SUPERVISING_UNIT, Step.LEADER))
    words = {"soon": steps.get(Step.HANDLER, 0), "late": late}
    for channel in channels:
        yield Draft(
            key=f"cases.notices:{today.isoformat()}:{channel}",
            channel=channel,
            subject=_("今日督办提醒"),
            body=_("即将到期 %(soon)d 件，逾期催办 %(late)d 件。请登录系统，在“今日待办”中查看。") % words,
        )
