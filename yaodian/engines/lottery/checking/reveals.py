"""Are the values those of the promised sources, each in its one form, and is nothing left out silently?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from .findings import Finding, Kind
from .promises import is_canonical, is_line, parsed

FILE = "reveals.json"
_SALT = re.compile(r"[0-9a-f]{32,64}", re.ASCII)
_WITNESS_VALUE = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)
_SIGNATURE = re.compile(r"(?:[0-9a-f]{96}|[0-9a-f]{192})", re.ASCII)


class Reveals:
    """The findings, and the lines of the transcript that follow from promise and values as far as these are sound."""

    def __init__(self, content: bytes, promise: dict[str, Any], promise_sha256: str) -> None:
        self.findings: list[Finding] = []
        self.lines: list[str] | None = None
        self.promise = promise
        self.known_at: list[tuple[str, str]] = []
        given = parsed(content)
        if not isinstance(given, dict):
            self._say(Kind.REVEALS_UNREADABLE)
            return
        if not is_canonical(content, given):
            self._say(Kind.REVEALS_FORM)
        if set(given) != {"form", "promise", "values"} or given["form"] != "yaodian-lottery-reveals/1":
            self._say(Kind.REVEALS_FIELD, None, "form, promise, values")
            return
        if given["promise"] != promise_sha256:
            self._say(Kind.REVEALS_OTHER_PROMISE)
        values = given["values"]
        if not isinstance(values, list) or not all(
            isinstance(one, dict) and is_line(one.get("source")) for one in values
        ):
            self._say(Kind.REVEALS_FIELD, None, "values")
            return
        self._walk(values, ["yaodian-lottery-seed/1", f"promise {promise_sha256}"])

    def _say(self, kind: Kind, row: int | None = None, detail: str = "") -> None:
        self.findings.append(Finding(kind, FILE, row, detail))

    def _walk(self, values: list[dict[str, Any]], lines: list[str]) -> None:
        place_of: dict[str, int] = {}
        for place, value in enumerate(values, start=1):
            if value["source"] in place_of:
                self._say(Kind.REVEAL_TWICE, place, value["source"])
            place_of.setdefault(value["source"], place)
        expected: list[str] = []
        known: set[str] = set()
        is_complete = True
        for row, top in enumerate(self.promise["sources"], start=1):
            source: Any = top
            is_missing = True
            while isinstance(source, dict):
                name = source["id"]
                known.add(name)
                if not is_missing:
                    if name in place_of:
                        self._say(Kind.FALLBACK_NEEDLESS, place_of[name], name)
                elif name not in place_of:
                    kind = Kind.REVEAL_MISSING if source is top else Kind.FALLBACK_UNUSED
                    self._say(kind, row, name if source is top else top["id"])
                    is_complete = is_missing = False
                else:
                    expected.append(name)
                    self.known_at.append((name, source["known_at"]))
                    is_missing = self._value(source, values[place_of[name] - 1], place_of[name], lines)
                source = source["fallback"]
            if is_missing:
                self._say(Kind.FALLBACK_VOID, row, top["id"])
                is_complete = False
        for name, place in place_of.items():
            if name not in known:
                self._say(Kind.REVEAL_UNKNOWN, place, name)
        given = [name for name in place_of if name in expected]
        for name, due in zip(given, expected, strict=True) if len(given) == len(expected) else ():
            if name != due:
                self._say(Kind.REVEAL_ORDER, place_of[name], name)
                break
        self.lines = lines if is_complete else None

    def _value(self, source: dict[str, Any], given: dict[str, Any], place: int, lines: list[str]) -> bool:
        """Add the lines of a source; returns whether something of it is missing, so that its fallback is due."""
        name = source["id"]
        fields = set(given) - {"source"}
        if source["kind"] == "witnesses":
            if fields != {"witnesses"} or not isinstance(given["witnesses"], list):
                self._say(Kind.REVEALS_FIELD, place, name)
                return False
            return self._witnesses(source, given["witnesses"], lines)
        if fields == {"missing"}:
            if not is_line(given["missing"]):
                self._say(Kind.REASON_MISSING, place, name)
            lines.append(f"{name} missing")
            return True
        allowed = {"value", "signature"} if source["kind"] == "drand" else {"value"}
        if "value" not in fields or not fields <= allowed or not isinstance(given["value"], str):
            self._say(Kind.REVEALS_FIELD, place, name)
            return False
        kind = _fault_of(source, given["value"])
        if kind is not None:
            self._say(kind, place, name)
        if "signature" in given:
            signature = given["signature"]
            is_hex = isinstance(signature, str) and _SIGNATURE.fullmatch(signature)
            if not is_hex or hashlib.sha256(bytes.fromhex(signature)).hexdigest() + "/" != given["value"]:
                self._say(Kind.DRAND_SIGNATURE, place, name)
        lines.append(f"{name} {given['value']}")
        return False

    def _witnesses(self, source: dict[str, Any], given: list[Any], lines: list[str]) -> bool:
        is_missing = False
        for number, witness in enumerate(source["witnesses"], start=1):
            # Rows count the witnesses of the promise.
            if number > len(given):
                self._say(Kind.WITNESS_SILENT, number, witness["name"])
                is_missing = True
                continue
            one = given[number - 1]
            name = one.get("name") if isinstance(one, dict) else None
            if name != witness["name"]:
                left_out = any(isinstance(row, dict) and row.get("name") == name for row in source["witnesses"])
                kind = Kind.WITNESS_SILENT if left_out else Kind.WITNESS_UNKNOWN
                self._say(kind, number, witness["name"] if left_out else str(name)[:60])
                return True
            if set(one) == {"name", "missing"} and one["missing"] is True:
                lines.append(f"{source['id']}#{number} missing")
                is_missing = True
            elif set(one) == {"name", "salt", "value"} and all(isinstance(one[key], str) for key in one):
                self._witness(witness, one, number)
                lines.append(f"{source['id']}#{number} {one['value']}/")
            else:
                self._say(Kind.REVEALS_FIELD, number, witness["name"])
        for stray in given[len(source["witnesses"]) :]:
            name = stray.get("name") if isinstance(stray, dict) else stray
            self._say(Kind.WITNESS_UNKNOWN, len(source["witnesses"]) + 1, str(name)[:60])
        return is_missing

    def _witness(self, witness: dict[str, str], one: dict[str, str], number: int) -> None:
        if not _SALT.fullmatch(one["salt"]):
            self._say(Kind.WITNESS_SALT, number, witness["name"])
        parts = ("yaodian-lottery-witness/1", self.promise["round"], one["name"], one["salt"], one["value"])
        text = "\n".join(parts) + "\n"
        handed_in = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        if handed_in != witness["commitment"] or not _WITNESS_VALUE.fullmatch(one["value"]):
            self._say(Kind.WITNESS_CHANGED, number, witness["name"])


def _fault_of(source: dict[str, Any], value: str) -> Kind | None:
    if source["kind"] == "drand":
        return None if re.fullmatch(r"[0-9a-f]{64}/", value, re.ASCII) else Kind.VALUE_FORM
    if source["kind"] == "market":
        found = re.fullmatch(r"([0-9]+)(\.[0-9]+)?/", value, re.ASCII)
        if found is None or len(found[2] or ".") - 1 != source["decimals"]:
            return Kind.VALUE_FORM
        return Kind.VALUE_ZEROS if len(found[1]) > 1 and found[1].startswith("0") else None
    if not re.fullmatch(r"(?:(?:[0-9]{1,15}\.)+/)+", value, re.ASCII):
        return Kind.VALUE_FORM
    groups = [part.removesuffix(".").split(".") for part in value.removesuffix("/").split("/")]
    if any(len(one) > 1 and one.startswith("0") for group in groups for one in group):
        return Kind.VALUE_ZEROS
    if len(groups) != len(source["numbers"]):
        return Kind.VALUE_FORM
    for texts, wanted in zip(groups, source["numbers"], strict=True):
        numbers = [int(one) for one in texts]
        if len(numbers) != wanted["count"] or not all(wanted["least"] <= one <= wanted["most"] for one in numbers):
            return Kind.VALUE_RANGE
        if wanted["sorted"] and any(one >= after for one, after in pairwise(numbers)):
            return Kind.VALUE_RANGE if len(set(numbers)) < len(numbers) else Kind.VALUE_UNSORTED
    return None


def check_transcript(content: bytes, due: list[str]) -> Iterator[Finding]:
    """The transcript against the lines that follow from promise and values."""
    file = "transcript.txt"
    expected = "".join(f"{line}\n" for line in due).encode("utf-8", "surrogatepass")
    if content == expected:
        return
    rows = content.decode("utf-8", "replace").splitlines()
    found = False
    for number, line in enumerate(due, start=1):
        if number > len(rows):
            yield Finding(Kind.TRANSCRIPT_CUT, file, number, line)
            found = True
        elif rows[number - 1] != line:
            kind = {1: Kind.TRANSCRIPT_FORM, 2: Kind.TRANSCRIPT_PROMISE}.get(number, Kind.TRANSCRIPT_VALUE)
            yield Finding(kind, file, number, line if number > 2 else "")
            found = True
    for number, line in enumerate(rows[len(due) :], start=len(due) + 1):
        yield Finding(Kind.TRANSCRIPT_ADDED, file, number, line[:80])
        found = True
    if not found:
        yield Finding(Kind.TRANSCRIPT_FORM, file)
