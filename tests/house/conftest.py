"""The repository as the house tests see it: the files git knows or would take, read once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No claim about the repository asks which database there is."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file of the repository, ignored ones left out, as paths relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    return sorted(path for path in paths if (root / path).is_file())


@pytest.fixture(scope="session")
def texts(root: Path, tracked: list[Path]) -> dict[Path, str]:
    """The text files among them."""
    found = {}
    for path in tracked:
        content = (root / path).read_bytes()
        if b"\0" not in content:
            found[path] = content.decode("utf-8", errors="replace")
    return found
