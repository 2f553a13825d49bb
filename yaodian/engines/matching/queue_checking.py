"""What a queue must be before anybody is placed by it; each refusal names the place and what to do."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .queues import Batch, Candidates, Queue

_MOST_SEATS = 2**53 - 1  # Sums of them over batches stay within 64 bits.


class UnableToPlace(ValueError):
    """The data cannot be placed by; the sentence says what is wrong, where, why it matters and what to do."""


def check(queue: Queue) -> None:
    """Raise :class:`UnableToPlace` for the first thing that is wrong."""
    check_candidates(queue.candidates)
    names: list[str] = []
    given_on: dict[str, str] = {}
    for batch in queue.batches:
        where = f"批次“{batch.name}”"
        if batch.name in names:
            raise UnableToPlace(f"{where}出现了两次：结果无法区分两者，请改名。")
        if unknown := [name for name in batch.adds_unused_of if name not in names]:
            raise UnableToPlace(
                f"{where}要接收“{unknown[0]}”的剩余计划，但它之前没有这个批次；请调整批次顺序或改正名称。"
            )
        for name in batch.adds_unused_of:
            if name in given_on:
                raise UnableToPlace(
                    f"“{name}”的剩余计划已由“{given_on[name]}”接收，{where}又要接收一次：名额会重复；请只留一处。"
                )
            given_on[name] = batch.name
        check_batch(queue.candidates, batch, where)
        names.append(batch.name)
    if len({len(batch.capacities) for batch in queue.batches}) > 1:
        raise UnableToPlace("各批次的学校数不一致：学校编号须在各批次通用，不参加的学校计划数填0。")


def check_candidates(candidates: Candidates) -> None:
    size = len(candidates)
    if not candidates.scores:
        raise UnableToPlace("没有任何成绩列，排不出先后；请至少提供总分。")
    for name, column in candidates.scores.items():
        if len(column) != size:
            raise UnableToPlace(f"成绩“{name}”有{len(column)}行，其他成绩有{size}行；请补齐后再排位。")
        if column.dtype.kind not in "iuf":
            raise UnableToPlace(f"成绩“{name}”不是数字（{column.dtype}）；请改为整数或小数。")
        if column.dtype.kind == "f" and len(bad := np.flatnonzero(~np.isfinite(column))):
            raise UnableToPlace(
                f"成绩“{name}”第{bad[0] + 1}行没有成绩或不是有限的数（共{len(bad)}行）：无法与他人比较；请补录，缺考按规定记分。"
            )
        if column.dtype.kind != "u" and len(bad := np.flatnonzero(column < 0)):
            raise UnableToPlace(f"成绩“{name}”第{bad[0] + 1}行为负数（共{len(bad)}行）；请核对后改正。")
        if column.dtype.kind == "u" and column.dtype.itemsize == 8 and size and int(column.max()) >= 2**63:
            raise UnableToPlace(f"成绩“{name}”超出可用范围；请核对。")
    if candidates.drawn is not None:
        check_drawn(candidates.drawn, size)
    if candidates.origins is not None:
        check_whole(candidates.origins, "毕业学校", size)
        if len(bad := np.flatnonzero(candidates.origins < -1)):
            raise UnableToPlace(
                f"第{bad[0] + 1}行考生的毕业学校编号{candidates.origins[bad[0]]}不存在；请核对，没有的填-1。"
            )


def check_drawn(drawn: NDArray[Any], size: int) -> None:
    """Numbers in the draw: whole, not negative, no two alike."""
    check_whole(drawn, "抽签顺序", size)
    if len(bad := np.flatnonzero(drawn < 0)):
        raise UnableToPlace(f"抽签顺序第{bad[0] + 1}行为负数；顺序号从0起，请重新导入抽签结果。")
    if size and int(drawn.max()) < 4 * size:
        again = np.flatnonzero(np.bincount(drawn) > 1)
    else:
        in_order = np.sort(drawn)
        again = in_order[1:][in_order[1:] == in_order[:-1]]
    if len(again):
        raise UnableToPlace(f"抽签顺序号{again[0]}重复（共{len(again)}个号码重复）：排不出先后；请重新导入抽签结果。")


def check_batch(candidates: Candidates, batch: Batch, where: str) -> None:
    size, schools = len(candidates), len(batch.capacities)
    if not batch.order:
        raise UnableToPlace(f"{where}没有排位依据；请至少写明总分。")
    if unknown := [name for name in batch.order if name not in candidates.scores]:
        raise UnableToPlace(f"{where}按“{unknown[0]}”比较，但没有这项成绩；请补充成绩或改正规则。")
    check_lists(batch.starts, batch.schools, size, schools, lists=f"{where}的志愿", row="考生", item="志愿")
    check_seats(batch.capacities, f"{where}的招生计划")
    if batch.minimums is not None:
        _line(batch.minimums, schools, f"{where}的学校最低分")
    if not np.isfinite(batch.line) or batch.line < 0:
        raise UnableToPlace(f"{where}的控制线{batch.line}不是不小于0的数；请改正。")
    if not np.isfinite(batch.floors).all():
        raise UnableToPlace(f"{where}的分数段下限{batch.floors}不都是有限的数；请改正。")
    if any(after >= before for before, after in itertools.pairwise(batch.floors)):
        raise UnableToPlace(f"{where}的分数段下限不是从高到低：{batch.floors}；请重新排列。")
    held = batch.held
    if held is None:
        return
    if candidates.origins is None:
        raise UnableToPlace(f"{where}有到校指标，但考生没有毕业学校；请补充。")
    if batch.capacities.any() or batch.adds_unused_of or batch.minimums is not None:
        raise UnableToPlace(f"{where}是指标到校批次，只投放指标；统招计划、剩余计划和学校最低分请放在另一批次。")
    count = len(held.seats)
    for column, name in ((held.schools, "指标的学校"), (held.origins, "指标的毕业学校")):
        check_whole(column, f"{where}{name}", count)
    if count and (held.schools.min() < 0 or held.schools.max() >= schools):
        raise UnableToPlace(f"{where}的指标写到了不存在的学校；学校编号须在0到{schools - 1}之间。")
    if count and held.origins.min() < 0:
        raise UnableToPlace(f"{where}的指标写给了编号为负的毕业学校；请改正。")
    if len(set(zip(held.schools.tolist(), held.origins.tolist(), strict=True))) < count:
        raise UnableToPlace(f"{where}中同一学校给同一毕业学校的指标出现两次；请合并为一行。")
    check_seats(held.seats, f"{where}的指标")
    if held.minimums is not None:
        _line(held.minimums, count, f"{where}的指标最低分")


def check_lists(
    starts: NDArray[Any], schools: NDArray[Any], size: int, count: int, *, lists: str, row: str, item: str
) -> None:
    """A list of schools for each of ``size`` rows, among ``count`` schools: starts begin at 0, do not fall, end at the number of items.

    ``lists``, ``row`` and ``item``: how a list, its owner and an entry are called where something is wrong.
    """
    check_whole(starts, f"{lists}的起点", size + 1)
    if not len(starts) or starts[0] != 0 or starts[-1] != len(schools) or (starts[1:] < starts[:-1]).any():
        raise UnableToPlace(f"{lists}的起点须从0开始、不下降、止于总数{len(schools)}；请重新生成。")
    check_whole(schools, lists, len(schools))
    if len(schools) and (schools.min() < 0 or schools.max() >= count):
        bad = int(np.flatnonzero((schools < 0) | (schools >= count))[0])
        at = int(np.searchsorted(starts, bad, side="right")) - 1
        raise UnableToPlace(
            f"{lists}：第{at + 1}行{row}的第{bad - int(starts[at]) + 1}{item}是不存在的学校（编号{schools[bad]}）；请核对后改正。"
        )


def check_whole(column: NDArray[Any], name: str, size: int) -> None:
    # Unsigned numbers of 64 bits become fractions where they meet signed ones.
    if column.dtype.kind not in "iu" or column.dtype == np.uint64:
        raise UnableToPlace(f"{name}须为整数（64位的须带符号），现为{column.dtype}；请改正。")
    if len(column) != size:
        raise UnableToPlace(f"{name}有{len(column)}行，应有{size}行；请补齐。")


def check_seats(seats: NDArray[Any], name: str) -> None:
    if seats.dtype.kind not in "iu":
        raise UnableToPlace(f"{name}须为整数，现为{seats.dtype}；请改正。")
    if len(bad := np.flatnonzero(seats < 0)):
        raise UnableToPlace(f"{name}第{bad[0] + 1}行为负数；请改正。")
    if len(bad := np.flatnonzero(seats > _MOST_SEATS)):
        raise UnableToPlace(f"{name}第{bad[0] + 1}行超过{_MOST_SEATS}；请改正，不限名额的填考生总数。")


def _line(least: NDArray[Any], size: int, name: str) -> None:
    if len(least) != size:
        raise UnableToPlace(f"{name}有{len(least)}行，应有{size}行；请补齐，没有最低分的填0。")
    if least.dtype.kind not in "iuf" or (len(least) and not np.isfinite(least).all()):
        raise UnableToPlace(f"{name}须为数字，没有最低分的填0；请改正。")
