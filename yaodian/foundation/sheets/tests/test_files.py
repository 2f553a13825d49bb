"""Files as offices send them, and as attackers do: rows, or a sentence; never an exception."""

from __future__ import annotations

import io
import resource
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from yaodian.foundation.sheets import limits, writing
from yaodian.foundation.sheets.checking import Checker, Row, Tally
from yaodian.foundation.sheets.reading import RawSheet, UnableToReadSheet, read_file
from yaodian.foundation.sheets.tests.sample import READERS

pytestmark = pytest.mark.once

HEAD = ["读者证号", "姓名", "出生日期", "类别", "押金", "借书数", "住宿", "备注"]


def check(data: bytes, name: str = "读者.xlsx") -> tuple[list[Row], Tally]:
    checker = Checker(READERS)
    with read_file(name=name, chunks=[data], prefer=["读者"]) as raw:
        return list(checker.rows(raw)), checker.tally


def book(fill: Callable[[Any, Any], Any], name: str = "读者") -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = workbook.add_worksheet(name)
    fill(workbook, page)
    workbook.close()
    return buffer.getvalue()


def table(*rows: list[Any]) -> bytes:
    def fill(_book: Any, page: Any) -> None:
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    page.write(number, place, value)

    return book(fill)


def said(tally: Tally) -> dict[str, str]:
    return {problem.address: problem.code for problem in tally.problems}


def refusal(data: bytes, name: str = "读者.xlsx") -> str:
    with pytest.raises(UnableToReadSheet) as refused:
        check(data, name)
    return refused.value.code


# --- as offices fill them in -------------------------------------------------------------------------------------------


def test_titles_and_several_header_rows_stand_above_the_data() -> None:
    def fill(_book: Any, page: Any) -> None:
        page.merge_range(0, 0, 0, 3, "某馆读者一览表")
        page.merge_range(2, 0, 3, 0, "读者证号（必填）")
        page.merge_range(2, 1, 2, 2, "基本信息")
        page.write_row(3, 1, ["姓 名*", "出生日期"])
        page.write_row(4, 0, ["0001", "林一一", "2019年2月3日"])

    rows, tally = check(book(fill))
    assert [(row.number, row.values["name"], row.values["born_on"]) for row in rows] == [
        (5, "林一一", date(2019, 2, 3))
    ]
    assert tally.errors == 0


def test_full_width_digits_stray_blanks_and_unseen_characters_are_tidied() -> None:
    rows, tally = check(
        table(HEAD, ["００ 01\u200b", "\u3000林 一一\ufeff ", "２０１９．２．３", " 儿 童", "１２．５", "３", "是 "])
    )
    assert not tally.errors, tally.problems
    assert rows[0].values == {
        "number": "0001", "name": "林 一一", "born_on": date(2019, 2, 3), "kind": "child",
        "fee": Decimal("12.50"), "books": 3, "is_boarder": True, "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["2019-2-3", "2019/02/03", "2019.2.3", "20190203", "2019年2月3日", "2019-02-03 00:00:00"]
)
def test_a_day_may_be_written_in_many_ways(text: str) -> None:
    rows, _tally = check(table(HEAD, ["0001", "甲", text]))
    assert rows[0].values["born_on"] == date(2019, 2, 3)


def test_a_day_may_be_a_date_of_excel_or_its_number() -> None:
    def fill(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["0001", "甲"])
        page.write_datetime(1, 2, date(2019, 2, 3), workbook.add_format({"num_format": "yyyy/m/d"}))
        page.write_row(2, 0, ["0002", "乙", 43499])

    rows, _tally = check(book(fill))
    assert [row.values["born_on"] for row in rows] == [date(2019, 2, 3)] * 2


@pytest.mark.parametrize(
    ("text", "code"), [("2019.2.29", "no-such-day"), ("去年", "kind"), (3, "kind"), ("2019-13-01", "no-such-day")]
)
def test_a_day_that_never_was_is_refused(text: Any, code: str) -> None:
    _rows, tally = check(table(HEAD, ["0001", "甲", text]))
    assert said(tally) == {"C2": code}


@pytest.mark.parametrize("number", [110101201901010017, 1.10101201901010e17, "1.10101E+17"])
def test_a_code_that_excel_has_rounded_is_refused_with_its_address(number: Any) -> None:
    _rows, tally = check(table(HEAD, [number, "甲"]))
    assert said(tally) == {"A2": "rounded"}


