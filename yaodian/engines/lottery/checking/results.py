"""Is the order the one that seed and list give, and does the record speak of these files?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .findings import Finding, Kind
from .promises import is_canonical, is_count, is_hash, is_moment, moment_of, parsed

RESULT, RECORD = "result.txt", "record.json"
_ROW = re.compile(rb"([0-9]+) ([A-Z0-9][A-Z0-9+-]*)")


def order(seed: bytes, listed: bytes) -> list[bytes]:
    """The list's lines by HMAC-SHA-256(seed, line), equal ones by their bytes."""
    lines = listed.split(b"\n")[1:-1]
    keys = {line: hmac.new(seed, line, hashlib.sha256).digest() for line in lines}
    return sorted(lines, key=lambda line: (keys[line], line))


def check_result(content: bytes, due: list[bytes], round_id: str, listed: bytes) -> Iterator[Finding]:
    """The result line by line against the order that is due; a swap is named at its first row, a lack at the list's row."""
    rows = content.removesuffix(b"\n").split(b"\n")
    if content.startswith(b"\xef\xbb\xbf"):
        yield Finding(Kind.RESULT_FORM, RESULT, 1, "BOM")
        rows[0] = rows[0][3:]
    if rows[0] != f"yaodian-lottery-result/1 {round_id}".encode():
        yield Finding(Kind.RESULT_HEADER, RESULT, 1)
    wanted = set(due)
    seen: set[bytes] = set()
    is_sound = True
    for place, row in enumerate(rows[1:], start=1):
        found = _ROW.fullmatch(row)
        if found is None:
            is_sound = False
            yield Finding(Kind.RESULT_FORM, RESULT, place + 1, row[:60].decode("utf-8", "replace"))
            continue
        line = found[2]
        if found[1] != str(place).encode():
            yield Finding(Kind.RESULT_PLACE, RESULT, place + 1, f"{found[1].decode()} / {place}")
        if line in seen:
            is_sound = False
            yield Finding(Kind.RESULT_TWICE, RESULT, place + 1, line.decode())
        elif line not in wanted:
            is_sound = False
            yield Finding(Kind.RESULT_ADDED, RESULT, place + 1, line.decode())
        seen.add(line)
    lacking = [line for line in due if line not in seen]
    if lacking and len(rows) - 1 + len(lacking) == len(due) and due[len(rows) - 1 :] == lacking:
        yield Finding(Kind.RESULT_CUT, RESULT, len(rows) + 1, f"{len(rows) - 1} / {len(due)}")
    elif lacking:
        row_of = {line: number for number, line in enumerate(listed.split(b"\n")[1:-1], start=2)}
        yield from (Finding(Kind.RESULT_DROPPED, RESULT, row_of[line], _shown(line)) for line in lacking)
    if not content.endswith(b"\n"):
        yield Finding(Kind.RESULT_CUT, RESULT, len(rows), "LF")
    if is_sound and not lacking:
        for place, (row, line) in enumerate(zip(rows[1:], due, strict=False), start=1):
            if row.partition(b" ")[2] != line:
                yield Finding(Kind.RESULT_ORDER, RESULT, place + 1, _shown(line))
                return


def winners(due: list[bytes], places: int) -> int:
    """The least number of lines from the top that hold as many children as there are places."""
    total, taken = 0, 0
    while total < places and taken < len(due):
        total += due[taken].count(b"+") + 1
        taken += 1
    return taken


def check_record(
    files: Mapping[str, bytes],
    promise: dict[str, Any] | None,
    known_at: list[tuple[str, str]],
    taken: int | None,
    names: tuple[str, ...],
) -> Iterator[Finding]:
    """The record: its form, the hash of each other file, the seed, the number of lines with a place, the minute of the draw."""
    content = files[RECORD]
    given = parsed(content)
    if not isinstance(given, dict):
        yield Finding(Kind.RECORD_UNREADABLE, RECORD)
        return
    if not is_canonical(content, given):
        yield Finding(Kind.RECORD_FORM, RECORD)
    kinds = {
        "attempt": is_count,
        "drawn_at": is_moment,
        "files": lambda value: isinstance(value, dict),
        "form": lambda value: value == "yaodian-lottery-record/1",
        "round": lambda value: isinstance(value, str),
        "seed": is_hash,
        "winners": is_count,
    }
    faults = [name for name, is_good in kinds.items() if not is_good(given.get(name))]
    faults += [name for name in given if name not in kinds]
    if faults:
        yield from (Finding(Kind.RECORD_FIELD, RECORD, None, name[:60]) for name in faults)
        return
    for name in sorted(set(names) | set(given["files"])):
        if name not in files or given["files"].get(name) != hashlib.sha256(files[name]).hexdigest():
            yield Finding(Kind.RECORD_HASH, RECORD, None, name[:60])
    if "transcript.txt" in files and given["seed"] != hashlib.sha256(files["transcript.txt"]).hexdigest():
        yield Finding(Kind.RECORD_SEED, RECORD)
    if taken is not None and given["winners"] != taken:
        yield Finding(Kind.RECORD_WINNERS, RECORD, None, f"{given['winners']} / {taken}")
    if promise is None:
        return
    if given["round"] != promise["round"]:
        yield Finding(Kind.RECORD_ROUND, RECORD, None, given["round"][:60])
    if given["attempt"] != promise["attempt"]:
        yield Finding(Kind.RECORD_ATTEMPT, RECORD, None, f"{given['attempt']} / {promise['attempt']}")
    drawn_at = moment_of(given["drawn_at"])
    for name, text in known_at:
        moment = moment_of(text)
        if drawn_at is not None and moment is not None and drawn_at < moment:
            yield Finding(Kind.RECORD_EARLY, RECORD, None, name)


def _shown(line: bytes) -> str:
    return line[:80].decode("utf-8", "replace")
