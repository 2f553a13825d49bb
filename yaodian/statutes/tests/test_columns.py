"""Columns and plain evaluator are one: every case of every indicator, and every school of a synthetic province."""

from __future__ import annotations

import datetime
import importlib.util
import math
import shutil
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import ibis
import pyarrow
import pytest

from yaodian.engines import rules
from yaodian.engines.rules import cases as case_files
from yaodian.engines.rules import columns as rule_columns
from yaodian.engines.rules.quantities import Kind
from yaodian.statutes import columns
from yaodian.statutes.book import BOOK
from yaodian.statutes.quality_balance.county import STAGES, VARIATIONS
from yaodian.statutes.quality_balance.school_resources import SchoolResources
from yaodian.statutes.tests import province

DAY = datetime.date(2024, 9, 1)
INDICATORS = [declared for declared in BOOK if issubclass(declared, rules.Indicator)]


@pytest.fixture(scope="module")
def duckdb() -> Any:
    return ibis.duckdb.connect()


def arrow_type(quantity: rules.Quantity) -> Any:
    if quantity.kind is Kind.FLAG:
        return pyarrow.bool_()
    if quantity.kind is Kind.TEXT:
        return pyarrow.string()
    return pyarrow.int64() if quantity.decimals == 0 else pyarrow.decimal128(20, max(quantity.decimals, 2))


def held(quantity: rules.Quantity, value: Any) -> bool:
    """Whether a typed column can hold the value at all: text in a number cell is refused when the snapshot is written."""
    try:
        rules.checked(quantity, value)
    except rules.Absurd as absurd:
        return absurd.code in {"negative", "over-100", "unknown"}
    return True


def expected(result: Any) -> tuple[Any, Any, Any]:
    if isinstance(result, rules.NotComputable):
        first = result.reasons[0]
        return None, None, f"{first.code} {first.quantity}".strip()
    return float(result.value), result.verdict.meets if result.verdict else None, None


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda each: each.code)
def test_every_case_gives_the_same_in_columns(declared: Any, duckdb: Any) -> None:
    by_day: dict[datetime.date, list[tuple[dict[str, Any], Any]]] = defaultdict(list)
    for case in declared.cases:
        given = case_files.read_given(declared, case.get("given", {}))
        if all(value is None or held(BOOK.quantities[name], value) for name, value in given.items()):
            result = case_files.run_case(declared, case)
            by_day[result.rules_on].append(({**given, "county": result.region}, result))
    assert by_day
    for rules_on, pairs in by_day.items():
        asked = {q.name: q for q in declared.asked(rules_on)}
        asked |= {name: BOOK.quantities[name] for row, _ in pairs for name in row if name != "county"}
        fields = [("county", pyarrow.string()), ("place", pyarrow.int64())]
        fields += [(name, arrow_type(quantity)) for name, quantity in asked.items()]
        made = [
            {name: plain(row.get(name)) for name in ("county", *asked)} | {"place": place}
            for place, (row, _) in enumerate(pairs)
        ]
        table = duckdb.create_table(
            "cases", pyarrow.Table.from_pylist(made, schema=pyarrow.schema(fields)), overwrite=True
        )
        done = rule_columns.compile_indicator(declared, table, rules_on=rules_on)
        wide = table.select("place", value=done.value, meets=done.meets, reason=done.reason).order_by("place")
        found = [(row["value"], row["meets"], row["reason"]) for row in wide.to_pyarrow().to_pylist()]
        assert found == [expected(result) for _, result in pairs]


def plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else Decimal(value.numerator) / Decimal(value.denominator)
    return value


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    return province.rows(counties=30, schools=25, seed=20241126)


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("snapshots")
    province.write(folder / "returns.parquet", made)
    return folder


@pytest.fixture(
    scope="module",
    # `make test-spark` installs a Spark and fails where there is none; elsewhere only DuckDB is claimed.
    params=["duckdb", "spark"] if importlib.util.find_spec("pyspark") else ["duckdb"],
)
def connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "spark" and shutil.which("java") is None:
        pytest.fail("pyspark is installed but there is no Java: apt-get install default-jre-headless")
    opened = columns.connect(request.param)
    yield opened
    if request.param == "spark":
        opened._session.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # py4j leaves sockets to the collector
