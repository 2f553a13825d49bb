"""Examinations as the office, a school and everybody see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from yaodian.exams.models import (
    STANDING,
    Duty,
    Exam,
    Examinee,
    ExamRoom,
    ExamState,
    Need,
    Plan,
    PlanState,
    Seat,
    Session,
)
from yaodian.exams.queries.lists import list_faults
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, exists_on, may, names_of_units, scope_of

VIEW, SET, DRAW, PUBLISH = "exams.view", "exams.set", "exams.draw", "exams.publish"
MOST_EXAMS = 100
MOST_ROOMS = 400


def visible_exams(account: Visitor, permission: str = VIEW) -> QuerySet[Exam]:
    """The examinations of units that the account's right reaches, in every state."""
    return scope_of(account=account, permission=permission).rows(Exam.objects.all(), unit="office_id")


def find_exam(*, account: Visitor, public_id: str) -> Exam:
    """Raises Exam.DoesNotExist, also for one that the account may not know of."""
    return visible_exams(account).select_related("office").get(public_id=public_id)


def find_plan(*, account: Visitor, public_id: str) -> Plan:
    """Raises Plan.DoesNotExist."""
    rows = Plan.objects.select_related("exam", "asked_by", "published_by")
    return rows.get(public_id=public_id, exam__in=visible_exams(account).order_by().values("pk"))


@dataclass(frozen=True)
class ExamLine:
    """An examination in a list."""

    exam: Exam
    office: str
    examinees: int
    rooms: int


@dataclass(frozen=True)
class OwnLine:
    """A published examination in which the school has candidates."""

    exam: Exam
    school: Unit
    name: str
    examinees: int


@dataclass(frozen=True)
class ExamList:
    """Examinations that the account sees; `own` those of others in which its schools sit; `offices` where it may make one."""

    lines: tuple[ExamLine, ...]
    own: tuple[OwnLine, ...]
    offices: tuple[tuple[Unit, str], ...]


def exam_list(*, account: Visitor, day: date) -> ExamList:
    """The newest first. A constant number of queries."""
    rows = list(visible_exams(account)[:MOST_EXAMS])
    keys = [row.pk for row in rows]
    people = dict(Examinee.objects.filter(exam__in=keys).values_list("exam").annotate(Count("pk")).order_by())
    rooms = dict(ExamRoom.objects.filter(exam__in=keys).values_list("exam").annotate(Count("pk")).order_by())
    scope = scope_of(account=account, permission=VIEW)
    own = list(
        scope.rows(Examinee.objects.filter(exam__state=ExamState.PUBLISHED).exclude(exam__in=keys), unit="school_id")
        .values("exam", "school")
        .annotate(count=Count("pk"))
        .order_by("-exam__starts_on", "exam", "school")[:MOST_EXAMS]
    )
    exams = Exam.objects.in_bulk([one["exam"] for one in own])
    schools = Unit.objects.in_bulk([one["school"] for one in own])
    setting = scope_of(account=account, permission=SET)
    # An examination belongs to a unit in which the right was given; those below are reached from there.
    offices = list(
        Unit.objects.filter(exists_on(day), pk__in={unit for _hierarchy, unit in setting.roots}).order_by("code")
    )
    names = names_of_units(ids=[*(row.office_id for row in rows), *schools, *(one.pk for one in offices)], day=day)
    return ExamList(
        tuple(ExamLine(row, names.get(row.office_id, ""), people.get(row.pk, 0), rooms.get(row.pk, 0)) for row in rows),
        tuple(
            OwnLine(exams[one["exam"]], schools[one["school"]], names.get(one["school"], ""), one["count"])
            for one in own
        ),
        tuple((one, names.get(one.pk, one.code)) for one in offices),
    )


@dataclass(frozen=True)
class NeedLine:
    """Candidates of a need and the seats that there are for them."""

    label: str
    examinees: int
    rooms: int
    seats: int


@dataclass(frozen=True)
class ExamPage:
    """An examination for its office. `faults` stand in the way of closing the lists."""

    exam: Exam
    office: str
    sessions: tuple[Session, ...]
    needs: tuple[NeedLine, ...]
    examinees: int
    schools: int
    rooms: int
    seats: int
    sites: int
    invigilators: int
    faults: tuple[str, ...]
    plans: tuple[Plan, ...]
    standing: Plan | None
    may_set: bool
    may_draw: bool
    may_publish: bool

    @property
    def may_change(self) -> bool:
        return self.may_set and self.exam.state == ExamState.DRAFT


def exam_page(*, account: Visitor, public_id: str, day: date) -> ExamPage:
    """Raises Exam.DoesNotExist. A constant number of queries."""
    exam = find_exam(account=account, public_id=public_id)
    people = dict(exam.examinees.values_list("need").annotate(Count("pk")).order_by())
    rooms = {
        need: (count, seats)
        for need, count, seats in exam.rooms.values_list("need").annotate(Count("pk"), Sum("seats")).order_by()
    }
    plans = tuple(exam.plans.defer("inputs", "result").select_related("asked_by", "published_by")[:20])
    return ExamPage(
        exam=exam,
        office=names_of_units(ids=[exam.office_id], day=day).get(exam.office_id, ""),
        sessions=tuple(exam.sessions.all()),
        needs=tuple(
            NeedLine(str(need.label), people.get(need, 0), *rooms.get(need, (0, 0)))
            for need in Need
            if need in people or need in rooms
        ),
        examinees=sum(people.values()),
        schools=exam.examinees.order_by().values("school").distinct().count(),
        rooms=sum(count for count, _seats in rooms.values()),
        seats=sum(seats for _count, seats in rooms.values()),
        sites=exam.rooms.order_by().values("site").distinct().count(),
        invigilators=exam.invigilators.count(),
        faults=tuple(list_faults(exam)) if exam.state == ExamState.DRAFT else (),
        plans=plans,
        standing=next((one for one in plans if one.state in STANDING), None),
        may_set=may(account=account, permission=SET, unit_id=exam.office_id),
        may_draw=may(account=account, permission=DRAW, unit_id=exam.office_id),
        may_publish=may(account=account, permission=PUBLISH, unit_id=exam.office_id),
    )


