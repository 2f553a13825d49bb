"""Placements by score: trials, one sealed run, and the gate through which alone it reaches families and schools.

A run is a job. Killed in the middle it leaves the row that asked for it and nothing else; begun again it comes to the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Admission, Candidate, RunKind, RunState, ScoreRound, ScoreRun, ScoreState
from yaodian.admissions.operations.errors import UnableToAskScoreRun, UnableToOpenScoreRun, WrongState
from yaodian.admissions.operations.locking import lock_intake
from yaodian.admissions.operations.score_rows import (
    PLACE,
    PUBLISH,
    lock_round,
    move_round,
    require_right,
    require_round,
)
from yaodian.admissions.operations.score_telling import tell_scores_published
from yaodian.admissions.problem.inputs import sha256
from yaodian.admissions.problem.score_gathering import score_inputs_of
from yaodian.admissions.problem.score_inputs import ScoreInputs
from yaodian.admissions.problem.score_placing import ScoreResult, place_scores, verify_scores
from yaodian.admissions.problem.score_rules import rules_of_round, sha256_of_round
from yaodian.admissions.problem.sealing import broken_seals
from yaodian.audit.operations import record
from yaodian.engines.matching import UnableToPlace
from yaodian.foundation.jobs import enqueue
from yaodian.organisations.models import Account, Unit

JOB = "admissions.score_run"
TRYING = (ScoreState.ANNOUNCED, ScoreState.LOADED, ScoreState.PLACED)
_BATCH = 1_000


def ask_score_trial(*, actor: Account | None, round: ScoreRound, label: str, now: datetime) -> ScoreRun:  # noqa: A002
    """A placement of what is loaded now, to look at. It opens nothing. Raises PermissionMissing, WrongState, UnableToAskScoreRun."""
    require_right(actor, round, PLACE)
    with transaction.atomic():
        row = lock_round(round)
        require_round(row, TRYING)
        if not label.strip():
            raise UnableToAskScoreRun(_("请给这次试算起个名称，以便与别的试算区分。"), code="no-label", field="label")
        return _ask(ScoreRun(round=row, kind=RunKind.TRIAL, label=label.strip()[:80]), actor, now)


def ask_score_run(*, actor: Account | None, round: ScoreRound, now: datetime) -> ScoreRun:  # noqa: A002
    """The sealed run over the announced rules and what was loaded. One stands at a time.

    Raises PermissionMissing, WrongState, UnableToAskScoreRun.
    """
    require_right(actor, round, PLACE)
    with transaction.atomic():
        row = lock_round(round)
        require_round(row, (ScoreState.LOADED,))
        if row.runs.filter(kind=RunKind.SEALED, state__in=[RunState.QUEUED, RunState.DONE, RunState.OPENED]).exists():
            raise UnableToAskScoreRun(_("正式投档已经在计算或已算出，不能同时有两次。"), code="once", status=409)
        return _ask(ScoreRun(round=row, kind=RunKind.SEALED), actor, now)


def _ask(run: ScoreRun, actor: Account | None, now: datetime) -> ScoreRun:
    run.asked_by, run.asked_at = actor, now
    run.program = f"yaodian {version('yaodian')}"
    run.store()
    enqueue(code=JOB, arguments={"run_id": run.pk}, requested_by_id=actor.pk if actor else None, key=f"{JOB}:{run.pk}")
    _note(actor, "ask", run, {"round": run.round_id, "kind": run.kind}, now)
    return run


def _note(actor: Account | None, verb: str, run: ScoreRun, detail: dict[str, object], now: datetime) -> None:
    subject = f"admissions_scorerun:{run.pk}"
    record(actor=actor, code=f"admissions.score_run.{verb}", subject=subject, detail=detail, at=now)


def compute_score_run(*, run_id: int, now: datetime) -> ScoreRun:
    """Computes a run that was asked for; one that is done already stays as it is. The work of the job.

    What cannot be placed is written into the run as a sentence. A sealed run writes its admissions, which nobody reads before it
    is opened.
    """
    with transaction.atomic():
        asked = ScoreRun.objects.select_related("round__intake").get(pk=run_id)
        if asked.kind == RunKind.SEALED:
            # Rounds of an intake are placed one after the other: each sees whom the others have admitted.
            lock_intake(asked.round.intake)
        row = lock_round(asked.round)
        run = ScoreRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state != RunState.QUEUED:
            return run
        try:
            if run.kind == RunKind.SEALED:
                require_round(row, (ScoreState.LOADED,))
            inputs = score_inputs_of(row)
            content = inputs.to_bytes()
            result = place_scores(inputs)
            written = result.to_bytes()
            wrong = verify_scores(content, written)
        except (UnableToPlace, WrongState) as problem:
            wrong = (str(problem),)
        run.done_at = now
        if wrong:
            run.state, run.problem = RunState.FAILED, " ".join(wrong)[:400]
        else:
            run.state = RunState.DONE
            run.rules_sha256 = inputs.rules_sha256
            run.inputs, run.inputs_sha256 = content, sha256(content)
            run.result, run.result_sha256 = written, sha256(written)
            run.tallies = dict(result.tallies)
            run.verified_at = now
            if run.kind == RunKind.SEALED:
                _write_admissions(row, run, result)
                move_round(row, ScoreState.PLACED)
        run.version += 1
        run.store()
        detail: dict[str, object] = {
            "state": run.state, "inputs": run.inputs_sha256, "result": run.result_sha256
        }  # fmt: skip
        _note(None, "compute", run, detail, now)
    return run


def _write_admissions(row: ScoreRound, run: ScoreRun, result: ScoreResult) -> None:
    candidates = dict(Candidate.objects.filter(round=row).values_list("number", "pk"))
    batches = {one.code: one for one in row.batches.all()}
    schools = dict(
        Unit.objects.filter(code__in={one.school for one in result.places.values()}).values_list("code", "pk")
    )
    Admission.objects.bulk_create(
        (
            Admission(
                candidate_id=candidates[number],
                run=run,
                batch=batches[given.batch],
                school_id=schools[given.school],
                position=given.wish,
                intake_id=row.intake_id,
                number=number,
            )
            for number, given in sorted(result.places.items())
        ),
        batch_size=_BATCH,
    )


def drop_score_run(*, actor: Account | None, run: ScoreRun, reason: str, now: datetime) -> ScoreRun:
    """A sealed run that was found wrong before it was opened: it stays as a row without admissions, and its round is open again
    to be placed. Raises PermissionMissing, WrongState, UnableToAskScoreRun."""
    require_right(actor, run.round, PLACE)
    with transaction.atomic():
        row = lock_round(run.round)
        kept = ScoreRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if kept.kind != RunKind.SEALED or kept.state not in (RunState.QUEUED, RunState.DONE):
            raise WrongState(_("只有尚未公布的正式投档可以弃用。"), code="state")
        if not reason.strip():
            raise UnableToAskScoreRun(_("请写明弃用的原因。"), code="no-reason", field="reason")
        Admission.objects.filter(run=kept).delete()
        kept.state, kept.problem = RunState.DROPPED, reason.strip()[:400]
        kept.done_at = kept.done_at or now
        kept.version += 1
        kept.store()
        if row.state == ScoreState.PLACED:
            move_round(row, ScoreState.LOADED)
        _note(actor, "drop", kept, {"reason": kept.problem}, now)
    return kept


def open_score_run(*, actor: Account | None, run: ScoreRun, now: datetime) -> ScoreRun:
    """The gate of publication: all is recomputed before anything opens, and whatever differs is named and opens nothing.

    1. Another person than asked for the run, on the day of results or later.
    2. The sealed bytes keep every rule, by a check apart from the solver, and give the same bytes again (`verify_scores`).
    3. The rows give the same inputs and the same rules as were sealed and announced: nothing was changed since.
    4. Nobody has a place by another round of the intake, and the rounds that admitted somebody before are published.
    5. Every candidate's admission, looked up as its page does, is the sealed one.

    Raises PermissionMissing, WrongState, UnableToOpenScoreRun.
    """
    require_right(actor, run.round, PUBLISH)
    with transaction.atomic():
        # One round of an intake after the other: else two could give one child a place.
        lock_intake(run.round.intake)
        row = lock_round(run.round)
        kept = ScoreRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        require_round(row, (ScoreState.PLACED,))
        if kept.kind != RunKind.SEALED or kept.state != RunState.DONE:
            raise WrongState(_("只有已算出的正式投档可以公布。"), code="state")
        if actor is not None and kept.asked_by_id == actor.pk:
            raise UnableToOpenScoreRun(_("投档是您发起的，须由另一位同事核对后公布。"), code="same-person")
        if timezone.localdate(now) < row.intake.publishes_on:
            raise UnableToOpenScoreRun(
                _("日程写明 %(day)s 公布结果，不能提前公布。") % {"day": row.intake.publishes_on}, code="too-early"
            )
        content, written = bytes(kept.inputs), bytes(kept.result)
        findings = [*broken_seals(kept), *verify_scores(content, written), *_since(row, content)]
        if not findings:
            result = ScoreResult.from_bytes(written)
            findings = [*_elsewhere(row, ScoreInputs.from_bytes(content), result), *_look_ups(row, result)]
        if findings:
            raise UnableToOpenScoreRun(
                _("公布前核对发现 %(count)s 处不符，什么都没有公布。%(first)s")
                % {"count": len(findings), "first": findings[0]},
                code="gate",
                findings=tuple(findings),
            )
        kept.state, kept.opened_by, kept.opened_at = RunState.OPENED, actor, now
        kept.version += 1
        kept.store()
        move_round(row, ScoreState.PUBLISHED)
        tell_scores_published(row, without={one.number for one in ScoreInputs.from_bytes(content).before}, now=now)
        _note(actor, "open", kept, {"round": row.pk, "result": kept.result_sha256}, now)
    return kept


def _since(row: ScoreRound, content: bytes) -> list[str]:
    """What was changed behind the run: the rules since they were announced, scores and wishes since they were sealed."""
    wrong = []
    if sha256_of_round(rules_of_round(row)) != row.rules_sha256:
        wrong.append(_("批次或招生计划与公布的规则不同，公布后被改动过。"))
    again = score_inputs_of(row)
    if again.to_bytes() == content:
        return wrong
    try:
        sealed = ScoreInputs.from_bytes(content)
    except ValueError:
        return wrong  # `verify_scores` says so.
    if moved := {one.number for one in set(sealed.before) ^ set(again.before)}:
        wrong.append(
            _(
                "投档之后有 %(count)s 名考生在别的轮次被录取，或那里的录取已弃用，首先是准考证号 %(number)s。请弃用这次投档，重新投档。"
            )
            % {"count": len(moved), "number": min(moved)}
        )
        return wrong
    before = {one.number: one for one in sealed.candidates}
    after = {one.number: one for one in again.candidates}
    changed = sorted(number for number in before.keys() | after.keys() if before.get(number) != after.get(number))
    if changed:
        wrong.append(
            _("投档之后有 %(count)s 名考生的成绩或志愿变动过，首先是准考证号 %(number)s。请弃用这次投档，重新投档。")
            % {"count": len(changed), "number": changed[0]}
        )
    elif not wrong:
        wrong.append(_("投档之后招生计划或规则变动过。请弃用这次投档，重新投档。"))
    return wrong


def _elsewhere(row: ScoreRound, inputs: ScoreInputs, result: ScoreResult) -> list[str]:
    """One place a child over all rounds of the intake, each told after the other."""
    waiting = ScoreRound.objects.filter(public_id__in={one.round for one in inputs.before})
    wrong = [
        _("“%(title)s”录取了这一轮名单里的考生，但还没有公布。请先公布那一轮。") % {"title": one.title}
        for one in waiting.exclude(state=ScoreState.PUBLISHED).order_by("pk")
    ]
    others = Admission.objects.filter(intake=row.intake_id).exclude(run__round=row)
    both = sorted(set(others.values_list("number", flat=True)) & result.places.keys())
    return wrong + [_("准考证号 %(number)s 在另一轮已有录取学校。") % {"number": number} for number in both]


def _look_ups(row: ScoreRound, result: ScoreResult) -> list[str]:
    """Every admission as its family and its school will read it, against the sealed result."""
    told = {
        number: (batch, school, position)
        for number, batch, school, position in Admission.objects.filter(candidate__round=row).values_list(
            "candidate__number", "batch__code", "school__code", "position"
        )
    }
    sealed = {number: (one.batch, one.school, one.wish) for number, one in result.places.items()}
    return [
        _("准考证号 %(number)s 查到的录取与封存的不同。") % {"number": number}
        for number in sorted(told.keys() | sealed.keys())
        if told.get(number) != sealed.get(number)
    ]
