"""``yaodian demo-city`` as somebody types it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-m", "yaodian.config.cli")


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "YAODIAN_LANGUAGE": "zh", **variables}
    return subprocess.run(
        [*PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.once
def test_a_city_as_files_with_its_errors_listed_beside(tmp_path: Path) -> None:
    said = run(tmp_path, "demo-city", "--seed", "3", "--errors", "5", "--out", "city")
    assert said.returncode == 0, said.stderr
    with (tmp_path / "city" / "planted_errors.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 5
    assert (tmp_path / "city" / "city.xlsx").is_file()


@pytest.mark.once
def test_files_that_are_there_are_not_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "units.csv").write_text("mine", encoding="utf-8")
    said = run(tmp_path, "demo-city", "--out", "city")
    assert said.returncode == 2
    assert "--force" in said.stderr
    assert (tmp_path / "city" / "units.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--scale", "province"), "--out"),
        (("--errors", "5"), "--out"),
        (("--errors", "9999", "--out", "city"), "最多"),
        (("--seed", "-1"), "--seed"),
        (("--scale", "village"), "small、city、province"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_before_anything_is_written(
    tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    said = run(tmp_path, "demo-city", *arguments)
    assert said.returncode == 2
    assert word in said.stderr
    assert "Traceback" not in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_was_never_made_is_said(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "demo-city",
        YAODIAN_DATA=str(tmp_path / "data"),
        DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite3'}",
    )
    assert said.returncode == 1
    assert "yaodian migrate" in said.stderr
    assert "Traceback" not in said.stderr
