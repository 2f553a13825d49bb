"""Production settings: safe by default, and refused when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "k3y-for-one-test-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2


def manage(root: Path, data: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", *arguments],
        cwd=root,
        env={**kept, "DJANGO_SETTINGS_MODULE": "yaodian.config.settings", "YAODIAN_DATA": str(data), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_is_clean_with_production_settings(root: Path, tmp_path: Path) -> None:
    finished = manage(
        root, tmp_path, "check", "--deploy", "--fail-level=DEBUG",
        YAODIAN_ENV="production", SECRET_KEY=KEY, ALLOWED_HOSTS="plans.example.gov.cn",
        YAODIAN_KEYS=str(tmp_path / "keys.json"),
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "no issues" in finished.stdout


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"ALLOWED_HOSTS": "plans.example.gov.cn"}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "plans.example.gov.cn"}, "YAODIAN_KEYS"),
        ({"SECRET_KEY": "short", "ALLOWED_HOSTS": "plans.example.gov.cn"}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "plans.example.gov.cn", "YAODIAN_DEBUG": "1"}, "YAODIAN_DEBUG"),
    ],
)
def test_production_refuses_to_start_half_configured(
    root: Path, tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    finished = manage(root, tmp_path, "check", YAODIAN_ENV="production", **variables)
    assert finished.returncode != 0
    assert named in finished.stderr


def test_the_migrations_say_what_the_models_say(root: Path, tmp_path: Path) -> None:
    finished = manage(root, tmp_path, "makemigrations", "--check", "--dry-run")
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_development_machine_makes_its_own_key_once(root: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert manage(root, tmp_path, "check").returncode == 0
        key = (tmp_path / "secret-key").read_text(encoding="ascii")
    assert len(key) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
