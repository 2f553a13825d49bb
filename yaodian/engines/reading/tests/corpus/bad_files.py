"""Documents that must be refused: broken, hostile, or of another kind. Each builder returns the file's bytes."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

from yaodian.engines.reading.tests.corpus import docx_files, pdf_files

PLAN = "云川市教育局2025年工作要点\n\n一、坚持立德树人\n\n1.建设学校。新建公办幼儿园3所,学前教育普惠率达到90%以上。\n"


def entity_bomb() -> bytes:
    """A billion laughs in the main part."""
    entities = '<!ENTITY a0 "笑">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = docx_files.document(docx_files.p("一、&a9;").replace("&amp;", "&"))
    return docx_files.build(main=f"<!DOCTYPE w [{entities}]>{body}")


def external_entity() -> bytes:
    """A main part that asks for a file of the machine."""
    body = docx_files.document(docx_files.p("一、&x;").replace("&amp;", "&"))
    return docx_files.build(main=f'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>{body}')


def external_entity_utf16() -> bytes:
    """The same in UTF-16, where a search for ASCII letters finds nothing."""
    body = docx_files.document(docx_files.p("一、&x;").replace("&amp;", "&"))
    text = f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>{body}'
    return docx_files.build(main=text.encode("utf-16"))


def zip_bomb() -> bytes:
    """A main part of 300 MB of one letter."""
    out = io.BytesIO(docx_files.build(docx_files.p("一、甲")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/media/a.bin", "w") as part:
        for _ in range(300):
            part.write(b"\0" * 1_000_000)
    return out.getvalue()


def lying_zip_bomb() -> bytes:
    """A main part of 60 MB whose directory entry says that it has 100 bytes."""
    head = docx_files.document("").split("</w:body>")[0].encode()
    data = bytearray(docx_files.build(main=head + b" " * 60_000_000 + b"</w:body></w:document>"))
    name = b"word/document.xml"
    for signature, place, size_at in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        at = data.find(signature)
        while at >= 0:
            if data[at + place : at + place + len(name)] == name:
                struct.pack_into("<I", data, at + size_at, 100)
            at = data.find(signature, at + 4)
    return bytes(data)


def deep_xml() -> bytes:
    """Content controls nested ten thousand deep."""
    return docx_files.build("<w:sdt><w:sdtContent>" * 10_000 + "</w:sdtContent></w:sdt>" * 10_000)


def wide_table() -> bytes:
    """Rows whose cells claim to span a thousand million columns."""
    row = docx_files.cell("甲", span=999_999_999)
    return docx_files.build(docx_files.table(*[[row, row] for _ in range(300)]))


def encrypted_zip() -> bytes:
    """An archive whose main part has the flag of encryption."""
    data = bytearray(docx_files.build(docx_files.p("一、甲")))
    for signature, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def compound(*streams: str) -> bytes:
    """The head of a Microsoft compound file that names ``streams``."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + b"".join(stream.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for stream in streams)
    )


def truncated(data: bytes, share: float = 0.6) -> bytes:
    """The first part of ``data``, as of a download that broke off."""
    return data[: int(len(data) * share)]


def encrypted_pdf() -> bytes:
    """A PDF whose standard security handler asks for a password that nobody knows."""
    handler = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >> /ID [<00> <00>]"
    return pdf_files.build(pdf_files.paragraphs([PLAN]), extra=handler % (b"5a" * 32, b"a5" * 32))


def pdf_bomb() -> bytes:
    """A page whose content is a gigabyte of spaces."""
    import zlib

    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(b" " * 10_000_000) for _ in range(100)) + packer.flush()
    data = pdf_files.build([pdf_files.Page()])
    body = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    return data.replace(b"/Contents 6 0 R", b"/Contents 99 0 R").replace(
        b"xref\n0", b"99 0 obj\n" + body + b"\nendobj\nxref\n0", 1
    )


def looping_pdf() -> bytes:
    """A page tree that is its own child."""
    return pdf_files.build([pdf_files.Page()]).replace(b"/Kids [", b"/Kids [8 0 R 9 0 R ")


def noise(size: int = 50_000, seed: int = 7) -> bytes:
    """Random bytes."""
    return random.Random(seed).randbytes(size)


PROGRAM = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0>\0" + b"\0\x01\x02\x03" * 500
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40

