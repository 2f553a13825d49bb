"""Does the promise settle everything before anything of the seed is known?"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .findings import Finding, Kind

FILE = "promise.json"
RULE_ID = "yaodian-lottery-rule/1"
# Written down here apart from the rule's text: a changed text is another rule.
RULE_SHA256 = "5c4976e4842515941526f3535b6d15012f0ca9518b53ba9348bf4ea3486753ae"
LEAST_SOURCES = 2
LEAST_WITNESSES = 3
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_ROUND = re.compile(r"[a-z0-9][a-z0-9-]{2,63}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d[+-]([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_LARGEST = 2**53 - 1  # Beyond it JavaScript cannot count.


def moment_of(text: str) -> datetime | None:
    """A minute with its offset, or nothing where it is none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parsed(content: bytes) -> Any:
    """What the JSON says; ``None`` where it is none."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def is_canonical(content: bytes, value: Any) -> bool:
    try:
        return (
            content
            == (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()
        )
    except (ValueError, RecursionError):
        return False


def is_line(value: object) -> bool:
    """A text of one line without anything that does not show; a space between words may be full-width."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= 200
        and value == value.strip()
        and not any(unicodedata.category(one) in _UNSEEN for one in value)
    )


def is_count(value: object, least: int = 0) -> bool:
    return type(value) is int and least <= value <= _LARGEST


def is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def is_moment(value: object) -> bool:
    return isinstance(value, str) and moment_of(value) is not None


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


FIELDS: dict[str, Callable[[object], bool]] = {
    "attempt": lambda value: is_count(value, 1),
    "children": lambda value: is_count(value, 1),
    "form": lambda value: value == "yaodian-lottery-promise/1",
    "lines": lambda value: is_count(value, 1),
    "list": is_hash,
    "places": is_count,
    "previous": lambda value: value is None or (isinstance(value, dict) and set(value) == {"promise", "reason"}
                                                and is_hash(value["promise"]) and isinstance(value["reason"], str)),
    "promised_at": is_moment,
    "round": _matches(_ROUND),
    "rule": lambda value: isinstance(value, dict) and set(value) == {"id", "sha256"} and is_line(value["id"]) and is_hash(value["sha256"]),
    "sources": lambda value: isinstance(value, list),
}  # fmt: skip
_OF_A_SOURCE: dict[str, Callable[[object], bool]] = {
    "fallback": lambda value: value == "void" or isinstance(value, dict),
    "id": _matches(_ID),
    "kind": lambda value: value in _OF_A_KIND,
    "known_at": is_moment,
    "name": is_line,
}
_OF_A_KIND: dict[str, dict[str, Callable[[Any], bool]]] = {
    "welfare": {
        "numbers": lambda value: isinstance(value, list) and len(value) > 0 and all(map(_is_group, value)),
    },
    "market": {"decimals": lambda value: is_count(value) and value <= 6},
    "drand": {
        "beacon": lambda value: isinstance(value, dict) and set(value) == {"chain", "genesis", "number", "period"}
        and is_hash(value["chain"]) and all(is_count(value[name], 1) for name in ("genesis", "number", "period")),
    },
    "witnesses": {"witnesses": lambda value: isinstance(value, list) and all(map(_is_witness, value))},
}  # fmt: skip


def _is_group(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"count", "least", "most", "sorted"}
        and is_count(value["count"], 1)
        and is_count(value["least"])
        and is_count(value["most"], value["least"] + 1)
        and isinstance(value["sorted"], bool)
    )


def _is_witness(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"commitment", "name"}
        and is_hash(value["commitment"])
        and is_line(value["name"])
    )


