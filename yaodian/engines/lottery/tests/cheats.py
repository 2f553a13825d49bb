"""Ways to cheat, one for each name that the verifier knows: the files as a cheat would publish them, the name and row expected.

Whatever a cheat can put in order again (hashes in the record, the order of another list), he does; what then still shows is
what the verifier must name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from yaodian.engines import lottery
from yaodian.engines.lottery import Kind

from . import rounds

Files = dict[str, bytes]


@dataclass(frozen=True)
class Cheat:
    name: str
    kind: Kind
    row: int | None
    files: Callable[[], Files]
    seen: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def changed(name: str, change: Callable[[bytes], bytes], *, is_resealed: bool = False) -> Callable[[], Files]:
    """One file changed; ``is_resealed``: the rest made to fit as far as it can be."""

    def make() -> Files:
        files = rounds.drawn()
        before = files[name]
        files[name] = change(before)
        assert files[name] != before
        if name == "promise.json" and is_resealed:
            return rounds.resealed(files)
        return rounds.recorded(files) if name != "record.json" else files

    return make


def relisted(old: bytes, new: bytes) -> Callable[[], Files]:
    """The list changed after the promise, and everything drawn again from it."""

    def make() -> Files:
        files = rounds.drawn()
        assert old in files["list.txt"]
        files["list.txt"] = files["list.txt"].replace(old, new)
        return rounds.reordered(files)

    return make


def promised_list(content: bytes) -> Callable[[], Files]:
    """A malformed list that the promise vouches for."""

    def make() -> Files:
        files = rounds.drawn()
        files["list.txt"] = content
        rows = content.split(b"\n")[1:-1]

        def change(one: dict[str, Any]) -> None:
            children = len(rows) + sum(row.count(b"+") for row in rows)
            one.update(list=lottery.sha256(content), lines=max(len(rows), 1), children=max(children, 1))

        files["promise.json"] = rounds.edited(files["promise.json"], change)
        return rounds.resealed(files)

    return make


def promised(change: Callable[[dict[str, Any]], object]) -> Callable[[], Files]:
    """Another promise, to which everything else fits."""
    return changed("promise.json", lambda content: rounds.edited(content, change), is_resealed=True)


def repromised(**changes: Any) -> Callable[[], Files]:
    return lambda: rounds.drawn(**changes)


def revealed(change: Callable[[dict[str, Any]], object]) -> Callable[[], Files]:
    return changed("reveals.json", lambda content: rounds.edited(content, change))


def value(place: int, **changes: Any) -> Callable[[], Files]:
    return revealed(lambda one: one["values"][place].update(**changes))


def noted(change: Callable[[dict[str, Any]], object]) -> Callable[[], Files]:
    return changed("record.json", lambda content: rounds.edited(content, change))


def text(name: str, old: str, new: str) -> Callable[[], Files]:
    return changed(name, lambda content: content.replace(old.encode(), new.encode(), 1))


def without(name: str) -> Callable[[], Files]:
    def make() -> Files:
        files = rounds.drawn()
        del files[name]
        return files

    return make


def second(first: lottery.Promise | None = None, *, is_shown: bool = True, **changes: Any) -> Callable[[], Files]:
    """A second draw of the round; ``changes`` are the second promise's."""

    def make() -> Files:
        before = (first or rounds.promise(rounds.listed())).to_bytes()
        given = {
            "attempt": 2,
            "promised_at": "2026-07-01T10:00+08:00",
            "previous": lottery.Previous(lottery.sha256(before), "名单漏了一名孩子"),
            **changes,
        }
        return rounds.drawn(earlier=[before] if is_shown else [], **given)

    return make


def swapped_rows(content: bytes) -> bytes:
    rows = content.split(b"\n")
    first, other = rows[1].split(b" "), rows[2].split(b" ")
    rows[1], rows[2] = b" ".join([first[0], other[1]]), b" ".join([other[0], first[1]])
    return b"\n".join(rows)


def with_source(place: int, **changes: Any) -> Callable[[], Files]:
    """Another promise, one of whose sources was declared otherwise; the honest values."""
    made = list(rounds.sources())
    made[place] = replace(made[place], **changes)
    return repromised(sources=tuple(made))


