"""The door of the formats: any document in, its lines and tables out."""

from __future__ import annotations

from yaodian.engines.reading import limits, sandbox
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import decoding, markdown, plain, sniffing
from yaodian.engines.reading.source import Source


def extract(document: bytes | str, *, name: str = "") -> Source:
    """The lines and tables of ``document``, whatever its format.

    ``document`` holds the bytes of a file or text that is decoded already; ``name`` is the file's name, for
    messages and to tell Markdown from text, never trusted for more.

    1. Refuse what exceeds ``limits.FILE_BYTES``. 2. Sniff archives, PDF and foreign formats by their bytes.
    3. Decode the rest. 4. Sniff HTML and Markdown. 5. Parse: text and Markdown here, HTML, Word and PDF in a
    child process with limits (``sandbox.py``).

    Raises :class:`UnreadableDocument`, and nothing else.
    """
    try:
        if len(document) > limits.FILE_BYTES:
            raise UnreadableDocument("too-large", limit=limits.FILE_BYTES // 1_000_000)
        if isinstance(document, bytes):
            if not document.strip(b"\x00\t\n\r "):
                raise UnreadableDocument("empty")
            kind = sniffing.container(document)
            if kind == "zip":
                return sandbox.parse("docx", document)
            if kind == "pdf":
                return sandbox.parse("pdf", document)
            return _read_characters(decoding.decoded(document), name)
        return _read_characters(document, name)
    except UnreadableDocument as problem:
        raise problem.named(name) from None


def _read_characters(text: str, name: str) -> Source:
    kind = sniffing.prose(text, name)
    if kind == "html":
        return sandbox.parse("html", text.encode("utf-8", "replace"))
    if kind == "markdown":
        return markdown.parse(text)
    return plain.parse(text)
