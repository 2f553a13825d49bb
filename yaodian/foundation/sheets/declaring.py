"""What a sheet is: columns with a kind, checks, a key, checks across a row.

    PUPILS = Sheet(
        code="registry.pupils", label=_("学生"), english="Pupils", key=("number",),
        columns=(
            Column("number", _("学籍号"), "Enrolment number", kind=Text(max_length=19, is_code=True),
                   is_required=True, check=check_enrolment_number, example="G110101201501010011"),
            Column("birth_on", _("出生日期"), "Birth date", kind=Day()),
        ),
        cross_checks=(check_birth_against_id,),
    )

A column's check gets the value (never None) and returns nothing, a sentence, or a `Problem` (`warning(…)` only warns).
A cross-check gets the row as a mapping from column code to value and returns the same, or a list of it; its
problem may name a `column`. Checks are pure: their answers are remembered.

A declaration that cannot work raises `UnableToDeclareSheet` when its module is imported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

Label = str | Promise
Raw = Any
"""A cell as the parsers give it: None, a text, or a list: ["n", digits], ["d", ISO date or moment], ["b", 0 or 1],
["e", error], ["f", any of these] for a formula with the value it had last."""


class UnableToDeclareSheet(ValueError):
    """The declaration contradicts itself; for the developer, at import."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell or a row, in words for whoever fills the sheet in. `row` counts from 1 as Excel does."""

    message: str
    code: str = "invalid"
    is_warning: bool = False
    column: str = ""
    row: int = 0
    position: int = -1
    """The column's place in the file, from 0; -1 where the problem has no cell."""
    shown: str = ""
    file: str = ""
    """The file inside an archive; its columns are called by name."""

    @property
    def address(self) -> str:
        """Such as C17, or users.csv:17 givenName; the row alone where the problem has no cell; nothing where it is about
        the file."""
        if self.file:
            return f"{self.file}:{self.row} {self.column}".strip() if self.row else self.file
        if not self.row:
            return ""
        return f"{letters(self.position)}{self.row}" if self.position >= 0 else str(self.row)


Found = Problem | str | None
Check = Callable[[Any], Found]
CrossCheck = Callable[[Mapping[str, Any]], "Found | Iterable[Found]"]


def warning(message: str, *, code: str = "doubtful", column: str = "") -> Problem:
    """A problem that is shown and stops nothing."""
    return Problem(message, code=code, is_warning=True, column=column)


