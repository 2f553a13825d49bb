"""Families hear on their page what has happened: both guardians, each of them once for each event, whatever is repeated.

A message names the season and a day. What a family said, a child's name or number, and any school are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from yaodian.admissions.models import Appeal, Application, ApplicationState, Intake, Place
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages


def _draft(row: Application, event: str, subject: str, body: str) -> Draft:
    return Draft(
        key=f"admissions.application:{row.pk}:{event}",
        channel=Channel.PAGE,
        recipient=row.account,
        subject=subject,
        body=body,
    )


def _to_family(row: Application, event: str, subject: str, body: str) -> Iterator[Draft]:
    """One for each account: whoever applied, and every guardian with another account."""
    yield _draft(row, event, subject, body)
    for account in {one.account for one in row.guardians.all() if one.account_id not in (None, row.account_id)}:
        yield replace(_draft(row, f"{event}:{account.pk}", subject, body), recipient=account)


def _to_families(rows: QuerySet[Application], event: str, subject: str, body: str) -> Iterator[Draft]:
    """Three queries a thousand rows."""
    for row in rows.select_related("account").prefetch_related("guardians__account").iterator(chunk_size=1_000):
        yield from _to_family(row, event, subject, body)


def _to_all(applications: Iterable[Application], event: str, subject: str, body: str) -> Iterator[Draft]:
    rows = list(applications)
    prefetch_related_objects(rows, "guardians__account")
    for row in rows:
        yield from _to_family(row, event, subject, body)


def tell_published(intake: Intake, *, now: datetime) -> None:
    """Every family that took part hears that it may look, and until when it must accept: whoever applied, and the other guardian
    where there is an account."""
    subject = _("%(season)s：结果已公布") % {"season": intake.season.title}
    body = _(
        "请登录“我的报名”查看结果和理由。有学位的，请在 %(days)s 天内确认；有异议的，可在 %(appeal)s 天内申诉。"
    ) % {
        "days": intake.accept_days,
        "appeal": intake.appeal_days,
    }
    rows = Application.objects.filter(intake=intake, state__in=[ApplicationState.VERIFIED, ApplicationState.REFUSED])
    queue_messages(drafts=_to_families(rows, "published", subject, body), now=now)


def tell_abandoned(intake: Intake, *, now: datetime) -> None:
    """Every family that handed in hears that there is no result, and that what names it is erased."""
    subject = _("%(season)s：没有公布结果，已终止") % {"season": intake.season.title}
    body = _("这个学段一直没有公布结果，现已终止。您和孩子的信息保存期满，随后删去；有疑问的，请联系招生咨询窗口。")
    rows = Application.objects.filter(intake=intake, erased_at__isnull=True).exclude(state=ApplicationState.DRAFT)
    queue_messages(drafts=_to_families(rows, "abandoned", subject, body), now=now)


def tell_called(places: Iterable[Place], *, now: datetime) -> None:
    """Families whose child was given a place from the waiting list."""
    subject = _("您的孩子已从候补递补到学位")
    body = _("请登录“我的报名”查看，并在 %(day)s 以前确认。原来的学位已经空出。")
    given = list(places)
    prefetch_related_objects([place.application for place in given], "guardians__account")
    queue_messages(
        drafts=(
            draft
            for place in given
            for draft in _to_family(
                place.application, f"called:{place.pk}", subject, body % {"day": place.accept_until}
            )
        ),
        now=now,
    )


def tell_appeal_decided(appeal: Appeal, *, now: datetime) -> None:
    """The family hears that its appeal was decided; how stands on its page."""
    subject = _("您的招生申诉已有裁定")
    body = _("请登录“我的报名”查看裁定和理由。")
    queue_messages(drafts=_to_family(appeal.application, f"appeal:{appeal.pk}", subject, body), now=now)


def tell_ended(applications: Iterable[Application], *, now: datetime) -> None:
    """Families that still waited hear that nobody is called any more."""
    subject = _("候补已经结束")
    body = _("本次招生已结束，不再递补。已确认的学位不受影响；请登录“我的报名”查看。")
    queue_messages(drafts=_to_all(applications, "ended", subject, body), now=now)


def tell_further_round(applications: Iterable[Application], intake: Intake, *, now: datetime) -> None:
    """Families whose child was left over hear of the further round, and until when they choose."""
    subject = _("%(season)s：补录开始") % {"season": intake.season.title}
    body = _("请在 %(opens)s 至 %(closes)s 之间登录“我的报名”，从还有空位的学校里重新选择志愿。材料不用再交，报名号不变。") % {
        "opens": intake.opens_on, "closes": intake.closes_on,
    }  # fmt: skip
    queue_messages(drafts=_to_all(applications, "round", subject, body), now=now)
