"""Sentences that the office words itself, with places for numbers: read, checked, filled in; never executed.

    全市本月应完成{due}项，已完成{done}项，占{share}。{late：0=无逾期事项｜其他=逾期{late}项}。

`{name}` is a place. `{name:…}` chooses by its number: cases in turn, separated by `|`, each a condition, `=`, and a text that may
hold places itself. Conditions are `0`, `1-3`, `>5`, `>=5`, `<5`, `<=5`, `空` (there is no value) and `其他`, which comes last
and has to be there. `{{` and `||` stand for the signs themselves, outside a choice `}}` as well. Colon, stroke and equals sign of a
choice may be typed full-width.

    wording = parse(source, {"due": "应完成项数", …})      # raises UnableToReadWording, with the place
    wording.render({"due": Value(137, "137", "t1"), …})    # pieces of a document, traces and all

How long, deep and wide a wording may be is bounded, and so is what it can come to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.foundation.official.elements import Cited, Paragraph, Piece, plain

LONGEST = 2_000
DEEPEST = 4
MOST_PLACES = 200
LONGEST_VALUE = 500
"""Characters of a wording, choices within each other, places in a wording, characters of a value that is filled in."""

_NAME = re.compile(r"[^\W\d_]\w{0,39}")
_CONDITION = re.compile(
    r"(?P<low>\d{1,12})-(?P<high>\d{1,12})|(?P<sign>>=|<=|>|<|≥|≤|)(?P<number>-?\d{1,12}(?:\.\d{1,6})?)"
)
_WIDE = str.maketrans("０１２３４５６７８９－—＞＜．", "0123456789--><.")
_OTHERWISE, _EMPTY = "其他", "空"
_COLONS, _STROKES, _EQUALS = ":：", "|｜", "=＝"


class UnableToReadWording(ValueError):
    """The wording cannot be read; a sentence in Chinese for whoever wrote it. `position` counts characters from 1."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(_("第 %(position)d 个字：%(sentence)s") % {"position": position, "sentence": sentence})
        self.sentence, self.position = sentence, position


class UnableToFillWording(ValueError):
    """A place has no value, or one that cannot stand there; for the developer who fills it."""


@dataclass(frozen=True)
class Value:
    """What comes into a place: the number by which choices are made, how it is written, and its trace. A number that is not known is
    None, with the words that say so."""

    number: Fraction | int | None
    text: str
    trace_id: str = ""


@dataclass(frozen=True)
class Place:
    """Where a value is filled in."""

    name: str


@dataclass(frozen=True)
class Case:
    """Which numbers a text of a choice is for."""

    words: str
    low: Fraction | None
    high: Fraction | None
    holds_low: bool
    holds_high: bool
    part: tuple[Part, ...]

    def fits(self, value: Value) -> bool:
        if self.words == _OTHERWISE:
            return True
        number = value.number
        if self.words == _EMPTY:
            return number is None
        if number is None:
            return False
        if self.low is not None and (number < self.low or (number == self.low and not self.holds_low)):
            return False
        return not (self.high is not None and (number > self.high or (number == self.high and not self.holds_high)))


@dataclass(frozen=True)
class Choice:
    """A text for each case of a number."""

    name: str
    cases: tuple[Case, ...]


Part = str | Place | Choice


@dataclass(frozen=True)
class Wording:
    """A wording that was read and found good."""

    source: str
    parts: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """The values that it asks for."""
        return frozenset(_names(self.parts))

    def render(self, values: Mapping[str, Value]) -> tuple[Piece, ...]:
        """The sentence with its values: texts, and numbers with their traces. Raises UnableToFillWording."""
        for name in self.names:
            if name not in values:
                raise UnableToFillWording(_("模板里的“%(name)s”没有给出数值。") % {"name": name})
            if len(values[name].text) > LONGEST_VALUE:
                raise UnableToFillWording(
                    _("“%(name)s”的文字有 %(count)d 个字，最多 %(most)d 个字。")
                    % {"name": name, "count": len(values[name].text), "most": LONGEST_VALUE}
                )
        return tuple(_joined(_filled(self.parts, values)))

    def paragraphs(self, values: Mapping[str, Value]) -> tuple[Paragraph, ...]:
        """A paragraph for each line that is not blank. Raises UnableToFillWording."""
        lines: list[list[Piece]] = [[]]
        for piece in self.render(values):
            if isinstance(piece, Cited):
                lines[-1].append(piece)
                continue
            first, *further = piece.split("\n")
            lines[-1].append(first)
            lines.extend([one] for one in further)
        return tuple(Paragraph(tuple(piece for piece in line if piece)) for line in lines if plain(line).strip())


