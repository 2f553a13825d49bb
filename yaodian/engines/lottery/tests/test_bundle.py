"""check.py as a family runs it: alone in a folder, on a plain Python, and no weaker than it says."""

from __future__ import annotations

import hashlib
import random
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from yaodian.engines import lottery
from yaodian.engines.lottery import Kind
from yaodian.engines.lottery.bundle import SHIPPED, shipped

from . import rounds
from .cheats import ABSENT, CHEATS, QUIET, SEEN, Cheat, second

# What check.py leaves to the page and to `yaodian lottery check`: how a promise is drawn up, and form without consequence.
LEFT_TO_OTHERS = {
    Kind.FILE_UNKNOWN, Kind.LIST_EMPTY, Kind.LIST_GROUP_ORDER, Kind.LIST_LINES, Kind.LIST_CHILDREN, Kind.LIST_OTHER_COPY,
    Kind.PROMISE_FORM, Kind.PROMISE_FIELD_UNKNOWN, Kind.RULE_UNKNOWN, Kind.SOURCE_TWICE, Kind.SOURCE_FORM, Kind.DRAND_MOMENT,
    Kind.WITNESSES_LAST, Kind.FALLBACK_NOT_LATER, Kind.FALLBACK_WITNESSES, Kind.ATTEMPT_REASON,
    Kind.ATTEMPT_ROUND, Kind.ATTEMPT_BEFORE, Kind.REVEALS_FORM, Kind.REVEALS_FIELD, Kind.REVEALS_OTHER_PROMISE,
    Kind.WITNESS_SALT, Kind.REASON_MISSING, Kind.RECORD_FORM, Kind.RECORD_ROUND, Kind.RECORD_ATTEMPT,
    Kind.RECORD_SEED,
}  # fmt: skip


@pytest.fixture
def holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """``holds(files, *noted)``: whether check.py, lying beside the files, ends with status 0; what it printed."""

    def run(files: dict[str, bytes], *noted: str) -> tuple[bool, str]:
        for name, content in {**files, **shipped()}.items():
            (tmp_path / name).write_bytes(content)
        monkeypatch.setattr(sys, "argv", ["check.py", *noted])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(tmp_path / "check.py"))
        return not end.value.code, capsys.readouterr().out

    return run


def test_it_is_one_page_of_plain_python() -> None:
    source = shipped()["check.py"].decode()
    assert source.count("\n") <= 60
    modules = {line.strip(" ,") for line in source.splitlines() if line.startswith("import")}
    assert modules == {"import datetime, decimal, hashlib, hmac, json, pathlib, sys"}


def test_it_runs_alone_in_the_published_folder(tmp_path: Path) -> None:
    files = {**rounds.drawn(), **shipped()}
    assert {"check.py", "check.html"} == set(SHIPPED)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-I", "-X", "utf8", str(tmp_path / "check.py"), SEEN["promises"][0].upper()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "错" not in done.stdout
    assert lottery.sha256(files["promise.json"]) in done.stdout
    (tmp_path / "result.txt").unlink()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (1, "")
    assert "缺少文件或写法不对" in done.stdout


@pytest.mark.parametrize(
    "files",
    [rounds.drawn(), rounds.drawn(given=QUIET), rounds.drawn(given=ABSENT), second()(), rounds.drawn(places=0)],
    ids=["plain", "a silent witness", "a missing source", "a second draw", "an order only"],
)
def test_an_honest_draw_holds(files: dict[str, bytes], holds) -> None:
    good, said = holds(files)
    assert good, said


@pytest.mark.parametrize("cheat", CHEATS, ids=str)
def test_cheating_is_noticed_but_for_what_it_leaves_to_others(cheat: Cheat, holds) -> None:
    good, said = holds(cheat.files(), *cheat.seen.get("promises", ()))
    assert good <= (cheat.kind in LEFT_TO_OTHERS), said


def test_what_it_leaves_to_others_is_said_truly(holds, tmp_path: Path) -> None:
    for kind in LEFT_TO_OTHERS:
        passed = False
        for cheat in (one for one in CHEATS if one.kind is kind):
            for path in tmp_path.iterdir():
                path.unlink()
            passed |= holds(cheat.files())[0]
        assert passed, f"{kind} is noticed: take it off the list"


def test_many_draws_are_found_alike(holds) -> None:
    chance = random.Random(3)
    for number in range(20):
        lines = [f"A{one:04}" for one in chance.sample(range(10_000), chance.randint(1, 40))]
        reveals = [
            *rounds.reveals()[:2],
            lottery.Reveal("index", f"{chance.randint(2000, 4000)}.{number:02}"),
            rounds.reveals()[3],
        ]
        good, said = holds(rounds.drawn(lines, reveals, places=chance.randint(0, 50)))
        assert good, said


def test_the_shipped_programs_follow_the_rule_that_is_published() -> None:
    for content in shipped().values():
        assert lottery.RULE_SHA256.encode() in content
    assert hashlib.sha256(lottery.RULE_BYTES).hexdigest() == lottery.RULE_SHA256
