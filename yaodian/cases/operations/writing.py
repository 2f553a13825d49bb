"""What every operation on a case does: lock it, ask whether it may be done, write down the event, the tallies and the
journal. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.clocks import first_rung
from yaodian.cases.declaring import WORK, Action, CaseKind, Confidentiality, Phase, State
from yaodian.cases.models import Case, CaseClock, CaseEvent, Tally
from yaodian.cases.operations.errors import StaleCase, UnableToActOnCase
from yaodian.cases.queries.actions import Facts, facts_of, refusal_of
from yaodian.foundation.models import StoredFile
from yaodian.foundation.refusing import Absent
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Unit

TEXT_LENGTH = 4_000
# What an action may change of a case. What it says stays: its words need no new place in the index.
CHANGING = (
    "state", "phase", "doing_unit", "supervising_unit", "assignee", "ended_at", "due_on", "is_escalated", "reopened",
    "version", "merged_into",
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """What a tally counts by."""

    unit_id: int
    kind: str
    phase: str
    due_on: date | None
    is_restricted: bool
    supervising_unit_id: int
    is_escalated: bool

    @classmethod
    def of(cls, case: Case) -> Key:
        is_restricted = case.confidentiality == Confidentiality.RESTRICTED
        return cls(
            case.doing_unit_id, case.kind, case.phase, case.due_on, is_restricted, case.supervising_unit_id,
            case.is_escalated,
        )  # fmt: skip


@dataclass
class Begun:
    """A case that is locked, and what was known of it before the change."""

    case: Case
    facts: Facts
    before: Key
    actor: Account | None
    now: datetime
    client_key: str
    is_repeated: bool = False

    @property
    def kind(self) -> CaseKind:
        return self.facts.kind

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def begin(
    *,
    actor: Account,
    public_id: str,
    action: Action,
    now: datetime,
    expected_version: int | None,
    client_key: str,
) -> Begun:
    """Locks a case for an action that this account may do. `is_repeated`: this very sending was taken before.

    Raises Absent, StaleCase, UnableToActOnCase.
    """
    case = Case.objects.select_for_update(of=("self",), no_key=True).filter(public_id=public_id).first()
    if case is None:
        raise Absent(public_id)
    today = timezone.localdate(now)
    facts = facts_of(case=case, account=actor, today=today, is_fresh=True)
    if not facts.standing.sees:
        raise Absent(public_id)
    begun = Begun(case, facts, Key.of(case), actor, now, client_key[:64])
    if begun.client_key in facts.standing.sent:
        begun.is_repeated = True
        return begun
    refusal = refusal_of(facts, action)
    if refusal is not None:
        raise UnableToActOnCase.because(refusal)
    if expected_version is not None and expected_version != case.version:
        raise StaleCase(
            _("%(number)s 在您打开页面之后有了变动。请刷新页面，看过最新情况再决定。") % {"number": case.number},
            code="stale-version",
            status=409,
        )
    return begun


def require_reason(begun: Begun, action: Action, reason: str) -> str:
    """The reason, without blanks at its ends. Raises UnableToActOnCase where one is asked for and missing."""
    said = reason.replace("\x00", "").strip()
    transition = begun.kind.transition(action, begun.case.state)
    if transition is not None and transition.asks_reason and not said:
        raise UnableToActOnCase(
            _("没有填写说明。“%(action)s”需要写明情况或理由，办理记录里才看得明白。") % {"action": transition.label},
            code="no-reason",
            field="reason",
        )
    if len(said) > TEXT_LENGTH:
        raise UnableToActOnCase(
            _("说明有 %(length)d 字，最多 %(most)d 字。请缩短，或作为文件补充。")
            % {"length": len(said), "most": TEXT_LENGTH},
            code="too-long",
            field="reason",
        )
    return said


def move(begun: Begun, action: Action) -> None:
    """Brings the case into the state that the action leads to, and its clocks with it."""
    transition = begun.kind.transition(action, begun.case.state)
    assert transition is not None  # `begin` has asked.
    enter(begun, begun.kind.state(transition.target_from(begun.case.state)))


def enter(begun: Begun, state: State) -> None:
    """Puts the case into a state."""
    case = begun.case
    before, after = Phase(case.phase), state.phase
    case.state, case.phase = state.code, after
    if before == after:
        return
    if (case.ended_at is not None) != (after == Phase.ENDED):
        case.ended_at = begun.now if after == Phase.ENDED else None
        keep_files(begun)
    if after == Phase.ENDED:
        # Every clock of every kind stands still at the end.
        CaseClock.objects.filter(case=case, stopped_at__isnull=True).update(stopped_at=begun.now, next_act_on=None)
        case.due_on = None
    elif any((before in clock.stops_in) != (after in clock.stops_in) for clock in begun.kind.clocks):
        set_clocks(begun)


def keep_files(begun: Begun) -> None:
    """The files of a case that has ended are kept as long as its kind says, of one that has not for as long as it lasts."""
    case = begun.case
    years = begun.kind.retention_years
    last = begun.today.replace(year=begun.today.year + years, month=12, day=31) if case.ended_at else None
    StoredFile.objects.filter(evidence_of__case=case, erased_at__isnull=True).update(keep_until=last)


def set_clocks(begun: Begun) -> None:
    """Stops the clocks that stand still in the phase of the case, lets the others go on towards the day they had, and
    takes over the earliest of their days."""
    case, kind = begun.case, begun.kind
    due: list[date] = []
    for row in CaseClock.objects.filter(case=case):
        clock = kind.clock(row.code)
        stands = clock is None or Phase(case.phase) in clock.stops_in
        if stands and row.stopped_at is None:
            row.stopped_at, row.next_act_on = begun.now, None
            row.save(update_fields=["stopped_at", "next_act_on"])
        elif not stands and row.stopped_at is not None:
            row.stopped_at = None
            reset_rung(row, kind, begun.today)
            row.save(update_fields=["stopped_at", "rung", "next_act_on"])
        if not stands:
            due.append(row.due_on)
    case.due_on = min(due, default=None)


def reset_rung(row: CaseClock, kind: CaseKind, today: date) -> None:
    """The next rung of the ladder for the day on which the clock is due."""
    row.rung, row.next_act_on = first_rung(calendar_as_of(today), kind.ladder, row.due_on, today)


def finish(
    begun: Begun,
    action: str,
    *,
    from_state: str,
    reason: str = "",
    unit: Unit | None = None,
    unit_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Saves the case, writes the event, moves the tallies, and enters it into the journal."""
    case = begun.case
    case.version += 1
    case.save(update_fields=CHANGING)
    event = write_event(
        case,
        action,
        by=begun.actor,
        at=begun.now,
        from_state=from_state,
        reason=reason,
        unit_id=unit.pk if unit is not None else unit_id,
        detail=detail,
        client_key=begun.client_key,
    )
    tally(before=begun.before, after=Key.of(case))
    record(
        actor=begun.actor,
        code=f"cases.case.{action}",
        subject=f"case:{case.number}",
        detail={"from": from_state, "to": case.state, "event": event.number, **(detail or {})},
        at=begun.now,
    )
    return event


def write_event(
    case: Case,
    action: str,
    *,
    by: Account | None,
    at: datetime,
    from_state: str,
    reason: str = "",
    unit_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    client_key: str = "",
) -> CaseEvent:
    """Adds an event. Each makes a version of the case, which is locked: the event has its number, without gaps."""
    return CaseEvent.objects.create(
        case=case,
        number=case.version,
        action=action,
        from_state=from_state,
        to_state=case.state,
        by=by,
        at=at,
        unit_id=unit_id,
        reason=reason,
        detail=dict(detail or {}),
        is_work=by is not None and action in WORK,
        client_key=client_key,
    )


def tally(*, before: Key | None, after: Key | None) -> None:
    """Notes that a case is counted elsewhere now. Only added to: nobody waits for a row."""
    if before == after:
        return
    rows = [
        Tally(
            unit_id=key.unit_id,
            supervising_unit_id=key.supervising_unit_id,
            kind=key.kind,
            phase=key.phase,
            due_on=key.due_on,
            is_restricted=key.is_restricted,
            is_escalated=key.is_escalated,
            count=count,
        )
        for key, count in ((before, -1), (after, 1))
        if key is not None
    ]
    Tally.objects.bulk_create(rows)
