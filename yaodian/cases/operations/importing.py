"""Many cases at once, as a list of findings brings them: opened in a constant number of statements, and taken back as far as
nobody has touched them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.clocks import set_going
from yaodian.cases.declaring import Action, CaseKind, Phase, State, kind_of
from yaodian.cases.models import Case, CaseClock, CaseEvent, CaseNumber, Tally
from yaodian.cases.operations.errors import UnableToOpenCase
from yaodian.cases.operations.opening import Said
from yaodian.cases.operations.writing import Key
from yaodian.cases.queries.searching import words_of
from yaodian.cases.queries.standing import DISPATCH
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require

BATCH = 500


@dataclass(frozen=True)
class NewCase:
    """One case of a list; `detail` is kept with its opening."""

    subject: str
    title: str
    supervising_unit: Unit
    body: str = ""
    grade: str = ""
    doing_unit: Unit | None = None
    about_unit: Unit | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def open_many(*, actor: Account, kind: str, cases: Sequence[NewCase], now: datetime) -> int:
    """Opens all of them or none, each under its subject, of which no case may be open. Returns how many there are.

    One journal entry names the first and the last number. Raises PermissionMissing, UnableToOpenCase, IntegrityError
    where a case is open for a subject.
    """
    declared = kind_of(kind)
    if declared is None:
        raise UnableToOpenCase(
            _("没有“%(kind)s”这一类事项。请从列出的类型中选择。") % {"kind": kind[:60]}, code="no-such-kind"
        )
    if not cases:
        return 0
    scope = require(account=actor, permission=DISPATCH)
    above = {one.supervising_unit.pk for one in cases}
    reached = set(scope.unit_ids().filter(descendant_id__in=above))
    for unit_id in above - reached:
        require(account=actor, permission=DISPATCH, unit_id=unit_id)
    today = timezone.localdate(now)
    first = _numbers(today.year, len(cases))
    onward = declared.transition(Action.ASSIGN, declared.first.code)
    handed_on = declared.state(onward.target) if onward is not None else declared.first
    made = [
        _case(declared, one, first + place, declared.first if one.doing_unit is None else handed_on, actor, now)
        for place, one in enumerate(cases)
    ]
    clocks = _clocks(declared, made, today)
    for case, courses in zip(made, clocks, strict=True):
        case.due_on = min((one.due_on for one in courses), default=None)
    Case.objects.bulk_create(made, batch_size=BATCH)
    for case, courses in zip(made, clocks, strict=True):
        for one in courses:
            one.case = case
    CaseClock.objects.bulk_create([one for courses in clocks for one in courses], batch_size=BATCH)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(
                case=case, number=1, action="open", to_state=case.state, by=actor, at=now, reason=case.body,
                unit_id=case.supervising_unit_id, detail=dict(one.detail),
            )
            for case, one in zip(made, cases, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    Tally.objects.bulk_create([_tally(Key.of(case), 1) for case in made], batch_size=BATCH)
    record(
        actor=actor,
        code="cases.case.open_many",
        subject=f"case:{made[0].number}",
        detail={"kind": kind, "count": len(made), "last": made[-1].number},
        at=now,
    )
    return len(made)


def _numbers(year: int, count: int) -> int:
    """The first of so many numbers in a row; whoever asks at the same time waits for this one's transaction."""
    CaseNumber.objects.bulk_create([CaseNumber(year=year)], ignore_conflicts=True)
    CaseNumber.objects.filter(pk=year).update(last=F("last") + count)
    return CaseNumber.objects.get(pk=year).last - count + 1


