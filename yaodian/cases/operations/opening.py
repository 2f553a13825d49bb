"""A case is opened: once for a subject, however often it is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, connections, router, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.clocks import Course, set_going
from yaodian.cases.declaring import BUSINESS, CaseKind, Clock, FieldKind, Phase, kind_of
from yaodian.cases.models import Case, CaseClock, CaseEvent, CaseNumber
from yaodian.cases.operations.errors import UnableToOpenCase
from yaodian.cases.operations.writing import Key, tally, write_event
from yaodian.cases.queries.searching import words_of
from yaodian.cases.queries.standing import HANDLE, OPEN
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import may, require

TITLE_LENGTH, BODY_LENGTH, VALUE_LENGTH = 200, 20_000, 500


@transaction.atomic
def open_case(
    *,
    actor: Account | None,
    kind: str,
    title: str,
    supervising_unit: Unit,
    now: datetime,
    body: str = "",
    grade: str = "",
    subject: str = "",
    doing_unit: Unit | None = None,
    about_unit: Unit | None = None,
    fields: Mapping[str, Any] | None = None,
    assignee: Account | None = None,
    due_on: date | None = None,
    client_key: str = "",
) -> Case:
    """Opens a case at the unit that supervises; with `doing_unit` that unit has it on its table at once, and with
    `assignee` a person there. `due_on` is the day of the business clock, where the opener knows it better than the kind.

    While a case of the kind is open for the subject, it notes there that the same was found again, and returns that
    one. Without an actor the system opens it. Raises PermissionMissing, UnableToOpenCase.
    """
    if actor is not None:
        require(account=actor, permission=OPEN, unit_id=supervising_unit.pk)
    declared = _kind(kind)
    said = Said(declared, title, body, grade, subject, fields or {})
    again = _known(actor, declared, said, now, client_key)
    if again is not None:
        return again
    today = timezone.localdate(now)
    for unit in {supervising_unit, doing_unit, about_unit} - {None}:
        assert unit is not None
        if not unit.exists_on(today):
            raise UnableToOpenCase(
                _("单位 %(code)s 在今天不存在（已撤销或还没有设立），不能作为事项的单位。请改选现有的单位。")
                % {"code": unit.code},
                code="no-such-unit",
                field="unit",
            )
    given = (actor, declared, said, supervising_unit, doing_unit, about_unit, assignee, due_on, now, client_key[:64])
    if not said.subject and not client_key:
        case = _create(*given)
    else:
        try:
            with transaction.atomic():
                case = _create(*given)
        except IntegrityError:
            # Another worker has found the same, or taken the same form, a moment before.
            again = _known(actor, declared, said, now, client_key)
            if again is None:
                raise
            return again
    tally(before=None, after=Key.of(case))
    record(
        actor=actor,
        code="cases.case.open",
        subject=f"case:{case.number}",
        detail={"kind": case.kind, "subject": case.subject, "doing": case.doing_unit_id},
        at=now,
    )
    return case


def _kind(code: str) -> CaseKind:
    found = kind_of(code)
    if found is None:
        raise UnableToOpenCase(
            _("没有“%(kind)s”这一类事项。请从列出的类型中选择。") % {"kind": code[:60]},
            code="no-such-kind",
            field="kind",
        )
    return found


class Said:
    """What is said of a new case, checked. Raises UnableToOpenCase."""

    def __init__(
        self, kind: CaseKind, title: str, body: str, grade: str, subject: str, fields: Mapping[str, Any]
    ) -> None:
        self.title = " ".join(title.replace("\x00", "").split())
        self.body = body.replace("\x00", "").strip()
        self.subject = subject.strip()[:120]
        if not self.title:
            raise UnableToOpenCase(_("没有填写事项。请用一句话写明是什么事。"), code="no-title", field="title")
        if len(self.title) > TITLE_LENGTH or len(self.body) > BODY_LENGTH:
            raise UnableToOpenCase(
                _("事项最多 %(title)d 字，具体情况最多 %(body)d 字。请缩短。")
                % {"title": TITLE_LENGTH, "body": BODY_LENGTH},
                code="too-long",
                field="title" if len(self.title) > TITLE_LENGTH else "body",
            )
        known = kind.grade(grade)
        if kind.grades and known is None:
            raise UnableToOpenCase(
                _("请选择等级：%(grades)s。期限按等级计算。")
                % {"grades": "、".join(str(one.label) for one in kind.grades)},
                code="no-grade",
                field="grade",
            )
        self.grade = known.code if known else ""
        self.rank = known.rank if known else 0
        self.fields = {one.code: value for one in kind.fields if (value := _value(one, fields.get(one.code))) != ""}


def _value(asked: Any, given: Any) -> str:
    """What was given for a field of the kind, as text. Raises UnableToOpenCase."""
    said = "" if given is None else str(given).replace("\x00", "").strip()[:VALUE_LENGTH]
    words = {"field": asked.label}

    def refuse(message: str) -> UnableToOpenCase:
        return UnableToOpenCase(message % words, code="bad-field", field=asked.code)

    if not said:
        if asked.is_required:
            raise refuse(_("没有填写“%(field)s”。"))
        return ""
    if asked.kind is FieldKind.NUMBER:
        try:
            number = Decimal(said.replace(",", "").replace("，", ""))
        except InvalidOperation as error:
            raise refuse(_("“%(field)s”要填数字，如 1200 或 35.5。")) from error
        if not number.is_finite():
            raise refuse(_("“%(field)s”要填数字，如 1200 或 35.5。"))
        return str(number)
    if asked.kind is FieldKind.DAY:
        try:
            return date.fromisoformat(said).isoformat()
        except ValueError as error:
            raise refuse(_("“%(field)s”要填日期，如 2026-06-30。")) from error
    if asked.kind is FieldKind.CHOICE and said not in {code for code, _label in asked.choices}:
        raise refuse(_("“%(field)s”请从列出的选项中选择。"))
    return said


def _known(actor: Account | None, kind: CaseKind, said: Said, now: datetime, client_key: str) -> Case | None:
    """The case that is open for the subject, with a note that it was found again; or what a form sent twice has made."""
    if client_key and actor is not None:
        # The index of keys has those that are not empty; one database sees that this is one only where it is said.
        sent = CaseEvent.objects.filter(~Q(client_key=""), by=actor, client_key=client_key[:64], action="open")
        first = sent.select_related("case").order_by("pk").first()
        if first is not None:
            return first.case
    if not said.subject:
        return None
    open_one = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .filter(kind=kind.code, subject=said.subject)
        .exclude(phase=Phase.ENDED)
        .first()
    )
    if open_one is None:
        # What was merged goes on in another.
        gone = Case.objects.filter(kind=kind.code, subject=said.subject, merged_into__isnull=False).order_by("-id")
        onward = gone.values_list("merged_into_id", flat=True).first()
        if onward is not None:
            rows = Case.objects.select_for_update(of=("self",), no_key=True)
            open_one = rows.filter(pk=onward).exclude(phase=Phase.ENDED).first()
    if open_one is None:
        return None
    open_one.version += 1
    open_one.save(update_fields=["version"])
    event = write_event(
        open_one, "again", by=actor, at=now, from_state=open_one.state, reason=said.body or said.title,
        client_key=client_key[:64],
    )  # fmt: skip
    record(
        actor=actor,
        code="cases.case.again",
        subject=f"case:{open_one.number}",
        detail={"subject": said.subject, "event": event.number},
        at=now,
    )
    return open_one


def _create(
    actor: Account | None,
    kind: CaseKind,
    said: Said,
    supervising: Unit,
    doing: Unit | None,
    about: Unit | None,
    assignee: Account | None,
    due_on: date | None,
    now: datetime,
    client_key: str,
) -> Case:
    today = timezone.localdate(now)
    state, starts = kind.first, ("opened",)
    onward = kind.transition("assign", kind.first.code) if doing is not None else None
    if onward is not None:
        # Whoever says at once where it goes has handed it on.
        state, starts = kind.state(onward.target), ("opened", "assigned")
    if assignee is not None:
        _check_assignee(assignee, doing or supervising)
    courses = courses_of(kind, said.grade, today, [one for one in kind.clocks if one.starts in starts], due_on)
    # The number comes last: whoever opens a case at the same time waits for it until this transaction is over.
    number = _next_number(today.year)
    case = Case.objects.create(
        number=number,
        kind=kind.code,
        state=state.code,
        phase=state.phase,
        grade=said.grade,
        grade_rank=said.rank,
        title=said.title,
        body=said.body,
        doing_unit=doing or supervising,
        supervising_unit=supervising,
        about_unit=about,
        assignee=assignee,
        opened_by=actor,
        opened_at=now,
        due_on=min((one.due_on for one in courses), default=None),
        confidentiality=kind.confidentiality,
        subject=said.subject,
        fields=said.fields,
        words=words_of(number, said.title, said.body, *said.fields.values()),
    )
    _set_going(case, courses)
    write_event(
        case, "open", by=actor, at=now, from_state="", reason=said.body, unit_id=supervising.pk, client_key=client_key
    )  # fmt: skip
    return case


def _next_number(year: int) -> str:
    """The next number of the year; whoever asks at the same time waits for this one's transaction."""
    with connections[router.db_for_write(CaseNumber)].cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_casenumber (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = cases_casenumber.last + 1 RETURNING last",
            [year],
        )
        (last,) = cursor.fetchone()
    return str(CaseNumber(year, last))


