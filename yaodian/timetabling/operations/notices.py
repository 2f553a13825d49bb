"""Messages about lessons that are not held as the timetable says: who takes what, when and where. Never why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Absence, Manner, Substitution, TermTeacher
from yaodian.timetabling.queries.held import HeldDays, when_words

# A message says so many lessons; the rest is on the page.
MOST_LINES = 20


def tell_changed(row: Absence, held: HeldDays, changes: Sequence[Substitution], now: datetime) -> int:
    """Tells everybody concerned what he takes, and what is otherwise with his own lessons; how many accounts."""
    for one in changes:
        one.told_at, one.seen_at = now, None
    Substitution.objects.filter(pk__in=[one.pk for one in changes]).update(told_at=now, seen_at=None)
    return _tell(row, held, changes, now, is_cancelled=False)


def tell_cancelled(row: Absence, held: HeldDays, changes: Sequence[Substitution], now: datetime) -> int:
    """Tells them that it is as in the timetable again."""
    return _tell(row, held, changes, now, is_cancelled=True)


def tell_relieved(row: Absence, held: HeldDays, change: Substitution, now: datetime) -> int:
    """Tells whoever was to take the lesson, and nobody else, that he does not."""
    return _tell(row, held, [change], now, is_cancelled=True, is_for_all=False)


def _tell(
    row: Absence, held: HeldDays, changes: Sequence[Substitution], now: datetime, *, is_cancelled: bool,
    is_for_all: bool = True,
) -> int:  # fmt: skip
    lines: dict[int, list[str]] = defaultdict(list)
    duties: dict[int, list[str]] = defaultdict(list)
    for one in changes:
        lesson = held.by_pk.get(one.lesson_id)
        if lesson is None:
            continue
        at = when_words(held, one.on, lesson)
        if not is_for_all:
            said = _("%(lesson)s：不再由您代课。") % {"lesson": at}
        elif is_cancelled:
            said = _("%(lesson)s：照课表上课，原来的安排取消。") % {"lesson": at}
        else:
            said = _sentence(held, one, at)
        if one.teacher_id is not None:
            duties[one.teacher_id].append(said)
        for teacher in lesson.teachers if is_for_all else ():
            if teacher.pk != one.teacher_id:
                lines[teacher.pk].append(said)
    found = 0
    drafts = []
    for key, account in _accounts({*lines, *duties}).items():
        mine = [*duties.get(key, ()), *lines.get(key, ())]
        more = len(mine) - MOST_LINES
        body = "\n".join(mine[:MOST_LINES])
        if more > 0:
            body += "\n" + _("另有 %(count)s 节，请在“我的课表”中查看。") % {"count": more}
        if key in duties and not is_cancelled:
            body += "\n" + _("请在“我的代课”中确认。")
        subject = _("代课调课取消") if is_cancelled else _("请您代课") if key in duties else _("您的课有变动")
        drafts.append(
            Draft(
                key=f"timetabling.absence:{row.pk}:{row.version}:{'cancelled' if is_cancelled else 'changed'}:{account.pk}",
                channel=Channel.PAGE,
                recipient=account,
                subject=subject,
                body=body,
            )
        )
        found += 1
    queue_messages(drafts=drafts, now=now)
    return found


def _sentence(held: HeldDays, one: Substitution, at: str) -> str:
    said = {"lesson": at, "teacher": one.teacher.name if one.teacher else "", "room": one.room.code if one.room else ""}
    if one.manner == Manner.MOVED and one.to_on is not None:
        lesson = held.by_pk[one.lesson_id]
        period = held.bells.name(lesson.bells, one.to_period if one.to_period is not None else lesson.period)
        sentence = _("%(lesson)s：调到 %(day)s %(period)s。") % {
            "lesson": at,
            "day": f"{one.to_on:%m-%d}",
            "period": period,
        }
    elif one.manner == Manner.SELF_STUDY:
        sentence = (_("%(lesson)s：自习，%(teacher)s看管。") if one.teacher else _("%(lesson)s：自习。")) % said
    elif one.manner == Manner.TAKEN:
        sentence = _("%(lesson)s：%(teacher)s代课。") % said
    else:
        sentence = _("%(lesson)s：换到 %(room)s 上课。") % said
    if one.room is not None and one.manner != Manner.OTHER_ROOM:
        sentence += _("教室 %(room)s。") % said
    return sentence


def _accounts(teachers: set[int]) -> dict[int, Account]:
    """The accounts of these teachers of the term that are good, by the teacher's key."""
    with walls.lifted():
        rows = TermTeacher.objects.filter(pk__in=teachers, teacher__person__account__is_active=True).select_related(
            "teacher__person__account"
        )
        return {
            one.pk: one.teacher.person.account
            for one in rows
            if one.teacher is not None and one.teacher.person is not None
        }
