"""The HTTP API of measures: what is declared, and the values within the account's scope, page by page.

Every call takes a session and the permission measures.view; what the right does not reach is not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from yaodian.foundation.api import ABSENT, REFUSALS
from yaodian.foundation.measuring import Citation, DatedFigure, Measure, measure_of, measures
from yaodian.measures import queries
from yaodian.organisations.access import SessionHolding

router = Router(tags=["measures"])
VIEWER = SessionHolding("measures.view")
# A quotient that does not end is cut here; numerator and denominator are exact.
DIGITS = 12

Code = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z0-9_.]+$")]
Word = Annotated[str, StringConstraints(max_length=20, pattern=r"^[a-z0-9_]*$")]
PublicId = Annotated[str, StringConstraints(pattern=r"^([0-9a-z]{12})?$")]
Place = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9_-]*$")]


class CitationOut(Schema):
    """Where a definition or a figure stands, and how sure that is."""

    title: str
    number: str
    article: str
    certainty: str


class Named(Schema):
    """A code and what it is called."""

    code: str
    label: str


class DatedFigureOut(Schema):
    """A figure of the law, in force from a day on until the next."""

    from_on: date
    figure: str
    citation: CitationOut


class ParameterOut(Schema):
    """A figure that the law sets and changes."""

    code: str
    label: str
    figures: list[DatedFigureOut]


class MeasureOut(Schema):
    """A declared measure. `numerator` and `denominator` say what is counted; only a ratio has a denominator.

    A value is numerator ÷ denominator × scale. The first of `stages` is meant where none is asked for.
    """

    code: str
    label: str
    unit: str
    entity: str
    direction: str
    kind: str
    is_ratio: bool
    scale: int
    formula: str
    numerator: str
    denominator: str
    stages: list[Named]
    filters: list[Named]
    aliases: list[str]
    citations: list[CitationOut]
    parameters: list[ParameterOut]
    version: str


class MeasureList(Schema):
    """All declared measures, in the order of declaration."""

    items: list[MeasureOut]


class ValueOut(Schema):
    """A value of a unit on a day, or why there is none: `problem` is a code and empty where there is a value.

    `value` is rounded to twelve decimals; compare with `numerator` and `denominator`, which are exact. `counted` of
    `expected` rows of the base had what was needed. `rule` is the version of the rule with the figures of the law.
    """

    unit: str
    unit_code: str
    unit_name: str
    on: date
    stage: str
    filter: str
    value: str | None
    numerator: str | None
    denominator: str | None
    problem: str
    reason: str
    counted: int
    expected: int
    is_complete: bool
    period: str
    rule: str


class InputsOut(Schema):
    """What the values of a day were made from: the figures of the law in force, and which rows were read."""

    on: date
    parameters: dict[str, Any]
    sources: dict[str, Any]


class ValueList(Schema):
    """One page of values by day, then unit. Send `after` with the next call; `total` counts to 1,000 and no further."""

    items: list[ValueOut]
    inputs: list[InputsOut]
    after: str
    total: int
    is_more: bool


class ValuesIn(Schema):
    """Which values: of one unit or, without `unit`, of all that the right reaches; `below` adds those directly below it.

    From `from_on` to `to_on`, both inclusive; without `from_on` those of the last day up to `to_on` that has values.
    """

    unit: PublicId = ""
    below: bool = False
    stage: Word | None = None
    filter: Word = ""
    from_on: date | None = None
    to_on: date | None = None
    after: Place = ""
    size: Annotated[int, Field(ge=1, le=100)] = 50


def _citation(one: Citation) -> dict[str, Any]:
    return {"title": one.title, "number": one.number, "article": one.article, "certainty": one.certainty}


def _figure(one: DatedFigure) -> dict[str, Any]:
    return {"from_on": one.from_on, "figure": str(one.figure), "citation": _citation(one.citation)}


def _measure(one: Measure) -> dict[str, Any]:
    plain = ("code", "unit", "is_ratio", "scale", "version")
    return {
        **{name: getattr(one, name) for name in plain},
        "label": str(one.label),
        "entity": str(one.entity),
        "direction": one.direction.value,
        "kind": one.kind.value,
        "formula": str(one.formula),
        "numerator": str(one.numerator_label or one.label),
        "denominator": str(one.denominator_label),
        "stages": [{"code": stage, "label": queries.stage_words(stage)} for stage in one.stages],
        "filters": [{"code": narrowed, "label": queries.filter_words(narrowed)} for narrowed in one.filters],
        "aliases": list(one.aliases),
        "citations": [_citation(citation) for citation in one.citations],
        "parameters": [
            {"code": found.code, "label": str(found.label), "figures": [_figure(figure) for figure in found.figures]}
            for found in one.parameters
        ],
    }


def _exact(number: Fraction | None) -> str | None:
    """A number as the decimals that it has, cut where it has no end."""
    if number is None:
        return None
    text = f"{queries.rounded(number, DIGITS):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value(one: queries.Listed) -> Mapping[str, Any]:
    value = one.value
    return {
        "unit": one.unit.public_id,
        "unit_code": one.unit.code,
        "unit_name": one.unit.name_then or "",  # type: ignore[attr-defined]  # Annotated by `named`.
        "on": value.on,
        "stage": one.stage,
        "filter": one.narrowed,
        "value": _exact(value.exact),
        "numerator": _exact(value.numerator),
        "denominator": _exact(value.denominator),
        "problem": value.problem,
        "reason": queries.problem_words(value.problem) if value.problem else "",
        "counted": value.counted,
        "expected": value.expected,
        "is_complete": value.is_complete,
        "period": value.period,
        "rule": value.rule,
    }


@router.get(
    "", response={200: MeasureList, **REFUSALS}, summary="List measures", operation_id="list_measures", auth=VIEWER
)
def list_measures(request: HttpRequest) -> Any:
    """What is measured: definitions, sources, figures of the law."""
    return {"items": [_measure(one) for one in measures().values()]}


@router.get(
    "/{code}",
    response={200: MeasureOut, **ABSENT},
    summary="Get a measure",
    operation_id="get_measure",
    auth=VIEWER,
)
def get_measure(request: HttpRequest, code: Code) -> Any:
    """The definition of a measure."""
    found = measure_of(code)
    if found is None:
        raise Http404
    return _measure(found)


@router.get(
    "/{code}/values",
    response={200: ValueList, **ABSENT},
    summary="List values of a measure",
    operation_id="list_values",
    auth=VIEWER,
)
def list_values(request: HttpRequest, code: Code, asked: Query[ValuesIn]) -> Any:
    """The values of a measure, and the reasons where there are none."""
    found = queries.values_of(
        account=request.user,
        code=code,
        unit=asked.unit,
        is_below=asked.below,
        stage=asked.stage,
        narrowed=asked.filter,
        from_on=asked.from_on,
        to_on=asked.to_on,
        after=asked.after,
        size=asked.size,
        day=timezone.localdate(),
    )
    return {
        "items": [_value(one) for one in found.items],
        "inputs": [
            {"on": on, "parameters": said.get("parameters", {}), "sources": said.get("sources", {})}
            for on, said in sorted(found.inputs.items())
        ],
        "after": found.after,
        "total": found.total,
        "is_more": found.is_more,
    }
