"""The draw: from list, promise and the values of its sources to an order, with everything that is needed to recompute it.

1. Each value becomes its canonical text (:mod:`.sources`); a missing one is written as missing and its fallback takes part.
2. The transcript holds the promise's hash and the values in the promise's order; the seed is its SHA-256.
3. Each line of the list gets HMAC-SHA-256(seed, line); lines are ordered by it, equal ones by their bytes.
4. Lines are taken from the top until as many children as there are places are reached.

Modelled on RFC 3797 (Publicly Verifiable Nominations Committee Random Selection, 2004), with SHA-256 and HMAC (RFC 2104).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import UnableToDraw
from .promise import LIST_FILE, PROMISE_FILE, RULE_FILE, Promise, canonical_json, sha256
from .rule import RULE_BYTES
from .sources import WITNESS_VALUE, Source, SourceKind, canonical_value, commitment

REVEALS_FORM = "yaodian-lottery-reveals/1"
SEED_FORM = "yaodian-lottery-seed/1"
RESULT_FORM = "yaodian-lottery-result/1"
RECORD_FORM = "yaodian-lottery-record/1"
REVEALS_FILE, TRANSCRIPT_FILE, RESULT_FILE, RECORD_FILE = "reveals.json", "transcript.txt", "result.txt", "record.json"
MISSING = "missing"


@dataclass(frozen=True)
class WitnessReveal:
    name: str
    value: str
    salt: str


@dataclass(frozen=True)
class Reveal:
    """What became known of a source: ``published`` as printed, or why it is ``missing``; of witnesses those who revealed."""

    source: str
    published: str = ""
    missing: str = ""
    signature: str = ""
    witnesses: tuple[WitnessReveal, ...] = ()


@dataclass(frozen=True)
class Record:
    """A draw: the order, the seed, and the published ``files`` by name, from which everything follows."""

    files: Mapping[str, bytes]
    seed: bytes
    order: tuple[str, ...]
    winners: int


def seed_of(transcript: bytes) -> bytes:
    return hashlib.sha256(transcript).digest()


def order_of(seed: bytes, lines: Iterable[str]) -> list[str]:
    """The lines by HMAC-SHA-256(seed, line); two equal keys cannot be hoped for, and would stand by their bytes."""
    keyed = [(hmac.digest(seed, line.encode("ascii"), "sha256"), line) for line in lines]
    keyed.sort()
    return [line for _key, line in keyed]


def winners_of(order: Sequence[str], places: int) -> int:
    """How many lines from the top have a place: as few as give ``places`` children one."""
    children = 0
    for taken, line in enumerate(order):
        if children >= places:
            return taken
        children += 1 + line.count("+")
    return len(order)


def draw(
    *, listed: bytes, promise: bytes, reveals: Sequence[Reveal], drawn_at: str, earlier: Sequence[bytes] = ()
) -> Record:
    """Draw. ``earlier`` holds the earlier promises of the round, oldest first; ``drawn_at`` is the minute of the draw.

    Raises :class:`UnableToDraw` where a value is missing and the promise names nothing instead.
    """
    made = Promise.from_bytes(promise)
    if sha256(listed) != made.list_sha256:
        raise UnableToDraw(
            "名单与承诺里的哈希不符：名单在承诺之后被改动过。请取回公布的名单。",
            "The list is not the one whose hash stands in the promise: it was changed since. Take the published list.",
        )
    given = {reveal.source: reveal for reveal in reveals}
    if len(given) < len(reveals):
        raise UnableToDraw("同一个来源录入了两次。请留下一次。", "A source was entered twice. Keep one of the two.")
    values: list[dict[str, Any]] = []
    transcript = [SEED_FORM, f"promise {sha256(promise)}"]
    for source in made.sources:
        _reveal(source, made.round_id, given, values, transcript)
    stray = sorted(set(given) - {one["source"] for one in values})
    if stray:
        raise UnableToDraw(
            f"来源 {stray[0]} 不在承诺里，或者是不需要的替补。请删去：种子只由承诺里写明的来源算出。",
            f"Source {stray[0]} is not in the promise, or a substitute that is not needed. Remove it: the seed comes from the "
            "promised sources only.",
        )
    written = "".join(f"{line}\n" for line in transcript).encode("ascii")
    seed = seed_of(written)
    order = order_of(seed, listed.decode("ascii").splitlines()[1:])
    winners = winners_of(order, made.places)
    numbered = "".join(f"{place} {line}\n" for place, line in enumerate(order, start=1))
    files = {
        LIST_FILE: listed,
        PROMISE_FILE: promise,
        RULE_FILE: RULE_BYTES,
        REVEALS_FILE: canonical_json({"form": REVEALS_FORM, "promise": sha256(promise), "values": values}),
        TRANSCRIPT_FILE: written,
        RESULT_FILE: f"{RESULT_FORM} {made.round_id}\n{numbered}".encode("ascii"),
    }
    files |= {f"promise-{number}.json": content for number, content in enumerate(earlier, start=1)}
    files[RECORD_FILE] = canonical_json(
        {
            "attempt": made.attempt,
            "drawn_at": drawn_at,
            "files": {name: sha256(content) for name, content in files.items()},
            "form": RECORD_FORM,
            "round": made.round_id,
            "seed": seed.hex(),
            "winners": winners,
        }
    )
    return Record(files, seed, tuple(order), winners)


def _reveal(
    source: Source, round_id: str, given: Mapping[str, Reveal], values: list[dict[str, Any]], transcript: list[str]
) -> None:
    """Write a source's value, and that of its fallback where it is needed, into ``values`` and ``transcript``."""
    reveal = given.get(source.id)
    if source.kind is SourceKind.WITNESSES:
        is_complete = _witnesses(source, round_id, reveal or Reveal(source.id), values, transcript)
    elif reveal is None or not (reveal.published or reveal.missing):
        raise UnableToDraw(
            f"缺少来源 {source.id}（{source.name}）的值。请录入公布的值；确实没有公布的，写明原因，改用承诺里的替补。",
            f"The value of source {source.id} ({source.name}) is missing. Enter it as published; where it never was, say why, "
            "and the substitute named in the promise is used.",
        )
    elif reveal.missing:
        is_complete = False
        values.append({"missing": reveal.missing, "source": source.id})
        transcript.append(f"{source.id} {MISSING}")
    else:
        is_complete = True
        value = canonical_value(source, reveal.published)
        signed = {"signature": reveal.signature.lower()} if reveal.signature else {}
        values.append({"source": source.id, "value": value, **signed})
        transcript.append(f"{source.id} {value}")
    if is_complete:
        return
    if source.fallback is None:
        raise UnableToDraw(
            f"来源 {source.id}（{source.name}）缺失，承诺里没有替补：本次不抽。请公布新的承诺再抽。",
            f"Source {source.id} ({source.name}) is missing and the promise names no substitute: nothing is drawn. "
            "Publish a new promise.",
        )
    _reveal(source.fallback, round_id, given, values, transcript)


