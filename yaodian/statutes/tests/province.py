"""A synthetic province of returns with everything that goes wrong in them; the same seed gives the same rows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow
import pyarrow.parquet

AMOUNT = pyarrow.decimal128(14, 2)
SCHEMA = pyarrow.schema(
    [("school", pyarrow.string()), ("county", pyarrow.string()), ("stage", pyarrow.string())]
    + [(name, pyarrow.int64()) for name in ("pupils", "full_time", "above_required_qualification")]
    + [(name, pyarrow.int64()) for name in ("backbone_county_or_above", "sports_and_arts", "multimedia_classrooms")]
    + [(name, AMOUNT) for name in ("teaching_rooms", "indoor_sports", "sports_ground", "nearby_sports_area")]
    + [("equipment_value_10k_yuan", AMOUNT), ("is_small_rural", pyarrow.bool_())]
    + [("shared_sports_and_arts", pyarrow.int64())]
)
# For each input: thresholds per pupil by stage, and the smallest step of a report.
PER_PUPIL = {
    "above_required_qualification": ("0.042", "0.053", 0),
    "backbone_county_or_above": ("0.01", "0.01", 0),
    "sports_and_arts": ("0.009", "0.009", 0),
    "multimedia_classrooms": ("0.023", "0.024", 0),
    "teaching_rooms": ("4.5", "5.8", 2),
    "sports_ground": ("7.5", "10.2", 2),
    "equipment_value_10k_yuan": ("0.2", "0.25", 2),
}


def rows(*, counties: int, schools: int, seed: int) -> list[dict[str, Any]]:
    """``schools`` schools in each county, one to two stages each; a fifth stands exactly on, or a step off, a threshold."""
    random = Random(seed)
    made = []
    for county in range(counties):
        province = ("99", "98", "97")[county % 3]  # 98 and 97 have readings of their own
        code = f"{province}{county // 99 + 1:02d}{county % 99 + 1:02d}"
        evenness = random.uniform(0.02, 0.6)
        for number in range(schools):
            for stage in random.choice([("primary",), ("junior",), ("primary", "junior")]):
                made.append(_row(random, f"{code}-{number}", code, stage, evenness))
    return made


def _row(random: Random, school: str, county: str, stage: str | None, evenness: float) -> dict[str, Any]:
    pupils = random.choice([random.randint(20, 2400), 100 * random.randint(1, 20), 1000])
    row: dict[str, Any] = {"school": school, "county": county, "stage": stage, "pupils": pupils}
    for name, (primary, junior, places) in PER_PUPIL.items():
        step = Decimal(1).scaleb(-places)
        exactly = pupils * Decimal(primary if stage == "primary" else junior)
        if random.random() < 0.2:
            value = exactly + random.choice([0, -1, 1, 0]) * step
        else:
            value = exactly * Decimal(repr(max(0.0, random.gauss(1.15, evenness))))
        value = value.quantize(step)
        row[name] = int(value) if places == 0 else value
    row["indoor_sports"] = Decimal(random.choice([0, 0, random.randint(0, 30000)])) / 100
    row["full_time"] = max(1, pupils // 15)
    row["is_small_rural"] = random.random() < 0.1
    row["shared_sports_and_arts"] = random.randint(0, 2)
    row["nearby_sports_area"] = Decimal(random.randint(0, 10000)) / 100
    if random.random() < 0.004:
        row[random.choice(list(PER_PUPIL))] = None
    if random.random() < 0.003:
        row[random.choice(list(PER_PUPIL))] = -3
    if random.random() < 0.003:
        row["pupils"] = random.choice([0, None, -1])
    if random.random() < 0.002:
        row["stage"] = random.choice([None, "senior", "college"])
    return row


def write(path: Path, made: list[dict[str, Any]]) -> None:
    """As Parquet, as a snapshot is written."""
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(made, schema=SCHEMA), path)
