"""Kinds of cases: declared once in code, in a module `cases` of the app that opens them.

    declare(CaseKind(code="plans.commitment_overdue", label=_("承诺逾期"), …, **standard_loop(submit=(Need.file(),))))

A kind says which states a case passes through, who may do what in which of them, what must be there first, by when it
must be done, and who is told when it is not. The loop itself is one (`operations`), and so is the answer to what somebody
may do (`queries.actions`). A declaration that leaves something unsaid, or contradicts itself, raises when it is imported,
so that no build with one starts.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypedDict

from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.measuring import Citation

Words = Promise | str


class Phase(models.TextChoices):
    """What every kind's states have in common: lists, inboxes and tallies speak of phases."""

    WAITING = "waiting", _("待受理")
    WORKING = "working", _("办理中")
    CHECKING = "checking", _("待核验")
    ENDED = "ended", _("已办结")


NOT_OVER = (Phase.WAITING, Phase.WORKING, Phase.CHECKING)
"""The phases of what is not over, one by one: an index over phases can be asked for these, and not for «not ended»."""


class Action(models.TextChoices):
    """Everything that can happen to a case after its opening. A kind says where, by whom and under which label."""

    ASSIGN = "assign", _("交办")
    ACCEPT = "accept", _("签收")
    HAND_BACK = "hand_back", _("退回交办")
    REPORT = "report", _("填报进展")
    ADD_EVIDENCE = "add_evidence", _("补充材料")
    SUBMIT = "submit", _("提交核验")
    VERIFY = "verify", _("核验通过")
    RETURN = "return", _("退回整改")
    CLOSE = "close", _("销号")
    ASK_EXTENSION = "ask_extension", _("申请延期")
    APPROVE_EXTENSION = "approve_extension", _("同意延期")
    REFUSE_EXTENSION = "refuse_extension", _("不同意延期")
    ESCALATE = "escalate", _("提级督办")
    REOPEN = "reopen", _("重新办理")
    MERGE = "merge", _("并案")
    LINK = "link", _("关联")
    WITHDRAW = "withdraw", _("撤销事项")
    FOLLOW = "follow", _("随单位变更移交")
    DECIDE = "decide", _("会议决定")


# Whoever has done one of these has worked on the case, and never verifies it.
WORK = frozenset({Action.ACCEPT, Action.REPORT, Action.ADD_EVIDENCE, Action.SUBMIT, Action.ASK_EXTENSION})
DECISIONS = frozenset({Action.APPROVE_EXTENSION, Action.REFUSE_EXTENSION})


class Who(Enum):
    """Who may do something.

    HANDLER holds `cases.handle` over the unit that does it, and is the one who signed for it if somebody has; DISPATCHER
    holds `cases.dispatch` and VERIFIER `cases.verify` over the unit that supervises, and a verifier has not worked on the
    case; REPORTER opened it; SYSTEM is no person.
    """

    HANDLER = "handler"
    DISPATCHER = "dispatcher"
    VERIFIER = "verifier"
    REPORTER = "reporter"
    SYSTEM = "system"


class Step(models.TextChoices):
    """Who is told on a rung of the ladder. Never only a person: where nobody has signed, the unit's inbox has it."""

    HANDLER = "handler", _("经办人")
    HEAD_OF_UNIT = "head", _("承办单位负责人")
    SUPERVISING_UNIT = "supervisor", _("督办单位")
    LEADER = "leader", _("分管领导")


class Confidentiality(models.TextChoices):
    """INTERNAL is seen by whoever holds the right over a unit of the case, RESTRICTED by those who take part in it."""

    INTERNAL = "internal", _("内部")
    RESTRICTED = "restricted", _("限知悉范围")


