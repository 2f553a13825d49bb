"""`yaodian indicators`: from a snapshot to results, and what one notion says."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from yaodian.config.cli import main
from yaodian.statutes.tests import province

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshots")
    province.write(folder / "returns.parquet", province.rows(counties=3, schools=6, seed=7))
    return folder


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["indicators", *arguments], env={"YAODIAN_LANG": "en"})
    return result.exit_code, result.output


def test_the_command_writes_schools_and_counties(snapshots: Path, tmp_path: Path) -> None:
    code, said = run("run", "--input", str(snapshots), "--output", str(tmp_path / "out"), "--day", "2024-09-01")
    assert code == 0, said
    schools = pyarrow.parquet.read_table(tmp_path / "out" / "schools.parquet")
    assert schools.num_rows == len(province.rows(counties=3, schools=6, seed=7))
    assert "passes" in schools.column_names
    counties = pyarrow.parquet.read_table(tmp_path / "out" / "counties.parquet")
    assert 1 <= counties.num_rows <= 6
    code, said = run("run", "--input", str(snapshots), "--output", str(tmp_path / "out"), "--day", "2024-09-01")
    assert code == 1
    assert "schools.parquet" in said


def test_a_folder_without_snapshots_is_an_error_of_the_file(tmp_path: Path) -> None:
    code, said = run("run", "--input", str(tmp_path), "--output", str(tmp_path / "out"), "--day", "2024-09-01")
    assert code == 2
    assert str(tmp_path) in said


def test_a_notion_is_shown_by_its_alias(tmp_path: Path) -> None:
    code, said = run("show", "公办园占比")
    assert code == 0
    assert "preschool.public_share" in said
    assert run("show", "没有这个")[0] == 2
    assert "quality_balance.class_size" in run("show")[1]
