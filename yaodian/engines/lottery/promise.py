"""The promise: what is drawn, by which rule, from which future sources. Published before any of them is known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .applicants import LIST_FORM
from .errors import UnableToPromise
from .rule import RULE_ID, RULE_SHA256
from .sources import Source

PROMISE_FORM = "yaodian-lottery-promise/1"
LIST_FILE, PROMISE_FILE, RULE_FILE = "list.txt", "promise.json", "rule.txt"


def canonical_json(value: Any) -> bytes:
    """JSON that can be recomputed to the byte: keys sorted, indented by one space, UTF-8 unescaped, LF at the end."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode("utf-8")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Previous:
    """The promise that this one takes the place of, and why there is a second draw."""

    promise: str
    reason: str


@dataclass(frozen=True)
class Promise:
    """``places`` counts children, 0 for an order only; ``attempt`` counts the promises of a round from 1."""

    round_id: str
    list_sha256: str
    lines: int
    children: int
    places: int
    promised_at: str
    sources: tuple[Source, ...]
    attempt: int = 1
    previous: Previous | None = None

    def to_bytes(self) -> bytes:
        """The canonical bytes, whose SHA-256 is published."""
        return canonical_json(
            {
                "attempt": self.attempt,
                "children": self.children,
                "form": PROMISE_FORM,
                "lines": self.lines,
                "list": self.list_sha256,
                "places": self.places,
                "previous": self.previous
                and {"promise": self.previous.promise, "reason": self.previous.reason},
                "promised_at": self.promised_at,
                "round": self.round_id,
                "rule": {"id": RULE_ID, "sha256": RULE_SHA256},
                "sources": [source.to_dict() for source in self.sources],
            }
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, content: bytes) -> Promise:
        """A promise from its bytes; raises :class:`UnableToPromise` where they are not those of one."""
        try:
            given = json.loads(content)
            made = cls(
                round_id=given["round"],
                list_sha256=given["list"],
                lines=given["lines"],
                children=given["children"],
                places=given["places"],
                promised_at=given["promised_at"],
                sources=tuple(map(Source.from_dict, given["sources"])),
                attempt=given["attempt"],
                previous=given["previous"] and Previous(given["previous"]["promise"], given["previous"]["reason"]),
            )
            if made.to_bytes() == content:
                return made
        except UnableToPromise:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        raise UnableToPromise(
            "这不是 yaodian lottery promise 写出的承诺，或者写出后被改动过。请取回公布的原件。",
            "This is no promise as yaodian lottery promise writes it, or it was changed since. Take the published original.",
        )


def make_promise(
    listed: bytes,
    *,
    places: int,
    promised_at: str,
    sources: tuple[Source, ...],
    attempt: int = 1,
    previous: Previous | None = None,
) -> Promise:
    """The promise over a canonical list. Whether it may be published, :func:`..verify.verify_promise` says."""
    header, *lines = listed.decode("ascii").splitlines()
    form, _, round_id = header.partition(" ")
    if form != LIST_FORM:
        raise UnableToPromise("这不是规范名单。", "This is no canonical list.")
    return Promise(
        round_id=round_id,
        list_sha256=sha256(listed),
        lines=len(lines),
        children=len(lines) + sum(line.count("+") for line in lines),
        places=places,
        promised_at=promised_at,
        sources=sources,
        attempt=attempt,
        previous=previous,
    )
