"""Giving rights and ending them: who may, what is refused, and that what has ended opens nothing any more."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import hypothesis
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from yaodian.audit.queries import entries
from yaodian.organisations import operations
from yaodian.organisations.models import Account, Deputyship, Grant, Hierarchy, Person, Post, Unit
from yaodian.organisations.operations import (
    UnableToAppointDeputy,
    UnableToChangePeople,
    UnableToChangeRights,
    UnableToEndGrant,
    UnableToGrantRole,
)
from yaodian.organisations.queries import (
    PermissionMissing,
    held_by,
    holders_in,
    holders_of,
    may,
    permissions_of,
    scope_of,
    with_rights,
)
from yaodian.organisations.roles import SEPARATED_ROLES, Role
from yaodian.organisations.tests import factories
from yaodian.organisations.tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def city() -> dict[str, Unit]:
    return factories.city()


def grant(account: Account, role: str, unit: Unit, actor: Account | None = None, **changed: Any) -> Grant:
    given: dict[str, Any] = {"from_on": TODAY, "now": NOW, **changed}
    return operations.grant_role(actor=actor, account=account, role=role, unit=unit, **given)


def deputise(principal: Account, deputy: Account | None, actor: Account | None = None, **changed: Any) -> Deputyship:
    given: dict[str, Any] = {
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=10),
        "reason": "出差",
        "now": NOW,
        **changed,
    }
    return operations.appoint_deputy(actor=actor, principal=principal, deputy=deputy, **given)


def test_a_right_reaches_the_units_below_and_no_others(city: dict[str, Unit]) -> None:
    viewer = factories.account("viewer")
    grant(viewer, "viewer", city["c0"])
    reached = {code for code, unit in city.items() if may(account=viewer, permission="registry.view", unit_id=unit.pk)}
    assert reached == {"c0", "g1", "s0", "s2", "s4"}
    member = factories.account("member")
    grant(member, "viewer", city["g1"], hierarchy=Hierarchy.GROUP)
    reached = {code for code, unit in city.items() if may(account=member, permission="registry.view", unit_id=unit.pk)}
    assert reached == {"g1", "s0", "s4"}


def test_a_granter_needs_the_right_over_all_that_the_new_right_reaches(city: dict[str, Unit]) -> None:
    county = factories.account("security", ("security_administrator", city["c0"]))
    other = factories.account("other")
    grant(other, "viewer", city["s0"], actor=county)
    with pytest.raises(PermissionMissing):
        grant(other, "viewer", city["s1"], actor=county)
    operations.move_unit(actor=None, unit=city["s1"], parent=city["g1"], hierarchy="group", from_on=TODAY, now=NOW)
    with pytest.raises(PermissionMissing, match="s1"):
        grant(other, "viewer", city["g1"], actor=county, hierarchy=Hierarchy.GROUP)
    with pytest.raises(PermissionMissing):
        grant(other, "viewer", city["c0"], actor=factories.account("nobody"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"role": "king"}, "没有名为“king”的角色"),
        ({"role": "auditor"}, "不能在“学校”类单位授予"),
        ({"from_on": date(2026, 3, 1)}, "不能追溯授予"),
        ({"until_on": TODAY}, "截止日期须晚于起始日期"),
        ({"hierarchy": "family"}, "没有名为“family”的层级"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_in_words(city: dict[str, Unit], changed: dict[str, Any], words: str) -> None:
    actor = factories.account("security", ("security_administrator", city["bureau"]))
    given = {"account": factories.account("other"), "role": "viewer", "unit": city["s0"], "actor": actor, **changed}
    before = entries().count()
    with pytest.raises(UnableToGrantRole, match=words):
        grant(**given)
    assert not Grant.objects.filter(account__username="other").exists()
    assert entries().count() == before


def test_nobody_grants_to_himself_nor_to_whom_he_stands_in_for(city: dict[str, Unit]) -> None:
    actor = factories.account("security", ("security_administrator", city["bureau"]))
    principal = factories.account("principal", ("viewer", city["c0"]))
    with pytest.raises(UnableToGrantRole, match="不能给自己授予"):
        grant(actor, "viewer", city["s0"], actor=actor)
    deputise(principal, actor)
    with pytest.raises(UnableToGrantRole, match="等于给自己授权"):
        grant(principal, "registrar", city["s0"], actor=actor)
    with pytest.raises(UnableToAppointDeputy, match="等于给自己授权"):
        deputise(factories.account("third", ("viewer", city["c0"])), actor, actor=actor)


def test_the_three_administrations_never_meet_in_one_account_not_even_as_a_deputy(city: dict[str, Unit]) -> None:
    system = factories.account("system", ("system_administrator", city["bureau"]))
    security = factories.account("security", ("security_administrator", city["bureau"]))
    with pytest.raises(UnableToGrantRole, match="须由不同的人承担"):
        grant(system, "auditor", city["bureau"])
    grant(system, "viewer", city["bureau"])
    with pytest.raises(UnableToAppointDeputy, match="须由不同的人承担"):
        deputise(security, system)
    # One after the other is allowed.
    later = TODAY + timedelta(days=100)
    operations.end_grant(
        actor=None, grant=system.grants.get(role="system_administrator"), reason="轮换", on=later, now=NOW
    )
    grant(system, "auditor", city["bureau"], from_on=later)
    with pytest.raises(UnableToAppointDeputy, match="须由不同的人承担"):
        deputise(security, system, from_on=later - timedelta(days=5), until_on=later + timedelta(days=1))
    # A deputy is given a role that the principal's does not bear.
    helper = factories.account("helper")
    deputise(security, helper)
    with pytest.raises(UnableToGrantRole, match="HELPER"):
        grant(helper, "auditor", city["bureau"])
    third = factories.account("third", ("viewer", city["bureau"]))
    deputise(third, system)
    with pytest.raises(UnableToGrantRole, match="SYSTEM"):
        grant(third, "security_administrator", city["bureau"])


def test_a_deputy_holds_what_the_principal_holds_and_hands_nothing_on(city: dict[str, Unit]) -> None:
    head = factories.account("head", ("head", city["s0"]))
    helper, third = factories.account("helper"), factories.account("third")
    deputise(head, helper, actor=head)
    assert "registry.unmask" in permissions_of(account=helper)
    with pytest.raises(UnableToAppointDeputy, match="不能再转给他人"):
        deputise(helper, third, actor=helper)
    assert permissions_of(account=third) == frozenset()
    assert [held.principal for held in held_by(account=helper, day=TODAY)] == [head]
    operations.end_grant(actor=None, grant=head.grants.get(), reason="免职", now=NOW)
    assert permissions_of(account=helper) == frozenset()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"until_on": TODAY}, "须晚于起始日期"),
        ({"until_on": TODAY + timedelta(days=400)}, "代理最长"),
        ({"from_on": TODAY - timedelta(days=1)}, "不能追溯"),
        ({"reason": " "}, "请说明代理的事由"),
    ],
)
def test_a_deputyship_that_cannot_be_is_refused_in_words(
    city: dict[str, Unit], changed: dict[str, Any], words: str
) -> None:
    head = factories.account("head", ("head", city["s0"]))
    with pytest.raises(UnableToAppointDeputy, match=words):
        deputise(head, factories.account("helper"), actor=head, **changed)
    with pytest.raises(PermissionMissing):
        deputise(head, factories.account("other"), actor=factories.account("stranger", ("viewer", city["s0"])))


def test_rights_given_for_a_post_end_with_it(city: dict[str, Unit]) -> None:
    head = factories.account("head")
    person = operations.create_person(
        actor=None, name="江屿", unit=city["s0"], title="校长", from_on=factories.BEGAN, now=NOW
    )
    operations.link_account(actor=None, account=head, person=person, now=NOW)
    head.refresh_from_db()
    post = Post.objects.get()
    grant(head, "head", city["s0"], post=post)
    grant(head, "viewer", city["c0"])
    operations.end_post(actor=None, post=post, on=TODAY + timedelta(days=3), reason="任满", now=NOW)
    assert Grant.objects.get(role="head").until_on == TODAY + timedelta(days=3)
    assert Grant.objects.get(role="viewer").until_on is None
    with pytest.raises(UnableToGrantRole, match="不是账号"):
        grant(factories.account("other"), "head", city["s0"], post=post)


def test_who_may_do_what_in_a_unit_counts_those_above_and_those_who_stand_in(city: dict[str, Unit]) -> None:
    head = factories.account("head", ("head", city["s0"]))
    factories.account("county", ("viewer", city["c0"]))
    factories.account("other", ("viewer", city["c1"]))
    factories.account("sibling", ("head", city["s2"]))
    deputise(head, factories.account("helper"))
    found = {(row.account.username, row.unit.code, row.is_inherited) for row in holders_in(unit=city["s0"], day=TODAY)}
    assert found == {("head", "s0", False), ("helper", "s0", False), ("county", "c0", True)}


def test_who_is_told_of_a_unit_stands_in_it_or_stands_in_for_who_does(city: dict[str, Unit]) -> None:
    head = factories.account("head", ("head", city["s0"]))
    gone = factories.account("gone", ("head", city["s0"]))
    factories.account("above", ("head", city["g1"]))
    factories.account("viewer", ("viewer", city["s0"]))
    factories.account("sibling", ("head", city["s2"]))
    late = factories.account("late")
    grant(late, "head", city["s0"], from_on=TODAY + timedelta(days=1))
    deputise(head, factories.account("helper"))
    deputise(
        head,
        (closed := factories.account("closed")),
        from_on=TODAY + timedelta(days=20),
        until_on=TODAY + timedelta(days=30),
    )
    Account.objects.filter(pk__in=[gone.pk, closed.pk]).update(is_active=False)

    def told(day: date) -> dict[str, set[str]]:
        found = holders_of(permissions=["cases.handle", "registry.view"], units=[city["s0"].pk], day=day)
        return {
            permission: {one.username for there in by_unit.values() for one in there}
            for permission, by_unit in found.items()
        }

    assert told(TODAY) == {"cases.handle": {"head", "helper"}, "registry.view": {"head", "helper", "viewer"}}
    assert told(TODAY + timedelta(days=25))["cases.handle"] == {"head", "late"}
    with pytest.raises(LookupError, match="no permission"):
        holders_of(permissions=["cases.handel"], units=[], day=TODAY)


def test_a_right_whose_post_has_ended_is_told_nothing(city: dict[str, Unit]) -> None:
    head = factories.account("head")
    person = operations.create_person(
        actor=None, name="江屿", unit=city["s0"], title="校长", from_on=factories.BEGAN, now=NOW
    )
    operations.link_account(actor=None, account=head, person=person, now=NOW)
    head.refresh_from_db()
    grant(head, "head", city["s0"], post=Post.objects.get())

    def told() -> dict[int, tuple[Account, ...]]:
        return holders_of(permissions=["cases.handle"], units=[city["s0"].pk], day=TODAY)["cases.handle"]

    assert told() == {city["s0"].pk: (head,)}
    Post.objects.update(until_on=TODAY)
    assert told() == {}


def test_ending_twice_or_in_the_past_is_refused(city: dict[str, Unit]) -> None:
    account = factories.account("head", ("head", city["s0"]))
    row = account.grants.get()
    with pytest.raises(UnableToEndGrant, match="事由"):
        operations.end_grant(actor=None, grant=row, reason="", now=NOW)
    with pytest.raises(UnableToEndGrant, match="追溯"):
        operations.end_grant(actor=None, grant=row, reason="x", on=TODAY - timedelta(days=1), now=NOW)
    operations.end_grant(actor=None, grant=row, reason="x", now=NOW)
    with pytest.raises(UnableToEndGrant, match="已登记"):
        operations.end_grant(actor=None, grant=row, reason="x", now=NOW)


ROLES = st.sampled_from(["viewer", "head", "registrar", *sorted(SEPARATED_ROLES)])
PEOPLE = st.integers(0, 3)
UNITS = st.sampled_from(["bureau", "c0", "c1", "s0", "s1"])
DAYS = st.integers(0, 6)


class Revocations(RuleBasedStateMachine):
    """Rights come and go while people are signed in; an old session opens an address only where a right still does.

    The model: a list of rights with their days, computed anew at each question.
    """

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.day = 0
        self.travel = time_machine.travel(NOW, tick=False)
        self.travel.start()
        self.city = factories.city(schools=2)
        self.accounts = [factories.account(f"user{place}") for place in range(4)]
        self.people: list[Person] = []
        for place, account in enumerate(self.accounts):
            person = operations.create_person(
                actor=None, name=f"人{place}", unit=self.city["s0"], title="教师", from_on=factories.BEGAN, now=NOW
            )
            operations.link_account(actor=None, account=account, person=person, now=NOW)
            account.refresh_from_db()
            self.people.append(person)
        self.sessions: list[tuple[int, Client, set[int]]] = []

    def teardown(self) -> None:
        self.travel.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.day)

    @property
    def today(self) -> date:
        return TODAY + timedelta(days=self.day)

    def attempt(self, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except (UnableToChangeRights, UnableToChangePeople) as refusal:
            self.refused = str(refusal)

    @rule(days=st.integers(1, 3))
    def wait(self, days: int) -> None:
        self.day += days
        self.travel.stop()
        self.travel = time_machine.travel(self.now, tick=False)
        self.travel.start()

    @rule(who=PEOPLE, role=ROLES, unit=UNITS, begins=DAYS, lasts=st.none() | DAYS, with_post=st.booleans())
    def give(self, who: int, role: str, unit: str, begins: int, lasts: int | None, with_post: bool) -> None:
        start = self.today + timedelta(days=begins)
        post = Post.objects.filter(person=self.people[who]).order_by("-pk").first() if with_post else None
        self.attempt(
            lambda: operations.grant_role(
                actor=None,
                account=self.accounts[who],
                role=role,
                unit=self.city[unit],
                from_on=start,
                until_on=None if lasts is None else start + timedelta(days=lasts),
                post=post,
                now=self.now,
            )
        )

    @rule(number=st.integers(0, 30))
    def take_back(self, number: int) -> None:
        rows = list(Grant.objects.order_by("pk"))
        if rows:
            self.attempt(
                lambda: operations.end_grant(actor=None, grant=rows[number % len(rows)], reason="调整", now=self.now)
            )

    @rule(principal=PEOPLE, deputy=PEOPLE, begins=DAYS, lasts=DAYS)
    def stand_in(self, principal: int, deputy: int, begins: int, lasts: int) -> None:
        start = self.today + timedelta(days=begins)
        self.attempt(
            lambda: operations.appoint_deputy(
                actor=None,
                principal=self.accounts[principal],
                deputy=self.accounts[deputy],
                from_on=start,
                until_on=start + timedelta(days=lasts),
                reason="出差",
                now=self.now,
            )
        )

    @rule(number=st.integers(0, 10))
    def stand_back(self, number: int) -> None:
        rows = list(Deputyship.objects.order_by("pk"))
        if rows:
            self.attempt(
                lambda: operations.end_deputyship(
                    actor=None, deputyship=rows[number % len(rows)], reason="提前返回", now=self.now
                )
            )

    @rule(who=PEOPLE)
    def leave_post(self, who: int) -> None:
        post = Post.objects.filter(person=self.people[who]).order_by("-pk").first()
        assert post is not None
        self.attempt(lambda: operations.end_post(actor=None, post=post, on=self.today, reason="调离", now=self.now))

    @rule(who=PEOPLE)
    def sign_in(self, who: int) -> None:
        client = Client()
        client.force_login(with_rights(Account.objects.get(pk=self.accounts[who].pk)))
        self.sessions.append((who, client, set(self.rights(who))))

    def rights(self, who: int) -> dict[int, tuple[str, int]]:
        """What the rows say of an account today, counted row by row: of each right its role and unit."""
        mine = self.accounts[who].pk
        standing = {row.principal_id for row in Deputyship.objects.filter(deputy=mine) if row.holds_on(self.today)}
        return {
            row.pk: (row.role, row.unit_id)
            for row in Grant.objects.select_related("post")
            if row.account_id in {mine, *standing}
            and row.holds_on(self.today)
            and (row.post is None or row.post.holds_on(self.today))
        }

    @invariant()
    def no_old_session_or_address_works(self) -> None:
        below = {"bureau": {"bureau", "c0", "c1", "s0", "s1"}, "c0": {"c0", "s0"}, "c1": {"c1", "s1"}}
        codes = {unit.pk: code for code, unit in self.city.items()}
        kept = []
        for who, client, begun in self.sessions:
            held = self.rights(who)
            reached = {code for _role, unit in held.values() for code in below.get(codes[unit], {codes[unit]})}
            survives = begun <= held.keys()
            for code in ("bureau", "c0", "c1", "s0", "s1"):
                answer = client.get(reverse("organisations:unit", args=[self.city[code].public_id]))
                if not survives:
                    assert answer.status_code == 302, f"a session outlived its rights: {code}"
                else:
                    wanted = 200 if code in reached else (404 if held else 403)
                    assert answer.status_code == wanted, (code, held)
            if survives:
                kept.append((who, client, set(held)))
        self.sessions = kept[-3:]

    @invariant()
    def the_three_administrations_never_meet(self) -> None:
        for who in range(4):
            roles = {Role(role) for role, _unit in self.rights(who).values()} & SEPARATED_ROLES
            assert len(roles) <= 1

    @invariant()
    def scopes_are_what_the_rows_say(self) -> None:
        for who, account in enumerate(self.accounts):
            scope = scope_of(account=account, permission="organisations.view")
            assert {unit for _hierarchy, unit in scope.roots} == {unit for _role, unit in self.rights(who).values()}


def test_whatever_is_taken_back_opens_nothing_any_more(settings: Any) -> None:
    # Sessions end of age as well; here only the rights are to end them.
    settings.SESSION_COOKIE_AGE = 10**8
    run_state_machine_as_test(
        Revocations, settings=hypothesis.settings(stateful_step_count=15, max_examples=8, deadline=None)
    )


def security_with_a_post(city: dict[str, Unit]) -> tuple[Account, Post]:
    """The bureau's only security administrator, whose right was given for a post in a county."""
    security = factories.account("security")
    person = operations.create_person(
        actor=None, name="江屿", unit=city["c0"], title="网信专员", from_on=factories.BEGAN, now=NOW
    )
    operations.link_account(actor=None, account=security, person=person, now=NOW)
    security.refresh_from_db()
    post = Post.objects.get()
    grant(security, "security_administrator", city["bureau"], post=post)
    return security, post


