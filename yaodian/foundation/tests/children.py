"""What a child of `confining` does in the tests. Loaded by the child: no Django here."""

import json
import os
import time
from pathlib import Path


def main(descriptor: int, request: str) -> None:
    wanted = json.loads(request)
    if wanted["do"] == "crash":
        os.abort()
    if wanted["do"] == "exit":
        os._exit(wanted["status"])
    told = {
        "environment": dict(os.environ),
        "descriptors": {path.name: _target(path) for path in Path("/proc/self/fd").iterdir()},
        "file": os.pread(descriptor, 100, 0).decode(),
        "process": os.getpid(), "parent": os.getppid(), "session": os.getsid(0),
    }  # fmt: skip
    data = json.dumps(told).encode()
    os.write(1, len(data).to_bytes(8, "big") + data)
    if wanted["do"] == "sleep":
        time.sleep(600)
    os._exit(0)


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:
        # The listing's own.
        return ""