class FieldKind(Enum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DAY = "day"
    PLACE = "place"


@dataclass(frozen=True)
class Field:
    """Something that a kind asks for when a case is opened; `choices` are pairs of a code and words."""

    code: str
    label: Words
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True)
class Need:
    """What must be there before a transition: evidence, or a gate that opens."""

    kind: str
    count: int = 1
    code: str = ""
    label: Words = ""
    unit: str = ""
    keeps_place: bool = False

    @classmethod
    def file(cls, count: int = 1) -> "Need":
        """So many files, photographs included."""
        return cls("file", count)

    @classmethod
    def photograph(cls, count: int = 1, *, keeps_place: bool = False) -> "Need":
        """So many photographs; `keeps_place`: where they were taken is part of the proof and not taken out."""
        return cls("photograph", count, keeps_place=keeps_place)

    @classmethod
    def number(cls, code: str, label: Words, unit: str) -> "Need":
        """A figure with its unit."""
        return cls("number", code=code, label=label, unit=unit)

    @classmethod
    def gate(cls, name: str) -> "Need":
        """A function of the kind's `gates` that says nothing against it."""
        return cls("gate", code=name)


@dataclass(frozen=True)
class State:
    code: str
    label: Words
    phase: Phase


@dataclass(frozen=True)
class Transition:
    """From any of `sources` to `target` (empty: the state stays) by any of `by`. `is_second_person`: who has worked on
    the case may not."""

    action: Action
    label: Words
    sources: tuple[str, ...]
    target: str
    by: tuple[Who, ...]
    asks_reason: bool = False
    needs: tuple[Need, ...] = ()
    is_second_person: bool = False

    def target_from(self, source: str) -> str:
        return self.target or source


@dataclass(frozen=True)
class Clock:
    """By when. `days` has a figure for each grade, or one under "" for all; working days, or days of the calendar.

    It runs from the opening, or from the first time that the case is handed to a unit, and stands still in the phases
    `stops_in`. `longest_extension` is how many days an approved extension may add in all: None no bound, 0 no extension.
    """

    code: str
    label: Words
    days: Mapping[str, int]
    is_working_days: bool = True
    starts: str = "opened"
    stops_in: frozenset[Phase] = frozenset({Phase.CHECKING, Phase.ENDED})
    citation: Citation | None = None
    longest_extension: int | None = None

    def days_for(self, grade: str) -> int:
        return self.days.get(grade, self.days.get("", 0))


STATUTORY, BUSINESS = "statutory", "business"
CLOCK_CODES = (STATUTORY, BUSINESS)


@dataclass(frozen=True)
class Rung:
    """So many days before (negative) or after the day on which a case is due, `to` is told in these words."""

    after_days: int
    to: Step
    words: Words
    is_working_days: bool = True


@dataclass(frozen=True)
class Grade:
    """How grave; the higher the `rank`, the more a delay harms."""

    code: str
    label: Words
    rank: int


Gate = Callable[[Any, date], str]


@dataclass(frozen=True)
class CaseKind:
    """A kind of case. `gates` are functions of a case and a day that give the reason why not, or nothing.

    `comes_in_sheets`: many at once are brought in as a sheet, as the findings of one inspection are."""

    code: str
    label: Words
    citation: Citation
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    clocks: tuple[Clock, ...]
    ladder: tuple[Rung, ...]
    confidentiality: Confidentiality
    retention_years: int
    reopen_within_days: int
    comes_in_sheets: bool = False
    grades: tuple[Grade, ...] = ()
    fields: tuple[Field, ...] = ()
    gates: Mapping[str, Gate] = field(default_factory=dict)

    @property
    def first(self) -> State:
        """The state in which a case is opened."""
        return self.states[0]

    def state(self, code: str) -> State:
        return next(one for one in self.states if one.code == code)

    def transition(self, action: str, source: str) -> Transition | None:
        """What an action does in a state, or None where it does nothing there."""
        return next((one for one in self.transitions if one.action == action and source in one.sources), None)

    def actions(self) -> tuple[Action, ...]:
        """All actions, in the order of their declaration, each once."""
        return tuple(dict.fromkeys(one.action for one in self.transitions))

    def label_of(self, action: str) -> Words:
        """What the kind calls an action."""
        return next((one.label for one in self.transitions if one.action == action), Action(action).label)

    def grade(self, code: str) -> Grade | None:
        return next((one for one in self.grades if one.code == code), None)

    def clock(self, code: str) -> Clock | None:
        return next((one for one in self.clocks if one.code == code), None)