def _check_assignee(assignee: Account, unit: Unit) -> None:
    """The person who is to do it may do so in the unit. Raises UnableToOpenCase."""
    if not may(account=assignee, permission=HANDLE, unit_id=unit.pk):
        raise UnableToOpenCase(
            _("%(name)s 没有在该单位办理事项的权限，不能作为经办人。请改选，或只交给单位，由单位签收。")
            % {"name": assignee.name},
            code="not-a-handler",
            field="assignee",
        )


def courses_of(
    kind: CaseKind, grade: str, today: date, clocks: Sequence[Clock], due_on: date | None = None
) -> list[Course]:
    """How clocks run that are set going today; the business clock until `due_on` where that is given."""
    if not clocks:
        return []
    calendar = calendar_as_of(today)
    return [
        set_going(kind, one, grade, on=today, calendar=calendar, until=due_on if one.code == BUSINESS else None)
        for one in clocks
    ]


def _set_going(case: Case, courses: Sequence[Course]) -> None:
    CaseClock.objects.bulk_create(
        [
            CaseClock(
                case=case,
                code=course.code,
                started_on=course.started_on,
                due_on=course.due_on,
                first_due_on=course.due_on,
                days=course.days,
                is_working_days=course.is_working_days,
                rung=course.rung,
                next_act_on=course.next_act_on,
            )
            for course in courses
        ]
    )


def start_clocks_at_assignment(case: Case, kind: CaseKind, today: date) -> None:
    """Sets the clocks going that begin when a case is handed to a unit for the first time, and takes the earliest day."""
    wanted = [one for one in kind.clocks if one.starts == "assigned"]
    if not wanted:
        return
    rows = list(CaseClock.objects.filter(case=case))
    there = {row.code for row in rows}
    courses = courses_of(kind, case.grade, today, [one for one in wanted if one.code not in there])
    _set_going(case, courses)
    due = [*(row.due_on for row in rows if row.stopped_at is None), *(one.due_on for one in courses)]
    case.due_on = min(due, default=None)
