"""The invented appraisals: last year's of the counties, published; this year's of the schools, being marked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from yaodian.appraisal import demonstration
from yaodian.appraisal.models import Appraisal, Judgement, Round, Sheet
from yaodian.appraisal.operations.appeals import decide_appeal, file_appeal
from yaodian.appraisal.operations.errors import UnableTo
from yaodian.appraisal.operations.marking import assign_assessors, decide_mark, enter_occurrence, give_mark
from yaodian.appraisal.operations.rounds import (
    decide_round,
    freeze_round,
    make_round,
    open_round,
    publish_round,
    start_feedback,
)
from yaodian.appraisal.operations.sheets import make_sheet, replace_items
from yaodian.appraisal.problem import read_content
from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Unit, UnitKind


def load_demonstration(*, office: Unit, first: Account, second: Account, third: Account, now: datetime) -> int:
    """Loads the two sheets and the two rounds, once; gives the number of rounds that it made.

    The values of last year's end must have been taken. The assessors are `first` and `second`; `third` decides where they
    differ, and publishes.
    """
    with transaction.atomic():
        if Sheet.objects.filter(office=office, name=demonstration.COUNTY_SHEET).exists():
            return 0
        counties = _sheet(office, demonstration.COUNTY_SHEET, UnitKind.COUNTY, demonstration.COUNTY_ITEMS, now)
        schools = _sheet(office, demonstration.SCHOOL_SHEET, UnitKind.SCHOOL, demonstration.SCHOOL_ITEMS, now)
        today = timezone.localdate(now)
        # Before March the appraisal of the year before is not over.
        year = today.year - (1 if today.month >= 3 else 2)
        made = 0
        for step in (
            lambda: _finished(counties, year, first, second, third),
            lambda: _begun(schools, today.year, first, second, now),
        ):
            try:
                with transaction.atomic():
                    step()
                    made += 1
            except UnableTo:
                # A city without such units, or without values of that year, has no such round.
                continue
        record(actor=None, code="appraisal.round.load", subject="demonstration", detail={"rounds": made}, at=now)
    return made


def _sheet(office: Unit, name: str, kind: str, items: tuple[dict[str, object], ...], now: datetime) -> Sheet:
    values = {"name": name, "unit_kind": kind, "basis": demonstration.BASIS}
    sheet = make_sheet(actor=None, office=office, values=values, now=now)
    return replace_items(actor=None, sheet=sheet, items=items, now=now)


def _moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=timezone.get_default_timezone())


def _finished(sheet: Sheet, year: int, first: Account, second: Account, third: Account) -> Round:
    """Last year's, from its beginning to its end."""
    begun, judged, told = _moment(year, 12, 1), _moment(year + 1, 1, 5), _moment(year + 1, 1, 12)
    row = make_round(
        actor=None,
        sheet=sheet,
        title=f"{year}年县区教育工作考核（演示）",
        year=year,
        freeze_on=date(year, 12, 31),
        now=begun,
    )
    row = open_round(actor=None, round_=row, now=begun)
    _assign(row, (first, second, third), begun)
    _mark(row, judged)
    row = freeze_round(actor=None, round_=row, now=judged)
    appraisals = list(Appraisal.objects.filter(round=row).select_related("round", "unit").order_by("unit__code"))
    for appraisal in appraisals:
        for mark in appraisal.marks:
            if any(step["code"] == "by-hand" for step in mark["steps"]):
                decide_mark(
                    actor=None, appraisal=appraisal, item=mark["code"], mark=Decimal(5), reason="缺报表，按台账核定。", now=judged
                )  # fmt: skip
    said = {"actor": None, "now": judged}
    enter_occurrence(
        **said, appraisal=appraisals[0], item="4", happened_on=date(year, 6, 18), reason="集团化办学做法被发文推广", link=demonstration.LINK
    )  # fmt: skip
    enter_occurrence(
        **said, appraisal=appraisals[-1], item="3", happened_on=date(year, 9, 9), reason="报表迟报被通报", times=2
    )
    row = start_feedback(actor=None, round_=row, now=told)
    appeal = file_appeal(
        actor=None, appraisal=appraisals[-1], item="2.2", text="漏看了我县的成效证明，现补充。", link="附件 3",
        now=_moment(year + 1, 1, 14),
    )  # fmt: skip
    decide_appeal(
        actor=None, appeal=appeal, mark=Decimal(13), reason="补充材料属实，按标准更正。", now=_moment(year + 1, 1, 20)
    )
    row = decide_round(actor=first, round_=row, now=_moment(year + 1, 2, 10))
    return publish_round(actor=third, round_=row, now=_moment(year + 1, 2, 11))


def _begun(sheet: Sheet, year: int, first: Account, second: Account, now: datetime) -> Round:
    """This year's, half marked by the first assessor and less by the second."""
    row = make_round(
        actor=None, sheet=sheet, title=f"{year}年学校考核（演示）", year=year, freeze_on=date(year, 12, 31), now=now
    )
    row = open_round(actor=None, round_=row, now=now)
    _assign(row, (first, second), now)
    for assessor, most in ((first, 6), (second, 3)):
        seats = Judgement.objects.filter(appraisal__round=row, assessor=assessor).order_by(
            "appraisal__unit__code", "item"
        )
        _give(row, list(seats.select_related("appraisal__round", "appraisal__unit", "assessor")[:most]), now)
    return row


def _assign(row: Round, assessors: tuple[Account, ...], now: datetime) -> None:
    for seat, assessor in enumerate(assessors, start=1):
        assign_assessors(actor=None, round_=row, assessor=assessor, seat=seat, now=now)


def _mark(row: Round, now: datetime) -> None:
    """Both marks of everything, then the third where they differ."""
    rows = Judgement.objects.filter(appraisal__round=row).select_related(
        "appraisal__round", "appraisal__unit", "assessor"
    )
    _give(row, list(rows.exclude(seat=3)), now)
    marked = {one.pk: one for one in Appraisal.objects.filter(round=row)}
    differing = {
        (pk, mark["code"])
        for pk, one in marked.items()
        for mark in one.marks
        if any(step["code"] == "differ" for step in mark["steps"])
    }
    _give(row, [one for one in rows.filter(seat=3) if (one.appraisal_id, one.item) in differing], now)


def _give(row: Round, judgements: list[Judgement], now: datetime) -> None:
    content = read_content(row.content)
    for one in judgements:
        full = Decimal(content.item(one.item)["full"])
        mark, evidence = demonstration.mark_of(one.appraisal.unit.code, one.item, one.seat, full)
        give_mark(actor=one.assessor, judgement=one, mark=mark, evidence=evidence, link=demonstration.LINK, now=now)
