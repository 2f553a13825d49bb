"""Meetings: what is on the agenda, one item after the other, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.cases.declaring import Action, Phase, kind_of
from yaodian.cases.models import Case, CaseEvent, Meeting, MeetingItem
from yaodian.cases.queries.actions import Possible
from yaodian.cases.queries.lists import Line, harm_of, lines_of
from yaodian.cases.queries.pages import CasePage, EventLine, case_page
from yaodian.cases.queries.standing import DISPATCH, visible
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Visitor, names_of_units, scope_of, subtree_of

MOST_ITEMS, MOST_MEETINGS = 200, 20
# What a meeting decides, and the key that opens each on a projector.
KEYS = {
    Action.ASSIGN: "a",
    Action.APPROVE_EXTENSION: "y",
    Action.REFUSE_EXTENSION: "n",
    Action.ESCALATE: "t",
    Action.DECIDE: "d",
    Action.RETURN: "r",
    Action.VERIFY: "v",
}


def agenda_of(*, account: Visitor, unit: Unit, kind: str, today: date) -> list[Case]:
    """What is overdue or escalated in a unit and below it, what harms most first; as many as one can get through."""
    below = [one.pk for one in subtree_of(unit=unit, day=today)]
    cases = visible(account=account, today=today).filter(doing_unit_id__in=below).exclude(phase=Phase.ENDED)
    cases = cases.filter(Q(due_on__lt=today) | Q(is_escalated=True))
    if kind:
        cases = cases.filter(kind=kind)
    found = sorted(cases.order_by("due_on", "pk")[: 5 * MOST_ITEMS], key=lambda one: (-harm_of(one, today), one.pk))
    return found[:MOST_ITEMS]


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list of meetings."""

    meeting: Meeting
    unit: str
    kind: str
    items: int


