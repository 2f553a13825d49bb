"""How a commitment stands: red, amber, green or grey, computed with the reason from its targets' measures, where no measure
tells from approved monthly reports, and from the day.

Nobody chooses a light. An override is shown beside what was computed, with who and why (docs/algorithms/commitments.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.foundation.measuring import Measure, Value
from yaodian.measures.queries import Pledge, Standing, Status, judge
from yaodian.plans.models import Commitment, CommitmentState, CommitmentTarget, Duty, DutyState, Light, Target
from yaodian.plans.problem import value_text
from yaodian.plans.queries.binding import TargetProgress, pledge_of
from yaodian.plans.queries.commitments.saying import SILENCE, Heard, Said, hear

# So many days before its day a commitment that nothing shows as kept is amber.
SOON_DAYS = 30
_SETTLED = (Status.REACHED, Status.ON_COURSE)
_UNKNOWN = (Status.NOT_COMPUTABLE, Status.NOT_BOUND)


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target that a commitment is held to: as promised now, as the plan had it, and how it stands; of a target that is
    bound also its measure and the measure's values, oldest first."""

    target: Target
    words: str
    before: str
    standing: Standing | None
    measure: Measure | None = None
    values: tuple[Value, ...] = ()

    @property
    def is_amended(self) -> bool:
        return self.words != self.before


@dataclass(frozen=True, slots=True)
class CommitmentStanding:
    """The light and its reason; ``computed`` and its reason are what stands without the override. ``reports`` are the
    approved reports that the computed light rests on, none where measures or the day decide."""

    light: Light
    reason: str
    computed: Light
    computed_reason: str
    days_left: int | None
    reports: tuple[Said, ...] = ()

    @property
    def is_overridden(self) -> bool:
        return self.light != self.computed or self.reason != self.computed_reason

    @property
    def label(self) -> str:
        return str(self.light.label)


def amended(row: CommitmentTarget) -> Target:
    """The target as it is promised now; the plan's own row is left as it is."""
    target = row.target
    if row.value is None:
        return target
    return Target(
        pk=target.pk,
        plan=target.plan,
        subject=target.subject,
        quote=target.quote,
        comparator=target.comparator,
        value=row.value,
        value_max=row.value_max,
        unit=target.unit,
        due_on=target.due_on,
        per=target.per,
    )


def line_of(commitment: Commitment, row: CommitmentTarget, progress: TargetProgress | None, today: date) -> TargetLine:
    """A target of a commitment with its standing under what is promised now. No query."""
    now = amended(row)
    standing = progress.standing if progress else None
    is_moved = any(one.field == "due_on" for one in commitment.amendments.all())
    if progress is not None and progress.measure is not None and (row.value is not None or is_moved):
        pledge = pledge_of(row.target)
        value = Fraction(repr(now.value))
        most = Fraction(repr(now.value_max)) if now.value_max is not None else None
        due = commitment.due_on if is_moved and commitment.due_on else pledge.due_on
        standing = judge(
            measure=progress.measure,
            pledge=Pledge(now.comparator, value, most, due),
            series=progress.values,
            today=today,
        )
    return TargetLine(
        target=row.target,
        words=f"{now.subject} {value_text(now)}",
        before=f"{row.target.subject} {value_text(row.target)}",
        standing=standing,
        measure=progress.measure if progress else None,
        values=progress.values if progress else (),
    )


def is_reached(lines: Sequence[TargetLine]) -> bool:
    """Whether there is a measure and every target is known to be reached. No query."""
    known = [line.standing for line in lines if line.standing is not None]
    return bool(known) and all(standing.status is Status.REACHED for standing in known)


def tells_nothing(standing: Standing) -> bool:
    """Whether no measure says how a target stands, so that a report may."""
    return standing.status in _UNKNOWN


def is_contradicted(lines: Sequence[TargetLine]) -> bool:
    """Whether a measure says that a target is missed or at risk: then no report is heard. No query."""
    return any(
        line.standing is not None and not tells_nothing(line.standing) and line.standing.status not in _SETTLED
        for line in lines
    )


