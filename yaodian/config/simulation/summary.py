"""What the played year came to: numbers, the ranking, a digest of the rows, and what must hold of every such year."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F

from yaodian.appraisal.models import Appraisal
from yaodian.audit.queries import verify_journal
from yaodian.cases.declaring import CLOSED, Phase
from yaodian.cases.models import Case, CaseEvent, Evidence, Notice
from yaodian.cases.operations import check_tallies
from yaodian.cases.queries import all_about
from yaodian.config.simulation.taking import Taken
from yaodian.config.simulation.year import OVERDUE, Year
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import named
from yaodian.plans.models import Amendment, Bulletin, BulletinState, Commitment, MonthlyReport, ReportNotice, Statement
from yaodian.plans.queries.commitments import overdue_of, plans_with_overdue


@dataclass
class Summary:
    """The numbers, in the order in which they are told; ``faults`` is empty where everything holds."""

    year: int
    plans: tuple[Taken, ...]
    numbers: dict[str, int]
    ranking: tuple[tuple[int | None, str, str], ...]
    faults: tuple[str, ...]
    digest: str
    nobody: tuple[str, ...] = field(default=())
    set_up: tuple[str, ...] = field(default=())


def summarise(played: Year, *, last: date) -> Summary:
    """The summary of a year that was played up to a day."""
    return Summary(
        year=played.year,
        plans=tuple(played.taken),
        numbers=dict(_numbers(played)),
        ranking=tuple(_ranking(played, last)),
        faults=tuple(faults(played, last=last)),
        digest=digest(),
        nobody=tuple(sorted({name for one in played.taken for name in one.nobody})),
        set_up=tuple(sorted({name for one in played.taken for name in one.set_up})),
    )


def _numbers(played: Year) -> Iterator[tuple[str, int]]:
    plans = [one for one in played.taken if one.plan is not None]
    yield "plans", len(plans)
    yield "commitments", sum(one.commitments for one in plans)
    yield "measured", played.counts["measured"]
    reports = MonthlyReport.objects.all()
    yield "reports", reports.count()
    yield "reports late", reports.filter(first_submitted_at__date__gt=F("first_due_on")).count()
    yield "reports returned", reports.filter(events__action="return").distinct().count()
    yield "statements", Statement.objects.count()
    yield "cases", Case.objects.count()
    yield "cases of commitments", Case.objects.filter(kind=OVERDUE).count()
    yield "cases closed", Case.objects.filter(state=CLOSED).count()
    yield "cases open", Case.objects.exclude(phase=Phase.ENDED).count()
    yield "cases overdue once", Case.objects.filter(notices__rung__gte=2).distinct().count()
    yield "cases escalated", Case.objects.filter(is_escalated=True).count()
    yield "cases returned", played.counts["cases returned"]
    yield "cases reopened", Case.objects.filter(reopened__gt=0).count()
    yield "extensions granted", played.counts["extensions granted"]
    yield "notices", Notice.objects.count()
    yield "report notices", ReportNotice.objects.count()
    yield "meetings", played.counts["meetings"]
    yield "decisions", played.counts["decisions"]
    yield "amendments", Amendment.objects.count()
    yield "bulletins", Bulletin.objects.filter(state=BulletinState.ISSUED).count()


def _ranking(played: Year, last: date) -> Iterator[tuple[int | None, str, str]]:
    rows = Appraisal.objects.filter(round__year=played.year).select_related("unit").order_by("rank", "unit__code")
    for row in rows:
        name = row.unit.names.order_by("-from_on").values_list("short_name", flat=True).first() or row.unit.code
        yield row.rank, str(name), "" if row.published is None else f"{row.published.normalize():f}"


def faults(played: Year, *, last: date) -> Iterator[str]:
    """What is wrong with the year, in words. Each line is an invariant that a year of supervision must keep."""
    yield from played.disagree
    for case in Case.objects.filter(state=CLOSED).order_by("pk"):
        if not Evidence.objects.filter(case=case, round=case.reopened, file__isnull=False).exists():
            yield f"{case.number} is closed without a file of its last round"
        ended = case.events.filter(to_state=CLOSED).exclude(from_state=CLOSED).order_by("-number").first()
        if ended is None or ended.by_id is None:
            yield f"{case.number} is closed by nobody"
        elif CaseEvent.objects.filter(case=case, by=ended.by_id, is_work=True).exists():
            yield f"{case.number} was verified by somebody who worked on it"
    for model, key in (
        (Notice, ("case_id", "clock", "due_on", "rung", "step")),
        (ReportNotice, ("report_id", "clock", "due_on", "rung", "step")),
    ):
        for row in model._default_manager.order_by().values(*key).annotate(times=Count("pk")).filter(times__gt=1):
            yield f"told {row['times']} times: {row}"
    issued = Counter(
        (row.first_on, row.last_on)
        for row in Bulletin.objects.filter(state=BulletinState.ISSUED, first_on__year=played.year)
    )
    for month in range(1, 13 if last.year > played.year else last.month):
        count = sum(times for (first, end), times in issued.items() if first.month == end.month == month)
        if count != 1:
            yield f"{count} bulletins were issued of {played.year}-{month:02d}"
    for plan in plans_with_overdue(today=last):
        late = overdue_of(plan=plan, today=last)
        known = {one.subject for one in all_about(kind=OVERDUE, subjects=[one.subject for one in late])}
        # What fell due on the last days is opened on the next working day.
        for one in late:
            if (
                one.subject not in known
                and one.due_on < last
                and played.calendar.working_days_between(one.due_on, last) > 1
            ):
                yield f"{one.subject} is overdue since {one.due_on} and has no case"
    for problem in check_tallies():
        yield f"tallies: {problem}"
    journal = verify_journal()
    if not journal.ok:
        yield f"the journal is broken: {journal.reason}"


def busiest(played: Year, *, kind: str) -> tuple[Account | None, str]:
    """Who answers for the unit of a kind that has had most cases, and what it is called."""
    day = date(played.year, 12, 31)
    units = named(Unit.objects.filter(pk__in=played.cast.handlers, kind=kind), day=day).order_by("code")
    found = max(units, key=lambda unit: Case.objects.filter(doing_unit=unit).count(), default=None)
    if found is None:
        return None, ""
    return played.cast.handlers[found.pk], str(found.short_name_then or found.name_then)


def digest() -> str:
    """SHA-256 over the rows of the year by names that do not depend on keys of the database or on random addresses."""
    return hashlib.sha256(json.dumps(list(_rows()), ensure_ascii=False, default=str).encode()).hexdigest()


def _rows() -> Iterator[Any]:
    yield from Commitment.objects.order_by("plan__title", "position", "text").values_list(
        "plan__title", "position", "text", "due_on", "state", "weight", "override", "override_reason", "override_at"
    )
    yield from MonthlyReport.objects.order_by("plan__title", "month", "unit__code").values_list(
        "plan__title", "month", "unit__code", "state", "due_on", "first_due_on", "first_submitted_at", "decided_at"
    )
    yield from Statement.objects.order_by(
        "unit__code", "month", "commitment__plan__title", "commitment__position"
    ).values_list(
        "unit__code", "month", "commitment__plan__title", "commitment__position", "sentence", "forecast", "written_at"
    )
    yield from Case.objects.order_by("number").values_list(
        "number", "kind", "state", "grade", "title", "doing_unit__code", "opened_at", "ended_at", "due_on", "reopened",
        "is_escalated", "version",
    )  # fmt: skip
    yield from CaseEvent.objects.order_by("case__number", "number").values_list(
        "case__number", "number", "action", "from_state", "to_state", "by__username", "at", "reason"
    )
    yield from Notice.objects.order_by("case__number", "clock", "due_on", "rung", "step").values_list(
        "case__number", "clock", "due_on", "rung", "step", "unit__code", "at"
    )
    yield from ReportNotice.objects.order_by(
        "report__plan__title", "report__month", "report__unit__code", "clock", "due_on", "rung"
    ).values_list("report__plan__title", "report__month", "report__unit__code", "clock", "due_on", "rung", "step", "at")
    for row in Bulletin.objects.order_by("first_on", "created_at"):
        # Keys with a figure in them name a unit or a commitment by its number in this database.
        figures = sorted(row.figures["numbers"].items())
        numbers = {key: one["value"] for key, one in figures if not any(sign.isdigit() for sign in key)}
        yield row.full_number, row.title, row.state, row.issued_at, numbers
    yield from Appraisal.objects.order_by("round__year", "unit__code").values_list(
        "round__title", "unit__code", "total", "rank", "bonus", "deduction"
    )
