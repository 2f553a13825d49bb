"""Cases as figures of a unit: in time, overdue, reopened; counted where they are done, and each row can be named."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.cases.measures import ALL, short
from yaodian.cases.models import Case, CaseClock, CaseEvent
from yaodian.cases.tests import factories
from yaodian.cases.tests.factories import NOW
from yaodian.foundation.measuring import measure_of
from yaodian.measures.models import Taking
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, nothing_behind, readings_on, rows_behind
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import referents

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 31)
AT = NOW + timedelta(days=320)
CODES = ("cases.closed_in_time", "cases.overdue", "cases.reopened")


@pytest.fixture
def city() -> dict[str, Unit]:
    return factories.city()


def case(
    city: dict[str, Unit], doing: str, *, kind: str = "safety.hazard", days: int | None = None, is_late: bool = False
) -> Case:
    """A case of a unit: open, or closed so many days after its opening, in time or over its day."""
    row = factories.opened(city, kind=kind, title=f"整改{doing}{days}{is_late}")
    due_on = date(2026, 4, 1)
    Case.objects.filter(pk=row.pk).update(doing_unit=city[doing], due_on=due_on)
    stopped = due_on + timedelta(days=1 if is_late else -1)
    CaseClock.objects.filter(case=row).update(due_on=due_on, first_due_on=due_on, next_act_on=None)
    if days is not None:
        ended = NOW + timedelta(days=days)
        Case.objects.filter(pk=row.pk).update(state="closed", phase="ended", ended_at=ended, due_on=None)
        CaseClock.objects.filter(case=row).update(stopped_at=NOW.replace(month=stopped.month, day=stopped.day))
    row.refresh_from_db()
    return row


def taken(*units: Unit, stage: str = ALL) -> dict[tuple[str, int], Fraction | None]:
    wanted = [one for code in CODES if (one := measure_of(code)) is not None]
    take_values(actor=None, day=DAY, now=AT, only=wanted)
    places = [Place(code, unit.pk, stage) for code in CODES for unit in units]
    _on, found = readings_on(places=places, day=DAY)
    return {(place.measure, place.unit_id): found[place].value.exact if place in found else None for place in places}


def test_a_unit_has_its_share_in_time_and_an_office_that_of_all_below(city: dict[str, Unit]) -> None:
    school, other, bureau = city["s0"], city["s1"], city["bureau"]
    case(city, "s0", days=20)
    case(city, "s0", days=40, is_late=True)
    case(city, "s1", days=10)
    case(city, "s1")
    found = taken(school, other, bureau)
    assert [found["cases.closed_in_time", one.pk] for one in (school, other, bureau)] == [50, 100, Fraction(200, 3)]
    assert [found["cases.overdue", one.pk] for one in (school, other, bureau)] == [None, 1, 1]


def test_a_unit_without_cases_has_none_overdue_and_no_share(city: dict[str, Unit]) -> None:
    taken(city["s0"])
    taking = Taking.objects.get(on=DAY)
    overdue = nothing_behind(place=Place("cases.overdue", city["s0"].pk, ALL), taking=taking)
    share = nothing_behind(place=Place("cases.closed_in_time", city["s0"].pk, ALL), taking=taking)
    assert overdue is not None
    assert overdue.exact == 0
    assert share is not None
    assert (share.exact, share.problem) == (None, "nothing-counted")
    assert nothing_behind(place=Place("registry.schools", city["s0"].pk), taking=taking) is None


def test_a_measure_can_be_asked_for_one_kind(city: dict[str, Unit]) -> None:
    case(city, "s0", days=20, is_late=True)
    case(city, "s0", kind="inspection.finding", days=20)
    assert taken(city["s0"], stage=short("safety.hazard"))["cases.closed_in_time", city["s0"].pk] == 0
    assert taken(city["s0"], stage=short("inspection.finding"))["cases.closed_in_time", city["s0"].pk] == 100


def test_restricted_cases_are_in_no_figure(city: dict[str, Unit]) -> None:
    case(city, "s0", kind="audit.finding")
    assert taken(city["s0"], city["bureau"])["cases.overdue", city["bureau"].pk] == 0


def test_a_case_that_was_reopened_counts_once(city: dict[str, Unit]) -> None:
    row = case(city, "s0")
    Case.objects.filter(pk=row.pk).update(reopened=2)
    for number in (90, 91):
        CaseEvent.objects.create(
            case=row, number=number, action="reopen", to_state="assigned", at=NOW + timedelta(days=number)
        )
    assert taken(city["s0"])["cases.reopened", city["s0"].pk] == 1


def test_what_was_closed_later_was_overdue_then(city: dict[str, Unit]) -> None:
    case(city, "s0", days=60, is_late=True)
    wanted = [one for code in CODES if (one := measure_of(code)) is not None]
    then = date(2026, 4, 15)
    take_values(actor=None, day=then, now=AT, only=wanted)
    place = Place("cases.overdue", city["s0"].pk, ALL)
    assert readings_on(places=[place], day=then)[1][place].value.exact == 1


def test_the_rows_behind_a_value_are_the_cases_and_each_has_a_page(city: dict[str, Unit]) -> None:
    kept, late = case(city, "s0", days=20), case(city, "s0", days=40, is_late=True)
    place = Place("cases.closed_in_time", city["bureau"].pk, ALL)
    rows = rows_behind(places=[place], day=DAY, most=9)[place]
    assert [row.is_counted for row in rows] == [False, True], "what speaks against the unit comes first"
    assert len(rows_behind(places=[place], day=DAY, most=1)[place]) == 1
    assert {(row.ref, row.is_counted) for row in rows} == {
        (f"cases.case:{kept.pk}", True),
        (f"cases.case:{late.pk}", False),
    }
    viewer = factories.account("viewer", city["bureau"])
    known = referents(account=viewer, refs=[row.ref for row in rows], today=DAY)
    assert known[f"cases.case:{kept.pk}"].url == f"/cases/{kept.public_id}/"
    stranger = factories.account("viewer", city["s1"])
    assert referents(account=stranger, refs=[row.ref for row in rows], today=DAY) == {}
    assert referents(account=viewer, refs=["nothing.here:1", "cases.case:x", "cases.case:9999999"], today=DAY) == {}


def test_figures_cost_the_same_whatever_the_number_of_units(
    city: dict[str, Unit], django_assert_max_num_queries: object
) -> None:
    for days in (10, 20, 30):
        case(city, "s0", days=days)
        case(city, "s1", days=days)
    places = [Place(code, city[name].pk, ALL) for code in CODES for name in ("s0", "s1", "bureau")]
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # pytest-django's own.
        rows_behind(places=places, day=DAY, most=5)


def test_the_explanation_of_a_figure_leads_to_each_case_and_hides_what_one_may_not_know(
    city: dict[str, Unit], client: Client
) -> None:
    row = case(city, "s0")
    taken(city["s0"])
    address = reverse("measures:explain", args=[city["s0"].public_id, "cases.overdue"])
    with time_machine.travel(AT, tick=False):
        client.force_login(factories.account("viewer", city["bureau"]))
        page = client.get(address).content.decode()
        assert f'href="/cases/{row.public_id}/"' in page
        assert "逐件记录" in page
        # Who may look at the figures of a school need not be one who may look at its cases.
        client.force_login(factories.account("registrar", city["s0"]))
        assert client.get(address).status_code == 200
