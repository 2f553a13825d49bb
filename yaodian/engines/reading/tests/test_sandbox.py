"""The child process: limits hold, trouble becomes the one error, nothing hangs, threads and forks are safe."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yaodian.engines.reading import limits, sandbox
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import extract
from yaodian.engines.reading.source import Line, Source, Table
from yaodian.engines.reading.tests.corpus import docx_files

PLAN = docx_files.build(docx_files.p("一、甲"))


@pytest.fixture(autouse=True)
def _fresh_workers() -> Iterator[None]:
    sandbox.close()
    yield
    sandbox.close()


def fault(code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **changed: int) -> str:
    """The error code for a parser whose body is ``code``, run in a worker with ``changed`` limits."""
    body = "\n    ".join(code.splitlines())
    (tmp_path / "faulty.py").write_text(f"def parse(data):\n    {body}\n", encoding="utf-8")
    start = (
        "import sys; sys.path[:0] = [sys.argv[1], {folder!r}]; from yaodian.engines.reading import limits, sandbox; "
        "vars(limits).update({changed!r}); sandbox._PARSERS['docx'] = 'faulty'; sandbox.serve()"
    )
    monkeypatch.setattr(sandbox, "_START", start.format(folder=str(tmp_path), changed=changed))
    with pytest.raises(UnreadableDocument) as caught:
        sandbox.parse("docx", b"x")
    return caught.value.code


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os\nos._exit(3)", "parser-crashed"),
        ("import signal\nsignal.raise_signal(signal.SIGSEGV)", "parser-crashed"),
        ("raise RuntimeError('a defect of a library')", "parser-crashed"),
        ("return len(bytearray(3_000_000_000))", "too-much-memory"),
        ("blocks = []\nwhile True: blocks.append(bytes(10_000_000))", "too-much-memory"),
        ("import socket\nsocket.socket()", "parser-crashed"),
        ("import subprocess\nsubprocess.run(['true'])", "parser-crashed"),
        ("import os\nos.fork()\nos._exit(0)", "parser-crashed"),
        ("open('/tmp/yaodian-sandbox-test', 'w').write('x')", "parser-crashed"),
        ("files = [open('/dev/null') for _ in range(20)]", "parser-crashed"),
        (
            "from yaodian.engines.reading.source import Line, Source\n"
            "return Source('docx', (Line('x' * (20_000_000)),))",
            "too-long",
        ),
    ],
)
def test_trouble_in_the_child_becomes_its_error(
    code: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert fault(code, monkeypatch, tmp_path) == expected


def test_a_child_that_computes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    start = time.monotonic()
    assert fault("while True: pass", monkeypatch, tmp_path, CPU_SECONDS=1) == "too-slow"
    assert time.monotonic() - start < 15


def test_a_child_that_sleeps_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    start = time.monotonic()
    assert fault("import time\ntime.sleep(600)", monkeypatch, tmp_path, WALL_SECONDS=1) == "too-slow"
    assert time.monotonic() - start < 15


def test_a_worker_that_stops_answering_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WALL_SECONDS", 1)
    monkeypatch.setattr(sandbox, "_GRACE_SECONDS", 1)
    monkeypatch.setattr(sandbox, "_START", "import time; time.sleep(600)")
    with pytest.raises(UnreadableDocument) as caught:
        sandbox.parse("docx", PLAN * 1_000)
    assert caught.value.code == "too-slow"


def test_a_worker_that_dies_or_babbles_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    for program in (
        "raise SystemExit(1)",
        "import os; os.write(1, b'\\xff' * 50)",
        "import os; os.write(1, b'\\0' * 7 + b'\\x02{]')",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(sandbox, "_START", program)
            with pytest.raises(UnreadableDocument) as caught:
                sandbox.parse("docx", PLAN)
            assert caught.value.code == "parser-crashed"
    assert sandbox.parse("docx", PLAN).blocks == (Line("一、甲"),)


def test_a_worker_killed_while_idle_is_replaced() -> None:
    assert sandbox.parse("docx", PLAN).blocks
    (worker,) = sandbox._idle
    worker._process.kill()
    worker._process.wait()
    assert sandbox.parse("docx", PLAN).blocks == (Line("一、甲"),)


def test_one_document_cannot_touch_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The child changes the module it shares with its worker; the next child must not see it.
    (tmp_path / "faulty.py").write_text(
        "from yaodian.engines.reading.source import Line, Source\nseen = 0\n"
        "def parse(data):\n    global seen\n    seen += 1\n    return Source('docx', (Line(str(seen)),))\n",
        encoding="utf-8",
    )
    start = (
        "import sys; sys.path[:0] = [sys.argv[1], {!r}]; from yaodian.engines.reading import sandbox; "
        "sandbox._PARSERS['docx'] = 'faulty'; sandbox.serve()"
    )
    monkeypatch.setattr(sandbox, "_START", start.format(str(tmp_path)))
    assert [sandbox.parse("docx", b"x").blocks for _ in range(3)] == [(Line("1"),)] * 3


def test_a_worker_is_reused_and_a_second_document_is_quick() -> None:
    extract(PLAN)
    (first,) = sandbox._idle
    start = time.monotonic()
    for _ in range(10):
        extract(PLAN)
    assert (time.monotonic() - start) / 10 < 0.5
    assert sandbox._idle == [first]


def test_threads_read_at_the_same_time_and_workers_stay_few() -> None:
    found: list[object] = []

    def work(number: int) -> None:
        for _ in range(3):
            found.append(
                extract(docx_files.build(docx_files.p(f"一、第{number}份"))).blocks == (Line(f"一、第{number}份"),)
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == [True] * 30
    assert len(sandbox._idle) <= limits.CHILDREN


def test_a_forked_server_process_starts_its_own_worker() -> None:
    program = (
        "import os, sys\n"
        "from yaodian.engines.reading import sandbox\n"
        "from yaodian.engines.reading.tests.corpus import docx_files\n"
        "plan = docx_files.build(docx_files.p('甲'))\n"
        "sandbox.parse('docx', plan)\n"
        "mother = sandbox._idle[0]._process.pid\n"
        "if (pid := os.fork()) == 0:\n"
        "    ok = sandbox._idle == [] and sandbox.parse('docx', plan).blocks[0].text == '甲'\n"
        "    ok = ok and sandbox._idle[0]._process.pid != mother\n"
        "    sandbox.close()\n"
        "    os._exit(0 if ok else 1)\n"
        "child = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\n"
        "ok = sandbox.parse('docx', plan).blocks[0].text == '甲' and sandbox._idle[0]._process.pid == mother\n"
        "sys.exit(child or not ok)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[4], timeout=60, check=False)
    assert done.returncode == 0


def test_a_worker_ends_with_its_process() -> None:
    program = (
        "from yaodian.engines.reading import sandbox\n"
        "from yaodian.engines.reading.tests.corpus import docx_files\n"
        "import os\n"
        "sandbox.parse('docx', docx_files.build(docx_files.p('甲')))\n"
        "print(sandbox._idle[0]._process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[4], timeout=60, capture_output=True, check=True
    )
    pid = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text(
            encoding="utf-8"
        ):
            return
        time.sleep(0.1)
    pytest.fail(f"worker {pid} outlived its process")


def test_a_document_survives_the_passage() -> None:
    source = Source("pdf", (Line("甲", 2), Table((("a", ""), ("“", "\n")), frozenset({(0, 1)})), Line("")), "题")
    assert sandbox.source_from(sandbox.to_plain(source)) == source


def test_the_child_sees_no_environment_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "x")
    code = "import os\nif 'SECRET_KEY' not in os.environ: os._exit(71)"
    assert fault(code, monkeypatch, tmp_path) == "too-much-memory"


def test_parsers_named_in_the_table_exist() -> None:
    for name in sandbox._PARSERS.values():
        assert callable(importlib.import_module(name).parse)
