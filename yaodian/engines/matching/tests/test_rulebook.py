"""Rulebooks: a season that can open, every contradiction planted and named, and oracles that try every child, day and door."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.address_reading import read_number
from yaodian.engines.matching.contradiction_words import SENTENCES
from yaodian.engines.matching.contradictions import (
    FINDERS,
    Contradiction,
    ContradictoryRules,
    contradictions,
    require_consistent,
)
from yaodian.engines.matching.house_numbers import HouseNumber, Part, Suffix
from yaodian.engines.matching.polygons import Polygon
from yaodian.engines.matching.rulebook import (
    Address,
    AddressRange,
    AdmissionBatch,
    BatchSeats,
    BirthRange,
    Catchment,
    ContestedAddress,
    Counts,
    Exclusion,
    Form,
    FulfilmentClass,
    Proof,
    Quota,
    Rulebook,
    School,
    Side,
    Stage,
    Window,
    catchments_of,
    class_of,
)

DAY = datetime.date


def klass(name: str, rank: int, needs: str = "", lacks: str = "", **more: Any) -> FulfilmentClass:
    return FulfilmentClass(
        name, "primary", rank, f"第{rank}类", "…", frozenset(needs.split()), frozenset(lacks.split()), **more
    )


def catchment(name: str, schools: str, *ranges: AddressRange, stage: str = "primary") -> Catchment:
    named = tuple(schools.split())
    return Catchment(name, stage, f"{name}学区", named, len(named) == 1, ranges)


def drawn(name: str, schools: str, west: int, south: int, east: int, north: int) -> Catchment:
    area = Polygon((((west, south), (east, south), (east, north), (west, north)),))
    return dataclasses.replace(catchment(name, schools), polygon=area)


CITY = Rulebook(
    stages=(Stage("kindergarten", "幼儿园"), Stage("primary", "小学"), Stage("upper", "高中")),
    windows=(Window("apply", "primary", "小学网上登记", DAY(2026, 6, 1), DAY(2026, 6, 10)),),
    births=(
        BirthRange("small", "kindergarten", "小班", DAY(2022, 9, 1), DAY(2023, 8, 31)),
        BirthRange("middle", "kindergarten", "中班", DAY(2021, 9, 1), DAY(2022, 8, 31)),
        BirthRange("first", "primary", "一年级", DAY(2019, 9, 1), DAY(2020, 8, 31)),
    ),
    proofs=(Proof("hukou", "户口簿"), Proof("deed", "房产证"), Proof("permit", "居住证")),
    forms=(Form("entry", "primary", "小学报名表", ("hukou", "deed", "permit")),),
    classes=(
        klass("both", 1, "户籍在学区 房产在学区", proofs=("hukou", "deed")),
        klass("hukou", 2, "户籍在学区", proofs=("hukou",)),
        klass("migrant", 3, "居住证", "户籍在学区", proofs=("permit",)),
    ),
    exclusions=(Exclusion("residence", frozenset({"本市户籍", "居住证"})),),
    catchments=(
        catchment("east", "s1", AddressRange("解放路", 1, 99, Side.ODD)),
        catchment("west", "s1 s2", AddressRange("解放路", 2, 98, Side.EVEN), AddressRange("人民路", 1, 40)),
    ),
    addresses=(Address("解放路", 1), Address("解放路", 2), Address("人民路", 40)),
    schools=(
        School("s1", "primary", "实验小学", 90),
        School("s2", "primary", "中心小学", 45),
        School("h", "upper", "一中", 500),
    ),
    batches=(AdmissionBatch("early", "upper", "提前批", 600), AdmissionBatch("general", "upper", "统招批", 520)),
    batch_seats=(BatchSeats("early-h", "early", "h", 100), BatchSeats("general-h", "general", "h", 400)),
    quotas=(
        Quota("q1", "甲初中指标", "h", 60, "early"),
        Quota("q2", "乙初中指标", "h", 40, "early"),
        Quota("q3", "寄宿", "s2", 45),
    ),
)


def but(**changes: Any) -> Rulebook:
    return dataclasses.replace(CITY, **changes)


def and_(**more: Any) -> Rulebook:
    return dataclasses.replace(CITY, **{name: (*getattr(CITY, name), *added) for name, added in more.items()})


def test_a_season_without_contradictions_may_open() -> None:
    assert contradictions(CITY) == ()
    require_consistent(CITY)
    assert contradictions(Rulebook()) == ()


PLANTED: list[tuple[str, Rulebook, str, str, str]] = [
    ("named_twice", and_(proofs=(Proof("deed", "产权证"),)), "proof:deed", "proof:deed", "名称“deed”有2条同类规则"),
    ("names_nothing", and_(classes=(klass("x", 9, "军人", proofs=("card",)),), forms=(Form("f", "primary", "表", ("card",)),)),
     "class:x", "proof:card", "引用的“card”不存在"),
    ("names_nothing", and_(quotas=(Quota("x", "指标", "h", 0, "late"),)), "quota:x", "batch:late", "请补上或改正名称"),
    ("names_nothing", and_(batch_seats=(BatchSeats("x", "early", "none", 0),)), "batch_seats:x", "school:none", "“none”不存在"),
    ("names_nothing", and_(windows=(Window("x", "college", "报名", DAY(2026, 1, 1), DAY(2026, 1, 2)),)),
     "window:x", "stage:college", "“college”不存在"),
    ("seats_below_zero", and_(quotas=(Quota("x", "指标", CITY.schools[0].name, -3),)), "quota:x", "quota:x.seats", "“指标”写的是-3人"),
    ("opens_after_closing", but(windows=(Window("apply", "primary", "登记", DAY(2026, 6, 11), DAY(2026, 6, 10)),)),
     "window:apply.opens_on", "window:apply.closes_on", "“登记”2026-06-11开始，2026-06-10截止"),
    ("births_backwards", but(births=(BirthRange("first", "primary", "一年级", DAY(2020, 9, 1), DAY(2020, 8, 31)),)),
     "birth:first.first_on", "birth:first.last_on", "起日晚于止日"),
    ("births_overlap", and_(births=(BirthRange("second", "primary", "二年级", DAY(2018, 9, 1), DAY(2019, 9, 1)),)),
     "birth:second", "birth:first", "都包括2019-09-01至2019-09-01出生的儿童"),
    ("births_gap", and_(births=(BirthRange("second", "primary", "二年级", DAY(2018, 9, 1), DAY(2019, 8, 30)),)),
     "birth:second", "birth:first", "2019-08-31至2019-08-31出生的儿童两边都不包括"),
    ("one_rank_twice", and_(classes=(klass("other", 2, "房产在学区"),)), "class:hukou", "class:other", "都是第2顺序"),
    ("class_never_reached", and_(classes=(klass("late", 4, "户籍在学区 烈士子女"),)), "class:hukou", "class:late", "轮不到这一类"),
    ("class_never_reached", and_(classes=(klass("late", 4, "居住证"),)), "class:migrant", "class:late", "都已属于“第3类”等在前的顺序"),
    ("class_never_reached", and_(classes=(klass("late", 4, "军人", "军人"),)), "class:late.needs", "class:late.lacks", "没有儿童符合"),
    ("class_never_reached", and_(classes=(klass("late", 4, "本市户籍 居住证"),)), "class:late", "exclusion:residence", "不能同时成立"),
    ("proof_not_asked", but(forms=(Form("entry", "primary", "小学报名表", ("hukou", "deed")),)),
     "class:migrant", "form:entry", "要求提交“居住证”，但报名表没有这一项"),
    ("proof_not_asked", but(forms=()), "class:both", "stage:primary", "要求提交“户口簿”"),
    ("catchment_of_many", and_(catchments=(dataclasses.replace(CITY.catchments[1], name="x", is_single=True, ranges=()),)),
     "catchment:x.is_single", "catchment:x.schools", "应对应一所学校，却写了2所"),
    ("catchment_of_many", and_(catchments=(Catchment("x", "primary", "空学区", (), False, ()),)),
     "catchment:x.is_single", "catchment:x.schools", "应对应两所以上学校，却写了0所"),
    ("range_backwards", and_(catchments=(catchment("x", "s2", AddressRange("新街", 9, 3)),)),
     "catchment:x.first", "catchment:x.last", "新街9号至3号"),
    ("catchments_overlap", and_(catchments=(catchment("x", "s1 s2", AddressRange("解放路", 98, 120)),)),
     "catchment:east", "catchment:x", "解放路99号等门牌同时在“east学区”和“x学区”内"),
    ("catchments_overlap", and_(catchments=(
        catchment("x", "s2", AddressRange("解放路", HouseNumber(99, (Part(1, Suffix.OF),)), 120, Side.ODD)),)),
     "catchment:east", "catchment:x", "解放路99号之一等门牌同时在“east学区”和“x学区”内"),
    ("catchments_overlap", and_(catchments=(
        catchment("x", "s2", AddressRange("新街", 1, 20, lane=100)),
        catchment("y", "s1 s2", AddressRange("新街", 80, 120, Side.EVEN, counts=Counts.LANES)),)),
     "catchment:x", "catchment:y", "新街100弄1号等门牌同时在“x学区”和“y学区”内"),
    ("areas_overlap", and_(catchments=(drawn("x", "s1", 0, 0, 4, 2), drawn("y", "s1 s2", 3, 1, 6, 5))),
     "catchment:x", "catchment:y", "地图上的点（3.5，1.5）等处同时在“x学区”和“y学区”的范围内"),
    ("names_nothing", and_(contested=(ContestedAddress("x", "college", Address("解放路", 3), "…"),)),
     "contested:x", "stage:college", "“college”不存在"),
    ("address_without_catchment", and_(addresses=tuple(Address("光明路", number) for number in range(1, 8))),
     "address:光明路", "stage:primary", "光明路1号、2号、3号、4号、5号（共7个门牌）不在任何学区"),
    ("quotas_above_capacity", and_(quotas=(Quota("q4", "丙初中指标", "h", 1, "early"),)),
     "quota:q1", "batch_seats:early-h", "计划100人，而甲初中指标、乙初中指标、丙初中指标合计101人，多1人"),
    ("quotas_above_capacity", and_(quotas=(Quota("q4", "随迁子女", "s2", 1),)), "quota:q3", "school:s2", "中心小学计划45人"),
    ("line_above_exclusive", but(batches=(CITY.batches[0], dataclasses.replace(CITY.batches[1], exclusive_from=600))),
     "batch:general.exclusive_from", "batch:early.line", "没有人能报“提前批”"),
    ("line_above_exclusive", but(batches=(dataclasses.replace(CITY.batches[0], exclusive_from=580), CITY.batches[1])),
     "batch:early.exclusive_from", "batch:early.line", "两者之间的考生哪一批都不能报"),
    ("line_above_exclusive", but(batches=(
        dataclasses.replace(CITY.batches[0], exclusive_from=610), dataclasses.replace(CITY.batches[1], exclusive_from=605))),
     "batch:early.exclusive_from", "batch:general.exclusive_from", "达到610分的考生既只许报“提前批”，又只许报“统招批”"),
    ("batches_above_total", but(batch_seats=(*CITY.batch_seats[:1], BatchSeats("general-h", "general", "h", 401))),
     "batch_seats:general-h", "batch_seats:early-h", "一中计划500人，而互不共用名额的批次“统招批”401人、“提前批”100人，合计501人，多1人"),
    ("batches_above_total", but(batch_seats=(BatchSeats("general-h", "general", "h", 501),), quotas=()),
     "batch_seats:general-h", "school:h", "多1人"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rulebook", "first", "second", "words"), PLANTED)
def test_a_planted_contradiction_is_named_with_its_two_rules(
    name: str, rulebook: Rulebook, first: str, second: str, words: str
) -> None:
    found = [
        one
        for one in contradictions(rulebook)
        if (one.name, one.first, one.second) == (name, first, second) and words in one.sentence
    ]
    assert len(found) == 1, contradictions(rulebook)
    assert "；请" in found[0].sentence
    english = found[0].message("en")
    assert english.endswith(".")
    assert "；" not in english
    assert {one.name for one in contradictions(rulebook)} == {name}
    with pytest.raises(ContradictoryRules) as refused:
        require_consistent(rulebook)
    assert words in str(refused.value)
    assert refused.value.found == contradictions(rulebook)


def test_every_sentence_about_rules_is_said_in_both_languages_with_the_same_fields() -> None:
    planted = {one.code for _name, rulebook, *_rest in PLANTED for one in contradictions(rulebook)}
    assert planted == set(SENTENCES)
    for chinese, english in SENTENCES.values():
        assert set(re.findall(r"\{(\w+)\}", chinese)) == set(re.findall(r"\{(\w+)\}", english))
        assert re.sub(r"[“”]", "", english).isascii(), english


def test_every_kind_of_contradiction_is_planted() -> None:
    assert {finder.__name__ for finder in FINDERS} == {name for name, *_ in PLANTED}


def test_seats_that_batches_share_are_no_contradiction() -> None:
    shared = dataclasses.replace(CITY.batches[1], is_exclusive=False)
    assert (
        contradictions(
            but(
                batches=(CITY.batches[0], shared),
                batch_seats=(CITY.batch_seats[0], BatchSeats("g", "general", "h", 500)),
            )
        )
        == ()
    )


def test_two_several_school_catchments_may_share_an_address() -> None:
    assert contradictions(and_(catchments=(catchment("x", "s1 s2", AddressRange("人民路", 30, 50)),))) == ()


def test_a_range_inside_another_hides_no_gap_behind_it() -> None:
    ranges = (
        BirthRange("long", "primary", "长", DAY(2019, 9, 1), DAY(2020, 8, 31)),
        BirthRange("inside", "primary", "内", DAY(2019, 10, 1), DAY(2019, 11, 1)),
        BirthRange("after", "primary", "后", DAY(2020, 9, 1), DAY(2021, 8, 31)),
    )
    assert [(one.name, one.first, one.second) for one in contradictions(but(births=ranges))] == [
        ("births_overlap", "birth:long", "birth:inside")
    ]


def test_a_child_s_class_is_the_first_that_takes_it() -> None:
    assert class_of(CITY, "primary", {"户籍在学区", "房产在学区"}).name == "both"
    assert class_of(CITY, "primary", {"户籍在学区", "居住证"}).name == "hukou"
    assert class_of(CITY, "primary", {"居住证"}).name == "migrant"
    assert class_of(CITY, "primary", set()) is None
    assert class_of(CITY, "upper", {"居住证"}) is None


def test_which_school_is_mine_is_answered_by_street_number_and_side() -> None:
    found = [
        [one.name for one in catchments_of(CITY, "primary", Address("解放路", number))] for number in (1, 2, 99, 100)
    ]
    assert found == [["east"], ["west"], ["east"], []]
    assert catchments_of(CITY, "upper", Address("解放路", 1)) == ()


FACTS = "abcd"
SETS = st.frozensets(st.sampled_from(FACTS), max_size=3)


@given(
    st.lists(st.tuples(SETS, SETS), max_size=5),
    st.lists(st.frozensets(st.sampled_from(FACTS), min_size=2, max_size=2), max_size=2),
)
@settings(max_examples=400)
def test_a_class_is_called_unreachable_exactly_when_no_child_there_can_be_is_in_it(
    classes: list[tuple[frozenset[str], frozenset[str]]], pairs: list[frozenset[str]]
) -> None:
    rulebook = Rulebook(
        stages=(Stage("primary", "小学"),),
        classes=tuple(
            FulfilmentClass(str(rank), "primary", rank, str(rank), "…", needs, lacks)
            for rank, (needs, lacks) in enumerate(classes)
        ),
        exclusions=tuple(Exclusion(f"x{number}", pair) for number, pair in enumerate(pairs)),
    )
    children = (set(facts) for count in range(len(FACTS) + 1) for facts in itertools.combinations(FACTS, count))
    reached = {
        one.name
        for facts in children
        if not any(pair <= facts for pair in pairs) and (one := class_of(rulebook, "primary", facts))
    }
    found = [one for one in contradictions(rulebook) if one.name == "class_never_reached"]
    named = {_class_of(one) for one in found}
    assert named == {str(rank) for rank in range(len(classes))} - reached
    assert len(found) == len(named)


def _class_of(one: Contradiction) -> str:
    """The class of a contradiction that cannot be reached: the second of two, or the only one."""
    rule = one.second if one.second.startswith("class:") else one.first
    return rule.removeprefix("class:").partition(".")[0]


RANGES = st.builds(
    AddressRange, st.sampled_from(["甲街", "乙街"]), st.integers(1, 9), st.integers(1, 9), st.sampled_from(list(Side))
)


@given(st.lists(st.tuples(st.sampled_from(["s1", "s1 s2"]), st.lists(RANGES, max_size=3)), min_size=1, max_size=4))
@settings(max_examples=300)
def test_catchments_are_held_against_every_door(drawn: list[tuple[str, list[AddressRange]]]) -> None:
    doors = tuple(Address(street, number) for street in ("甲街", "乙街") for number in range(1, 10))
    catchments = tuple(catchment(f"c{at}", schools, *ranges) for at, (schools, ranges) in enumerate(drawn))
    rulebook = but(catchments=catchments, addresses=doors)
    found = contradictions(rulebook)
    overlaps, homeless = set(), set()
    for door in doors:
        own = catchments_of(rulebook, "primary", door)
        if not own:
            homeless.add(door.street)
        overlaps |= {
            (f"catchment:{one.name}", f"catchment:{other.name}")
            for one, other in itertools.combinations(own, 2)
            if one.is_single or other.is_single
        }
    assert {(one.first, one.second) for one in found if one.name == "catchments_overlap"} == overlaps
    missing = {one.first.removeprefix("address:") for one in found if one.name == "address_without_catchment"}
    assert missing == (homeless if any(one.ranges for one in catchments) else set())


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5))
@settings(max_examples=300)
def test_birthdays_are_held_against_every_day(drawn: list[tuple[int, int]]) -> None:
    def on(number: int) -> datetime.date:
        return DAY(2020, 8, 25) + datetime.timedelta(days=number)

    births = tuple(BirthRange(str(at), "primary", str(at), on(a), on(b)) for at, (a, b) in enumerate(drawn))
    found = {one.name for one in contradictions(but(births=births))}
    forward = [(a, b) for a, b in drawn if a <= b]
    times = [sum(a <= day <= b for a, b in forward) for day in range(13)]
    covered = [day for day, count in enumerate(times) if count]
    assert ("births_backwards" in found) == (len(forward) < len(drawn))
    assert ("births_overlap" in found) == any(count > 1 for count in times)
    assert ("births_gap" in found) == any(
        not times[day] for day in range(min(covered, default=0), max(covered, default=-1))
    )


@given(st.permutations(range(3)), st.integers(0, len(PLANTED) - 1))
@settings(max_examples=60)
def test_the_order_of_the_rules_changes_nothing(mixed: list[int], number: int) -> None:
    rulebook = PLANTED[number][1]
    turned = dataclasses.replace(
        rulebook,
        **{
            field.name: tuple(
                sorted(getattr(rulebook, field.name), key=lambda one: (mixed[hash_of(one) % 3], repr(one)))
            )
            for field in dataclasses.fields(rulebook)
            if field.name not in {"stages", "school_year"}
        },
    )
    assert {(one.name, one.first, one.second) for one in contradictions(turned)} == {
        (one.name, one.first, one.second) for one in contradictions(rulebook)
    }


def hash_of(rule: object) -> int:
    return sum(map(ord, repr(rule)))


@pytest.mark.parametrize(
    ("doors", "is_named"),
    [
        ((), True),
        (("98号",), True),
        (("98号", "99号", "100号"), False),
        (("98号", "99号", "100号之一"), True),
    ],
)
def test_doors_that_are_listed_as_contested_may_stand_in_two_catchments(doors: tuple[str, ...], is_named: bool) -> None:
    shared = and_(
        catchments=(
            catchment("x", "s1", AddressRange("建设路", 1, 100)),
            catchment("y", "s2", AddressRange("建设路", 98, 120)),
        ),
        contested=tuple(
            ContestedAddress(f"c{at}", "primary", Address("建设路", read_number(door)), "正在协商。")
            for at, door in enumerate(doors)
        ),
    )
    found = [one for one in contradictions(shared) if one.name == "catchments_overlap"]
    assert bool(found) == is_named


def test_of_two_doors_behind_one_number_each_is_settled_alone() -> None:
    first, last = (read_number(said) for said in ("12号之一", "12号之三"))
    catchments = (
        catchment("x", "s1", AddressRange("建设路", first, last)),
        catchment("y", "s2", AddressRange("建设路", first, last)),
    )

    def named(*doors: str) -> list[str]:
        listed = tuple(
            ContestedAddress(door, "primary", Address("建设路", read_number(door)), "正在协商。") for door in doors
        )
        found = contradictions(and_(catchments=catchments, contested=listed))
        return [one.sentence[:9] for one in found if one.name == "catchments_overlap"]

    assert named("12号之一") == ["建设路12号之二等"]
    assert named("12号之一", "12号之二", "12号之三") == []