def letters(position: int) -> str:
    """The column's letters: 0 is A, 26 is AA."""
    name = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class Misfit(Exception):
    """A cell that the kind cannot take; the message is for whoever fills the sheet in."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


# Characters that nobody sees: zero width, direction marks, byte order marks, controls, soft hyphens, unassigned halves.
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAKS: Final = re.compile(r"\s*[\t\r\n\u2028\u2029]\s*")
_BLANKS: Final = re.compile(r"\s+")
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_ROUNDED_TEXT: Final = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d{1,3}")
_LONG_ROUNDED: Final = re.compile(r"\d{13,}000")
SIGNIFICANT_DIGITS: Final = 15
"""Excel keeps no more; the digits after are zeros."""


def tidy(text: str) -> str:
    """`text` in one line without what cannot be seen; composed characters; no blanks at the ends. Idempotent."""
    # What nobody sees and blanks are not alphanumeric: most cells are done here, and asked cheaply.
    if _PLAIN.fullmatch(text) or (text.isalnum() and unicodedata.is_normalized("NFC", text)):
        return text
    text = _UNSEEN.sub("", text)
    return _UNSEEN.sub("", unicodedata.normalize("NFC", _BREAKS.sub(" ", text))).strip()


def tidy_code(text: str) -> str:
    """`text` as a code: full-width letters and digits made narrow, no blanks at all. Idempotent."""
    return _BLANKS.sub("", tidy(unicodedata.normalize("NFKC", _UNSEEN.sub("", text))))


def rounded(shown: str) -> Misfit:
    """The refusal of a number whose last digits Excel has thrown away."""
    return Misfit(
        _("这里的长号码“%(shown)s”已被 Excel 四舍五入，后几位找不回来了。请把整列设为“文本”格式，再按原件重新填写。")
        % {"shown": shown},
        "rounded",
    )


def _not(shown: str, what: str, instead: str) -> Misfit:
    return Misfit(
        _("“%(shown)s”不是%(what)s。%(instead)s") % {"shown": shown[:50], "what": what, "instead": instead}, "kind"
    )


def show(raw: Raw) -> str:
    """The cell in words, for messages and for the marked workbook."""
    while isinstance(raw, list):
        if raw[0] == "b":
            return "TRUE" if raw[1] else "FALSE"
        raw = raw[1]
    return "" if raw is None else str(raw)


@dataclass(frozen=True)
class Kind:
    """What a column's cells hold. `read` and `write` are each other's inverse on every value that `read` gives."""

    def read(self, raw: Raw) -> Any:
        """The value of a cell that is not blank, or None. Raises Misfit."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """What stands in the exported cell: a text, a number or a date."""
        return value

    def plain(self, value: Any) -> Any:
        """The value as JSON can carry it."""
        return value

    def from_plain(self, value: Any) -> Any:
        return value

    def describe(self) -> str:
        """What may stand in the cell, in words."""
        raise NotImplementedError

    annotation: Any = field(default=str, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Text(Kind):
    """A text of one line. `is_code` for numbers that are names (enrolment numbers, phones): never a number to Excel."""

    max_length: int = 200
    min_length: int = 0
    is_code: bool = False

    def read(self, raw: Raw) -> str | None:
        is_number = isinstance(raw, list) and raw[0] == "n"
        if isinstance(raw, list) and raw[0] == "d":
            if self.is_code:
                raise Misfit(
                    _("Excel 把这里的内容当成了日期（%(shown)s）。请把整列设为“文本”格式后重新填写。")
                    % {"shown": raw[1]},
                    "date",
                )
            text = raw[1].removesuffix("T00:00:00")
        elif is_number:
            text = digits(raw[1])
            if len(text.strip("-").replace(".", "").lstrip("0")) > SIGNIFICANT_DIGITS:
                raise rounded(text)
        else:
            text = show(raw)
        text = tidy_code(text) if self.is_code else tidy(text)
        if self.is_code and not is_number:
            if text[:1] == "'" and text[1:].isdigit():
                # An apostrophe says «this is text», as it does in Excel.
                text = text[1:]
            elif _ROUNDED_TEXT.fullmatch(text) or (raw is not None and _LONG_ROUNDED.fullmatch(text)):
                raise rounded(text)
        if len(text) > self.max_length:
            raise Misfit(
                _("内容有 %(count)s 个字，最多 %(most)s 个。请缩短。") % {"count": len(text), "most": self.max_length},
                "too-long",
            )
        if text and len(text) < self.min_length:
            hint = _("可能是 Excel 去掉了开头的 0，请把整列设为“文本”格式后重新填写。") if is_number else _("请补全。")
            raise Misfit(
                _("“%(shown)s”只有 %(count)s 位，至少应有 %(least)s 位。%(hint)s")
                % {"shown": text, "count": len(text), "least": self.min_length, "hint": hint},
                "too-short",
            )
        return text or None

    def write(self, value: Any) -> str:
        text = str(value)
        return f"'{text}" if self.is_code and _LONG_ROUNDED.fullmatch(text) else text

    def describe(self) -> str:
        if self.min_length == self.max_length:
            return _("文本，%(count)s 位") % {"count": self.max_length}
        return _("文本，最多 %(count)s 个字") % {"count": self.max_length}


def digits(number: str) -> str:
    """A number as Excel stores it (`1.5E+3`), written out (`1500`); other text as it is."""
    if number.isdigit():
        return number
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    if not value.is_finite() or abs(value.adjusted()) > 40:
        return number
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(raw: Raw, what: str, instead: str) -> Decimal:
    text = show(raw)
    if isinstance(raw, list) and raw[0] != "n":
        raise _not(text, what, instead)
    try:
        value = Decimal(tidy_code(text).replace(",", ""))
    except InvalidOperation:
        raise _not(text, what, instead) from None
    if not value.is_finite() or abs(value.adjusted()) > 40:
        raise _not(text, what, instead)
    return value


@dataclass(frozen=True)
class Number(Kind):
    """A number with so many decimals. Excel's own dust in the sixteenth digit is rounded away, nothing more."""

    decimals: int = 2
    least: Decimal | None = None
    most: Decimal | None = None
    annotation: Any = field(default=Decimal, init=False, repr=False, compare=False)

    def read(self, raw: Raw) -> Decimal:
        value = _decimal(raw, _("数字"), _("请只填数字，不写单位。"))
        if isinstance(raw, list):
            value = Decimal(format(value, f".{SIGNIFICANT_DIGITS}g"))
        if value.adjusted() >= SIGNIFICANT_DIGITS:
            raise rounded(show(raw))
        step = Decimal(1).scaleb(-self.decimals)
        result = value.quantize(step)
        if result != value:
            raise Misfit(
                _("“%(shown)s”的小数超过 %(count)s 位。请按规定位数填写。")
                % {"shown": show(raw), "count": self.decimals},
                "decimals",
            )
        _bounds(result, self.least, self.most)
        return result or abs(result)

    def write(self, value: Any) -> Decimal:
        return Decimal(value)

    def plain(self, value: Any) -> str:
        return str(value)

    def from_plain(self, value: Any) -> Decimal:
        return Decimal(value)

    def describe(self) -> str:
        return _("数字，最多 %(count)s 位小数") % {"count": self.decimals} + _range(self.least, self.most)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number."""

    least: int | None = None
    most: int | None = None
    annotation: Any = field(default=int, init=False, repr=False, compare=False)

    def read(self, raw: Raw) -> int:
        value = _decimal(raw, _("整数"), _("请只填数字，不写单位。"))
        if value.adjusted() >= SIGNIFICANT_DIGITS:
            raise rounded(show(raw))
        if value != value.to_integral_value():
            raise _not(show(raw), _("整数"), _("请填没有小数的数字。"))
        result = int(value)
        _bounds(result, self.least, self.most)
        return result

    def describe(self) -> str:
        return _("整数") + _range(self.least, self.most)


def _bounds(value: Any, least: Any, most: Any) -> None:
    if least is not None and value < least:
        raise Misfit(_("%(shown)s 太小，最小是 %(least)s。请核对。") % {"shown": value, "least": least}, "too-small")
    if most is not None and value > most:
        raise Misfit(_("%(shown)s 太大，最大是 %(most)s。请核对。") % {"shown": value, "most": most}, "too-large")


def _range(least: Any, most: Any) -> str:
    if least is not None and most is not None:
        return _("，%(least)s 至 %(most)s") % {"least": least, "most": most}
    if least is not None:
        return _("，不小于 %(least)s") % {"least": least}
    return _("，不大于 %(most)s") % {"most": most} if most is not None else ""


_DAY: Final = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d{2})(\d{2}))(?:[ T]?00?:00(?::00(?:\.0+)?)?)?"
)
_SERIAL_DAYS: Final = (20_000, 80_000)
"""Serial numbers from 1954 to 2119; a smaller or larger number in a column of dates is a slip."""


@dataclass(frozen=True)
class Day(Kind):
    """A day. Excel's dates, its serial numbers, and texts such as 2019-2-28, 2019.2.28, 20190228, 2019年2月28日."""

    first: date = date(1900, 1, 1)
    last: date = date(2200, 1, 1)
    annotation: Any = field(default=date, init=False, repr=False, compare=False)

    def read(self, raw: Raw) -> date:
        text = show(raw)
        day = self._day(raw, text)
        if not self.first <= day <= self.last:
            raise Misfit(
                _("日期 %(shown)s 不在 %(first)s 至 %(last)s 之间。请核对。")
                % {"shown": day.isoformat(), "first": self.first, "last": self.last},
                "range",
            )
        return day

    def _day(self, raw: Raw, text: str) -> date:
        instead = _("请填如 2019-02-28 的日期。")
        if isinstance(raw, list) and raw[0] == "n":
            text = digits(raw[1])
            whole = int(text) if text.isdigit() and len(text) < 10 else 0
            if _SERIAL_DAYS[0] <= whole <= _SERIAL_DAYS[1]:
                return date(1899, 12, 30) + timedelta(days=whole)
        elif isinstance(raw, list) and raw[0] != "d":
            raise _not(text, _("日期"), instead)
        found = _DAY.fullmatch(tidy_code(text))
        if found is None:
            raise _not(text, _("日期"), instead)
        year, month, day = (int(group) for group in found.groups() if group is not None)
        try:
            return date(year, month, day)
        except ValueError:
            raise Misfit(
                _("没有 %(year)s 年 %(month)s 月 %(day)s 日这一天。请核对。")
                % {"year": year, "month": month, "day": day},
                "no-such-day",
            ) from None

    def plain(self, value: date) -> str:
        return value.isoformat()

    def from_plain(self, value: str) -> date:
        return date.fromisoformat(value)

    def describe(self) -> str:
        return _("日期，如 2019-02-28")


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few values; the sheet shows their labels, and takes label or value. `options` is {value: label}."""

    options: Mapping[str, Label] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(tuple(self.options))

    def read(self, raw: Raw) -> str:
        text = tidy_code(digits(raw[1]) if isinstance(raw, list) and raw[0] == "n" else show(raw))
        if text in self.options:
            return text
        for value, label in self.options.items():
            if tidy_code(str(label)) == text:
                return value
        some = "、".join(str(label) for label in list(self.options.values())[:12])
        raise Misfit(_("“%(shown)s”不在可选项之中。可填：%(some)s。") % {"shown": text[:50], "some": some}, "choice")

    def write(self, value: Any) -> str:
        return str(self.options.get(value, value))

    def describe(self) -> str:
        return _("从下拉列表中选：%(some)s") % {"some": "、".join(str(label) for label in self.options.values())}


@dataclass(frozen=True)
class Flag(Kind):
    """Yes or no: 是 or 否."""

    annotation: Any = field(default=bool, init=False, repr=False, compare=False)

    def read(self, raw: Raw) -> bool:
        text = tidy_code(show(raw)).lower()
        if text in {"是", "有", "y", "yes", "true", "1", "√"}:
            return True
        if text in {"否", "无", "n", "no", "false", "0", "×"}:
            return False
        raise Misfit(_("“%(shown)s”不能理解。请填“是”或“否”。") % {"shown": text[:50]}, "choice")

    def write(self, value: Any) -> str:
        return "是" if value else "否"

    def describe(self) -> str:
        return _("是或否")


@dataclass(frozen=True)
class Reference(Text):
    """The code of a row of another sheet. Whether it exists is the target's question, asked for many rows at once."""

    to: str = ""
    is_code: bool = True

    def describe(self) -> str:
        return _("编码，须是系统中已有的")


