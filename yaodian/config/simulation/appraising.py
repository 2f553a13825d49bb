"""The yearly appraisal of the counties: opened in December, marked and frozen in January, told, appealed, decided, published.

What is judged follows from what the county did in the played year: reports in time, cases done by their day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from yaodian.appraisal import demonstration
from yaodian.appraisal import operations as appraisal
from yaodian.appraisal.models import Appraisal, Judgement, Round
from yaodian.cases.models import Case
from yaodian.config.simulation.ground import Cast, at
from yaodian.foundation.workdays import Calendar
from yaodian.organisations.models import Unit, UnitKind
from yaodian.plans.models import MonthlyReport

Act = Callable[[datetime], None]


@dataclass
class Appraisals:
    """One round, step by step; each plans the next."""

    cast: Cast
    year: int
    calendar: Calendar
    later: Callable[[datetime, Act], None]
    round_id: int = 0

    def plan(self) -> None:
        """The first step: a sheet and a round, on a day of December."""
        self.later(at(self.calendar.next_working_day(date(self.year, 12, 3)), 10), self._open)

    def _round(self) -> Round:
        return Round.objects.select_related("sheet", "office").get(pk=self.round_id)

    def _appraisals(self) -> list[Appraisal]:
        rows = Appraisal.objects.filter(round=self.round_id).select_related("round", "unit")
        return list(rows.order_by("unit__code"))

    def _in(self, day: date, count: int, hour: int, act: Act) -> None:
        self.later(at(self.calendar.add_working_days(day, count), hour), act)

    def _open(self, now: datetime) -> None:
        said: dict[str, Any] = {"actor": self.cast.editor, "now": now}
        values = {
            "name": f"{self.year}年{demonstration.COUNTY_SHEET}",
            "unit_kind": UnitKind.COUNTY,
            "basis": demonstration.BASIS,
        }
        sheet = appraisal.make_sheet(**said, office=self.cast.bureau, values=values)
        sheet = appraisal.replace_items(**said, sheet=sheet, items=demonstration.COUNTY_ITEMS)
        row = appraisal.make_round(
            **said, sheet=sheet, title=f"{self.year}年度县区教育工作考核", year=self.year,
            freeze_on=date(self.year, 12, 31),
        )  # fmt: skip
        row = appraisal.open_round(**said, round_=row)
        self.round_id = row.pk
        people = (self.cast.editor, self.cast.second, self.cast.supervisor)
        for seat, assessor in enumerate(people, start=1):
            appraisal.assign_assessors(**said, round_=row, assessor=assessor, seat=seat)
        for day, seat in ((6, 1), (7, 2)):
            marked = self.calendar.next_working_day(date(self.year + 1, 1, day))
            self.later(at(marked, 10 + seat), lambda then, place=seat: self._mark(then, place))
        self.later(at(self.calendar.next_working_day(date(self.year + 1, 1, 9)), 10), self._freeze)

    def _mark(self, now: datetime, seat: int) -> None:
        """An assessor gives all marks of a seat; the third only where the two differ."""
        rows = Judgement.objects.filter(appraisal__round=self.round_id, seat=seat, mark__isnull=True)
        for one in rows.select_related("appraisal__round", "appraisal__unit", "assessor").order_by(
            "appraisal__unit__code", "item"
        ):
            if seat == 3 and not self._differ(one):
                continue
            mark, evidence = self._judge(one.appraisal.unit, one.item, seat)
            appraisal.give_mark(
                actor=one.assessor, judgement=one, mark=mark, evidence=evidence, link=demonstration.LINK, now=now
            )

    def _differ(self, judgement: Judgement) -> bool:
        marks = Appraisal.objects.get(pk=judgement.appraisal_id).marks
        return any(
            step["code"] == "differ" for mark in marks if mark["code"] == judgement.item for step in mark["steps"]
        )

    def _judge(self, unit: Unit, item: str, seat: int) -> tuple[Decimal, str]:
        """2.1, the year's tasks, by what the rows say; 2.2, reforms, by an invented judgement."""
        full = Decimal(25 if item == "2.1" else 15)
        if item != "2.1":
            return demonstration.mark_of(unit.code, item, seat, full)
        late, asked, overdue = self._record_of(unit)
        lost = Decimal(late) / Decimal(max(asked, 1)) * 10 + Decimal(overdue) * 2
        # The second assessor is stricter with some.
        strict = Decimal(str(round(self.cast.choices.stream("strict", unit.code).random() * 4, 1))) if seat == 2 else 0
        mark = max(Decimal(0), full - min(lost, full) - strict).quantize(Decimal("0.5"))
        return mark, f"全年应报月报{asked}份，迟报{late}份；督办事项逾期{overdue}件。"

    def _record_of(self, unit: Unit) -> tuple[int, int, int]:
        """Reports that came late, reports asked for, and cases that were or are over their day, of a unit in the year."""
        mine = MonthlyReport.objects.filter(unit=unit, month__year=self.year)
        late = mine.filter(Q(first_submitted_at__date__gt=F("first_due_on")) | Q(first_submitted_at__isnull=True))
        overdue = Case.objects.filter(doing_unit=unit, notices__rung__gte=2, opened_at__year=self.year).distinct()
        return late.count(), mine.count(), overdue.count()

    def _freeze(self, now: datetime) -> None:
        row = appraisal.freeze_round(actor=self.cast.editor, round_=self._round(), now=now)
        for one in self._appraisals():
            for mark in one.marks:
                if any(step["code"] == "by-hand" for step in mark["steps"]):
                    appraisal.decide_mark(
                        actor=self.cast.editor, appraisal=one, item=mark["code"], mark=Decimal(5),
                        reason="缺报表，按台账核定。", now=now,
                    )  # fmt: skip
        first, last = self._appraisals()[0], self._appraisals()[-1]
        said = {"actor": self.cast.editor, "now": now}
        appraisal.enter_occurrence(
            **said, appraisal=first, item="4", happened_on=date(self.year, 6, 18), reason="集团化办学做法被发文推广",
            link=demonstration.LINK,
        )  # fmt: skip
        appraisal.enter_occurrence(
            **said, appraisal=last, item="3", happened_on=date(self.year, 9, 9), reason="报表迟报被通报", times=2
        )
        self._mark(now, 3)
        self._in(now.date(), 1, 10, self._tell)
        assert row.pk == self.round_id  # One round a year.

    def _tell(self, now: datetime) -> None:
        appraisal.start_feedback(actor=self.cast.editor, round_=self._round(), now=now)
        self._in(now.date(), 2, 15, self._appeal)

    def _appeal(self, now: datetime) -> None:
        """Who stands last objects to what was judged of its reforms."""
        last = max(self._appraisals(), key=lambda one: (one.rank or 0, one.unit.code))
        appeal = appraisal.file_appeal(
            actor=self.cast.officer(last.unit, now), appraisal=last, item="2.2", now=now, link="附件 3",
            text="漏看了我县区的成效证明，现补充。",
        )  # fmt: skip

        def decide(then: datetime) -> None:
            appraisal.decide_appeal(
                actor=self.cast.publisher,
                appeal=appeal,
                mark=Decimal(13),
                reason="补充材料属实，按标准更正。",
                now=then,
            )

        self._in(now.date(), 3, 11, decide)
        until = self._round().appeal_until
        assert until is not None  # The feedback has begun.
        self._in(until, 2, 10, self._decide)

    def _decide(self, now: datetime) -> None:
        appraisal.decide_round(actor=self.cast.editor, round_=self._round(), now=now)
        self._in(now.date(), 2, 10, self._publish)

    def _publish(self, now: datetime) -> None:
        appraisal.publish_round(actor=self.cast.publisher, round_=self._round(), now=now)