def test_columns_and_plain_agree_on_every_school_and_county(
    connection: Any, snapshots: Path, made: list[dict[str, Any]]
) -> None:
    result = columns.national(columns.read(connection, snapshots), day=DAY)
    schools = result.schools.to_pyarrow().to_pylist()
    found = {(row["school"], row["stage"]): row for row in schools}
    assert len(schools) == len(made)
    differences = []
    passed = set()
    for row in made:
        column = found[row["school"], row["stage"]]
        for declared in SchoolResources.of:
            name = declared.code.rpartition(".")[2]
            seen = (column[f"{name}__value"], column[f"{name}__meets"], column[f"{name}__reason"])
            one = expected(rules.evaluate(declared, row, day=DAY, region=row["county"]))
            if seen != one:
                differences.append((row["school"], name, seen, one))
        whole = rules.evaluate(SchoolResources, row, day=DAY, region=row["county"])
        passes = whole.value if isinstance(whole, rules.Computed) else None
        passed.add(passes)
        if column["passes"] is not passes:
            differences.append((row["school"], "passes", column["passes"], passes))
    assert differences == []
    assert passed == {True, False, None}
    standings = set()
    counties = {(row["county"], row["stage"]): row for row in columns.decided(result, day=DAY).to_dict("records")}
    for (county, stage), column in counties.items():
        rows = [row for row in made if row["county"] == county and row["stage"] == stage]
        for declared in VARIATIONS:
            name = declared.code.rpartition(".")[2]
            one = rules.disperse(declared, rows, day=DAY, region=county, key=stage)
            if isinstance(one, rules.NotComputable):
                assert isinstance(column[f"{name}__reason"], str), (county, stage, name)
                standings.add(None)
            else:
                assert one.verdict is not None
                assert math.isclose(column[f"{name}__cv"], float(one.value), rel_tol=1e-9, abs_tol=1e-9)
                assert bool(column[f"{name}__meets"]) is one.verdict.meets, (county, stage, name)
                standings.add(one.verdict.meets)
    assert standings == {True, False, None}
    assert {stage for _, stage in counties} == set(STAGES)


def test_a_spread_exactly_at_its_limit_is_decided_exactly(duckdb: Any, tmp_path: Path) -> None:
    """Two schools at mean 2, one apart: the float may say 0.5000000000000001, the law says it passes."""
    rows = []
    for number, books in enumerate((3, 1)):
        row = province.rows(counties=1, schools=1, seed=1)[0]
        rows.append({**row, "school": f"校{number}", "stage": "primary", "pupils": 100, "sports_and_arts": books,
                     "above_required_qualification": books, "full_time": 9})  # fmt: skip
    province.write(tmp_path / "two.parquet", rows)
    result = columns.national(columns.read(duckdb, tmp_path), day=DAY)
    raw = result.counties.execute()
    assert bool(raw["variation_of_sports_and_arts_teachers__close"][0])
    frame = columns.decided(result, day=DAY)
    assert bool(frame["variation_of_sports_and_arts_teachers__meets"][0])


def test_an_engine_on_which_ibis_is_wrong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(rule_columns.UnsafeEngine, match="not on sqlite"):
        columns.read(type("Sqlite", (), {"name": "sqlite"})(), tmp_path)


def test_a_folder_without_snapshots_is_said_so(duckdb: Any, tmp_path: Path) -> None:
    with pytest.raises(columns.NoSnapshot, match="没有"):
        columns.read(duckdb, tmp_path)
    pyarrow.parquet.write_table(pyarrow.table({"school": ["甲"]}), tmp_path / "x.parquet")
    with pytest.raises(columns.NoSnapshot, match="缺少列：county"):
        columns.read(duckdb, tmp_path)


def test_before_the_statute_no_column_has_a_value(duckdb: Any, snapshots: Path) -> None:
    result = columns.national(columns.read(duckdb, snapshots), day=datetime.date(2010, 9, 1))
    row = result.schools.limit(1).to_pyarrow().to_pylist()[0]
    assert row["teaching_area__reason"] == "not-in-force"
    assert row["passes"] is None


def test_text_in_a_column_of_numbers_is_named_as_the_plain_evaluator_names_it(duckdb: Any) -> None:
    declared = BOOK["quality_balance.teachers_above_requirement"]
    assert issubclass(declared, rules.Indicator)
    cells = ["约三百", "1e3", " 300 ", "", None, "-5", "300.5", "300", "+300", "３００"]
    made = [{"stage": "primary", "pupils": cell, "above_required_qualification": "13"} for cell in cells]
    table = duckdb.create_table("texts", pyarrow.Table.from_pylist(made), temp=True, overwrite=True)
    table = table.mutate(county=ibis.literal("990101"))
    done = rule_columns.compile_indicator(declared, table, rules_on=DAY)
    found = table.select(
        pupils=table.pupils, value=done.value, meets=done.meets, reason=done.reason
    ).to_pyarrow().to_pylist()  # fmt: skip
    by_cell = {row["pupils"]: (row["value"], row["meets"], row["reason"]) for row in found}
    for row in made:
        assert by_cell[row["pupils"]] == expected(rules.evaluate(declared, row, day=DAY, region="990101"))


