"""The tables against a second copy: the fact sheet's compact form, written here by hand and spread by its rule."""

from __future__ import annotations

import dataclasses
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from yaodian.statutes.fitness.tables import (
    EDITIONS,
    GROUPS,
    DefectiveTables,
    Edition,
    Row,
    Sex,
    all_editions,
    check,
    read_edition,
)

SCORES = [100, 95, 90, 85, 80, 78, 76, 74, 72, 70, 68, 66, 64, 62, 60, 50, 40, 30, 20, 10]

# v100/v95/v90/v85/v80 | v60 | v10 for each group; the rows between follow in equal steps. Tenths where the unit has them.
VITAL_CAPACITY = """
1700/1600/1500/1400/1300|700|500     1400/1300/1200/1100/1000|600|500
2000/1900/1800/1650/1500|800|550     1600/1500/1400/1300/1200|700|600
2300/2200/2100/1900/1700|900|600     1800/1700/1600/1500/1400|800|700
2600/2500/2400/2150/1900|1100|750    2000/1900/1800/1700/1600|900|800
2900/2800/2700/2450/2200|1300|900    2250/2150/2050/1950/1850|1050|900
3200/3100/3000/2750/2500|1500|1050   2500/2400/2300/2200/2100|1200|1050
3640/3520/3400/3150/2900|1700|1200   2750/2650/2550/2450/2350|1350|1150
3940/3820/3700/3450/3200|2000|1450   2900/2850/2800/2650/2500|1500|1300
4240/4120/4000/3750/3500|2300|1700   3050/3000/2950/2800/2650|1650|1450
4540/4420/4300/4050/3800|2600|1950   3150/3100/3050/2900/2750|1750|1550
4740/4620/4500/4250/4000|2800|2100   3250/3200/3150/3000/2850|1850|1650
4940/4820/4700/4450/4200|3000|2250   3350/3300/3250/3100/2950|1950|1750
"""
SIT_AND_REACH = """
161/146/130/120/110|0|-40     186/173/160/147/134|24|-16
162/147/132/119/106|-4|-44    189/176/163/148/133|23|-17
163/149/134/118/102|-8|-48    192/179/166/149/132|22|-18
164/150/136/117/98|-22|-72    195/181/169/150/131|21|-19
165/152/138/116/94|-26|-76    198/185/172/151/130|20|-20
166/153/140/115/90|-40|-90    199/187/175/152/129|19|-21
176/159/142/123/104|-26|-86   218/201/184/167/150|20|-20
196/177/158/137/116|-14|-74   227/210/193/176/159|29|-11
216/197/178/158/138|-2|-62    235/218/201/184/167|37|-3
236/215/194/172/150|10|-40    242/225/208/191/174|44|4
243/224/205/183/161|21|-29    248/231/214/197/180|50|10
246/228/210/191/172|32|-18    253/236/219/202/185|55|15
"""
STANDING_JUMP = """
225/218/211/203/195|155|130   196/190/184/177/170|140|115
240/233/226/218/210|170|145   200/194/188/181/174|144|119
250/245/240/233/225|185|160   202/196/190/183/176|146|121
260/255/250/243/235|195|170   204/198/192/185/178|148|123
265/260/255/248/240|200|175   205/199/193/186/179|149|124
270/265/260/253/245|205|180   206/200/194/187/180|150|125
"""
SHUTTLE = """
96/99/102/105/108|138|158     101/104/107/110/113|143|163
90/93/96/99/102|132|152       97/100/103/106/109|139|159
"""
RUNS = """
235/245/255/262/270|320|420   215/222/229/237/245|295|345
230/235/240/247/255|305|405   210/217/224/232/240|290|340
220/225/230/237/245|295|395   205/212/219/227/235|285|335
210/215/220/227/235|285|385   204/210/216/223/230|280|330
205/210/215/222/230|280|380   202/208/214/221/228|278|328
200/205/210/217/225|275|375   200/206/212/219/226|276|326
"""
SPRINT = {
    Sex.MALE: ([102, 96, 91, 87, 84, 82, 78, 75, 73, 71, 70, 68], [0, 1, 2, 3, 4]),
    Sex.FEMALE: ([110, 100, 92, 87, 83, 82, 81, 80, 79, 78, 77, 76], [0, 1, 2, 5, 8]),
}
ROPE = {
    Sex.MALE: ([109, 117, 126, 137, 148, 157], [0, 5, 10, 16, 22]),
    Sex.FEMALE: ([117, 127, 139, 149, 158, 166], [0, 7, 14, 22, 30]),
}
BMI = {
    Sex.MALE: (
        "13.5 13.7 13.9 14.2 14.4 14.7 15.5 15.7 15.8 16.5 16.8 17.3",
        "18.2 18.5 19.5 20.2 21.5 21.9 22.2 22.6 22.9 23.3 23.8 23.9",
        "20.4 20.5 22.2 22.7 24.2 24.6 25.0 25.3 26.1 26.4 26.6 27.4",
    ),
    Sex.FEMALE: (
        "13.3 13.5 13.6 13.7 13.8 14.2 14.8 15.3 16.0 16.5 16.9 17.1",
        "17.4 17.9 18.7 19.5 20.6 20.9 21.8 22.3 22.7 22.8 23.3 23.4",
        "19.3 20.3 21.2 22.1 23.0 23.7 24.5 24.9 25.2 25.3 25.5 25.8",
    ),
}