def test_the_last_who_gives_rights_does_not_go_with_a_post_nor_with_its_unit(city: dict[str, Unit]) -> None:
    security, post = security_with_a_post(city)
    editor = factories.account("editor", ("system_administrator", city["bureau"]))
    given: dict[str, Any] = {"actor": editor, "on": TODAY, "now": NOW}
    last = "最后一位安全管理员"
    with pytest.raises(UnableToChangePeople, match=last):
        operations.end_post(post=post, reason="任满", **given)
    with pytest.raises(UnableToChangePeople, match=last):
        operations.transfer_person(post=post, unit=city["s0"], title="教师", reason="调动", **given)
    with pytest.raises(operations.UnableToCloseUnit, match=last):
        operations.close_unit(
            unit=city["c0"], staff=operations.Staff.END, children_to=city["c1"], version=None, **given
        )
    assert Grant.objects.get(account=security).until_on is None
    assert Post.objects.get(pk=post.pk).until_on is None
    grant(factories.account("second"), "security_administrator", city["bureau"])
    operations.end_post(post=post, reason="任满", **given)
    assert Grant.objects.get(account=security).until_on == TODAY


def test_whoever_gives_rights_from_a_later_day_on_does_not_yet_replace_the_last(city: dict[str, Unit]) -> None:
    security = factories.account("security", ("security_administrator", city["bureau"]))
    second = factories.account("second")
    later = TODAY + timedelta(days=7)
    grant(second, "security_administrator", city["bureau"], from_on=later)
    right = security.grants.get()
    with pytest.raises(UnableToEndGrant, match="最后一位安全管理员"):
        operations.end_grant(actor=security, grant=right, reason="轮换", now=NOW)
    operations.end_grant(actor=security, grant=right, reason="轮换", on=later, now=NOW)
    assert Grant.objects.get(pk=right.pk).until_on == later


