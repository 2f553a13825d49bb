"""The invented examinations: one published, with seats and duties, and the next one in preparation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from yaodian.audit.operations import record
from yaodian.exams import demonstration
from yaodian.exams.models import Exam
from yaodian.exams.operations.exams import add_session, close_lists, make_exam
from yaodian.exams.operations.lists import put_rows
from yaodian.exams.operations.plans import ask_plan, compute_plan, publish_plan
from yaodian.organisations.models import Unit

FEWEST_SCHOOLS = 3


def load_demonstration(*, office: Unit, schools: Sequence[str], now: datetime) -> int:
    """Lays both, once; how many were laid. `schools` are codes of schools with candidates; with fewer than three there are none."""
    with transaction.atomic():
        if len(schools) < FEWEST_SCHOOLS or Exam.objects.filter(office=office).exists():
            return 0
        first = timezone.localdate(now) + timedelta(days=10)
        exam = _exam(office, demonstration.TITLE, first, schools[:6], now)
        exam = close_lists(actor=None, exam=exam, now=now)
        asked = ask_plan(actor=None, exam=exam, seed=demonstration.SEED, now=now)
        publish_plan(actor=None, plan=compute_plan(plan_id=asked.pk, now=now), now=now)
        _exam(office, demonstration.NEXT_TITLE, first + timedelta(days=40), schools[:4], now)
        record(actor=None, code="exams.demonstration.load", subject="demonstration", detail={"exams": 2}, at=now)
    return 2


def _exam(office: Unit, title: str, first: date, schools: Sequence[str], now: datetime) -> Exam:
    second = first + timedelta(days=1)
    values = {
        "title": title, "starts_on": first, "ends_on": second, "seed_source": demonstration.SEED_SOURCE,
        "are_own_pupils_barred": False,
    }  # fmt: skip
    exam = make_exam(actor=None, office=office, values=values, now=now)
    for session in demonstration.sessions(first, second):
        add_session(actor=None, exam=exam, values=session, now=now)
    for name, rows in demonstration.lists(schools).items():
        put_rows(actor=None, exam=exam, name=name, rows=rows, now=now)
    return exam
