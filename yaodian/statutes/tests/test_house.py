"""The house rules of the statutes: every notion cites, stands on both sides of its threshold, and has names of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from yaodian.engines import rules
from yaodian.statutes.book import BOOK
from yaodian.statutes.declare import FOLDER, FOLDERS, Indicator

CASES = [(declared, case) for declared in BOOK for case in declared.cases]


@pytest.mark.parametrize(("declared", "case"), CASES, ids=[f"{d.code}: {c.get('says')}" for d, c in CASES])
def test_the_case_holds(declared: Any, case: Any) -> None:
    assert list(rules.complaints(declared, case)) == []


@pytest.mark.parametrize("declared", list(BOOK), ids=lambda each: each.code)
def test_cases_stand_on_both_sides_of_each_threshold(declared: Any) -> None:
    assert list(rules.sides_missing(declared)) == []


@pytest.mark.parametrize("declared", list(BOOK), ids=lambda each: each.code)
def test_it_is_the_only_class_of_a_file_of_its_name(declared: Any) -> None:
    module = declared.__module__.rpartition(".")[2]
    assert re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", declared.__name__).lower() == module
    path = FOLDER.joinpath(*declared.__module__.split(".")[2:]).with_suffix(".py")
    assert len(re.findall(r"^class ", path.read_text(encoding="utf-8"), re.MULTILINE)) == 1


def test_every_yaml_beside_a_module_is_read() -> None:
    read = {declared.__module__.rpartition(".")[2] for declared in BOOK}
    assert {path.stem for path in FOLDER.glob("*/*.yaml")} - {"quantities"} <= read


def test_every_source_and_every_quantity_is_used() -> None:
    cited: set[str] = set()
    asked: set[str] = set()
    for declared in BOOK:
        cited.add(declared.reference.source)
        cited |= {value.reference.source for figure in declared.figures.values() for value in figure.values}
        cited |= {value.reference.source for option in declared.options.values() for value in option.values}
        if issubclass(declared, rules.Indicator):
            asked |= {q.name for tree in declared.formulas.values() for q in rules.inputs(tree)}
        elif issubclass(declared, rules.Rule):
            asked |= set(declared.asks)
        elif issubclass(declared, rules.Dispersion):
            asked.add(declared.weight)
        asked.add(declared.keyed_by)
    assert set(BOOK.sources) - cited == set()
    wholes = {quantity.part_of for quantity in BOOK.quantities.values()}
    assert set(BOOK.quantities) - asked - wholes == set()


def test_every_folder_says_what_it_is() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/__init__.py")} - {"tests"} == set(FOLDERS)


def test_no_formula_holds_a_figure_of_the_law() -> None:
    """Constants of a formula are those of arithmetic; everything else is a dated figure with a citation."""
    arithmetic_only = {0, 1, 2, 100, 10000}
    for declared in BOOK:
        if issubclass(declared, rules.Indicator):
            for tree in declared.formulas.values():
                constants = {each.number for each in rules.walk(tree) if isinstance(each, rules.Constant)}
                assert constants <= arithmetic_only, declared.code


def test_nothing_evaluates_text_as_code() -> None:
    package = Path(rules.__file__).parent
    forbidden = re.compile(r"(?<![\w.])(eval|exec|compile|__import__)\(")
    for path in [*package.glob("*.py"), *FOLDER.rglob("*.py")]:
        if "tests" not in path.parts:
            assert not forbidden.search(path.read_text(encoding="utf-8")), path


FILE = """
figures:
  threshold: {label: 达标值, unit: 人, values: [{from: 2017-04-19, value: 1, cite: CITE}]}
"""
CITE = "{source: jiaodu-2017-6, article: 一, confidence: V}"


def declare(code: str, text: str, **words: Any) -> type:
    """A class made as a module would make it, outside the book's folders."""
    body: dict[str, Any] = {
        "__doc__": "A planted notion.",
        "label": f"种下的指标{code}",
        "entity": rules.Entity.SCHOOL,
        "period": rules.Period.SCHOOL_YEAR,
        "unit": "人",
        "reference": rules.Reference("jiaodu-2017-6", "一", rules.Confidence.V),
        "requires": rules.at_least("threshold"),
        "formula_2017_04_19": staticmethod(lambda given, law: 100 * given.full_time / given.pupils),
        **words,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return type("Planted", (Indicator,), body, code=f"planted.{code}", text=text)


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        ({"reference": None}, FILE.replace("CITE", CITE), "it says no reference"),
        ({"reference": rules.Reference("nowhere", "一", rules.Confidence.V)}, FILE.replace("CITE", CITE), "sources.yaml"),
        ({"reference": rules.Reference("jiaodu-2017-6", "", rules.Confidence.V)}, FILE.replace("CITE", CITE), "article"),
        ({}, FILE.replace(", cite: CITE", ""), "no citation"),
        ({"label": "每百名学生拥有高于规定学历教师数"}, FILE.replace("CITE", CITE), "already names"),
        ({"aliases": ("高于规定学历教师数",)}, FILE.replace("CITE", CITE), "already names"),
        ({"formula_2017_04_19": staticmethod(lambda given, law: given.unheard)}, FILE.replace("CITE", CITE), "no quantity"),
        ({"formula_2017_04_19": None}, FILE.replace("CITE", CITE), "no formula"),
        ({"formula_2017": staticmethod(lambda given, law: given.pupils)}, FILE.replace("CITE", CITE), "to the day"),
        ({"requires": rules.at_least("elsewhere")}, FILE.replace("CITE", CITE), "no figure"),
        ({}, FILE.replace("CITE", CITE).replace("2017-04-19", "2017"), "is no day"),
        ({}, FILE.replace("CITE", CITE) + "surprise: {}\n", "unknown sections"),
    ],
)  # fmt: skip
def test_a_notion_that_lacks_something_is_no_class(words: Any, text: str, said: str) -> None:
    with pytest.raises((rules.NotDeclared, rules.Malformed, rules.AliasUsedTwice), match=said):
        declare("lacking", text, **words)


def test_a_notion_without_cases_on_a_side_is_named() -> None:
    """The side check itself can fail: a class with no cases, or with a passing one only, is reported."""
    bare = object.__new__(rules.Book)
    bare.__dict__.update(BOOK.__dict__, _declared={}, _names={})
    planted = declare("bare", FILE.replace("CITE", CITE), book=bare)
    assert list(rules.sides_missing(planted)) == ["planted.bare: it has no cases"]
    only_passing = """
cases:
  - {says: 达标, on: 2024-09-01, expect: 2, meets: yes, given: {stage: primary, pupils: 100, full_time: 2}}
"""
    lopsided = declare("lopsided", FILE.replace("CITE", CITE) + only_passing, book=bare)
    assert [line.split(": ", 1)[1] for line in rules.sides_missing(lopsided)] == [
        "no case fails «threshold»",
        "no case equals «threshold»",
    ]
