"""Several people at once, each with a connection of his own: one wins, the others read why not, and nothing is doubled."""

from __future__ import annotations

from typing import Any

import pytest

from yaodian.audit.queries import verify_journal
from yaodian.cases import operations
from yaodian.cases.models import Case, CaseEvent
from yaodian.cases.tests import factories
from yaodian.foundation.tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = factories.NOW


def test_of_several_who_close_at_once_one_does_and_the_others_read_why_not() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    supervisors = [factories.account("supervisor", city["bureau"]) for _turn in range(4)]
    case = factories.opened(city, kind="indicators.data_defect", doing_unit=city["s0"])
    given: dict[str, Any] = {"public_id": case.public_id, "now": NOW}
    operations.accept_case(actor=handler, **given)
    version = operations.submit_case(actor=handler, **given).version
    works = [
        lambda one=one: operations.verify_case(actor=one, expected_version=version, client_key="k", **given)
        for one in supervisors
    ]
    answers = at_once(*works)
    refused = [one for one in answers if isinstance(one, operations.UnableToActOnCase)]
    assert len(refused) == 3
    assert {(one.code, one.status) for one in refused} == {("wrong-state", 409)}
    assert all(f"{case.number} 现在是“" in one.message for one in refused)
    assert CaseEvent.objects.filter(case=case, action="verify").count() == 1
    assert operations.check_tallies() == []
    assert verify_journal().ok


def test_a_form_that_is_sent_twice_at_once_counts_once() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"])
    given: dict[str, Any] = {"actor": handler, "public_id": case.public_id, "now": NOW, "client_key": "once"}
    answers = at_once(*[lambda: operations.accept_case(**given)] * 3)
    assert {one.pk for one in answers} == {case.pk}
    assert CaseEvent.objects.filter(case=case, action="accept").count() == 1


def test_a_form_that_opens_a_case_makes_one_also_where_it_is_sent_twice_at_once() -> None:
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    answers = at_once(*[lambda: factories.opened(city, actor=supervisor, client_key="once")] * 3)
    assert {one.pk for one in answers} == {Case.objects.get().pk}
    assert CaseEvent.objects.count() == 1
    assert operations.check_tallies() == []


def test_what_several_find_at_once_is_one_case() -> None:
    city = factories.city()
    answers = at_once(*[lambda: factories.opened(city, subject="plans.commitment:7")] * 3)
    assert {one.pk for one in answers} == {Case.objects.get().pk}
    assert sorted(CaseEvent.objects.values_list("action", flat=True)) == ["again", "again", "open"]
    assert operations.check_tallies() == []


def test_two_who_merge_each_case_into_the_other_leave_one_open() -> None:
    city = factories.city()
    one, other = (factories.opened(city) for _turn in range(2))
    supervisors = [factories.account("supervisor", city["bureau"]) for _turn in range(2)]
    pairs = ((supervisors[0], one, other), (supervisors[1], other, one))
    answers = at_once(
        *[
            lambda who=who, gone=gone, kept=kept: operations.merge_cases(
                actor=who, public_id=gone.public_id, into=kept.number, reason="同一件", now=NOW
            )
            for who, gone, kept in pairs
        ]
    )
    assert sum(isinstance(answer, operations.UnableToActOnCase) for answer in answers) == 1
    assert Case.objects.filter(phase="ended").count() == 1
