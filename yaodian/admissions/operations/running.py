"""Placement runs: trials at any time, one sealed run, and the gate through which alone it reaches families.

A run is a job. Killed in the middle it leaves the row that asked for it and nothing else; begun again it comes to the same bytes.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    HOLDING,
    TRYING,
    Application,
    ApplicationState,
    Draw,
    DrawState,
    Intake,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Quota,
    Run,
    RunFile,
    RunKind,
    RunState,
    Waiting,
)
from yaodian.admissions.operations.errors import UnableToAskRun, UnableToOpenRun, WrongState
from yaodian.admissions.operations.locking import lock_intake, lock_offers, move_intake, require_intake
from yaodian.admissions.operations.telling import tell_published
from yaodian.admissions.problem.committing import commitments, counts, record_of
from yaodian.admissions.problem.comparing import compare_inputs, to_bytes
from yaodian.admissions.problem.gathering import ANNOUNCED, inputs_of, lines_of
from yaodian.admissions.problem.inputs import Inputs, canonical, sha256
from yaodian.admissions.problem.placing import Result, result_of, solve_inputs
from yaodian.admissions.problem.sealing import broken_seals
from yaodian.admissions.problem.tallying import cells_of
from yaodian.admissions.problem.varying import Variant, quota_key
from yaodian.admissions.problem.verifying import verify_run
from yaodian.admissions.queries.placing import answers_to, drawn_order, school_names, trial_order
from yaodian.audit.operations import record
from yaodian.engines.matching import UnableToPlace, UnfitMarket
from yaodian.foundation.jobs import enqueue
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

PLACE = "admissions.place"
PUBLISH = "admissions.publish"
JOB = "admissions.run"
TOGETHER = 500
# So many trials beside the announced rules.
MOST_TRIED = 3


def ask_trial(*, actor: Account | None, intake: Intake, label: str, now: datetime, variant: Variant = ANNOUNCED) -> Run:
    """A placement to look at, by other rules than were announced if `variant` says so. It opens nothing.

    Before the draw the order is from the label, which says so. Raises PermissionMissing, WrongState, UnableToAskRun.
    """
    _require(actor, intake, PLACE)
    with transaction.atomic():
        row = lock_intake(intake)
        require_intake(row, TRYING)
        _require_variant(row, variant)
        return _ask(
            Run(intake=row, kind=RunKind.TRIAL, label=_label(label), tallies=variant.to_json()),
            actor,
            now,
        )


def ask_comparison(*, actor: Account | None, intake: Intake, label: str, trials: Sequence[Run], now: datetime) -> Run:
    """The announced rules beside those of one to three trials, placed anew over one order: what differs comes of the rules.

    Before the draw the order is from the label, as a trial's. Raises PermissionMissing, WrongState, UnableToAskRun.
    """
    _require(actor, intake, PLACE)
    with transaction.atomic():
        row = lock_intake(intake)
        require_intake(row, TRYING)
        keys = {trial.pk for trial in trials}
        found = list(Run.objects.filter(pk__in=keys, intake=row, kind=RunKind.TRIAL).order_by("pk"))
        if not 1 <= len(found) <= MOST_TRIED or len(found) != len(keys):
            raise UnableToAskRun(
                _("请在这个学段的试算中选 1 至 %(most)s 个，与公布的规则对比。") % {"most": MOST_TRIED},
                code="trials",
                field="trials",
            )
        tried = [{"label": trial.label, **Variant.from_json(trial.tallies).to_json()} for trial in found]
        return _ask(Run(intake=row, kind=RunKind.COMPARISON, label=_label(label), tallies={"tried": tried}), actor, now)


def _label(label: str) -> str:
    if not label.strip():
        raise UnableToAskRun(_("请给这次试算起个名称，以便与别的试算区分。"), code="no-label", field="label")
    return label.strip()[:80]


def _require_variant(row: Intake, variant: Variant) -> None:
    """Every school, class, quota and catchment that is named is one of the intake, and no number is negative."""
    known = set(Offer.objects.filter(intake=row).values_list("public_id", flat=True))
    if wrong := [name for name, number in variant.seats.items() if name not in known or number < 0]:
        raise UnableToAskRun(
            _("试算的招生计划里有不存在的学校或负数：%(name)s。") % {"name": wrong[0]}, code="seats", field="seats"
        )
    ranks = list(row.classes.order_by("rank").values_list("rank", flat=True))
    if variant.order and sorted(variant.order) != ranks:
        raise UnableToAskRun(_("试算的优先顺序须把每个顺序各排一次，不重复也不遗漏。"), code="order", field="order")
    quotas = Quota.objects.filter(offer__intake=row).select_related("offer", "criterion")
    reserved = {quota_key(quota.offer, quota) for quota in quotas}
    if wrong := [name for name, number in variant.quotas.items() if name not in reserved or number < 0]:
        raise UnableToAskRun(
            _("试算的保留名额里有不存在的名额或负数：%(name)s。") % {"name": wrong[0]}, code="quotas", field="quotas"
        )
    catchments = set(row.catchments.values_list("public_id", flat=True))
    if any(
        name not in catchments or not set(offers) <= known or len(set(offers)) != len(offers)
        for name, offers in variant.catchments.items()
    ):
        raise UnableToAskRun(
            _("试算的学区或它的对口学校不在这个学段的规则里，或同一学校写了两次。"),
            code="catchments",
            field="catchment",
        )


def ask_run(*, actor: Account | None, intake: Intake, now: datetime) -> Run:
    """The sealed run, over the drawn order and the announced rules. One stands at a time.

    Raises PermissionMissing, WrongState, UnableToAskRun.
    """
    _require(actor, intake, PLACE)
    with transaction.atomic():
        row = lock_intake(intake)
        require_intake(row, (IntakeState.DRAWN,))
        standing = Run.objects.filter(
            intake=row, kind=RunKind.SEALED, state__in=[RunState.QUEUED, RunState.DONE, RunState.OPENED]
        )
        if standing.exists():
            raise UnableToAskRun(_("正式派位已经在计算或已算出，不能同时有两次。"), code="once", status=409)
        draw = Draw.objects.get(intake=row, state=DrawState.DRAWN)
        return _ask(Run(intake=row, kind=RunKind.SEALED, draw=draw), actor, now)


def _ask(run: Run, actor: Account | None, now: datetime) -> Run:
    run.asked_by, run.asked_at = actor, now
    run.program = f"yaodian {version('yaodian')}"
    run.store()
    enqueue(code=JOB, arguments={"run_id": run.pk}, requested_by_id=actor.pk if actor else None, key=f"{JOB}:{run.pk}")
    detail = {"intake": run.intake_id, "kind": run.kind}
    record(actor=actor, code="admissions.run.ask", subject=f"admissions_run:{run.pk}", detail=detail, at=now)
    return run


def compute_run(*, run_id: int, now: datetime) -> Run:
    """Computes a run that was asked for; one that is done already stays as it is.

    What cannot be placed is written into the run as a sentence. The work of the job.
    """
    with transaction.atomic():
        run = Run.objects.select_related("intake__season").get(pk=run_id)
        intake = lock_intake(run.intake)
        run = Run.objects.select_for_update(of=("self",)).select_related("draw").get(pk=run_id)
        if run.state != RunState.QUEUED:
            return run
        try:
            if run.kind == RunKind.SEALED:
                require_intake(intake, (IntakeState.DRAWN,))
            done = _compared(run, intake) if run.kind == RunKind.COMPARISON else _placed(run, intake)
            wrong = done.wrong
        except (UnfitMarket, UnableToPlace, WrongState) as problem:
            wrong = (str(problem),)
        if wrong:
            run.state, run.problem, run.done_at = RunState.FAILED, " ".join(wrong)[:400], now
        else:
            run.state, run.done_at = RunState.DONE, now
            run.verified_at = now
            run.rules_sha256 = intake.season.rules_sha256
            run.inputs, run.inputs_sha256 = done.inputs, sha256(done.inputs)
            run.result, run.result_sha256 = done.result, sha256(done.result)
            run.tallies = {**run.tallies, **done.tallies}
            if run.kind == RunKind.SEALED:
                move_intake(intake, IntakeState.PLACED)
        run.version += 1
        run.store()
        detail = {"state": run.state, "inputs": run.inputs_sha256, "result": run.result_sha256}
        record(actor=None, code="admissions.run.compute", subject=f"admissions_run:{run.pk}", detail=detail, at=now)
    return run


@dataclass(frozen=True)
class _Done:
    """What a run came to, before it is written."""

    inputs: bytes
    result: bytes
    tallies: Mapping[str, Any]
    wrong: tuple[str, ...]


def _placed(run: Run, intake: Intake) -> _Done:
    order, seed = _order(run, intake)
    inputs = inputs_of(intake, order=order, seed=seed, variant=Variant.from_json(run.tallies))
    content = inputs.to_bytes()
    solved = solve_inputs(inputs)
    result = result_of(solved, sha256(content))
    written = result.to_bytes()
    tallies = {**result.tallies, "cells": [asdict(cell) for cell in cells_of(solved)]}
    return _Done(content, written, tallies, verify_run(content, written))


def _compared(run: Run, intake: Intake) -> _Done:
    order, seed = _order(run, intake)
    said = [{"label": "", **ANNOUNCED.to_json()}, *run.tallies["tried"]]
    tried = [(one["label"], inputs_of(intake, order=order, seed=seed, variant=Variant.from_json(one))) for one in said]
    public = frozenset(Offer.objects.filter(intake=intake, is_public=True).values_list("public_id", flat=True))
    columns, results = compare_inputs(tried, public_offers=public)
    contents = [inputs.to_bytes() for _label, inputs in tried]
    wrong = [
        finding
        for content, result in zip(contents, results, strict=True)
        for finding in verify_run(content, result.to_bytes())
    ]
    rules = [{**one, "inputs_sha256": sha256(content)} for one, content in zip(said, contents, strict=True)]
    return _Done(canonical({"seed": seed, "tried": rules}), to_bytes(columns), {}, tuple(wrong))


def _order(run: Run, intake: Intake) -> tuple[Sequence[str], str]:
    """The order of a run and where it is from: the draw, or before there is one a seed that says that it is for trying out."""
    draw = run.draw if run.kind == RunKind.SEALED else Draw.objects.filter(intake=intake, state=DrawState.DRAWN).first()
    if draw is not None:
        return drawn_order(draw), draw.seed
    seed = f"trial:{run.label}"
    return trial_order(seed, lines_of(intake)), seed


def drop_run(*, actor: Account | None, run: Run, reason: str, now: datetime) -> Run:
    """A sealed run that was found wrong before it was opened: it stays as a row, and the intake goes back to what was drawn.

    Raises PermissionMissing, WrongState, UnableToAskRun.
    """
    _require(actor, run.intake, PLACE)
    with transaction.atomic():
        row = lock_intake(run.intake)
        kept = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if kept.kind != RunKind.SEALED or kept.state not in (RunState.QUEUED, RunState.DONE):
            raise WrongState(_("只有尚未公布的正式派位可以弃用。"), code="state")
        if not reason.strip():
            raise UnableToAskRun(_("请写明弃用的原因。"), code="no-reason", field="reason")
        kept.state, kept.problem = RunState.DROPPED, reason.strip()[:400]
        kept.done_at = kept.done_at or now
        kept.version += 1
        kept.store()
        if row.state == IntakeState.PLACED:
            move_intake(row, IntakeState.DRAWN)
        record(
            actor=actor,
            code="admissions.run.drop",
            subject=f"admissions_run:{kept.pk}",
            detail={"reason": kept.problem},
            at=now,
        )
    return kept


def open_run(*, actor: Account | None, run: Run, now: datetime) -> Run:
    """The gate of publication: all is recomputed before anything opens, and whatever differs is named and opens nothing.

    1. Another person than asked for the run, on the day of results or later.
    2. The sealed bytes keep every rule and give the same bytes again (`verify_run`).
    3. The rows give the same inputs as were sealed: nothing was changed since, neither application nor rule.
    4. Places and waiting lists are written; then every family's answer is looked up the way its page does, and held against
       the sealed result, and every school's places are counted.

    Raises PermissionMissing, WrongState, UnableToOpenRun.
    """
    _require(actor, run.intake, PUBLISH)
    with transaction.atomic():
        row = lock_intake(run.intake)
        kept = Run.objects.select_for_update(of=("self",)).select_related("draw").get(pk=run.pk)
        require_intake(row, (IntakeState.PLACED,))
        if kept.kind != RunKind.SEALED or kept.state != RunState.DONE:
            raise WrongState(_("只有已算出的正式派位可以公布。"), code="state")
        if actor is not None and kept.asked_by_id == actor.pk:
            raise UnableToOpenRun(_("派位是您发起的，须由另一位同事核对后公布。"), code="same-person")
        today = timezone.localdate(now)
        if today < row.publishes_on:
            raise UnableToOpenRun(
                _("公告写明 %(day)s 公布结果，不能提前公布。") % {"day": row.publishes_on}, code="too-early"
            )
        content, written = bytes(kept.inputs), bytes(kept.result)
        _refuse(
            *broken_seals(kept),
            *verify_run(content, written),
            *_since(kept, row, content),
            *_placed_before(row),
        )
        result = Result.from_bytes(written)
        row.published_on = today
        _write_places(row, kept, result, now)
        _refuse(*_look_ups(row, result))
        _lay_files(row, kept, content, result, today)
        kept.state, kept.opened_by, kept.opened_at = RunState.OPENED, actor, now
        kept.version += 1
        kept.store()
        move_intake(row, IntakeState.PUBLISHED)
        tell_published(row, now=now)
        detail = {"intake": row.pk, "result": kept.result_sha256, **result.tallies}
        record(actor=actor, code="admissions.run.open", subject=f"admissions_run:{kept.pk}", detail=detail, at=now)
    return kept


def _since(run: Run, intake: Intake, content: bytes) -> list[str]:
    assert run.draw is not None  # `ask_run` writes it.
    again = inputs_of(intake, order=drawn_order(run.draw), seed=run.draw.seed)
    if again.to_bytes() == content:
        return []
    try:
        before, after = Inputs.from_bytes(content), again
    except ValueError:
        return []  # `verify_run` says so.
    old = {one.number: one for one in before.applicants}
    changed = sorted(
        {one.number for one in after.applicants if old.get(one.number) != one}
        | (set(old) - {one.number for one in after.applicants})
    )
    if changed:
        return [
            _("派位之后有 %(count)s 份申请变动过，首先是 %(number)s。请弃用这次派位，重新派位。")
            % {"count": len(changed), "number": changed[0]}
        ]
    return [_("派位之后招生计划或规则变动过。请弃用这次派位，重新派位。")]


def _placed_before(intake: Intake) -> list[str]:
    """Nobody who takes part in a further round holds a place of the round before."""
    held = Place.objects.filter(application__carried_to__intake=intake, state__in=HOLDING).order_by("pk")
    return [
        _("报名号 %(number)s 在上一轮已有学位，不能参加这一轮。") % {"number": number}
        for number in held.values_list("application__number", flat=True)[:20]
    ]


def _refuse(*findings: str) -> None:
    if findings:
        raise UnableToOpenRun(
            _("公布前核对发现 %(count)s 处不符，什么都没有公布。%(first)s")
            % {"count": len(findings), "first": findings[0]},
            code="gate",
            findings=findings,
        )


def _write_places(intake: Intake, run: Run, result: Result, now: datetime) -> None:
    """Rows of what the result says. All of it within the transaction of the gate."""
    keys = dict(Application.objects.filter(intake=intake, state=ApplicationState.VERIFIED).values_list("number", "pk"))
    offers = lock_offers(Offer.objects.filter(intake=intake).values_list("pk", flat=True))
    by_public = {offer.public_id: offer for offer in offers.values()}
    assert intake.published_on is not None  # `open_run` has just set it.
    until = intake.published_on + timedelta(days=intake.accept_days)
    Place.objects.bulk_create(
        (
            Place(
                application_id=keys[number],
                offer=by_public[given.offer],
                run=run,
                how=given.how,
                state=PlaceState.OFFERED,
                offered_at=now,
                accept_until=until,
            )
            for number, given in sorted(result.places.items())
        ),
        batch_size=1_000,
    )
    Waiting.objects.bulk_create(
        (
            Waiting(application_id=keys[number], offer=by_public[offer], position=position)
            for offer, numbers in sorted(result.waiting.items())
            for position, number in enumerate(numbers, start=1)
        ),
        batch_size=1_000,
    )
    taken = Counter(given.offer for given in result.places.values())
    for offer in by_public.values():
        offer.taken += taken[offer.public_id]
    Offer.objects.bulk_update(by_public.values(), ["taken"], batch_size=1_000)


def _lay_files(intake: Intake, run: Run, content: bytes, result: Result, today: date) -> None:
    """What everybody may check at home; from the key a family's own row is salted, so that nobody else can guess it."""
    run.commitment_key = secrets.token_hex(32)
    inputs = Inputs.from_bytes(content)
    files = {
        "commitments.txt": commitments(inputs, result, run=run.public_id, key=run.commitment_key),
        "counts.json": counts(inputs, result, names=school_names(intake, day=today)),
    }
    files["record.json"] = record_of(
        inputs, run=run.public_id, inputs_sha256=run.inputs_sha256, result_sha256=run.result_sha256, files=files
    )
    RunFile.objects.bulk_create(
        RunFile(run=run, name=name, content=written, sha256=sha256(written)) for name, written in sorted(files.items())
    )


