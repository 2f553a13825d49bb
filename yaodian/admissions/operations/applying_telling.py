"""Guardians hear of an application in which they are named; clerks hear of an objection. No message names anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, ApplicationGuardian, Intake
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.organisations.queries import holders_of


def tell_guardians(
    row: Application, guardians: Sequence[ApplicationGuardian], intake: Intake, said: str, *, now: datetime
) -> None:
    """Every guardian with an account, once for each event; whoever applies holds the receipt. `told_at` stays empty for the
    others: they are to be told by letter."""
    drafts = []
    for one in guardians:
        if one.account_id is None:
            continue
        if one.account_id != row.account_id:
            drafts.append(
                Draft(
                    key=f"admissions.application:{row.pk}:{said}:{row.revision}:{one.account_id}",
                    channel=Channel.PAGE,
                    recipient=one.account,
                    subject=_("一份入学申请把您列为监护人"),
                    body=_WORDS[said]() % {"stage": intake.get_stage_display()},
                )
            )
        if one.told_at is None:
            one.told_at = now
            one.store()
    queue_messages(drafts=drafts, now=now)


def tell_objected(row: Application, intake: Intake, guardian: ApplicationGuardian, *, now: datetime) -> None:
    """The clerks of the office that holds the season hear that a guardian has objected."""
    day = timezone.localdate(now)
    office = intake.season.office_id
    holders = holders_of(permissions=["admissions.verify"], units=[office], day=day)["admissions.verify"]
    people = {one.pk: one for there in holders.values() for one in there}
    queue_messages(
        drafts=[
            Draft(
                key=f"admissions.guardian:{guardian.pk}:objected:{account.pk}",
                channel=Channel.PAGE,
                recipient=account,
                subject=_("监护人对入学申请提出异议"),
                body=_("报名号 %(number)s 的一位监护人提出异议，请向双方核实后再下结论。") % {"number": row.number},
            )
            for account in people.values()
        ],
        now=now,
    )


_WORDS = {
    "submitted": lambda: _(
        "有人提交了一份%(stage)s入学申请，您是其中一位监护人。请在“招生入学”中查看；不同意的，可以在那里提出异议。"
    ),
    "changed": lambda: _(
        "您被列为监护人的一份%(stage)s入学申请有改动。请在“招生入学”中查看；不同意的，可以在那里提出异议。"
    ),
    "withdrawn": lambda: _(
        "您被列为监护人的一份%(stage)s入学申请已撤回。请在“招生入学”中查看；不同意的，可以在那里提出异议。"
    ),
}
