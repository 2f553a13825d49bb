"""A running timetable of synthetic schools: the check of a dragged lesson, an absent teacher, a closed room, substitution duty, explanations."""

from __future__ import annotations

import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from benchmarks import report
from benchmarks.schools import Synthetic, synthetic
from yaodian.engines.scheduling.timetabling import Problem, verify
from yaodian.engines.scheduling.timetabling.changing import Manner, Proposal, proposals, without
from yaodian.engines.scheduling.timetabling.checking import Check
from yaodian.engines.scheduling.timetabling.constraints.times import PreferTimes
from yaodian.engines.scheduling.timetabling.explaining import explain
from yaodian.engines.scheduling.timetabling.refusals import unfit
from yaodian.engines.scheduling.timetabling.school_problem import lay
from yaodian.engines.scheduling.timetabling.solving import Params, solve
from yaodian.engines.scheduling.timetabling.substituting import Day, substitute, verify_substitution
from yaodian.engines.scheduling.timetabling.wishes import (
    AtOnceAtMost,
    DaysOfTeachers,
    InPeriods,
    LessonsOfTeachersADay,
    LessonsOnEnd,
    Wish,
)

SIZES = (300, 900, 1_800)
PIECES, TEACHERS, ROOMS, NEAR = 100, 10, 5, 12

SCHOOL_HEADS = (
    "pupils a year", "classes", "courses", "lessons", "teachers", "rooms", "hours of teachers", "rooms at the fullest time",
    "unfit, s", "check built, s",
)  # fmt: skip
CHECK_HEADS = (
    "pupils a year", "all starts, median, ms", "all starts, most, ms", "starts and rooms, median, ms", "starts and rooms, most, ms",
    "exchanges, median, ms", "exchanges, most, ms", "a move, median, ms", "a move, most, ms",
)  # fmt: skip
CHANGE_HEADS = (
    "pupils a year", "change", "cases", "with a way out", "median, s", "95 %, s", "most, s", "moved at most, first way",
    "moved at most, same teachers (cases)",
)  # fmt: skip
NEAR_HEADS = ("pupils a year", "cases", "proven", "as few as can be", "times the fewest, most")
DUTY_HEADS = ("pupils a year", "absent", "lessons", "open", "same subject", "s")
REASON_HEADS = (
    "pupils a year", "wishes", "proven", "conflicts", "wishes of the first", "smallest", "cheapest way, price", "wall s",
)  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor milliseconds and the answer."""
    begun = time.process_time()
    answer = work()
    return (time.process_time() - begun) * 1_000, answer


def spread(taken: Sequence[float]) -> list[float]:
    """Median, 95th of a hundred, most."""
    ordered = sorted(taken)
    return [statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1]]


def sizes_of(pupils: int, made: Synthetic) -> list[Any]:
    """What the school is, and what is full: teachers' hours, and rooms at the fullest time."""
    problem, school = made.laid.problem, made.laid.school
    hours = sum(course.hours for course in school.courses for _teacher in course.teachers)
    asked = sum(teacher.most_hours or 0 for teacher in school.teachers)
    rooms: dict[int, int] = {}
    for piece in made.planted.pieces:
        used = sum(one is not None and problem.resources[one].kind == "room" for one in piece.resources)
        rooms[piece.time or 0] = rooms.get(piece.time or 0, 0) + used
    built, check = timed(lambda: Check(problem, made.planted))
    counted, findings = timed(lambda: unfit(problem))
    verdict = verify(problem, made.planted)
    if findings or verdict.required or check.required or check.optional != verdict.optional:
        raise SystemExit(f"the planted timetable of {pupils} is not what it should be")
    return [
        pupils, len(school.homes), len(problem.events), len(made.planted.pieces), len(school.teachers), len(school.rooms),
        hours / asked, max(rooms.values()) / len(school.rooms), counted / 1_000, built / 1_000,
    ]  # fmt: skip


