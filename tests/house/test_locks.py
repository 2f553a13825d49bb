"""The locks: exact, hashed, and free of any registry's address."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "requirements-spark.lock")
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>.*)$")


def requirements(path: Path) -> dict[str, set[str]]:
    """Name to hashes, for each entry of a lock."""
    entries: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := REQUIREMENT.match(line):
            name = found["name"]
            entries.setdefault(name, set())
        elif found := re.match(r"^    --hash=sha256:([0-9a-f]{64})( \\)?$", line):
            entries[name].add(found[1])
        else:
            pytest.fail(f"{path.name} holds a line that is neither a pinned requirement nor a hash: {line!r}")
    return entries


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(root: Path, name: str) -> None:
    entries = requirements(root / name)
    assert entries
    assert [package for package, hashes in entries.items() if not hashes] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host(root: Path, name: str) -> None:
    assert "://" not in (root / name).read_text(encoding="utf-8")


def test_the_runtime_lock_holds_every_declared_dependency_and_the_build_backend(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["build-system"]["requires"]
    names = {re.split(r"[\[<>=~! ]", item, maxsplit=1)[0] for item in declared}
    assert names <= set(requirements(root / "requirements.lock"))


def test_the_development_lock_pins_what_the_runtime_lock_pins(root: Path) -> None:
    def pins(name: str) -> set[str]:
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        return {found["name"] + "==" + found["version"] for line in lines if (found := REQUIREMENT.match(line))}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_npm_lock_records_integrity_and_no_address(root: Path) -> None:
    packages = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    outside = {name: entry for name, entry in packages.items() if name}
    assert outside
    assert [name for name, entry in outside.items() if "integrity" not in entry] == []
    assert [name for name, entry in outside.items() if "resolved" in entry] == []


def test_npm_dependencies_are_pinned_exactly(root: Path) -> None:
    package = json.loads((root / "package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
