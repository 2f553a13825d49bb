"""A published examination of an office, for the permission matrix; every name and number is invented."""

from __future__ import annotations

from datetime import datetime, time

from yaodian.exams import operations
from yaodian.exams.models import Plan
from yaodian.organisations.models import Unit


def published(*, office: Unit, school: Unit, secret: str, now: datetime) -> Plan:
    """An examination with one candidate of the school, whose name holds the secret, alone in a room of the school."""
    day = now.date()
    given = {"title": f"{secret}考试", "starts_on": day, "ends_on": day, "seed_source": "样例"}
    exam = operations.make_exam(actor=None, office=office, values=given, now=now)
    session = {"label": f"{secret}科目", "on": day, "starts": time(9), "ends": time(11)}
    operations.add_session(actor=None, exam=exam, values=session, now=now)
    room = {"site": school.code, "place": secret, "rows": 1, "columns": 1, "seats": 1}
    operations.put_rows(actor=None, exam=exam, name="rooms", rows={"1": room}, now=now)
    person = {"name": f"{secret}考生", "school": school.code}
    operations.put_rows(actor=None, exam=exam, name="examinees", rows={"1": person}, now=now)
    exam = operations.close_lists(actor=None, exam=exam, now=now)
    asked = operations.ask_plan(actor=None, exam=exam, seed="1", now=now)
    return operations.publish_plan(actor=None, plan=operations.compute_plan(plan_id=asked.pk, now=now), now=now)