@pytest.fixture(scope="module")
def edition() -> Edition:
    return read_edition(EDITIONS / "national-2014")


def spread(compact: str, unit: str) -> list[tuple[Decimal, int]]:
    top, v60, v10 = compact.split("|")
    best = [Decimal(value) for value in top.split("/")]
    upper = (Decimal(v60) - best[4]) / 10
    lower = (Decimal(v10) - Decimal(v60)) / 5
    values = [*best, *(best[4] + upper * n for n in range(1, 11)), *(Decimal(v60) + lower * n for n in range(1, 6))]
    return list(zip([value * Decimal(unit) for value in values], SCORES, strict=True))


def rows(edition: Edition, item: str, sex: Sex, year: int) -> list[tuple[Decimal, int]]:
    return [(row.threshold, row.score) for row in edition.items[item].rows[sex, year]]


@pytest.mark.parametrize(
    ("items", "first_year", "compact", "unit"),
    [
        (("vital_capacity", "vital_capacity"), 1, VITAL_CAPACITY, "1"),
        (("sit_and_reach", "sit_and_reach"), 1, SIT_AND_REACH, "0.1"),
        (("standing_jump", "standing_jump"), 7, STANDING_JUMP, "1"),
        (("shuttle_50x8", "shuttle_50x8"), 5, SHUTTLE, "1"),
        (("run_1000m", "run_800m"), 7, RUNS, "1"),
    ],
)
def test_a_table_is_the_spread_of_its_compact_form(
    edition: Edition, items: tuple[str, str], first_year: int, compact: str, unit: str
) -> None:
    lines = compact.strip().splitlines()
    for year, line in enumerate(lines, start=first_year):
        for item, sex, cell in zip(items, Sex, line.split(), strict=True):
            assert rows(edition, item, sex, year) == spread(cell, unit)
    assert {year for sex, year in edition.items[items[0]].rows} == set(range(first_year, first_year + len(lines)))


def test_the_50_metre_table_follows_its_two_rules(edition: Edition) -> None:
    for sex, (best, steps) in SPRINT.items():
        for year, value in enumerate(best, start=1):
            tenths = [value + step for step in steps] + [value + steps[-1] + 2 * n for n in range(1, 16)]
            assert rows(edition, "sprint_50m", sex, year) == [
                (Decimal(one) / 10, score) for one, score in zip(tenths, SCORES, strict=True)
            ]


def test_the_rope_table_falls_by_seven_and_then_by_three(edition: Edition) -> None:
    for sex, (best, steps) in ROPE.items():
        for year, value in enumerate(best, start=1):
            upper = [value - step for step in steps] + [value - steps[-1] - 7 * n for n in range(1, 11)]
            counts = upper + [upper[-1] - 3 * n for n in range(1, 6)]
            assert rows(edition, "rope_skipping", sex, year) == list(zip(map(Decimal, counts), SCORES, strict=True))


@pytest.mark.parametrize(
    ("sex", "best", "last_year"), [(Sex.MALE, [48, 45, 42, 39, 36], 6), (Sex.FEMALE, [46, 44, 42, 39, 36], 12)]
)
def test_sit_ups_rise_by_one_a_year_and_fall_by_two_a_row(
    edition: Edition, sex: Sex, best: list[int], last_year: int
) -> None:
    for year in range(3, last_year + 1):
        counts = [value + year - 3 for value in [*best, *(36 - 2 * n for n in range(1, 16))]]
        assert rows(edition, "sit_ups", sex, year) == list(zip(map(Decimal, counts), SCORES, strict=True))
    assert (sex, last_year + 1) not in edition.items["sit_ups"].rows


def test_pull_ups_have_no_row_for_78_74_70_66_and_62_nor_for_less_than_one(edition: Edition) -> None:
    first = {
        100: 13,
        95: 12,
        90: 11,
        85: 10,
        80: 9,
        76: 8,
        72: 7,
        68: 6,
        64: 5,
        60: 4,
        50: 3,
        40: 2,
        30: 1,
        20: 0,
        10: -1,
    }
    for year in range(7, 13):
        expected = [(Decimal(count + year - 7), score) for score, count in first.items() if count + year - 7 >= 1]
        assert rows(edition, "pull_ups", Sex.MALE, year) == expected


def test_the_mass_index_has_four_bands_in_each_group(edition: Edition) -> None:
    for sex, lines in BMI.items():
        for year, (normal, overweight, obese) in enumerate(zip(*map(str.split, lines), strict=True), start=1):
            assert edition.items["bmi"].rows[sex, year] == (
                Row(Decimal(obese), 60, "obese"),
                Row(Decimal(overweight), 80, "overweight"),
                Row(Decimal(normal), 100, "normal"),
                Row(Decimal("0.0"), 80, "underweight"),
            )


