"""Children that look at what somebody has sent: what they have of us, that they end, and that a crash spoils nothing for the next."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from yaodian.foundation import confining
from yaodian.foundation.confining import Child, ChildFailed, confined, read_exactly

MODULE = "yaodian.foundation.tests.children"


@contextmanager
def child(do: str, **more: Any) -> Iterator[Child]:
    descriptor = os.memfd_create("test", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, b"what was sent")
        with confined(MODULE, descriptor=descriptor, request={"do": do, **more}) as one:
            yield one
    finally:
        os.close(descriptor)


def said(one: Child) -> dict[str, Any]:
    until = time.monotonic() + 20
    size = int.from_bytes(read_exactly(one, 8, until=until), "big")
    told: dict[str, Any] = json.loads(read_exactly(one, size, until=until))
    return told


def tell() -> dict[str, Any]:
    with child("tell") as one:
        return said(one)


def failure(do: str, **more: Any) -> str:
    with child(do, **more) as one, pytest.raises(ChildFailed) as failed:
        read_exactly(one, 8, until=time.monotonic() + 20)
    return failed.value.why


def is_gone(process: int) -> bool:
    """Whether a process has ended; reaped or not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def soon(question: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.02)
    return False


def test_a_child_has_the_file_and_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "nobody may know")
    told = tell()
    assert told["file"] == "what was sent"
    assert set(told["environment"]) - {"LC_CTYPE"} == {"PATH"}
    kinds = {name: target.partition(":")[0] for name, target in told["descriptors"].items() if target}
    assert kinds.pop("1") == "pipe"
    assert kinds.pop("3") == "/memfd"
    # What is left is nothing at all, and the listing of the folder itself.
    assert set(kinds.values()) <= {"/dev/null", f"/proc/{told['process']}/fd"}


def test_children_come_from_one_parent_in_sessions_of_their_own() -> None:
    first, second = tell(), tell()
    assert first["parent"] == second["parent"] != os.getpid()
    assert first["process"] == first["session"] != second["session"] == second["process"]


def test_a_child_that_still_works_is_gone_after_the_block() -> None:
    with child("sleep") as one:
        process = said(one)["process"]
        assert not is_gone(process)
    assert is_gone(process)


def test_a_child_that_crashes_costs_its_parent_the_next_ones() -> None:
    before = tell()["parent"]
    assert failure("crash") == "broken"
    assert tell()["parent"] != before
    assert soon(lambda: is_gone(before))


def test_an_exit_is_told_for_what_it_is() -> None:
    assert failure("exit", status=71) == "too-much-memory"
    assert failure("exit", status=1) == "broken"


def test_a_parent_is_renewed_after_so_many_children(monkeypatch: pytest.MonkeyPatch) -> None:
    failure("crash")
    monkeypatch.setattr(confining, "RENEWED_AFTER", 2)
    parents = [tell()["parent"] for _child in range(4)]
    assert parents[0] == parents[1] != parents[2] == parents[3]


def test_a_parent_that_was_killed_is_replaced() -> None:
    before = tell()["parent"]
    os.kill(before, signal.SIGKILL)
    assert soon(lambda: is_gone(before))
    assert tell()["parent"] != before


def test_a_parent_that_is_given_up_leaves_its_children_their_time() -> None:
    with child("sleep") as one:
        told = said(one)
        failure("crash")
        assert not is_gone(told["process"])
    assert soon(lambda: is_gone(told["parent"]))


def test_with_its_owner_killed_neither_child_nor_parent_stays() -> None:
    program = (
        "import json, os, time\n"
        "from yaodian.foundation.tests.test_confining import child, said\n"
        "with child('sleep') as one:\n    print(json.dumps(said(one)), flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        told = json.loads(owner.stdout.readline())
        assert not is_gone(told["process"])
        owner.kill()
    assert soon(lambda: is_gone(told["process"]) and is_gone(told["parent"]))


def test_a_process_that_was_forked_takes_a_parent_of_its_own() -> None:
    before = tell()["parent"]
    hears, speaks = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.write(speaks, str(tell()["parent"]).encode())
        finally:
            os._exit(0)
    os.close(speaks)
    with os.fdopen(hears) as pipe:
        other = int(pipe.read())
    os.waitpid(process, 0)
    assert other != before
    assert tell()["parent"] == before