def test_a_rounded_code_in_a_csv_is_refused_unless_it_is_marked_as_text() -> None:
    text = "读者证号,姓名\n110101201901010000,甲\n'110101201901020000,乙\n"
    rows, tally = check(text.encode(), "a.csv")
    assert said(tally) == {"A2": "rounded"}
    assert [row.key for row in rows] == [("110101201901020000",)]


def test_leading_zeros_stay_and_lost_ones_are_suspected() -> None:
    rows, tally = check(table(HEAD, ["0012", "甲"], [12, "乙"]))
    assert [row.key for row in rows] == [("0012",)]
    assert "开头的 0" in tally.problems[0].message


def test_characters_beyond_two_bytes_stay_in_names() -> None:
    rows, _tally = check(table(HEAD, ["0001", "𠮷野𰻝"]))
    assert rows[0].values["name"] == "𠮷野𰻝"


def test_hidden_rows_and_sheets_are_counted_and_told() -> None:
    def fill(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["0001", "甲"])
        page.set_row(1, None, None, {"hidden": True})
        workbook.add_worksheet("旧表").hide()
        workbook.add_worksheet("别的")

    rows, tally = check(book(fill))
    assert len(rows) == 1
    assert "1 行是隐藏的" in tally.notes[0]
    assert "旧表" in tally.notes[1]
    assert "别的" in tally.notes[2]


def test_formulas_warn_and_error_values_are_refused() -> None:
    def fill(_book: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["0001", "甲"])
        page.write_formula(1, 5, "=1+1", None, 2)
        page.write_row(2, 0, ["0002", "乙"])
        page.write_formula(2, 5, "=1/0", None, "#DIV/0!")

    rows, tally = check(book(fill))
    assert said(tally) == {"F2": "formula", "F3": "error-value"}
    assert rows[0].values["books"] == 2


def test_merged_cells_among_the_data_are_refused_by_address() -> None:
    def fill(_book: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["0001", "甲"])
        page.write_row(2, 0, ["0002", "乙"])
        page.merge_range(1, 3, 2, 3, "儿童")

    _rows, tally = check(book(fill))
    assert said(tally) == {"D2": "merged"}


def test_a_key_twice_in_a_file_names_the_first_row() -> None:
    _rows, tally = check(table(HEAD, ["0001", "甲"], ["0002", "乙"], ["0001", "丙"]))
    assert said(tally) == {"A4": "twice"}
    assert "第 2 行" in tally.problems[0].message


def test_choices_numbers_required_cells_and_cross_checks_are_said_by_cell() -> None:
    _rows, tally = check(
        table(HEAD, ["0001", None, None, "老年", "1.234", "2.5", "也许"], ["0002", "乙", None, None, None, 101])
    )
    assert said(tally) == {
        "B2": "required",
        "D2": "choice",
        "E2": "decimals",
        "F2": "kind",
        "G2": "choice",
        "E3": "invalid",
    }


def test_a_missing_and_a_doubled_column_are_said() -> None:
    _rows, tally = check(table(["读者证号", "备注", "备注"], ["0001"]))
    assert [problem.code for problem in tally.problems] == ["no-column", "column-twice"]
    _rows, tally = check(table(["甲", "乙"], ["0001", "x"]))
    assert [problem.code for problem in tally.problems] == ["no-header"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_may_have_any_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["读者证号", "姓名"]) + "\r\n" + delimiter.join(["0001", "𠮷林"]) + "\r\n"
    rows, _tally = check(text.encode(encoding), "读者.csv")
    assert rows[0].values["name"] == "𠮷林"


# --- as attackers and accidents make them ------------------------------------------------------------------------------


def replaced(data: bytes, part: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", method) as out:
        for name in source.namelist():
            out.writestr(name, content if name == part else source.read(name))
    return buffer.getvalue()


SHEET_PART = "xl/worksheets/sheet1.xml"
GOOD = table(HEAD, ["0001", "甲"])
OPEN = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE = b"</sheetData></worksheet>"


def test_a_bomb_is_refused_in_bounded_memory() -> None:
    bomb = replaced(GOOD, SHEET_PART, OPEN + (b"<row>" + b" " * 9_989 + b"</row>") * 30_000 + CLOSE)
    assert len(bomb) < 400_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb) == "bomb"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_text_without_end_in_one_cell_is_said_to_be_too_long() -> None:
    endless = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"A" * 12_000_000 + b"</t></is></c></row>"
    assert refusal(replaced(GOOD, SHEET_PART, OPEN + endless + CLOSE)) == "long-cell"