@pytest.mark.parametrize(
    ("year", "weights"),
    [
        (1, "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 30, rope_skipping 20"),
        (2, "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 30, rope_skipping 20"),
        (3, "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 20, rope_skipping 20, sit_ups 10"),
        (4, "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 20, rope_skipping 20, sit_ups 10"),
        (
            5,
            "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 10, rope_skipping 10, sit_ups 20, shuttle_50x8 10",
        ),
        (
            6,
            "bmi 15, vital_capacity 15, sprint_50m 20, sit_and_reach 10, rope_skipping 10, sit_ups 20, shuttle_50x8 10",
        ),
    ],
)
def test_primary_pupils_do_the_items_of_their_year(edition: Edition, year: int, weights: str) -> None:
    for sex in Sex:
        items = edition.items_of((sex, year))
        assert ", ".join(f"{item.code} {item.weights[sex, year]}" for item in items) == weights


@pytest.mark.parametrize("year", range(7, 13))
def test_from_junior_school_on_two_items_differ_by_sex(edition: Edition, year: int) -> None:
    shared = {"bmi": 15, "vital_capacity": 15, "sprint_50m": 20, "sit_and_reach": 10, "standing_jump": 10}
    for sex, own in (
        (Sex.MALE, {"pull_ups": 10, "run_1000m": 20}),
        (Sex.FEMALE, {"sit_ups": 10, "run_800m": 20}),
    ):
        assert {item.code: item.weights[sex, year] for item in edition.items_of((sex, year))} == shared | own


def test_bonus_steps_are_those_of_the_standard(edition: Edition) -> None:
    assert edition.items["rope_skipping"].bonus[Sex.FEMALE, 1] == tuple((Decimal(2 * n), n) for n in range(1, 21))
    assert edition.items["pull_ups"].bonus[Sex.MALE, 9] == tuple((Decimal(n), n) for n in range(1, 11))
    beyond = [2, 4, 6, 7, 8, 9, 10, 11, 12, 13]
    assert [step for step, _ in edition.items["sit_ups"].bonus[Sex.FEMALE, 7]] == beyond
    beyond = [4, 8, 12, 16, 20, 23, 26, 29, 32, 35]
    assert [step for step, _ in edition.items["run_1000m"].bonus[Sex.MALE, 12]] == beyond
    assert [step for step, _ in edition.items["run_800m"].bonus[Sex.FEMALE, 12]] == [5 * n for n in range(1, 11)]
    assert all((sex, year) not in edition.items["sit_ups"].bonus for sex, year in GROUPS if year < 7)


def test_a_province_holds_what_it_changed_and_takes_the_rest_from_its_base(tmp_path: Path) -> None:
    shutil.copytree(EDITIONS / "national-2014", tmp_path / "national-2014")
    province = tmp_path / "province-2026"
    province.mkdir()
    (province / "edition.yaml").write_text("base: national-2014\ncode: province-2026\n", encoding="utf-8")
    (province / "bonus.csv").write_text("item,sex,grade_from,grade_to,beyond,points\npull_ups,male,7,12,1,1\n")
    national, changed = all_editions(tmp_path)
    assert (national.code, changed.code) == ("national-2014", "province-2026")
    assert changed.items["run_1000m"].bonus == {}
    assert changed.items["run_1000m"].rows == national.items["run_1000m"].rows
    assert changed.grades == national.grades


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("weights.csv", "run_800m,female,7,12,20", "run_800m,female,7,12,10", "add up to 90"),
        ("weights.csv", "run_800m,female,7,12,20", "run_1000m,female,7,12,20", "no table for"),
        ("vital_capacity.csv", "95,1600", "95,1800", "do not run in one direction"),
        ("sprint_50m.csv", "95,10.3", "95,10.1", "do not run in one direction"),
        ("vital_capacity.csv", "\n95,", "\n101,", "do not fall"),
        ("bonus.csv", "run_1000m,male,7,12,4,1", "run_1000m,male,7,12,9,1", "are not in order"),
        ("bonus.csv", "sit_ups,female,7,12,2,1", "sit_ups,female,1,12,2,1", "bonus but no weight"),
        ("edition.yaml", 'from: "0.0"', 'from: "10.0"', "must fall to 0"),
        ("edition.yaml", "last_year: 50", "last_year: 60", "do not add up to 100"),
    ],
)
def test_a_defective_edition_is_refused(tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
    shutil.copytree(EDITIONS / "national-2014", tmp_path / "broken")
    path = tmp_path / "broken" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DefectiveTables, match=complaint):
        read_edition(tmp_path / "broken")


def test_a_table_without_rows_in_order_is_found_by_the_check(edition: Edition) -> None:
    item = edition.items["bmi"]
    broken = dataclasses.replace(item, rows={**item.rows, (Sex.MALE, 1): item.rows[Sex.MALE, 1][::-1]})
    with pytest.raises(DefectiveTables, match="bmi"):
        check(dataclasses.replace(edition, items={**edition.items, "bmi": broken}))