def silent_second_witness(one: dict[str, Any]) -> None:
    del one["values"][0]["witnesses"][1]


HEADER = b"yaodian-lottery-list/1 yunchuan-2026-primary\n"
W, SSQ, INDEX, DRAND = rounds.sources()
KEPT = {"published_list": rounds.listed()}
SEEN = {"promises": [lottery.sha256(rounds.promise(rounds.listed()).to_bytes())]}
ABSENT = [
    rounds.reveals()[0],
    lottery.Reveal("ssq", missing="当晚没有开奖"),
    *rounds.reveals()[2:],
    lottery.Reveal("ssq-next", "1 2 3 4 5 6 + 7"),
]
NO_SECOND = replace(rounds.reveals()[0], witnesses=(rounds.reveals()[0].witnesses[0], rounds.reveals()[0].witnesses[2]))
QUIET = [NO_SECOND, *rounds.reveals()[1:], lottery.Reveal("d3", "0 4 2")]


def amended(given: list[lottery.Reveal], change: Callable[[dict[str, Any]], object]) -> Callable[[], Files]:
    """A draw where something is missing, its reveals changed."""

    def make() -> Files:
        files = rounds.drawn(given=given)
        files["reveals.json"] = rounds.edited(files["reveals.json"], change)
        return rounds.recorded(files)

    return make


def respelt(place: int, value: str) -> Callable[[], Files]:
    """A value spelt otherwise, and everything drawn from that: each spelling would be another draw to choose from."""

    def make() -> Files:
        files = rounds.drawn()
        old = json.loads(files["reveals.json"])["values"][place]["value"]
        files["reveals.json"] = rounds.edited(
            files["reveals.json"], lambda one: one["values"][place].update(value=value)
        )
        files["transcript.txt"] = files["transcript.txt"].replace(old.encode(), value.encode())
        return rounds.reordered(files)

    return make


def one_more_witness(one: dict[str, Any]) -> None:
    one["values"][0]["witnesses"].append({"name": "局长", "salt": rounds.SALT, "value": "1"})


def unsalted() -> Files:
    """A witness who handed in the bare hash of his number."""
    name, value = rounds.WITNESSES[0]
    witness = lottery.Witness(name, lottery.commitment(rounds.ROUND, name, "", value))
    honest = rounds.reveals()[0].witnesses
    reveal = replace(rounds.reveals()[0], witnesses=(lottery.WitnessReveal(name, value, ""), *honest[1:]))
    sources = (replace(W, witnesses=(witness, *W.witnesses[1:])), SSQ, INDEX, DRAND)
    return rounds.drawn(given=[reveal, *rounds.reveals()[1:]], sources=sources)


def on_two_lines() -> Files:
    """A witness whose value holds a line end, so that one hash fits another salt and value too."""
    name, value = rounds.WITNESSES[0][0], "1\n2"
    witness = lottery.Witness(name, lottery.commitment(rounds.ROUND, name, rounds.SALT, value))
    files = rounds.drawn()
    files["promise.json"] = rounds.promise(
        rounds.listed(), sources=(replace(W, witnesses=(witness, *W.witnesses[1:])), SSQ, INDEX, DRAND)
    ).to_bytes()
    files["reveals.json"] = rounds.edited(
        files["reveals.json"], lambda one: one["values"][0]["witnesses"][0].update(value=value)
    )
    files["transcript.txt"] = files["transcript.txt"].replace(b"4711", value.encode())
    return rounds.resealed(files)


def unpaired() -> Files:
    """Half a character as the reason of a second draw, which no file can hold but escaped."""
    files = second()()
    files["promise.json"] = files["promise.json"].replace("名单漏了一名孩子".encode(), b"\\ud800")
    return rounds.resealed(files)


