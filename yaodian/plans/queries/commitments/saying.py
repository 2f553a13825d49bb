"""What approved monthly reports say of a commitment, as far as its light may hear it (docs/algorithms/commitments.md).

Only lines of reports that somebody of the office approved are read, as they were frozen when they were handed in; what a
unit has typed since counts for nothing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.plans.models import Duty, DutyState, Forecast, Milestone, ReportLine, ReportState, UnitPart
from yaodian.plans.queries.words import month_words

# A forecast holds until the end of the second month after the one it was given for.
HOLDS_MONTHS = 2
# A reason names so many reports and counts the others.
MOST_NAMED = 2
_ORDER = (UnitPart.LEAD, UnitPart.RESPONSIBLE, UnitPart.SUPPORT)
_FIELDS = (
    "commitment_id",
    "report__unit_id",
    "report__month",
    "forecast",
    "forecast_reason",
    "reached",
    "report__public_id",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a unit said of a commitment in an approved report of a month. ``reached`` are the stops it said were reached."""

    unit_id: int
    month: date
    forecast: str
    reason: str
    reached: tuple[tuple[str, str], ...]
    report: str

    @property
    def month_words(self) -> str:
        return month_words(self.month)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the units together say. ``speakers`` answer for the whole; ``is_done`` and ``is_hopeful`` hold when each of them
    says so; ``against`` says that it will not be kept, and ``against_speaks`` that a speaker says it. ``words`` name unit
    and report."""

    is_done: bool = False
    is_hopeful: bool = False
    against: Said | None = None
    against_speaks: bool = False
    words: str = ""
    reports: tuple[Said, ...] = ()


SILENCE = Heard()


def stop_key(stop: Milestone) -> tuple[str, str]:
    """By what a statement names a stop: its day and its words, the same in every plan of a chain."""
    return stop.due_on.isoformat(), stop.label


def approved_lines(*, commitments: Collection[int], today: date) -> Mapping[int, tuple[Said, ...]]:
    """By commitment, the newest forecast of each unit and every line that names a stop as reached, oldest first, of
    reports approved until the end of a day. Two queries."""
    if not commitments:
        return {}
    until = timezone.make_aware(datetime.combine(today + timedelta(days=1), time.min))
    lines = ReportLine.objects.filter(
        commitment__in=commitments, report__state=ReportState.APPROVED, report__decided_at__lt=until
    ).order_by()
    newest = (
        lines.exclude(forecast="")
        .annotate(
            place=Window(
                RowNumber(), partition_by=[F("commitment"), F("report__unit")], order_by=F("report__month").desc()
            )
        )
        .filter(place=1)
    )
    rows = {*_rows(newest.values_list(*_FIELDS)), *_rows(lines.exclude(reached=[]).values_list(*_FIELDS))}
    found: dict[int, list[Said]] = defaultdict(list)
    for commitment, said in sorted(rows, key=lambda pair: (pair[0], pair[1].month, pair[1].unit_id)):
        found[commitment].append(said)
    return {pk: tuple(lines) for pk, lines in found.items()}


def _rows(rows: Collection[tuple[int, int, date, str, str, list[list[str]], str]]) -> list[tuple[int, Said]]:
    return [
        (commitment, Said(unit, month, forecast, reason, tuple((day, label) for day, label in reached), report))
        for commitment, unit, month, forecast, reason, reached, report in rows
    ]


def speakers(duties: Sequence[Duty]) -> tuple[Duty, ...]:
    """Who answers for the whole: the units that lead, else those responsible, else those that help. No query."""
    live = [duty for duty in duties if duty.unit_id is not None and duty.state != DutyState.RETURNED]
    for part in _ORDER:
        found = tuple(duty for duty in live if duty.part == part)
        if found:
            return found
    return ()


def newest_of(said: Sequence[Said], unit_id: int | None) -> Said | None:
    """The newest forecast of a unit. No query."""
    own = [one for one in said if one.unit_id == unit_id and one.forecast]
    return max(own, key=lambda one: one.month) if own else None


def hear(*, duties: Sequence[Duty], said: Sequence[Said], names: Mapping[int, str], today: date) -> Heard:
    """What approved reports say together. A warning stands until something newer is approved, a hope fades. No query."""
    if not said:
        return SILENCE
    first = speakers(duties)
    latest = [(duty, newest_of(said, duty.unit_id)) for duty in first]
    others = [duty for duty in duties if duty not in first and duty.state != DutyState.RETURNED]
    for is_speaker, group in ((True, first), (False, others)):
        for duty in group:
            one = newest_of(said, duty.unit_id)
            if one is not None and one.forecast == Forecast.NO:
                return Heard(against=one, against_speaks=is_speaker, words=_named(one, names), reports=(one,))
    spoken = [one for _duty, one in latest if one is not None]
    if not spoken or len(spoken) < len(latest):
        return SILENCE
    words = "、".join(_named(one, names) for one in spoken[:MOST_NAMED])
    if len(spoken) > MOST_NAMED:
        words += _("等 %(count)s 份") % {"count": len(spoken)}
    if all(one.forecast == Forecast.DONE for one in spoken):
        return Heard(is_done=True, is_hopeful=True, words=words, reports=tuple(spoken))
    is_fresh = all(one.forecast == Forecast.DONE or holds(one.month, today) for one in spoken)
    return Heard(is_hopeful=is_fresh, words=words, reports=tuple(spoken))


def holds(month: date, today: date) -> bool:
    """Whether a forecast given for a month still counts."""
    return (today.year - month.year) * 12 + today.month - month.month <= HOLDS_MONTHS


def _named(one: Said, names: Mapping[int, str]) -> str:
    return _("%(unit)s%(month)s月报") % {"unit": names.get(one.unit_id, ""), "month": one.month_words}
