"""A province or a nation at once: the seven indicators, the school's pass and the spreads, from snapshots of returns.

A snapshot is Parquet: a row for each stage of each school with ``school``, ``county`` (six digits), ``stage`` and a
column for each quantity. DuckDB reads it here, Spark where one machine is not enough; the expressions are the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow
import pyarrow.parquet

from yaodian.engines import rules
from yaodian.engines.rules import columns
from yaodian.statutes.quality_balance.county import STAGES, VARIATIONS
from yaodian.statutes.quality_balance.is_assessed import IsAssessed
from yaodian.statutes.quality_balance.school_resources import SchoolResources

SEVEN = SchoolResources.of


class NoSnapshot(ValueError):
    """There is nothing to read where the snapshots should be; the sentence says what was looked for."""


class NoEngine(RuntimeError):
    """The engine asked for is not installed; the sentence says how to get it."""


@dataclass(frozen=True)
class National:
    """Both tables as lazy expressions, and the returns they were made from."""

    returns: Any
    schools: Any
    counties: Any
    rules_on: datetime.date


def connect(engine: str, *, remote: str = "") -> Any:
    """A connection to ``duckdb``, or to ``spark``: through Spark Connect at ``remote`` (sc://…), else in this process."""
    if engine == "duckdb":
        return ibis.duckdb.connect()
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise NoEngine(
            "没有安装 Spark。客户端：pip install 'yaodian[spark]'；本机运行：见 docs/algorithms/indicators.md"
        ) from None
    # Spark in UTC and on the loopback: a figure must not depend on a machine's zone, nor a port be open to others.
    if remote:
        session = SparkSession.builder.remote(remote).getOrCreate()
    else:
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "8")
            .getOrCreate()
        )
    return ibis.pyspark.connect(session)


def read(connection: Any, folder: Path) -> Any:
    """The returns of a folder of snapshots (``*.parquet``), or of one file. Raises NoSnapshot."""
    columns.refuse_unsafe(connection)
    if not (folder.is_file() or (folder.is_dir() and any(folder.glob("*.parquet")))):
        raise NoSnapshot(f"{folder} 里没有 .parquet 快照；请先导出快照")
    path = str(folder) if folder.is_file() or connection.name == "pyspark" else str(folder / "*.parquet")
    table = connection.read_parquet(path)
    lacking = {"school", "county", "stage", "pupils"} - set(table.columns)
    if lacking:
        raise NoSnapshot(f"{folder} 的快照缺少列：{'、'.join(sorted(lacking))}")
    return table


def national(returns: Any, *, day: datetime.date, rules_on: datetime.date | None = None) -> National:
    """The seven indicators, the pass of each school and the spreads of each county, under the rules of ``rules_on``.

    Where the returns say ``school_kind``, schools outside the assessment (special and vocational ones, teaching points too small)
    have ``takes_part`` false, no pass, and no part in a spread; one of which that cannot be told leaves its spreads undecided.
    Without the column every school takes part.
    """
    then = rules_on or day
    made = columns.school_columns(returns, SchoolResources, SEVEN, rules_on=then)
    knows_kinds = "school_kind" in returns.columns
    if knows_kinds:
        part = columns.compile_indicator(IsAssessed, returns, rules_on=then)
        made |= {"takes_part": part.value == 1.0, "_why": part.reason}
    pupils = returns.pupils.strip().try_cast("float64") if returns.pupils.type().is_string() else returns.pupils
    wide = returns.select("school", "county", "stage", pupils=pupils, **made)
    if knows_kinds:
        wide = wide.mutate(**_doubted(wide)).drop("_why")
    schools = wide.mutate(passes=columns.passes(wide, SchoolResources) if "_least" in made else ibis.null("boolean"))
    if knows_kinds:
        none = ibis.null("boolean")
        schools = schools.mutate(passes=ibis.ifelse(schools.takes_part, schools.passes, none))
    else:
        schools = schools.mutate(takes_part=ibis.literal(True))
    kept = [name for name in schools.columns if not name.endswith("__floor") and name != "_least"]
    schools = schools.select(*kept)
    return National(returns, schools, _counties(schools, then), then)