def checks_of(pupils: int, made: Synthetic) -> list[Any]:
    problem, rng = made.laid.problem, random.Random(pupils)
    check = Check(problem, made.planted)
    taken: dict[str, list[float]] = {"starts": [], "rooms": [], "exchanges": [], "move": []}
    for _round in range(PIECES):
        index = rng.randrange(len(made.planted.pieces))
        taken["starts"].append(timed(lambda index=index: check.moves(index))[0])
        taken["rooms"].append(timed(lambda index=index: check.moves(index, choices=check.choices(index)))[0])
        taken["exchanges"].append(timed(lambda index=index: check.exchanges(index))[0])
        start = rng.choice(check.starts(index))
        taken["move"].append(timed(lambda index=index, start=start: check.move(index, start))[0])
    verdict = verify(problem, check.timetable)
    if (verdict.required, verdict.optional) != (check.required, check.optional):
        raise SystemExit("the check and the judge disagree after the moves")
    return [pupils, *(figure for one in taken.values() for figure in (statistics.median(one), max(one)))]


def change_of(what: str, made: Synthetic, cases: Sequence[tuple[int, list[int] | None]], pupils: int) -> list[Any]:
    """A line over all cases: a resource that cannot be had at times."""
    seconds, best, same, complete = [], [], [], 0
    for one, times in cases:
        changed = without(made.laid.problem, one, times=times)
        taken, found = timed(lambda changed=changed: proposals(changed, made.planted))
        seconds.append(taken / 1_000)
        for proposal in found:
            if verify(changed, proposal.timetable).required != proposal.required:
                raise SystemExit("a proposal does not cost what it says")
        whole = [proposal for proposal in found if not proposal.open]
        complete += bool(whole)
        if whole:
            best.append(whole[0].share_moved)
            moving = [proposal for proposal in whole if proposal.moved and not proposal.with_others]
            same += [proposal.share_moved for proposal in moving[:1]]
    share = f"{max(best, default=0):.2%}", f"{max(same, default=0):.2%} ({len(same)})"
    return [pupils, what, len(cases), f"{complete}", *spread(seconds), *share]


def changes_of(pupils: int, made: Synthetic) -> list[list[Any]]:
    problem, rng = made.laid.problem, random.Random(pupils)
    teachers = [at for at, one in enumerate(problem.resources) if one.kind == "teacher"]
    homes = [made.laid.resource["room", home.room] for home in made.laid.school.homes if home.room]
    absent = rng.sample(teachers, TEACHERS)
    lines = [
        ("teacher away, a day", [(one, list(problem.days[rng.randrange(5)])) for one in absent]),
        ("teacher away, three days", [(one, [*problem.days[0], *problem.days[1], *problem.days[2]]) for one in absent]),
        ("teacher gone for good", [(one, None) for one in absent]),
        (
            "home room closed, a day",
            [(one, list(problem.days[1])) for one in rng.sample(homes, min(ROOMS, len(homes)))],
        ),
    ]
    return [change_of(what, made, cases, pupils) for what, cases in lines]


def fewest(made: Synthetic, changed: Problem, proposal: Proposal) -> tuple[int, bool]:
    """The fewest pupils' lessons that must be moved, by the whole model, and whether that is proven."""
    problem = made.laid.problem
    times: dict[int, set[int | None]] = {}
    heads: dict[int, int] = {}
    for piece in made.planted.pieces:
        times.setdefault(piece.event, set()).add(piece.time)
        pupils = [one for one in piece.resources if one is not None and problem.resources[one].kind == "pupils"]
        heads[piece.event] = max(1, sum(problem.resources[one].size or 0 for one in pupils))
    stays = tuple(
        PreferTimes(
            name="stay",
            events=(event,),
            times=frozenset(one for one in where if one is not None),
            required=False,
            weight=heads[event],
        )
        for event, where in times.items()
    )
    required = tuple(one for one in changed.constraints if one.required)
    asked = replace(changed, constraints=required + stays)
    found = solve(asked, params=Params(seconds=30, workers=1), start=proposal.timetable)
    return found.optional, found.is_optimal


def nearness() -> list[Any]:
    """How near proposals with the same teachers come to the fewest pupils' lessons moved, in a school small enough to know."""
    made, rng = synthetic(60, seed=2), random.Random(5)
    problem = made.laid.problem
    teachers = [at for at, one in enumerate(problem.resources) if one.kind == "teacher"]
    cases = proven = same = 0
    worst = 1.0
    while cases < NEAR:
        changed = without(problem, rng.choice(teachers), times=problem.days[rng.randrange(5)], instead=())
        proposal = proposals(changed, made.planted, manners=[Manner.SAME_PEOPLE])[0]
        if not proposal.steps or proposal.open:
            continue
        cases += 1
        least, is_proven = fewest(made, changed, proposal)
        proven += is_proven
        same += proposal.moved == least
        worst = max(worst, proposal.moved / least)
    return [60, cases, proven, same, worst]


