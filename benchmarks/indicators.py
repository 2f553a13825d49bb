"""The indicators of a nation: declared formulas compiled to columns, against hand-written SQL for the same output.

Protocol: returns made in DuckDB from a seed (two stages a school, 2,900 counties at full size) and kept as Parquet; both
sides read the Parquet file and write two tables: for each school and stage seven values, seven verdicts and the school's
pass and seven reasons; for each county and stage seven coefficients of variation with verdicts. Each side runs in turn, three times, on a
fresh connection; the best time of each counts. The SQL divides and compares in floats; the declared side decides in
integers. The verdicts of both are compared row by row.
"""

from __future__ import annotations

import datetime
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import ibis

from benchmarks.report import conditions, finish
from yaodian.statutes import columns

DAY = datetime.date(2024, 9, 1)
SCHOOLS = (3_000, 30_000, 300_000)
NATION = 300_000
RUNS = 3

MAKE = """
copy (
  with base as (
    select i, s.stage, 990000 + (i * {counties} // {schools}) % 9000 as county_number, 40 + hash(i, s.stage, 1) % 2000 as pupils
    from range({schools}) r(i), (values ('primary'), ('junior')) s(stage)
  ), drawn as (
    select *, 0.7 + (hash(i, stage, 2) % 1000) / 1000.0 as a, 0.7 + (hash(i, stage, 3) % 1000) / 1000.0 as b,
      0.7 + (hash(i, stage, 4) % 1000) / 1000.0 as c from base
  )
  select 'S' || i as school, lpad(county_number::varchar, 6, '0') as county, stage, pupils::bigint as pupils,
    (pupils * 0.05 * a)::bigint as above_required_qualification, (pupils * 0.012 * b)::bigint as backbone_county_or_above,
    (pupils * 0.011 * c)::bigint as sports_and_arts, (pupils * 0.025 * b)::bigint as multimedia_classrooms,
    (pupils * 6.0 * a)::decimal(14, 2) as teaching_rooms, (pupils * 0.2 * c)::decimal(14, 2) as indoor_sports,
    (pupils * 9.0 * c)::decimal(14, 2) as sports_ground, (pupils * 0.25 * b)::decimal(14, 2) as equipment_value_10k_yuan
  from drawn
) to '{path}' (format parquet)
"""
SEVEN = {
    "teachers_above_requirement": ("100.0 * above_required_qualification / pupils", 4.2, 5.3),
    "backbone_teachers": ("100.0 * backbone_county_or_above / pupils", 1, 1),
    "sports_and_arts_teachers": ("100.0 * sports_and_arts / pupils", 0.9, 0.9),
    "teaching_area": ("(teaching_rooms - indoor_sports)::double / pupils", 4.5, 5.8),
    "sports_area": ("(sports_ground + indoor_sports)::double / pupils", 7.5, 10.2),
    "equipment_value": ("10000.0 * equipment_value_10k_yuan::double / pupils", 2000, 2500),
    "multimedia_rooms": ("100.0 * multimedia_classrooms / pupils", 2.3, 2.4),
}


INPUTS = {
    "teachers_above_requirement": ("above_required_qualification",),
    "backbone_teachers": ("backbone_county_or_above",),
    "sports_and_arts_teachers": ("sports_and_arts",),
    "teaching_area": ("teaching_rooms", "indoor_sports"),
    "sports_area": ("sports_ground", "indoor_sports"),
    "equipment_value": ("equipment_value_10k_yuan",),
    "multimedia_rooms": ("multimedia_classrooms",),
}


def reason(name: str) -> str:
    """The SQL that says why there is no value."""
    tests = [
        f"when {column} is null then 'missing {column}' when {column} < 0 then 'negative {column}'"
        for column in (*INPUTS[name], "pupils")
    ]
    return f"case {' '.join(tests)} when pupils = 0 then 'zero pupils' end"


