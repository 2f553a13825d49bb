"""One case with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from yaodian.cases.declaring import CaseKind, FieldKind, kind_of
from yaodian.cases.models import Case, CaseClock, CaseEvent, CaseLink, Evidence, Extension, Notice
from yaodian.cases.queries.actions import Possible, actions
from yaodian.cases.queries.lists import Line, lines_of
from yaodian.cases.queries.standing import visible
from yaodian.foundation.models import StoredFile
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import Visitor, names_of_units


def find_case(*, account: Visitor, public_id: str, today: date) -> Case:
    """The case of an address. Raises Absent alike for one that is not there and one that may not be known of."""
    rows = visible(account=account, today=today).select_related("assignee", "opened_by", "merged_into")
    case = rows.filter(public_id=public_id).first()
    if case is None:
        raise Absent(public_id)
    return case


@dataclass(frozen=True)
class ClockLine:
    """A clock with the day that was said first, and how late it is."""

    row: CaseClock
    label: str
    citation: str
    days_late: int
    days_left: int

    @property
    def is_moved(self) -> bool:
        return self.row.due_on != self.row.first_due_on


@dataclass(frozen=True)
class EventLine:
    """An event, or a reminder, in the order of time."""

    at: datetime
    label: str
    by: str
    unit: str
    reason: str
    state: str = ""
    evidence: tuple[Evidence, ...] = ()
    is_notice: bool = False


@dataclass(frozen=True)
class CasePage:
    """Everything that the page of a case shows."""

    case: Case
    kind: CaseKind
    line: Line
    about: str
    facts: tuple[tuple[str, str], ...]
    clocks: tuple[ClockLine, ...]
    timeline: tuple[EventLine, ...]
    evidence: tuple[Evidence, ...]
    extensions: tuple[Extension, ...]
    links: tuple[CaseLink, ...]
    merged_into: Case | None
    actions: tuple[Possible, ...]
    next_rung: tuple[date, str] | None

    @property
    def newest_first(self) -> tuple[EventLine, ...]:
        return tuple(reversed(self.timeline))

    @property
    def pending(self) -> Extension | None:
        return next((one for one in self.extensions if one.state == Extension.State.ASKED), None)


def case_page(*, account: Visitor, public_id: str, today: date) -> CasePage:
    """The page of a case. A constant number of queries. Raises Absent."""
    case = find_case(account=account, public_id=public_id, today=today)
    kind = kind_of(case.kind)
    if kind is None:
        raise Absent(public_id)
    events = list(CaseEvent.objects.filter(case=case).select_related("by").order_by("number"))
    evidence = list(Evidence.objects.filter(case=case).select_related("file").order_by("pk"))
    notices = list(Notice.objects.filter(case=case).select_related("account").order_by("pk"))
    wanted = {one.unit_id for one in (*events, *notices)} | {case.about_unit_id}
    names = names_of_units(ids=wanted, day=today)
    rows = list(CaseClock.objects.filter(case=case))
    links = list(CaseLink.objects.filter(case=case).select_related("other"))
    # The number of a case tells that there is one.
    others = {link.other_id for link in links} | {case.merged_into_id}
    known = set(visible(account=account, today=today).filter(pk__in=others - {None}).values_list("pk", flat=True))
    running = [row for row in rows if row.next_act_on is not None]
    return CasePage(
        case=case,
        kind=kind,
        line=lines_of([case], today=today)[0],
        about=names.get(case.about_unit_id or 0, ""),
        facts=_facts(case, kind),
        clocks=tuple(_clock(row, kind, today) for row in rows),
        timeline=_timeline(kind, events, evidence, notices, names),
        evidence=tuple(evidence),
        extensions=tuple(Extension.objects.filter(case=case).select_related("asked_by", "decided_by").order_by("pk")),
        links=tuple(link for link in links if link.other_id is None or link.other_id in known),
        merged_into=case.merged_into if case.merged_into_id in known else None,
        actions=actions(case=case, account=account, today=today),
        next_rung=min(
            ((row.next_act_on, str(kind.ladder[row.rung].words)) for row in running if row.next_act_on), default=None
        ),
    )


def _facts(case: Case, kind: CaseKind) -> tuple[tuple[str, str], ...]:
    found = []
    for field in kind.fields:
        value = str(case.fields.get(field.code, ""))
        if field.kind is FieldKind.CHOICE:
            value = str(dict(field.choices).get(value, value))
        if value:
            found.append((str(field.label), value))
    return tuple(found)


def _clock(row: CaseClock, kind: CaseKind, today: date) -> ClockLine:
    clock = kind.clock(row.code)
    until = timezone.localdate(row.stopped_at) if row.stopped_at else today
    late = (until - row.due_on).days
    return ClockLine(
        row=row,
        label=str(clock.label) if clock else row.code,
        citation=clock.citation.plain if clock and clock.citation else "",
        days_late=max(0, late),
        days_left=max(0, -late),
    )


def _timeline(
    kind: CaseKind,
    events: list[CaseEvent],
    evidence: list[Evidence],
    notices: list[Notice],
    names: Mapping[int, str],
) -> tuple[EventLine, ...]:
    pieces: dict[int, list[Evidence]] = {}
    for one in evidence:
        pieces.setdefault(one.event_id, []).append(one)
    states = {one.code: str(one.label) for one in kind.states}
    lines = [
        EventLine(
            at=one.at,
            label=_label(kind, one),
            by=one.by.name if one.by else "",
            unit=names.get(one.unit_id or 0, ""),
            reason=one.reason,
            state=states.get(one.to_state, "") if one.to_state != one.from_state else "",
            evidence=tuple(pieces.get(one.pk, ())),
        )
        for one in events
    ]
    for note in notices:
        words = str(kind.ladder[note.rung].words) if note.rung < len(kind.ladder) else ""
        lines.append(
            EventLine(
                at=note.at,
                label=str(note.get_step_display()),  # type: ignore[attr-defined]  # Django's, by the choices.
                by=note.account.name if note.account else "",
                unit=names.get(note.unit_id, ""),
                reason=words,
                is_notice=True,
            )
        )
    return tuple(sorted(lines, key=lambda one: one.at))


def _label(kind: CaseKind, event: CaseEvent) -> str:
    transition = kind.transition(event.action, event.from_state)
    return str(transition.label) if transition else event.label


def file_of(*, account: Visitor, public_id: str, file_id: str, today: date) -> StoredFile | None:
    """A file that belongs to a case which the account may know of, or None."""
    try:
        case = find_case(account=account, public_id=public_id, today=today)
    except Absent:
        return None
    found = Evidence.objects.filter(case=case, file__public_id=file_id).select_related("file").first()
    return found.file if found is not None else None
