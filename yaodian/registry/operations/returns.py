"""Yearly returns are stored and corrected."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.models import AMOUNTS, COUNTS, FIGURES, LISTS, Stage, YearlyReturn, grades_of, school_year_of
from yaodian.registry.operations.changing import (
    check_reach,
    check_version,
    journal,
    lock_school,
    store,
    today_of,
    values_of,
)
from yaodian.registry.operations.errors import UnableToStoreReturn
from yaodian.registry.queries.doubts import Doubt, doubts_about


def store_return(
    *,
    actor: Account | None,
    public_id: str,
    year: int,
    stage: str,
    figures: Mapping[str, Any],
    now: datetime,
    source: str = "",
    version: int | None = None,
) -> tuple[YearlyReturn, list[Doubt]]:
    """Stores the figures of a stage for a school year, or corrects them; only the figures given are changed.

    None is «not reported», never 0. Gives the row and what about it is doubtful: jumps against the year before, sums that
    do not fit. Raises UnableToStoreReturn for what is impossible, StaleVersion.
    """
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        if not grades_of(school.school_type, stage):
            raise UnableToStoreReturn(
                _("这所学校不办“%(stage)s”。请核对学段或办学类型。")
                % {"stage": Stage(stage).label if stage in Stage.values else stage},
                code="no-such-stage",
                field="stage",
            )
        if year > school_year_of(today_of(now)):
            raise UnableToStoreReturn(
                _("%(year)s学年还没有开始，不能填报。") % {"year": year}, code="too-early", field="year"
            )
        row = YearlyReturn.objects.select_for_update().filter(school=school, year=year, stage=stage).first()
        is_new = row is None
        if row is None:
            row = YearlyReturn(school=school, year=year, stage=stage, changed_at=now)
        else:
            check_version(row, version, tuple(figures))
        before = values_of(row, FIGURES)
        changed = []
        for name, value in figures.items():
            value = _figure(name, value)
            if getattr(row, name) != value:
                setattr(row, name, value)
                changed.append(name)
        if is_new or changed:
            row.source, row.changed_at = source, now
            store(row, UnableToStoreReturn, is_new=is_new)
            code = "return.store" if is_new else "return.correct"
            journal(actor, code, row, now, columns=changed, before=None if is_new else before, source=source)
        last = YearlyReturn.objects.filter(school=school, year=year - 1, stage=stage).first()
    return row, doubts_about(row, last)


def _figure(name: str, value: Any) -> Any:
    """A figure as its column holds it. Raises UnableToStoreReturn for what is no figure."""
    label = FIGURES.get(name)
    if label is None:
        raise UnableToStoreReturn(_("报表没有“%(name)s”这一栏。") % {"name": name}, code="unknown-field", field=name)
    wrong = UnableToStoreReturn(
        _("“%(label)s”应为不小于0的数字，没有填报的留空。") % {"label": label}, code="no-figure", field=name
    )
    if name in LISTS:
        numbers = list(value or [])
        if len(numbers) > 12 or not all(_is_count(number) for number in numbers):
            raise wrong
        return numbers
    if name in COUNTS or name in AMOUNTS:
        if value is None or value == "":
            return None
        if name in COUNTS:
            if not _is_count(value):
                raise wrong
            return value
        try:
            amount = Decimal(str(value))
        except ArithmeticError:
            raise wrong from None
        if not amount.is_finite() or amount < 0 or amount > 10**11:
            raise wrong
        return amount.quantize(Decimal("0.01"))
    table = dict(value or {})
    if len(table) > 30 or not all(isinstance(key, str) and _is_count(number) for key, number in table.items()):
        raise wrong
    return table


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