def _witnesses(
    source: Source, round_id: str, reveal: Reveal, values: list[dict[str, Any]], transcript: list[str]
) -> bool:
    """Whether every witness revealed; who did not is written down as missing."""
    revealed = {one.name: one for one in reveal.witnesses}
    stray = sorted(set(revealed) - {one.name for one in source.witnesses})
    if stray:
        raise UnableToDraw(
            f"{stray[0]} 不是承诺里的见证人。请核对姓名。", f"{stray[0]} is no witness of the promise. Check the name."
        )
    rows = []
    for number, witness in enumerate(source.witnesses, start=1):
        one = revealed.get(witness.name)
        if one is None:
            rows.append({"missing": True, "name": witness.name})
            transcript.append(f"{source.id}#{number} {MISSING}")
            continue
        is_kept = commitment(round_id, one.name, one.salt, one.value) == witness.commitment
        if not is_kept or not WITNESS_VALUE.fullmatch(one.value):
            raise UnableToDraw(
                f"见证人 {one.name} 揭晓的数和盐与其事先交出的承诺不符。请核对；仍不符的按未揭晓处理。",
                f"What witness {one.name} revealed does not fit what was handed in. Check it; if it stays so, it counts as missing.",
            )
        rows.append({"name": one.name, "salt": one.salt, "value": one.value})
        transcript.append(f"{source.id}#{number} {one.value}/")
    values.append({"source": source.id, "witnesses": rows})
    return len(revealed) == len(source.witnesses)
