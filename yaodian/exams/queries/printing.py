"""What the papers of a plan say, as plain data: charts and lists for doors, labels for desks, tickets for candidates, duties for teachers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.exams.models import Duty, Exam, ExamRoom, Need, Plan, Seat, Session
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import names_of_units


@dataclass(frozen=True)
class Paper:
    """A kind of paper: what it is called, its source, and whether candidates' names stand in it."""

    label: Any
    source: str
    names_people: bool
    data: Callable[[Plan, Unit, date], dict[str, Any]]


def paper_data(*, paper: str, plan: Plan, unit: Unit, day: date) -> dict[str, Any]:
    """What the paper of a site says (of a school, for tickets). `count` is how many candidates' names are in it. Raises KeyError."""
    said = PAPERS[paper].data(plan, unit, day)
    return {"title": plan.exam.title, "made": f"{plan.done_at:%Y-%m-%d}" if plan.done_at else "", **said}


def _rooms(plan: Plan, site: Unit) -> list[tuple[ExamRoom, list[Seat]]]:
    rows = Seat.objects.filter(plan=plan, room__site=site).select_related("room", "examinee__school")
    return [
        (room, list(there)) for room, there in groupby(rows.order_by("room__code", "number"), key=lambda row: row.room)
    ]


def _site(site: Unit, day: date) -> str:
    return names_of_units(ids=[site.pk], day=day).get(site.pk, site.code)


def _charts(plan: Plan, site: Unit, day: date) -> dict[str, Any]:
    made = []
    for room, there in _rooms(plan, site):
        by_seat = {row.number: row for row in there}
        made.append(
            {
                **_of_room(room),
                "columns": room.columns,
                # As it is looked at from the desk of the teacher: row by row, the first one in front.
                "grid": [
                    [_cell(by_seat, seat) for seat in line] for line in serpentine(room.rows, room.columns, room.seats)
                ],
                "list": [[str(row.number), row.examinee.number, row.examinee.name] for row in there],
            }
        )
    return {
        "site": _site(site, day),
        "rooms": made,
        "count": sum(len(one["list"]) for one in made),
        "words": {
            "room": _("第 %s 考场"), "front": _("讲台"), "seat": _("座位"), "number": _("准考证号"), "name": _("姓名"),
            "chart": _("座次图"), "list": _("门贴名单"), "people": _("%s 人"),
        },
    }  # fmt: skip


def serpentine(rows: int, columns: int, seats: int) -> list[list[int]]:
    """Numbers of seats row by row; 0 where no desk is used. They count down the first column and up the second."""
    grid = [[0] * columns for _row in range(rows)]
    for seat in range(seats):
        column, along = divmod(seat, rows)
        grid[along if column % 2 == 0 else rows - 1 - along][column] = seat + 1
    return grid


def _cell(by_seat: Mapping[int, Seat], seat: int) -> list[str]:
    row = by_seat.get(seat)
    if row is None:
        return [str(seat) if seat else "", "", ""]
    return [str(seat), row.examinee.number, row.examinee.name]


def _of_room(room: ExamRoom) -> dict[str, Any]:
    return {
        "code": room.code, "place": room.place, "need": "" if room.need == Need.NONE else str(Need(room.need).label)
    }  # fmt: skip


def _labels(plan: Plan, site: Unit, day: date) -> dict[str, Any]:
    made = [
        {
            **_of_room(room),
            "seats": [[str(row.number), row.examinee.number, row.examinee.name, row.examinee.paper] for row in there],
        }
        for room, there in _rooms(plan, site)
    ]
    return {
        "site": _site(site, day),
        "rooms": made,
        "count": sum(len(one["seats"]) for one in made),
        "words": {"room": _("第 %s 考场"), "seat": _("%s 号")},
    }


def _tickets(plan: Plan, school: Unit, day: date) -> dict[str, Any]:
    rows = list(
        Seat.objects.filter(plan=plan, examinee__school=school)
        .select_related("examinee", "room__site")
        .order_by("examinee__group", "examinee__number")
    )
    names = names_of_units(ids=[school.pk, *(row.room.site_id for row in rows)], day=day)
    return {
        "school": names.get(school.pk, school.code),
        "tickets": [
            {
                "name": row.examinee.name, "number": row.examinee.number, "group": row.examinee.group,
                "site": names.get(row.room.site_id, row.room.site.code), "room": row.room.code, "place": row.room.place,
                "seat": str(row.number), "paper": row.examinee.paper,
            }
            for row in rows
        ],
        "sessions": _sessions(plan.exam),
        "count": len(rows),
        "words": {
            "ticket": _("准考证"), "number": _("准考证号"), "name": _("姓名"), "group": _("班级"), "site": _("考点"), "room": _("考场"),
            "seat": _("座位号"), "paper": _("试卷"), "school": _("学校"), "photo": _("照片"), "session": _("科目"), "when": _("时间"),
        },
    }  # fmt: skip


def _sessions(exam: Exam) -> list[list[str]]:
    return [[one.label, f"{one.on:%Y-%m-%d}", f"{one.starts:%H:%M}–{one.ends:%H:%M}"] for one in exam.sessions.all()]


def _duties(plan: Plan, site: Unit, day: date) -> dict[str, Any]:
    rows = list(
        Duty.objects.filter(plan=plan, room__site=site)
        .select_related("session", "room", "invigilator")
        .order_by("session__on", "session__starts", "room__code", "pk")
    )
    names = names_of_units(ids=[site.pk, *(row.invigilator.school_id for row in rows)], day=day)
    return {
        "site": names.get(site.pk, site.code),
        "sessions": [
            {"label": session.label, "when": _when(session), "rooms": list(_of_session(there, names))}
            for session, there in groupby(rows, key=lambda row: row.session)
        ],
        "count": 0,
        "words": {
            "duties": _("监考安排"), "room": _("考场"), "place": _("地点"), "teachers": _("监考教师"), "sign": _("签到"),
        },
    }  # fmt: skip


def _when(session: Session) -> str:
    return f"{session.on:%Y-%m-%d} {session.starts:%H:%M}–{session.ends:%H:%M}"


def _of_session(rows: Iterable[Duty], names: Mapping[int, str]) -> Iterable[list[str]]:
    for room, there in groupby(rows, key=lambda row: row.room):
        said = "、".join(f"{row.invigilator.name}（{names.get(row.invigilator.school_id, '')}）" for row in there)
        yield [room.code, room.place, said]


PAPERS: Mapping[str, Paper] = {
    "charts": Paper(gettext_lazy("座次图和门贴名单"), "exams/print/charts.typ", True, _charts),
    "labels": Paper(gettext_lazy("桌贴"), "exams/print/labels.typ", True, _labels),
    "duties": Paper(gettext_lazy("监考安排"), "exams/print/duties.typ", False, _duties),
    "tickets": Paper(gettext_lazy("准考证"), "exams/print/tickets.typ", True, _tickets),
}