@dataclass(frozen=True)
class RoomLine:
    """A room with how many sit there."""

    room: ExamRoom
    site: str
    seated: int


@dataclass(frozen=True)
class PlanPage:
    """A plan with its rooms by site, and how evenly its duties are shared."""

    plan: Plan
    exam: Exam
    rooms: tuple[RoomLine, ...]
    more_rooms: int
    sites: tuple[tuple[str, str], ...]
    least_duties: int
    most_duties: int
    may_draw: bool
    may_publish: bool


def plan_page(*, account: Visitor, public_id: str, day: date) -> PlanPage:
    """Raises Plan.DoesNotExist. A constant number of queries."""
    plan = find_plan(account=account, public_id=public_id)
    seated = dict(Seat.objects.filter(plan=plan).values_list("room").annotate(Count("pk")).order_by())
    rooms = list(ExamRoom.objects.filter(pk__in=seated).select_related("site").order_by("site__code", "code"))
    names = names_of_units(ids={room.site_id for room in rooms}, day=day)
    duties = list(
        Duty.objects.filter(plan=plan)
        .values("invigilator")
        .annotate(count=Count("pk"))
        .order_by()
        .values_list("count", flat=True)
    )
    office = plan.exam.office_id
    return PlanPage(
        plan=plan,
        exam=plan.exam,
        rooms=tuple(
            RoomLine(room, names.get(room.site_id, room.site.code), seated[room.pk]) for room in rooms[:MOST_ROOMS]
        ),
        more_rooms=max(0, len(rooms) - MOST_ROOMS),
        sites=tuple(dict.fromkeys((room.site.public_id, names.get(room.site_id, room.site.code)) for room in rooms)),
        least_duties=min(duties, default=0),
        most_duties=max(duties, default=0),
        may_draw=may(account=account, permission=DRAW, unit_id=office),
        may_publish=may(account=account, permission=PUBLISH, unit_id=office),
    )


@dataclass(frozen=True)
class SeatLine:
    """A candidate of a school with its seat."""

    examinee: Examinee
    room: str
    site: str
    place: str
    seat: int


@dataclass(frozen=True)
class SchoolPage:
    """A school's own candidates in a published examination."""

    exam: Exam
    school: Unit
    name: str
    lines: Sequence[SeatLine]
    sessions: tuple[Session, ...]


def school_page(*, account: Visitor, public_id: str, school: str, day: date) -> SchoolPage:
    """Raises Absent where the examination is not published, the school not within the account's right, or has nobody there."""
    scope = scope_of(account=account, permission=VIEW)
    unit = scope.rows(Unit.objects.filter(public_id=school), unit="pk").first()
    exam = Exam.objects.filter(public_id=public_id, state=ExamState.PUBLISHED).first()
    if unit is None or exam is None:
        raise Absent
    rows = list(
        Seat.objects.filter(examinee__exam=exam, examinee__school=unit, plan__state=PlanState.PUBLISHED)
        .select_related("examinee", "room__site")
        .order_by("examinee__group", "examinee__number")
    )
    if not rows:
        raise Absent
    names = names_of_units(ids=[unit.pk, *(row.room.site_id for row in rows)], day=day)
    return SchoolPage(
        exam,
        unit,
        names.get(unit.pk, unit.code),
        tuple(
            SeatLine(
                row.examinee, row.room.code, names.get(row.room.site_id, row.room.site.code), row.room.place, row.number
            )
            for row in rows
        ),
        tuple(exam.sessions.all()),
    )


@dataclass(frozen=True)
class Protocol:
    """What everybody may read of a closed examination: where the seed came from, the fingerprints, and every plan that was dropped."""

    exam: Exam
    office: str
    examinees: int
    rooms: int
    plan: Plan | None
    dropped: tuple[Plan, ...]


def protocol_of(*, public_id: str, day: date) -> Protocol:
    """Raises Absent before the lists are closed. Numbers, rooms and seats are not in it, counts are."""
    exam = Exam.objects.filter(public_id=public_id).exclude(state__in=[ExamState.DRAFT, ExamState.ERASED]).first()
    if exam is None:
        raise Absent
    plans = list(
        exam.plans.defer("inputs", "result").exclude(state__in=[PlanState.QUEUED, PlanState.FAILED]).order_by("attempt")
    )
    return Protocol(
        exam=exam,
        office=names_of_units(ids=[exam.office_id], day=day).get(exam.office_id, ""),
        examinees=exam.examinees.count(),
        rooms=exam.rooms.count(),
        plan=next((one for one in plans if one.state in (PlanState.DONE, PlanState.PUBLISHED)), None),
        dropped=tuple(one for one in plans if one.state == PlanState.DROPPED),
    )