def check_promise(
    content: bytes, *, rule: bytes | None, earlier: Sequence[tuple[str, bytes]] = (), published: Sequence[str] = ()
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """The promise if its fields are sound, and what is to be said of it.

    ``earlier`` holds the files of earlier promises of the round, oldest first; ``published`` the hashes of promises that somebody
    saw before the draw, each of which must be among them.
    """
    found: list[Finding] = []
    given, is_sound = _read(content, FILE, found)
    hashes = [hashlib.sha256(one).hexdigest() for one in (*(content for _name, content in earlier), content)]
    found += [
        Finding(Kind.PROMISE_NOT_PUBLISHED, FILE, None, one) for one in published if one.strip().lower() not in hashes
    ]
    if not is_sound:
        return None, found
    found += _rule(given, rule)
    found += _sources(given)
    found += _attempts(given, earlier, hashes)
    return given, found


def _read(content: bytes, file: str, found: list[Finding]) -> tuple[Any, bool]:
    given = parsed(content)
    if not isinstance(given, dict):
        found.append(Finding(Kind.PROMISE_UNREADABLE, file))
        return None, False
    if not is_canonical(content, given):
        found.append(Finding(Kind.PROMISE_FORM, file))
    faults = [*_fields(given, FIELDS, file)]
    sources = given.get("sources")
    for place, source in enumerate(sources if isinstance(sources, list) else (), start=1):
        faults += _source_fields(source, file, place, depth=0)
    found += faults
    return given, not faults


def _fields(
    given: Mapping[str, Any], wanted: Mapping[str, Callable[[Any], bool]], file: str, row: int | None = None
) -> Iterator[Finding]:
    for name, is_good in wanted.items():
        if name not in given:
            yield Finding(Kind.PROMISE_FIELD_MISSING, file, row, name)
        elif not is_good(given[name]):
            yield Finding(Kind.PROMISE_FIELD_WRONG, file, row, name)
    yield from (Finding(Kind.PROMISE_FIELD_UNKNOWN, file, row, name[:60]) for name in given if name not in wanted)


def _source_fields(source: Any, file: str, place: int, *, depth: int) -> Iterator[Finding]:
    kind = source.get("kind") if isinstance(source, dict) else None
    if not isinstance(kind, str) or kind not in _OF_A_KIND or depth > 3:
        yield Finding(
            Kind.SOURCE_FORM, file, place, str(source.get("id", "?"))[:60] if isinstance(source, dict) else "?"
        )
        return
    yield from _fields(source, {**_OF_A_SOURCE, **_OF_A_KIND[kind]}, file, place)
    if isinstance(source.get("fallback"), dict):
        yield from _source_fields(source["fallback"], file, place, depth=depth + 1)


def _rule(given: dict[str, Any], rule: bytes | None) -> Iterator[Finding]:
    if given["rule"] != {"id": RULE_ID, "sha256": RULE_SHA256}:
        yield Finding(Kind.RULE_UNKNOWN, FILE, None, given["rule"]["id"])
    if rule is not None and hashlib.sha256(rule).hexdigest() != given["rule"]["sha256"]:
        yield Finding(Kind.RULE_TEXT, "rule.txt")


def with_fallbacks(source: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The source, and what stands in for it, and for that."""
    while isinstance(source, dict):
        yield source
        source = source["fallback"]


def _sources(given: dict[str, Any]) -> Iterator[Finding]:
    sources = given["sources"]
    if len(sources) < LEAST_SOURCES:
        yield Finding(Kind.SOURCES_TOO_FEW, FILE)
    public = [source for source in sources if source["kind"] != "witnesses"]
    if not public:
        yield Finding(Kind.SOURCES_ALL_WITNESSES, FILE)
    last = max((_at(source) for source in public), default=None)
    seen: set[str] = set()
    for place, source in enumerate(sources, start=1):
        before: dict[str, Any] | None = None
        for one in with_fallbacks(source):
            if one["id"] in seen:
                yield Finding(Kind.SOURCE_TWICE, FILE, place, one["id"])
            seen.add(one["id"])
            if _at(one) <= _at_text(given["promised_at"]):
                yield Finding(Kind.SOURCE_KNOWN_BEFORE, FILE, place, one["id"])
            if one["kind"] == "drand" and not _is_moment_of_beacon(one):
                yield Finding(Kind.DRAND_MOMENT, FILE, place, one["id"])
            if before is not None:
                if _at(one) <= _at(before):
                    yield Finding(Kind.FALLBACK_NOT_LATER, FILE, place, one["id"])
                if one["kind"] == "witnesses":
                    yield Finding(Kind.FALLBACK_WITNESSES, FILE, place, one["id"])
            before = one
        if source["kind"] == "witnesses":
            yield from _witnesses(source, place)
            if last is None or _at(source) >= last:
                yield Finding(Kind.WITNESSES_LAST, FILE, place, source["id"])


def _witnesses(source: dict[str, Any], place: int) -> Iterator[Finding]:
    names = [one["name"] for one in source["witnesses"]]
    handed_in = [one["commitment"] for one in source["witnesses"]]
    if len(names) < LEAST_WITNESSES:
        yield Finding(Kind.WITNESSES_TOO_FEW, FILE, place, source["id"])
    for kind, values in ((Kind.WITNESS_TWICE, names), (Kind.COMMITMENT_TWICE, handed_in)):
        yield from (Finding(kind, FILE, place, one) for one in sorted(set(values)) if values.count(one) > 1)


def _attempts(given: dict[str, Any], earlier: Sequence[tuple[str, bytes]], hashes: Sequence[str]) -> Iterator[Finding]:
    """Every promise of the round names the one before it, from the first on."""
    if len(earlier) != given["attempt"] - 1 or (given["attempt"] > 1) != (given["previous"] is not None):
        yield Finding(Kind.ATTEMPT_WITHOUT_PROMISE, FILE, None, str(given["attempt"]))
        return
    chain: list[tuple[str, dict[str, Any]]] = []
    for name, content in earlier:
        faults: list[Finding] = []
        one, is_sound = _read(content, name, faults)
        yield from faults
        if not is_sound:
            return
        chain.append((name, one))
    chain.append((FILE, given))
    for number, (name, one) in enumerate(chain, start=1):
        if one["round"] != given["round"] or one["attempt"] != number:
            yield Finding(Kind.ATTEMPT_ROUND, name, None, f"{one['round']}, {one['attempt']}")
        if number == 1:
            continue
        previous = one["previous"] or {"promise": "", "reason": ""}
        if previous["promise"] != hashes[number - 2]:
            yield Finding(Kind.ATTEMPT_CHAIN, name, None, previous["promise"])
        if not previous["reason"].strip():
            yield Finding(Kind.ATTEMPT_REASON, name)
        if _at_text(one["promised_at"]) <= _at_text(chain[number - 2][1]["promised_at"]):
            yield Finding(Kind.ATTEMPT_BEFORE, name, None, one["promised_at"])


def _at_text(text: str) -> datetime:
    made = moment_of(text)
    assert made is not None  # The fields were checked before.
    return made


def _at(source: dict[str, Any]) -> datetime:
    return _at_text(source["known_at"])


def _is_moment_of_beacon(source: dict[str, Any]) -> bool:
    """Round n of a chain is known at genesis + (n - 1) × period; the promise gives the minute."""
    beacon = source["beacon"]
    exact: int = beacon["genesis"] + (beacon["number"] - 1) * beacon["period"]
    return 0 <= _at(source).timestamp() - exact < 60
