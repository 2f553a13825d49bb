"""Why there is no way, what would be cheapest, and what can be offered before anybody chooses."""

from __future__ import annotations

from dataclasses import replace

from yaodian.engines.scheduling.sectioning import (
    Choices,
    Easing,
    Homes,
    Limits,
    Mode,
    Prices,
    Reason,
    Relaxation,
    Room,
    Search,
    Status,
    Teacher,
    Wish,
    explain,
    forecast,
    offers,
    section,
)

from .schools import HBP, HPG, PCB, PCG, SUBJECTS, choices, pupils, school


def teachers(**groups: int) -> tuple[Teacher, ...]:
    """Of each subject one teacher for six groups, or as many groups as given."""
    return tuple(
        Teacher(f"{code}-{at}", (code,), 1)
        for code in SUBJECTS
        for at in range(groups.get(code, 6))
        if groups.get(code, 6)
    )


def test_too_few_teachers_are_named_with_the_numbers_and_priced() -> None:
    """100 historians need three groups of 48, and two can be taught: one more teacher, groups of 50, or four pupils who choose physics."""
    given = choices({HPG: 60, HBP: 40}, teachers=teachers(history=2))
    found = section(given, seed="a")
    assert found.status is Status.INFEASIBLE
    assert Reason(Wish.TEACHERS, "history", 2, 3) in found.reasons
    assert Reason(Wish.MOST, "history", 48) in found.reasons
    assert {each.wish for each in found.reasons} <= {Wish.TEACHERS, Wish.MOST, Wish.CHOICES}
    assert found.relaxations[0] == Relaxation(16, (Easing(Wish.MOST, "history", 2),))
    assert Relaxation(100, (Easing(Wish.TEACHERS, "history", 1),)) in found.relaxations
    otherwise = next(each for each in found.relaxations if each.easings[0].wish is Wish.CHOICES)
    assert (otherwise.price, sum(each.by for each in otherwise.easings)) == (60, 4)


def test_every_relaxation_suffices_when_it_is_carried_out() -> None:
    given = choices({HPG: 60, HBP: 40}, teachers=teachers(history=2))
    for each in section(given, seed="a").relaxations:
        (easing,) = each.easings[:1]
        if easing.wish is Wish.MOST:
            subjects = tuple(
                replace(s, most=s.most + easing.by) if s.code == easing.about else s for s in given.school.subjects
            )
            eased = replace(given.school, subjects=subjects)
        elif easing.wish is Wish.TEACHERS:
            eased = replace(given.school, teachers=teachers(history=2 + 3 * easing.by))
        else:
            continue
        assert section(Choices(eased, given.pupils), seed="a").status is Status.OPTIMAL


def test_no_reason_can_be_left_out() -> None:
    """Without the last reason, here by four rooms instead of three in a block, there is a way."""
    rooms = tuple(Room(f"R{at}", 48) for at in range(2))
    given = choices({PCB: 60, HPG: 60}, rooms=rooms)
    found = section(given, seed="a")
    assert found.status is Status.INFEASIBLE
    assert [each for each in found.reasons if each.wish is Wish.ROOMS]
    assert found.relaxations
    more = replace(given.school, rooms=tuple(Room(f"R{at}", 48) for at in range(4)))
    assert section(Choices(more, given.pupils), seed="a").status is Status.OPTIMAL


def test_a_small_combination_stands_in_the_way_of_fixed_classes() -> None:
    """Seven pupils fill no class of twenty; as groups they would, with the geographers beside history."""
    given = choices({PCB: 40, PCG: 7, HPG: 20}, least=20, mode=Mode.FIXED_THREE)
    found = section(given, seed="a")
    assert found.status is Status.INFEASIBLE
    assert Reason(Wish.MODE, "fixed-three", 0) in found.reasons
    assert Reason(Wish.CHOICES, "+".join(PCG), 7) in found.reasons
    otherwise = found.relaxations[0]
    assert otherwise == Relaxation(7 * 15, (Easing(Wish.CHOICES, "+".join(PCG), 7),))


def test_home_classes_that_hold_too_few_are_a_reason() -> None:
    given = choices({PCB: 60}, homes=Homes(most=40, count=1))
    found = section(given, seed="a")
    assert {each.wish for each in found.reasons} == {Wish.HOME_COUNT, Wish.HOME_MOST, Wish.CHOICES}
    assert Relaxation(120, (Easing(Wish.HOME_COUNT, "", 1),)) in found.relaxations


def test_prices_are_the_schools() -> None:
    given = choices({HPG: 100}, teachers=teachers(history=2))
    dear = explain(given.school, given.counts, Search(Limits(), "a"), Prices(seat=1_000, pupil=1_000))
    assert dear.relaxations[0] == Relaxation(100, (Easing(Wish.TEACHERS, "history", 1),))
    assert dear.minimal


def test_what_fits_has_no_reasons() -> None:
    given = choices({PCB: 40})
    told = explain(given.school, given.counts, Search(Limits(), "a"))
    assert (told.reasons, told.relaxations) == ((), ())


def test_before_choices_open_each_combination_has_its_most() -> None:
    """Of history two groups of 48, of geography none, of the others six: 96 of any with history, none with geography, else 288."""
    found = offers(school(teachers=teachers(history=2, geography=0)))
    assert len(found) == 12
    for each in found:
        expected = 0 if "geography" in each.combination else 96 if "history" in each.combination else 288
        assert each.alone == expected
        assert bool(each.lacking) == (expected == 0)
    lacking = next(each.lacking for each in found if each.combination == PCG)
    assert Reason(Wish.TEACHERS, "geography", 0, 1) in lacking


def test_without_teachers_and_rooms_nothing_limits() -> None:
    assert {each.alone for each in offers(school())} == {None}


def test_a_forecast_that_fits_says_how_many_more_could_come() -> None:
    found = forecast(school(teachers=teachers(history=2)), {HPG: 60, PCB: 40})
    assert (found.status, found.groups, found.bound) == (Status.OPTIMAL, 9, 9)
    assert found.room_for[HPG] == 36
    assert found.room_for[PCG] == 288 - 60


def test_a_forecast_that_does_not_fit_says_what_lacks() -> None:
    found = forecast(school(teachers=teachers(history=2)), {HPG: 60, HBP: 40})
    assert (found.status, found.groups, found.room_for) == (Status.INFEASIBLE, 0, {})
    assert Reason(Wish.TEACHERS, "history", 2, 3) in found.reasons
    assert found.relaxations


def test_pupils_of_a_list_and_of_a_forecast_are_counted_alike() -> None:
    counted = Choices(school(), pupils({PCB: 40, HPG: 30})).counts
    assert forecast(school(), counted).groups == len(section(choices(counted), seed="a").groups)
