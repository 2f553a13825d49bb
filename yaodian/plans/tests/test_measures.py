"""Commitments and reports as figures of a unit, and the rows behind each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest

from yaodian.foundation.measuring import Asked, measure_of
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, readings_on, rows_behind
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import reference_at, referents
from yaodian.plans import operations
from yaodian.plans.models import Duty, MonthlyReport, Plan
from yaodian.plans.operations import commitments
from yaodian.plans.tests import factories, reports
from yaodian.plans.tests.commitments import NOW, Bureau, bureau, signer

pytestmark = pytest.mark.django_db
GREEN, KEPT = "plans.commitments_green", "plans.commitments_kept"
IN_TIME, LATE = "plans.reports_in_time", "plans.reports_late"
AUGUST = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)


def taken(*units: Unit, codes: tuple[str, ...], now: datetime = AUGUST) -> list[Fraction | None]:
    wanted = [one for code in codes if (one := measure_of(code)) is not None]
    take_values(actor=None, day=now.date(), now=now, only=wanted)
    places = [Place(code, unit.pk) for code in codes for unit in units]
    _on, found = readings_on(places=places, day=now.date())
    return [found[place].value.exact if place in found else None for place in places]


def overridden(made: Bureau, light: str) -> int:
    row = made.row("6月底前完成选址")
    commitments.override_light(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_id=row.pk,
        expected_version=row.version, light=light, reason="选址已批复",
    )  # fmt: skip
    return row.pk


def test_a_unit_answers_for_what_it_leads_and_the_bureau_for_all() -> None:
    made = bureau(accepted=True)
    (before,) = taken(made.basic, codes=(KEPT,))
    assert before == 0, "its day is over and nothing shows that it was done"
    overridden(made, "green")
    assert taken(made.basic, codes=(KEPT,)) == [100]
    place = Place(KEPT, made.basic.pk)
    (row,) = rows_behind(places=[place], day=AUGUST.date(), most=9)[place]
    address = f"/plans/{made.plan.public_id}/commitments/{row.ref.partition(':')[2]}/"
    for account in (made.editor, signer(made.basic)):
        assert referents(account=account, refs=[row.ref], today=AUGUST.date())[row.ref].url == address
        assert reference_at(account=account, address=address, today=AUGUST.date()) == row.ref
    stranger = signer(made.school)
    assert referents(account=stranger, refs=[row.ref], today=AUGUST.date()) == {}
    assert reference_at(account=stranger, address=address, today=AUGUST.date()) == ""


def test_a_supporting_unit_has_no_share_in_a_light() -> None:
    made = bureau(accepted=True)
    row = made.row("6月底前完成选址")
    row.duties.update(part="support")
    assert taken(made.basic, codes=(KEPT,)) == [None]


def test_grey_commitments_are_in_no_share() -> None:
    made = bureau(accepted=True)
    taken(made.root, codes=(GREEN,))
    place = Place(GREEN, made.root.pk)
    rows = rows_behind(places=[place], day=AUGUST.date(), most=99).get(place, ())
    assert len(rows) < sum(row.duties.exclude(part="support").filter(unit__isnull=False).count() for row in made.rows())


def test_reports_in_time_and_late_ones_are_told_apart_by_the_first_day() -> None:
    made = reports.opened()
    account = signer(made.basic, "head")
    reports.submitted(made.basic, account)
    others = [unit for unit in (made.finance, made.county, made.school) if _has_report(unit)]
    day = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
    assert taken(made.basic, codes=(IN_TIME, LATE), now=day) == [100, None]
    for unit in others:
        assert taken(unit, codes=(IN_TIME, LATE), now=day) == [0, 1]
        place = Place(LATE, unit.pk)
        (row,) = rows_behind(places=[place], day=day.date(), most=9)[place]
        own = referents(account=signer(unit), refs=[row.ref], today=day.date())
        assert own[row.ref].url.startswith("/plans/reports/")
        assert reference_at(account=signer(unit), address=own[row.ref].url, today=day.date()) == row.ref
    assert taken(made.root, codes=(LATE,), now=day) == [len(others)]
    before = datetime.combine(reports.DUE, day.time(), UTC)
    assert taken(made.basic, codes=(IN_TIME,), now=before) == [None], "its day is not over"


def _has_report(unit: Unit) -> bool:
    from yaodian.plans.models import MonthlyReport

    return MonthlyReport.objects.filter(unit=unit).exists()


def test_what_rests_on_values_is_taken_after_them() -> None:
    made = bureau(accepted=True)
    wanted = [one for code in (KEPT, "registry.kindergartens") if (one := measure_of(code)) is not None]
    taking = take_values(actor=None, day=date(2026, 8, 3), now=AUGUST, only=wanted)
    assert {KEPT, "registry.kindergartens"} <= set(taking.inputs)
    assert made.plan.year == 2026


def test_a_value_names_the_table_that_it_was_counted_from() -> None:
    reports.opened()
    for code, table in ((GREEN, "commitments"), (KEPT, "commitments"), (IN_TIME, "reports"), (LATE, "reports")):
        measure = measure_of(code)
        assert measure is not None
        assert measure.compute(Asked(AUGUST.date())).sources["table"] == table, code


@pytest.mark.parametrize("is_handed_in", [True, False])
def test_reports_on_a_plan_count_no_more_from_the_day_it_is_withdrawn(is_handed_in: bool) -> None:
    made = reports.opened()
    if is_handed_in:
        reports.submitted(made.basic, signer(made.basic, "head"))
    before, day, after = (datetime(2026, 4, number, 12, 0, tzinfo=UTC) for number in (19, 20, 21))
    late = Fraction(2 - is_handed_in)
    assert taken(made.root, codes=(LATE,), now=before) == [late]
    # Half past midnight in the office, the evening before by the clock of the world.
    reports.withdrawn(made, now=datetime(2026, 4, 19, 16, 30, tzinfo=UTC))
    assert taken(made.root, codes=(LATE, IN_TIME), now=day) == [0, None]
    for code in (LATE, IN_TIME):
        measure = measure_of(code)
        assert measure is not None
        counted = measure.compute(Asked(before.date())).contributions
        assert sum(one.numerator for one in counted) == (late if code == LATE else is_handed_in), (
            "as it was on that day"
        )
    row = Plan.objects.get(pk=made.plan.pk)
    common: dict[str, Any] = {"actor": made.editor, "public_id": row.public_id}
    operations.reopen_plan(now=day, expected_version=row.version, **common)
    assert taken(made.root, codes=(LATE,), now=after) == [0]
    for state in ("submit", "publish"):
        row.refresh_from_db()
        act = getattr(operations, f"{state}_plan")
        act(**{**common, "actor": made.editor if state == "submit" else factories.publisher()},
            now=after + timedelta(hours=1), expected_version=row.version)  # fmt: skip
    assert taken(made.root, codes=(LATE,), now=after + timedelta(days=1)) == [late], "published anew"


@pytest.mark.parametrize("given_back", [date(2026, 4, 8), date(2026, 4, 9)], ids=["on the day", "after it"])
def test_a_report_that_asked_nothing_by_its_day_is_not_late_and_one_that_did_stays_late(given_back: date) -> None:
    made = reports.opened()
    assert {row.first_due_on for row in MonthlyReport.objects.all()} == {date(2026, 4, 8)}
    person = signer(made.basic, "handler")
    for duty in Duty.objects.filter(unit=made.basic):
        # Half past one at night in the office, the day before by the clock of the world.
        moment = datetime.combine(given_back, time(17, 30), tzinfo=UTC) - timedelta(days=1)
        commitments.return_duty(actor=person, now=moment, duty_id=duty.pk, reason="不属于本科室")
    late = 1 if given_back == date(2026, 4, 8) else 2
    assert taken(made.root, codes=(LATE,), now=datetime(2026, 4, 19, 12, tzinfo=UTC)) == [late]
