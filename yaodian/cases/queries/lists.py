"""Lists of cases: everything within the right, and what waits for somebody today.

A list is a page over an index in its order, and costs the same queries whatever there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from yaodian.cases.declaring import CaseKind, Phase, kind_of, kinds
from yaodian.cases.models import Case, CaseEvent, Extension, MailWish, Notice
from yaodian.cases.queries.searching import found_by
from yaodian.cases.queries.standing import (
    DISPATCH,
    HANDLE,
    VERIFY,
    knows_of_few,
    unit_ids_of,
    visible,
)
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Visitor, find_unit, names_of_units, subtree_of

SIZE = 50
BOX_SIZE = 100
# Reminders on the page of the day: so many of the latest that the account may know of, and how far back they go.
NOTES, MOST_NOTES, REMINDED = 10, 50, timedelta(days=60)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; what is empty narrows nothing. `unit` is a public id, and means that unit and below.
    `sort`: new (newest first) or due (earliest day first)."""

    phase: str = ""
    kind: str = ""
    unit: str = ""
    is_overdue: bool = False
    is_mine: bool = False
    is_escalated: bool = False
    words: str = ""
    sort: str = "new"


@dataclass(frozen=True)
class Line:
    """A case as a list shows it."""

    case: Case
    kind: str
    state: str
    grade: str
    doing: str
    supervising: str
    days_late: int

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0


@dataclass(frozen=True)
class ListPage:
    """`after` leads to the next page and is empty on the last one."""

    lines: tuple[Line, ...]
    filters: Filters
    kinds: tuple[CaseKind, ...]
    unit: Unit | None
    after: str


def unit_names(cases: Sequence[Case], *, today: date) -> Mapping[int, str]:
    """What the units of these cases are called on a day. One query."""
    wanted = {unit for case in cases for unit in (case.doing_unit_id, case.supervising_unit_id, case.about_unit_id)}
    return names_of_units(ids=wanted, day=today, is_short=True)


def lines_of(cases: Sequence[Case], *, today: date) -> tuple[Line, ...]:
    """Rows as a list shows them. One query."""
    names = unit_names(cases, today=today)
    return tuple(_line(case, names, today) for case in cases)


def _line(case: Case, names: Mapping[int, str], today: date) -> Line:
    kind = kind_of(case.kind)
    grade = kind.grade(case.grade) if kind else None
    return Line(
        case=case,
        kind=str(kind.label) if kind else case.kind,
        state=str(kind.state(case.state).label) if kind else case.state,
        grade=str(grade.label) if grade else "",
        doing=names.get(case.doing_unit_id, ""),
        supervising=names.get(case.supervising_unit_id, ""),
        days_late=max(0, (today - case.due_on).days) if case.due_on else 0,
    )


def list_page(*, account: Visitor, today: date, filters: Filters, after: str = "") -> ListPage:
    """A page of the cases that the account may know of. Ten queries at most."""
    cases = visible(account=account, today=today)
    if filters.phase in Phase.values:
        cases = cases.filter(phase=filters.phase)
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.is_overdue:
        cases = cases.filter(due_on__lt=today)
    if filters.is_escalated:
        cases = cases.filter(is_escalated=True).exclude(phase=Phase.ENDED)
    if filters.is_mine and isinstance(account, Account):
        cases = cases.filter(assignee_id=account.pk)
    unit = find_unit(public_id=filters.unit) if filters.unit else None
    if filters.unit:
        below = [one.pk for one in subtree_of(unit=unit, day=today)] if unit is not None else []
        cases = cases.filter(doing_unit_id__in=below)
    are_few = filters.sort != "due" and knows_of_few(account=account, today=today)
    cases = found_by(cases, words=filters.words, are_few=are_few)
    number = filters.words.strip()
    if number and Case.objects.filter(number=number).exists():
        cases = visible(account=account, today=today).filter(number=number)
    page = _page(cases, filters.sort, after, are_few=are_few)[: SIZE + 1]
    if are_few:
        # What is sorted are the keys alone.
        page = Case.objects.filter(pk__in=list(page.values_list("pk", flat=True))).order_by("-pk")
    rows = list(page.select_related("assignee"))
    more = _cursor(rows[SIZE - 1], filters.sort) if len(rows) > SIZE else ""
    lines = lines_of(rows[:SIZE], today=today)
    return ListPage(lines, filters, tuple(kinds().values()), unit, more)


def _page(cases: QuerySet[Case], sort: str, after: str, *, are_few: bool) -> QuerySet[Case]:
    """The rows behind a cursor. A cursor that cannot be read is none."""
    day, _, pk = after.rpartition("_")
    key = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if sort == "due":
        cases = cases.filter(due_on__isnull=False).order_by("due_on", "pk")
        try:
            last = date.fromisoformat(day)
        except ValueError:
            return cases
        return cases.filter(due_on__gte=last).exclude(due_on=last, pk__lte=key or 0)
    # A sum is in no index: few rows are found by their own and sorted, and not looked for in the order of all.
    cases = cases.order_by((F("pk") + 0).desc() if are_few else "-pk")
    return cases.filter(pk__lt=key) if key is not None and not day else cases


def _cursor(case: Case, sort: str) -> str:
    return f"{case.due_on}_{case.pk}" if sort == "due" else f"_{case.pk}"


