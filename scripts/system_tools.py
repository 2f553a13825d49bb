"""Get what the tests need from the system: a Chromium, a Chinese font, a PostgreSQL server, a Java.

    python scripts/system_tools.py

Standard library only. As root, or where sudo asks for no password, missing packages are installed by apt-get; anywhere
else one line says what is missing and which command gets it, and the exit status is 1. Nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    missing = {package: what for package, (what, is_present) in TOOLS.items() if not is_present()}
    if not missing:
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    prefix = privilege()
    if prefix is None or shutil.which("apt-get") is None:
        sys.exit(f"The tests need {', '.join(missing.values())}. Get it with: sudo {' '.join(install)}")
    print(f"Installing for the tests: {', '.join(missing.values())}.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "--quiet=2"], [*install, "--quiet=2", "-o", "DPkg::Lock::Timeout=300"]):
        finished = subprocess.run([*prefix, *command], check=False, env=environment, stdout=subprocess.DEVNULL)
        if finished.returncode != 0:
            sys.exit(f"«{' '.join(command)}» failed; its own words stand above. Needed: {', '.join(missing.values())}.")
    still = [what for package, (what, is_present) in TOOLS.items() if not is_present()]
    if still:
        sys.exit(f"apt-get reported success, but {', '.join(still)} is still not to be found on PATH.")


def privilege() -> list[str] | None:
    """How to run a command as root without a question: directly, through sudo, or ``None`` if not at all."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
    return None


def has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], check=False, capture_output=True, text=True)
    return bool(listed.stdout.strip())


def has_postgres() -> bool:
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


TOOLS: dict[str, tuple[str, Callable[[], bool]]] = {
    "chromium": ("a browser (chromium)", has_browser),
    "fonts-wqy-microhei": ("a Chinese font (fonts-wqy-microhei)", has_chinese_font),
    "postgresql": ("a PostgreSQL server (postgresql)", has_postgres),
    "default-jre-headless": ("a Java for Spark (default-jre-headless)", lambda: shutil.which("java") is not None),
}

if __name__ == "__main__":
    main()
