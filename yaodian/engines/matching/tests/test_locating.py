"""The locator: every standing by hand, and both sources against going through all ranges and areas."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.address_reading import UnableToReadAddress
from yaodian.engines.matching.contradictions import contradictions
from yaodian.engines.matching.house_numbers import HouseNumber, Number, Part, Suffix
from yaodian.engines.matching.locating import Located, Locator, Standing
from yaodian.engines.matching.polygons import Polygon
from yaodian.engines.matching.rulebook import (
    Address,
    AddressRange,
    Catchment,
    ContestedAddress,
    Counts,
    Rulebook,
    Side,
    Stage,
    catchments_of,
)


def box(west: float, south: float, east: float, north: float) -> Polygon:
    return Polygon((((west, south), (east, south), (east, north), (west, north)),))


def catchment(name: str, schools: int, *ranges: AddressRange, area: Polygon | None = None, **more: Any) -> Catchment:
    return Catchment(
        name, more.get("stage", "primary"), f"{name}片", ("s1", "s2")[:schools], schools == 1, ranges, area
    )


OF_TWO = HouseNumber(12, (Part(2, Suffix.OF),))

# The example of docs/algorithms/placing.md.
CITY = Rulebook(
    stages=(Stage("primary", "小学"),),
    catchments=(
        catchment("东", 1, AddressRange("解放路", 1, OF_TWO), area=box(2, 0, 4, 2)),
        catchment("西", 1, AddressRange("解放路", HouseNumber(12, (Part(3, Suffix.OF),)), 99), area=box(0, 0, 2, 2)),
        catchment("南", 2, AddressRange("长宁路", 100, 200, Side.EVEN, counts=Counts.LANES)),
        catchment("北", 2, AddressRange("长宁路", 1, 20, lane=100), AddressRange("人民路", 1, 9, ends_exactly=True)),
        catchment("别", 1, AddressRange("解放路", 1, 99), stage="lower"),
    ),
    contested=(
        ContestedAddress("c1", "primary", Address("解放路", 30), "两区交界，正在商定。"),
        ContestedAddress(
            "c2", "primary", Address("解放路", HouseNumber(30, (Part(1, Suffix.OF),))), "按房产证所在区。"
        ),
        ContestedAddress("c3", "lower", Address("解放路", 1), "初中另行公布。"),
    ),
    school_year=2027,
    address_prefixes=("江州市", "城东区"),
)
LOCATOR = Locator(CITY, "primary")


def names(located: Located) -> list[str]:
    return [one.name for one in located.catchments]


@pytest.mark.parametrize(
    ("text", "standing", "found"),
    [
        ("解放路12号", Standing.ONE, ["东"]),
        ("解放路12号之二", Standing.ONE, ["东"]),
        ("解放路12号之二附1", Standing.ONE, ["东"]),
        ("解放路12号之三", Standing.ONE, ["西"]),
        ("江州市城东区解放路99号附5", Standing.ONE, ["西"]),
        ("解放路100号", Standing.NONE, []),
        ("光明路1号", Standing.NONE, []),
        ("长宁路100弄3号", Standing.SEVERAL, ["南", "北"]),
        ("长宁路100弄30号", Standing.ONE, ["南"]),
        ("长宁路102弄3号", Standing.ONE, ["南"]),
        ("长宁路101弄3号", Standing.NONE, []),
        ("长宁路102号", Standing.NONE, []),
        ("人民路9号", Standing.ONE, ["北"]),
        ("人民路9号之一", Standing.NONE, []),
        ("人民路8号之一", Standing.ONE, ["北"]),
        ("人民路5弄1号", Standing.NONE, []),
    ],
)
def test_an_address_lies_in_none_one_or_several(text: str, standing: Standing, found: list[str]) -> None:
    located = LOCATOR.read(text)
    assert (located.standing, names(located), located.words) == (standing, found, "")
    assert located.by_point is None
    assert not located.sources_disagree


def test_what_cannot_be_read_is_refused_before_it_is_looked_up() -> None:
    with pytest.raises(UnableToReadAddress, match="以东"):
        LOCATOR.read("解放路以东")


def test_it_answers_for_its_stage_and_year() -> None:
    assert (LOCATOR.stage, LOCATOR.school_year) == ("primary", 2027)
    assert names(Locator(CITY, "lower").locate(Address("解放路", 30))) == ["别"]
    assert Locator(CITY, "lower").locate(Address("解放路", 30), (1, 1)).by_point is None
    assert Locator(CITY, "upper").locate(Address("解放路", 30)).standing is Standing.NONE


@pytest.mark.parametrize(
    ("number", "point", "standing", "found", "words"),
    [
        (1, (3, 1), Standing.ONE, ["东"], ""),
        (1, (1, 1), Standing.CONTESTED, ["东", "西"], "按门牌在“东片”，按地图上的点却在“西片”"),
        (1, (2, 1), Standing.ONE, ["东"], ""),  # on the edge, which is the eastern one's
        (99, (2, 1), Standing.CONTESTED, ["东", "西"], "按门牌在“西片”，按地图上的点却在“东片”"),
        (1, (3, 5), Standing.CONTESTED, ["东"], "地图上的点却不在任何学区的范围内"),
        (100, (3, 1), Standing.ONE, ["东"], ""),
        (100, (3, 5), Standing.NONE, [], ""),
    ],
)
def test_where_ranges_and_areas_disagree_both_are_named(
    number: int, point: tuple[float, float], standing: Standing, found: list[str], words: str
) -> None:
    located = LOCATOR.locate(Address("解放路", number), point)
    assert (located.standing, names(located)) == (standing, found)
    assert located.sources_disagree == (standing is Standing.CONTESTED)
    assert words in located.words
    assert bool(words) == bool(located.words)
    assert not located.is_listed


def test_a_listed_address_is_contested_for_the_reason_that_is_given() -> None:
    located = LOCATOR.read("解放路30号附2", (1, 1))
    assert (located.standing, located.words, located.is_listed) == (Standing.CONTESTED, "两区交界，正在商定。", True)
    assert names(located) == ["西"]
    assert not located.sources_disagree
    assert LOCATOR.read("解放路30号").is_listed
    assert LOCATOR.read("解放路30号之一附3").words == "按房产证所在区。"
    both = LOCATOR.read("解放路30号", (3, 1))
    assert both.sources_disagree
    assert both.words == "两区交界，正在商定。"
    assert LOCATOR.read("解放路31号").standing is Standing.ONE
    assert LOCATOR.read("解放路1号").standing is Standing.ONE  # listed for another stage


def test_two_catchments_by_two_sources_are_several_only_where_both_are_of_several_schools_and_one_is_in_both() -> None:
    def located(*catchments: Catchment) -> Located:
        return Locator(Rulebook(catchments=catchments), "primary").locate(Address("解放路", 1), (1, 1))

    here, there = AddressRange("解放路", 1, 9), box(0, 0, 2, 2)
    assert located(catchment("a", 2, here, area=there), catchment("b", 2, area=there)).standing is Standing.SEVERAL
    apart = located(catchment("a", 2, here), catchment("b", 2, area=there))
    assert apart.standing is Standing.CONTESTED
    assert apart.sources_disagree
    single = located(catchment("a", 1, here, area=there), catchment("b", 2, area=there))
    assert single.standing is Standing.CONTESTED
    assert single.sources_disagree
    twice = located(catchment("a", 1, here), catchment("b", 2, here))
    assert twice.standing is Standing.CONTESTED
    assert not twice.sources_disagree
    assert "同时在“a片”、“b片”内" in twice.words
    agreed = located(catchment("a", 1, here, area=there), catchment("b", 2, here, area=there))
    assert agreed.standing is Standing.CONTESTED
    assert not agreed.sources_disagree
    elsewhere = located(catchment("a", 1, here), catchment("b", 1, area=box(5, 5, 6, 6)))
    assert elsewhere.standing is Standing.ONE  # no area of its own that could deny it
    assert names(elsewhere) == ["a"]


def test_a_point_that_is_none_is_refused() -> None:
    for point in ((float("nan"), 1.0), (30, 113), (200.0, 1.0)):
        with pytest.raises(ValueError, match="不是经纬度"):
            LOCATOR.locate(Address("解放路", 1), point)


MAINS = [1, 2, 3, 4]
TAILS: list[tuple[Part, ...]] = [
    (),
    (Part(1, Suffix.OF),),
    (Part(1, Suffix.OF), Part(1, Suffix.ANNEX)),
    (Part(2, Suffix.HYPHEN),),
]
DOORS: list[Number] = [HouseNumber(main, tail) for main in MAINS for tail in TAILS]
STREETS = ["甲街", "乙街"]
EVERYWHERE = [Address(street, number, lane) for street in STREETS for lane in (None, *MAINS) for number in DOORS]
RANGES = st.builds(
    AddressRange,
    st.sampled_from(STREETS),
    st.sampled_from(DOORS),
    st.sampled_from(DOORS),
    st.sampled_from(list(Side)),
    st.none() | st.sampled_from(MAINS),
    st.sampled_from(list(Counts)),
    st.booleans(),
)
DRAWN = st.lists(st.tuples(st.integers(1, 2), st.lists(RANGES, max_size=3)), min_size=1, max_size=4)


def holds_plainly(part: AddressRange, address: Address) -> bool:
    """By the order of house numbers and not by keys."""

    def lies(number: HouseNumber) -> bool:
        first, last = (one if isinstance(one, HouseNumber) else HouseNumber(one) for one in (part.first, part.last))
        is_in = first <= number and (number <= last or (number.is_under(last) and not part.ends_exactly))
        return is_in and (part.side is Side.BOTH or (part.side is Side.ODD) == bool(number.main % 2))

    if address.street != part.street:
        return False
    if part.lane is not None:
        return address.lane == part.lane and lies(address.house)
    if address.lane is None:
        return part.counts is not Counts.LANES and lies(address.house)
    return part.counts is not Counts.NUMBERS and lies(HouseNumber(address.lane))


@given(DRAWN)
@settings(max_examples=200)
def test_ranges_are_looked_up_as_going_through_all_of_them_finds(drawn: list[tuple[int, list[AddressRange]]]) -> None:
    catchments = tuple(catchment(f"c{at}", schools, *ranges) for at, (schools, ranges) in enumerate(drawn))
    rulebook = Rulebook(stages=(Stage("primary", "小学"),), catchments=catchments, addresses=tuple(EVERYWHERE))
    locator = Locator(rulebook, "primary")
    overlaps, homeless = set(), set()
    for address in EVERYWHERE:
        own = tuple(one for one in catchments if any(holds_plainly(part, address) for part in one.ranges))
        located = locator.locate(address)
        assert own == catchments_of(rulebook, "primary", address) == located.by_address == located.catchments
        is_single = any(one.is_single for one in own)
        expected = [Standing.NONE, Standing.ONE, Standing.CONTESTED if is_single else Standing.SEVERAL]
        assert located.standing is expected[min(len(own), 2)]
        pairs = itertools.combinations(own, 2)
        overlaps |= {(one.name, other.name) for one, other in pairs if one.is_single or other.is_single}
        if not own:
            homeless.add(address.street)
    found = contradictions(rulebook)
    named = {(one.first, one.second) for one in found if one.name == "catchments_overlap"}
    assert named == {(f"catchment:{one}", f"catchment:{other}") for one, other in overlaps}
    missing = {one.first.removeprefix("address:") for one in found if one.name == "address_without_catchment"}
    assert missing == (homeless if any(one.ranges for one in catchments) else set())


@pytest.mark.parametrize(
    ("one", "other", "address"),
    [
        # The end itself, and what is under it.
        (AddressRange("甲街", 1, 12, ends_exactly=True), AddressRange("甲街", 12, 20), "甲街12号"),
        (AddressRange("甲街", 1, 12, ends_exactly=True), AddressRange("甲街", OF_TWO, 20), ""),
        (AddressRange("甲街", 1, 12), AddressRange("甲街", OF_TWO, 20), "甲街12号之二"),
        # Lanes are whole: 12号之二 is behind lane 12, 13 is odd.
        (AddressRange("甲街", OF_TWO, 20, counts=Counts.BOTH), AddressRange("甲街", 1, 14, Side.EVEN, counts=Counts.LANES), "甲街14弄1号"),
        (AddressRange("甲街", 1, 9, lane=13), AddressRange("甲街", 1, 13, counts=Counts.LANES), "甲街13弄1号"),
        (AddressRange("甲街", 2, 2, Side.ODD, lane=13), AddressRange("甲街", 1, 13, counts=Counts.LANES), ""),
        (AddressRange("甲街", 1, 99), AddressRange("甲街", 1, 9, lane=13), ""),
    ],
)  # fmt: skip
def test_two_ranges_meet_in_a_named_address_or_not_at_all(one: AddressRange, other: AddressRange, address: str) -> None:
    for first, second in ((one, other), (other, one)):
        catchments = catchment("a", 1, first), catchment("b", 1, second)
        found = [each for each in contradictions(Rulebook(catchments=catchments)) if each.name == "catchments_overlap"]
        assert len(found) == bool(address)
        assert not found or found[0].sentence.startswith(f"{address}等门牌同时在“a片”和“b片”内")


CORNERS = st.integers(0, 12)


@st.composite
def areas(draw: st.DrawFn) -> Polygon:
    west, south = draw(CORNERS), draw(CORNERS)
    east, north = west + draw(st.integers(1, 6)), south + draw(st.integers(1, 6))
    scale = draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3)]))
    ring = ((west, south), (east, south), (east + draw(st.integers(0, 2)), north), (west, north))
    return Polygon((tuple((x * scale, y * scale) for x, y in ring),))


@given(st.lists(areas(), min_size=1, max_size=6), st.lists(st.tuples(CORNERS, CORNERS), min_size=1, max_size=8))
@settings(max_examples=200)
def test_areas_are_looked_up_as_going_through_all_of_them_finds(
    drawn: list[Polygon], points: list[tuple[int, int]]
) -> None:
    catchments = tuple(catchment(f"c{at}", 2, area=area) for at, area in enumerate(drawn))
    locator = Locator(Rulebook(catchments=catchments), "primary")
    for x, y in points:
        for scale in (1, Fraction(1, 2), Fraction(1, 3), 0.5):
            point = x * scale, y * scale
            expected = tuple(one for one in catchments if one.polygon is not None and point in one.polygon)
            assert locator.locate(Address("解放路", 1), point).by_point == expected


@given(st.lists(areas(), min_size=2, max_size=5))
@settings(max_examples=100)
def test_areas_that_overlap_are_named_with_a_point_of_both(drawn: list[Polygon]) -> None:
    catchments = tuple(catchment(f"c{at}", 1 + at % 2, area=area) for at, area in enumerate(drawn))
    rulebook = Rulebook(stages=(Stage("primary", "小学"),), catchments=catchments)
    found = [one for one in contradictions(rulebook) if one.name == "areas_overlap"]
    steps = [Fraction(number, 12) + Fraction(1, 97) for number in range(12 * 21)]
    named = {(one.first, one.second) for one in found}
    for one, other in itertools.combinations(catchments, 2):
        is_named = (f"catchment:{one.name}", f"catchment:{other.name}") in named
        assert not is_named or one.is_single or other.is_single
        assert one.polygon is not None
        assert other.polygon is not None
        if not is_named and (one.is_single or other.is_single):
            west, south, east, north = (Fraction(side) for side in one.polygon.box)
            near = [(x, y) for x in steps[::5] if west < x < east for y in steps[::5] if south < y < north]
            assert not any(point in one.polygon and point in other.polygon for point in near)


def test_where_a_stage_has_areas_an_address_outside_all_ranges_is_not_called_homeless() -> None:
    catchments = (catchment("a", 1, AddressRange("解放路", 1, 9)), catchment("b", 1, area=box(0, 0, 1, 1)))
    rulebook = Rulebook((Stage("primary", "小学"),), catchments=catchments, addresses=(Address("解放路", 20),))
    assert "address_without_catchment" not in {one.name for one in contradictions(rulebook)}
