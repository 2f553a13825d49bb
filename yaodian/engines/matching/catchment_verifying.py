"""Whether an allocation by catchments is right, found without the solver; and why a child is where it is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .catchments import Allocation, Catchments, How, order_columns, wishes_of
from .overflow import certified
from .queue_steps import Int64

_OPEN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class AllocationFault:
    """``rule``: a stable name; ``child`` and ``school`` are -1 where it is nobody's."""

    rule: str
    child: int
    school: int
    sentence: str


def verify_allocation(problem: Catchments, result: Allocation) -> tuple[AllocationFault, ...]:
    """Everything that is wrong with ``result``: empty if it is what the rules give, or in the overflow another plan that is as good.

    1. ``one_school``: wishes, school and way of each child fit together, and lie in its catchment or come from the overflow.
    2. ``capacity``: both stages together. ``cap``: nobody is sent farther.
    3. ``passed_over``: no seat of the catchments stayed free, or went to a later child, at a school that a child would rather have had.
    4. ``overflow``: only children without a seat, in the rows and numbers stated; the nearer school to the earlier child of a row.
    5. ``certificate``: the prices prove that no fewer can be left, and no fewer metres be walked. ``shortage``: the sets named are short.
    6. ``lines``: the last admitted and what is said of them.
    """
    found: list[AllocationFault] = []
    _one_school(problem, result, found)
    if found:
        return tuple(found)
    rank = _ranks(problem)
    _capacity(problem, result, found)
    _catchments(problem, result, rank, found)
    if _overflow(problem, result, rank, found):
        _shortages(problem, result, found)
    return tuple(found)


