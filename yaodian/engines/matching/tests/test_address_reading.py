"""Addresses and ranges as they are written: read where they are clear, refused in words where they are not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.matching.address_reading import UnableToReadAddress, read_address, read_number, read_range
from yaodian.engines.matching.house_numbers import LAST, HouseNumber, Number, Part, Suffix
from yaodian.engines.matching.rulebook import Address, AddressRange, Counts, Side


def part(main: int, *parts: tuple[int, Suffix]) -> HouseNumber:
    return HouseNumber(main, tuple(Part(*one) for one in parts))


ONE_OF = part(12, (1, Suffix.OF))
ANNEX = part(12, (3, Suffix.ANNEX))

READ: list[tuple[str, str, Number, int | None]] = [
    ("解放路12号", "解放路", 12, None),
    (" 解放 路１２号 ", "解放路", 12, None),
    ("解放路12", "解放路", 12, None),
    ("解放路12-1号", "解放路", part(12, (1, Suffix.HYPHEN)), None),
    ("解放路１２－１号", "解放路", part(12, (1, Suffix.HYPHEN)), None),
    ("解放路12—1", "解放路", part(12, (1, Suffix.HYPHEN)), None),
    ("解放路12号之一", "解放路", ONE_OF, None),
    ("解放路12之1号", "解放路", ONE_OF, None),
    ("解放路12号附3", "解放路", ANNEX, None),
    ("解放路12号附3号", "解放路", ANNEX, None),
    ("解放路12附三号", "解放路", ANNEX, None),
    ("解放路甲12号", "解放路", part(12, (1, Suffix.STEM_BEFORE)), None),
    ("解放路乙十二号", "解放路", part(12, (2, Suffix.STEM_BEFORE)), None),
    ("解放路12号甲", "解放路", part(12, (1, Suffix.STEM)), None),
    ("解放路12a号", "解放路", part(12, (1, Suffix.LETTER)), None),
    ("解放路12号之一附2", "解放路", part(12, (1, Suffix.OF), (2, Suffix.ANNEX)), None),
    ("解放路一百二十号", "解放路", 120, None),
    ("解放路一二〇号", "解放路", 120, None),
    ("八一路一百二十号", "八一路", 120, None),
    ("中山一路三号", "中山一路", 3, None),
    ("十八里三号", "十八里", 3, None),
    ("318国道25号", "318国道", 25, None),
    ("太乙12号", "太乙", 12, None),
    ("一带一路12号", "一带一路", 12, None),
    ("至善路3号", "至善路", 3, None),
    ("和平巷12号", "和平巷", 12, None),
    ("东三巷12号", "东三巷", 12, None),
    ("东3巷12号", "东3巷", 12, None),
    ("长宁路100弄3号", "长宁路", 3, 100),
    ("长宁路一百弄三号", "长宁路", 3, 100),
    ("建设路三巷5号", "建设路", 5, 3),
    ("长宁路100弄甲3号", "长宁路", part(3, (1, Suffix.STEM_BEFORE)), 100),
    ("解放路12号院3号楼2单元501室", "解放路", 12, None),
    ("解放路12号院3号", "解放路", 12, None),
    ("解放路12号3-501", "解放路", 12, None),
    ("解放路12号甲座", "解放路", 12, None),
    ("解放路12号甲单元", "解放路", 12, None),
    ("解放路12号阳光花园3栋", "解放路", 12, None),
]


@pytest.mark.parametrize(("text", "street", "number", "lane"), READ)
def test_an_address_is_read_as_it_is_published(text: str, street: str, number: Number, lane: int | None) -> None:
    assert read_address(text) == Address(street, number, lane)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("解放路以东", "用“以东”表示位置"),
        ("解放路12号以东", "用“以东”表示位置"),
        ("解放路12号附近", "用“附近”表示位置"),
        ("解放路12号对面", "用“对面”表示位置"),
        ("解放路北侧12号", "用“北侧”表示位置"),
        ("解放路12号旁", "之后还有“旁”"),
        ("解放路12号至14号", "之后还有“至14号”"),
        ("解放路12号及14号", "之后还有“及14号”"),
        ("解放路12号2号", "之后还有“2号”"),
        ("解放路12、14号", "不是一条路"),
        ("解放路123456号", "不是一条路"),
        ("解放路1百20号", "不是一条路"),
        ("长宁路100弄20支弄3号", "不是一条路"),
        ("长宁路100巷20弄3号", "不是一条路"),
        ("解放路一百二号", "“一百二”不是清楚的号码"),
        ("解放路0号", "“0”不是清楚的号码"),
        ("解放路12号之0", "“0”不是清楚的号码"),
        ("解放路12号楼", "写的是楼号"),
        ("阳光花园3号楼", "写的是楼号"),
        ("12号", "没有找到“某路几号”"),
        ("三一一号", "没有找到“某路几号”"),
        ("解放路", "没有找到“某路几号”"),
        ("长宁路100弄", "没有找到“某路几号”"),
        ("", "没有找到“某路几号”"),
        ("解" * 300 + "路1号", "没有找到“某路几号”"),
    ],
)
def test_what_names_no_door_for_sure_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UnableToReadAddress) as refused:
        read_address(text)
    assert words in str(refused.value)
    assert "请" in str(refused.value)


def test_names_before_the_street_are_left_out_only_where_they_are_given() -> None:
    prefixes = ("江州市", "城东区", "和平街道")
    assert read_address("江州市城东区和平街道 解放路12号", prefixes=prefixes) == Address("解放路", 12)
    assert read_address("城东区解放路12号", prefixes=prefixes) == Address("解放路", 12)
    assert read_address("城东区解放路12号") == Address("城东区解放路", 12)


RANGES: list[tuple[str, AddressRange]] = [
    ("解放路1号至99号（单号）", AddressRange("解放路", 1, 99, Side.ODD)),
    ("解放路1-99", AddressRange("解放路", 1, 99)),
    ("解放路 2—98号 双号", AddressRange("解放路", 2, 98, Side.EVEN)),
    ("解放路1号-99号", AddressRange("解放路", 1, 99)),
    ("解放路一号至九十九号", AddressRange("解放路", 1, 99)),
    ("至善路1号至9号", AddressRange("至善路", 1, 9)),
    ("解放路12号", AddressRange("解放路", 12, 12)),
    ("解放路1号至12号之三", AddressRange("解放路", 1, part(12, (3, Suffix.OF)))),
    ("解放路12号之一-12号之三", AddressRange("解放路", ONE_OF, part(12, (3, Suffix.OF)))),
    ("解放路12-1号至12-8号", AddressRange("解放路", part(12, (1, Suffix.HYPHEN)), part(12, (8, Suffix.HYPHEN)))),
    ("解放路甲12号至乙12号",
     AddressRange("解放路", part(12, (1, Suffix.STEM_BEFORE)), part(12, (2, Suffix.STEM_BEFORE)))),
    ("长宁路100弄1-20号", AddressRange("长宁路", 1, 20, lane=100)),
    ("长宁路100弄1号至20号双号", AddressRange("长宁路", 1, 20, Side.EVEN, lane=100)),
    ("长宁路100弄", AddressRange("长宁路", 100, 100, counts=Counts.LANES)),
    ("长宁路100弄至200弄", AddressRange("长宁路", 100, 200, counts=Counts.LANES)),
    ("长宁路100-200弄（双号）", AddressRange("长宁路", 100, 200, Side.EVEN, counts=Counts.LANES)),
    ("和平路", AddressRange("和平路", 1, LAST, counts=Counts.BOTH)),
    ("和平路单号", AddressRange("和平路", 1, LAST, Side.ODD, counts=Counts.BOTH)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), RANGES)
def test_a_range_is_read_as_it_is_published(text: str, meant: AddressRange) -> None:
    assert read_range(text) == meant
    assert read_range(f"江州市{text}", prefixes=["江州市"]) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("解放路以东", "用“以东”表示位置"),
        ("解放路1号以上", "用“以上”表示位置"),
        ("解放路12-3号", "“-”可以是“至”"),
        ("解放路99号至1号", "起号大于止号"),
        ("解放路12号之三至12号之一", "起号大于止号"),
        ("长宁路200弄至100弄", "起号大于止号"),
        ("解放路1号起", "不是一段门牌"),
        ("解放路1号至一百二号", "“一百二”不是清楚的号码"),
        ("解放路1-9号、11-19号", "不是一条路"),
        ("和平路部分", "不是一段门牌"),
        ("", "不是一段门牌"),
    ],
)
def test_a_range_that_is_not_clear_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UnableToReadAddress) as refused:
        read_range(text)
    assert words in str(refused.value)
    assert "请" in str(refused.value)


STEM = st.integers(1, 10)
HOUSES = st.builds(
    lambda main, stem, hyphens, letter, tail: HouseNumber(main, (*stem, *hyphens, *letter, *tail)),
    st.integers(1, LAST),
    st.lists(st.builds(Part, STEM, st.just(Suffix.STEM_BEFORE)), max_size=1),
    st.lists(st.builds(Part, st.integers(1, 200), st.just(Suffix.HYPHEN)), max_size=2),
    st.lists(st.builds(Part, st.integers(1, 26), st.just(Suffix.LETTER)), max_size=1),
    st.lists(
        st.one_of(
            st.builds(Part, STEM, st.just(Suffix.STEM)),
            st.builds(Part, st.integers(1, 200), st.sampled_from([Suffix.OF, Suffix.ANNEX])),
        ),
        max_size=3,
    ),
)
STREETS = st.sampled_from(["解放路", "中山一路", "318国道", "和平巷", "东三巷"])


@given(STREETS, HOUSES, st.none() | st.integers(1, LAST))
def test_what_is_written_is_read_back(street: str, house: HouseNumber, lane: int | None) -> None:
    address = Address(street, house, lane if street.endswith("路") else None)
    assert read_address(str(address)) == address
    assert read_number(str(house)) == address.number


@pytest.mark.parametrize("text", ["", "号", "无", "解放路12号", "0", "12号至14号"])
def test_what_is_no_number_alone_is_refused(text: str) -> None:
    with pytest.raises(UnableToReadAddress):
        read_number(text)


@given(STREETS, HOUSES, HOUSES, st.sampled_from(list(Side)), st.none() | st.integers(1, LAST))
def test_a_written_range_is_read_back(
    street: str, one: HouseNumber, other: HouseNumber, side: Side, lane: int | None
) -> None:
    first, last = sorted((one, other))
    meant = AddressRange(street, first, last, side, lane if street.endswith("路") else None)
    assert read_range(str(meant)) == meant


@given(st.text(alphabet="解放路弄巷号之附甲乙12一百十-至院楼室A（） ", max_size=40))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for read in (read_address, read_range):
        with contextlib.suppress(UnableToReadAddress):
            assert read(text).street
