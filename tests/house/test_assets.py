"""The asset step: only what is listed, and only if its sum is right."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.staticfiles import finders


@pytest.fixture
def assets(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(root / "scripts"))
    spec = importlib.util.spec_from_file_location("house_assets", root / "scripts" / "assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "house_assets", module)
    spec.loader.exec_module(module)
    return module


def test_every_listed_file_lies_where_it_is_served_from(assets: ModuleType) -> None:
    assert [str(asset.target) for asset in assets.ASSETS if not asset.target.is_file()] == []


def test_every_static_file_that_a_template_names_is_there(root: Path) -> None:
    named = {
        (str(template.relative_to(root)), match[1])
        for template in (root / "yaodian").rglob("templates/**/*.html")
        for match in re.finditer(r"""\{%\s*static\s+["']([^"']+)["']""", template.read_text(encoding="utf-8"))
    }
    assert named
    assert [(template, name) for template, name in named if finders.find(name) is None] == []


def test_production_can_collect_every_static_file(root: Path, tmp_path: Path) -> None:
    """The manifest refuses a style sheet or a script that names a file which is not there."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    finished = subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=root,
        env={
            **kept,
            "DJANGO_SETTINGS_MODULE": "yaodian.config.settings",
            "YAODIAN_ENV": "production",
            "YAODIAN_DATA": str(tmp_path),
            "SECRET_KEY": "0123456789" * 6,
            "ALLOWED_HOSTS": "plans.example.gov.cn",
            "YAODIAN_KEYS": str(tmp_path / "keys.json"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-1000:]
    assert list((tmp_path / "static").glob("staticfiles.json"))


def test_a_file_with_another_sum_is_refused(
    assets: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "MODULES", tmp_path)
    (tmp_path / "a.css").write_bytes(b"changed")
    wrong = assets.Asset("a.css", tmp_path / "out" / "a.css", "0" * 64)
    with pytest.raises(SystemExit, match="look at the file and write its sum"):
        assets.copy(wrong)
    assert not wrong.target.exists()


def test_the_pointer_to_a_map_that_is_not_served_is_taken_out(
    assets: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "MODULES", tmp_path)
    content = b"a{color:red}\n/*# sourceMappingURL=a.css.map */"
    (tmp_path / "a.css").write_bytes(content)
    asset = assets.Asset("a.css", tmp_path / "out" / "a.css", hashlib.sha256(content).hexdigest())
    assets.copy(asset)
    assert asset.target.read_bytes() == b"a{color:red}\n"
