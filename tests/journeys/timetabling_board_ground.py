"""A small term with a solved timetable, in the school of the demonstration's grade office.

Run by the program itself (`yaodian manage shell`), on the data of a site. Prints the timetable's public id. Somebody else asked for it than works on it.
"""

from datetime import date, datetime

from django.utils import timezone

from yaodian.engines.scheduling.timetabling.solving import Params, solve
from yaodian.organisations.models import Grant
from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    Course,
    Term,
    TermClass,
    TermRoom,
    TermTeacher,
    Timetable,
    TimetableState,
    TimetableWish,
)
from yaodian.timetabling.problem import freeze, laid_of, lines_of, school_of, sha256

#: Subjects: hours a week.
SUBJECTS = (("语文", 5), ("数学", 5), ("英语", 4), ("体育", 2))


def lay(year: int = 2033) -> Timetable:
    """Two classes of one grade with the same teachers."""
    grant = Grant.objects.select_related("unit").filter(account__username="nianji").first()
    assert grant is not None, "the demonstration has no grade office"
    school = grant.unit
    now = timezone.make_aware(datetime(2026, 8, 20))
    term = Term(
        school=school, year=year, half=1, begins_on=date(2026, 8, 1), ends_on=date(2099, 1, 20), made_at=now
    ).store()
    bells = BellSchedule(term=term, code="高中").store()
    BellPeriod.objects.bulk_create(
        BellPeriod(
            bells=bells, number=number, name=f"第{number + 1}节", begins_min=480 + 50 * number + 70 * (number > 3),
            ends_min=520 + 50 * number + 70 * (number > 3), part="上午" if number < 4 else "下午",
        )
        for number in range(8)
    )  # fmt: skip
    homes = []
    for number in (1, 2):
        room = TermRoom(term=term, code=f"10{number}", seats=50).store()
        homes.append(TermClass(term=term, code=f"高一({number})班", grade=1, size=45, bells=bells, room=room).store())
    for place, (subject, hours) in enumerate(SUBJECTS):
        teacher = TermTeacher(term=term, code=f"T{place}", name=f"{'苏林顾沈'[place]}老师", subjects=[subject]).store()
        for home in homes:
            course = Course(
                term=term, code=f"{home.code} {subject}", subject=subject, hours=hours, needs_room=subject != "体育"
            ).store()
            course.classes.add(home)
            course.teachers.add(teacher)
    wish = {"subjects": ["语文", "数学"], "periods": [0, 1, 2, 3]}
    TimetableWish(term=term, kind="in-periods", name="主科在上午", reason="上午精神好", weight=3, values=wish).store()
    stands = school_of(term)
    laid = laid_of(stands)
    found = solve(laid.problem, seed=1, params=Params(seconds=20, workers=1, effort=3))
    frozen = freeze(stands)
    return Timetable(
        term=term, attempt=1, state=TimetableState.DONE, frozen=frozen, frozen_sha256=sha256(frozen), required=0,
        pieces=lines_of(laid, found.timetable), optional=found.optional, bound=found.bound, asked_at=now, done_at=now,
    ).store()  # fmt: skip


print(lay().public_id)
