"""The content of an item as a form gives it, and the rules that content must keep."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from yaodian.plans.models import Comparator, Period, Strength
from yaodian.plans.operations.errors import UnableTo

Refusal = type[UnableTo]


@dataclass(frozen=True, slots=True)
class TargetValues:
    """A target's content (plan schema, Targets).

    ``value_max`` is the other end of a range: greater than ``value`` with ``between``, which needs it; with ``change``,
    where it is optional, further from 0 in the same direction (3 and 8, -5 and -8, 0 and 3). Two equal ends are
    no range and are refused. No other comparator has it.
    """

    subject: str
    comparator: str
    value: float
    value_max: float | None = None
    unit: str = ""
    due_on: date | None = None
    per: str = ""
    strength: str = "must"
    is_implicit: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineValues:
    """A deadline's content: the last day meant, ``None`` where the plan leaves it open."""

    due_on: date | None


@dataclass(frozen=True, slots=True)
class ResponsibilityValues:
    """The units of a clause in order; ``lead`` and ``support`` are among ``units``."""

    units: tuple[str, ...]
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentionValues:
    """The name of a policy (without 《》) or of a system."""

    name: str


@dataclass(frozen=True, slots=True)
class ClauseValues:
    """Number (without punctuation) and heading of a clause."""

    number: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class HeaderValues:
    """The header of a plan."""

    title: str
    issuer: str = ""
    year: int | None = None
    doc_number: str = ""
    index_number: str = ""
    written_on: date | None = None
    source_published_on: date | None = None


Values = TargetValues | DeadlineValues | ResponsibilityValues | MentionValues | ClauseValues | HeaderValues


def columns_from(values: Values, *, refusal: Refusal) -> dict[str, Any]:
    """The columns that hold the values, trimmed; raises ``refusal``, with the field, where a rule is broken."""
    columns = {field.name: _trimmed(getattr(values, field.name)) for field in dataclasses.fields(values)}
    match values:
        case TargetValues():
            _check_target(columns, refusal)
        case ResponsibilityValues():
            _check_responsibility(columns, refusal)
        case MentionValues():
            _check_text(columns, "name", _("名称"), 200, refusal)
        case ClauseValues():
            _check_text(columns, "number", _("编号"), 40, refusal)
            _check_text(columns, "heading", _("标题"), 200, refusal, is_required=False)
        case HeaderValues():
            _check_header(columns, refusal)
        case DeadlineValues():
            _check_day(columns, "due_on", refusal)
    return columns


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").strip()
    if isinstance(value, tuple | list):
        return [_trimmed(item) for item in value]
    return value


def _check_text(
    columns: dict[str, Any], name: str, label: str, limit: int, refusal: Refusal, *, is_required: bool = True
) -> None:
    if is_required and not columns[name]:
        raise refusal(_("“%(label)s”没有填写。请填写后再保存。") % {"label": label}, code="blank", field=name)
    if len(columns[name]) > limit:
        raise refusal(
            _("“%(label)s”有 %(length)s 个字，超过了 %(limit)s 个字的上限。请缩短后再保存。")
            % {"label": label, "length": len(columns[name]), "limit": limit},
            code="too-long",
            field=name,
        )


def _check_day(columns: dict[str, Any], name: str, refusal: Refusal) -> None:
    value = columns[name]
    if value is not None and not 1949 <= value.year <= 2149:
        raise refusal(
            _("日期 %(day)s 不在 1949 年到 2149 年之间。请检查年份。") % {"day": value},
            code="day-out-of-range",
            field=name,
        )


def _check_choice(columns: dict[str, Any], name: str, choices: type[TextChoices], refusal: Refusal) -> None:
    if columns[name] not in choices.values:
        raise refusal(
            _("“%(value)s”不是可选的值。请从列表中选择。") % {"value": columns[name]}, code="unknown-choice", field=name
        )


def _check_target(columns: dict[str, Any], refusal: Refusal) -> None:
    _check_text(columns, "subject", _("目标内容"), 200, refusal)
    _check_text(columns, "unit", _("单位"), 40, refusal, is_required=False)
    _check_choice(columns, "comparator", Comparator, refusal)
    _check_choice(columns, "strength", Strength, refusal)
    if columns["per"]:
        _check_choice(columns, "per", Period, refusal)
    _check_day(columns, "due_on", refusal)
    for name in ("value", "value_max"):
        value = columns[name]
        if value is not None and (not math.isfinite(value) or abs(value) >= 1e15):
            raise refusal(_("数值不是可用的数。请填写普通的数字，如 99.5。"), code="not-a-number", field=name)
    _check_range(columns["comparator"], columns["value"], columns["value_max"], refusal)


def _check_range(comparator: str, value: float, value_max: float | None, refusal: Refusal) -> None:
    if comparator == Comparator.BETWEEN:
        if value_max is None or value_max <= value:
            raise refusal(
                _("“介于”需要两个数，上限要大于下限。请补填上限，或改选“不低于”“不超过”。"),
                code="between-ends",
                field="value_max",
            )
    elif value_max is not None and comparator != Comparator.CHANGE:
        raise refusal(
            _("只有“介于”和“增减”才有上限。请清空上限，或把要求改为“介于”或“增减”。"),
            code="needless-max",
            field="value_max",
        )
    elif value_max is not None and (value * value_max < 0 or abs(value_max) <= abs(value)):
        raise refusal(
            _(
                "“增减”的上限要与数值同号，而且幅度更大，如 3 和 8、-5 和 -8。"
                "请改正上限；两个数相同时不是幅度，请清空上限。"
            ),
            code="change-ends",
            field="value_max",
        )


def _check_responsibility(columns: dict[str, Any], refusal: Refusal) -> None:
    for name in ("units", "lead", "support"):
        columns[name] = list(dict.fromkeys(unit for unit in columns[name] if unit))
        if any(len(unit) > 120 for unit in columns[name]):
            raise refusal(_("有一个单位名称超过 120 个字。请用顿号把几个单位分开。"), code="too-long", field=name)
    if not columns["units"]:
        raise refusal(_("没有填写责任单位。请至少填写一个，或者剔除这一项。"), code="blank", field="units")
    for name in ("lead", "support"):
        missing = _missing(columns[name], columns["units"])
        if missing:
            raise refusal(
                _("“%(unit)s”不在责任单位之中。请先把它列入责任单位。") % {"unit": missing},
                code="not-among-units",
                field=name,
            )
    both = [unit for unit in columns["lead"] if unit in columns["support"]]
    if both:
        raise refusal(
            _("“%(unit)s”不能既牵头又配合。请只选一种。") % {"unit": both[0]}, code="lead-and-support", field="support"
        )


def _missing(some: Iterable[str], among: Iterable[str]) -> str:
    known = set(among)
    return next((unit for unit in some if unit not in known), "")


def _check_header(columns: dict[str, Any], refusal: Refusal) -> None:
    _check_text(columns, "title", _("标题"), 300, refusal)
    _check_text(columns, "issuer", _("发文单位"), 120, refusal, is_required=False)
    _check_text(columns, "doc_number", _("文号"), 80, refusal, is_required=False)
    _check_text(columns, "index_number", _("索引号"), 80, refusal, is_required=False)
    if columns["year"] is not None and not 1949 <= columns["year"] <= 2149:
        raise refusal(
            _("年度不在 1949 到 2149 之间。请填写四位年份，如 2026。"), code="year-out-of-range", field="year"
        )
    _check_day(columns, "written_on", refusal)
    _check_day(columns, "source_published_on", refusal)