@dataclass(frozen=True)
class Column:
    """One column: a code for programs, a Chinese label for the header, and what its cells may hold."""

    code: str
    label: Label
    english: str
    kind: Kind
    is_required: bool = False
    check: Check | None = None
    example: str = ""
    note: Label = ""
    aliases: tuple[str, ...] = ()
    """Other headers under which offices know this column."""
    is_sensitive: bool = False
    """Its values are masked in previews and messages."""
    rule: Label = ""
    """What its check asks for, for the manual."""

    @property
    def header(self) -> str:
        """The label as it stands in files: in Chinese, since a file goes on to people who read the pages otherwise."""
        return in_files(self.label)

    def value(self, raw: Raw) -> tuple[Any, Problem | None]:
        """The value of a cell and what is wrong with it, if anything."""
        if isinstance(raw, list) and raw[0] == "f":
            value, problem = self.value(raw[1])
            if raw[1] is None:
                return None, Problem(_("这个公式没有算出的值。请改成数值或文字。"), code="formula")
            return value, problem or warning(_("这里是公式，读入的是上次计算的结果。请核对。"), code="formula")
        if isinstance(raw, list) and raw[0] == "e":
            return None, Problem(
                _("这里是 Excel 的错误值“%(shown)s”。请改正公式或填入数值。") % {"shown": raw[1]}, code="error-value"
            )
        if raw is None or (isinstance(raw, str) and not tidy(raw)):
            return None, self._missing()
        try:
            value = self.kind.read(raw)
        except Misfit as misfit:
            return None, Problem(misfit.message, code=misfit.code)
        if value is None:
            return None, self._missing()
        found = self.check(value) if self.check else None
        return value, as_problem(found)

    def _missing(self) -> Problem | None:
        if not self.is_required:
            return None
        return Problem(_("“%(label)s”是必填项，请填写。") % {"label": self.label}, code="required")