def duties_of(pupils: int, made: Synthetic) -> list[Any]:
    """One day on which one teacher in twenty is absent."""
    problem, rng = made.laid.problem, random.Random(pupils)
    teachers = [at for at, one in enumerate(problem.resources) if one.kind == "teacher"]
    absent = frozenset(rng.sample(teachers, len(teachers) // 20))
    day = Day(frozenset(problem.days[2]), absent, past={one: rng.randrange(6) for one in teachers})
    taken, duties = timed(lambda: substitute(problem, made.planted, day))
    if verify_substitution(problem, made.planted, day, duties):
        raise SystemExit("a substitution is not possible")
    open_ = sum(duty.teacher is None for duty in duties)
    same = sum(any(one.teacher == duty.teacher and one.same_subject for one in duty.candidates) for duty in duties)
    return [pupils, len(absent), len(duties), open_, same, taken / 1_000]


def contradictions(made: Synthetic) -> dict[str, tuple[Wish, ...]]:
    """Wishes that cannot hold in the school."""
    teacher = next(one.id for one in made.laid.school.teachers if one.subjects == ("语文",))
    return {
        "one teacher: two days, three a day, never on end": (
            DaysOfTeachers(name="days", teachers=(teacher,), most=2, required=True, weight=5),
            LessonsOfTeachersADay(name="a day", teachers=(teacher,), most=3, required=True, weight=2),
            LessonsOnEnd(name="on end", teachers=(teacher,), most=1, required=True),
        ),
        "three subjects in the first two periods": (
            InPeriods(name="early", subjects=("语文", "数学", "英语"), periods=(0, 1), required=True, weight=3),
        ),
        "one class at a time on the field": (AtOnceAtMost(name="field", subjects=("体育",), most=1, required=True),),
    }


def explanations_of(pupils: int, made: Synthetic) -> list[list[Any]]:
    rows = []
    for what, added in contradictions(made).items():
        school = replace(made.laid.school, wishes=tuple(one for one in made.laid.school.wishes if one.required) + added)
        laid = lay(school)
        wishes = [at for at, wish in enumerate(laid.wish_of) if wish is not None]
        begun = time.perf_counter()
        found = explain(laid.problem, wishes=wishes)
        taken = time.perf_counter() - begun
        first = found.conflicts[0] if found.conflicts else None
        rows.append(
            [
                pupils, what, "yes" if found.is_infeasible else "not found", len(found.conflicts),
                "–" if first is None else len(first.wishes), "–" if first is None else "yes" if first.is_minimal else "no",
                found.relaxations[0].price if found.relaxations else "–", taken,
            ]
        )  # fmt: skip
    return rows


def main() -> None:
    """Measure schools of 300, 900 and 1,800 pupils a year."""
    facts = report.conditions()
    made = {pupils: synthetic(pupils) for pupils in SIZES}
    report.finish("timetable-schools", SCHOOL_HEADS, [sizes_of(pupils, one) for pupils, one in made.items()], facts)
    report.finish("timetable-checks", CHECK_HEADS, [checks_of(pupils, one) for pupils, one in made.items()], facts)
    report.finish("timetable-duties", DUTY_HEADS, [duties_of(pupils, one) for pupils, one in made.items()], facts)
    report.finish("timetable-nearness", NEAR_HEADS, [nearness()], facts)
    changes = [row for pupils, one in made.items() for row in changes_of(pupils, one)]
    report.finish("timetable-changes", CHANGE_HEADS, changes, facts)
    reasons = [row for pupils, one in made.items() for row in explanations_of(pupils, one)]
    report.finish("timetable-explanations", REASON_HEADS, reasons, facts)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most; {facts}")


@click.command()
def command() -> None:
    """Measure the check, changes, substitutions and explanations of timetables."""
    main()


if __name__ == "__main__":
    command()
