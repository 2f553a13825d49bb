"""Values are taken: all measures of a day for all units, summed up from the schools to the offices above them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit import queries as audit
from yaodian.audit.operations import record
from yaodian.foundation.jobs import enqueue
from yaodian.foundation.measuring import Answer, Asked, Contribution, Measure, Number, changes, measures
from yaodian.foundation.models import Job
from yaodian.foundation.refusing import UnableTo
from yaodian.measures.models import Snapshot, Taking
from yaodian.measures.queries import latest_taking
from yaodian.organisations.models import Account, Ancestry, Unit, UnitKind, holds_on
from yaodian.organisations.queries import require
from yaodian.registry import queries as registry

# An office's value is given only where at least this share of its schools could be counted.
LEAST_COUNTED = Fraction(95, 100)
MISSING_NAMED = 20
OFFICES = (UnitKind.BUREAU, UnitKind.COUNTY)
SCHOOLS = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN)
# Values of each day are kept as long as a plan of last year is looked at; of earlier months the last ones.
DAILY_DAYS = 400
BATCH = 2_000
# The structure decides what is summed up where.
UNITS_CHANGED = "organisations.unit."
# A change is waited out, because an import makes many; but not for longer than this after the first.
CALM, MOST_PATIENCE = timedelta(minutes=1), timedelta(minutes=15)

Progress = Callable[[int, int], None]


class UnableToTakeValues(UnableTo):
    """Nothing was computed and nothing changed."""


@dataclass
class Sum:
    """What the contributions below one unit come to."""

    numerator: Number = 0
    denominator: Number = 0
    counted: int = 0
    expected: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    missing: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: Contribution) -> None:
        self.expected += 1
        if row.problem:
            self.problems[row.problem] += 1
            if len(self.missing) < MISSING_NAMED:
                self.missing.append((row.unit_id, row.problem))
            return
        self.counted += 1
        self.numerator += row.numerator
        self.denominator += row.denominator or 0

    def problem_in(self, measure: Measure) -> str:
        """Why there is no value, or nothing."""
        if self.expected and not self.counted:
            return self.problems.most_common(1)[0][0]
        if self.counted < self.expected * LEAST_COUNTED:
            return "incomplete"
        if measure.is_ratio and not self.expected:
            return "nothing-counted" if measure.behind is not None else "no-rows"
        if measure.is_ratio and not self.denominator:
            return "nothing-to-divide"
        return ""


def take_values(
    *,
    actor: Account | None,
    day: date,
    now: datetime,
    only: Iterable[Measure] | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Taking:
    """Computes every measure for every unit as of a day, and puts that in the place of what was there for the day.

    The number of queries grows with the measures, not with the units. Raises PermissionMissing; UnableToTakeValues for
    a day that has not come.
    """
    if actor is not None:
        require(account=actor, permission="measures.compute")
    if day > timezone.localtime(now).date():
        raise UnableToTakeValues(
            _("%(day)s 还没有到，不能计算那一天的指标。请选择今天或以前的日期。") % {"day": day}, code="day-to-come"
        )
    wanted = list(only) if only is not None else list(measures().values())
    # Before any row is read: what is entered from here on is looked at again.
    head = audit.last_id() if only is None else None
    later = [one for one in wanted if one.rests_on_values]
    first = [one for one in wanted if not one.rests_on_values]
    total = len(wanted)
    if first and later:
        # What rests on values reads those of the day, so they are there first. Whoever dies in between leaves a taking that
        # has not looked at the journal, and is taken again: the entry is written at the end.
        _take(first, actor, day, now, None, lambda done, _total: progress(done, total), is_last=False)
        return _take(later, actor, day, now, head, lambda done, _total: progress(len(first) + done, total), total=total)
    return _take(wanted, actor, day, now, head, progress)


def _take(
    wanted: list[Measure],
    actor: Account | None,
    day: date,
    now: datetime,
    head: int | None,
    progress: Progress,
    *,
    total: int = 0,
    is_last: bool = True,
) -> Taking:
    # Read and summed before the write lock is taken: on SQLite everybody else would wait for it.
    above, kinds = _above(day)
    asked = Asked(day)
    rows: list[Snapshot] = []
    said: dict[str, Any] = {}
    for place, measure in enumerate(wanted):
        found, said[measure.code] = _measured(measure, asked, above, kinds)
        rows += found
        progress(place + 1, len(wanted))
    with transaction.atomic():
        taking, _created = Taking.objects.select_for_update().get_or_create(on=day, defaults={"taken_at": now})
        if head is not None:
            taking.journal_id = head
        Snapshot.objects.filter(taking=taking, measure__in=[one.code for one in wanted]).delete()
        for row in rows:
            row.taking = taking
        Snapshot.objects.bulk_create(rows, batch_size=BATCH)
        taking.taken_at, taking.taken_by, taking.inputs = now, actor, {**taking.inputs, **said}
        taking.rows = Snapshot.objects.filter(taking=taking).count()
        taking.save()
        if is_last:
            detail = {"measures": total or len(wanted), "rows": taking.rows if total else len(rows)}
            record(actor=actor, code="measures.values.take", subject=f"day:{day}", detail=detail, at=now)
    return taking


def _above(day: date) -> tuple[Mapping[int, frozenset[int]], Mapping[int, str]]:
    """For each unit those it lies under in any hierarchy, itself included; and the kind of each. Two queries."""
    lines: dict[int, set[int]] = defaultdict(set)
    pairs = Ancestry.objects.filter(holds_on(day)).order_by().values_list("descendant_id", "ancestor_id")
    for below, above in pairs.iterator():
        lines[below].add(above)
    kinds = dict(Unit.objects.order_by().values_list("pk", "kind"))
    return {unit: frozenset(found) for unit, found in lines.items()}, kinds


def _measured(
    measure: Measure,
    asked: Asked,
    above: Mapping[int, frozenset[int]],
    kinds: Mapping[int, str],
) -> tuple[list[Snapshot], dict[str, Any]]:
    """The values of a measure for every unit, as rows of no taking yet; and what its inputs were."""
    try:
        parameters = {one.code: one.on(asked.day) for one in measure.parameters}
        rule = measure.rule(asked.day)
        answer = measure.compute(asked)
    except LookupError:
        # A figure of the law was not in force yet: an answer, not an accident.
        parameters, rule, answer = {}, measure.version, None
    sums = _summed(measure, answer, above, kinds)
    rows = [
        _snapshot(measure, key, found, asked.day, rule, answer)
        for key, found in sorted(sums.items(), key=lambda one: one[0])
    ]
    said = {
        "sources": dict(answer.sources) if answer else {},
        "parameters": {
            code: {"figure": str(one.figure), "from_on": one.from_on.isoformat(), "citation": str(one.citation)}
            for code, one in parameters.items()
        },
    }
    return rows, said


Key = tuple[int, str, str]


def _summed(
    measure: Measure, answer: Answer | None, above: Mapping[int, frozenset[int]], kinds: Mapping[int, str]
) -> dict[Key, Sum]:
    """The sums by unit, stage and filter. Offices have one for each, also where nothing is below them."""
    sums: dict[Key, Sum] = {
        (unit, stage, narrowed): Sum()
        for unit, kind in kinds.items()
        if measure.is_summed and kind in OFFICES and unit in above
        for stage in measure.stages
        for narrowed in ("", *measure.filters)
    }
    for row in answer.contributions if answer else ():
        units = [
            unit
            for unit in (above.get(row.unit_id, frozenset()) if measure.is_summed else (row.unit_id,))
            if measure.is_for_schools or kinds.get(unit) not in SCHOOLS
        ]
        for stage, narrowed in _places_of(measure, row):
            for unit in units:
                if narrowed and kinds.get(unit) not in OFFICES:
                    # A school is of one kind, and a group too small to be parted.
                    continue
                sums.setdefault((unit, stage, narrowed), Sum()).add(row)
    return sums


def _places_of(measure: Measure, row: Contribution) -> Iterator[tuple[str, str]]:
    filters = ("", *(name for name in measure.filters if name in row.marks))
    for stage, held in measure.stages.items():
        if not held or row.stage in held:
            for narrowed in filters:
                yield stage, narrowed


def _snapshot(measure: Measure, key: Key, found: Sum, day: date, rule: str, answer: Answer | None) -> Snapshot:
    unit, stage, narrowed = key
    problem = "no-rule" if answer is None else found.problem_in(measure)
    return Snapshot(
        measure=measure.code,
        unit_id=unit,
        on=day,
        stage=stage,
        filter=narrowed,
        numerator=None if problem else Decimal(found.numerator),
        denominator=Decimal(found.denominator) if measure.is_ratio and not problem else None,
        problem=problem[:40],
        counted=found.counted,
        expected=found.expected,
        period=answer.period if answer else "",
        rule=rule[:200],
        missing=found.missing,
    )


def take_due(*, actor: Account | None, now: datetime, progress: Progress = lambda _done, _total: None) -> list[Taking]:
    """Today's values, and before them the last days of earlier years that have returns and no values yet.

    So a trend stands on the first day. Values of days long past are thinned to the last of each month.
    """
    if actor is not None:
        require(account=actor, permission="measures.compute")
    today = timezone.localtime(now).date()
    known = set(Taking.objects.values_list("on", flat=True))
    ends = [date(year, 12, 31) for year in registry.return_years()]
    days = sorted({day for day in ends if day < today and day not in known} | {today})
    taken = []
    for place, day in enumerate(days):
        taken.append(take_values(actor=actor, day=day, now=now))
        progress(place + 1, len(days))
    _thin(today)
    return taken


def take_if_changed(*, now: datetime) -> list[Taking]:
    """Takes today's values again if the journal tells of a change to what is counted since they were taken.

    Many changes are one taking: it waits until a minute has passed without one, at most a quarter of an hour. Where nothing
    happened it costs two queries, where something else did, four. Run twice, the second does nothing. Before the
    first taking of all it is `take_due`.
    """
    today = timezone.localtime(now).date()
    last = latest_taking(day=today)
    head = audit.last_id()
    if last is not None and last.journal_id == head:
        return []
    span = audit.span_of(codes={UNITS_CHANGED, *changes()}, after=last.journal_id if last else 0)
    if span is None:
        if last is not None:
            # The entries up to here need no second look. Whoever has taken meanwhile has looked further.
            Taking.objects.filter(pk=last.pk, journal_id__lt=head).update(journal_id=head)
        return []
    first_at, last_at = span
    if now - last_at < CALM and now - first_at < MOST_PATIENCE:
        return []
    if last is None:
        return take_due(actor=None, now=now)
    with transaction.atomic():
        Taking.objects.select_for_update().get(pk=last.pk)
        current = latest_taking(day=today)
        assert current is not None  # `last` is locked just above.
        if (current.pk, current.journal_id) != (last.pk, last.journal_id):
            # Another worker has been faster.
            return []
        return [take_values(actor=None, day=today, now=now)]


def _thin(today: date) -> None:
    """Of months that lie long back the last day stays."""
    last: dict[tuple[int, int], date] = {}
    old = list(Taking.objects.filter(on__lt=today - timedelta(days=DAILY_DAYS)).values_list("on", flat=True))
    for day in sorted(old):
        last[day.year, day.month] = day
    gone = set(old) - set(last.values())
    Taking.objects.filter(on__in=gone).delete()


def order_values(*, actor: Account, now: datetime) -> Job:
    """Asks a worker to take today's values; asked twice within a minute, it is done once. Raises PermissionMissing."""
    with transaction.atomic():
        require(account=actor, permission="measures.compute")
        moment = now.replace(second=0, microsecond=0).isoformat()
        job = enqueue(
            code="measures.take_ordered",
            arguments={"actor_id": actor.pk},
            requested_by_id=actor.pk,
            key=f"measures.take:{moment}",
        )
        record(actor=actor, code="measures.values.order", subject=f"job:{job.pk}", detail={}, at=now)
    return job
