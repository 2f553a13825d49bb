"""Papers leave, and lists with names are opened: by whom, when and how many stands in the journal before anything is shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads, record
from yaodian.exams.models import Exam, ExamState, Plan, PlanState
from yaodian.exams.operations.errors import WrongState
from yaodian.exams.operations.rows import DRAW, note, require_right
from yaodian.exams.queries.pages import VIEW, SchoolPage, school_page
from yaodian.exams.queries.printing import PAPERS, paper_data
from yaodian.foundation.printing import print_pdf
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import scope_of

KIND = "exams_examinee"


def open_school_list(*, actor: Account, public_id: str, school: str, now: datetime) -> SchoolPage:
    """A school's own candidates with names and seats. Raises Absent."""
    page = school_page(account=actor, public_id=public_id, school=school, day=timezone.localdate(now))
    with transaction.atomic():
        note_listed_reads(account_id=actor.pk, kind=KIND, count=len(page.lines), now=now)
        note(actor, "school.open", page.exam, {"school": page.school.pk, "count": len(page.lines)}, now)
    return page


def print_site(*, actor: Account, plan: Plan, site: str, paper: str, now: datetime) -> bytes:
    """Charts, labels or duties of a site, for the office that draws. Raises PermissionMissing, WrongState, Absent, UnableToPrint."""
    require_right(actor, plan.exam, DRAW)
    if plan.state not in (PlanState.DONE, PlanState.PUBLISHED) or plan.exam.state == ExamState.ERASED:
        raise WrongState(_("这次编排没有可以打印的座位，或姓名已经到期删除。"), code="state")
    unit = Unit.objects.filter(public_id=site, pk__in=plan.exam.rooms.order_by().values("site")).first()
    if unit is None or paper not in PAPERS or paper == "tickets":
        raise Absent
    return _print(actor, plan, unit, paper, now)


def print_tickets(*, actor: Account, exam: Exam, school: str, now: datetime) -> bytes:
    """Tickets of a school's own candidates, once the plan is published. Raises Absent, UnableToPrint."""
    unit = scope_of(account=actor, permission=VIEW).rows(Unit.objects.filter(public_id=school), unit="pk").first()
    plan = Plan.objects.select_related("exam").filter(exam=exam, state=PlanState.PUBLISHED).first()
    if (
        unit is None
        or plan is None
        or exam.state != ExamState.PUBLISHED
        or not exam.examinees.filter(school=unit).exists()
    ):
        raise Absent
    return _print(actor, plan, unit, "tickets", now)


def _print(actor: Account, plan: Plan, unit: Unit, paper: str, now: datetime) -> bytes:
    said = paper_data(paper=paper, plan=plan, unit=unit, day=timezone.localdate(now))
    made = print_pdf(source=PAPERS[paper].source, data=said, at=now)
    with transaction.atomic():
        if PAPERS[paper].names_people and said["count"]:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=said["count"], now=now)
        record(
            actor=actor, code="exams.paper.print", subject=f"exams_plan:{plan.pk}",
            detail={"paper": paper, "unit": unit.pk, "count": said["count"]}, at=now,
        )  # fmt: skip
    return made