CHEATS = (
    Cheat("the transcript is withheld", Kind.FILE_MISSING, None, without("transcript.txt")),
    Cheat("a list nobody promised lies in the bundle", Kind.FILE_UNKNOWN, None, lambda: {**rounds.drawn(), "list-2.txt": b"A"}),
    # The list.
    Cheat("a byte order mark", Kind.LIST_BOM, 1, changed("list.txt", lambda content: b"\xef\xbb\xbf" + content)),
    Cheat("line ends of Windows", Kind.LIST_CRLF, 1, changed("list.txt", lambda content: content.replace(b"\n", b"\r\n"))),
    Cheat("one line end of Windows", Kind.LIST_CRLF, 3, text("list.txt", "A0003\n", "A0003\r\n")),
    Cheat("the last line end cut off", Kind.LIST_CUT, 4, changed("list.txt", lambda content: content[:-1])),
    Cheat("half a number cut off", Kind.LIST_CUT, 4, changed("list.txt", lambda content: content[:-3])),
    Cheat("another version in the header", Kind.LIST_HEADER, 1, text("list.txt", "list/1", "list/2")),
    Cheat("the list of last year", Kind.LIST_OTHER_ROUND, 1, text("list.txt", "2026", "2025")),
    Cheat("nobody in the list", Kind.LIST_EMPTY, None, promised_list(HEADER)),
    Cheat("an empty line", Kind.LIST_BLANK, 3, relisted(b"A0001\n", b"A0001\n\n")),
    Cheat("a space after a number", Kind.LIST_SPACE, 2, relisted(b"A0001\n", b"A0001 \n")),
    Cheat("a full-width digit", Kind.LIST_LOOKALIKE, 4, relisted(b"A0007", "A000７".encode())),
    Cheat("a Cyrillic А", Kind.LIST_LOOKALIKE, 4, relisted(b"A0007", "А0007".encode())),
    Cheat("a small letter", Kind.LIST_LOWERCASE, 4, relisted(b"A0007", b"a0007")),
    Cheat("a name for a number", Kind.LIST_NUMBER, 4, relisted(b"A0007", b"A_0007")),
    Cheat("two rows swapped", Kind.LIST_ORDER, 3, promised_list(HEADER + b"A0002+A0003\nA0001\nA0007\n")),
    Cheat("a row doubled", Kind.LIST_DUPLICATE, 5, promised_list(HEADER + b"A0001\nA0002+A0003\nA0007\nA0007\n")),
    Cheat("a twin alone and in the group", Kind.LIST_CHILD_TWICE, 4, promised_list(HEADER + b"A0001\nA0002+A0003\nA0003\nA0007\n")),
    Cheat("a group written the other way", Kind.LIST_GROUP_ORDER, 3, promised_list(HEADER + b"A0001\nA0003+A0002\nA0007\n")),
    Cheat("another list, drawn consistently", Kind.LIST_HASH, None, relisted(b"A0007", b"A0008")),
    Cheat("a line more than promised", Kind.LIST_LINES, None, promised(lambda one: one.update(lines=2))),
    Cheat("a child more than promised", Kind.LIST_CHILDREN, None, promised(lambda one: one.update(children=3))),
    Cheat("a child put in after closing", Kind.LIST_ADDED, 4, relisted(b"A0007", b"A0006\nA0007"), KEPT),
    Cheat("a child left out", Kind.LIST_DROPPED, 2, relisted(b"A0001\n", b""), KEPT),
    Cheat("a child under another number", Kind.LIST_RENAMED, 4, relisted(b"A0007", b"A0009"), KEPT),
    Cheat("a twin added to a number", Kind.LIST_RENAMED, 4, relisted(b"A0007", b"A0007+A0008"), KEPT),
    Cheat("a false copy for comparing", Kind.LIST_OTHER_COPY, None, rounds.drawn, {"published_list": HEADER + b"A0001\n"}),
    # The promise.
    Cheat("a promise that is no JSON", Kind.PROMISE_UNREADABLE, None, changed("promise.json", lambda content: content[:-9])),
    Cheat("a number that is none", Kind.PROMISE_FORM, None, text("promise.json", '"attempt": 1', '"attempt": NaN')),
    Cheat("a key twice", Kind.PROMISE_FORM, None, text("promise.json", '"attempt": 1', '"attempt": 2,\n "attempt": 1')),
    Cheat("Chinese as escapes", Kind.PROMISE_FORM, None,
          changed("promise.json", lambda content: json.dumps(json.loads(content), sort_keys=True, indent=1).encode() + b"\n", is_resealed=True)),
    Cheat("the places left open", Kind.PROMISE_FIELD_MISSING, None,
          changed("promise.json", lambda content: rounds.edited(content, lambda one: one.pop("places")))),
    Cheat("a private remark", Kind.PROMISE_FIELD_UNKNOWN, None, promised(lambda one: one.update(nonce="7"))),
    Cheat("a nonce within a source", Kind.PROMISE_FIELD_UNKNOWN, 2, promised(lambda one: one["sources"][1].update(nonce="7"))),
    Cheat("half a place", Kind.PROMISE_FIELD_WRONG, None, promised(lambda one: one.update(places=1.5))),
    Cheat("a moment that is none", Kind.PROMISE_FIELD_WRONG, 2, promised(lambda one: one["sources"][1].update(known_at="2026-02-30T21:30+08:00"))),
    Cheat("another promise than the published one", Kind.PROMISE_NOT_PUBLISHED, None, repromised(places=3), SEEN),
    Cheat("a source exchanged after publishing", Kind.PROMISE_NOT_PUBLISHED, None, with_source(1, name="双色球第 2026075 期"), SEEN),
    Cheat("a rule of one's own", Kind.RULE_UNKNOWN, None, promised(lambda one: one["rule"].update(id="house-rule/1"))),
    Cheat("a rule reworded, its hash promised", Kind.RULE_UNKNOWN, None, promised(lambda one: one["rule"].update(sha256="0" * 64))),
    Cheat("a rule reworded", Kind.RULE_TEXT, None, text("rule.txt", "从小到大", "从大到小")),
    Cheat("one source only", Kind.SOURCES_TOO_FEW, None, lambda: rounds.drawn(given=rounds.reveals()[1:2], sources=(SSQ,))),
    Cheat("witnesses only", Kind.SOURCES_ALL_WITNESSES, None, lambda: rounds.drawn(given=rounds.reveals()[:1], sources=(replace(W, fallback=None),))),
    Cheat("one name for two sources", Kind.SOURCE_TWICE, 2, promised(lambda one: one["sources"][1]["fallback"].update(id="ssq"))),
    Cheat("a kind that nobody can look up", Kind.SOURCE_FORM, 3, promised(lambda one: one["sources"][2].update(kind="weather"))),
    Cheat("numbers of last week", Kind.SOURCE_KNOWN_BEFORE, 2, with_source(1, known_at="2026-06-25T21:30+08:00")),
    Cheat("a source known in the very minute", Kind.SOURCE_KNOWN_BEFORE, 2, with_source(1, known_at=rounds.PROMISED_AT)),
    Cheat("another time zone hides that it is known", Kind.SOURCE_KNOWN_BEFORE, 2, with_source(1, known_at="2026-07-01T10:00+10:00")),
    Cheat("a round of the beacon that is over", Kind.DRAND_MOMENT, 4,
          with_source(3, beacon=lottery.Beacon(rounds.CHAIN, 1_000, rounds.GENESIS, rounds.PERIOD))),
    Cheat("two witnesses", Kind.WITNESSES_TOO_FEW, 1, lambda: rounds.drawn(
        given=[replace(rounds.reveals()[0], witnesses=rounds.reveals()[0].witnesses[:2]), *rounds.reveals()[1:]],
        sources=(replace(W, witnesses=W.witnesses[:2]), *rounds.sources()[1:]))),
    Cheat("one witness under two entries", Kind.WITNESS_TWICE, 1, promised(lambda one: one["sources"][0]["witnesses"][2].update(name="家长代表"))),
    Cheat("a copied commitment", Kind.COMMITMENT_TWICE, 1,
          promised(lambda one: one["sources"][0]["witnesses"][2].update(commitment=one["sources"][0]["witnesses"][0]["commitment"]))),
    Cheat("the witnesses speak last", Kind.WITNESSES_LAST, 1, with_source(0, known_at="2026-07-02T21:30+08:00")),
    Cheat("a substitute that the silent one has seen", Kind.FALLBACK_NOT_LATER, 1,
          with_source(0, fallback=replace(W.fallback, known_at="2026-07-02T12:00+08:00"))),
    Cheat("witnesses stand in for numbers", Kind.FALLBACK_WITNESSES, 2,
          with_source(1, fallback=replace(W, id="w2", known_at="2026-07-03T08:00+08:00"))),
    Cheat("a second draw without the first promise", Kind.ATTEMPT_WITHOUT_PROMISE, None, second(is_shown=False)),
    Cheat("a second draw that calls itself the first", Kind.ATTEMPT_WITHOUT_PROMISE, None, second(attempt=1, previous=None)),
    Cheat("a second draw unlinked, the first promise seen", Kind.PROMISE_NOT_PUBLISHED, None,
          repromised(promised_at="2026-07-01T10:00+08:00"), SEEN),
    Cheat("a second draw after another first promise", Kind.ATTEMPT_CHAIN, None, second(previous=lottery.Previous("0" * 64, "漏了一名孩子"))),
    Cheat("a second draw without a reason", Kind.ATTEMPT_REASON, None,
          second(previous=lottery.Previous(SEEN["promises"][0], " "))),
    Cheat("the first promise of another round", Kind.ATTEMPT_ROUND, None,
          second(replace(rounds.promise(rounds.listed()), round_id="yunchuan-2026-lower"))),
    Cheat("a first promise with a private remark", Kind.PROMISE_FIELD_UNKNOWN, None, lambda: rounds.recorded(
        {**(files := second()()), "promise-1.json": rounds.edited(files["promise-1.json"], lambda one: one.update(nonce="7"))})),
    Cheat("a second promise as old as the first", Kind.ATTEMPT_BEFORE, None, second(promised_at=rounds.PROMISED_AT)),
    # What became known.
    Cheat("reveals that are no JSON", Kind.REVEALS_UNREADABLE, None, changed("reveals.json", lambda content: content[:-4])),
    Cheat("reveals with other spaces", Kind.REVEALS_FORM, None, text("reveals.json", '"value": ', '"value":')),
    Cheat("a private value", Kind.REVEALS_FIELD, None, revealed(lambda one: one.update(nonce="7"))),
    Cheat("the reveals of another promise", Kind.REVEALS_OTHER_PROMISE, None, revealed(lambda one: one.update(promise="0" * 64))),
    Cheat("a value left out", Kind.REVEAL_MISSING, 3, revealed(lambda one: one["values"].pop(2))),
    Cheat("a value nobody promised", Kind.REVEAL_UNKNOWN, 5, revealed(lambda one: one["values"].append({"source": "dice", "value": "6./"}))),
    Cheat("two values to choose from", Kind.REVEAL_TWICE, 5, revealed(lambda one: one["values"].append({"source": "index", "value": "3284.11/"}))),
    Cheat("values in another order", Kind.REVEAL_ORDER, 1, revealed(lambda one: one["values"].reverse())),
    Cheat("another number of decimals", Kind.VALUE_FORM, 3, value(2, value="3284.1/")),
    Cheat("a separator changed", Kind.VALUE_FORM, 2, value(1, value="1,5,9,12,30,33/7/")),
    Cheat("numbers as printed", Kind.VALUE_ZEROS, 2, value(1, value="01.05.09.12.30.33./07./")),
    Cheat("numbers in the order of the draw", Kind.VALUE_UNSORTED, 2, value(1, value="9.1.5.12.30.33./7./")),
    Cheat("a number that no ball has", Kind.VALUE_RANGE, 2, value(1, value="1.5.9.12.30.34./7./")),
    Cheat("another number of decimals, drawn so", Kind.VALUE_FORM, 3, respelt(2, "3284.1/")),
    Cheat("a zero before the point, drawn so", Kind.VALUE_ZEROS, 3, respelt(2, "03284.10/")),
    Cheat("numbers as printed, drawn so", Kind.VALUE_ZEROS, 2, respelt(1, "1.5.9.12.30.33./07./")),
    Cheat("numbers in the order of the draw, drawn so", Kind.VALUE_UNSORTED, 2, respelt(1, "9.1.5.12.30.33./7./")),
    Cheat("a number left away, drawn so", Kind.VALUE_RANGE, 2, respelt(1, "1.5.9.12.30./7./")),
    Cheat("a group left away, drawn so", Kind.VALUE_FORM, 2, respelt(1, "1.5.9.12.30.33./")),
    Cheat("a group too many, drawn so", Kind.VALUE_FORM, 2, respelt(1, "1.5.9.12.30.33./7./1./")),
    Cheat("large hexadecimal digits, drawn so", Kind.VALUE_FORM, 4, respelt(3, rounds.RANDOMNESS.upper() + "/")),
    Cheat("a beacon without its signature", Kind.DRAND_SIGNATURE, 4, value(3, value="0" * 64 + "/")),
    Cheat("a witness passed over", Kind.WITNESS_SILENT, 2, revealed(silent_second_witness)),
    Cheat("the last witness passed over", Kind.WITNESS_SILENT, 3, revealed(lambda one: one["values"][0]["witnesses"].pop())),
    Cheat("somebody else speaks for a witness", Kind.WITNESS_UNKNOWN, 2, revealed(lambda one: one["values"][0]["witnesses"][1].update(name="局长"))),
    Cheat("a fourth witness", Kind.WITNESS_UNKNOWN, 4, revealed(one_more_witness)),
    Cheat("a witness with a remark", Kind.REVEALS_FIELD, 1, revealed(lambda one: one["values"][0]["witnesses"][0].update(note="x"))),
    Cheat("numbers for witnesses", Kind.REVEALS_FIELD, 1, revealed(lambda one: one["values"].__setitem__(0, {"source": "w", "value": "1./"}))),
    Cheat("a number that is no text", Kind.REVEALS_FIELD, 3, value(2, value=3284)),
    Cheat("a witness changes his mind", Kind.WITNESS_CHANGED, 1, revealed(lambda one: one["values"][0]["witnesses"][0].update(value="4712"))),
    Cheat("another salt", Kind.WITNESS_CHANGED, 1, revealed(lambda one: one["values"][0]["witnesses"][0].update(salt="f" * 32))),
    Cheat("no salt", Kind.WITNESS_SALT, 1, unsalted),
    Cheat("a source that is missing without a word", Kind.REASON_MISSING, 2,
          amended(ABSENT, lambda one: one["values"][1].update(missing=""))),
    Cheat("a silent witness without the substitute", Kind.FALLBACK_UNUSED, 1, amended(QUIET, lambda one: one["values"].pop(1))),
    Cheat("the substitute of a source that is there", Kind.FALLBACK_NEEDLESS, 5,
          revealed(lambda one: one["values"].append({"source": "d3", "value": "0.4.2./"}))),
    Cheat("drawn although nothing should have been", Kind.FALLBACK_VOID, 3,
          revealed(lambda one: one["values"].__setitem__(2, {"missing": "停市", "source": "index"}))),
    # What a checker overlooks that is content to spell the value, the list or the record again.
    Cheat("a closing value below zero", Kind.VALUE_FORM, 3, respelt(2, "-3284.10/")),
    Cheat("a closing value that is no number", Kind.VALUE_FORM, 3, respelt(2, "NaN/")),
    Cheat("a digit more of randomness", Kind.VALUE_FORM, 4, respelt(3, f"1{rounds.RANDOMNESS}/")),
    Cheat("randomness below zero", Kind.VALUE_FORM, 4, respelt(3, f"-{rounds.RANDOMNESS[1:]}/")),
    Cheat("a ball that is not in the drum", Kind.VALUE_RANGE, 2, respelt(1, "1.5.9.12.30.99./7./")),
    Cheat("another value shown before the one that was used", Kind.REVEAL_TWICE, 3,
          revealed(lambda one: one["values"].insert(1, {"source": "ssq", "value": "2.5.9.12.30.33./7./"}))),
    Cheat("a value on two lines", Kind.WITNESS_CHANGED, 1, on_two_lines),
    Cheat("the last child cut off before the promise", Kind.LIST_CUT, 4, promised_list(HEADER + b"A0001\nA0002+A0003\nA0007")),
    Cheat("a child again with a space, promised", Kind.LIST_SPACE, 3, promised_list(HEADER + b"A0001\nA0001 \n")),
    Cheat("a child again in small letters, promised", Kind.LIST_LOWERCASE, 3, promised_list(HEADER + b"A0001\na0001\n")),
    Cheat("a line for nobody, promised", Kind.LIST_BLANK, 2, promised_list(HEADER + b"\nA0001\n")),
    Cheat("the list of last year, promised", Kind.LIST_OTHER_ROUND, 1, promised_list(HEADER.replace(b"2026", b"2025") + b"A0001\n")),
    Cheat("a record of no files", Kind.RECORD_HASH, None, noted(lambda one: one.update(files={}))),
    Cheat("a record of a file that is not there", Kind.RECORD_HASH, None,
          noted(lambda one: one["files"].update(constructor=lottery.sha256(b"\0")))),
    Cheat("half a character for a reason", Kind.PROMISE_FORM, None, unpaired),
    # Seed, order, record.
    Cheat("a transcript of another version", Kind.TRANSCRIPT_FORM, 1, text("transcript.txt", "seed/1", "seed/2")),
    Cheat("a transcript without its last line end", Kind.TRANSCRIPT_FORM, None,
          changed("transcript.txt", lambda content: content[:-1])),
    Cheat("a transcript of another promise", Kind.TRANSCRIPT_PROMISE, 2, text("transcript.txt", "promise ", "promise 0")),
    Cheat("a seed from other numbers", Kind.TRANSCRIPT_VALUE, 6, text("transcript.txt", "ssq 1.", "ssq 2.")),
    Cheat("a line ground until the seed is liked", Kind.TRANSCRIPT_ADDED, 9, changed("transcript.txt", lambda content: content + b"nonce 81927/\n")),
    Cheat("a source dropped from the seed", Kind.TRANSCRIPT_CUT, 8, changed("transcript.txt", lambda content: content[: content.index(b"drand")])),
    Cheat("a result with line ends of Windows", Kind.RESULT_FORM, 2, changed("result.txt", lambda content: content.replace(b"\n", b"\r\n"))),
    Cheat("a byte order mark in the result", Kind.RESULT_FORM, 1, changed("result.txt", lambda content: b"\xef\xbb\xbf" + content)),
    Cheat("a look-alike in the result", Kind.RESULT_FORM, 3, text("result.txt", "A0007", "A000７")),
    Cheat("the result of another round", Kind.RESULT_HEADER, 1, text("result.txt", "2026", "2025")),
    Cheat("a place given twice", Kind.RESULT_PLACE, 3, text("result.txt", "\n2 ", "\n1 ")),
    Cheat("two places swapped", Kind.RESULT_ORDER, 2, changed("result.txt", swapped_rows)),
    Cheat("somebody who is not in the list", Kind.RESULT_ADDED, 3, text("result.txt", "A0007", "A0008")),
    Cheat("somebody with two places", Kind.RESULT_TWICE, 4, text("result.txt", "3 A0001", "3 A0007")),
    Cheat("somebody without a place", Kind.RESULT_DROPPED, 4, text("result.txt", "2 A0007\n", "")),
    Cheat("the end of the result cut off", Kind.RESULT_CUT, 4, text("result.txt", "3 A0001\n", "")),
    Cheat("a record that is no JSON", Kind.RECORD_UNREADABLE, None, changed("record.json", lambda content: content[:-3])),
    Cheat("a record in another form", Kind.RECORD_FORM, None, changed("record.json", lambda content: content.replace(b"\n ", b"\n\t"))),
    Cheat("a record without its minute", Kind.RECORD_FIELD, None, noted(lambda one: one.pop("drawn_at"))),
    Cheat("the record of another round", Kind.RECORD_ROUND, None, noted(lambda one: one.update(round="yunchuan-2026-lower"))),
    Cheat("the record of another attempt", Kind.RECORD_ATTEMPT, None, noted(lambda one: one.update(attempt=2))),
    Cheat("the hash of another result", Kind.RECORD_HASH, None, noted(lambda one: one["files"].update({"result.txt": "0" * 64}))),
    Cheat("a seed that is not the transcript's", Kind.RECORD_SEED, None, noted(lambda one: one.update(seed="0" * 64))),
    Cheat("a line more with a place", Kind.RECORD_WINNERS, None, noted(lambda one: one.update(winners=2))),
    Cheat("drawn before the last number was known", Kind.RECORD_EARLY, None, noted(lambda one: one.update(drawn_at="2026-07-02T21:29+08:00"))),
)  # fmt: skip
