"""What changes round a case: a unit that has closed, a calendar that was changed. The system acts, with an event."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.clocks import due_after
from yaodian.cases.declaring import Action, Phase, kind_of
from yaodian.cases.models import Case, CaseClock
from yaodian.cases.operations.writing import Begun, Key, enter, finish, reset_rung, tally, write_event
from yaodian.cases.queries.actions import Facts
from yaodian.cases.queries.standing import Standing
from yaodian.foundation.workdays import Calendar, calendar_as_of
from yaodian.organisations.models import Hierarchy, Unit
from yaodian.organisations.queries import day_within, parents_of, resolve


def heir_of(unit: Unit, today: date) -> Unit | None:
    """Who has what a closed unit had: the one unit that it went on in; where there are several or none, the office above
    it, which hands it on."""
    heirs = resolve(unit=unit, day=today)
    if len(heirs) == 1:
        return heirs[0]
    last = day_within(unit, today)
    parent = parents_of(units=[unit.pk], day=last).get(unit.pk, {}).get(Hierarchy.ADMINISTRATIVE)
    if parent is None or parent.exists_on(today):
        return parent
    return heir_of(parent, today)


def follow_closed_units(*, now: datetime) -> int:
    """Hands the cases of closed units on to whoever has come after them. Returns how many; run again, it finds none."""
    today = timezone.localdate(now)
    closed = Unit.objects.filter(closed_on__lte=today)
    rows = list(
        Case.objects.exclude(phase=Phase.ENDED)
        .filter(Q(doing_unit__in=closed) | Q(supervising_unit__in=closed))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    heirs: dict[int, Unit | None] = {}
    return sum(_follow(pk, heirs, now) for pk in rows)


@transaction.atomic
def _follow(pk: int, heirs: dict[int, Unit | None], now: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    kind = kind_of(case.kind)
    today = timezone.localdate(now)
    if case.phase == Phase.ENDED or kind is None:
        return False
    facts = Facts(case=case, kind=kind, standing=Standing(None), today=today)
    begun = Begun(case, facts, Key.of(case), None, now, "")
    source, moved = case.state, {}
    for column in ("supervising_unit", "doing_unit"):
        unit: Unit = getattr(case, column)
        if unit.exists_on(today):
            continue
        if unit.pk not in heirs:
            heirs[unit.pk] = heir_of(unit, today)
        heir = heirs[unit.pk]
        if heir is not None:
            setattr(case, column, heir)
            moved[column] = [unit.pk, heir.pk]
    if not moved:
        return False
    if "doing_unit" in moved:
        # Whoever worked there works there no longer; the new unit signs for it.
        case.assignee = None
        onward = kind.transition(Action.FOLLOW, source)
        if onward is not None:
            enter(begun, kind.state(onward.target_from(source)))
    reason = _("原单位已撤销，事项移交给承接它的单位。")
    finish(begun, Action.FOLLOW, from_state=source, reason=reason, unit_id=case.doing_unit_id, detail=moved)
    return True


def follow_calendar(*, days: frozenset[date], now: datetime) -> int:
    """After the calendar has changed on these days: moves the clocks that were counted over one of them, with an event.

    An extension names a day and stays. Returns how many moved; run again, none does.
    """
    if not days:
        return 0
    calendar = calendar_as_of(timezone.localdate(now))
    rows = CaseClock.objects.filter(stopped_at__isnull=True, started_on__lt=max(days), due_on__gte=min(days))
    # Most stay where they are: those are not locked one by one.
    moved = [
        (clock, case)
        for clock, case, start, count, is_working_days, due_on in rows.values_list(
            "pk", "case_id", "started_on", "days", "is_working_days", "due_on"
        ).iterator()
        if due_after(calendar, start, count, is_working_days=is_working_days) != due_on
    ]
    return sum(_move(clock, case, calendar, now) for clock, case in moved)


@transaction.atomic
def _move(clock_pk: int, case_pk: int, calendar: Calendar, now: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_pk)
    row = CaseClock.objects.filter(pk=clock_pk, stopped_at__isnull=True).first()
    kind = kind_of(case.kind)
    if row is None or kind is None or _is_extended(case, row):
        return False
    due_on = due_after(calendar, row.started_on, row.days, is_working_days=row.is_working_days)
    if due_on == row.due_on:
        return False
    before, old = Key.of(case), row.due_on
    if row.first_due_on == old:
        row.first_due_on = due_on
    row.due_on = due_on
    reset_rung(row, kind, timezone.localdate(now))
    row.save(update_fields=["due_on", "first_due_on", "rung", "next_act_on"])
    running = CaseClock.objects.filter(case=case, stopped_at__isnull=True).values_list("due_on", flat=True)
    case.due_on = min(running, default=None)
    case.version += 1
    case.save(update_fields=["due_on", "version"])
    detail = {"clock": row.code, "old": old.isoformat(), "new": due_on.isoformat()}
    reason = _("工作日历有变动，期限由 %(old)s 改为 %(new)s。") % {"old": old, "new": due_on}
    write_event(case, "calendar", by=None, at=now, from_state=case.state, reason=reason, detail=detail)
    tally(before=before, after=Key.of(case))
    record(actor=None, code="cases.case.calendar", subject=f"case:{case.number}", detail=detail, at=now)
    return True


def _is_extended(case: Case, row: CaseClock) -> bool:
    """Whether the day was agreed on by somebody."""
    return case.extensions.filter(state="approved", new_due_on=row.due_on).exists()
