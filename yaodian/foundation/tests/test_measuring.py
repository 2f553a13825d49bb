"""The register takes no measure that cannot say what it is and where that stands."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from yaodian.foundation import measuring
from yaodian.foundation.measuring import (
    AliasTaken,
    Answer,
    Asked,
    Citation,
    DatedFigure,
    Direction,
    Measure,
    Parameter,
    Value,
    declare,
    measures,
)

pytestmark = pytest.mark.once

TEXT = Citation("测试办法", "测〔2020〕1号")


def made(**changes: object) -> Measure:
    measure = Measure(
        code="test.things",
        label="东西数",  # type: ignore[arg-type]
        unit="个",
        entity="东西",  # type: ignore[arg-type]
        direction=Direction.UP,
        formula="数出来",  # type: ignore[arg-type]
        citations=(TEXT,),
        compute=lambda _asked: Answer(()),
        aliases=("东西数",),
    )
    return replace(measure, **changes)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def forgotten():
    yield
    for code in ("test.things", "test.others"):
        measuring.forget(code)


def test_an_alias_that_another_measure_has_fails_whatever_its_width_and_blanks() -> None:
    declare(made())
    with pytest.raises(AliasTaken, match=r"test\.things"):
        declare(made(code="test.others", aliases=("东 西数",)))
    with pytest.raises(AliasTaken):
        declare(made(code="test.others", aliases=("另一种", "另一种")))


@pytest.mark.parametrize(
    "fault", [{"citations": ()}, {"citations": (Citation(""),)}, {"formula": " "}, {"label": ""}, {"is_ratio": True}]
)
def test_a_measure_without_citation_or_definition_fails(fault: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"test\.things"):
        declare(made(**fault))
    assert "test.things" not in measures()


def test_a_code_is_declared_once() -> None:
    declare(made())
    with pytest.raises(ValueError, match="twice"):
        declare(made(aliases=()))


def test_every_declared_measure_says_what_a_page_needs() -> None:
    assert len(measures()) >= 30
    for measure in measures().values():
        assert measure.aliases, measure.code
        assert measure.default_stage in measure.stages
        assert set(measure.stages) <= set(measuring.STAGES), measure.code
        assert set(measure.filters) <= set(measuring.FILTERS), measure.code
        assert measure.rule(date(2026, 1, 1))
        assert len(measure.rule(date(2026, 1, 1))) <= 200


def test_a_figure_holds_from_its_day_until_the_next_one() -> None:
    parameter = Parameter(
        "line",
        "线",
        DatedFigure(date(2020, 1, 1), 60, TEXT),
        DatedFigure(date(2024, 7, 1), 55, TEXT),  # type: ignore[arg-type]
    )
    assert parameter.on(date(2024, 6, 30)).figure == 60
    assert parameter.on(date(2024, 7, 1)).figure == 55
    with pytest.raises(LookupError, match="line"):
        parameter.on(date(2019, 12, 31))
    with pytest.raises(ValueError, match="citation"):
        Parameter("line", "线", DatedFigure(date(2020, 1, 1), 60, Citation("")))  # type: ignore[arg-type]


def test_a_value_is_exact_or_there_is_none() -> None:
    third = Value(date(2026, 1, 1), Fraction(1), Fraction(3), scale=100)
    assert third.exact == Fraction(100, 3)
    assert Value(date(2026, 1, 1), None, None, problem="no-rows").exact is None


def test_rows_are_read_once_in_a_taking() -> None:
    asked, calls = Asked(date(2026, 1, 1)), []
    assert [asked.once("rows", lambda: calls.append(1) or 7) for _time in range(3)] == [7, 7, 7]
    assert calls == [1]


def test_the_declarations_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = measuring.measures()

    def look_again(_name: str) -> None:
        raise AssertionError("the modules of all apps were searched again")

    monkeypatch.setattr(measuring, "autodiscover_modules", look_again)
    assert measuring.measures() is known
    assert measuring.measure_of("registry.pupils") is not None


def test_what_changes_the_counted_is_said_beside_the_declarations() -> None:
    assert {"registry.school.", "registry.return."} <= measuring.changes()