def test_a_claim_of_seventeen_thousand_million_cells_costs_nothing() -> None:
    content = OPEN.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    content += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + CLOSE
    assert refusal(replaced(GOOD, SHEET_PART, content)) == "too-wide"
    merged = OPEN + CLOSE.replace(
        b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    rows, tally = check(replaced(GOOD, SHEET_PART, merged))
    assert not rows
    assert tally.errors


def test_entities_are_never_read() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + OPEN[21:]
    evil += b'<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>' + CLOSE
    assert refusal(replaced(GOOD, SHEET_PART, evil)) in {"entities", "broken"}
    laughs = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">' + b"".join(
        f'<!ENTITY a{n} "{"&a" + str(n - 1) + ";" if n else "&a;"}{"&a" + str(n - 1) + ";" if n else "&a;"}">'.encode()
        for n in range(30)
    )
    laughs += b"]>" + OPEN[21:] + b'<row r="1"><c r="A1" t="str"><v>&a29;</v></c></row>' + CLOSE
    assert refusal(replaced(GOOD, SHEET_PART, laughs)) in {"entities", "broken"}


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (OLD, "读者.xlsx", "old-excel"),
        (OLD, "读者.csv", "old-excel"),
        (OLD, "读者.xls", "old-excel"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "读者.xlsx", "locked"),
        (b"", "读者.xlsx", "empty"),
        (GOOD, "读者.csv", "wrong-suffix"),
        (GOOD, "读者.docx", "suffix"),
        ("读者证号,姓名".encode(), "读者.xlsx", "not-a-workbook"),
        (b"%PDF-1.7", "读者.csv", "no-sheet"),
        (b"\x89PNG\r\n", "读者.xlsx", "no-sheet"),
        (GOOD[: len(GOOD) // 2], "读者.xlsx", "broken"),
        (GOOD[:-10], "读者.xlsx", "broken"),
        (b"PK\x03\x04" + bytes(50), "读者.xlsx", "broken"),
        (b"\xff\xfe\x00", "读者.csv", "encoding"),
        (b"\x80\x81\xff\xff", "读者.csv", "encoding"),
        ('读者证号,姓名\n0001,"甲\n'.encode(), "读者.csv", "broken-csv"),
        (("读者证号,姓名\n0001," + "甲" * 40_000).encode(), "读者.csv", "long-cell"),
        (("," * 300 + "x\n").encode(), "读者.csv", "too-wide"),
    ],
)
def test_a_bad_file_gets_a_code_and_a_sentence(data: bytes, name: str, code: str) -> None:
    with pytest.raises(UnableToReadSheet) as refused:
        check(data, name)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    assert "%(" not in refused.value.message


def test_a_wrong_cell_among_two_hundred_thousand_rows_is_found() -> None:
    lines = ["读者证号,姓名,出生日期", *(f"1{n:06},甲,2019-02-{n % 28 + 1:02}" for n in range(1, 200_001))]
    lines[150_000] = "1150000,甲,2019-02-30"
    _rows, tally = check("\n".join(lines).replace("113,", "118,").encode(), "a.csv")
    assert said(tally).get("C150001") == "no-such-day"


def test_too_many_rows_are_refused() -> None:
    assert refusal("读者证号,姓名\n".encode() + b"0001,x\n" * (limits.ROWS + 1), "a.csv") == "too-many-rows"


def outcome(data: bytes, name: str) -> str:
    try:
        check(data, name)
    except UnableToReadSheet as refused:
        return refused.message
    return "读完。"


@given(st.binary(max_size=400), st.sampled_from([".csv", ".xlsx"]))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_any_bytes_give_rows_or_a_sentence(data: bytes, suffix: str) -> None:
    assert outcome(data, f"a{suffix}").endswith("。")


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_a_workbook_with_one_byte_changed_gives_rows_or_a_sentence(place: int, byte: int) -> None:
    assert outcome(GOOD[:place] + bytes([byte]) + GOOD[place + 1 :], "a.xlsx").endswith("。")


# --- out and back ------------------------------------------------------------------------------------------------------

