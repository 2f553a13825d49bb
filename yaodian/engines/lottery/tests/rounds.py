"""A small round that can be followed by hand: three lines, four children, two places; numbers, an index, witnesses, a beacon."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from yaodian.engines import lottery

ROUND = "yunchuan-2026-primary"
APPLICANTS = ("A0007", "A0001", "A0003+A0002")
PROMISED_AT = "2026-07-01T09:00+08:00"
DRAWN_AT = "2026-07-03T10:00+08:00"
SALT = "0123456789abcdef0123456789abcdef"
WITNESSES = (("家长代表", "4711"), ("人大代表", "Kranich"), ("公证员", "90210"))
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
SIGNATURE = "ab" * 48
RANDOMNESS = hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()
# One round in 3 s since 23 August 2023; round 30,056,960 is known on 2 July 2026, 14:37:24 in Shanghai.
GENESIS, PERIOD, NUMBER = 1692803367, 3, 30_056_960

SIX_OF_33 = lottery.Numbers(6, 1, 33, True)
ONE_OF_16 = lottery.Numbers(1, 1, 16, False)


def known_at(number: int) -> str:
    """The minute of a round of the beacon, as a promise gives it."""
    from datetime import datetime, timedelta, timezone

    exact = GENESIS + (number - 1) * PERIOD
    minute = -(-exact // 60) * 60
    return datetime.fromtimestamp(minute, timezone(timedelta(hours=8))).isoformat(timespec="minutes")


def beacon(name: str, number: int, fallback: lottery.Source | None = None) -> lottery.Source:
    return lottery.Source(
        name, lottery.SourceKind.DRAND, f"drand 第 {number} 轮", known_at(number),
        beacon=lottery.Beacon(CHAIN, number, GENESIS, PERIOD), fallback=fallback,
    )  # fmt: skip


def sources(round_id: str = ROUND) -> tuple[lottery.Source, ...]:
    later = lottery.Source(
        "ssq-next", lottery.SourceKind.WELFARE, "双色球第 2026077 期", "2026-07-02T23:30+08:00",
        numbers=(SIX_OF_33, ONE_OF_16),
    )  # fmt: skip
    substitute = lottery.Source(
        "d3", lottery.SourceKind.WELFARE, "福彩 3D 第 2026175 期", "2026-07-02T21:45+08:00",
        numbers=(lottery.Numbers(3, 0, 9, False),),
    )  # fmt: skip
    witnesses = tuple(
        lottery.Witness(name, lottery.commitment(round_id, name, SALT, value)) for name, value in WITNESSES
    )
    return (
        lottery.Source("w", lottery.SourceKind.WITNESSES, "三名见证人", "2026-07-02T12:00+08:00", witnesses=witnesses,
                       fallback=substitute),
        lottery.Source("ssq", lottery.SourceKind.WELFARE, "双色球第 2026076 期", "2026-07-02T21:30+08:00",
                       numbers=(SIX_OF_33, ONE_OF_16), fallback=later),
        lottery.Source("index", lottery.SourceKind.MARKET, "上证指数 7 月 2 日收盘", "2026-07-02T15:30+08:00", decimals=2),
        beacon("drand", NUMBER),
    )  # fmt: skip


def reveals() -> list[lottery.Reveal]:
    return [
        lottery.Reveal("w", witnesses=tuple(lottery.WitnessReveal(name, value, SALT) for name, value in WITNESSES)),
        lottery.Reveal("ssq", "09 30 01 12 33 05 + 07"),
        lottery.Reveal("index", "3,284.10"),
        lottery.Reveal("drand", RANDOMNESS, signature=SIGNATURE),
    ]


def promise(listed: bytes, **changes: Any) -> lottery.Promise:
    made = lottery.make_promise(listed, places=2, promised_at=PROMISED_AT, sources=sources())
    return replace(made, **changes)


def listed(applicants: Sequence[str] = APPLICANTS) -> bytes:
    return lottery.canonical_list(ROUND, applicants)


def drawn(
    applicants: Sequence[str] = APPLICANTS,
    given: Sequence[lottery.Reveal] | None = None,
    earlier: Sequence[bytes] = (),
    **changes: Any,
) -> dict[str, bytes]:
    """The files of an honest draw, or of one over another promise."""
    names = listed(applicants)
    record = lottery.draw(
        listed=names,
        promise=promise(names, **changes).to_bytes(),
        reveals=reveals() if given is None else given,
        drawn_at=DRAWN_AT,
        earlier=earlier,
    )
    return dict(record.files)


def edited(content: bytes, change: Any) -> bytes:
    """JSON with ``change(value)`` applied, in canonical form again."""
    value = json.loads(content)
    change(value)
    return lottery.canonical_json(value)


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """A cheat's last step: reveals, transcript and record made to speak of the files as they are now."""
    promise_hash = lottery.sha256(files["promise.json"])
    files["reveals.json"] = edited(files["reveals.json"], lambda one: one.update(promise=promise_hash))
    rows = files["transcript.txt"].decode().splitlines()
    rows[1] = f"promise {promise_hash}"
    files["transcript.txt"] = "".join(f"{row}\n" for row in rows).encode()
    return reordered(files)


def reordered(files: dict[str, bytes]) -> dict[str, bytes]:
    """Result and record drawn anew from list and transcript as they are now."""
    seed = lottery.seed_of(files["transcript.txt"])
    lines = files["list.txt"].split(b"\n")[1:-1]
    # Over bytes, since a cheat's list may hold more than ASCII.
    order = sorted(lines, key=lambda line: (hmac.digest(seed, line, "sha256"), line))
    places = json.loads(files["promise.json"])["places"]
    header = files["result.txt"].split(b"\n")[0]
    files["result.txt"] = b"\n".join([header, *(f"{n} ".encode() + line for n, line in enumerate(order, 1)), b""])
    return recorded(
        files, seed=seed.hex(), winners=lottery.winners_of([line.decode("latin-1") for line in order], places)
    )


def recorded(files: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    """The record with the hashes of the files as they are now."""

    def change(record: dict[str, Any]) -> None:
        record["files"] = {name: lottery.sha256(content) for name, content in files.items() if name != "record.json"}
        record.update(changes)

    files["record.json"] = edited(files["record.json"], change)
    return files
