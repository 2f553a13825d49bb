"""Kill browsers, clerk, worker and web server amid a season: no receipt is lost, nothing is doubled, and runs come to the same bytes.

The same as ``python -m benchmarks.admission_kills`` and ``benchmarks.submission_kills``, with numbers small enough for every run. The
database server of the tests is not killed: it is set to answer before a commit is in its log, and would forget what it has acknowledged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import admission_kills, submission_kills
from yaodian.admissions.models import Application, Draw, Intake, IntakeState, Place, Run, Submission
from yaodian.admissions.operations.running import compute_run
from yaodian.foundation.tests import processes

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_killed_amid_a_season_leaves_nothing_lost_and_nothing_doubled() -> None:
    """Processes of their own on this test's database, one killed after the other for some seconds."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.admission_kills", "--here", "--loops", "12", "--minutes", "0.2"],
        env={**processes.environment(), "YAODIAN_LOG_LEVEL": "CRITICAL"},
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (told,) = json.loads(finished.stdout.splitlines()[-1])
    assert {name: told[name] for name in admission_kills.FAULTS} == dict.fromkeys(admission_kills.FAULTS, 0)
    assert told["kills"] >= 2
    assert told["intakes published"] >= 1


def test_a_web_server_that_is_killed_amid_submissions_loses_and_doubles_nothing() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.submission_kills", "--here", "--kills", "4", "--minutes", "0.5"],
        env={**processes.environment(), "YAODIAN_LOG_LEVEL": "CRITICAL"},
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (told,) = json.loads(finished.stdout.splitlines()[-1])
    assert {name: told[name] for name in submission_kills.FAULTS} == dict.fromkeys(submission_kills.FAULTS, 0)
    assert told["kills"] >= 1
    assert told["receipts"] >= 1


def test_the_counts_notice_what_a_killed_web_server_would_have_lost_or_doubled() -> None:
    ground = admission_kills.Ground()
    receipts = [admission_kills.hand_in(ground, f"0-{turn}", lambda: None) for turn in range(3)]
    books = submission_kills.Books(
        sent={one.client_key for one in receipts},
        receipts={one.client_key: (str(one.application.number), one.sha256) for one in receipts},
    )
    found = submission_kills.counted(books)
    assert {name: found[name] for name in submission_kills.FAULTS} == dict.fromkeys(submission_kills.FAULTS, 0)
    books.receipts["0-0"] = ("2026P0000000", receipts[0].sha256)
    books.sent = {"0-0", "0-1", "never taken"}
    books.refused["500 "] += 1
    Application.objects.filter(pk=receipts[2].application_id).update(account=receipts[1].account_id)
    found = submission_kills.counted(books)
    assert {name: found[name] for name in submission_kills.FAULTS if found[name]} == {
        "lost": 1, "doubled": 1, "never sent": 1, "without a receipt": 1, "wrong answers": 1,
    }  # fmt: skip


def test_the_counts_notice_what_is_lost_doubled_and_of_other_bytes(tmp_path: Path) -> None:
    ground = admission_kills.Ground()
    ground.lay_round()
    intake = Intake.objects.exclude(pk=ground.open.intake.pk).get()
    sent, steps = tmp_path / "0.txt", tmp_path / "steps.txt"
    receipt = admission_kills.hand_in(ground, "0-1", lambda: None)
    sent.write_text(f"sent 0-1\ndone 0-1 {receipt.application.number} {receipt.sha256}\n")
    lines = []
    while intake.state != IntakeState.PUBLISHED:
        done = admission_kills.step(ground, intake)
        if done is None:
            compute_run(run_id=Run.objects.get().pk, now=ground.now)
        else:
            lines.append(f"{intake.pk} {' '.join(done)}\n")
        intake.refresh_from_db()
    steps.write_text("".join(lines))
    assert [line.split()[1] for line in lines] == list(admission_kills.STEPS)
    found = admission_kills.counted(ground, [sent], steps)
    assert {name: found[name] for name in admission_kills.FAULTS} == dict.fromkeys(admission_kills.FAULTS, 0)
    Submission.objects.update(sha256="0" * 64)
    Draw.objects.update(seed="0" * 64)
    Place.objects.order_by("pk")[0].delete()
    row = Run.objects.get()
    Run.objects.update(result=bytes(row.result) + b" ")
    found = admission_kills.counted(ground, [sent], steps)
    assert {name: found[name] for name in admission_kills.FAULTS if found[name]} == {
        "lost": 1, "steps lost": 1, "draws, runs, places doubled": 1, "other bytes": 1,
    }  # fmt: skip
