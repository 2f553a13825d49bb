"""Marks are reckoned again after every change of what they rest on, in its transaction; ranks with them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from yaodian.appraisal import scoring
from yaodian.appraisal.models import Appraisal, Decision, Judgement, Occurrence, Round, Value
from yaodian.appraisal.problem import gather, marks_of, marks_to_json, read_content

BATCH = 500
_FIELDS = ("total", "published", "base", "bonus", "deduction", "is_vetoed", "rank", "waits", "marks")


def lock_round(round_: Round) -> Round:
    """The round's row, held until the end of the transaction: what happens in a round happens one after the other."""
    return Round.objects.select_for_update(of=("self",)).select_related("office", "sheet").get(pk=round_.pk)


def reckon(round_: Round, *, only: Collection[int] | None = None) -> list[Appraisal]:
    """Reckons the marks of all units, or of some appraisals, and ranks all. A constant number of queries to read."""
    content = read_content(round_.content)
    appraisals = list(Appraisal.objects.filter(round=round_))
    wanted = [one for one in appraisals if only is None or one.pk in only]
    ids = [one.pk for one in wanted]
    known = gather(
        Value.objects.filter(appraisal_id__in=ids),
        Judgement.objects.filter(appraisal_id__in=ids),
        Occurrence.objects.filter(appraisal_id__in=ids),
        Decision.objects.filter(appraisal_id__in=ids),
    )
    for one in wanted:
        _write(one, marks_of(content, known[one.pk]), content.sheet.digits)
    ranks = scoring.rank(
        {one.pk: Fraction(one.total) if one.total else None for one in appraisals},
        digits=content.sheet.digits,
        tie_rule=content.sheet.tie_rule,
        vetoed=[one.pk for one in appraisals if one.is_vetoed],
    )
    for one in appraisals:
        one.rank = ranks[one.pk]
    Appraisal.objects.bulk_update(appraisals, _FIELDS, batch_size=BATCH)
    return appraisals


def _write(appraisal: Appraisal, marks: scoring.Marks, digits: int) -> None:
    appraisal.total = "" if marks.total is None else scoring.exact(marks.total)
    appraisal.published = None if marks.total is None else decimal(scoring.published(marks.total, digits))
    appraisal.base = "" if marks.base is None else scoring.exact(marks.base)
    appraisal.bonus, appraisal.deduction = scoring.exact(marks.bonus), scoring.exact(marks.deduction)
    appraisal.is_vetoed = bool(marks.vetoes)
    appraisal.waits = len(marks.pending)
    appraisal.marks = marks_to_json(marks)


def decimal(number: Fraction) -> Decimal:
    """A fraction whose decimals end, as a decimal."""
    return Decimal(number.numerator) / Decimal(number.denominator)
