"""What the tests need from the system is installed or named, never skipped."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def load(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"house_{name}", root / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_missing_tool_is_named_with_the_command_that_gets_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = load(root, "system_tools")
    monkeypatch.setattr(tools, "TOOLS", {"chromium": ("a browser (chromium)", lambda: False)})
    monkeypatch.setattr(tools, "privilege", lambda: None)
    with pytest.raises(SystemExit) as stopped:
        tools.main()
    assert stopped.value.code == (
        "The tests need a browser (chromium). Get it with: sudo apt-get install --yes --no-install-recommends chromium"
    )


def test_nothing_is_installed_where_nothing_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = load(root, "system_tools")
    monkeypatch.setattr(tools, "TOOLS", {"chromium": ("a browser (chromium)", lambda: True)})
    monkeypatch.setattr(tools, "privilege", lambda: pytest.fail("asked for privilege without a need"))
    tools.main()


def test_the_tools_of_this_run_are_present(root: Path) -> None:
    tools = load(root, "system_tools")
    assert [what for what, is_present in tools.TOOLS.values() if not is_present()] == []


def test_no_test_is_marked_to_be_skipped(texts: dict[Path, str]) -> None:
    marks = ["pytest.mark." + "skip", "pytest." + "skip(", "import" + "orskip", "unittest." + "skip"]
    tests = {path: text for path, text in texts.items() if path.suffix == ".py"}
    assert [(str(path), mark) for path, text in tests.items() for mark in marks if mark in text] == []
