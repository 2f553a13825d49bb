"""The fences: every folder stands in a contract, and every contract reports the violation that is planted for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Planted:
    """``imports`` is added to ``module`` (both under yaodian); without it the module itself is the violation."""

    contract: str
    module: str
    imports: str = ""

    @property
    def found(self) -> str:
        """The words by which import-linter must name it."""
        if not self.imports:
            return f"yaodian.{self.module}"
        return f"yaodian.{self.module} -> {self.imports}"


PLANTED = (
    Planted("floors", "audit.operations", "yaodian.plans.queries"),
    Planted("floors", "undeclared"),
    Planted("statutes", "statutes.declare", "yaodian.engines.reading"),
    Planted("closed-matching", "web.views", "yaodian.engines.matching"),
    Planted("closed-scheduling", "plans.views", "yaodian.engines.scheduling"),
    Planted("closed-rules", "web.views", "yaodian.engines.rules"),
    Planted("kernel", "organisations.queries", "yaodian.engines.reading"),
    Planted("django", "engines.reading.planted", "django"),
    Planted("engines", "engines.undeclared"),
    Planted("slice-plans", "plans.models", "yaodian.plans.views"),
    Planted("slice-plans", "plans.undeclared"),
    Planted("slice-registry", "registry.queries.masking", "yaodian.registry.operations"),
    Planted("synthetic-city", "registry.demonstration.city", "django"),
    Planted("slice-indicators", "indicators.models", "yaodian.indicators.operations"),
    Planted("closed-indicators", "web.views", "yaodian.indicators.models"),
    Planted("slice-appraisal", "appraisal.models", "yaodian.appraisal.operations"),
    Planted("closed-appraisal", "web.views", "yaodian.appraisal.models"),
    Planted("slice-admissions", "admissions.models", "yaodian.admissions.operations"),
    Planted("closed-admissions", "web.views", "yaodian.admissions.models"),
    Planted("slice-exams", "exams.models", "yaodian.exams.operations"),
    Planted("closed-exams", "web.views", "yaodian.exams.models"),
    Planted("slice-timetabling", "timetabling.models", "yaodian.timetabling.operations"),
    Planted("slice-timetabling", "timetabling.undeclared"),
    Planted("closed-timetabling", "web.views", "yaodian.timetabling.models"),
    Planted("scoring", "appraisal.scoring", "yaodian.foundation.jobs"),
    Planted("choices", "config.simulation.choices", "yaodian.foundation.jobs"),
    Planted("slice-measures", "measures.models", "yaodian.measures.operations"),
    Planted("closed-measures", "web.views", "yaodian.measures.models"),
    Planted("floors", "cases.queries", "yaodian.measures.queries"),
    Planted("slice-cases", "cases.models", "yaodian.cases.operations"),
    Planted("closed-cases", "web.views", "yaodian.cases.models"),
    Planted("slice-identity", "identity.models", "yaodian.identity.operations"),
    Planted("closed-identity", "web.views", "yaodian.identity.models"),
    Planted("slice-organisations", "organisations.models", "yaodian.organisations.operations"),
    Planted("slice-registry", "registry.codes", "yaodian.registry.queries"),
    Planted("slice-registry", "registry.undeclared"),
    Planted("slice-operating", "operating.models", "yaodian.operating.operations"),
    Planted("closed-operating", "web.views", "yaodian.operating.models"),
    Planted("slice-audit", "audit.models", "yaodian.audit.operations"),
    Planted("engine-users", "plans.views", "yaodian.engines.reading"),
    Planted("lottery-users", "plans.views", "yaodian.engines.lottery"),
    Planted("lottery-verifier", "engines.lottery.checking.verify", "yaodian.engines.lottery.draw"),
    Planted("closed-plans", "web.views", "yaodian.plans.models"),
    Planted("closed-registry", "web.views", "yaodian.registry.demonstration"),
    Planted("closed-audit", "plans.views", "yaodian.audit.models"),
    Planted("web", "web.views", "yaodian.plans.operations"),
)


@pytest.fixture(scope="module")
def contracts(root: Path) -> list[dict[str, Any]]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["importlinter"]["contracts"]


@pytest.fixture(scope="module")
def report(root: Path, contracts: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says of a copy of the package with every violation in it: contract id to its paragraph."""
    folder = tmp_path_factory.mktemp("fences")
    shutil.copytree(root / "yaodian", folder / "yaodian", ignore=lambda at, names: [
        name for name in names if name in {"__pycache__", "static", "locale"}
    ])  # fmt: skip
    shutil.copyfile(root / "pyproject.toml", folder / "pyproject.toml")
    for planted in PLANTED:
        plant(folder / "yaodian", planted)
    said = lint_imports(folder)
    assert said.returncode == 1, said.stdout + said.stderr
    names = {contract["name"]: contract["id"] for contract in contracts}
    # The list of broken contracts comes after the list of all; each begins with its name, underlined.
    heads = re.compile("^(" + "|".join(map(re.escape, names)) + ")\n-+$", re.MULTILINE)
    parts = heads.split(said.stdout)
    return {names[name]: text for name, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.contract}: {planted.found}")
def test_a_planted_violation_is_reported(planted: Planted, report: dict[str, str]) -> None:
    assert planted.contract in report, f"contract {planted.contract} was kept although it was violated"
    assert planted.found in " ".join(report[planted.contract].split())


def test_every_contract_has_a_planted_violation(contracts: list[dict[str, Any]]) -> None:
    assert {contract["id"] for contract in contracts} == {planted.contract for planted in PLANTED}


def test_every_folder_with_rows_or_pages_is_fenced_inside(root: Path, contracts: list[dict[str, Any]]) -> None:
    """A slice is a folder with models; the foundation below them and the pages above them have no such order."""
    models = (*(root / "yaodian").glob("*/models.py"), *(root / "yaodian").glob("*/models"))
    slices = {path.parent.name for path in models} - {"foundation"}
    fenced = {contract["id"].removeprefix("slice-") for contract in contracts if contract["id"].startswith("slice-")}
    assert slices == fenced


def test_every_slice_above_the_kernel_is_closed_to_others(contracts: list[dict[str, Any]]) -> None:
    floors = next(contract for contract in contracts if contract["id"] == "floors")["layers"]
    between = floors[floors.index("web") + 1 : floors.index("organisations")]
    slices = {name.strip(" ()") for floor in between for name in re.split(r"[|:]", floor)}
    assert {f"closed-{name}" for name in slices} <= {contract["id"] for contract in contracts}


def test_every_engine_is_shut_to_all_but_operations_and_what_reads_for_them(
    root: Path, contracts: list[dict[str, Any]]
) -> None:
    engines = {f"yaodian.engines.{path.parent.name}" for path in (root / "yaodian" / "engines").glob("*/__init__.py")}
    shut = {name for contract in contracts if contract["type"] == "protected" for name in contract["protected_modules"]}
    assert engines <= shut


def plant(package: Path, planted: Planted) -> None:
    path = package.joinpath(*planted.module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    line = f"import {planted.imports}" if planted.imports else ""
    path.write_text(f"{content}\n{line}\n", encoding="utf-8")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "500", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