def _doubted(wide: Any) -> dict[str, Any]:
    """The columns of the seven with nothing told of a school of which it is not known whether it takes part."""
    changed = {}
    for each in SEVEN:
        name = each.code.rpartition(".")[2]
        for part in ("value", "meets", "floor"):
            column = wide[f"{name}__{part}"] if f"{name}__{part}" in wide.columns else None
            if column is not None:
                changed[f"{name}__{part}"] = ibis.ifelse(wide["_why"].isnull(), column, ibis.null(column.type()))
        changed[f"{name}__reason"] = ibis.coalesce(wide["_why"], wide[f"{name}__reason"])
    return changed


def _counties(schools: Any, rules_on: datetime.date) -> Any:
    assessed = schools.filter(schools.stage.isin(STAGES), schools.takes_part.fill_null(True))
    return columns.spread(assessed, VARIATIONS, rules_on=rules_on)


def store(result: National, connection: Any) -> National:
    """Both as tables ``schools`` and ``counties`` of a DuckDB connection, the second made from the first."""
    schools = connection.create_table("schools", result.schools, overwrite=True)
    counties = connection.create_table("counties", _counties(schools, result.rules_on), overwrite=True)
    return replace(result, schools=schools, counties=counties)


def decided(result: National, *, day: datetime.date) -> Any:
    """The counties as a pandas frame, those within a hair of a limit decided again by the plain evaluator."""
    frame = result.counties.execute()
    for place, declared, rows in _close(result, frame):
        exact = rules.disperse(
            declared, rows, day=day, rules_on=result.rules_on,
            region=str(frame.at[place, "county"]), key=str(frame.at[place, "stage"]),
        )  # fmt: skip
        assert isinstance(exact, rules.Computed)
        assert exact.verdict is not None
        frame.at[place, f"{declared.code.rpartition('.')[2]}__meets"] = exact.verdict.meets
    return frame


def run(
    *,
    engine: str,
    source: Path,
    output: Path,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    remote: str = "",
) -> dict[str, int]:
    """From a folder of snapshots to ``schools.parquet`` and ``counties.parquet`` in ``output``; returns how many.

    Raises NoEngine, NoSnapshot. ``output`` must not hold either already.
    """
    connection = connect(engine, remote=remote)
    result = national(read(connection, source), day=day, rules_on=rules_on)
    output.mkdir(parents=True, exist_ok=True)
    written = output / "schools.parquet"
    result.schools.to_parquet(str(written))
    schools = connection.read_parquet(str(written))
    counties = decided(replace(result, counties=_counties(schools, result.rules_on)), day=day)
    pyarrow.parquet.write_table(pyarrow.Table.from_pandas(counties, preserve_index=False), output / "counties.parquet")
    found = (
        schools.aggregate(
            schools=schools.count(),
            passed=schools.passes.fill_null(False).sum(),
            failed=(~schools.passes).fill_null(False).sum(),
            undecided=(schools.passes.isnull() & schools.takes_part.fill_null(True)).sum(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    limited = [f"{each.code.rpartition('.')[2]}__meets" for each in VARIATIONS]
    verdicts = [list(row) for row in counties[limited].itertuples(index=False)]
    return {
        **{name: int(number or 0) for name, number in found.items()},
        "spreads": len(counties),
        "spreads_undecided": sum(any(each is None or each != each for each in row) for row in verdicts),
        "spreads_failed": sum(any(each is not None and each == each and not each for each in row) for row in verdicts),
    }


def _close(result: National, frame: Any) -> Iterator[tuple[Any, type[rules.Dispersion], list[dict[str, Any]]]]:
    for declared in VARIATIONS:
        name = declared.code.rpartition(".")[2]
        for place in frame.index[frame[f"{name}__close"]]:
            county, stage = frame.at[place, "county"], frame.at[place, "stage"]
            own = result.returns.filter(result.returns.county == county, result.returns.stage == stage)
            rows = own.to_pyarrow().to_pylist()
            yield place, declared, [row for row in rows if _takes_part(row, result.rules_on)]


def _takes_part(row: dict[str, Any], rules_on: datetime.date) -> bool:
    if "school_kind" not in row:
        return True
    return rules.evaluate(IsAssessed, row, day=rules_on, region=row["county"]).value is True  # type: ignore[union-attr]  # such spreads are told: each school's part is known
