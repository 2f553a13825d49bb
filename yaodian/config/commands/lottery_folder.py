"""The folder of ``yaodian lottery``: what goes in, read with sentences for what is wrong, and what is published, written once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yaodian.config.commands.files import UnableToReadFile, UnableToWriteFile, content_of, write_whole
from yaodian.config.commands.wording import Words

if TYPE_CHECKING:
    from yaodian.engines import lottery

MOST_BYTES = 256 * 2**20
PUBLISHED = "published"
ROUND_KEYS = frozenset({"round", "places", "promised_at", "sources", "reason"})

EXAMPLE = """# 一轮抽签。改好后存成文件夹里的 round.toml，编号放在同一文件夹的 applicants.txt，一行一个（一起抽的孩子用 + 连接）。
# A round. Save it as round.toml in a folder, beside applicants.txt: a number a line, children drawn as one joined by +.
round = "yunchuan-2026-primary"
# 录取的孩子数，0 只排顺序 / how many children have a place, 0 for an order only
places = 120
# 公布承诺的时间，早于所有来源 / when the promise is published, before any source is known
promised_at = "2026-07-01T09:00+08:00"

# 种子来源：两个以上，至少一个不在主办方手里 / sources of the seed: two or more, at least one not in the organiser's hands
[[sources]]
id = "w"
kind = "witnesses"
name = "三名见证人"
# 揭晓的截止时间，早于最后一个公共来源 / deadline of the reveals, before the last public source is known
known_at = "2026-07-02T12:00+08:00"
# 见证人各自运行 yaodian lottery secret，交来 commitment / each runs yaodian lottery secret and hands in the commitment
witnesses = [
  { name = "家长代表", commitment = "0000000000000000000000000000000000000000000000000000000000000001" },
  { name = "人大代表", commitment = "0000000000000000000000000000000000000000000000000000000000000002" },
  { name = "公证员", commitment = "0000000000000000000000000000000000000000000000000000000000000003" },
]
# 缺失时的替补，要更晚揭晓；不写替补就不抽 / what stands in, known later still; without it nothing is drawn then
[sources.fallback]
id = "d3"
kind = "welfare"
name = "福彩 3D 第 2026175 期"
known_at = "2026-07-02T21:30+08:00"
numbers = [{ count = 3, least = 0, most = 9, sorted = false }]

[[sources]]
id = "ssq"
kind = "welfare"
name = "双色球第 2026076 期"
known_at = "2026-07-02T21:30+08:00"
numbers = [{ count = 6, least = 1, most = 33, sorted = true }, { count = 1, least = 1, most = 16, sorted = false }]

[[sources]]
id = "index"
kind = "market"
name = "上证指数 2026 年 7 月 2 日收盘"
known_at = "2026-07-02T15:30+08:00"
decimals = 2

