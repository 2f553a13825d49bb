"""Kill workers amid imports and people amid edits: nothing acknowledged is lost, nothing is half done, nothing is doubled.

The same as ``python -m benchmarks.import_kills``, with numbers small enough for every run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from benchmarks import import_kills
from yaodian.foundation.tests import processes
from yaodian.registry import operations

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_killed_amid_an_import_or_an_edit_leaves_no_row_lost_and_none_doubled() -> None:
    """Processes of their own on this test's database, one killed after the other for some seconds."""
    bounds = ["--loops", "10", "--rows", "40", "--minutes", "0.15"]
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.import_kills", "--here", *bounds],
        env={**processes.environment(), "YAODIAN_LOG_LEVEL": "CRITICAL"},
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (told,) = json.loads(finished.stdout.splitlines()[-1])
    assert {name: told[name] for name in import_kills.FAULTS} == dict.fromkeys(import_kills.FAULTS, 0)
    assert told["kills"] >= 2
    assert told["rows"] >= 40


def test_the_counts_notice_what_is_lost_and_what_nobody_was_told(tmp_path: Path) -> None:
    ground = import_kills.Ground(rows=3)
    told = [tmp_path / "one.txt", tmp_path / "two.txt"]
    told[0].touch()
    told[1].write_text("1\n2\n3\n")
    for value in ("1", "2"):
        operations.change_pupil(
            actor=ground.account, public_id=ground.edited[0], changes={"residence": value}, now=timezone.now()
        )
    ground.upload()
    found = import_kills.counted(ground, told)
    # Nobody has committed the import; one pupil has had two edits of which nobody was told, the other none of three.
    assert (found["lost"], found["enrolments wrong by"], found["commits in the journal wrong by"]) == (3, -3, -1)
    assert (found["edits"], found["edits wrong"]) == (2, 2)