def _look_ups(intake: Intake, result: Result) -> list[str]:
    """Every answer as its family will read it, against the sealed result; and the places of each school, counted."""
    wrong: list[str] = []
    rows = Application.objects.filter(intake=intake, state=ApplicationState.VERIFIED).order_by("pk")
    public_ids = dict(Offer.objects.filter(intake=intake).values_list("pk", "public_id"))
    position_of: dict[str, dict[str, int]] = {}
    for offer_id, numbers in result.waiting.items():
        for position, number in enumerate(numbers, start=1):
            position_of.setdefault(number, {})[offer_id] = position
    seen = last = 0
    while batch := list(rows.filter(pk__gt=last)[:TOGETHER]):
        last = batch[-1].pk
        answers = answers_to(batch)
        for row in batch:
            seen += 1
            number = str(row.number)
            answer, given = answers.get(number), result.places.get(number)
            told = public_ids.get(answer.place.offer_id) if answer and answer.place else None
            waits = {public_ids[offer]: at for offer, at in answer.waiting.items()} if answer else {}
            if told != (given.offer if given else None) or waits != position_of.get(number, {}):
                wrong.append(_("报名号 %(number)s 查到的结果与封存的不同。") % {"number": row.number})
    if seen != len(result.places) + len(result.unplaced):
        wrong.append(_("查询的申请数与封存的结果数不同。"))
    held_at = dict(
        Place.objects.filter(offer__intake=intake, state__in=HOLDING)
        .values_list("offer")
        .annotate(Count("pk"))
        .order_by()
    )
    for offer in Offer.objects.filter(intake=intake):
        held = held_at.get(offer.pk, 0)
        if held != offer.taken or held > offer.seats + offer.added_seats:
            wrong.append(
                _("学校 %(offer)s 占用学位 %(taken)s 个，实有 %(held)s 个，与计划不符。")
                % {"offer": offer.public_id, "taken": offer.taken, "held": held}
            )
    return wrong


def _require(actor: Account | None, intake: Intake, permission: str) -> None:
    if actor is not None:
        require(account=actor, permission=permission, unit_id=intake.season.office_id)
