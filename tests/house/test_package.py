"""A wheel carries what the program reads beside its code: templates, static files, catalogues, examples."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

# What a wheel leaves out on purpose: tests, and the sources that translators work on are kept with their results.
LEFT_OUT = {"tests"}


@pytest.fixture(scope="module")
def wheel_names(root: Path, tracked: list[Path], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for path in tracked:
        if path.parts[0] in {"yaodian", "pyproject.toml", "LICENSE", "README.md"}:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, source / path)
    # `make setup` fetches these; git does not know them, a wheel must carry them.
    vendor = Path("yaodian/foundation/static/vendor")
    shutil.copytree(root / vendor, source / vendor)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--wheel-dir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_a_wheel_holds_every_file_of_the_package(tracked: list[Path], wheel_names: set[str]) -> None:
    expected = {str(path) for path in tracked if path.parts[0] == "yaodian" and not LEFT_OUT & set(path.parts)}
    assert sorted(expected - wheel_names) == []


def test_a_wheel_holds_no_tests(wheel_names: set[str]) -> None:
    assert [name for name in wheel_names if LEFT_OUT & set(Path(name).parts)] == []


def test_a_wheel_holds_the_fetched_style_sheet(wheel_names: set[str]) -> None:
    assert "yaodian/foundation/static/vendor/tabler.min.css" in wheel_names
