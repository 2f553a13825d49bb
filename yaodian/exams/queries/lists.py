"""What stands in the way of closing the lists of an examination."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from yaodian.exams.models import Exam, Need

MOST_RELATIVES = 6


def list_faults(exam: Exam) -> Iterator[str]:
    """Each in a sentence, nothing where the lists can be closed. Five queries."""
    people = dict(exam.examinees.values_list("need").annotate(Count("pk")).order_by())
    seats = dict(exam.rooms.values_list("need").annotate(Sum("seats")).order_by())
    if not people:
        yield _("还没有考生。请先导入考生名单。")
    if not seats:
        yield _("还没有考场。请先导入考场。")
    if people and seats:
        for need, count in sorted(people.items()):
            there = seats.get(need, 0)
            if count > there:
                yield _("“%(need)s”的考生有 %(count)s 名，这类考场只有 %(seats)s 个座位。请增加考场。") % {
                    "need": Need(need).label,
                    "count": count,
                    "seats": there,
                }
    many = (
        exam.examinees.exclude(relatives="")
        .values("relatives")
        .annotate(count=Count("pk"))
        .filter(count__gt=MOST_RELATIVES)
    )
    for one in many.order_by("relatives")[:3]:
        yield _("亲属组“%(word)s”有 %(count)s 人，最多 %(most)s 人。请核对这一列。") % {
            "word": one["relatives"],
            "count": one["count"],
            "most": MOST_RELATIVES,
        }
    sessions, teachers = exam.sessions.count(), exam.invigilators.count()
    if teachers and not sessions:
        yield _("有监考教师名单，但还没有场次。请添加场次，或撤销监考教师的导入。")
    for absent in exam.invigilators.exclude(absent=[]).values_list("number", "absent"):
        if any(one > sessions for one in absent[1]):
            yield _("工号 %(number)s 写了第 %(session)s 场不能监考，但只有 %(sessions)s 场。请核对。") % {
                "number": absent[0],
                "session": max(absent[1]),
                "sessions": sessions,
            }
            return
