"""Run a command against a PostgreSQL server of its own, which is gone afterwards.

    python scripts/with_postgres.py [--durable] COMMAND…

Standard library only. The server listens on a socket in a temporary folder and nowhere else, does not wait for the
disk (nothing in it is worth keeping; ``--durable`` makes it wait, for measuring what an office would see), and runs as
another user where we are root, which it refuses to be. The command sees it as ``DATABASE_URL``; its exit status is ours.
Its role owns its databases and is no superuser, as in earnest: row-level security binds it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

READY_IN_SECONDS = 30
ALWAYS = ("max_connections=60", "listen_addresses=")
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def main() -> int:
    command = sys.argv[1:]
    is_durable = command[:1] == ["--durable"]
    command = command[1:] if is_durable else command
    if not command:
        sys.exit("Which command? python scripts/with_postgres.py [--durable] COMMAND…")
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="yaodian-postgres-"))
    account = server_account()
    if "user" in account:
        shutil.chown(folder, account["user"], account["group"])
    data = folder / "data"
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username=postgres", "--no-sync"]
    try:
        made = subprocess.run(
            [programs / "initdb", *options, "--pgdata", data], check=False, capture_output=True, cwd=folder, **account
        )
        if made.returncode != 0:
            sys.exit(f"initdb could not make a database: {made.stderr.decode(errors='replace').strip()}")
        return serve_and_run(command, ALWAYS if is_durable else ALWAYS + FAST, programs, folder, data, account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve_and_run(
    command: list[str], chosen: tuple[str, ...], programs: Path, folder: Path, data: Path, account: dict[str, Any]
) -> int:
    settings = [part for setting in chosen for part in ("-c", setting)]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            stdout=output, stderr=output, cwd=folder, start_new_session=True, **account,
        )  # fmt: skip
    try:
        until = time.monotonic() + READY_IN_SECONDS
        host = ["--host", folder, "--username", "postgres"]
        role = [programs / "createuser", *host, "--createdb", "--no-superuser", "--no-createrole", "yaodian"]
        while subprocess.run(role, check=False, capture_output=True).returncode != 0:
            if server.poll() is not None or time.monotonic() > until:
                sys.exit(f"The PostgreSQL server did not start: {log.read_text(errors='replace').strip()}")
            time.sleep(0.1)
        subprocess.run([programs / "createdb", *host, "--owner", "yaodian", "yaodian"], check=True, capture_output=True)
        url = f"postgres://yaodian@{str(folder).replace('/', '%2F')}/yaodian"
        return subprocess.run(command, check=False, env={**os.environ, "DATABASE_URL": url}).returncode
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def find_programs() -> Path:
    """The folder of initdb and postgres; Debian keeps it off PATH, one for each version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    if not versions:
        sys.exit("The tests need a PostgreSQL server. Get it with: sudo apt-get install --yes postgresql")
    return versions[-1].parent


def server_account() -> dict[str, Any]:
    """The account the server runs as, for ``subprocess``; empty where we are no root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody.")


if __name__ == "__main__":
    sys.exit(main())
