"""Asks a virus scanner: clamd by its command INSTREAM, over TCP or a Unix socket (setting VIRUS_SCANNER).

Where one is configured, a file that it has not called clean does not get in: neither when it finds something, nor when it
is down, slow, or says what is not understood.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from yaodian.foundation.files import limits

MOST_ANSWER_BYTES = 4096


class ScannerDown(Exception):
    """The scanner gave no answer that can be used; the text is for the log."""


def scan(chunks: Iterable[bytes], *, address: str) -> str:
    """The name of what the scanner finds, or "" for a clean file. Raises ScannerDown."""
    try:
        with _connect(address) as link:
            link.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                for start in range(0, len(chunk), limits.SCAN_CHUNK_BYTES):
                    piece = chunk[start : start + limits.SCAN_CHUNK_BYTES]
                    link.sendall(len(piece).to_bytes(4, "big") + piece)
            link.sendall(bytes(4))
            answer = _hear(link)
    except OSError as error:
        raise ScannerDown(f"{address}: {error}") from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND").strip() or "?"
    raise ScannerDown(f"{address}: {answer[:200]!r}")


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(limits.SCAN_SECONDS)
        try:
            link.connect(parts.path)
        except OSError:
            link.close()
            raise
        return link
    return socket.create_connection((str(parts.hostname), parts.port or 0), timeout=limits.SCAN_SECONDS)


def _hear(link: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < MOST_ANSWER_BYTES:
        piece = link.recv(1024)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
