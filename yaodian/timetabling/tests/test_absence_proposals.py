"""Other timetables for a long absence: made by a job, each valid for the school without whoever is away, one of them taken and published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from yaodian.foundation.jobs import run_waiting_jobs
from yaodian.organisations.queries import PermissionMissing
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import Absence, Timetable
from yaodian.timetabling.problem import boards, thaw
from yaodian.timetabling.problem.without import NobodyInstead, without_teacher
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import ENDS, MadeTerm
from yaodian.timetabling.tests.test_absences import MONDAY, WHY, recorded
from yaodian.timetabling.tests.test_week_pages import client_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    boards.forget()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    made = term_factories.term()
    term_factories.published(made)
    return made


def proposed(made: MadeTerm, absence: Absence) -> list[Timetable]:
    actor = made.made.account("教务")
    operations.ask_proposals(actor=actor, absence=absence, now=NOW)
    holds = Timetable.objects.get(state="published")
    return operations.compute_proposals(absence_id=absence.pk, timetable_id=holds.pk, account_id=actor.pk, now=NOW)


def people_of(row: Timetable) -> set[str]:
    return {one for line in row.pieces for one in line[5] if one is not None}


def test_every_proposal_does_without_whoever_is_away(made: MadeTerm) -> None:
    absence = recorded(made, 0, MONDAY, ENDS)
    rows = proposed(made, absence)
    assert rows
    published = Timetable.objects.get(state="published")
    for row in rows:
        assert (row.origin, row.parent, row.state, row.required) == ("changed", published, "done", 0)
        assert "T01" not in people_of(row)
        assert len(row.pieces) == len(published.pieces)
        figures = row.publication["proposal"]
        moved = sum(new[2:5] not in [old[2:5] for old in published.pieces if old[0] == new[0]] for new in row.pieces)
        assert (figures["moved"] > 0) == (moved > 0)
        assert WHY not in str(figures) + row.title
    # The first one leaves every lesson at its time: somebody else who teaches Chinese takes them all.
    assert min(one.publication["proposal"]["moved"] for one in rows) == 0
    assert not proposed_again(made, absence)


def proposed_again(made: MadeTerm, absence: Absence) -> list[Timetable]:
    holds = Timetable.objects.get(state="published")
    return operations.compute_proposals(
        absence_id=absence.pk, timetable_id=holds.pk, account_id=made.made.account("教务").pk, now=NOW
    )


def test_a_closed_room_is_done_without(made: MadeTerm) -> None:
    absence = operations.record_absence(
        actor=made.made.account("教务"), term=made.term, room=made.rooms["101"], from_on=MONDAY, until_on=ENDS, now=NOW
    )
    rows = proposed(made, absence)
    assert rows
    for row in rows:
        assert row.required == 0
        assert "101" not in people_of(row)


def test_one_is_taken_and_published_and_the_others_are_dropped(made: MadeTerm) -> None:
    actor, absence = made.made.account("教务"), recorded(made, 0, MONDAY, ENDS)
    rows = proposed(made, absence)
    kept = operations.take_proposal(actor=actor, absence=absence, timetable=rows[0].public_id, now=NOW)
    assert {one.state for one in Timetable.objects.filter(pk__in=[one.pk for one in rows[1:]])} <= {"dropped"}
    with pytest.raises(operations.UnableToPropose):
        operations.take_proposal(actor=actor, absence=absence, timetable="nosuchone", now=NOW)
    head = made.made.account("校长", "head")
    out = operations.publish_timetable(
        actor=head, timetable=kept, holds_from=date(2026, 11, 9), now=NOW, reason="教师缺勤期间使用"
    )
    assert out.state == "published"
    assert out.lessons.count() == len(kept.pieces)
    assert not out.lessons.filter(teachers=made.teachers[0]).exists()


def test_what_cannot_be_proposed_is_refused(made: MadeTerm) -> None:
    actor = made.made.account("教务")
    # Nobody else teaches mathematics.
    with pytest.raises(operations.UnableToPropose) as refused:
        operations.ask_proposals(actor=actor, absence=recorded(made, 1), now=NOW)
    assert refused.value.code == "nobody"
    assert "数学" in refused.value.message
    row = recorded(made)
    with pytest.raises(PermissionMissing):
        operations.ask_proposals(actor=made.made.account("viewer", "viewer"), absence=row, now=NOW)
    operations.ask_proposals(actor=actor, absence=row, now=NOW)
    with pytest.raises(operations.UnableToPropose) as refused:
        operations.ask_proposals(actor=actor, absence=row, now=NOW)
    assert refused.value.code == "running"
    school = thaw(bytes(Timetable.objects.get(state="published").frozen))
    with pytest.raises(NobodyInstead):
        without_teacher(school, "T03")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_proposals_on_the_page(made: MadeTerm, language: str) -> None:
    client = client_of(made.made.account("教务"), language)
    row = recorded(made, 0, MONDAY, ENDS)
    page = reverse("timetabling:absence", args=[row.public_id])
    step = reverse("timetabling:absence_step", args=[row.public_id])
    assert client.post(step, {"do": "propose"}).status_code == 302
    assert 'hx-trigger="every 2s"' in text(client.get(page, headers={"HX-Request": "true"}))
    assert [one.state for one in run_waiting_jobs()] == ["done"]
    found = queries.absence_page(account=made.made.account("教务"), public_id=row.public_id, today=TODAY).proposals
    assert found.lines
    shown = text(client.get(page))
    assert found.lines[0].row.public_id in shown
    assert client.post(step, {"do": "take", "timetable": "nosuchone"}).status_code == 404
    answer = client.post(step, {"do": "take", "timetable": found.lines[0].row.public_id})
    assert answer.status_code == 302
    text(client.get(answer["Location"]))
