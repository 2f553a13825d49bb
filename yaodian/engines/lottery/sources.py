"""Future public sources of the seed, and the canonical text of their values.

Numbers are written as in RFC 3797 (2004), section 4: no leading zeros, each followed by ``.``, a set without order sorted, each
source closed by ``/``. Its example, the values 9319; 2 5 12 8 10; 9 18 26 34 41 45, is ``9319./2.5.8.10.12./9.18.26.34.41.45./``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import UnableToDraw, UnableToPromise

WITNESS_FORM = "yaodian-lottery-witness/1"
WITNESS_VALUE = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)
WITNESS_SALT = re.compile(r"[0-9a-f]{32,64}", re.ASCII)
VOID = "void"
#: What is printed as a result anywhere is shorter.
MOST_VALUE = 400


class SourceKind(StrEnum):
    WELFARE = "welfare"
    MARKET = "market"
    DRAND = "drand"
    WITNESSES = "witnesses"


@dataclass(frozen=True)
class Numbers:
    """A group of drawn numbers: how many, from ``least`` to ``most``, and whether their order says nothing."""

    count: int
    least: int
    most: int
    is_sorted: bool


@dataclass(frozen=True)
class Beacon:
    """A round of a drand chain; ``genesis`` and ``period`` in seconds say when it becomes known."""

    chain: str
    number: int
    genesis: int
    period: int


@dataclass(frozen=True)
class Witness:
    name: str
    commitment: str


@dataclass(frozen=True)
class Source:
    """A source of the seed. ``known_at`` is the minute, with its offset, from which its value can be known.

    ``fallback`` is used where the value, or the reveal of a witness, is missing; without one nothing is drawn then.
    """

    id: str
    kind: SourceKind
    name: str
    known_at: str
    numbers: tuple[Numbers, ...] = ()
    decimals: int = 0
    beacon: Beacon | None = None
    witnesses: tuple[Witness, ...] = ()
    fallback: Source | None = None

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "fallback": VOID if self.fallback is None else self.fallback.to_dict(),
            "id": self.id,
            "kind": str(self.kind),
            "known_at": self.known_at,
            "name": self.name,
        }
        if self.kind is SourceKind.WELFARE:
            made["numbers"] = [
                {"count": one.count, "least": one.least, "most": one.most, "sorted": one.is_sorted}
                for one in self.numbers
            ]
        elif self.kind is SourceKind.MARKET:
            made["decimals"] = self.decimals
        elif self.beacon is not None:
            made["beacon"] = {
                "chain": self.beacon.chain,
                "genesis": self.beacon.genesis,
                "number": self.beacon.number,
                "period": self.beacon.period,
            }
        else:
            made["witnesses"] = [{"commitment": one.commitment, "name": one.name} for one in self.witnesses]
        return made

    @classmethod
    def from_dict(cls, given: Any) -> Source:
        """A source from a promise or a clerk's table; raises :class:`UnableToPromise` where a field is missing or of another kind."""
        name = given.get("id", "?") if isinstance(given, dict) else "?"
        try:
            fallback, beacon = given.get("fallback", VOID), given.get("beacon")
            made = cls(
                id=_text(given["id"]),
                kind=SourceKind(given["kind"]),
                name=_text(given["name"]),
                known_at=_text(given["known_at"]),
                numbers=tuple(
                    Numbers(_whole(one["count"]), _whole(one["least"]), _whole(one["most"]), _flag(one["sorted"]))
                    for one in given.get("numbers", ())
                ),
                decimals=_whole(given.get("decimals", 0)),
                beacon=None
                if beacon is None
                else Beacon(
                    _text(beacon["chain"]),
                    _whole(beacon["number"]),
                    _whole(beacon["genesis"]),
                    _whole(beacon["period"]),
                ),
                witnesses=tuple(
                    Witness(_text(one["name"]), _text(one["commitment"])) for one in given.get("witnesses", ())
                ),
                fallback=None if fallback == VOID else cls.from_dict(fallback),
            )
        except UnableToPromise:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnableToPromise(
                f"来源 {name} 的写法不对：{error}。请对照 yaodian lottery promise --example 给出的样例。",
                f"Source {name} is not written as it should be: {error}. Compare it with yaodian lottery promise --example.",
            ) from error
        if made.kind is SourceKind.DRAND and made.beacon is None:
            raise UnableToPromise(
                f"来源 {name} 是 drand，却没有写明 beacon（chain、number、genesis、period）。请补上。",
                f"Source {name} is drand and has no beacon (chain, number, genesis, period). Add it.",
            )
        return made


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def commitment(round_id: str, name: str, salt: str, value: str) -> str:
    """What a witness hands in before the promise: SHA-256 in hexadecimal over form, round, name, salt and value, a line each."""
    lines = (WITNESS_FORM, round_id, name, salt, value)
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("utf-8")).hexdigest()


def canonical_value(source: Source, published: str) -> str:
    """The canonical text of a value as it was published: ``09 12 01 + 07`` → ``1.9.12./7./``. Not of witnesses, whose value stays as it is.

    Full-width characters count as their ASCII ones. Groups of numbers are divided by ``+`` or ``|``, numbers by anything else.
    Raises :class:`UnableToDraw` where the value is not of the promised form.
    """
    text = unicodedata.normalize("NFKC", published).strip()
    if len(text) > MOST_VALUE:
        raise _not_of_the_form(source, text, f"不超过 {MOST_VALUE} 个字", f"no more than {MOST_VALUE} characters")
    if source.kind is SourceKind.WELFARE:
        return _canonical_numbers(source, text)
    if source.kind is SourceKind.MARKET:
        plain = text.replace(",", "")
        point = rf"\.[0-9]{{{source.decimals}}}" if source.decimals else ""
        if re.fullmatch(rf"[0-9]+{point}", plain, re.ASCII):
            whole, _, rest = plain.partition(".")
            return f"{int(whole)}{'.' + rest if rest else ''}/"
        raise _not_of_the_form(
            source, text, f"应是带 {source.decimals} 位小数的数", f"a number with {source.decimals} decimals"
        )
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return f"{text.lower()}/"
    raise _not_of_the_form(source, text, "应是 64 位十六进制数", "64 hexadecimal digits")


def _canonical_numbers(source: Source, text: str) -> str:
    parts = [re.findall(r"[0-9]+", part) for part in re.split(r"[+|]", text)]
    if not re.fullmatch(r"[0-9+|\s,.;:、，。；：/-]*", text) or len(parts) != len(source.numbers):
        raise _not_of_the_form(
            source,
            text,
            f"应有 {len(source.numbers)} 组号码，组与组之间用 + 隔开",
            f"{len(source.numbers)} groups of numbers, divided by +",
        )
    made = ""
    for part, group in zip(parts, source.numbers, strict=True):
        found = [int(one) for one in part]
        fits = len(found) == group.count and all(group.least <= one <= group.most for one in found)
        if not fits or (group.is_sorted and len(set(found)) < len(found)):
            raise _not_of_the_form(
                source,
                text,
                f"应有 {group.count} 个从 {group.least} 到 {group.most} 的号码",
                f"{group.count} numbers from {group.least} to {group.most}",
            )
        made += "".join(f"{one}." for one in (sorted(found) if group.is_sorted else found)) + "/"
    return made


def _not_of_the_form(source: Source, text: str, chinese: str, english: str) -> UnableToDraw:
    return UnableToDraw(
        f"来源 {source.id} 的值“{text[:80]}”与承诺里的写法不符：{chinese}。请对照公布的结果重新录入。",
        f"The value “{text[:80]}” of source {source.id} is not what the promise says: {english}. Enter it again as published.",
    )
