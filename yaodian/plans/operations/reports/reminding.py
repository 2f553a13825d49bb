"""Who must be told of a report today is told, once, whatever crashes and however many workers there are.

Notices and not cases: what a late report asks for is the report itself, which ends the matter when it is handed in; a case
would ask for a second loop of evidence and verification about it. The ladder is that of the cases: working days before and
after the day, each rung one step higher, on the clock of the unit until it has handed in and then on that of the office.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.messages.queueing import Channel, UnableToQueueMessage, queue_message
from yaodian.foundation.workdays import Calendar, calendar_as_of
from yaodian.organisations.models import Account, Ancestry, Hierarchy, holds_on
from yaodian.organisations.queries import holders_of, names_of_units
from yaodian.organisations.roles import PERMISSIONS
from yaodian.plans.models import MonthlyReport, ReportClock, ReportNotice, ReportState, ReportStep
from yaodian.plans.queries.binding import units_of_plans
from yaodian.plans.queries.reports import ReportRung, asked_still, had_a_hand_in, ladder_of, rung_day
from yaodian.plans.queries.words import month_words

logger = logging.getLogger(__name__)

ANSWER, APPROVE = "plans.answer", "plans.approve_reports"
AT_ONCE = 200
# A title of a message holds a hundred characters; a unit may have a longer name.
MOST_NAME = 60


def remind_reports(*, now: datetime) -> int:
    """Tells everybody who must be told by today. Returns how many reports took a step.

    In transactions of some hundreds: notices, messages and the step to the next rung are there together or not at all.
    Rungs that were passed over while nobody ran are made up for, but for warnings of a day that is over. Nobody is told of
    what is no longer asked: a plan that was withdrawn, duties that were given back.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    moved, count = 0, 1
    while count:
        count = _climb(calendar, today, now)
        moved += count
    return moved


@transaction.atomic
def _climb(calendar: Calendar, today: date, now: datetime) -> int:
    rows = list(
        MonthlyReport.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(asked_still(), next_act_on__lte=today)
        .select_related("plan", "unit")
        .defer("plan__text", "plan__header_read")
        .order_by("next_act_on", "pk")[:AT_ONCE]
    )
    told: list[tuple[MonthlyReport, ReportRung, ReportNotice]] = []
    for row in rows:
        told += _told(row, calendar, today, now)
    ReportNotice.objects.bulk_create([notice for _row, _rung, notice in told], ignore_conflicts=True)
    MonthlyReport.objects.bulk_update(rows, ["rung", "next_act_on"])
    _send(told, today, now)
    return len(rows)


def _told(
    row: MonthlyReport, calendar: Calendar, today: date, now: datetime
) -> list[tuple[MonthlyReport, ReportRung, ReportNotice]]:
    """The notices of every rung that is reached; the row is set to the first that is not."""
    ladder = ladder_of(row.state)
    clock = ReportClock.DECIDE if row.state == ReportState.SUBMITTED else ReportClock.HAND_IN
    due_on = row.decide_by if row.decide_by is not None else row.due_on
    found = []
    row.next_act_on = None
    while row.rung < len(ladder):
        rung = ladder[row.rung]
        day = rung_day(calendar, due_on, rung.after_days)
        if day > today:
            row.next_act_on = day
            break
        # «Three days are left» and «today» would be false by now; whoever is late hears so by the rungs that follow.
        if rung.after_days > 0 or today <= due_on:
            notice = ReportNotice(
                report=row, clock=clock, due_on=due_on, rung=row.rung, step=rung.step, on=today, at=now
            )
            found.append((row, rung, notice))
        row.rung += 1
    return found


def _send(told: Sequence[tuple[MonthlyReport, ReportRung, ReportNotice]], today: date, now: datetime) -> None:
    """A message on the page for each person of the step, and one for each group of a robot that counts."""
    if not told:
        return
    homes = units_of_plans(list({row.plan_id: row.plan for row, _rung, _notice in told}.values()))
    above = _units_above({home.pk for home in homes.values()}, today)
    units = {row.unit_id for row, _rung, _notice in told} | {home.pk for home in homes.values()}
    people = holders_of(permissions=[ANSWER, APPROVE], units=units.union(*above.values()), day=today)
    names = names_of_units(ids=units, day=today)
    barred = _barred(told, {one.pk for there in people[APPROVE].values() for one in there}, today)
    late: dict[int, int] = defaultdict(int)
    for row, rung, notice in told:
        home = homes.get(row.plan_id)
        is_office = rung.step in (ReportStep.OFFICE, ReportStep.LEADER)
        if is_office and home:
            found = _first(people[APPROVE], (home.pk, *above[home.pk]), but=barred.get(row.pk, ()))
        else:
            found = people[ANSWER].get(row.unit_id, ())
        if not found:
            logger.warning("Nobody may be told of report %s at the step %s: no right holds there", row.pk, rung.step)
        key = f"plans.report:{row.pk}:{notice.clock}:{notice.due_on}:{notice.rung}"
        for account in found:
            _tell(f"{key}:{account.pk}", account, row, names.get(row.unit_id, ""), str(rung.words), now)
        if is_office and home:
            late[home.pk] += 1
    for home_id, count in late.items():
        _tell_group(home_id, names.get(home_id, ""), count, today, now, told)


