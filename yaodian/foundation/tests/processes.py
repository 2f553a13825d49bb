"""Real worker processes on the database of a test; the test must be of the kind whose rows others see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# Registers jobs and runs them with leases and pauses short enough for a test; what a test adds comes before the last line.
HEAD = """
import django, os, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
django.setup()
from django.conf import settings
from yaodian.foundation import jobs
from yaodian.foundation.worker import work
settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS, settings.JOB_POLL_SECONDS = 4, 1, 0.1
"""


def environment() -> dict[str, str]:
    """The environment of a process that works on this test's database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    else:
        address = f"sqlite:///{name}"
    return {**os.environ, "DATABASE_URL": address, "YAODIAN_DATA": str(settings.DATA_DIR)}


def command(*arguments: str) -> list[str]:
    """`run_jobs` as it is run in earnest."""
    return [sys.executable, "-m", "django", "run_jobs", *arguments]


def quick(code: str, *, takes_bulk: bool = True) -> list[str]:
    """A worker that knows the jobs which `code` registers."""
    return [sys.executable, "-c", f"{HEAD}\n{code}\nwork(is_batch=False, takes_bulk={takes_bulk})"]


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(arguments, env=environment(), stderr=subprocess.DEVNULL)


@contextmanager
def workers(*commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """These processes, while the block lasts; who puts another into the list has it ended as well."""
    running = [start(arguments) for arguments in commands]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()
