"""People hear on their page what has happened in a round: each of them once for each event, whatever is repeated.

A message names the year, the office and a day. What somebody typed, marks and names of people are not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.appraisal.models import Appeal, AppealState, Appraisal, Round, RoundState
from yaodian.appraisal.queries import unit_names
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Grant, holds_on
from yaodian.organisations.roles import PERMISSIONS_OF, Role

# So many working days before the last one a unit is reminded that it may still object.
REMIND_BEFORE = 1


def _holders(permission: str, units: Collection[int], day: date) -> Mapping[int, tuple[Account, ...]]:
    """Who holds a permission in these very units on a day, by unit. One query."""
    roles = [role for role, held in PERMISSIONS_OF.items() if permission in held]
    found: dict[int, dict[int, Account]] = defaultdict(dict)
    grants = Grant.objects.filter(
        holds_on(day),
        Q(post__isnull=True) | holds_on(day, prefix="post__"),
        unit__in=units,
        role__in=roles,
        account__is_active=True,
    )
    for grant in grants.select_related("account").order_by("pk"):
        if permission in PERMISSIONS_OF[Role(grant.role)]:
            found[grant.unit_id][grant.account_id] = grant.account
    return {unit: tuple(accounts.values()) for unit, accounts in found.items()}


def _drafts(
    row: Round, event: str, permission: str, units: Collection[int], subject: str, body: str, day: date
) -> Iterable[Draft]:
    people = {one.pk: one for held in _holders(permission, units, day).values() for one in held}
    for account in people.values():
        yield Draft(
            key=f"appraisal.round:{row.pk}:{event}:{account.pk}",
            channel=Channel.PAGE,
            recipient=account,
            subject=subject,
            body=body,
        )


def _title(row: Round, words: str) -> str:
    return _("%(year)s 年度考核：%(words)s") % {"year": row.year, "words": words}


def _units(row: Round) -> list[int]:
    return list(Appraisal.objects.filter(round=row).values_list("unit_id", flat=True))


def tell_opened(row: Round, *, now: datetime) -> None:
    """Every appraised unit hears that its year is being appraised, and from which day the figures are."""
    day = timezone.localdate(now)
    body = _("%(office)s已开始考核，指标以 %(day)s 的数为准。反馈后可在“年度考核”中查看本单位的得分。") % {
        "office": _office(row, day),
        "day": row.freeze_on,
    }
    queue_messages(
        drafts=_drafts(row, "open", "appraisal.appeal", _units(row), _title(row, _("考核已经开始")), body, day), now=now
    )


def tell_feedback(row: Round, *, now: datetime) -> None:
    """Every unit hears that it may see its marks, and until when it may object."""
    body = _("本单位的得分已可查看，请逐项核对。如有异议，请在 %(day)s 以前提出申诉，每项一次。") % {
        "day": row.appeal_until
    }
    queue_messages(
        drafts=_drafts(
            row,
            "feedback",
            "appraisal.appeal",
            _units(row),
            _title(row, _("得分已经反馈")),
            body,
            timezone.localdate(now),
        ),
        now=now,
    )


def tell_published(row: Round, *, now: datetime) -> None:
    """Every unit hears that the result is out."""
    body = _("考核结果已公布，可在“年度考核”中查看得分和名次。")
    queue_messages(
        drafts=_drafts(
            row,
            "published",
            "appraisal.appeal",
            _units(row),
            _title(row, _("结果已经公布")),
            body,
            timezone.localdate(now),
        ),
        now=now,
    )


def tell_filed(appeal: Appeal, row: Round, *, now: datetime) -> None:
    """The office hears that an appeal waits for somebody who has marked nothing of the unit."""
    day = timezone.localdate(now)
    name = unit_names({appeal.appraisal.unit_id}, day).get(appeal.appraisal.unit_id, "")
    body = _("%(unit)s提出了一件申诉，请由没有给它评过分的同事裁定。") % {"unit": name}
    drafts = _drafts(
        row, f"appeal-{appeal.pk}", "appraisal.run", [row.office_id], _title(row, _("收到申诉")), body, day
    )
    queue_messages(drafts=drafts, now=now)


def tell_decided(appeal: Appeal, row: Round, *, now: datetime) -> None:
    """The unit hears that its appeal was decided."""
    said = _("已予更正") if appeal.state == AppealState.UPHELD else _("维持原分")
    body = _("本单位的一件申诉已有裁定：%(said)s。理由见本单位的考核表。") % {"said": said}
    drafts = _drafts(
        row, f"decided-{appeal.pk}", "appraisal.appeal", [appeal.appraisal.unit_id], _title(row, _("申诉裁定")), body,
        timezone.localdate(now),
    )  # fmt: skip
    queue_messages(drafts=drafts, now=now)


def tell_deadlines(*, now: datetime) -> int:
    """Reminds the units of every round whose time for appeals ends today or on the next working day; each person once.

    Returns the number of rounds. Run again on the same or the next day, it tells nobody twice.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    rows = [
        row
        for row in Round.objects.filter(state=RoundState.FEEDBACK, appeal_until__gte=today).select_related("office")
        if row.appeal_until is not None and calendar.working_days_between(today, row.appeal_until) <= REMIND_BEFORE
    ]
    for row in rows:
        body = _("申诉期到 %(day)s 为止，逾期不能再提出。没有异议的不必理会。") % {"day": row.appeal_until}
        with transaction.atomic():
            queue_messages(
                drafts=_drafts(
                    row, "deadline", "appraisal.appeal", _units(row), _title(row, _("申诉即将截止")), body, today
                ),
                now=now,
            )
    return len(rows)


def _office(row: Round, day: date) -> str:
    return unit_names({row.office_id}, day).get(row.office_id, "")
