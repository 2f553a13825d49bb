"""Publication of a timetable: judged once more from what was frozen, by another person, and from a day on the one that holds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Lesson, TermState, TermTeacher, Timetable, TimetableState
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.errors import UnableToPublishTimetable
from yaodian.timetabling.operations.lessons import write_lessons
from yaodian.timetabling.operations.term_rows import PUBLISH, lock_term, note_term, require_live
from yaodian.timetabling.queries.publishing import differences, gate_findings, held_from

LONGEST_REASON = 200


def publish_timetable(
    *,
    actor: Account,
    timetable: Timetable,
    holds_from: date | None,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> Timetable:
    """The timetable is out and holds from a day on; the one before it ends the day before, and whatever was to begin later never holds.

    `reason` says why it is published although the term's data are other than those that it was made of.
    Raises PermissionMissing, WrongState, UnableToPublishTimetable.
    """
    with transaction.atomic():
        term = lock_term(timetable.term)
        require_right(actor, term.school_id, PUBLISH)
        require_live(term)
        row = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
        row.term = term
        if expected_version is not None and expected_version != row.version:
            raise UnableToPublishTimetable(
                _("您打开本页以后，别人改了这份课表，没有公布。请重新核对，再公布。"), code="stale"
            )
        today = timezone.localdate(now)
        begins = _require_day(holds_from, today, term.begins_on, term.ends_on)
        findings = list(gate_findings(row, actor=actor.pk))
        if findings:
            refusal = UnableToPublishTimetable(
                _("公布前核对发现 %(count)s 项，没有公布。%(first)s")
                % {"count": len(findings), "first": findings[0].words},
                code=findings[0].code,
            )
            refusal.sentences = tuple(one.words for one in findings)
            raise refusal
        changed = differences(row)
        said = " ".join(reason.split())[:LONGEST_REASON]
        if changed and not said:
            raise UnableToPublishTimetable(
                _("排课以后学期的数据又改过（%(what)s）。仍要公布的，请写明理由；否则请按现在的数据重新排课。")
                % {"what": changed[0].sentence},
                code="changed",
                field="reason",
                status=422,
            )
        before, later = held_from(term, begins)
        _end(before, later, begins)
        row.state, row.published_by, row.published_at, row.holds_from = TimetableState.PUBLISHED, actor, now, begins
        row.holds_until = None
        row.publication = {"reason": said, "differences": [one.sentence for one in changed]} if changed else {}
        row.version += 1
        stored(row, UnableToPublishTimetable)
        lessons = write_lessons(row)
        if term.state == TermState.PREPARING:
            term.state = TermState.RUNNING
            term.version += 1
            stored(term, UnableToPublishTimetable)
        told = _tell(row, begins, now)
        detail = {
            "timetable": row.pk, "from": begins, "lessons": lessons, "told": told, "before": None if before is None else before.pk,
            "replaced": [one.pk for one in later], "frozen": row.frozen_sha256, "differs": bool(changed),
        }  # fmt: skip
        note_term(actor, "timetable.publish", term, detail, now)
    return row


def _require_day(day: date | None, today: date, begins: date, ends: date) -> date:
    if day is None:
        raise UnableToPublishTimetable(_("请写明从哪一天起用。"), code="day", field="holds_from", status=422)
    if day < today:
        raise UnableToPublishTimetable(
            _("%(day)s 已经过去，课表不能从过去的日子起用。请写今天或以后的日期。") % {"day": day},
            code="day",
            field="holds_from",
            status=422,
        )
    if not begins <= day <= ends:
        raise UnableToPublishTimetable(
            _("%(day)s 不在学期里（%(begins)s 至 %(ends)s）。请写学期里的日期。")
            % {"day": day, "begins": begins, "ends": ends},
            code="day",
            field="holds_from",
            status=422,
        )
    return day


def _end(before: Timetable | None, later: list[Timetable], begins: date) -> None:
    """The one before ends the day before; those that were to begin on the day or after it hold no more."""
    for one in later:
        one.state = TimetableState.REPLACED
        one.version += 1
        stored(one, UnableToPublishTimetable)
    if before is not None:
        before.holds_until = begins - timedelta(days=1)
        before.version += 1
        stored(before, UnableToPublishTimetable)


def _tell(row: Timetable, begins: date, now: datetime) -> int:
    """Teachers with lessons in it, or in the one before it, and an account of their own learn that it is out. How many."""
    taught = Lesson.teachers.through.objects.filter(lesson__timetable=row).values("termteacher_id")
    teachers = TermTeacher.objects.filter(pk__in=taught, teacher__person__account__is_active=True).select_related(
        "teacher__person__account"
    )
    accounts = {
        one.teacher.person.account.pk: one.teacher.person.account
        for one in teachers
        if one.teacher is not None and one.teacher.person is not None
    }
    queue_messages(
        drafts=[
            Draft(
                key=f"timetabling.timetable:{row.pk}:published:{account.pk}",
                channel=Channel.PAGE,
                recipient=account,
                subject=_("新课表已公布"),
                body=_("新课表从 %(day)s 起用。请登录系统，在“课表”中查看自己的课。") % {"day": begins},
            )
            for account in accounts.values()
        ],
        now=now,
    )
    return len(accounts)