def _case(kind: CaseKind, one: NewCase, number: int, state: State, actor: Account, now: datetime) -> Case:
    said = Said(kind, one.title, one.body, one.grade, one.subject, one.fields)
    shown = f"{timezone.localdate(now).year}-{number:06d}"
    return Case(
        number=shown,
        kind=kind.code,
        state=state.code,
        phase=state.phase,
        grade=said.grade,
        grade_rank=said.rank,
        title=said.title,
        body=said.body,
        doing_unit=one.doing_unit or one.supervising_unit,
        supervising_unit=one.supervising_unit,
        about_unit=one.about_unit,
        opened_by=actor,
        opened_at=now,
        confidentiality=kind.confidentiality,
        subject=said.subject,
        fields=said.fields,
        words=words_of(shown, said.title, said.body, *said.fields.values()),
    )


def _clocks(kind: CaseKind, cases: Sequence[Case], today: date) -> list[list[CaseClock]]:
    """The clocks of each case that begin now. A day is computed once for a clock and a grade."""
    calendar = calendar_as_of(today)
    known: dict[tuple[str, str], Any] = {}
    found = []
    for case in cases:
        starts = ("opened",) if case.state == kind.first.code else ("opened", "assigned")
        rows = []
        for clock in kind.clocks:
            if clock.starts not in starts:
                continue
            key = (clock.code, case.grade)
            if key not in known:
                known[key] = set_going(kind, clock, case.grade, on=today, calendar=calendar)
            course = known[key]
            rows.append(
                CaseClock(
                    code=course.code, started_on=course.started_on, due_on=course.due_on, first_due_on=course.due_on,
                    days=course.days, is_working_days=course.is_working_days, rung=course.rung,
                    next_act_on=course.next_act_on,
                )
            )  # fmt: skip
        found.append(rows)
    return found


def _tally(key: Key, count: int) -> Tally:
    return Tally(**asdict(key), count=count)


@transaction.atomic
def withdraw_many(
    *, actor: Account, kind: str, subjects: Collection[str], reason: str, now: datetime
) -> tuple[int, int]:
    """Withdraws those cases of these subjects to which nothing has happened since they were opened, and frees their
    subjects; the others go on. Returns how many were withdrawn and how many go on. Raises PermissionMissing."""
    declared = kind_of(kind)
    scope = require(account=actor, permission=DISPATCH)
    rows = list(
        Case.objects.select_for_update(of=("self",), no_key=True)
        .filter(kind=kind, subject__in=set(subjects) - {""}, supervising_unit__in=scope.unit_ids())
        .order_by("pk")
    )
    taken = [row for row in rows if declared is not None and row.version == 1 and row.phase != Phase.ENDED]
    tallies: list[Tally] = []
    events: list[CaseEvent] = []
    for row in taken:
        assert declared is not None  # There are none without.
        onward = declared.transition(Action.WITHDRAW, row.state)
        assert onward is not None  # Every kind can be withdrawn before somebody has signed for it.
        before, source = Key.of(row), row.state
        row.state, row.phase = onward.target, Phase.ENDED
        row.ended_at, row.due_on, row.version, row.subject = now, None, 2, ""
        tallies += [_tally(before, -1), _tally(Key.of(row), 1)]
        events.append(
            CaseEvent(
                case=row, number=2, action=Action.WITHDRAW, from_state=source, to_state=row.state, by=actor, at=now,
                reason=reason, unit_id=row.doing_unit_id,
            )
        )  # fmt: skip
    fields = ["state", "phase", "ended_at", "due_on", "version", "subject"]
    Case.objects.bulk_update(taken, fields, batch_size=BATCH)
    CaseClock.objects.filter(case__in=[row.pk for row in taken]).update(stopped_at=now, next_act_on=None)
    CaseEvent.objects.bulk_create(events, batch_size=BATCH)
    Tally.objects.bulk_create(tallies, batch_size=BATCH)
    kept = [row.number for row in rows if row.subject]
    record(
        actor=actor,
        code="cases.case.withdraw_many",
        subject=f"case:{rows[0].number}" if rows else "case:",
        detail={"kind": kind, "withdrawn": len(taken), "kept": kept[:100]},
        at=now,
    )
    return len(taken), len(kept)
