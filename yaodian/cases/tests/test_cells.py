"""Every (kind, state, action, person): what is open to whom, and what everybody else is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from yaodian.cases import queries
from yaodian.cases.declaring import Phase, Who, kind_of
from yaodian.cases.models import Case, CaseEvent, Evidence, Extension
from yaodian.cases.tests import factories
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db
TODAY = factories.NOW.date()

# Who there is. `worker` is a supervisor who has worked on the case; `handler` finds nobody's name on it, `assignee` his own.
HANDLERS = frozenset({"handler", "assignee"})
DISPATCHERS = frozenset({"editor", "supervisor", "worker"})
SECOND = frozenset({"editor", "supervisor"})
VERIFIERS = frozenset({"supervisor"})
REPORTER = frozenset({"reporter"})
PEOPLE = (*sorted(HANDLERS), "colleague", *sorted(DISPATCHERS), "reporter", "viewer", "stranger")

ALWAYS: Mapping[str, frozenset[str]] = {
    "escalate": DISPATCHERS,
    "decide": DISPATCHERS,
    "merge": DISPATCHERS,
    "link": DISPATCHERS | HANDLERS,
    "approve_extension": SECOND,
    "refuse_extension": SECOND,
}
STANDARD: Mapping[str, Mapping[str, frozenset[str]]] = {
    "open": {**ALWAYS, "assign": DISPATCHERS, "add_evidence": REPORTER, "withdraw": DISPATCHERS | REPORTER},
    "assigned": {
        **ALWAYS,
        "assign": DISPATCHERS,
        "accept": HANDLERS,
        "hand_back": HANDLERS,
        "ask_extension": HANDLERS,
        "withdraw": DISPATCHERS,
    },
    "working": {
        **ALWAYS,
        "assign": DISPATCHERS,
        "hand_back": HANDLERS,
        "report": HANDLERS,
        "add_evidence": HANDLERS,
        "submit": HANDLERS,
        "ask_extension": HANDLERS,
        "withdraw": DISPATCHERS,
    },
    "submitted": {**ALWAYS, "verify": VERIFIERS, "return": VERIFIERS, "withdraw": DISPATCHERS},
    "closed": {"reopen": DISPATCHERS | REPORTER},
    "merged": {},
    "withdrawn": {},
}
APART: Mapping[str, Mapping[str, frozenset[str]]] = {
    **STANDARD,
    "verified": {**ALWAYS, "return": VERIFIERS, "close": SECOND, "withdraw": DISPATCHERS},
}
TABLE: Mapping[str, Mapping[str, Mapping[str, frozenset[str]]]] = {
    "plans.commitment_overdue": STANDARD,
    "plans.recurring_duty": STANDARD,
    "indicators.data_defect": STANDARD,
    "inspection.finding": STANDARD,
    "audit.finding": APART,
    "safety.hazard": STANDARD,
    "services.ticket": STANDARD,
}
# Whoever holds no right over restricted cases, takes no part in one, and could not sign for it.
BLIND = frozenset({"editor", "viewer", "colleague"})
# Done by a second person: refused to whoever has worked on it, with a reason of its own.
BY_A_SECOND = {"verify", "return", "close", "approve_extension", "refuse_extension"}


def cast_of(city: dict) -> dict[str, Account]:  # type: ignore[type-arg]  # As the factory of the units gives it.
    return {
        "handler": factories.account("handler", city["s0"]),
        "assignee": factories.account("handler", city["s0"], name="assignee"),
        "colleague": factories.account("handler", city["s0"], name="colleague"),
        "editor": factories.account("editor", city["bureau"]),
        "supervisor": factories.account("supervisor", city["bureau"]),
        "worker": factories.account("supervisor", city["bureau"], name="worker"),
        "reporter": factories.account("handler", city["s1"], name="reporter"),
        "viewer": factories.account("viewer", city["s0"]),
        "stranger": factories.account("handler", city["s1"], name="stranger"),
    }


@pytest.mark.parametrize("kind", factories.KINDS)
def test_every_cell_is_as_declared(kind: str) -> None:
    city = factories.city()
    cast = cast_of(city)
    declared = kind_of(kind)
    assert declared is not None
    assert {state.code for state in declared.states} == set(TABLE[kind])
    people_act = {one.action for one in declared.transitions if one.by != (Who.SYSTEM,)}
    case = factories.opened(city, kind=kind, doing_unit=city["s0"])
    case.opened_by = cast["reporter"]
    case.save()
    event = case.events.get()
    CaseEvent.objects.create(
        case=case, number=2, action="report", to_state="working", by=cast["worker"], at=factories.NOW, is_work=True
    )
    for proof in ("file", "photograph"):
        Evidence.objects.create(case=case, event=event, kind=proof, file=factories.stored())
    Evidence.objects.create(case=case, event=event, kind="number", code="amount_recovered", number=1)
    wrong, cells = [], 0
    is_restricted = case.confidentiality == "restricted"
    for state in declared.states:
        is_end = state.phase == Phase.ENDED
        for who in PEOPLE:
            Case.objects.filter(pk=case.pk).update(
                state=state.code,
                phase=state.phase,
                due_on=None if is_end else case.due_on,
                ended_at=factories.NOW if is_end else None,
                assignee=None if who == "handler" else cast["assignee"],
            )
            found = queries.actions(case=Case.objects.get(pk=case.pk), account=cast[who], today=TODAY)
            if who == "stranger" or (is_restricted and who in BLIND):
                cells += 1
                wrong += [(state.code, who, found)] if found else []
                continue
            assert {one.action for one in found} == people_act
            for one in found:
                cells += 1
                wanted = expected(TABLE[kind][state.code], one.action, who)
                is_right = one.code == wanted and one.is_allowed == (not wanted) and bool(one.why_not) == bool(wanted)
                if not is_right:
                    wrong.append((state.code, one.action, who, one.code, one.why_not, wanted))
    assert wrong == []
    assert cells > 500


def expected(row: Mapping[str, frozenset[str]], action: str, who: str) -> str:
    """The code of the refusal, empty where there is none."""
    if action not in row:
        return "wrong-state"
    if who in row[action]:
        # Nobody has asked for more time.
        return "no-extension" if action.endswith("_extension") and action != "ask_extension" else ""
    return "second-person" if action in BY_A_SECOND and who == "worker" else "not-yours"


@pytest.mark.parametrize("kind", factories.KINDS)
def test_more_time_is_decided_by_another_only_while_it_is_asked_for(kind: str) -> None:
    city = factories.city()
    cast = cast_of(city)
    case = factories.opened(city, kind=kind, doing_unit=city["s0"])
    Case.objects.filter(pk=case.pk).update(state="working", phase="working", assignee=cast["assignee"])
    case.refresh_from_db()
    assert case.due_on is not None
    Extension.objects.create(
        case=case, old_due_on=case.due_on, new_due_on=case.due_on + timedelta(days=5), reason="招标",
        asked_by=cast["assignee"], asked_at=factories.NOW,
    )  # fmt: skip
    CaseEvent.objects.create(
        case=case, number=2, action="report", to_state="working", by=cast["worker"], at=factories.NOW, is_work=True
    )

    def codes(who: str) -> dict[str, str]:
        found = queries.actions(case=case, account=cast[who], today=TODAY)
        wanted = ("approve_extension", "refuse_extension", "ask_extension", "submit")
        return {one.action: one.code for one in found if one.action in wanted}

    assert codes("supervisor") == {
        "approve_extension": "", "refuse_extension": "", "ask_extension": "not-yours", "submit": "not-yours",
    }  # fmt: skip
    assert codes("worker")["approve_extension"] == "second-person"
    assert codes("assignee") == {
        "approve_extension": "not-yours", "refuse_extension": "not-yours",
        "ask_extension": "extension-pending", "submit": "extension-pending",
    }  # fmt: skip


def test_what_is_missing_is_named() -> None:
    city = factories.city()
    cast = cast_of(city)
    wanted = {
        "plans.commitment_overdue": "还缺 1 份证明材料",
        "safety.hazard": "还缺 1 张现场照片",
        "audit.finding": "还缺 1 份证明材料",
    }
    for kind, words in wanted.items():
        case = factories.opened(city, kind=kind, doing_unit=city["s0"])
        Case.objects.filter(pk=case.pk).update(state="working", phase="working", assignee=cast["assignee"])
        case.refresh_from_db()
        found = {one.action: one for one in queries.actions(case=case, account=cast["assignee"], today=TODAY)}
        assert words in found["submit"].why_not
        assert found["submit"].status == 422
    Evidence.objects.create(case=case, event=case.events.get(), kind="file", file=factories.stored())
    found = {one.action: one for one in queries.actions(case=case, account=cast["assignee"], today=TODAY)}
    assert "已整改金额（元）" in found["submit"].why_not