def test_whoever_names_a_deputy_learns_nothing_of_other_accounts(city: dict[str, Unit]) -> None:
    head = factories.account("head", ("security_administrator", city["bureau"]))
    nothing = factories.account("nothing")
    closed, auditor = factories.account("closed"), factories.account("auditor", ("auditor", city["bureau"]))
    helper = factories.account("helper")
    Account.objects.filter(pk=closed.pk).update(is_active=False)

    def said(principal: Account, *deputies: Account | None, **changed: Any) -> str:
        sentences = set()
        for deputy in deputies:
            with pytest.raises(UnableToAppointDeputy) as refusal:
                deputise(principal, deputy, actor=principal, **changed)
            sentences.add(str(refusal.value))
        (sentence,) = sentences
        return sentence

    unlike = said(head, None, closed, auditor)
    assert not any(name in unlike for name in ("CLOSED", "AUDITOR", "审计员"))
    # What is wrong with the rest is said first, whoever is named, so that nobody tries names with what cannot succeed.
    for changed in ({"until_on": TODAY}, {"reason": " "}, {"from_on": TODAY - timedelta(days=1)}):
        assert said(head, None, closed, helper, auditor, **changed) != unlike
    assert "没有自己的权限" in said(nothing, None, closed, helper, auditor)
    assert not Deputyship.objects.exists()


