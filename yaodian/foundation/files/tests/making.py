"""Files for the tests, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = "SECRET-OWNER"
PLACE = (22.5431, 114.0579)


def tags(*, orientation: int = 1, place: tuple[float, float] | None = PLACE) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET
    exif[0x9C9D] = SECRET.encode("utf-16-le")
    exif[0x8769] = {0x9003: "2026:03:02 09:30:00", 0xA431: SECRET, 0x927C: SECRET.encode()}
    if place:
        exif[0x8825] = {
            1: "N" if place[0] >= 0 else "S",
            2: (int(abs(place[0])), abs(place[0]) % 1 * 60, 0),
            3: "E" if place[1] >= 0 else "W",
            4: (int(abs(place[1])), abs(place[1]) % 1 * 60, 0),
        }
    return exif.tobytes()


def gradient(size: tuple[int, int] = (64, 40), mode: str = "RGB") -> Image.Image:
    """The left half red, the right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def picture(form: str, image: Image.Image | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    (image or gradient()).save(out, form, **options)
    return out.getvalue()


def photograph(*, orientation: int = 1, place: tuple[float, float] | None = PLACE) -> bytes:
    """A JPEG as a telephone makes it, with what tells of its owner in every place there is."""
    return (
        picture("JPEG", exif=tags(orientation=orientation, place=place), comment=SECRET.encode(), xmp=SECRET.encode())
        + SECRET.encode()
    )


def png() -> bytes:
    info = PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    return picture("PNG", pnginfo=info, exif=tags()) + SECRET.encode()


def webp() -> bytes:
    return picture("WEBP", exif=tags(), xmp=SECRET.encode())


def archive(parts: Mapping[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return out.getvalue()


def docx(**more: bytes | str) -> bytes:
    parts = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>", "word/document.xml": "<document/>"}
    return archive({**parts, **more})


def xlsx() -> bytes:
    return archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})


def ofd() -> bytes:
    return archive({"OFD.xml": "<OFD/>", "Doc_0/Document.xml": "<Document/>"})


def pdf(*, is_locked: bool = False) -> bytes:
    """One empty page, with a right table of references."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    if is_locked:
        password = b"<" + b"41" * 32 + b">"
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /O %b /U %b /P -4 >>" % (password, password))
    out, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    lock = b" /Encrypt 4 0 R /ID [<41> <41>]" if is_locked else b""
    return out + b"trailer\n<< /Size %d /Root 1 0 R%b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, lock, table)