class Loop(TypedDict):
    """The two parts of a kind that the standard loop gives."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...]


OPEN, ASSIGNED, WORKING, SUBMITTED = "open", "assigned", "working", "submitted"
VERIFIED, CLOSED, MERGED, WITHDRAWN = "verified", "closed", "merged", "withdrawn"


def standard_loop(
    *, submit: tuple[Need, ...], verify: tuple[Need, ...] = (), closes_apart: bool = False, verify_label: Words = ""
) -> Loop:
    """The loop that all kinds derive from: 交办 → 签收 → 办理 → 提交核验 → 核验 → 销号.

    `submit` and `verify` are what must be there before. With `closes_apart` a verified case is closed in a step of its own
    by the office that dispatched it (销号); without, verifying closes it.
    """
    doing = (OPEN, ASSIGNED, WORKING)
    checked = (SUBMITTED, VERIFIED) if closes_apart else (SUBMITTED,)
    active = (*doing, *checked)
    states = (
        State(OPEN, _("待交办"), Phase.WAITING),
        State(ASSIGNED, _("待签收"), Phase.WAITING),
        State(WORKING, _("办理中"), Phase.WORKING),
        State(SUBMITTED, _("待核验"), Phase.CHECKING),
        *((State(VERIFIED, _("待销号"), Phase.CHECKING),) if closes_apart else ()),
        State(CLOSED, _("已销号"), Phase.ENDED),
        State(MERGED, _("已并案"), Phase.ENDED),
        State(WITHDRAWN, _("事项已撤销"), Phase.ENDED),
    )
    handler, dispatcher, verifier = (Who.HANDLER,), (Who.DISPATCHER,), (Who.VERIFIER,)
    closing = verify_label or (_("核验通过") if closes_apart else _("核验通过，销号"))
    transitions = (
        Transition(Action.ASSIGN, _("交办"), (OPEN,), ASSIGNED, dispatcher),
        Transition(Action.ASSIGN, _("改派"), (ASSIGNED, WORKING), ASSIGNED, dispatcher, asks_reason=True),
        Transition(Action.ACCEPT, _("签收"), (ASSIGNED,), WORKING, handler),
        Transition(Action.HAND_BACK, _("退回交办"), (ASSIGNED, WORKING), OPEN, handler, asks_reason=True),
        Transition(Action.REPORT, _("填报进展"), (WORKING,), "", handler, asks_reason=True),
        Transition(Action.ADD_EVIDENCE, _("补充材料"), (OPEN,), "", (Who.REPORTER,)),
        Transition(Action.ADD_EVIDENCE, _("补充材料"), (WORKING,), "", handler),
        Transition(Action.SUBMIT, _("提交核验"), (WORKING,), SUBMITTED, handler, needs=submit),
        Transition(
            Action.VERIFY, closing, (SUBMITTED,), VERIFIED if closes_apart else CLOSED, verifier,
            needs=verify, is_second_person=True,
        ),
        Transition(
            Action.RETURN, _("退回整改"), checked, WORKING, verifier, asks_reason=True, is_second_person=True
        ),
        *(
            (Transition(Action.CLOSE, _("销号"), (VERIFIED,), CLOSED, dispatcher, is_second_person=True),)
            if closes_apart
            else ()
        ),
        Transition(Action.ASK_EXTENSION, _("申请延期"), (ASSIGNED, WORKING), "", handler, asks_reason=True),
        Transition(Action.APPROVE_EXTENSION, _("同意延期"), active, "", dispatcher, is_second_person=True),
        Transition(
            Action.REFUSE_EXTENSION, _("不同意延期"), active, "", dispatcher, asks_reason=True, is_second_person=True
        ),
        Transition(Action.ESCALATE, _("提级督办"), active, "", dispatcher, asks_reason=True),
        Transition(Action.DECIDE, _("会议决定"), active, "", dispatcher, asks_reason=True),
        Transition(Action.REOPEN, _("重新办理"), (CLOSED,), ASSIGNED, (Who.DISPATCHER, Who.REPORTER), asks_reason=True),
        Transition(Action.MERGE, _("并案"), active, MERGED, dispatcher, asks_reason=True),
        Transition(Action.LINK, _("关联"), active, "", (Who.DISPATCHER, Who.HANDLER)),
        Transition(Action.WITHDRAW, _("撤销事项"), (OPEN,), WITHDRAWN, (Who.DISPATCHER, Who.REPORTER), asks_reason=True),
        Transition(Action.WITHDRAW, _("撤销事项"), active[1:], WITHDRAWN, dispatcher, asks_reason=True),
        Transition(Action.FOLLOW, _("随单位变更移交"), (ASSIGNED, WORKING), ASSIGNED, (Who.SYSTEM,)),
        Transition(Action.FOLLOW, _("随单位变更移交"), (OPEN, *checked), "", (Who.SYSTEM,)),
    )  # fmt: skip
    return {"states": states, "transitions": transitions}


def standard_ladder() -> tuple[Rung, ...]:
    """Three working days before, on the day, and after one, five and ten working days: each time one step higher."""
    return (
        Rung(-3, Step.HANDLER, _("还有 3 个工作日到期，请抓紧办理。")),
        Rung(0, Step.HANDLER, _("今天到期，请今天办结或申请延期。")),
        Rung(1, Step.HEAD_OF_UNIT, _("已逾期，请承办单位负责人督促。")),
        Rung(5, Step.SUPERVISING_UNIT, _("逾期 5 个工作日，请督办单位过问。")),
        Rung(10, Step.LEADER, _("逾期 10 个工作日，请分管领导批示。")),
    )


class UnusableKind(ValueError):
    """A declaration leaves something unsaid or contradicts itself; the message says what."""


_KINDS: dict[str, CaseKind] = {}
_CODE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


def declare(kind: CaseKind) -> CaseKind:
    """Takes a kind into the register. Raises UnusableKind."""
    if kind.code in _KINDS:
        raise UnusableKind(f"The kind {kind.code} is declared twice.")
    for fault in _faults(kind):
        raise UnusableKind(f"The kind {kind.code}: {fault}.")
    _KINDS[kind.code] = kind
    return kind


def _faults(kind: CaseKind) -> Iterable[str]:
    if not _CODE.fullmatch(kind.code) or len(kind.code) > 60:
        yield "its code must be two words with a dot, such as safety.hazard"
    if not str(kind.label).strip():
        yield "it has no label"
    if not kind.citation.title:
        yield "it has no citation: say which text asks for it"
    if kind.retention_years < 1:
        yield "it does not say for how many years its cases are kept"
    yield from _faults_of_states(kind)
    yield from _faults_of_transitions(kind)
    yield from _faults_of_clocks(kind)
    yield from _faults_of_fields(kind)


def _doubles(codes: Iterable[Any]) -> list[Any]:
    seen: set[Any] = set()
    return [code for code in codes if code in seen or seen.add(code)]  # type: ignore[func-returns-value]  # add gives None.


def _faults_of_states(kind: CaseKind) -> Iterable[str]:
    if not kind.states or kind.states[0].phase != Phase.WAITING:
        yield "its first state must be one in which the case waits"
        return
    for double in _doubles(one.code for one in kind.states):
        yield f"the state {double} is there twice"
    if any(not str(one.label).strip() for one in kind.states):
        yield "a state has no label"
    ends = {one.code for one in kind.states if one.phase == Phase.ENDED}
    if not ends:
        yield "it never ends"
    reached, left = {kind.states[0].code}, set()
    for transition in kind.transitions:
        left.update(transition.sources if transition.target and transition.by != (Who.SYSTEM,) else ())
        reached.update((transition.target,) if transition.target else ())
    for state in kind.states:
        if state.code not in reached:
            yield f"nothing leads to the state {state.code}"
        if state.code not in ends and state.code not in left:
            yield f"nobody can lead a case out of the state {state.code}"


def _faults_of_transitions(kind: CaseKind) -> Iterable[str]:
    codes = {one.code for one in kind.states}
    ends = {one.code for one in kind.states if one.phase == Phase.ENDED}
    cells = [(one.action, source) for one in kind.transitions for source in one.sources]
    for action, source in _doubles(cells):
        yield f"{action} in the state {source} is said twice"
    used: set[str] = set()
    for one in kind.transitions:
        if not str(one.label).strip() or not one.sources or not one.by:
            yield f"{one.action} lacks a label, a source or a person"
        for code in {*one.sources, *([one.target] if one.target else [])} - codes:
            yield f"{one.action} speaks of the state {code}, which there is not"
        if ends & set(one.sources) and one.action != Action.REOPEN:
            yield f"{one.action} begins in a state that is an end; only reopening does"
        if Who.VERIFIER in one.by and not one.is_second_person:
            yield f"{one.action} by a verifier must be done by a second person"
        for need in one.needs:
            if need.kind == "gate":
                used.add(need.code)
            elif need.kind == "number" and not (need.code and str(need.label).strip()):
                yield f"a number that {one.action} needs has no code or no label"
            elif need.count < 1:
                yield f"{one.action} needs nothing of something"
    for name in used ^ set(kind.gates):
        yield f"the gate {name} is asked for and not given, or given and not asked for"
    has_reopening = any(one.action == Action.REOPEN for one in kind.transitions)
    if has_reopening != (kind.reopen_within_days > 0):
        yield "reopening needs a period, and a period reopening"
    actions = {one.action for one in kind.transitions}
    if Action.ASK_EXTENSION in actions and not actions >= DECISIONS:
        yield "an extension can be asked for and not decided"


def _faults_of_clocks(kind: CaseKind) -> Iterable[str]:
    if not kind.clocks:
        yield "it has no clock: say by when its cases must be done"
    for double in _doubles(one.code for one in kind.clocks):
        yield f"the clock {double} is there twice"
    grades = {one.code for one in kind.grades}
    for one in kind.clocks:
        if one.code not in CLOCK_CODES:
            yield f"a clock is statutory or business, not {one.code}"
        if one.starts not in ("opened", "assigned"):
            yield f"the clock {one.code} starts when the case is opened or assigned"
        if set(one.days) not in ({""}, grades or {""}) or any(days < 1 for days in one.days.values()):
            yield f"the clock {one.code} needs days for each grade, or one figure for all"
        if Phase.ENDED not in one.stops_in:
            yield f"the clock {one.code} never stops"
        if one.code == STATUTORY and (one.citation is None or not one.citation.title):
            yield "its statutory clock has no citation: say which law sets the days"
        if one.code == STATUTORY and one.longest_extension is None:
            yield "its statutory clock does not say by how much the law lets it be extended (0: not at all)"
    for double in _doubles((one.after_days, one.is_working_days, one.to) for one in kind.ladder):
        yield f"the rung {double[0]} days after is there twice for the same"
    if not kind.ladder:
        yield "nobody is told when it is late: it has no ladder"
    days = [one.after_days for one in kind.ladder]
    if days != sorted(days):
        yield "its ladder is not in order"
    if any(not str(one.words).strip() for one in kind.ladder):
        yield "a rung has no words"
    for double in _doubles(one.rank for one in kind.grades):
        yield f"two grades have the rank {double}"


def _faults_of_fields(kind: CaseKind) -> Iterable[str]:
    for double in _doubles([*(one.code for one in kind.fields)]):
        yield f"the field {double} is there twice"
    for one in kind.fields:
        if (one.kind is FieldKind.CHOICE) != bool(one.choices):
            yield f"the field {one.code} has choices exactly where it is a choice"


def forget(code: str) -> None:
    """Takes a kind out of the register; for tests that declare one."""
    _KINDS.pop(code, None)


@cache
def _discover() -> None:
    """Imports the declarations of all apps, once."""
    autodiscover_modules("cases")


def kinds() -> Mapping[str, CaseKind]:
    """All kinds by code, in the order of their declaration."""
    _discover()
    return _KINDS


def kind_of(code: str) -> CaseKind | None:
    """The kind of a code, or None where it is no longer declared."""
    return kinds().get(code)