# name → (builder, expected code)
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "blank lines": (lambda: b" \r\n\t\n\n", "empty"),
    "only a byte-order mark": (lambda: b"\xef\xbb\xbf", "empty"),
    "only invisible characters": (lambda: "\u200b\ufeff\u00ad\n".encode(), "empty"),
    "fifty megabytes": (lambda: b"a" * 50_000_000, "too-large"),
    "a program named .txt": (lambda: PROGRAM, "binary"),
    "a database named .txt": (lambda: b"SQLite format 3\x00" + b"\0" * 4_000, "binary"),
    "random bytes named .txt": (noise, "binary"),
    "no known encoding": (lambda: bytes(range(0xA0, 0x100)) * 30 + b"\xff\xfe\xff", "unknown-encoding"),
    "text destroyed by conversion": (lambda: ("一、" + "锟斤拷" * 200).encode(), "garbled"),
    "a line of a million characters": (lambda: ("一、" + "教" * 999_990).encode(), "line-too-long"),
    "more than a million characters": (lambda: ("一、教育\n" * 250_000).encode(), "too-long"),
    "an old Word document": (lambda: compound("Root Entry", "WordDocument"), "unsupported"),
    "an old spreadsheet": (lambda: compound("Root Entry", "Workbook"), "unsupported"),
    "an old presentation": (lambda: compound("Root Entry", "PowerPoint Document"), "unsupported"),
    "another compound file": (lambda: compound("Root Entry"), "unsupported"),
    "a Word file with a password": (lambda: compound("EncryptionInfo", "EncryptedPackage"), "encrypted"),
    "rich text": (lambda: rb"{\rtf1\ansi\ansicpg936 {\b plan}}", "unsupported"),
    "a picture": (lambda: PNG, "unsupported"),
    "a photograph": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + noise(3_000), "unsupported"),
    "a zip archive": (lambda: docx_files.packed({"plan.txt": PLAN}), "unsupported"),
    "an empty zip archive": (lambda: docx_files.packed({}), "unsupported"),
    "a spreadsheet": (
        lambda: docx_files.packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
        "unsupported",
    ),
    "an OpenDocument file": (
        lambda: docx_files.packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "unsupported",
    ),
    "an OFD document": (lambda: docx_files.packed({"OFD.xml": "<OFD/>"}), "unsupported"),
    "a gzip archive": (lambda: b"\x1f\x8b\x08" + noise(300), "unsupported"),
    "data as XML": (lambda: '<?xml version="1.0"?><rows><row>一、甲</row></rows>'.encode(), "unsupported"),
    "a web page as one MIME file": (
        lambda: b'From: <x>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n boundary="b"\n\n--b\n<html>',
        "unsupported",
    ),
    "a Word file cut short": (lambda: truncated(docx_files.build(docx_files.p("一、甲"))), "damaged"),
    "a Word file without text part": (
        lambda: docx_files.packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a><b></a>"}),
        "damaged",
    ),
    "a Word file whose parts are encrypted": (encrypted_zip, "encrypted"),
    "an empty Word file": (lambda: docx_files.build(docx_files.p("")), "empty"),
    "entities that multiply": (entity_bomb, "unsafe-xml"),
    "an external entity": (external_entity, "unsafe-xml"),
    "an external entity in UTF-16": (external_entity_utf16, "unsafe-xml"),
    "a zip bomb": (zip_bomb, "archive-too-large"),
    "a zip bomb that lies about its size": (lying_zip_bomb, "damaged"),
    "an archive of too many parts": (
        lambda: docx_files.build(docx_files.p("一"), parts={f"word/media/{n}.bin": b"" for n in range(2_100)}),
        "archive-too-large",
    ),
    "XML nested ten thousand deep": (deep_xml, "too-deep"),
    "a table wider than the world": (wide_table, "too-many-cells"),
    "a PDF file cut short": (lambda: truncated(pdf_files.build(pdf_files.paragraphs([PLAN * 9]))), "damaged"),
    "a PDF head and nothing else": (lambda: b"%PDF-1.7\n%%EOF", "damaged"),
    "a PDF with a password": (encrypted_pdf, "encrypted"),
    "a scan": (lambda: pdf_files.build([pdf_files.Page(is_scan=True)]), "no-text-layer"),
    "a PDF without words": (lambda: pdf_files.build([pdf_files.Page()]), "empty"),
    "a PDF whose font names no characters": (
        lambda: pdf_files.build(pdf_files.paragraphs([PLAN * 5]), has_map=False),
        "garbled",
    ),
    "a PDF of too many pages": (lambda: pdf_files.build([pdf_files.Page() for _ in range(201)]), "too-many-pages"),
    "a PDF that unpacks to a gigabyte": (pdf_bomb, "too-much-memory"),
    "HTML without words": (lambda: b"<html><body><script>var a='b'</script></body></html>", "empty"),
    "HTML nested without end": (lambda: b"<html><body>" + b"<div>" * 200_000 + "一".encode(), "too-deep"),
    "HTML of one endless line": (lambda: b"<html><body><p>" + "教".encode() * 150_000, "line-too-long"),
    "an HTML table without end": (
        lambda: b"<html><body><table>" + "<tr><td>甲<td>乙".encode() * 10_500,
        "too-many-cells",
    ),
}