def test_the_page_that_names_a_deputy_answers_alike_whether_or_not_the_account_exists(city: dict[str, Unit]) -> None:
    closed = factories.account("closed")
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    factories.account("helper")
    address = reverse("organisations:appoint_deputy")

    def answers(who: Account, *names: str, **changed: str) -> set[tuple[int, str]]:
        client = Client()
        client.force_login(who)
        values = {"from_on": "2026-03-02", "until_on": "2026-03-20", "reason": "出差", **changed}
        found = set()
        for name in names:
            page = client.post(address, {"deputy": name, **values})
            found.add((page.status_code, page.content.decode().replace(name, "×")))
        return {(status, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)) for status, text in found}

    head = factories.account("head", ("head", city["s0"]))
    assert len(answers(head, "nobody", "closed")) == 1
    assert len(answers(head, "nobody", "closed", "helper", from_on="2026-02-01")) == 1
    assert len(answers(head, "nobody", "closed", "helper", reason="")) == 1
    # Without a right of one's own nothing is learnt at all.
    stranger = factories.account("stranger")
    assert len(answers(stranger, "nobody", "closed", "helper")) == 1


def test_separation_is_asked_where_a_role_is_set_and_where_an_account_is_opened_again(city: dict[str, Unit]) -> None:
    auditor = factories.account("auditor")
    grant(auditor, "auditor", city["bureau"], until_on=TODAY + timedelta(days=30))
    with pytest.raises(operations.UnableToSetRole, match="须由不同的人承担"):
        operations.set_role(actor=None, account=auditor, role="security_administrator", now=NOW)
    assert [one.role for one in Grant.objects.filter(account=auditor)] == ["auditor"]

    security, helper = (
        factories.account("security", ("security_administrator", city["bureau"])),
        factories.account("helper"),
    )
    deputise(security, helper)
    operations.deactivate_account(actor=None, account=security, now=NOW)
    # While the principal's account is closed his deputy holds nothing of it.
    grant(helper, "auditor", city["bureau"])
    with pytest.raises(operations.UnableToActivateAccount, match="须由不同的人承担"):
        operations.activate_account(actor=None, account=security, now=NOW)
    assert not Account.objects.get(pk=security.pk).is_active