def test_a_part_over_a_whole_that_the_formula_does_not_ask_for_is_found_in_both(duckdb: Any) -> None:
    declared = BOOK["quality_balance.teachers_above_requirement"]
    assert issubclass(declared, rules.Indicator)
    made = [
        {"stage": "primary", "pupils": 300, "above_required_qualification": 13, "full_time": whole, "place": place}
        for place, whole in enumerate((12, 13, 14, None, -1))
    ]
    table = duckdb.create_table("wholes", pyarrow.Table.from_pylist(made), temp=True, overwrite=True)
    table = table.mutate(county=ibis.literal("990101"))
    done = rule_columns.compile_indicator(declared, table, rules_on=DAY)
    rows = table.select(place=table.place, value=done.value, meets=done.meets, reason=done.reason).to_pyarrow()
    found = {row["place"]: (row["value"], row["meets"], row["reason"]) for row in rows.to_pylist()}
    said = {row["place"]: expected(rules.evaluate(declared, row, day=DAY, region="990101")) for row in made}
    assert found == said
    assert [said[place][2] for place in range(5)] == ["over-whole above_required_qualification", None, None, None, None]


def test_schools_outside_the_assessment_have_no_part_in_columns_either(duckdb: Any) -> None:
    from yaodian.statutes.quality_balance.is_assessed import IsAssessed

    made = [row for row in province.rows(counties=6, schools=20, seed=11) if row["stage"] in STAGES]
    kinds = ["primary", "primary", "junior", "teaching_point", "special", "vocational", None]
    for place, row in enumerate(made):
        row["school_kind"] = kinds[place % 6] if place % 37 else None
        row["pupils"] = 40 if row["school_kind"] == "teaching_point" and place % 2 else row["pupils"]
    schema = province.SCHEMA.append(pyarrow.field("school_kind", pyarrow.string()))
    table = duckdb.create_table("kinds", pyarrow.Table.from_pylist(made, schema=schema), temp=True, overwrite=True)
    result = columns.national(table, day=DAY)
    there = {(row["school"], row["stage"]): row for row in result.schools.to_pyarrow().to_pylist()}
    told, assessed = 0, defaultdict(list)
    for row in made:
        part = rules.evaluate(IsAssessed, row, day=DAY, region=row["county"])
        found = there[row["school"], row["stage"]]
        takes_part = part.value if isinstance(part, rules.Computed) else None
        assert found["takes_part"] == takes_part
        verdict = rules.evaluate(SchoolResources, row, day=DAY, region=row["county"])
        passes = verdict.value if takes_part and isinstance(verdict, rules.Computed) else None
        assert found["passes"] == passes
        if takes_part is not False and row["pupils"] != 0:  # without pupils no school has a part, whatever its kind
            assessed[row["county"], row["stage"]].append((row, takes_part))
    for spread in columns.decided(result, day=DAY).to_dict("records"):
        rows = assessed[spread["county"], spread["stage"]]
        for declared in VARIATIONS:
            name = declared.code.rpartition(".")[2]
            plain_rows = [row for row, _ in rows]
            exact = rules.disperse(declared, plain_rows, day=DAY, region=spread["county"], key=spread["stage"])
            is_told = all(part for _, part in rows) and isinstance(exact, rules.Computed)
            meets = spread[f"{name}__meets"]
            assert (meets is None or meets != meets) is not is_told
            if is_told:
                assert exact.verdict is not None
                assert bool(meets) is exact.verdict.meets
                told += 1
    assert told > 10


def test_a_spread_that_is_not_known_has_no_coefficient_and_no_verdict(duckdb: Any) -> None:
    made = [row for row in province.rows(counties=1, schools=8, seed=5) if row["stage"] == "primary"]
    made[0] = {**made[0], "teaching_rooms": None, "pupils": 900}
    table = duckdb.create_table(
        "unknown", pyarrow.Table.from_pylist(made, schema=province.SCHEMA), temp=True, overwrite=True
    )
    (spread,) = columns.national(table, day=DAY).counties.to_pyarrow().to_pylist()
    told = {key: spread[f"variation_of_teaching_area__{key}"] for key in ("cv", "meets", "reason")}
    assert told == {"cv": None, "meets": None, "reason": "school"}


def test_a_snapshot_with_text_for_pupils_is_worked_through(duckdb: Any) -> None:
    made = [row for row in province.rows(counties=1, schools=8, seed=5) if row["stage"] == "primary"]
    made = [{**row, "pupils": str(row["pupils"])} for row in made]
    made[0]["pupils"] = "约三百"
    schema = province.SCHEMA.set(3, pyarrow.field("pupils", pyarrow.string()))
    table = duckdb.create_table("words", pyarrow.Table.from_pylist(made, schema=schema), temp=True, overwrite=True)
    result = columns.national(table, day=DAY)
    there = {row["school"]: row["teaching_area__reason"] for row in result.schools.to_pyarrow().to_pylist()}
    assert there[made[0]["school"]] == "text pupils"
    assert result.counties.to_pyarrow().to_pylist()[0]["variation_of_teaching_area__reason"] == "school"
