"""Takes a file in, or refuses it with a sentence; nothing is stored yet."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.confining import ChildFailed, confined, read_exactly
from yaodian.foundation.files import limits
from yaodian.foundation.files.kinds import KINDS, Kind, Look, sniff
from yaodian.foundation.files.scanning import ScannerDown, scan

logger = logging.getLogger(__name__)

ACCEPT = ",".join(
    [
        *(kind.media_type for kind in KINDS.values() if kind.media_type.startswith("image/")),
        *(suffix for kind in KINDS.values() for suffix in kind.suffixes),
    ]
)
"""For the attribute `accept` of a file field: what the browser offers. Nothing is believed of it. Only types of pictures, not
suffixes, make a telephone offer its camera, and one that keeps HEIC send JPEG."""

_places = threading.BoundedSemaphore(limits.CHILDREN)

SENTENCES: dict[str, str | Promise] = {
    "empty": _("文件“%(name)s”是空的，没有收下。请核对后重新选择。"),
    "too-big": _("文件“%(name)s”超过 %(most)s MB，没有收下。请压缩图片或拆分文件后再上传。"),
    "wrong-suffix": _("文件名以“%(suffix)s”结尾，内容却是%(found)s，没有收下。请用原件重新上传，不要改文件名的后缀。"),
    "unknown": _(
        "认不出文件“%(name)s”的格式，没有收下。请上传 JPG、PNG、WebP 图片，或 PDF、OFD、Word、Excel、PowerPoint、文本文件。"
    ),
    "program": _("文件“%(name)s”是程序，为安全起见不能上传。请只上传图片或文档。"),
    "program-inside": _("文件“%(name)s”里嵌有程序，为安全起见没有收下。请删去嵌入的对象后再上传。"),
    "macros": _("文件“%(name)s”含有宏，为安全起见没有收下。请另存为不含宏的格式（.docx、.xlsx、.pptx）后再上传。"),
    "remote": _("文件“%(name)s”打开时会从网络读取内容，为安全起见没有收下。请断开外部链接，或另存为 PDF 后再上传。"),
    "packed": _("文件“%(name)s”是压缩包，不能上传。请解压后逐个上传其中的文件。"),
    "page": _("文件“%(name)s”是网页或程序代码，不能上传。请另存为 PDF，或截图后上传。"),
    "gif": _("文件“%(name)s”是 GIF 图片，不能上传。请另存为 PNG 或 JPG 后再上传。"),
    "picture-kind": _("文件“%(name)s”的图片格式不能上传。请另存为 JPG 或 PNG 后再上传。"),
    "heic": _(
        "文件“%(name)s”是 HEIC 格式的照片，不能上传。请在手机“设置—相机—格式”中选择“兼容性最佳”后重拍，或把照片导出为 JPG。"
    ),
    "sound": _("文件“%(name)s”是音频或视频，不能上传。请截取关键画面，以图片上传。"),
    "old-office": _(
        "文件“%(name)s”是旧版 Office 或 WPS 格式，不能上传。请另存为 .docx、.xlsx、.pptx 或 PDF 后再上传。"
    ),
    "locked": _("文件“%(name)s”设有打开密码，无法检查，没有收下。请去掉密码后再上传。"),
    "broken": _("文件“%(name)s”不完整或已损坏，没有收下。请打开原件核对，另存一份后再上传。"),
    "bomb": _("文件“%(name)s”解压后过大（上限 %(most)s MB），没有收下。请删去多余的内容后再上传。"),
    "moving": _("文件“%(name)s”是动图，不能上传。请截取需要的一帧，以图片上传。"),
    "too-many-pixels": _(
        "图片“%(name)s”有 %(width)s×%(height)s 像素，超过 %(most)s 万像素，没有收下。请缩小图片后再上传。"
    ),
    "too-slow": _("文件“%(name)s”检查了太久仍未完成，没有收下。请缩小或拆分文件后再上传。"),
    "too-much-memory": _("检查文件“%(name)s”需要的内存超出上限，没有收下。请缩小或拆分文件后再上传。"),
    "virus": _("病毒扫描程序在文件“%(name)s”中发现“%(found)s”，没有收下。请在您的电脑上查杀病毒，并告知系统管理员。"),
    "scanner-down": _(
        "病毒扫描程序没有应答，文件“%(name)s”未经检查，没有收下。请稍后再试；多次失败时请告知系统管理员。"
    ),
}

FOUND: dict[str, str | Promise] = {
    "jpeg": _("JPG 图片"),
    "png": _("PNG 图片"),
    "webp": _("WebP 图片"),
    "pdf": _("PDF 文档"),
    "docx": _("Word 文档"),
    "xlsx": _("Excel 工作簿"),
    "pptx": _("PowerPoint 演示文稿"),
    "ofd": _("OFD 版式文档"),
    "text": _("文本"),
}


class UnableToTakeFile(Exception):
    """The file is refused and nothing of it kept; `message` says why and what to do, `status` is the answer's."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.status = 503 if code == "scanner-down" else 422
        self.message = str(SENTENCES[code]) % details
        super().__init__(self.message)


