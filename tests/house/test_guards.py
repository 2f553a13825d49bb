"""The guards of the test run itself, each seen to bite once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest


def test_a_socket_to_another_machine_is_refused() -> None:
    # 192.0.2.0/24 is set aside for documentation, so nothing would answer if the guard failed.
    with socket.socket() as outward, pytest.raises(AssertionError, match="this machine only"):
        outward.connect(("192.0.2.1", 80))


def test_a_socket_to_this_machine_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="unheard"):
        warnings.warn("unheard", stacklevel=1)


def test_the_time_zone_is_fixed() -> None:
    assert os.environ["TZ"] == "Asia/Shanghai"


def test_the_data_folder_is_not_the_working_copys(root: Path) -> None:
    assert not Path(os.environ["YAODIAN_DATA"]).is_relative_to(root)


PLANTED = {
    "an engine that imports Django": "import django",
    "an engine that imports what is built on Django": "import ninja",
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED)
def test_the_engine_run_finds(root: Path, tmp_path: Path, source: str) -> None:
    """Plants a test beside a copy of the root conftest and runs it as `make test-engines` does."""
    finished = run_without_django(root, tmp_path, f"def test_planted():\n    {source}\n")
    assert finished.returncode == 1, finished.stdout
    assert "no Django may be" in finished.stdout


def test_the_engine_run_passes_what_stands_without_django(root: Path, tmp_path: Path) -> None:
    finished = run_without_django(
        root, tmp_path, "def test_planted():\n    import json\n    assert json.loads('1') == 1\n"
    )
    assert finished.returncode == 0, finished.stdout


def test_make_test_runs_the_engines_without_django(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    assert "YAODIAN_TESTS_WITHOUT_DJANGO=1" in makefile
    recipe = makefile.partition("\ntest: ")[2].partition("\n\n")[0]
    called = {word for line in recipe.splitlines() if "$(MAKE)" in line for word in line.split()}
    assert {"lint", "types", "fences", "test-engines", "test-once", "test-sqlite", "test-postgresql"} <= called


def run_without_django(root: Path, folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((root / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_planted.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-q", "--rootdir", ".", "."],
        cwd=folder,
        env={**os.environ, "YAODIAN_TESTS_WITHOUT_DJANGO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
