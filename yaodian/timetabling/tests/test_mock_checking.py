"""The check apart agrees with the conversion on any cohort under any reading of the rule, and finds what was moved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yaodian.statutes.score_conversion.conversion import Converted, convert
from yaodian.timetabling.queries.mock_checking import findings_apart
from yaodian.timetabling.queries.mock_rules import few_below, rule_from, rules_on, subject_faults, value_fault

RULES = rules_on(date(2026, 10, 28), region="")
assert RULES is not None
COHORTS = st.lists(st.integers(0, 200).map(lambda halves: Decimal(halves) / 2), min_size=1, max_size=60)
READINGS = st.fixed_dictionaries({"ties": st.sampled_from(["up", "down"]), "single": st.sampled_from(["top", "mean"])})


def told(raws: list[Decimal], rules: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    made = convert(dict(enumerate(raws)), rule_from(rules), is_province=False)
    assert isinstance(made, Converted)
    results = [(one.raw, one.grade, one.converted) for one in made.by_candidate.values()]
    grades = [
        [one.band.grade, one.candidates, *(None if raw is None else str(raw) for raw in (one.lowest_raw, one.highest_raw))]
        for one in made.table.grades
    ]  # fmt: skip
    return results, grades


@given(raws=COHORTS, reading=READINGS)
def test_it_agrees_with_every_conversion(raws: list[Decimal], reading: dict[str, str]) -> None:
    rules = {**RULES, **reading}
    assert findings_apart(*told(raws, rules), rules) == []


@given(raws=COHORTS, reading=READINGS, at=st.integers(0, 59), by=st.sampled_from([-1, 1]))
def test_a_point_more_or_less_is_found(raws: list[Decimal], reading: dict[str, str], at: int, by: int) -> None:
    rules = {**RULES, **reading}
    results, grades = told(raws, rules)
    raw, grade, converted = results[at % len(results)]
    results[at % len(results)] = (raw, grade, converted + by)
    assert "formula" in findings_apart(results, grades, rules)


def test_another_grade_and_another_table_are_found() -> None:
    assert RULES is not None
    results, grades = told([Decimal(raw) for raw in (95, 90, 80, 80, 70, 60, 50, 50, 40, 20)], RULES)
    moved = [(raw, "C" if raw == 70 else grade, converted) for raw, grade, converted in results]
    assert "grade" in findings_apart(moved, grades, RULES)
    assert findings_apart(results, [[*grades[0][:3], "96"], *grades[1:]], RULES) == ["table"]
    assert "formula" in findings_apart([(raw, grade, None) for raw, grade, _converted in results], grades, RULES)


def test_below_fifty_the_last_grade_has_less_than_one() -> None:
    assert RULES is not None
    assert few_below(RULES) == 50


def test_before_the_first_rule_there_is_none_and_a_county_is_asked_for_its_own() -> None:
    assert rules_on(date(2020, 12, 31), region="") is None
    county = rules_on(date(2026, 10, 28), region="990102")
    assert county is not None
    assert RULES is not None
    assert (county["region"], county["bands"]) == ("990102", RULES["bands"])


def test_what_is_no_score_says_why() -> None:
    assert value_fault("chemistry", Decimal("88.5")) == ""
    assert value_fault("chinese", Decimal(150)) == ""
    for subject, value in (("chemistry", Decimal(101)), ("chemistry", Decimal("1.25")), ("chinese", "viel")):
        assert "不是 0 至" in value_fault(subject, value)
    assert [code for code, _words in subject_faults({"physics": Decimal(1), "history": Decimal(1)}, None)] == [
        "history"
    ]