PAYLOADS = [
    f"{start}{rest}"
    for start in ("=", "+", "-", "@", "＝", "＋", "'=", "\t=")
    for rest in ("1+1", "cmd|'/c calc'!A0", 'HYPERLINK("http://x.invalid","y")', "SUM(A1:A9)", "DDE(a;b;c)")
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formula_payloads_leave_as_text_and_come_back_as_they_were(kind: str) -> None:
    values = [{"number": f"{1000 + n * 10}", "name": "甲", "note": payload} for n, payload in enumerate(PAYLOADS)]
    assert len(values) == 40
    write = writing.export_csv if kind == "csv" else writing.export_xlsx
    data = b"".join(write(READERS, values))
    if kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            assert not any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in parts.namelist())
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()) == 41
    else:
        for line in data.decode("utf-8-sig").splitlines()[1:]:
            note = line.rsplit(",甲,,,,,,", 1)[1].strip('"')
            assert note[:1] not in set("=+-@＝＋"), line
    rows, _tally = check(data, f"a.{kind}")
    assert [row.values["note"] for row in rows] == [payload.strip() for payload in PAYLOADS]


CODE = st.text("0123456789X", min_size=4, max_size=18).filter(lambda text: text[-2:] != "13")
TEXT = st.text(max_size=30) | st.sampled_from(
    [*PAYLOADS, "𠮷 野", "'", "''=", "_x0041_", " a", 'a,b"c', "1.10E+17", "007"]
)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
ROW = st.fixed_dictionaries(
    {
        "number": CODE,
        "name": TEXT,
        "born_on": st.none() | DAYS,
        "kind": st.sampled_from([None, "child", "adult"]),
        "fee": st.none() | st.decimals(0, 9999, places=2),
        "books": st.none() | st.integers(0, 100),
        "is_boarder": st.none() | st.booleans(),
        "note": TEXT,
    }
)


@given(st.lists(ROW, min_size=1, max_size=8, unique_by=lambda row: row["number"]))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_what_goes_out_comes_back_the_same(rows: list[dict[str, Any]]) -> None:
    valid = []
    for row in rows:
        values = {}
        for column in READERS.columns[1:]:
            given_value = row[column.code]
            values[column.code] = column.kind.read(given_value) if isinstance(given_value, str) else given_value
        if values["name"]:
            valid.append({"number": row["number"], **values})
    if not valid:
        return
    for kind, write in (("csv", writing.export_csv), ("xlsx", writing.export_xlsx)):
        back, tally = check(b"".join(write(READERS, valid)), f"a.{kind}")
        assert tally.errors == 0, (kind, tally.problems)
        assert [row.values for row in back] == valid


NUMBERS = ["1", "1E300", "-0", "x", "43499.5", "1e-30", "110101201901010017"]
MARKED = [["b", 1], ["e", "#N/A"], ["d", "2019-02-03T00:00:00"], ["d", "x"], ["f", None], ["f", ["n", "1"]]]
CELLS = (
    st.none()
    | st.text(max_size=20)
    | st.sampled_from([*HEAD, "0001", *MARKED])
    | st.sampled_from([["n", text] for text in NUMBERS])
)


@given(st.lists(st.lists(CELLS, max_size=10), max_size=12), st.booleans())
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
def test_any_table_of_cells_gives_rows_or_problems(cells: list[list[Any]], has_header: bool) -> None:
    lines = ([list(HEAD)] if has_header else []) + cells
    checker = Checker(READERS)
    raw = RawSheet(iter([[[number, 0, row] for number, row in enumerate(lines, 1)]]))
    rows = list(checker.rows(raw))
    assert rows or checker.tally.errors
    for row in rows:
        assert row.values["number"]
    assert all(problem.message.endswith("。") for problem in checker.tally.problems)


def test_the_template_is_a_sheet_that_asks_to_be_filled_in() -> None:
    rows, tally = check(writing.template(READERS))
    assert not rows
    assert [problem.code for problem in tally.problems] == ["no-rows"]
    with zipfile.ZipFile(io.BytesIO(writing.template(READERS))) as parts:
        content = parts.read(SHEET_PART)
        assert content.count(b"<dataValidation ") == 2
        assert any("comments" in name for name in parts.namelist())
    assert zlib.crc32(writing.template(READERS)) == zlib.crc32(writing.template(READERS))