@dataclass(frozen=True)
class TakenFile:
    """A file that may be stored. `data` are the bytes that are kept: of a picture a fresh copy, upright, without anything
    but its pixels (and, where it was asked for, place and time); else the file as it came."""

    name: str
    kind: str
    media_type: str
    data: bytes = field(repr=False)
    sha256: str
    """Of `data`."""
    received_sha256: str
    """Of the file as it was sent, to compare with the original that stayed on the telephone."""
    is_stripped: bool
    """Whether everything beside the pixels was taken out of a picture."""
    is_scanned: bool
    width: int = 0
    height: int = 0
    thumbnail: bytes = field(default=b"", repr=False)
    """A JPEG of at most 480 pixels a side, of a picture."""
    place: tuple[float, float] | None = None
    """Latitude and longitude (WGS 84) where the picture was taken; only with `keeps_place`."""
    taken: str = ""
    """When by the camera's clock, YYYY:MM:DD hh:mm:ss; only with `keeps_place`."""

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    @property
    def is_picture(self) -> bool:
        return KINDS[self.kind].look is Look.PICTURE


def clean_name(name: str) -> str:
    """The last part of a path, without what is invisible or turns the direction of writing, and not too long."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(one for one in name if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*').strip(" .")
    if len(name) > limits.NAME_CHARACTERS:
        suffix = PurePosixPath(name).suffix[:10]
        name = name[: limits.NAME_CHARACTERS - len(suffix)].rstrip(" .") + suffix
    return name or "附件"


def take_file(*, name: str, chunks: Iterable[bytes], keeps_place: bool = False) -> TakenFile:
    """Looks at a file in a child process and gives what may be kept of it.

    `keeps_place` leaves place and time in a photograph that must prove them; the rest is taken out all the same. Takes up to
    some seconds, so it is called outside a transaction. Raises UnableToTakeFile.
    """
    name = clean_name(name)
    descriptor = os.memfd_create("evidence", os.MFD_CLOEXEC)
    with _places, contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        received = _receive(descriptor, name, chunks)
        code = sniff(os.pread(descriptor, limits.HEAD_BYTES, 0))
        if code == "ole":
            code = "locked" if _is_sealed_office(descriptor) else "old-office"
        if code not in KINDS and code != "archive":
            raise UnableToTakeFile(code, name=name)
        # What might be text, or lies in an archive, the child tells.
        if code not in {"archive", "text"}:
            _check_suffix(name, KINDS[code])
        is_scanned = _scan(descriptor, name)
        os.lseek(descriptor, 0, os.SEEK_SET)
        facts, copy, thumbnail = _look(descriptor, name, code, keeps_place)
        kind = KINDS[facts["kind"]]
        _check_suffix(name, kind)
        data = copy or b"".join(_pieces(descriptor))
    if not PurePosixPath(name).suffix:
        name += kind.suffixes[0]
    return TakenFile(
        name=name,
        kind=kind.code,
        media_type=kind.media_type,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        received_sha256=received,
        is_stripped=kind.look is Look.PICTURE and not facts["place"] and not facts["taken"],
        is_scanned=is_scanned,
        width=facts.get("width", 0),
        height=facts.get("height", 0),
        thumbnail=thumbnail,
        place=tuple(facts["place"]) if facts.get("place") else None,
        taken=facts.get("taken", ""),
    )


def _receive(descriptor: int, name: str, chunks: Iterable[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.EVIDENCE_MAX_BYTES:
            raise UnableToTakeFile("too-big", name=name, most=settings.EVIDENCE_MAX_BYTES // limits.MEGABYTE)
        digest.update(chunk)
        view = memoryview(chunk)
        while view:
            view = view[os.write(descriptor, view) :]
    return digest.hexdigest()


def _check_suffix(name: str, kind: Kind) -> None:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix and suffix not in kind.suffixes:
        raise UnableToTakeFile("wrong-suffix", suffix=suffix, found=FOUND[kind.code])


def _pieces(descriptor: int) -> Iterator[bytes]:
    start = 0
    while piece := os.pread(descriptor, 1 << 20, start):
        yield piece
        start += len(piece)


def _is_sealed_office(descriptor: int) -> bool:
    wanted = "EncryptedPackage".encode("utf-16-le")
    return any(wanted in os.pread(descriptor, (1 << 20) + len(wanted), start) for start in _starts(descriptor))


def _starts(descriptor: int) -> range:
    return range(0, os.fstat(descriptor).st_size, 1 << 20)


def _scan(descriptor: int, name: str) -> bool:
    """Whether a scanner has called the file clean; False where none is configured."""
    if not settings.VIRUS_SCANNER:
        return False
    try:
        found = scan(_pieces(descriptor), address=settings.VIRUS_SCANNER)
    except ScannerDown as error:
        logger.error("The virus scanner gave no usable answer, a file was refused: %s", error)
        raise UnableToTakeFile("scanner-down", name=name) from error
    if found:
        logger.warning("The virus scanner found %r in an evidence file, which was refused.", found)
        raise UnableToTakeFile("virus", name=name, found=found)
    return True


def _look(descriptor: int, name: str, code: str, keeps_place: bool) -> tuple[dict[str, Any], bytes, bytes]:
    request = {"kind": code, "keeps_place": keeps_place}
    with confined("yaodian.foundation.files.parsing", descriptor=descriptor, request=request) as child:
        until = time.monotonic() + limits.WALL_SECONDS
        try:
            size = int.from_bytes(read_exactly(child, 8, until=until), "big")
            told = json.loads(read_exactly(child, min(size, limits.MEGABYTE), until=until))
            if "error" in told:
                raise UnableToTakeFile(told["error"], **{"name": name, **told["details"]})
            copy, thumbnail = (read_exactly(child, length, until=until) for length in told["sizes"])
        except ChildFailed as failed:
            raise UnableToTakeFile(failed.why, name=name) from failed
        return told["facts"], copy, thumbnail
