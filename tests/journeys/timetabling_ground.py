"""A term large enough that its timetable is not found at once: twelve classes of one grade in a school of the demonstration.

Run by the program itself (`yaodian manage shell`), on the data of a site. Prints the term's public id.
"""

from datetime import date, datetime

from django.utils import timezone

from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    Course,
    Term,
    TermClass,
    TermRoom,
    TermTeacher,
    TimetableWish,
)
from yaodian.timetabling.queries.rounds import visible_rounds

#: Subjects: hours a week, and for how many classes one teacher is enough.
SUBJECTS = (
    ("语文", 5, 2), ("数学", 5, 2), ("英语", 5, 2), ("物理", 4, 3), ("化学", 3, 4), ("生物", 3, 4), ("历史", 3, 4),
    ("地理", 2, 6), ("政治", 2, 6), ("体育", 3, 4),
)  # fmt: skip
CLASSES = 12


def lay(year: int = 2031) -> Term:
    """The term, of the school of the demonstration's grade office."""
    office = Account.objects.get(username="nianji")
    school = visible_rounds(office, "timetabling.plan").select_related("school")[0].school
    now = timezone.make_aware(datetime(year, 8, 20))
    term = Term(
        school=school, year=year, half=1, begins_on=date(year, 9, 1), ends_on=date(year + 1, 1, 20), made_at=now
    ).store()
    bells = BellSchedule(term=term, code="高中").store()
    BellPeriod.objects.bulk_create(
        BellPeriod(
            bells=bells, number=number, name=f"第{number + 1}节", begins_min=480 + 50 * number + 70 * (number > 3),
            ends_min=520 + 50 * number + 70 * (number > 3), part="上午" if number < 4 else "下午",
        )
        for number in range(8)
    )  # fmt: skip
    rooms = [TermRoom(term=term, code=f"{201 + number}", seats=50).store() for number in range(CLASSES)]
    homes = [
        TermClass(term=term, code=f"高一({number + 1})班", grade=1, size=45, bells=bells, room=room).store()
        for number, room in enumerate(rooms)
    ]
    for place, (subject, hours, each) in enumerate(SUBJECTS):
        staff = [
            TermTeacher(
                term=term, code=f"T{place:02}{number:02}", name=f"{'苏林顾沈陆秦许韩杨梁'[place]}老师{number + 1}",
                subjects=[subject],
            ).store()
            for number in range(CLASSES // each)
        ]  # fmt: skip
        for number, home in enumerate(homes):
            course = Course(
                term=term, code=f"{home.code} {subject}", subject=subject, hours=hours, needs_room=subject != "体育"
            ).store()
            course.classes.add(home)
            course.teachers.add(staff[number // each])
    for kind, name, weight, values in (
        ("lessons-a-day", "同一门课每天最多一节", 5, {"most": 1}),
        ("in-periods", "语数外多在上午", 2, {"subjects": ["语文", "数学", "英语"], "periods": [0, 1, 2, 3]}),
        ("gaps-of-teachers", "教师少空堂", 1, {"most": 1}),
        ("fair-periods", "首末节轮流", 2, {"periods": [0, 7], "most": 0}),
        ("at-once-at-most", "操场同时最多三个班", 3, {"subjects": ["体育"], "most": 3}),
    ):
        TimetableWish(term=term, kind=kind, name=name, weight=weight, values=values).store()
    return term


print(lay().public_id)