def in_files(words: Label) -> str:
    """Words as every file says them, whatever the language of the page."""
    with override("zh-hans"):
        return str(words)


def as_problem(found: Found) -> Problem | None:
    return Problem(found) if isinstance(found, str) and found else found or None  # type: ignore[return-value]


def header_form(text: str) -> str:
    """A header as it is compared: no blanks, no brackets with remarks, no stars, lower case."""
    return re.sub(r"[(\[【〔].*|[*:]", "", tidy_code(text)).lower()


_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
_SHEET_CODE: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SHEETS: dict[str, Sheet] = {}


@dataclass(frozen=True)
class Sheet:
    """A declared table. Registers itself under its code."""

    code: str
    label: Label
    english: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cross_checks: tuple[CrossCheck, ...] = ()
    note: Label = ""
    rules: tuple[Label, ...] = ()
    """What the checks across a row and the target ask for, for the manual."""
    is_declared: bool = True
    """False for a table inside a file of another form, which has no template, no page and no manual of its own."""

    def __post_init__(self) -> None:
        codes = [column.code for column in self.columns]
        wrong = [name for name in codes if not _CODE.fullmatch(name)]
        if not _SHEET_CODE.fullmatch(self.code):
            raise UnableToDeclareSheet(f"The sheet code {self.code!r} must look like slice.rows.")
        if wrong or not codes:
            raise UnableToDeclareSheet(f"{self.code}: column codes {wrong} must be lower-case identifiers.")
        if len(set(codes)) < len(codes):
            raise UnableToDeclareSheet(f"{self.code}: two columns have the same code.")
        headers: dict[str, str] = {}
        for column in self.columns:
            for name in {header_form(name) for name in self._names(column)} - {""}:
                if headers.setdefault(name, column.code) != column.code:
                    raise UnableToDeclareSheet(
                        f"{self.code}: {headers[name]} and {column.code} share the header {name!r}."
                    )
            if isinstance(column.kind, Choice):
                labels = [tidy_code(str(label)) for label in column.kind.options.values()]
                if not labels or len(set(labels)) < len(labels):
                    raise UnableToDeclareSheet(
                        f"{self.code}.{column.code}: labels of the choices are missing or doubled."
                    )
            if column.example:
                _value, problem = column.value(column.example)
                if problem is not None and not problem.is_warning:
                    raise UnableToDeclareSheet(f"{self.code}.{column.code}: the example is refused: {problem.message}")
        unknown = set(self.key) - {column.code for column in self.columns if column.is_required}
        if not self.key or unknown:
            raise UnableToDeclareSheet(f"{self.code}: the key must consist of required columns, not {sorted(unknown)}.")
        if self.is_declared:
            if self.code in _SHEETS and _SHEETS[self.code] != self:
                raise UnableToDeclareSheet(f"The sheet code {self.code!r} is taken.")
            _SHEETS[self.code] = self
        object.__setattr__(self, "_headers", headers)

    @staticmethod
    def _names(column: Column) -> Sequence[str]:
        return (column.header, column.english, column.code, *column.aliases)

    def find_header(self, text: str) -> str | None:
        """The code of the column that a header names, in either language, or None."""
        headers: dict[str, str] = self._headers  # type: ignore[attr-defined]  # set once in __post_init__
        return headers.get(header_form(text))

    def column(self, code: str) -> Column:
        """Raises KeyError."""
        return next(iter([column for column in self.columns if column.code == code]), None) or _absent(code)

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[code] for code in self.key)

    def check_row(self, values: Mapping[str, Any]) -> list[Problem]:
        """What the checks across the row find; a problem keeps its column where it names one."""
        problems: list[Problem] = []
        for check in self.cross_checks:
            found = check(values)
            for one in [found] if found is None or isinstance(found, str | Problem) else found:
                problem = as_problem(one)
                if problem is not None:
                    problems.append(replace(problem, code=problem.code))
        return problems


def _absent(code: str) -> Column:
    raise KeyError(code)


def get_sheet(code: str) -> Sheet:
    """Raises KeyError for a code that no module has declared."""
    return _SHEETS[code]


def list_sheets() -> list[Sheet]:
    return sorted(_SHEETS.values(), key=lambda sheet: sheet.code)


def as_moment(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
