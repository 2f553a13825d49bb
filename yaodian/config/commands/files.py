"""Files in and out: inputs read within bounds, outputs written whole or not at all, nothing overwritten unasked."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from yaodian.config.commands.wording import Words

STANDARD_INPUT = "-"


class UnableToReadFile(Exception):
    """The file cannot be had; the message says why."""


class UnableToWriteFile(Exception):
    """The file cannot be written; the message says why and what to do."""


def content_of(place: str, *, limit: int, words: Words) -> bytes:
    """The bytes of a file or of standard input, at most one more than ``limit``: the reader refuses what is longer."""
    if place == STANDARD_INPUT:
        return sys.stdin.buffer.read(limit + 1)
    path = Path(place)
    try:
        if path.is_dir():
            raise UnableToReadFile(
                words(
                    f"这是文件夹，请写明里面的文件，如 {place}/*",
                    f"this is a folder; name its files, such as {place}/*",
                )
            )
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except FileNotFoundError:
        raise UnableToReadFile(
            words("没有这个文件，请检查文件名。", "there is no such file; check its name.")
        ) from None
    except PermissionError:
        raise UnableToReadFile(words("没有读取这个文件的权限。", "you may not read this file.")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnableToReadFile(words(f"读不了这个文件：{reason}。", f"the file cannot be read: {reason}.")) from None


def name_of(place: str, words: Words) -> str:
    """What messages call an input; line ends, terminal codes and bytes that are no text stand as �."""
    if place == STANDARD_INPUT:
        return words("标准输入", "standard input")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in Path(place).name)


def outputs(places: Sequence[str], out: str, extension: str, *, words: Words) -> list[Path]:
    """Where each input's output goes.

    One input and an ``out`` that is no folder: that very file. Otherwise ``out`` is a folder, made if need be, and each
    output is called as its input is; inputs of one name get ``-2``, ``-3`` … in the order given.
    """
    folder = Path(out)
    is_folder = len(places) > 1 or out.endswith(("/", os.sep)) or folder.is_dir()
    if not is_folder:
        return [folder]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnableToWriteFile(
            words(
                f"{out} 不能用作文件夹：{error.strerror}。请用 --out 指定另一个文件夹。",
                f"{out} cannot be used as a folder: {error.strerror}. Name another with --out.",
            )
        ) from None
    seen: Counter[str] = Counter()
    result = []
    for place in places:
        stem = "stdin" if place == STANDARD_INPUT else Path(place).stem or "plan"
        seen[stem.casefold()] += 1
        count = seen[stem.casefold()]
        result.append(folder / (f"{stem}.{extension}" if count == 1 else f"{stem}-{count}.{extension}"))
    return result


def write_whole(path: Path, content: bytes, *, is_forced: bool, inputs: Sequence[str], words: Words) -> bool:
    """Write a file by a temporary one beside it and a rename; returns whether anything had to be written.

    A file that is there already is overwritten only when forced, or left alone when it holds these very bytes: the same
    command over the same documents may be repeated. An input is never overwritten.
    """
    for place in inputs:
        if place != STANDARD_INPUT and _is_same(path, Path(place)):
            raise UnableToWriteFile(
                words(
                    f"{path} 是要读的文件本身，不会覆盖。请用 --out 指定别处。",
                    f"{path} is an input and is not overwritten. Choose another --out.",
                )
            )
    try:
        if path.is_dir():
            raise UnableToWriteFile(words(f"{path} 是文件夹，不能写成文件。", f"{path} is a folder, not a file."))
        if path.exists() and not is_forced:
            if path.stat().st_size == len(content) and path.read_bytes() == content:
                return False
            raise UnableToWriteFile(
                words(
                    f"{path} 已经存在，内容不同，没有覆盖。要覆盖请加 --force。",
                    f"{path} exists with other content and was left alone. Add --force to overwrite it.",
                )
            )
        _replace(path, content)
    except OSError as error:
        raise UnableToWriteFile(
            words(f"写不了 {path}：{error.strerror}。", f"{path} cannot be written: {error.strerror}.")
        ) from None
    return True


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes the file for its owner alone; an output has the usual rights.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
