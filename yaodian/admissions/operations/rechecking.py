"""A sealed placement is verified anew on somebody's word: what was found, when and by whom stands in its record.

The first verification is that of the job which computed the placement; publication verifies for itself (`running.open_run`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Run, RunKind, RunState, ScoreRun
from yaodian.admissions.operations.errors import WrongState
from yaodian.admissions.problem.score_placing import verify_scores
from yaodian.admissions.problem.sealing import broken_seals
from yaodian.admissions.problem.verifying import verify_run
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import may, require

PLACE, PUBLISH = "admissions.place", "admissions.publish"


def recheck_run(*, actor: Account, run: Run, now: datetime) -> Run:
    """Raises PermissionMissing, WrongState."""
    _require(actor, run.intake.season.office_id)
    with transaction.atomic():
        row = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        _recheck(row, verify_run, actor, "run", now)
    return row


def recheck_score_run(*, actor: Account, run: ScoreRun, now: datetime) -> ScoreRun:
    """Raises PermissionMissing, WrongState."""
    _require(actor, run.round.intake.season.office_id)
    with transaction.atomic():
        row = ScoreRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        _recheck(row, verify_scores, actor, "score_run", now)
    return row


def _require(actor: Account, office_id: int) -> None:
    """Whoever places or publishes may ask."""
    if not may(account=actor, permission=PLACE, unit_id=office_id):
        require(account=actor, permission=PUBLISH, unit_id=office_id)


def _recheck(
    row: Run | ScoreRun, verify: Callable[[bytes, bytes], tuple[str, ...]], actor: Account, kind: str, now: datetime
) -> None:
    if row.kind != RunKind.SEALED or row.state not in (RunState.DONE, RunState.OPENED):
        raise WrongState(_("只有已算出的正式结果可以重新核对。"), code="state")
    row.findings = [*broken_seals(row), *verify(bytes(row.inputs), bytes(row.result))]
    row.verified_at, row.verified_by = now, actor
    row.version += 1
    row.store()
    detail = {"inputs": row.inputs_sha256, "result": row.result_sha256, "findings": len(row.findings)}
    subject = f"admissions_{kind.replace('_', '')}:{row.pk}"
    record(actor=actor, code=f"admissions.{kind}.recheck", subject=subject, detail=detail, at=now)