def _ranks(problem: Catchments) -> Int64:
    keys = [-column for column in order_columns(problem)]
    keys.append(np.arange(len(problem)) if problem.drawn is None else problem.drawn)
    order = np.lexsort(keys[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _one_school(problem: Catchments, result: Allocation, found: list[AllocationFault]) -> None:
    starts, wishes = wishes_of(problem)
    for child, (seat, school, how) in enumerate(
        zip(result.seats.tolist(), result.schools.tolist(), result.how.tolist(), strict=True)
    ):
        own = wishes[starts[child] : starts[child + 1]].tolist()
        if how == How.CATCHMENT:
            # Of a school that stands in the list twice, the first mention is the one that is granted.
            fits = 0 <= seat < len(own) and own[seat] == school and school not in own[:seat]
        elif how == How.OVERFLOW:
            fits = seat == -1 and 0 <= school < len(problem.capacities)
        else:
            # No address is a reason only where there is none.
            fits = seat == school == -1 and (how == How.NO_ADDRESS) == (problem.rows[child] < 0)
        if not fits:
            sentence = f"第{child + 1}行儿童的志愿、学校与安置方式不一致，或学校不在其学区。"
            found.append(AllocationFault("one_school", child, school, sentence))


def _capacity(problem: Catchments, result: Allocation, found: list[AllocationFault]) -> None:
    taken = np.bincount(result.schools[result.schools >= 0], minlength=len(problem.capacities))
    for school in np.flatnonzero(taken > problem.capacities).tolist():
        sentence = f"学校{school}计划{problem.capacities[school]}人，安排了{taken[school]}人。"
        found.append(AllocationFault("capacity", -1, school, sentence))
    for child in np.flatnonzero(result.how == How.OVERFLOW).tolist():
        school = int(result.schools[child])
        metres = int(problem.metres[problem.rows[child], school]) if problem.rows[child] >= 0 else -1
        if not 0 <= metres <= problem.cap_m:
            sentence = f"第{child + 1}行儿童被统筹到{metres}米外的学校{school}，上限是{problem.cap_m}米。"
            found.append(AllocationFault("cap", child, school, sentence))


def _catchments(problem: Catchments, result: Allocation, rank: Int64, found: list[AllocationFault]) -> None:
    starts, wishes = wishes_of(problem)
    count = len(problem.capacities)
    inside = np.flatnonzero(result.how == How.CATCHMENT)
    taken = np.bincount(result.schools[inside], minlength=count)
    last = np.full(count, -1, np.int64)
    by_rank = inside[np.argsort(rank[inside])]
    for child in by_rank.tolist():
        last[result.schools[child]] = child
    bar = np.where(taken < problem.capacities, _OPEN, np.where(last >= 0, rank[last] if len(rank) else -1, -1))
    refused = np.where(result.seats < 0, np.diff(starts), result.seats).astype(np.int64)
    who = np.repeat(np.arange(len(problem)), refused)
    wish = np.arange(len(who)) - np.repeat(np.cumsum(refused) - refused, refused)
    school = wishes[starts[who] + wish]
    for at in np.flatnonzero(rank[who] < bar[school]).tolist():
        sentence = f"第{who[at] + 1}行儿童更愿意去学区内的学校{school[at]}，该校有空余学位或录取了次序在后的儿童。"
        found.append(AllocationFault("passed_over", int(who[at]), int(school[at]), sentence))
    columns = order_columns(problem)
    is_over, is_by_draw = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for child, asked in zip(who.tolist(), school.tolist(), strict=True):
        is_over[asked] = True
        is_by_draw[asked] |= last[asked] >= 0 and all(column[child] == column[last[asked]] for column in columns)
    wrong = (result.last != last) | (result.is_over != is_over) | (result.is_by_draw != is_by_draw)
    for at in np.flatnonzero(wrong).tolist():
        found.append(AllocationFault("lines", -1, at, f"学校{at}公布的末位、是否超额或是否抽签与安置结果不符。"))


def _overflow(problem: Catchments, result: Allocation, rank: Int64, found: list[AllocationFault]) -> bool:
    """Whether rows and seats are those that the catchments left, so that the rest can be read at all."""
    over = result.overflow
    count = len(problem.capacities)
    inside = result.how == How.CATCHMENT
    free = problem.capacities - np.bincount(result.schools[inside], minlength=count)
    waiting = np.flatnonzero(~inside & (problem.rows >= 0))
    same = (over.seats == free).all() and set(over.rows.tolist()) == set(problem.rows[waiting].tolist())
    if not same or len(over.rows) != len(set(over.rows.tolist())) or over.flow.counts.shape != (len(over.rows), count):
        found.append(AllocationFault("overflow", -1, -1, "统筹的距离行或剩余学位与学区录取结果不符。"))
        return False
    metres = np.where(free > 0, problem.metres[over.rows].astype(np.int64), -1)
    for number, row in enumerate(over.rows.tolist()):
        members = waiting[problem.rows[waiting] == row]
        members = members[np.argsort(rank[members])]
        schools = result.schools[members]
        sent = np.bincount(schools[schools >= 0], minlength=count)
        # The nearer first, of equal distance the lower number, without a seat last.
        turn = [(int(problem.metres[row, at]), at) if at >= 0 else (_OPEN, 0) for at in schools.tolist()]
        stated = (sent == over.flow.counts[number]).all() and over.children[number] == len(members)
        if not stated or turn != sorted(turn):
            sentence = f"距离表第{row + 1}行的儿童去向与统筹方案不符，或次序在前的被派得更远。"
            found.append(AllocationFault("overflow", int(members[0]), -1, sentence))
    if not certified(over.flow, over.children, free, metres, problem.cap_m):
        found.append(
            AllocationFault("certificate", -1, -1, "统筹方案的价格不能证明它安置最多、总距离最短；请重新计算。")
        )
    return True


def _shortages(problem: Catchments, result: Allocation, found: list[AllocationFault]) -> None:
    over = result.overflow
    usable = (problem.metres[over.rows] >= 0) & (problem.metres[over.rows] <= problem.cap_m) & (over.seats > 0)
    named: list[int] = []
    for one in over.shortages:
        rows = list(one.rows)
        reached = np.flatnonzero(usable[rows].any(axis=0)).tolist()
        figures = (int(over.children[rows].sum()), int(over.seats[reached].sum()), int(over.flow.left[rows].sum()))
        is_short = figures[0] - figures[1] == figures[2] > 0
        if list(one.schools) != reached or figures != (one.children, one.seats, one.left) or not is_short:
            found.append(
                AllocationFault("shortage", -1, -1, f"所列缺口（学校{list(one.schools)}）与距离表或剩余学位不符。")
            )
        named += rows
    left = np.flatnonzero(over.flow.left > 0).tolist()
    if len(named) != len(set(named)) or not set(left) <= set(named):
        found.append(AllocationFault("shortage", -1, -1, "有未安置的儿童没有写明缺口，或一处缺口写了两次。"))
    reach = {row: bool(usable[number].any()) for number, row in enumerate(over.rows.tolist())}
    for child in np.flatnonzero(result.how >= How.NOWHERE_NEAR).tolist():
        row = int(problem.rows[child])
        if row >= 0 and (result.how[child] == How.SHORTAGE) != reach[row]:
            found.append(AllocationFault("shortage", child, -1, f"第{child + 1}行儿童未安置的原因与距离表不符。"))


def explain_allocation(
    problem: Catchments,
    result: Allocation,
    child: int,
    *,
    schools: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Why this child is where it is: a sentence for each wish up to the granted one, then one for the overflow.

    ``schools``: their names; ``classes``: the words of the classes. Only the child's own data and what is published of a school.
    """
    starts, wishes = wishes_of(problem)
    own = wishes[starts[child] : starts[child + 1]].tolist()
    seat, how = int(result.seats[child]), How(int(result.how[child]))
    rule = _class_words(problem, child, classes)
    told: list[str] = []
    for wish, school in enumerate(own if seat < 0 else own[: seat + 1]):
        name = _name(school, schools)
        if wish == seat:
            why = "报名人数没有超过计划，全部录取" if not result.is_over[school] else f"您属于{rule}，在名额之内"
            told.append(f"{name}：已录取。{why}。")
        else:
            told.append(f"{name}：未录取。{_refused(problem, result, child, school, classes)}")
    row = int(problem.rows[child])
    if how == How.OVERFLOW:
        school = int(result.schools[child])
        metres = int(problem.metres[row, school])
        told.append(
            f"统筹安排到{_name(school, schools)}，距离{metres}米，上限{problem.cap_m}米；所有统筹儿童的总距离最短。"
        )
    elif how == How.NOWHERE_NEAR:
        told.append(f"统筹未能安排：{problem.cap_m}米内没有还有空余学位的学校；请联系招生办公室。")
    elif how == How.SHORTAGE:
        number = result.overflow.rows.tolist().index(row)
        short = next(one for one in result.overflow.shortages if number in one.rows)
        names = "、".join(_name(school, schools) for school in short.schools)
        told.append(
            f"统筹未能安排：您和同样缺学位的住址{problem.cap_m}米内只有{names}有空余学位，共{short.seats}个，"
            f"只能到这些学校的儿童有{short.children}人，{short.left}人未能安排：先求安排的人最多，再求总距离最短，"
            "同一住址才按次序；请联系招生办公室。"
        )
    elif how == How.NO_ADDRESS:
        told.append("统筹未能安排：住址没有定位，无法计算到校距离；请核对住址后再统筹。")
    return tuple(told)


def _refused(problem: Catchments, result: Allocation, child: int, school: int, classes: Sequence[str] | None) -> str:
    last = int(result.last[school])
    if last < 0:
        return "该校没有学位。"
    mine, theirs = _class_words(problem, child, classes), _class_words(problem, last, classes)
    if mine != theirs or problem.classes[child] != problem.classes[last]:
        return f"您属于{mine}，该校录取到{theirs}为止。"
    if any(column[child] != column[last] for column in problem.published):
        return f"您属于{mine}，该校录取到这一类为止，类内公布的次序在您之前已满。"
    return f"您属于{mine}，该校录取到这一类为止，类内抽签决定，您的抽签顺序在录取名额之后。"


def _class_words(problem: Catchments, child: int, classes: Sequence[str] | None) -> str:
    number = int(problem.classes[child])
    return f"第{number + 1}顺序" + (f"“{classes[number]}”" if classes is not None else "")


def _name(school: int, schools: Sequence[str] | None) -> str:
    return schools[school] if schools is not None else f"学校{school}"
