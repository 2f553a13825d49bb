"""A bulletin's figures are counted again from the rows, in another way than the one that composed them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from yaodian.cases.declaring import CLOSED, Confidentiality, Phase
from yaodian.cases.models import Case
from yaodian.plans.models import Bulletin, Commitment, CommitmentState, Light
from yaodian.plans.queries.commitments import load


def disagreements(bulletin: Bulletin) -> list[str]:
    """What a recount of the rows finds different from the figures, in words; empty: nothing. For a bulletin of the bureau that
    was composed a moment ago."""
    said = bulletin.figures["numbers"]
    found: dict[str, int] = {**_commitments(bulletin), **_cases(bulletin.first_on, bulletin.as_of)}
    return [
        f"{bulletin.first_on:%Y-%m} {key}: {said[key]['value']} in the bulletin, {count} counted"
        for key, count in found.items()
        if int(said[key]["value"]) != count
    ]


def _commitments(bulletin: Bulletin) -> dict[str, int]:
    rows = Commitment.objects.filter(plan__in=bulletin.plans.all(), state=CommitmentState.ACCEPTED)
    lights: Counter[str] = Counter()
    due = done = missed = 0
    for plan in bulletin.plans.all():
        # Plan by plan: what is counted together may not hide what is missing in one.
        for row in load(None, rows.filter(plan=plan), today=bulletin.as_of)[0]:
            light, day = row.standing.light, row.commitment.due_on
            lights[str(light)] += 1
            if day is not None and bulletin.first_on <= day <= bulletin.last_on:
                due += 1
                done += light is Light.GREEN
                missed += light is Light.RED
    return {
        "total": sum(lights.values()),
        **{str(light): lights[str(light)] for light in Light},
        "due": due,
        "done": done,
        "missed": missed,
    }


def _cases(first: date, last: date) -> dict[str, int]:
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    counts = dict.fromkeys(("cases_opened", "cases_closed", "cases_open", "cases_overdue"), 0)
    for case in Case.objects.filter(confidentiality=Confidentiality.INTERNAL).prefetch_related("clocks"):
        counts["cases_opened"] += begin <= case.opened_at < end
        is_ended = case.phase == Phase.ENDED
        counts["cases_closed"] += bool(case.state == CLOSED and case.ended_at and begin <= case.ended_at < end)
        if case.opened_at >= end or (is_ended and case.ended_at is not None and case.ended_at < end):
            continue
        counts["cases_open"] += 1
        days = [clock.due_on for clock in case.clocks.all()] if is_ended else [case.due_on]
        counts["cases_overdue"] += any(day is not None and day < last for day in days)
    return counts


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
