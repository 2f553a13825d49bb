"""What everybody may read of a placement that was published, and the row that only its family can open."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yaodian.admissions.models import Application, Intake, Run, RunFile, RunKind, RunState
from yaodian.admissions.problem.committing import opening_of
from yaodian.admissions.problem.inputs import canonical
from yaodian.admissions.problem.shipping import shipped
from yaodian.admissions.queries.placing import SHOWN, solved_run
from yaodian.admissions.queries.progress import ZIP_TIME
from yaodian.foundation import snapshots
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import names_of_units


@dataclass(frozen=True)
class PublicPlacement:
    """`counts` is what `counts.json` says; `files` are name, fingerprint and bytes."""

    run: Run
    intake: Intake
    office: str
    counts: Mapping[str, Any]
    files: tuple[tuple[str, str, int], ...]


def public_placement(*, public_id: str, day: date) -> PublicPlacement:
    """Raises Absent for what is not published, or was before there were such files. Four queries."""
    run = _opened(public_id)
    files = _files(run)
    office = run.intake.season.office_id
    return PublicPlacement(
        run,
        run.intake,
        names_of_units(ids=[office], day=day).get(office, ""),
        json.loads(files["counts.json"]),
        tuple((one.name, one.sha256, len(one.content)) for one in run.files.all()),
    )


def file_of_placement(*, public_id: str, name: str) -> bytes:
    """A published file, the check, or the key of signed pages. Raises Absent, LookupError."""
    return _everything(_opened(public_id))[name]


def placement_bundle(*, public_id: str) -> bytes:
    """All of them as a ZIP; the same files give the same bytes. Raises Absent."""
    files = _everything(_opened(public_id))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def opening_for(*, application: Application) -> bytes:
    """What opens the application's own commitment. The caller has checked whose it is. Raises Absent where nothing was published of it."""
    intake = application.intake
    run = (
        Run.objects.filter(intake=intake, kind=RunKind.SEALED, state=RunState.OPENED).defer("inputs", "result").first()
    )
    if run is None or not run.commitment_key or intake.state not in SHOWN:
        raise Absent(application.public_id)
    solved, result = solved_run(run.pk, run.result_sha256)
    found = next((one for one in solved.inputs.applicants if one.number == application.number), None)
    if found is None:
        raise Absent(application.public_id)
    drawn = solved.inputs.order.index(found.number) + 1
    return canonical(opening_of(solved.inputs, result, found, drawn=drawn, run=run.public_id, key=run.commitment_key))


def placement_published(*, intake: Intake) -> str:
    """The public id of the placement whose files everybody may read, or nothing. One query."""
    found = RunFile.objects.filter(run__intake=intake, run__state=RunState.OPENED).values_list(
        "run__public_id", flat=True
    )
    return found.first() or ""


def _opened(public_id: str) -> Run:
    run = (
        Run.objects.filter(public_id=public_id, kind=RunKind.SEALED, state=RunState.OPENED, files__isnull=False)
        .defer("inputs", "result")
        .select_related("intake__season")
        .distinct()
        .first()
    )
    if run is None:
        raise Absent(public_id)
    return run


def _files(run: Run) -> dict[str, bytes]:
    return {one.name: bytes(one.content) for one in run.files.all()}


def _everything(run: Run) -> dict[str, bytes]:
    return {**_files(run), **shipped(), snapshots.PUBLIC_KEY: snapshots.public_key()}
