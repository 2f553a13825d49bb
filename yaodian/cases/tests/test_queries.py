"""Lists, one's day, numbers, search and a page: the same queries whatever there is, and nothing that is not one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from yaodian.cases import operations, queries
from yaodian.cases.models import Case, Tally
from yaodian.cases.queries import Filters
from yaodian.cases.queries.searching import words_of
from yaodian.cases.tests import factories
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db
NOW, TODAY = factories.NOW, factories.NOW.date()


def listed(account: Account | None, **filters: Any) -> list[str]:
    page = queries.list_page(account=account, today=TODAY, filters=Filters(**filters))
    return [line.case.number for line in page.lines]


def test_everybody_sees_the_cases_of_his_units_and_no_others() -> None:
    city = factories.city()
    mine = factories.opened(city, doing_unit=city["s0"])
    other = factories.opened(city, doing_unit=city["s1"])
    about = factories.opened(city, doing_unit=city["s1"], about_unit=city["s0"])
    supervisor = factories.account("supervisor", city["bureau"])
    handler, county = factories.account("handler", city["s0"]), factories.account("viewer", city["c1"])
    assert listed(supervisor) == [about.number, other.number, mine.number]
    assert listed(handler) == [about.number, mine.number]
    assert listed(county) == [about.number, other.number]
    assert listed(factories.account(None, None)) == listed(None) == []


@pytest.mark.parametrize("kind", factories.KINDS)
def test_a_list_shows_exactly_what_the_page_of_a_case_shows(kind: str) -> None:
    city = factories.city()
    people = {
        "supervisor": factories.account("supervisor", city["bureau"]),
        "editor": factories.account("editor", city["bureau"]),
        "viewer": factories.account("viewer", city["c0"]),
        "handler": factories.account("handler", city["s0"]),
        "colleague": factories.account("handler", city["s0"], name="colleague"),
        "stranger": factories.account("handler", city["s1"], name="stranger"),
        "nobody": factories.account(None, None),
    }
    for step in ("open", "assigned", "accepted"):
        case = factories.opened(city, kind=kind, doing_unit=None if step == "open" else city["s0"])
        if step == "accepted":
            operations.accept_case(actor=people["handler"], public_id=case.public_id, now=NOW)
            case.refresh_from_db()
        for name, account in people.items():
            sees = queries.standing_of(case=case, account=account, today=TODAY).sees
            assert (case.number in listed(account)) == sees, (step, name)
            assert bool(queries.actions(case=case, account=account, today=TODAY)) == sees
            if not sees:
                with pytest.raises(queries.Absent):
                    queries.case_page(account=account, public_id=case.public_id, today=TODAY)


def test_a_restricted_case_is_nowhere_for_whoever_takes_no_part_in_it() -> None:
    city = factories.city()
    handler, colleague = (factories.account("handler", city["s0"], name=name) for name in ("handler", "colleague"))
    viewer, editor = factories.account("viewer", city["s0"]), factories.account("editor", city["bureau"])
    supervisor = factories.account("supervisor", city["bureau"])
    case = factories.opened(city, kind="services.ticket", doing_unit=city["s0"], title="反映食堂饭菜")
    assert listed(colleague) == listed(handler) == [case.number], "until one has signed, either may"
    operations.accept_case(actor=handler, public_id=case.public_id, now=NOW)
    for account in (viewer, editor, colleague):
        assert listed(account) == listed(account, words="食堂") == listed(account, words=case.number) == []
        assert queries.counts(account=account, today=TODAY) == ()
        assert queries.my_day(account=account, today=TODAY).tasks == ()
    for account in (handler, supervisor):
        assert listed(account, words="食堂") == [case.number]
        assert [one.count for one in queries.counts(account=account, today=TODAY)] == [1]


def test_the_filters_narrow() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    old = factories.opened(city, doing_unit=city["s0"], now=NOW - timedelta(days=60))
    new = factories.opened(city, kind="safety.hazard", doing_unit=city["s1"])
    operations.accept_case(actor=handler, public_id=old.public_id, now=NOW)
    assert listed(supervisor, is_overdue=True) == [old.number]
    assert listed(supervisor, kind="safety.hazard") == [new.number]
    assert listed(supervisor, phase="working") == [old.number]
    assert listed(supervisor, unit=city["c1"].public_id) == [new.number]
    assert listed(supervisor, unit="nosuchunit00") == []
    assert listed(handler, is_mine=True) == [old.number]
    assert listed(supervisor, sort="due") == [old.number, new.number]
    assert listed(supervisor, words=new.number) == [new.number]


@pytest.mark.parametrize("sort", ["new", "due"])
def test_the_pages_of_a_list_hold_each_case_once(sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from yaodian.cases.queries import lists

    monkeypatch.setattr(lists, "SIZE", 3)
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    cases = [factories.opened(city, now=NOW + timedelta(days=turn // 4)) for turn in range(8)]
    found: list[str] = []
    after = ""
    for _turn in range(4):
        page = queries.list_page(account=supervisor, today=TODAY, filters=Filters(sort=sort), after=after)
        found += [line.case.number for line in page.lines]
        after = page.after
        if not after:
            break
    assert sorted(found) == sorted(case.number for case in cases)
    assert len(found) == 8
    assert listed(supervisor) == [case.number for case in reversed(cases)][:3]


@pytest.mark.parametrize("after", ["x", "2026-13-40_1", "_9" * 30, "_-1", "٣"])
def test_a_cursor_that_is_none_begins_at_the_beginning(after: str) -> None:
    city = factories.city()
    case = factories.opened(city)
    supervisor = factories.account("supervisor", city["bureau"])
    for sort in ("new", "due"):
        page = queries.list_page(account=supervisor, today=TODAY, filters=Filters(sort=sort), after=after)
        assert [line.case for line in page.lines] == [case]


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("食堂", True), ("食堂采光", True), ("采光 食堂", True), ("堂", True), ("光", True), ("LED", True), ("led灯", True),
        ("２０２６-000001", True), ("000001", True), ("食 采", True), ("", True), ("  ", True),
        ("操场", False), ("堂食", False), ("000002", False), ("'", False), ("\" OR 1", False), ("*", False), ("a:b & !c", False),
    ],
)  # fmt: skip
def test_a_search_finds_the_words_in_any_order_and_takes_anything(asked: str, is_found: bool) -> None:
    city = factories.city()
    case = factories.opened(city, title="改善食堂采光", body="更换LED灯")
    supervisor = factories.account("supervisor", city["bureau"])
    assert listed(supervisor, words=asked) == ([case.number] if is_found else [])


def test_the_index_of_words_follows_the_rows() -> None:
    city = factories.city()
    case = factories.opened(city, title="改善食堂采光")
    supervisor = factories.account("supervisor", city["bureau"])
    Case.objects.filter(pk=case.pk).update(words=words_of("修缮操场跑道"))
    assert listed(supervisor, words="食堂") == []
    assert listed(supervisor, words="跑道") == [case.number]


def test_my_day_holds_what_waits_for_me_what_harms_most_first() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    long_ago = NOW - timedelta(days=60)
    late = factories.opened(city, doing_unit=city["s0"], now=long_ago)
    grave = factories.opened(city, doing_unit=city["s0"], grade="key", now=long_ago)
    soon = factories.opened(city, kind="safety.hazard", grade="major", doing_unit=city["s0"])
    later = factories.opened(city, doing_unit=city["s0"])
    waiting = factories.opened(city, now=NOW)
    for case in (late, grave, soon):
        operations.accept_case(actor=handler, public_id=case.public_id, now=NOW)
    mine = queries.my_day(account=handler, today=TODAY)
    assert [(one.line.case, one.what) for one in mine.tasks] == [
        (grave, "work"), (late, "work"), (soon, "work"), (later, "sign"),
    ]  # fmt: skip
    assert dict(mine.counts) == {"work": 3, "sign": 1}
    theirs = queries.my_day(account=supervisor, today=TODAY)
    assert [(one.line.case, one.what) for one in theirs.tasks] == [(waiting, "dispatch")]
    operations.ask_extension(
        actor=handler, public_id=later.public_id, new_due_on=TODAY + timedelta(days=90), reason="招标", now=NOW
    )
    operations.add_evidence(actor=handler, public_id=late.public_id, pieces=[factories.proof()], now=NOW)
    operations.submit_case(actor=handler, public_id=late.public_id, now=NOW)
    found = {(one.line.case.number, one.what) for one in queries.my_day(account=supervisor, today=TODAY).tasks}
    assert found == {(waiting.number, "dispatch"), (later.number, "decide"), (late.number, "verify")}


def test_the_reminders_of_my_units_stand_in_my_day() -> None:
    city = factories.city()
    handler, other = factories.account("handler", city["s0"]), factories.account("handler", city["s1"])
    supervisor = factories.account("supervisor", city["bureau"])
    case = factories.opened(city, doing_unit=city["s0"], now=NOW - timedelta(days=60))
    operations.escalate_due(now=NOW)
    people = {"handler": handler, "supervisor": supervisor, "other": other}
    days = {name: queries.my_day(account=account, today=TODAY) for name, account in people.items()}
    steps = {name: [note.notice.step for note in day.notes] for name, day in days.items()}
    assert steps == {"handler": ["head", "handler"], "supervisor": ["leader", "supervisor"], "other": []}
    assert queries.my_day(account=handler, today=TODAY).notes[0].number == case.number


def test_numbers_come_from_the_tallies_and_folding_changes_none() -> None:
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    old = factories.opened(city, doing_unit=city["s0"], now=NOW - timedelta(days=60))
    factories.opened(city, doing_unit=city["s1"])
    before = queries.counts(account=supervisor, today=TODAY)
    assert [(one.phase, one.count, one.overdue) for one in before] == [("waiting", 2, 1)]
    operations.fold_tallies()
    assert Tally.objects.filter(is_folded=False).count() == 0
    operations.withdraw_case(actor=supervisor, public_id=old.public_id, reason="误报", now=NOW)
    operations.fold_tallies()
    assert operations.fold_tallies() == 0
    after = queries.counts(account=supervisor, today=TODAY)
    assert {(one.phase, one.count, one.overdue) for one in after} == {("ended", 1, 0), ("waiting", 1, 0)}
    assert operations.check_tallies() == []
    Tally.objects.all().delete()
    assert operations.check_tallies() != []
    operations.recount_tallies()
    assert operations.check_tallies() == []


def test_every_outlet_costs_the_same_queries_whatever_there_is(django_assert_max_num_queries: Any) -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    for turn in range(12):
        case = factories.opened(
            city, doing_unit=city["s0"] if turn % 2 else None, kind=factories.KINDS[turn % 6],
            grade=factories.GRADES[factories.KINDS[turn % 6]], fields=factories.FIELDS.get(factories.KINDS[turn % 6], {}),
            now=NOW - timedelta(days=turn * 9),
        )  # fmt: skip
        if turn % 2:
            operations.accept_case(actor=handler, public_id=case.public_id, now=NOW)
            operations.add_evidence(
                actor=handler, public_id=case.public_id, pieces=[factories.proof(), factories.note()], now=NOW
            )
    operations.escalate_due(now=NOW)
    for account in (supervisor, handler):
        # Rights are fetched anew for every question here; a request has them at hand.
        with django_assert_max_num_queries(16):
            queries.list_page(account=account, today=TODAY, filters=Filters(words="食堂", unit=city["c0"].public_id))
        with django_assert_max_num_queries(24):
            queries.my_day(account=account, today=TODAY)
        with django_assert_max_num_queries(9):
            queries.counts(account=account, today=TODAY)
        with django_assert_max_num_queries(28):
            queries.case_page(account=account, public_id=case.public_id, today=TODAY)
        with django_assert_max_num_queries(9):
            queries.actions(case=Case.objects.get(pk=case.pk), account=account, today=TODAY)