# 重抽时在最上面加 reason = "理由"，并用 --after 指出上一次的文件夹
# For a second draw add reason = "…" at the top and name the folder of the one before with --after
"""


def reveals_in(
    folder: Path, promise: lottery.Promise, now: datetime, words: Words
) -> tuple[list[lottery.Reveal], list[str]]:
    """What became known, and a line for each thing that is missing. A witness without a file stayed silent."""
    from yaodian.engines import lottery

    place = folder / "values.toml"
    values = table_of(place, words)
    handed_in = _witnesses(folder / "witnesses", promise, words)
    reveals, told, asked = [], [], list(promise.sources)
    while asked:
        source = asked.pop(0)
        if now < datetime.fromisoformat(source.known_at):
            raise lottery.UnableToDraw(
                f"来源 {source.id}（{source.name}）到 {source.known_at} 才揭晓，现在还不能抽。请到时再运行。",
                f"Source {source.id} ({source.name}) is known at {source.known_at}: nothing can be drawn yet. Run this again then.",
            )
        if source.kind is lottery.SourceKind.WITNESSES:
            rows = [handed_in[one.name] for one in source.witnesses if one.name in handed_in]
            reveals.append(lottery.Reveal(source.id, witnesses=tuple(rows)))
            silent = [one.name for one in source.witnesses if one.name not in handed_in]
            missing = words(f"{'、'.join(silent)} 没有揭晓", f"{', '.join(silent)} did not reveal") if silent else ""
        else:
            given = values.pop(source.id, {})
            if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
                raise lottery.UnableToDraw(
                    f"values.toml 里 [{source.id}] 的写法不对：值要加引号。例如 published = \"3284.10\"。",
                    f"[{source.id}] in values.toml is not written as it should be: put values in quotes, as in published = \"3284.10\".",
                )  # fmt: skip
            missing = given.get("missing", "")
            reveals.append(
                lottery.Reveal(
                    source.id, published=given.get("published", ""), missing=missing, signature=given.get("signature", "")
                )
            )  # fmt: skip
        if missing:
            told.append(
                words(
                    f"缺失：{source.name}（{missing}），按承诺启用替补。",
                    f"Missing: {source.name} ({missing}); its substitute is used.",
                )
            )
            asked = [source.fallback, *asked] if source.fallback else asked
    reveals += [lottery.Reveal(name, missing="-") for name in values]
    return reveals, told


def _witnesses(folder: Path, promise: lottery.Promise, words: Words) -> Mapping[str, lottery.WitnessReveal]:
    from yaodian.engines import lottery

    found: dict[str, lottery.WitnessReveal] = {}
    names = {one.name for source in promise.sources for one in source.witnesses}
    for path in sorted(folder.glob("*.json")):
        try:
            given = json.loads(text_of(path, words))
            one = lottery.WitnessReveal(str(given["name"]), str(given["value"]), str(given["salt"]))
        except (ValueError, KeyError, TypeError):
            raise UnableToReadFile(
                words(
                    f"{path} 不是 yaodian lottery secret 写出的文件。请向见证人要原件；确实没有的，把它移走，按未揭晓处理。",
                    f"{path} was not written by yaodian lottery secret. Ask the witness for the original; if there is none, take it away "
                    "and he counts as silent.",
                )
            ) from None
        if one.name in found or one.name not in names:
            raise UnableToReadFile(
                words(
                    f"{path} 里的 {one.name} 不是这次承诺里的见证人，或者有两份。请核对。",
                    f"{one.name} in {path} is no witness of this promise, or has two files. Check them.",
                )
            )
        found[one.name] = one
    return found


def drawn_at(published: Mapping[str, bytes], now: datetime) -> str:
    """The minute of the draw; that of the record where there is one, so that a repeated draw gives the same bytes."""
    try:
        kept = json.loads(published["record.json"])["drawn_at"]
        return datetime.fromisoformat(kept).isoformat(timespec="minutes")
    except (KeyError, ValueError, TypeError):
        return now.astimezone().isoformat(timespec="minutes")


def earlier_in(after: Path | None, words: Words) -> list[bytes]:
    if after is None:
        return []
    from yaodian.engines import lottery

    published = published_in(after / PUBLISHED, words)
    if "promise.json" not in published:
        raise UnableToReadFile(
            words(
                f"{after / PUBLISHED} 里没有 promise.json。请指出上一次抽签的文件夹。",
                f"{after / PUBLISHED} holds no promise.json. Name the folder of the draw before.",
            )
        )
    return [*(content for _name, content in lottery.earlier_promises(published)), published["promise.json"]]


def published_in(folder: Path, words: Words) -> dict[str, bytes]:
    if not folder.is_dir():
        raise UnableToReadFile(words(f"没有 {folder} 这个文件夹。", f"There is no folder {folder}."))
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".txt", ".json"} and path.is_file())
    return {path.name: content_of(str(path), limit=MOST_BYTES, words=words) for path in paths}


def text_of(path: Path, words: Words) -> str:
    try:
        return content_of(str(path), limit=MOST_BYTES, words=words).decode("utf-8")
    except UnableToReadFile as problem:
        raise UnableToReadFile(f"{path}: {problem}") from None
    except UnicodeDecodeError:
        raise UnableToReadFile(
            words(
                f"{path} 不是 UTF-8 编码。请另存为 UTF-8 再试。",
                f"{path} is not UTF-8. Save it as UTF-8 and try again.",
            )
        ) from None


def table_of(path: Path, words: Words) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path, words).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    except tomllib.TOMLDecodeError as problem:
        raise UnableToReadFile(
            words(
                f"{path} 的写法不对：{problem}。请对照 yaodian lottery promise --example。",
                f"{path} is not written as it should be: {problem}. Compare yaodian lottery promise --example.",
            )
        ) from None


def round_of(path: Path, words: Words) -> dict[str, Any]:
    """The round as the clerk wrote it. A key that means nothing is refused: a substitute that was misspelt would be missed once the
    promise is public and a source stays silent."""
    from yaodian.engines import lottery

    given = table_of(path, words)
    known = {one.name for one in fields(lottery.Source)}
    unknown = sorted(given.keys() - ROUND_KEYS)
    sources = given.get("sources")
    waiting = list(sources) if isinstance(sources, list) else []
    while waiting:
        source = waiting.pop(0)
        if isinstance(source, dict):
            unknown += sorted(source.keys() - known)
            waiting.append(source.get("fallback"))
    if unknown:
        raise UnableToReadFile(
            words(
                f"{path} 里的 {'、'.join(unknown)} 不是这里能写的项，可能写错了。请对照 yaodian lottery promise --example。",
                f"{path} says {', '.join(unknown)}, which means nothing here: it may be misspelt. Compare yaodian lottery promise "
                "--example.",
            )
        )
    return given


def write_all(folder: Path, files: Mapping[str, bytes], words: Words) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnableToWriteFile(
            words(f"写不了 {folder}：{error.strerror}。", f"{folder} cannot be written: {error.strerror}.")
        ) from None
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() != content:
            raise UnableToWriteFile(
                words(
                    f"{path} 已经存在，内容不同，没有覆盖：公布过的文件不能改。",
                    f"{path} exists with other content and was left alone: what was published cannot change.",
                )
            )
    for name, content in files.items():
        write_whole(folder / name, content, is_forced=False, inputs=[], words=words)
