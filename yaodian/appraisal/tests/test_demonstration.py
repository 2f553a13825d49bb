"""The demonstration's appraisals lie down once: last year's of the counties to its end, this year's of the schools half way."""

from __future__ import annotations

import pytest

from yaodian.appraisal import demonstration, operations, queries
from yaodian.appraisal.models import Appeal, AppealState, Appraisal, Judgement, Round, RoundState, Sheet
from yaodian.appraisal.tests import factories
from yaodian.appraisal.tests.factories import FREEZE_ON, NOW, OPENED_ON
from yaodian.measures.operations import take_values
from yaodian.organisations.models import UnitKind
from yaodian.organisations.operations import ensure_root

pytestmark = pytest.mark.django_db


def test_the_demonstration_is_laid_down_once_and_its_pages_can_be_read() -> None:
    bureau = ensure_root(now=NOW)
    counties = [factories.unit(f"88000{number}", f"试验{number}县", bureau) for number in (1, 2)]
    for number, county in enumerate(counties, start=1):
        factories.unit(f"218800000{number}", f"试验{number}小学", county, bureau, kind=UnitKind.SCHOOL)
    first, second = (factories.account("editor", bureau) for _ in range(2))
    third = factories.account("publisher", bureau)
    assert OPENED_ON < FREEZE_ON
    take_values(actor=None, day=FREEZE_ON, now=NOW)

    said = {"office": bureau, "first": first, "second": second, "third": third, "now": NOW}
    assert operations.load_demonstration(**said) == 2
    assert operations.load_demonstration(**said) == 0

    last, this = Round.objects.order_by("year")
    assert (last.year, last.state, this.year, this.state) == (2025, RoundState.PUBLISHED, 2026, RoundState.OPEN)
    assert sorted(Appraisal.objects.filter(round=last).values_list("rank", flat=True)) == [1, 2]
    assert Appeal.objects.get().state == AppealState.UPHELD
    given = Judgement.objects.filter(appraisal__round=this, mark__isnull=False).count()
    assert 0 < given < Judgement.objects.filter(appraisal__round=this).count()
    used = {item.measure for sheet in Sheet.objects.all() for item in sheet.items.all()}
    assert {"cases.closed_in_time", "cases.overdue", "plans.reports_in_time"} <= used

    page = queries.round_page(account=third, public_id=last.public_id, day=NOW.date())
    assert [line.appraisal.waits for line in page.lines] == [0, 0]
    for line in page.lines:
        sheet = queries.unit_page(
            account=third, public_id=last.public_id, unit=line.appraisal.unit.public_id, day=NOW.date()
        )
        assert len(sheet.lines) == len(demonstration.COUNTY_ITEMS)
        assert all(one.steps for one in sheet.lines if one.item["rule"])
    trial = queries.dry_run(account=third, sheet=last.sheet, day=FREEZE_ON, today=NOW.date())
    assert trial.problem == ""
    assert trial.other is not None
    assert trial.other.round == last
