"""The weekly digest: how much waits for somebody and for the units he answers for. Numbers only, never a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yaodian.cases.queries import counts, my_day, period_counts
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, rights_of, scope_of, with_rights
from yaodian.plans.models import (
    Bulletin,
    BulletinState,
    Commitment,
    CommitmentState,
    DigestSetting,
    Duty,
    DutyState,
    PlanState,
)

SOON = timedelta(days=14)
ANSWER, ISSUE = "plans.answer", "plans.issue"


def week_of(day: date) -> str:
    """The week of a day as ISO 8601 counts: 2026-W48."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


@dataclass(frozen=True, slots=True)
class Digest:
    """``mine`` waits for the person, ``units`` lies in the units that he answers for: each a sentence part and how many."""

    week: str
    mine: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]

    @property
    def is_empty(self) -> bool:
        return not any(count for _words, count in (*self.mine, *self.units))

    @property
    def lines(self) -> tuple[str, ...]:
        """What of it stands in the message; nothing of what is nought."""
        said = []
        for title, found in ((_("等您处理"), self.mine), (_("您负责的单位"), self.units)):
            shown = [f"{words} {count}" for words, count in found if count]
            if shown:
                said.append(f"{title}：{'，'.join(shown)}。")
        return tuple(said)


def digest_of(*, account: Account, today: date) -> Digest:
    """The digest of an account. A constant number of queries."""
    waiting = my_day(account=account, today=today).counts
    kinds = counts(account=account, today=today)
    scope = scope_of(account=account, permission=ANSWER)
    unsigned = soon = 0
    if not scope.is_empty:
        duties = _duties_in_force().filter(unit__in=scope.unit_ids())
        unsigned = duties.filter(state=DutyState.WAITING).count()
        soon = _due_soon(duties, today)
    issue = scope_of(account=account, permission=ISSUE)
    to_issue = 0
    if not issue.is_empty:
        waits = Bulletin.objects.filter(state=BulletinState.SUBMITTED, unit__in=issue.unit_ids())
        to_issue = waits.exclude(Q(written_by=account) | Q(writers=account)).count()
    return Digest(
        week_of(today),
        (
            (_("待签收"), waiting.get("sign", 0)),
            (_("办理中"), waiting.get("work", 0)),
            (_("待交办"), waiting.get("dispatch", 0)),
            (_("待审批延期"), waiting.get("decide", 0)),
            (_("待核验"), waiting.get("verify", 0)),
            (_("待签发通报"), to_issue),
        ),
        (
            (_("逾期督办事项"), sum(one.overdue for one in kinds)),
            (_("待签收任务"), unsigned),
            (_("两周内到期任务"), soon),
        ),
    )


def group_digest(*, today: date) -> Digest:
    """What the whole house has to do, for the robot of a group. A constant number of queries."""
    cases = period_counts(units=None, kinds=(), first=today - timedelta(days=7), last=today)
    duties = _duties_in_force()
    return Digest(
        week_of(today),
        (),
        (
            (_("在办督办事项"), sum(one.open for one in cases.values())),
            (_("逾期督办事项"), sum(one.overdue for one in cases.values())),
            (_("上周销号"), sum(one.closed for one in cases.values())),
            (_("待签收任务"), duties.filter(state=DutyState.WAITING).count()),
            (_("两周内到期任务"), _due_soon(duties, today)),
            (_("待签发通报"), Bulletin.objects.filter(state=BulletinState.SUBMITTED).count()),
        ),
    )


def _duties_in_force() -> QuerySet[Duty]:
    return Duty.objects.filter(
        unit__isnull=False, commitment__state=CommitmentState.ACCEPTED, commitment__plan__state=PlanState.PUBLISHED
    )


def _due_soon(duties: QuerySet[Duty], today: date) -> int:
    return Commitment.objects.filter(
        pk__in=duties.values("commitment"), due_on__gte=today, due_on__lte=today + SOON
    ).count()


def recipients(*, today: date) -> Iterator[tuple[Account, str]]:
    """Who has given an address and not switched the digest off, and holds a right today."""
    rows = DigestSetting.objects.filter(is_on=True, account__is_active=True).exclude(address="")
    for row in rows.select_related("account").order_by("account_id").iterator(chunk_size=500):
        account = with_rights(row.account)
        if rights_of(account=account, on=today):
            yield account, row.address


@dataclass(frozen=True, slots=True)
class DigestPage:
    """Somebody's settings, and what the digest would say today."""

    setting: DigestSetting | None
    digest: Digest


def get_digest_page(*, account: Visitor, today: date) -> DigestPage:
    """The settings of an account."""
    assert isinstance(account, Account)
    return DigestPage(DigestSetting.objects.filter(account=account).first(), digest_of(account=account, today=today))