def stand(
    *,
    commitment: Commitment,
    lines: Sequence[TargetLine],
    duties: Sequence[Duty],
    today: date,
    said: Sequence[Said] = (),
    names: Mapping[int, str] | None = None,
) -> CommitmentStanding:
    """The light of a commitment on a day; ``said`` are the lines of approved reports, ``names`` what units are called.
    No query."""
    days = (commitment.due_on - today).days if commitment.due_on else None
    heard = hear(duties=duties, said=said, names=names or {}, today=today)
    light, reason, reports = _computed(commitment, lines, duties, days, heard)
    if commitment.override:
        who = commitment.override_by.name if commitment.override_by else ""
        words = _("%(name)s改判：%(reason)s") % {"name": who, "reason": commitment.override_reason}
        return CommitmentStanding(Light(commitment.override), words, light, reason, days, reports)
    return CommitmentStanding(light, reason, light, reason, days, reports)


def _computed(
    commitment: Commitment,
    lines: Sequence[TargetLine],
    duties: Sequence[Duty],
    days: int | None,
    heard: Heard,
) -> tuple[Light, str, tuple[Said, ...]]:
    if commitment.state != CommitmentState.ACCEPTED:
        return Light.GREY, _("还没有确认。"), ()
    known = [(line, line.standing) for line in lines if line.standing is not None]
    for line, standing in known:
        if standing.status is Status.MISSED:
            return Light.RED, f"{line.words}：{standing.reason}", ()
    if is_contradicted(lines):
        heard = SILENCE
    has_reached = is_reached(lines)
    if days is not None and days < 0 and not has_reached and not heard.is_done:
        return Light.RED, *_over(commitment, days, heard)
    for line, standing in known:
        if standing.status is Status.AT_RISK:
            return Light.AMBER, f"{line.words}：{standing.reason}", ()
    returned = next((duty for duty in duties if duty.state == DutyState.RETURNED), None)
    if returned is not None:
        return Light.AMBER, _("%(unit)s退回了任务：%(reason)s") % {"unit": returned.name, "reason": returned.reason}, ()
    is_settled = bool(known) and all(standing.status in _SETTLED for _line, standing in known)
    if has_reached:
        return Light.GREEN, _("全部目标已达到。"), ()
    if is_settled:
        return Light.GREEN, _("各项目标已达到或预计可达到。"), ()
    return _by_reports(commitment, days, heard) or _by_nothing(commitment, lines, days)


def _over(commitment: Commitment, days: int, heard: Heard) -> tuple[str, tuple[Said, ...]]:
    said: dict[str, object] = {"day": commitment.due_on, "days": -days, "report": heard.words}
    if not heard.reports:
        return _("期限 %(day)s 已过 %(days)s 天，没有数值说明已经完成。") % said, ()
    if heard.against is not None:
        said["why"] = heard.against.reason
        words = _("期限 %(day)s 已过 %(days)s 天，没有数值说明已经完成。%(report)s说不能按期完成：%(why)s") % said
    else:
        words = _("期限 %(day)s 已过 %(days)s 天，没有数值说明已经完成。%(report)s没有说已完成。") % said
    return words, heard.reports


def _by_reports(commitment: Commitment, days: int | None, heard: Heard) -> tuple[Light, str, tuple[Said, ...]] | None:
    """The light that approved reports give where no measure tells; nothing where they say nothing that counts."""
    if heard.against is not None:
        is_near = heard.against_speaks and days is not None and days <= SOON_DAYS
        words = _("%(report)s说不能按期完成：%(why)s") % {"report": heard.words, "why": heard.against.reason}
        return Light.RED if is_near else Light.AMBER, words, heard.reports
    if heard.is_done:
        return Light.GREEN, _("%(report)s说已完成，已审核通过。") % {"report": heard.words}, heard.reports
    if heard.is_hopeful:
        words = _("没有指标可判断；%(report)s说能按期完成，已审核通过。") % {"report": heard.words}
        return Light.GREEN, words, heard.reports
    return None


def _by_nothing(
    commitment: Commitment, lines: Sequence[TargetLine], days: int | None
) -> tuple[Light, str, tuple[Said, ...]]:
    if days is not None and 0 <= days <= SOON_DAYS:
        return (
            Light.AMBER,
            _("离期限 %(day)s 只有 %(days)s 天，还没有数值说明已经完成。") % {"day": commitment.due_on, "days": days},
            (),
        )
    if not lines:
        return Light.GREY, _("没有可以由指标判断的目标。"), ()
    for line in lines:
        if line.standing is not None and tells_nothing(line.standing):
            return Light.GREY, f"{line.words}：{line.standing.reason}", ()
    return Light.GREY, _("目标的数值还不能判断。"), ()
