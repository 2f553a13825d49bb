"""Kill people amid their actions and the ladder amid its pass: nothing acknowledged is lost, nothing is doubled.

The same as ``python -m benchmarks.case_kills``, with numbers small enough for every run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import case_kills
from yaodian.cases.models import CaseEvent, Notice, Tally
from yaodian.foundation.tests import processes

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_killed_amid_an_action_or_a_pass_leaves_nothing_lost_and_nothing_doubled() -> None:
    """Processes of their own on this test's database, one killed after the other for some seconds."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.case_kills", "--here", "--loops", "12", "--minutes", "0.12"],
        env={**processes.environment(), "YAODIAN_LOG_LEVEL": "CRITICAL"},
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (told,) = json.loads(finished.stdout.splitlines()[-1])
    assert {name: told[name] for name in case_kills.FAULTS} == dict.fromkeys(case_kills.FAULTS, 0)
    assert told["kills"] >= 2
    assert told["actions acknowledged"] >= 1


def test_the_counts_notice_what_is_lost_doubled_and_told_to_nobody(tmp_path: Path) -> None:
    ground = case_kills.Ground()
    path = tmp_path / "one.txt"
    public_id = case_kills.act(ground, "open", "-", "0-1")
    for number, action in enumerate(case_kills.LIFE[1:], start=2):
        case_kills.act(ground, action, public_id, f"0-{number}")
    path.write_text("".join(f"sent 0-{n} {action} {public_id}\n" for n, action in enumerate(case_kills.LIFE, start=1)))
    # Until the first cases of all are due, and two days more.
    last = case_kills.FIRST_DAY + timedelta(days=30)
    for days in (0, 24, 28, 30):
        case_kills.live_a_day(ground, case_kills.FIRST_DAY + timedelta(days=days))
    found = case_kills.counted(ground, [path], last)
    # Days were left out: what was reached on them was told later than on its day.
    assert found.pop("reminders wrong") > 0
    assert not any(found[name] for name in case_kills.FAULTS if name in found)
    with path.open("a") as told:
        told.write("done 0-9 report -\n")
    CaseEvent.objects.filter(client_key="0-3").delete()
    Tally.objects.all().delete()
    Notice.objects.all().delete()
    found = case_kills.counted(ground, [path], last)
    assert (found["lost"], found["lives broken"], found["journal wrong by"]) == (1, 1, 1)
    assert found["tallies wrong"] > 0