def _names(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case Place(name):
                yield name
            case Choice(name, cases):
                yield name
                for case in cases:
                    yield from _names(case.part)


def _filled(parts: Sequence[Part], values: Mapping[str, Value]) -> Iterator[Piece]:
    for part in parts:
        match part:
            case str():
                yield part
            case Place(name):
                value = values[name]
                yield Cited(value.text, value.trace_id) if value.trace_id else value.text
            case Choice(name, cases):
                value = values[name]
                yield from _filled(next(case.part for case in cases if case.fits(value)), values)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbouring texts as one; empty ones gone."""
    held = ""
    for piece in pieces:
        if isinstance(piece, str):
            held += piece
            continue
        if held:
            yield held
        held = ""
        yield piece
    if held:
        yield held


def parse(source: str, known: Mapping[str, str]) -> Wording:
    """Reads a wording whose places are among `known`, names to labels. Raises UnableToReadWording for the first thing that is wrong."""
    if len(source) > LONGEST:
        raise UnableToReadWording(
            _("模板有 %(count)d 个字，最多 %(most)d 个字，请拆成几段。") % {"count": len(source), "most": LONGEST},
            LONGEST + 1,
        )
    reader = _Reader(source, known)
    parts = reader.parts(depth=0)
    return Wording(source, parts)


class _Reader:
    """One pass from left to right."""

    def __init__(self, source: str, known: Mapping[str, str]) -> None:
        self.source, self.known = source, known
        self.at = 0
        self.places = 0

    def parts(self, *, depth: int) -> tuple[Part, ...]:
        """Until the end; inside a choice, until what ends the case."""
        found: list[Part] = []
        held = ""
        while self.at < len(self.source):
            sign = self.source[self.at]
            doubled = self.source[self.at : self.at + 2]
            if doubled in ("{{", "}}") or (depth and doubled in ("||", "｜｜")):
                # At the end of a choice the first brace of three closes it.
                if doubled == "}}" and depth:
                    break
                held += sign
                self.at += 2
            elif sign in "｛｝":
                raise self._problem(_("这里是全角花括号，请改用半角的 { 和 }。"))
            elif sign == "{":
                if held:
                    found.append(held)
                held = ""
                found.append(self._place(depth=depth))
            elif depth and (sign == "}" or sign in _STROKES):
                break
            elif sign == "}":
                raise self._problem(_("这里多了一个 }，前面没有与它成对的 {；要写出花括号本身，请写两个 }}。"))
            else:
                held += sign
                self.at += 1
        if held:
            found.append(held)
        return tuple(found)

    def _place(self, *, depth: int) -> Part:
        start = self.at
        self.places += 1
        if self.places > MOST_PLACES:
            raise self._problem(_("模板里的花括号超过了 %(most)d 处，请拆成几段。") % {"most": MOST_PLACES})
        self.at += 1
        self._skip_blanks()
        name = self._name(start)
        self._skip_blanks()
        sign = self._sign()
        if sign == "}":
            self.at += 1
            return Place(name)
        if sign and sign in _COLONS:
            self.at += 1
            return self._choice(name, start, depth=depth + 1)
        if not sign:
            raise self._unclosed(start)
        raise self._problem(_("“%(name)s”后面应当是 } 或冒号，这里却是“%(sign)s”。") % {"name": name, "sign": sign})

    def _name(self, start: int) -> str:
        found = _NAME.match(self.source, self.at)
        if found is None:
            if self.at >= len(self.source):
                raise self._unclosed(start)
            raise self._problem(
                _("花括号里应当先写一个名称，如 {%(name)s}。") % {"name": next(iter(self.known), "done")}
            )
        name = found[0]
        if name not in self.known:
            near = difflib.get_close_matches(name, self.known, n=1)
            by_label = [code for code, label in self.known.items() if label == name]
            # A brace that was not closed lets the name run on into the sentence.
            begun = sorted((code for code in self.known if name.startswith(code)), key=len, reverse=True)
            if by_label or begun or near:
                meant = (by_label or begun or near)[0]
                raise self._problem(
                    _("没有名为“%(name)s”的数；您是不是想写 {%(meant)s}（%(label)s）？")
                    % {"name": name, "meant": meant, "label": self.known[meant]}
                )
            listed = "、".join(f"{code}（{label}）" for code, label in list(self.known.items())[:30])
            raise self._problem(
                _("没有名为“%(name)s”的数。可以用的有：%(listed)s。") % {"name": name, "listed": listed}
            )
        self.at = found.end()
        return name

    def _choice(self, name: str, start: int, *, depth: int) -> Choice:
        if depth > DEEPEST:
            raise self._problem(_("花括号套得太深，最多 %(most)d 层。") % {"most": DEEPEST})
        cases: list[Case] = []
        while True:
            here = self.at
            cases.append(self._case(name, start, depth=depth))
            if any(case.words == cases[-1].words for case in cases[:-1]):
                raise UnableToReadWording(
                    _("“%(name)s”的条件“%(words)s”写了两次。") % {"name": name, "words": cases[-1].words}, here + 1
                )
            sign = self._sign()
            if not sign:
                raise self._unclosed(start)
            self.at += 1
            if sign == "}":
                break
            if cases[-1].words == _OTHERWISE:
                raise UnableToReadWording(_("“其他”之后不能再有别的条件，请把它放在最后。"), self.at)
        if cases[-1].words != _OTHERWISE:
            raise UnableToReadWording(
                _("“%(name)s”缺少“其他”：不符合前面条件的数也要有话说，请在最后加上 |其他=…") % {"name": name},
                start + 1,
            )
        return Choice(name, tuple(cases))

    def _case(self, name: str, start: int, *, depth: int) -> Case:
        self._skip_blanks()
        here = self.at
        # A condition is short; what is longer is a text without one.
        while self.at < len(self.source) and self.source[self.at] not in "{}" + _STROKES + _EQUALS + "\n":
            self.at += 1
            # `>=` and `<=` are conditions, their equals sign does not end one.
            if self.source[self.at : self.at + 1] in ("=", "＝") and self.source[self.at - 1] in "><＞＜":
                self.at += 1
        words = self.source[here : self.at].strip().translate(_WIDE).replace("＝", "=")
        sign = self._sign()
        if not sign:
            raise self._unclosed(start)
        if sign not in _EQUALS:
            raise UnableToReadWording(
                _("“%(name)s”的这一种情形没有写条件，应当像 0=无逾期事项 或 其他=逾期若干项 这样写。") % {"name": name},
                here + 1,
            )
        self.at += 1
        low, high, holds_low, holds_high = self._range(words, name, here)
        return Case(words, low, high, holds_low, holds_high, self.parts(depth=depth))

    @staticmethod
    def _range(words: str, name: str, here: int) -> tuple[Fraction | None, Fraction | None, bool, bool]:
        if words in (_OTHERWISE, _EMPTY):
            return None, None, False, False
        found = _CONDITION.fullmatch(words)
        if found is None:
            raise UnableToReadWording(
                _("“%(name)s”的条件“%(words)s”看不懂，可以写 0、1-3、>5、>=5、<5、<=5、空 或 其他。")
                % {"name": name, "words": words[:20]}, here + 1,
            )  # fmt: skip
        if found["low"] is not None:
            low, high = Fraction(found["low"]), Fraction(found["high"])
            if low > high:
                raise UnableToReadWording(
                    _("“%(name)s”的条件“%(words)s”前大后小，没有数能符合。") % {"name": name, "words": words}, here + 1
                )
            return low, high, True, True
        number = Fraction(found["number"])
        match found["sign"]:
            case "":
                return number, number, True, True
            case ">":
                return number, None, False, False
            case ">=" | "≥":
                return number, None, True, False
            case "<":
                return None, number, False, False
        return None, number, False, True

    def _skip_blanks(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in " \u3000":
            self.at += 1

    def _sign(self) -> str:
        return self.source[self.at : self.at + 1]

    def _problem(self, sentence: str) -> UnableToReadWording:
        return UnableToReadWording(sentence, self.at + 1)

    def _unclosed(self, start: int) -> UnableToReadWording:
        return UnableToReadWording(_("这里的 { 没有与它成对的 }，请补上。"), start + 1)