def _tell(key: str, account: Account, row: MonthlyReport, name: str, words: str, now: datetime) -> None:
    """A message on the page of a person. Where the names in it may not go out, one without them; whatever is wrong with a
    single one keeps nobody else from being told."""
    month = month_words(row.month)
    called = name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}……"
    whole = _("月报：%(unit)s %(month)s") % {"unit": called, "month": month}, f"{words}《{row.plan.title[:80]}》"
    bare = _("月报：%(month)s") % {"month": month}, words
    for subject, body in (whole, bare):
        try:
            queue_message(key=key, channel=Channel.PAGE, recipient=account, subject=subject, body=body, now=now)
        except UnableToQueueMessage:
            # The reason may quote what was wrong, and a log is read by others.
            logger.warning("Account %s is told of report %s without the name of its unit", account.pk, row.pk)
        else:
            return
    logger.error("Account %s was not told of report %s", account.pk, row.pk)


def _tell_group(
    home_id: int,
    name: str,
    count: int,
    today: date,
    now: datetime,
    told: Sequence[tuple[MonthlyReport, ReportRung, ReportNotice]],
) -> None:
    """The group of the office is told a number and no names. A second batch of the same morning says its own number."""
    first = min(row.pk for row, _rung, _notice in told)
    whole = _("%(unit)s：有 %(count)s 份月报逾期未报或待审核，请登录系统查看。") % {"unit": name, "count": count}
    bare = _("有 %(count)s 份月报逾期未报或待审核，请登录系统查看。") % {"count": count}
    for channel, address in (
        (Channel.WECOM, settings.WECOM_WEBHOOK),
        (Channel.DINGTALK, settings.DINGTALK_WEBHOOK),
    ):
        for body in (whole, bare) if address else ():
            try:
                queue_message(
                    key=f"plans.reports:{home_id}:{today}:{first}:{channel}",
                    channel=channel,
                    subject=_("月报催办"),
                    body=body,
                    now=now,
                )
            except UnableToQueueMessage:
                logger.warning("The group %s is told of reports without the name of unit %s", channel, home_id)
            else:
                break


def _first(
    holders: Mapping[int, Sequence[Account]], units: Iterable[int], but: Collection[int] = ()
) -> Sequence[Account]:
    """Those in the first of the units where somebody stands who is none of ``but``."""
    for unit in units:
        found = [one for one in holders.get(unit, ()) if one.pk not in but]
        if found:
            return found
    return ()


def _units_above(units: Collection[int], today: date) -> Mapping[int, Sequence[int]]:
    """The units above each of these, the nearest first. One query."""
    found: dict[int, list[int]] = {unit: [] for unit in units}
    lines = Ancestry.objects.filter(
        holds_on(today), hierarchy=Hierarchy.ADMINISTRATIVE, descendant__in=units, distance__gt=0
    ).order_by("distance")
    for unit, ancestor in lines.values_list("descendant_id", "ancestor_id"):
        found[unit].append(ancestor)
    return found


def _barred(
    told: Sequence[tuple[MonthlyReport, ReportRung, ReportNotice]], approvers: Collection[int], today: date
) -> Mapping[int, set[int]]:
    """By report that waits to be decided, the accounts that may not: of the unit itself, or with a hand in the report. A query
    for each who might be asked."""
    rows = {row.pk: row for row, _rung, notice in told if notice.clock == ReportClock.DECIDE}
    if not rows:
        return {}
    inside: dict[int, set[int]] = defaultdict(set)
    held = holders_of(permissions=PERMISSIONS.keys(), units={row.unit_id for row in rows.values()}, day=today)
    for by_unit in held.values():
        for unit, there in by_unit.items():
            inside[unit].update(one.pk for one in there)
    found = {pk: set(inside[row.unit_id]) for pk, row in rows.items()}
    for account_id in approvers:
        own = MonthlyReport.objects.filter(had_a_hand_in(account_id), pk__in=rows)
        for pk in own.values_list("pk", flat=True):
            found[pk].add(account_id)
    return found
