"""Plans of seats and duties: drawn from closed lists by a seed that was known only afterwards, checked apart, published by another person.

Drawing is a job. Killed in the middle it leaves the row that asked for it and nothing else; begun again it comes to the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.engines.scheduling import UnfitExamination
from yaodian.exams.models import STANDING, Duty, Exam, ExamState, Plan, PlanState, Seat
from yaodian.exams.operations.errors import UnableToDrawSeats, UnableToPublishPlan, WrongState
from yaodian.exams.operations.rows import DRAW, PUBLISH, lock_exam, move, require_right, require_state
from yaodian.exams.problem import Inputs, Result, draw, sha256, verify
from yaodian.foundation.jobs import enqueue
from yaodian.organisations.models import Account

JOB = "exams.draw"
_BATCH = 2_000


def ask_plan(*, actor: Account | None, exam: Exam, seed: str, now: datetime) -> Plan:
    """Seats and duties by the seed that was drawn after the lists were closed. One plan stands at a time.

    Raises PermissionMissing, WrongState, UnableToDrawSeats.
    """
    require_right(actor, exam, DRAW)
    with transaction.atomic():
        row = lock_exam(exam)
        require_state(row, (ExamState.LISTED,))
        said = " ".join(seed.split())
        if not said:
            raise UnableToDrawSeats(
                _("请写下名单封存以后产生的种子，与记录上的一字不差。"), code="no-seed", field="seed"
            )
        if row.plans.filter(state__in=STANDING).exists():
            raise UnableToDrawSeats(_("已有一次编排。要重新编排，请先弃用它并写明原因。"), code="once", status=409)
        attempt = row.plans.count() + 1
        plan = Plan(exam=row, attempt=attempt, seed=said[:200], asked_by=actor, asked_at=now)
        plan.program = f"yaodian {version('yaodian')}"
        plan.store()
        enqueue(
            code=JOB,
            arguments={"plan_id": plan.pk},
            requested_by_id=actor.pk if actor else None,
            key=f"{JOB}:{plan.pk}",
        )
        _note(actor, "ask", plan, {"exam": row.pk, "seed": plan.seed, "attempt": attempt}, now)
    return plan


def compute_plan(*, plan_id: int, now: datetime) -> Plan:
    """Draws a plan that was asked for; one that is done already stays as it is. The work of the job.

    What cannot be seated is written into the plan as a sentence.
    """
    with transaction.atomic():
        row = lock_exam(Plan.objects.select_related("exam").get(pk=plan_id).exam)
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
        if plan.state != PlanState.QUEUED:
            return plan
        language = get_language() or "zh"
        try:
            require_state(row, (ExamState.LISTED,))
            inputs = Inputs.of(row)
            content = inputs.to_bytes()
            if sha256(content) != row.list_sha256:
                raise WrongState(_("名单与封存时的指纹不符，封存后被改动过。"), code="changed")
            result = draw(inputs, plan.seed)
            wrong = verify(inputs, result, plan.seed, language)
        except UnfitExamination as problem:
            wrong = [problem.sentence(language)]
        except WrongState as problem:
            wrong = [problem.message]
        plan.done_at = now
        if wrong:
            plan.state, plan.problem = PlanState.FAILED, " ".join(wrong)[:400]
        else:
            plan.state = PlanState.DONE
            written = result.to_bytes()
            plan.inputs, plan.inputs_sha256 = content, sha256(content)
            plan.result, plan.result_sha256 = written, sha256(written)
            plan.tallies = result.tallies
            _write(row, plan, result)
            move(row, ExamState.SEATED)
        plan.version += 1
        plan.store()
        _note(None, "compute", plan, {"state": plan.state, "result": plan.result_sha256}, now)
    return plan


def _write(exam: Exam, plan: Plan, result: Result) -> None:
    rooms = dict(exam.rooms.values_list("code", "pk"))
    people = dict(exam.examinees.values_list("number", "pk"))
    Seat.objects.bulk_create(
        (
            Seat(plan=plan, examinee_id=people[number], room_id=rooms[room], number=place)
            for number, (room, place) in sorted(result.seats.items())
        ),
        batch_size=_BATCH,
    )
    sessions = list(exam.sessions.order_by("on", "starts", "pk").values_list("pk", flat=True))
    teachers = dict(exam.invigilators.values_list("number", "pk"))
    Duty.objects.bulk_create(
        (
            Duty(plan=plan, session_id=sessions[session - 1], room_id=rooms[room], invigilator_id=teachers[number])
            for session, room, there in result.duties
            for number in there
        ),
        batch_size=_BATCH,
    )


def drop_plan(*, actor: Account | None, plan: Plan, reason: str, now: datetime) -> Plan:
    """A plan that was found wrong before it was published: it stays as a row with its reason, seats and duties go.

    Raises PermissionMissing, WrongState, UnableToDrawSeats.
    """
    require_right(actor, plan.exam, DRAW)
    with transaction.atomic():
        row = lock_exam(plan.exam)
        kept = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        if kept.state not in (PlanState.QUEUED, PlanState.DONE):
            raise WrongState(_("只有尚未公布的编排可以弃用。"), code="state")
        if not reason.strip():
            raise UnableToDrawSeats(_("请写明弃用的原因，它会与以后的编排一起公布。"), code="no-reason", field="reason")
        kept.seats.all().delete()
        kept.duties.all().delete()
        kept.state, kept.problem = PlanState.DROPPED, reason.strip()[:400]
        kept.done_at = kept.done_at or now
        kept.version += 1
        kept.store()
        if row.state == ExamState.SEATED:
            move(row, ExamState.LISTED)
        _note(actor, "drop", kept, {"reason": kept.problem}, now)
    return kept


def publish_plan(*, actor: Account | None, plan: Plan, now: datetime) -> Plan:
    """The gate of publication: all is recomputed before anything opens, and whatever differs is named and opens nothing.

    1. Another person than drew it.
    2. The sealed bytes have their fingerprints, keep every rule by the checks apart, and are what the seed gives once more.
    3. The lists are still those that were closed, and every row that a page or a label shows is the sealed one.

    Raises PermissionMissing, WrongState, UnableToPublishPlan.
    """
    require_right(actor, plan.exam, PUBLISH)
    with transaction.atomic():
        row = lock_exam(plan.exam)
        kept = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        require_state(row, (ExamState.SEATED,))
        if kept.state != PlanState.DONE:
            raise WrongState(_("只有已编好的编排可以公布。"), code="state")
        if actor is not None and kept.asked_by_id == actor.pk:
            raise UnableToPublishPlan(_("编排是您做的，须由另一位同事核对后公布。"), code="same-person")
        findings = gate_findings(row, kept)
        if findings:
            refusal = UnableToPublishPlan(
                _("公布前核对发现 %(count)s 处不符，什么都没有公布。%(first)s")
                % {"count": len(findings), "first": findings[0]},
                code="gate",
            )
            refusal.sentences = tuple(findings)
            raise refusal
        kept.state, kept.published_by, kept.published_at = PlanState.PUBLISHED, actor, now
        kept.version += 1
        kept.store()
        move(row, ExamState.PUBLISHED)
        _note(actor, "publish", kept, {"exam": row.pk, "result": kept.result_sha256}, now)
    return kept


def gate_findings(exam: Exam, plan: Plan) -> list[str]:
    """What stands in the way of publication, each in a sentence; nothing where all agrees."""
    content, written = bytes(plan.inputs), bytes(plan.result)
    if sha256(content) != plan.inputs_sha256 or sha256(written) != plan.result_sha256:
        return [_("封存的名单或编排与当时记下的指纹不符，封存后被改动过。")]
    if plan.inputs_sha256 != exam.list_sha256 or Inputs.of(exam).to_bytes() != content:
        return [_("名单在编排以后被改动过。请弃用这次编排，重新编排。")]
    inputs, result = Inputs.from_bytes(content), Result.from_bytes(written)
    findings = verify(inputs, result, plan.seed, get_language() or "zh")
    if draw(inputs, plan.seed).to_bytes() != written:
        findings.append(_("用同一名单和种子重新编排，结果不同。"))
    told = {
        number: [room, place]
        for number, room, place in plan.seats.values_list("examinee__number", "room__code", "number")
    }
    findings += [
        _("准考证号 %(number)s 查到的座位与封存的不同。") % {"number": number}
        for number in sorted(told.keys() | result.seats.keys())
        if told.get(number) != result.seats.get(number)
    ]
    return findings


def _note(actor: Account | None, verb: str, plan: Plan, detail: dict[str, object], now: datetime) -> None:
    record(actor=actor, code=f"exams.plan.{verb}", subject=f"exams_plan:{plan.pk}", detail=detail, at=now)
