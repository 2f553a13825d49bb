"""Make .venv from a lock file, with plain pip and hashes; standard library only.

    python3 scripts/environment.py requirements.lock [--package] [--source]

A Debian machine with ``python3-pip`` but without ``python3-venv`` has no ``ensurepip``; the environment is then made
without its own pip and filled by the machine's pip (``pip --python``), so that neither root nor a package is needed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
OLDEST = (3, 11)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make .venv from a lock file.")
    arguments.add_argument("lock", type=Path)
    arguments.add_argument("--package", action="store_true", help="install yaodian itself as well, editable")
    arguments.add_argument(
        "--source", action="store_true", help="allow what is published as source only (pyspark: jars and Python, no C)"
    )
    chosen = arguments.parse_args()
    if sys.version_info < OLDEST:
        sys.exit(
            f"yaodian needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is {sys.version.split()[0]}."
        )
    make_environment()
    # Wheels only for what a lock names: a machine without a compiler then fails with one clear line, or not at all.
    # A source is built by the backend of the lock, never by one fetched for it.
    wheels_only = ("--no-build-isolation",) if chosen.source else ("--only-binary", ":all:")
    install(*wheels_only, "--require-hashes", "--requirement", str(chosen.lock))
    if chosen.package:
        # The build backend stands in the lock, so that nothing is fetched that the lock does not name.
        install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def make_environment() -> None:
    """Make .venv, or make it anew where its interpreter is gone or too old; leave a good one alone."""
    if is_usable(PYTHON):
        return
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    if not has_ensurepip and importlib.util.find_spec("pip") is None:
        sys.exit(
            f"{sys.executable} has neither pip nor ensurepip, so that no environment can be made. "
            "On Debian: apt-get install python3-pip"
        )
    venv.create(ENVIRONMENT, with_pip=has_ensurepip, symlinks=True)


def is_usable(python: Path) -> bool:
    if not python.exists():
        return False
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([str(python), "-c", test], check=False, capture_output=True).returncode == 0


def install(*arguments: str) -> None:
    own_pip = subprocess.run([str(PYTHON), "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0
    pip = [str(PYTHON), "-m", "pip"] if own_pip else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    command = [*pip, "install", *quiet, *arguments]
    environment = {**os.environ, "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    # The build backend remarks at length on editable installs; its words are shown when they matter.
    finished = subprocess.run(
        command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if finished.returncode != 0:
        sys.stderr.write(finished.stdout)
        sys.exit(
            f"pip could not install into {ENVIRONMENT.name}: its own words stand above. Then run make setup again."
        )


if __name__ == "__main__":
    main()