@dataclass(frozen=True)
class Task:
    """Something that waits for this account: a case, and what it is to do with it (`what`: sign, work, dispatch, decide,
    verify)."""

    line: Line
    what: str
    harm: float


@dataclass(frozen=True)
class Notes:
    """A reminder that was sent to the unit or the person."""

    notice: Notice
    words: str
    title: str
    number: str
    public_id: str


@dataclass(frozen=True)
class Day:
    """What waits for an account, what harms most first; and the reminders of the last days."""

    tasks: tuple[Task, ...]
    notes: tuple[Notes, ...]
    counts: Mapping[str, int]


def my_day(*, account: Visitor, today: date) -> Day:
    """What an account must do, sorted by the harm of delay. Fifteen queries at most.

    Of each sort the hundred that are due first are looked at. What is overdue comes first, and there the graver and the
    later; then what is due soonest, the graver first.
    """
    if not isinstance(account, Account) or account.pk is None:
        return Day((), (), {})
    seen = visible(account=account, today=today).select_related("assignee")
    handled = unit_ids_of(account, HANDLE, today)
    dispatched = unit_ids_of(account, DISPATCH, today)
    verified = unit_ids_of(account, VERIFY, today)
    first_states = {one.first.code for one in kinds().values()}
    mine = Q(assignee_id=account.pk)
    boxes: list[tuple[str, QuerySet[Case]]] = [("work", seen.filter(mine, phase=Phase.WORKING))]
    if handled:
        waiting = seen.filter(phase=Phase.WAITING, doing_unit_id__in=handled).exclude(state__in=first_states)
        boxes.append(("sign", waiting.filter(mine | Q(assignee__isnull=True))))
    if dispatched:
        boxes.append(
            ("dispatch", seen.filter(phase=Phase.WAITING, state__in=first_states, supervising_unit_id__in=dispatched))
        )
        # Begun at the few that are asked for, whatever there is.
        asked = Extension.objects.filter(state=Extension.State.ASKED).exclude(asked_by=account).order_by()
        decided = seen.filter(pk__in=asked.values("case_id"), supervising_unit_id__in=dispatched)
        boxes.append(("decide", decided.exclude(phase=Phase.ENDED)))
    if verified:
        own = CaseEvent.objects.filter(case=OuterRef("pk"), by=account, is_work=True)
        checking = seen.filter(phase=Phase.CHECKING, supervising_unit_id__in=verified)
        boxes.append(("verify", checking.exclude(mine).filter(~Exists(own))))
    found = [
        (what, case)
        for what, cases in boxes
        for case in cases.order_by(F("due_on").asc(nulls_last=True), "pk")[:BOX_SIZE]
    ]
    names = unit_names([case for _what, case in found], today=today)
    tasks = [Task(_line(case, names, today), what, harm_of(case, today)) for what, case in found]
    tasks.sort(key=lambda one: (-one.harm, one.line.case.pk))
    counts = {what: sum(1 for one in tasks if one.what == what) for what, _cases in boxes}
    return Day(tuple(tasks), _notes(account, handled, dispatched, today), counts)


def harm_of_delay(*, weight: float, due_on: date | None, today: date) -> float:
    """How much another day of delay harms: overdue over all else, and there days late times gravity; then gravity over
    the days that are left. What has no day comes last. What waits for a person in any slice is ordered by it."""
    if due_on is None:
        return 0.001 * weight
    left = (due_on - today).days
    return 1_000.0 + weight * -left if left < 0 else weight / (1 + left)


def harm_of(case: Case, today: date) -> float:
    """What another day of delay of a case harms: its grade and its being escalated weigh."""
    weight = 1 + case.grade_rank + (2 if case.is_escalated else 0)
    return harm_of_delay(weight=weight, due_on=case.due_on, today=today)


def _notes(account: Account, handled: Sequence[int], dispatched: Sequence[int], today: date) -> tuple[Notes, ...]:
    wanted = Q(account_id=account.pk)
    if handled:
        wanted |= Q(unit_id__in=handled, step__in=["handler", "head"], account__isnull=True)
    if dispatched:
        wanted |= Q(unit_id__in=dispatched, step__in=["supervisor", "leader"])
    rows = Notice.objects.filter(wanted, on__gte=today - REMINDED).exclude(case__phase=Phase.ENDED)
    found: list[Notes] = []
    latest = list(rows.select_related("case").order_by("-pk")[:MOST_NOTES])
    # Most are of cases that the account sees: asked of those few, not of all.
    seen = set(
        visible(account=account, today=today)
        .filter(pk__in={row.case_id for row in latest})
        .values_list("pk", flat=True)
    )
    for row in latest:
        if row.case_id not in seen or len(found) == NOTES:
            continue
        kind = kind_of(row.case.kind)
        words = str(kind.ladder[row.rung].words) if kind and row.rung < len(kind.ladder) else ""
        found.append(Notes(row, words, row.case.title, row.case.number, row.case.public_id))
    return tuple(found)


def mail_address(*, account: Visitor) -> str:
    """Where the account wishes to have its reminders by mail; empty: nowhere."""
    if not isinstance(account, Account):
        return ""
    return MailWish.objects.filter(account_id=account.pk).values_list("address", flat=True).first() or ""
