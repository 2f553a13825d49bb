"""Families hear what came of the verification: each guardian with an account once for each decision. No message names anybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, ApplicationGuardian, ApplicationState, Intake
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.organisations.queries import holders_of


def tell_decided(row: Application, intake: Intake, *, now: datetime) -> None:
    """What was decided of this revision, and what the family can do."""
    words = {"number": row.number, "stage": intake.get_stage_display(), "day": intake.check_until}
    _tell([row], f"{row.state}:{row.revision}", *_said(row.state, words), now=now)


def tell_reopened(row: Application, intake: Intake, *, now: datetime) -> None:
    """The decision does not stand any more."""
    body = _("报名号 %(number)s 的%(stage)s入学申请将重新核验，此前的结论不再有效。有了新的结论会再告诉您。") % {
        "number": row.number, "stage": intake.get_stage_display(),
    }  # fmt: skip
    _tell([row], f"reopened:{row.revision}", _("入学申请将重新核验"), body, now=now)


def tell_chosen(row: Application, intake: Intake, *, now: datetime) -> None:
    """It was looked at who applies; that there was another application is not said."""
    body = _("报名号 %(number)s 的%(stage)s入学申请已核实由谁报名，接着按程序核验。现在不需要再做什么。") % {
        "number": row.number, "stage": intake.get_stage_display(),
    }  # fmt: skip
    _tell([row], f"chosen:{row.revision}", _("入学申请已核实报名人"), body, now=now)


def tell_third(row: Application, intake: Intake, *, looked: Collection[int], now: datetime) -> None:
    """The colleagues of the office who may decide where two differ: neither those two nor the family."""
    body = _(
        "报名号 %(number)s 的%(stage)s入学申请，两位核验人的结论不一致。请在“入学申请核验”中由您决定，%(day)s 以前完成。"
    )
    _tell_colleagues(row, intake, "third", _("一份入学申请等您决定"), body, looked=looked, now=now)


def tell_third_choice(row: Application, intake: Intake, *, looked: Collection[int], now: datetime) -> None:
    """The same where two have chosen different applications of one child."""
    body = _(
        "报名号 %(number)s 的%(stage)s入学申请，同一儿童另有申请，两位同事选的不一致。请由您确定以哪一份为准，%(day)s 以前完成。"
    )
    _tell_colleagues(row, intake, "third-choice", _("同一儿童的几份申请等您确定"), body, looked=looked, now=now)


def _tell_colleagues(
    row: Application, intake: Intake, event: str, subject: str, body: str, *, looked: Collection[int], now: datetime
) -> None:
    office = intake.season.office_id
    holders = holders_of(permissions=["admissions.verify"], units=[office], day=timezone.localdate(now))
    people = {one.pk: one for there in holders["admissions.verify"].values() for one in there}
    family = {row.account_id, *row.guardians.values_list("account_id", flat=True)}
    words = {"number": row.number, "stage": intake.get_stage_display(), "day": intake.check_until}
    queue_messages(
        drafts=[
            Draft(
                key=f"admissions.application:{row.pk}:{event}:{row.revision}:{key}", channel=Channel.PAGE, recipient=account,
                subject=subject, body=body % words,
            )
            for key, account in people.items()
            if key not in family and key not in looked
        ],
        now=now,
    )  # fmt: skip


def tell_lapsed(rows: Collection[Application], intake: Intake, *, now: datetime) -> None:
    """They were returned and not put right in time."""
    for row in rows:
        words = {"number": row.number, "stage": intake.get_stage_display(), "day": intake.check_until}
        _tell([row], f"lapsed:{row.revision}", *_said(row.state, words), now=now)


def tell_settled(guardian: ApplicationGuardian, *, now: datetime) -> None:
    """A guardian who objected hears that it was dealt with."""
    if guardian.account_id is None:
        return
    body = _("您对一份入学申请提出的异议已处理。想知道经过的，请联系招生咨询窗口。")
    draft = Draft(
        key=f"admissions.guardian:{guardian.pk}:settled", channel=Channel.PAGE, recipient=guardian.account,
        subject=_("您的异议已处理"), body=body,
    )  # fmt: skip
    queue_messages(drafts=[draft], now=now)


def _said(state: str, words: dict[str, object]) -> tuple[str, str]:
    if state == ApplicationState.VERIFIED:
        return _("入学申请已核验通过"), _(
            "报名号 %(number)s 的%(stage)s入学申请已核验通过。结果公布前，您不需要再做什么。"
        ) % words
    if state == ApplicationState.RETURNED:
        return _("入学申请需要补正"), _(
            "报名号 %(number)s 的%(stage)s入学申请需要补正。请登录后查看要补什么，在 %(day)s 以前（含当天）改好再提交。"
        ) % words
    return _("入学申请不符合条件"), _(
        "报名号 %(number)s 的%(stage)s入学申请不符合条件。原因请登录后查看；不同意的，请联系招生咨询窗口。"
    ) % words


def _tell(rows: Collection[Application], event: str, subject: str, body: str, *, now: datetime) -> None:
    drafts = []
    for row in rows:
        people = {row.account_id: row.account}
        for one in row.guardians.filter(account__isnull=False).select_related("account"):
            people.setdefault(one.account_id, one.account)
        drafts += [
            Draft(
                key=f"admissions.application:{row.pk}:{event}:{account.pk}", channel=Channel.PAGE, recipient=account,
                subject=subject, body=body,
            )
            for account in people.values()
        ]  # fmt: skip
    queue_messages(drafts=drafts, now=now)
