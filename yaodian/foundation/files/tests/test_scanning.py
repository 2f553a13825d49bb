"""The virus scanner: what it finds stays outside, and so does everything while it does not answer."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from yaodian.foundation.files import limits
from yaodian.foundation.files.scanning import ScannerDown, scan
from yaodian.foundation.files.taking import UnableToTakeFile, take_file

pytestmark = pytest.mark.once

TEXT = "整改完成。\n".encode()


class Clamd:
    """Answers INSTREAM like clamd: EICAR in the stream is found. `says` is what it says instead."""

    def __init__(self, listener: socket.socket, says: bytes | None) -> None:
        self.received: list[bytes] = []
        self._listener, self._says = listener, says
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        # A listener that is shut down wakes from waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            try:
                link, _address = self._listener.accept()
            except OSError:
                return
            with link, link.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                data = b""
                while size := int.from_bytes(stream.read(4), "big"):
                    assert size <= limits.SCAN_CHUNK_BYTES
                    data += stream.read(size)
                self.received.append(data)
                said = b"stream: Eicar-Test FOUND\0" if b"EICAR" in data else b"stream: OK\0"
                link.sendall(said if self._says is None else self._says)


@contextlib.contextmanager
def clamd(says: bytes | None = None, path: Path | None = None) -> Iterator[tuple[Clamd, str]]:
    if path is None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        address = f"unix:{path}"
    server = Clamd(listener, says)
    try:
        with override_settings(VIRUS_SCANNER=address):
            yield server, address
    finally:
        server.end()


def test_a_clean_file_is_scanned_whole_and_taken() -> None:
    data = TEXT * 60_000
    with clamd() as (server, _address):
        assert take_file(name="a.txt", chunks=[data]).is_scanned
    assert server.received == [data]


def test_a_unix_socket_does_as_well(tmp_path: Path) -> None:
    with clamd(path=tmp_path / "clamd.ctl"):
        assert take_file(name="a.txt", chunks=[TEXT]).is_scanned


def test_without_a_scanner_a_file_says_that_it_was_not_scanned() -> None:
    assert not take_file(name="a.txt", chunks=[TEXT]).is_scanned


def test_what_the_scanner_finds_is_refused_by_its_name() -> None:
    with clamd(), pytest.raises(UnableToTakeFile, match="Eicar-Test") as caught:
        take_file(name="a.txt", chunks=[TEXT, b"EICAR"])
    assert (caught.value.code, caught.value.status) == ("virus", 422)


@pytest.mark.parametrize(
    "says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: \0", b"OK\0", b"UNKNOWN COMMAND\0"]
)
def test_an_answer_that_is_none_lets_nothing_through(says: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with clamd(says), pytest.raises(UnableToTakeFile, match="没有应答") as caught:
        take_file(name="a.txt", chunks=[TEXT])
    assert (caught.value.code, caught.value.status) == ("scanner-down", 503)
    assert "no usable answer" in caplog.text


def test_a_scanner_that_is_down_lets_nothing_through(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", f"unix:{tmp_path / 'nothing'}"):
        with override_settings(VIRUS_SCANNER=address), pytest.raises(UnableToTakeFile, match="没有应答"):
            take_file(name="a.txt", chunks=[TEXT])


def test_a_scanner_that_says_nothing_for_too_long_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCAN_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(ScannerDown, match="timed out"):
        scan([TEXT], address=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
