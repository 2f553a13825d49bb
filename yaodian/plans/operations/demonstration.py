"""The demonstration: three work plans of invented places, two of them published and held against measures."""

from __future__ import annotations

from datetime import datetime
from importlib import resources

from django.db import transaction

from yaodian.engines import reading as engine
from yaodian.measures.queries import propose
from yaodian.organisations.models import Account
from yaodian.plans.models import LIVE_STATES, Plan, Target
from yaodian.plans.operations.binding import bind_target
from yaodian.plans.operations.corrections import dismiss_warning
from yaodian.plans.operations.documents import upload_document
from yaodian.plans.operations.publication import BLOCKING_WARNINGS, publish_plan, submit_plan
from yaodian.plans.operations.readings import record_reading
from yaodian.plans.queries.binding import unit_of_plan

# File, and whether the plan is published.
_DOCUMENTS = (("yunchuan-2025.docx", True), ("yunchuan-2026.docx", True), ("qinghe-2026.txt", False))
# A first proposal of this score means what the target says, in the plans above.
_SURE = 0.75


@transaction.atomic
def load_demonstration(*, now: datetime, editor: Account, publisher: Account) -> tuple[Plan, ...]:
    """Uploads and reads the demonstration plans as ``editor`` and publishes two of them as ``publisher``.

    Targets of the published ones are bound to the measure that is surely meant, where the units stand already.

    Does nothing and returns no plans where demonstration plans already stand. Raises what the operations raise.
    """
    if Plan.objects.filter(is_demonstration=True).exists():
        return ()
    loaded = []
    folder = resources.files("yaodian.plans.demonstration")
    for name, is_published in _DOCUMENTS:
        content = (folder / name).read_bytes()
        upload = upload_document(actor=editor, now=now, name=name, content=content)
        if not upload.is_new:
            continue
        reading = upload.plan.readings.get()
        answer = engine.read(content, name=name)
        plan = record_reading(reading_id=reading.pk, answer=answer, duration_ms=0, now=now)
        if plan is None:
            continue
        Plan.objects.filter(pk=plan.pk).update(is_demonstration=True)
        if is_published:
            _publish(plan, now=now, editor=editor, publisher=publisher)
            _bind(plan, now=now, editor=editor)
        loaded.append(plan)
    return tuple(loaded)


def _publish(plan: Plan, *, now: datetime, editor: Account, publisher: Account) -> None:
    for warning in plan.warnings.filter(code__in=BLOCKING_WARNINGS):
        dismiss_warning(actor=editor, now=now, warning_id=warning.pk)
    plan.refresh_from_db()
    submitted = submit_plan(actor=editor, now=now, public_id=plan.public_id, expected_version=plan.version)
    publish_plan(actor=publisher, now=now, public_id=plan.public_id, expected_version=submitted.version)


def _bind(plan: Plan, *, now: datetime, editor: Account) -> None:
    if unit_of_plan(plan) is None:
        return
    for target in Target.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("span_start"):
        proposals = propose(subject=target.subject, quote=target.quote, unit=target.unit, comparator=target.comparator)
        if not proposals or proposals[0].score < _SURE:
            continue
        first = proposals[0]
        bind_target(
            actor=editor,
            now=now,
            public_id=plan.public_id,
            target_id=target.pk,
            measure=first.measure.code,
            stage=first.stage,
            narrowed=first.narrowed,
        )