def list_meetings(*, account: Visitor, today: date) -> tuple[MeetingLine, ...]:
    """The last meetings of the units that the account's right to dispatch reaches. Three queries."""
    scope = scope_of(account=account, permission=DISPATCH, as_of=today)
    meetings = list(scope.rows(Meeting.objects.select_related("opened_by"))[:MOST_MEETINGS])
    names = names_of_units(ids={one.unit_id for one in meetings}, day=today)
    counts: dict[int, int] = {}
    for pk in MeetingItem.objects.filter(meeting__in=[one.pk for one in meetings]).values_list("meeting_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return tuple(_meeting_line(one, names, counts.get(one.pk, 0)) for one in meetings)


def _meeting_line(meeting: Meeting, names: dict[int, str], items: int) -> MeetingLine:
    kind = kind_of(meeting.kind)
    return MeetingLine(meeting, names.get(meeting.unit_id, ""), str(kind.label) if kind else _("全部类型"), items)


def find_meeting(*, account: Visitor, public_id: str, today: date) -> Meeting:
    """The meeting of an address. Raises Absent."""
    meeting = Meeting.objects.select_related("opened_by", "unit").filter(public_id=public_id).first()
    if meeting is None or not scope_of(account=account, permission=DISPATCH, as_of=today).includes(meeting.unit_id):
        raise Absent(public_id)
    return meeting


@dataclass(frozen=True)
class ItemPage:
    """One item on the screen. `page` is empty where the case may no longer be known to the account."""

    meeting: Meeting
    unit: str
    place: int
    total: int
    page: CasePage | None
    steps: tuple[Possible, ...]
    decided: tuple[Decision, ...]
    is_chair: bool

    @property
    def before(self) -> int:
        return self.place - 1

    @property
    def after(self) -> int:
        return self.place + 1 if self.place < self.total else 0

    @property
    def latest(self) -> Sequence[EventLine]:
        """The last three things that happened, newest first, reminders left out."""
        return [] if self.page is None else [one for one in self.page.newest_first if not one.is_notice][:3]


@dataclass(frozen=True)
class Decision:
    """Something that was decided in a meeting: what, and about what in particular."""

    at: datetime
    label: str
    words: str
    more: str


@dataclass(frozen=True)
class ProtocolLine:
    """An item of the agenda with what was decided; `line` is empty where the case may not be known to the account."""

    place: int
    line: Line | None
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Protocol:
    """What a meeting decided."""

    meeting: Meeting
    unit: str
    kind: str
    lines: tuple[ProtocolLine, ...]
    counts: tuple[tuple[str, int], ...]
    is_chair: bool

    @property
    def decided(self) -> int:
        """How many items were decided on."""
        return sum(1 for one in self.lines if one.decisions)


def item_page(*, account: Visitor, public_id: str, place: int, today: date) -> ItemPage:
    """One item of a meeting with what may be decided about it. A constant number of queries. Raises Absent."""
    meeting = find_meeting(account=account, public_id=public_id, today=today)
    items = list(meeting.items.select_related("case").order_by("place"))
    item = next((one for one in items if one.place == place), None)
    if item is None:
        raise Absent(public_id)
    page = None
    decided: tuple[Decision, ...] = ()
    if visible(account=account, today=today).filter(pk=item.case_id).exists():
        page = case_page(account=account, public_id=item.case.public_id, today=today)
        decided = _decisions(meeting, [item.case], today).get(item.case_id, ())
    by_action = {one.action: one for one in page.actions} if page else {}
    return ItemPage(
        meeting=meeting,
        unit=names_of_units(ids={meeting.unit_id}, day=today)[meeting.unit_id],
        place=place,
        total=len(items),
        page=page,
        steps=tuple(by_action[action] for action in KEYS if action in by_action),
        decided=decided,
        is_chair=_is_chair(meeting, account),
    )


def _is_chair(meeting: Meeting, account: Visitor) -> bool:
    return isinstance(account, Account) and meeting.opened_by_id == account.pk and meeting.ended_at is None


def protocol(*, account: Visitor, public_id: str, today: date) -> Protocol:
    """What a meeting decided: of the cases that the account may know of. A constant number of queries. Raises
    Absent."""
    meeting = find_meeting(account=account, public_id=public_id, today=today)
    places = dict(meeting.items.values_list("case_id", "place"))
    cases = list(visible(account=account, today=today).filter(pk__in=places).select_related("assignee"))
    lines = {line.case.pk: line for line in lines_of(cases, today=today)}
    decisions = _decisions(meeting, cases, today)
    names = names_of_units(ids={meeting.unit_id}, day=today)
    counts: dict[str, int] = {}
    for made in decisions.values():
        for one in made:
            counts[one.label] = counts.get(one.label, 0) + 1
    head = _meeting_line(meeting, names, len(places))
    return Protocol(
        meeting=meeting,
        unit=head.unit,
        kind=head.kind,
        lines=tuple(
            ProtocolLine(place, lines.get(pk), decisions.get(pk, ()))
            for pk, place in sorted(places.items(), key=lambda one: one[1])
        ),
        counts=tuple(counts.items()),
        is_chair=_is_chair(meeting, account),
    )


def _decisions(meeting: Meeting, cases: Sequence[Case], today: date) -> dict[int, tuple[Decision, ...]]:
    """What whoever led the meeting did to these cases while it lasted. Four queries at most."""
    events = CaseEvent.objects.filter(
        case__in=[one.pk for one in cases], by=meeting.opened_by_id, at__gte=meeting.opened_at
    )
    if meeting.ended_at is not None:
        events = events.filter(at__lte=meeting.ended_at)
    rows = list(events.exclude(action__in=["open", "again"]).order_by("case_id", "number"))
    if not rows:
        return {}
    kinds = {one.pk: kind_of(one.kind) for one in cases}
    names = names_of_units(ids={row.unit_id for row in rows if row.unit_id}, day=today)
    people = {row.detail.get("assignee") for row in rows} - {None}
    called = dict(Account.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    found: dict[int, list[Decision]] = {}
    for row in rows:
        kind = kinds[row.case_id]
        transition = kind.transition(row.action, row.from_state) if kind else None
        label = str(transition.label) if transition else row.label
        found.setdefault(row.case_id, []).append(Decision(row.at, label, row.reason, _more(row, names, called)))
    return {pk: tuple(made) for pk, made in found.items()}


def _more(row: CaseEvent, names: dict[int, str], called: dict[int, str]) -> str:
    """What an action was about beside its reason: to whom, until when."""
    if row.action == Action.ASSIGN:
        who = called.get(row.detail.get("assignee") or 0, "")
        return " ".join(one for one in (names.get(row.unit_id or 0, ""), who) if one)
    if row.action in (Action.APPROVE_EXTENSION, Action.REFUSE_EXTENSION):
        return f"{row.detail.get('old', '')} → {row.detail.get('new', '')}"
    return ""
