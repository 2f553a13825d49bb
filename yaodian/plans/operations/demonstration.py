"""The demonstration: three work plans of invented places, two of them published and held against measures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import resources

from django.db import transaction
from django.utils import timezone

from yaodian.engines import reading as engine
from yaodian.measures.queries import propose
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import may
from yaodian.plans.models import LIVE_STATES, Commitment, CommitmentState, Duty, DutyState, Plan, PlanState, Target
from yaodian.plans.operations import commitments
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


# What the demonstration plans call the sections of the invented city; the names left out stay open, to be chosen.
_MEANT = {
    "职业教育与成人教育科": "职业与成人教育科",
    "体育卫生与艺术科": "体育卫生与艺术教育科",
    "安全管理科": "学校安全管理科",
    "民办教育科": "民办教育管理科",
    "发展规划科": "发展规划与财务科",
    "财务科": "发展规划与财务科",
    "市教育考试院": "招生考试中心",
    "市教育信息化中心": "教育信息中心",
    "市政府教育督导室": "教育督导室",
}
_ASKED_BEFORE = timedelta(days=40)


@transaction.atomic
def load_demonstration_commitments(*, now: datetime, editor: Account) -> int:
    """Gives the published demonstration plans commitments: all of last year's in force, of the newest most of them; some
    signed for, one returned, one amended, one said otherwise of, the counties asked to answer. Returns how many.

    Does nothing for a plan that has commitments, or that the editor may not adjust.
    """
    today = timezone.localdate(now)
    plans = list(Plan.objects.filter(is_demonstration=True, state=PlanState.PUBLISHED).order_by("year", "pk"))
    made = 0
    for plan in plans:
        if Commitment.objects.filter(plan=plan).exists():
            continue
        common = {"actor": editor, "now": now, "public_id": plan.public_id}
        made += commitments.propose_commitments(**common, today=today)
        for name, meant in _MEANT.items():
            unit = Unit.objects.filter(names__short_name=meant, kind="section").order_by("code").first()
            if unit is not None:
                commitments.decide_unit(**common, name=name, unit=unit.public_id)
        rows = list(Commitment.objects.filter(plan=plan).order_by("position").values_list("pk", "rule"))
        is_newest = plan == plans[-1]
        # The last clauses of the newest plan are left to be looked at.
        kept = rows[: len(rows) - 12] if is_newest else rows
        commitments.accept_commitments(**common, commitment_ids=[pk for pk, _rule in kept])
        _answer_duties(plan, now=now, actor=editor, is_newest=is_newest)
        if is_newest:
            _adjust(plan, now=now, actor=editor, today=today)
    return made


def _answer_duties(plan: Plan, *, now: datetime, actor: Account, is_newest: bool) -> None:
    """Units sign for theirs: last year all, this year many, and one gives a duty back."""
    duties = Duty.objects.filter(
        commitment__plan=plan, commitment__state=CommitmentState.ACCEPTED, unit__isnull=False, state=DutyState.WAITING
    )
    if not is_newest:
        for unit in Unit.objects.filter(pk__in=duties.values("unit")).order_by("code"):
            if may(account=actor, permission="plans.answer", unit_id=unit.pk):
                commitments.accept_all_duties(actor=actor, now=now, unit=unit.public_id)
        return
    for place, duty in enumerate(duties.select_related("unit").order_by("pk")[:120]):
        if not may(account=actor, permission="plans.answer", unit_id=duty.unit_id):
            return
        if place % 10 < 7:
            commitments.accept_duty(actor=actor, now=now, duty_id=duty.pk)
        elif place == 8:
            commitments.return_duty(
                actor=actor, now=now, duty_id=duty.pk, reason="经费由财政统筹，建议由发展规划部门牵头"
            )


def _adjust(plan: Plan, *, now: datetime, actor: Account, today: date) -> None:
    """One day moved by a document, one light said otherwise of, the counties asked for plans of their own."""
    common = {"actor": actor, "now": now, "public_id": plan.public_id}
    row = (
        Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED, due_kind="day")
        .order_by("position")
        .first()
    )
    if row is not None and row.due_on is not None:
        basis = commitments.Basis("关于调整部分重点任务完成时限的通知", "云教〔2026〕21号", today, "选址方案变更")
        commitments.amend_due(
            **common,
            commitment_id=row.pk,
            expected_version=row.version,
            due_on=row.due_on + timedelta(days=30),
            basis=basis,
        )
    other = Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED, due_kind="half").first()
    if other is not None:
        commitments.override_light(
            **common,
            commitment_id=other.pk,
            expected_version=other.version,
            light="green",
            reason="修订稿已全部备案，台账在局办公室",
        )
    counties = list(Unit.objects.filter(kind="county", closed_on__isnull=True).values_list("public_id", flat=True))
    if counties:
        asked = {**common, "now": now - _ASKED_BEFORE}
        commitments.assign_answer(**asked, units=counties, due_on=today - timedelta(days=10))
