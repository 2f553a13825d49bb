"""Reads an uploaded file in a child process with limits and gives its raw rows, or refuses with a sentence."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.confining import Child, ChildFailed, confined, read_exactly
from yaodian.foundation.sheets import limits

_places = threading.BoundedSemaphore(limits.CHILDREN)

SENTENCES: dict[str, str | Promise] = {
    "empty": _("文件是空的。请选择填好的表格后再上传。"),
    "too-big": _("文件超过 %(most)s MB。请拆成几个文件分别上传，或另存为 CSV。"),
    "suffix": _(
        "只能读 .xlsx 和 .csv 文件，这个文件是“%(suffix)s”。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再上传。"
    ),
    "wrong-suffix": _("文件名以“%(suffix)s”结尾，内容却是 %(found)s 工作簿。请把文件名改为 .xlsx 结尾后再上传。"),
    "not-a-workbook": _("文件名以 .xlsx 结尾，内容却不是 Excel 工作簿。请在 Excel 中打开原件，另存为 .xlsx 后再上传。"),
    "no-sheet": _("文件里没有表格。请下载模板，填好后再上传。"),
    "no-visible-sheet": _("文件里的工作表全部隐藏了。请取消隐藏要导入的工作表后再上传。"),
    "old-excel": _("这是旧版 Excel (.xls) 文件，不能直接读取。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再上传。"),
    "locked": _("文件设有打开密码，无法读取。请在 Excel 中去掉密码，另存后再上传。"),
    "broken": _("文件不完整或已损坏。请在 Excel 中打开原件，另存一份后再上传。"),
    "broken-csv": _("第 %(row)s 行的引号不成对，无法分出各列。请改正后再上传，或改用 .xlsx。"),
    "entities": _("文件中含有外部实体声明，为安全起见不予读取。请在 Excel 中另存一份后再上传。"),
    "bomb": _("文件解压后过大（上限 %(most)s MB），不予读取。请只保留需要的工作表，去掉图片和多余的格式后再上传。"),
    "too-many-rows": _("表格超过 %(most)s 行。请拆成几个文件分别上传。"),
    "too-many-cells": _("表格超过 %(most)s 个单元格。请拆成几个文件分别上传。"),
    "too-many-merges": _("表格中的合并单元格超过 %(most)s 处。请取消合并后再上传。"),
    "too-wide": _("第 %(row)s 行超过 %(most)s 列。请删去右边多余的内容后再上传。"),
    "long-cell": _("有单元格的内容超过 %(most)s 个字。请缩短后再上传。"),
    "long-line": _("有一行超过 %(most)s 个字，这不像是 CSV 表格。请核对文件后再上传。"),
    "encoding": _("认不出文件的文字编码。请在 Excel 中另存为“CSV UTF-8”或 .xlsx 后再上传。"),
    "archive-suffix": _("这里只收 .zip 压缩包，这个文件是“%(suffix)s”。请把各个 CSV 文件压缩成一个 .zip 后再上传。"),
    "not-an-archive": _("文件名以 .zip 结尾，内容却不是 ZIP 压缩包。请重新压缩后再上传。"),
    "broken-archive": _("压缩包不完整或已损坏。请重新导出或重新压缩后再上传。"),
    "locked-archive": _("压缩包设有密码，无法读取。请去掉密码后再上传。"),
    "unsafe-archive": _("压缩包里有指向包外的文件名“%(name)s”，为安全起见不予读取。请重新压缩后再上传。"),
    "name-twice": _("压缩包里有两个“%(name)s”，不知道以哪个为准。请重新压缩后再上传。"),
    "member-encoding": _("%(name)s 不是 UTF-8 编码。请另存为 UTF-8 后重新压缩上传。"),
    "broken-member": _("%(name)s 第 %(row)s 行的引号不成对，或内容过长，无法分出各列。请改正后再上传。"),
    "member-too-long": _("%(name)s 超过 %(most)s 行。请按学校分成几份分别上传。"),
    "member-too-wide": _("%(name)s 第 %(row)s 行超过 %(most)s 列。请核对后再上传。"),
    "too-slow": _("文件读了太久仍未读完。请拆成几个文件分别上传。"),
    "too-much-memory": _("读取文件需要的内存超出上限。请拆成几个文件分别上传，或另存为 CSV。"),
    "crashed": _("文件无法读取，可能已损坏。请在 Excel 中打开原件，另存一份后再上传。"),
}


class UnableToReadSheet(Exception):
    """The file is refused; `message` says why and what to do; nothing was stored of it."""

    status = 422

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.message = str(SENTENCES[code]) % details
        super().__init__(self.message)


@dataclass
class RawSheet:
    """The file as it is read: `rows` once, then `facts`."""

    frames: Iterator[list[Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    """After the last row: `sheet`, `other_sheets`, `hidden_sheets`, `hidden_rows`, `merges`, or `encoding`."""

    def __iter__(self) -> Iterator[list[Any]]:
        """Rows `[number, is_hidden, cells]`, of an archive `[line, name of the file, cells]`. Raises UnableToReadSheet, at any row."""
        for frame in self.frames:
            yield from frame


SHEETS = frozenset({".xlsx", ".csv", ".txt"})
ARCHIVES = frozenset({".zip"})


def check_file(*, name: str, size: int, accept: frozenset[str] = SHEETS) -> str:
    """The suffix of a file that may be uploaded. Raises UnableToReadSheet."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix not in accept and accept is ARCHIVES:
        raise UnableToReadSheet("archive-suffix", suffix=suffix or name[-10:])
    if suffix == ".xls":
        raise UnableToReadSheet("old-excel")
    if suffix not in accept:
        raise UnableToReadSheet("suffix", suffix=suffix or name[-10:])
    if size > limits.UPLOAD_BYTES:
        raise UnableToReadSheet("too-big", most=limits.UPLOAD_BYTES // limits.MEGABYTE)
    if not size:
        raise UnableToReadSheet("empty")
    return suffix


@contextlib.contextmanager
def read_file(
    *, name: str, chunks: Iterable[bytes], prefer: Iterable[str] = (), members: Iterable[str] = ()
) -> Iterator[RawSheet]:
    """Opens a file in a child process; leaving the block ends the child. `members` are the files wanted of an archive.

    The bytes lie in memory that no other process can open, never on the disk.
    """
    descriptor = os.memfd_create("sheet", os.MFD_CLOEXEC)
    with _places, contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        size = 0
        for chunk in chunks:
            size += len(chunk)
            view = memoryview(chunk)
            while view:
                view = view[os.write(descriptor, view) :]
        wanted = list(members)
        suffix = check_file(name=name, size=size, accept=ARCHIVES if wanted else SHEETS)
        os.lseek(descriptor, 0, os.SEEK_SET)
        request = {"suffix": suffix, "prefer": list(prefer), "members": wanted}
        child = stack.enter_context(
            confined("yaodian.foundation.sheets.parsing", descriptor=descriptor, request=request)
        )
        sheet = RawSheet(iter(()))
        sheet.frames = _listen(child, sheet)
        yield sheet


def _listen(child: Child, sheet: RawSheet) -> Iterator[list[Any]]:
    until = time.monotonic() + limits.WALL_SECONDS
    said = 0
    while True:
        head = _exactly(child, 8, until)
        size = int.from_bytes(head, "big")
        said += size
        if size > limits.FRAME_BYTES or said > limits.OUTPUT_BYTES:
            raise UnableToReadSheet("too-much-memory")
        frame = json.loads(_exactly(child, size, until))
        if isinstance(frame, list):
            yield frame
        elif "error" in frame:
            raise UnableToReadSheet(frame["error"], **frame["details"])
        else:
            sheet.facts = frame["facts"]
            return


def _exactly(child: Child, size: int, until: float) -> bytes:
    try:
        return read_exactly(child, size, until=until)
    except ChildFailed as failed:
        raise UnableToReadSheet("crashed" if failed.why == "broken" else failed.why) from failed