def by_hand(path: Path) -> tuple[float, Any]:
    """Seconds, and the connection that holds the tables ``schools`` and ``counties``."""
    connection = duckdb.connect()
    values = ", ".join(f"{formula} as {name}__value" for name, (formula, _, _) in SEVEN.items())
    limits = {name: f"case stage when 'primary' then {p} else {j} end" for name, (_, p, j) in SEVEN.items()}
    meets = ", ".join(f"{name}__value >= {limits[name]} as {name}__meets" for name in SEVEN)
    reasons = ", ".join(f"{reason(name)} as {name}__reason" for name in SEVEN)
    reached = " + ".join(f"({name}__value >= {limits[name]})::int" for name in SEVEN)
    floors = " and ".join(f"{name}__value >= 0.85 * ({limits[name]})" for name in SEVEN)
    variation = ", ".join(
        f"sqrt(greatest(sum(pupils * {n}__value * {n}__value) * sum(pupils) / "
        f"(sum(pupils * {n}__value) * sum(pupils * {n}__value)) - 1, 0)) as {n}__cv"
        for n in SEVEN
    )
    limited = ", ".join(f"{n}__cv <= case stage when 'primary' then 0.50 else 0.45 end as {n}__meets" for n in SEVEN)
    inputs = ", ".join(f"'{name}'" for name in sorted({name for names in INPUTS.values() for name in names}))
    began = time.perf_counter()
    connection.execute(
        f"create table schools as with v as (select school, county, stage, pupils, {values}, columns(c -> c in ({inputs})) from '{path}') "
        f"select *, {meets}, {reasons}, ({reached}) >= 6 and {floors} as passes from v"
    )
    connection.execute(
        f"create table counties as with c as (select county, stage, {variation} from schools group by all) "
        f"select *, {limited} from c"
    )
    return time.perf_counter() - began, connection


def declared(path: Path) -> tuple[float, Any]:
    """Seconds, the making of the expressions among them, and the connection with the same two tables."""
    connection = ibis.duckdb.connect()
    began = time.perf_counter()
    columns.store(columns.national(columns.read(connection, path), day=DAY), connection)
    return time.perf_counter() - began, connection


def compare(hand: Any, made: Any) -> dict[str, int]:
    """Verdicts that differ, school by school and county by county."""
    raw = made.con
    raw.register("hand_schools", hand.execute("select * from schools").fetch_arrow_table())
    raw.register("hand_counties", hand.execute("select * from counties").fetch_arrow_table())
    different = " or ".join(f"h.{n}__meets is distinct from s.{n}__meets" for n in SEVEN)
    schools = raw.execute(
        f"select count(*) from hand_schools h join schools s using (school, stage) where {different} "
        "or h.passes is distinct from s.passes"
    ).fetchone()[0]
    spread = " or ".join(f"h.{n}__meets is distinct from c.variation_of_{n}__meets" for n in SEVEN)
    counties = raw.execute(
        f"select count(*) from hand_counties h join counties c using (county, stage) where {spread}"
    ).fetchone()[0]
    return {"schools": schools, "counties": counties}


def main() -> None:
    machine, lines = conditions(), []
    with tempfile.TemporaryDirectory() as folder:
        for schools in SCHOOLS:
            path = Path(folder) / f"{schools}.parquet"
            duckdb.connect().execute(MAKE.format(schools=schools, counties=max(1, 2900 * schools // NATION), path=path))
            hand_times, made_times = [], []
            for _ in range(RUNS):
                seconds, hand = by_hand(path)
                hand_times.append(seconds)
                seconds, made = declared(path)
                made_times.append(seconds)
            different = compare(hand, made)
            lines.append(
                {
                    "schools": schools,
                    "declared_s": round(min(made_times), 3),
                    "by_hand_s": round(min(hand_times), 3),
                    "times": round(min(made_times) / min(hand_times), 2),
                    "other_school_verdicts": different["schools"],
                    "other_county_verdicts": different["counties"],
                }
            )
    finish("indicators", list(lines[0]), [list(line.values()) for line in lines], machine)


if __name__ == "__main__":
    main()
