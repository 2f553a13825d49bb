"""Are sealed bytes still those whose fingerprints were written down when they were sealed?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from yaodian.admissions.models import Run, ScoreRun
from yaodian.admissions.problem.inputs import sha256


def broken_seals(run: Run | ScoreRun) -> tuple[str, ...]:
    """A sentence where they are not. Two hashes, no placement."""
    if sha256(bytes(run.inputs)) != run.inputs_sha256 or sha256(bytes(run.result)) != run.result_sha256:
        return (_("封存的输入或结果与当时记下的指纹不符，封存后被改动过。"),)
    return ()
