"""Fifty steps of anybody doing anything to two cases, against the smallest model that knows the loop: a table of who may
do what in which state, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from yaodian.cases import operations, queries
from yaodian.cases.declaring import kind_of
from yaodian.cases.models import Case, CaseClock, Extension, Tally
from yaodian.cases.tests import factories
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations import operations as organisations

# Written here once more, by hand: what an action needs to find, who takes it, and what it leaves.
TABLE: Mapping[str, tuple[str, str, str]] = {
    "accept": ("assigned", "handler", "working"),
    "hand_back": ("assigned working", "handler", "open"),
    "report": ("working", "handler", "working"),
    "submit": ("working", "handler", "submitted"),
    "verify": ("submitted", "verifier", "closed"),
    "return": ("submitted", "verifier", "working"),
    "escalate": ("open assigned working submitted", "supervisor", ""),
    "decide": ("open assigned working submitted", "supervisor", ""),
    "reopen": ("closed", "supervisor", "assigned"),
    "withdraw": ("open assigned working submitted", "supervisor", "withdrawn"),
}
ENDS = {"closed", "withdrawn"}
PEOPLE = ("supervisor", "second", "both", "first_handler", "second_handler")
SUPERVISORS, HANDLERS = {"supervisor", "second", "both"}, {"first_handler": "s0", "second_handler": "s0", "both": "s1"}


class Known:
    """What the model knows of a case."""

    def __init__(self, due: date) -> None:
        self.state, self.unit, self.assignee = "open", "bureau", ""
        self.workers: set[str] = set()
        self.due, self.asked_by, self.wanted = due, "", due
        self.events, self.proofs = 1, 0
        self.ended_on = due

    def may(self, action: str, who: str) -> bool:
        states, part, _target = TABLE[action]
        if self.state not in states.split():
            return False
        if part == "handler":
            return HANDLERS.get(who) == self.unit and self.assignee in ("", who)
        return who in SUPERVISORS and (part == "supervisor" or (who not in self.workers and who != self.assignee))


class Cases(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.now = factories.NOW
        self.city = factories.city()
        self.people = {
            "supervisor": factories.account("supervisor", self.city["bureau"]),
            "second": factories.account("supervisor", self.city["bureau"], name="second"),
            "both": factories.account("handler", self.city["s1"], name="both"),
            "first_handler": factories.account("handler", self.city["s0"]),
            "second_handler": factories.account("handler", self.city["s0"], name="other"),
        }
        organisations.grant_role(
            actor=None, account=self.people["both"], role="supervisor", unit=self.city["bureau"],
            from_on=self.now.date(), now=self.now,
        )  # fmt: skip
        self.cases = [
            factories.opened(self.city, kind="plans.commitment_overdue", title=f"第{turn}件") for turn in (1, 2)
        ]
        assert self.cases[0].due_on is not None
        self.known = [Known(self.cases[0].due_on) for _turn in (1, 2)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def attempt(self, which: int, is_possible: bool, call: Any, **given: Any) -> bool:
        """Calls, and compares whether it went through with what the model says."""
        public_id = self.cases[which].public_id
        refusal = ""
        try:
            call(public_id=public_id, now=self.now, **given)
        except operations.UnableToActOnCase as refused:
            refusal = refused.message
        except operations.Absent:
            refusal = "没有这件事。"
        assert is_possible == (not refusal), (self.known[which].__dict__, refusal)
        assert not refusal or refusal.endswith("。"), "every refusal is a sentence"
        self.known[which].events += is_possible
        return is_possible

    @rule(which=st.integers(0, 1), who=st.sampled_from(PEOPLE), action=st.sampled_from(sorted(TABLE)))
    def act(self, which: int, who: str, action: str) -> None:
        known = self.known[which]
        is_possible = known.may(action, who)
        if action == "submit" and (not known.proofs or known.asked_by):
            is_possible = False
        if action == "reopen" and self.now.date() > known.ended_on + timedelta(days=180):
            is_possible = False
        given: dict[str, Any] = {"actor": self.people[who]}
        if action not in ("accept",):
            given["reason"] = "情况如此"
        if not self.attempt(which, is_possible, operations.ACTIONS_WITHOUT_MORE[action], **given):  # type: ignore[index]
            return
        known.state = TABLE[action][2] or known.state
        if action in ("accept", "report", "submit"):
            known.workers.add(who)
        match action:
            case "accept":
                known.assignee = who
            case "verify":
                known.ended_on = self.now.date()
            case "hand_back":
                known.assignee, known.unit = "", "bureau"
            case "reopen":
                known.proofs = 0
                today = self.now.date()
                known.due = calendar_as_of(today).add_working_days(today, 20)

    @rule(which=st.integers(0, 1), who=st.sampled_from(PEOPLE), unit=st.sampled_from(["s0", "s1"]))
    def assign(self, which: int, who: str, unit: str) -> None:
        known = self.known[which]
        is_possible = known.state in ("open", "assigned", "working") and who in SUPERVISORS
        if self.attempt(
            which, is_possible, operations.assign_case, actor=self.people[who], unit=self.city[unit], reason="改派"
        ):
            known.state, known.unit, known.assignee = "assigned", unit, ""

    @rule(which=st.integers(0, 1), who=st.sampled_from(PEOPLE))
    def prove(self, which: int, who: str) -> None:
        known = self.known[which]
        is_possible = known.state == "working" and known.may("report", who)
        if self.attempt(
            which, is_possible, operations.add_evidence, actor=self.people[who], pieces=[factories.proof()]
        ):
            known.proofs += 1
            known.workers.add(who)

    @rule(which=st.integers(0, 1), who=st.sampled_from(PEOPLE), more=st.integers(-5, 40))
    def ask(self, which: int, who: str, more: int) -> None:
        known = self.known[which]
        wanted = known.due + timedelta(days=more)
        is_handler = HANDLERS.get(who) == known.unit and known.assignee in ("", who)
        is_possible = (
            known.state in ("assigned", "working") and is_handler and not known.asked_by
            and more > 0 and wanted > self.now.date()
        )  # fmt: skip
        if self.attempt(
            which, is_possible, operations.ask_extension, actor=self.people[who], new_due_on=wanted, reason="来不及"
        ):
            known.asked_by, known.wanted = who, wanted
            known.workers.add(who)

    @precondition(lambda self: any(one.asked_by for one in self.known))
    @rule(who=st.sampled_from(PEOPLE), approves=st.booleans())
    def decide(self, who: str, approves: bool) -> None:
        which = next(place for place, one in enumerate(self.known) if one.asked_by)
        known = self.known[which]
        is_second = who in SUPERVISORS and who not in known.workers and who != known.assignee
        if self.attempt(
            which, known.state not in ENDS and is_second, operations.decide_extension, actor=self.people[who],
            approves=approves, reason="知道了",
        ):  # fmt: skip
            known.asked_by = ""
            known.due = known.wanted if approves else known.due

    @rule(days=st.integers(1, 15))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        operations.escalate_due(now=self.now)
        assert operations.escalate_due(now=self.now) == 0

    @rule()
    def fold(self) -> None:
        operations.fold_tallies()

    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        for case, known in zip(self.cases, self.known, strict=True):
            case.refresh_from_db()
            kind = kind_of(case.kind)
            assert kind is not None
            is_running = known.state in ("open", "assigned", "working")
            assert case.state == known.state
            assert case.phase == kind.state(case.state).phase
            assert case.doing_unit.code == known.unit
            assert case.assignee == (self.people[known.assignee] if known.assignee else None)
            assert case.due_on == (known.due if is_running else None)
            assert (case.ended_at is not None) == (known.state in ENDS)
            assert case.events.count() == known.events == case.version
            clock = CaseClock.objects.get(case=case)
            assert clock.due_on == known.due
            assert (clock.stopped_at is None) == is_running
            assert Extension.objects.filter(case=case, state="asked").count() == bool(known.asked_by)
        assert operations.check_tallies() == []
        assert sum(Tally.objects.values_list("count", flat=True)) == Case.objects.count()

    @rule(which=st.integers(0, 1), who=st.sampled_from(PEOPLE))
    def look(self, which: int, who: str) -> None:
        """What the page offers is what the model allows."""
        known, today = self.known[which], self.now.date()
        found = {
            one.action: one.is_allowed
            for one in queries.actions(case=self.cases[which], account=self.people[who], today=today)
        }
        for action in TABLE:
            is_possible = known.may(action, who)
            if action == "submit":
                is_possible = is_possible and bool(known.proofs) and not known.asked_by
            if action != "reopen" and found:
                assert found[action] == is_possible, action


@pytest.mark.django_db
def test_whatever_is_done_to_cases_the_small_model_says_the_same() -> None:
    run_state_machine_as_test(Cases, settings=settings(stateful_step_count=50, max_examples=8, deadline=None))
