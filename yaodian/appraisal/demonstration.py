"""Two invented score sheets, and what invented assessors said; the same each time."""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import Any

BASIS = "虚构考核办法，仅供演示"
COUNTY_SHEET = "县区教育工作年度考核表（示例）"
SCHOOL_SHEET = "学校年度考核表（示例）"
LINK = "材料目录 2-1"


def _item(code: str, label: str, **said: Any) -> dict[str, Any]:
    parent = code.rpartition(".")[0]
    numbers = ("weight", "full", "floor", "target", "each", "cap")
    return {
        "code": code,
        "label": label,
        "parent": parent,
        **{name: Decimal(str(value)) if name in numbers else value for name, value in said.items()},
    }


COUNTY_ITEMS: tuple[dict[str, Any], ...] = (
    _item("1", "事业发展", weight=60),
    _item("1.1", "普惠性幼儿园覆盖率", rule="linear", weight=15, full=15, floor=70, target=95,
          measure="registry.inclusive_kindergartens", when_absent="leave_out"),
    _item("1.2", "公办园在园幼儿占比", rule="proportional", weight=10, full=10, target=55,
          measure="registry.children_in_public_kindergartens", when_absent="leave_out"),
    _item("1.3", "义务教育大班额比例", rule="steps", weight=10, full=10, is_falling=True,
          steps=[["0", "10"], ["2", "8"], ["5", "5"], ["10", "2"]],
          measure="registry.large_classes", stage="compulsory", when_absent="by_hand"),
    _item("1.4", "高于规定学历教师比例", rule="linear", weight=10, full=10, floor=50, target=95,
          measure="registry.above_required", stage="compulsory", when_absent="by_hand"),
    _item("1.5", "教师五年培训达标率", rule="proportional", weight=15, full=15, target=100,
          measure="registry.trained", stage="compulsory", when_absent="zero"),
    _item("2", "工作实绩", weight=40),
    _item("2.1", "重点工作推进", rule="judged", weight=25, full=25,
          criteria="按年度要点逐项核对：全部按期完成得 25 分；每有一项逾期，酌情扣 1 至 3 分。"),
    _item("2.2", "改革与特色", rule="judged", weight=15, full=15,
          criteria="有可复制的做法并有成效证明的，得 12 分以上；仅有方案的，不超过 8 分。"),
    _item("2.3", "督办事项按期办结率", rule="linear", weight=10, full=10, floor=60, target=100,
          measure="cases.closed_in_time", when_absent="leave_out"),
    _item("2.4", "月报按时报送率", rule="proportional", weight=5, full=5, target=100,
          measure="plans.reports_in_time", when_absent="leave_out"),
    _item("3", "通报批评", rule="deduction", each=2, cap=6, criteria="被上级书面通报批评的，每次扣 2 分。"),
    _item("4", "表彰推广", rule="bonus", each=1, cap=3, criteria="做法被上级发文推广的，每次加 1 分。"),
    _item("5", "重大安全责任事故", rule="veto", criteria="发生重大安全责任事故的，一票否决。"),
)  # fmt: skip

SCHOOL_ITEMS: tuple[dict[str, Any], ...] = (
    _item("1", "办学条件", weight=50),
    _item("1.1", "高于规定学历教师比例", rule="linear", weight=20, full=20, floor=40, target=95,
          measure="registry.above_required", when_absent="leave_out"),
    _item("1.2", "教师五年培训达标率", rule="proportional", weight=15, full=15, target=100,
          measure="registry.trained", when_absent="leave_out"),
    _item("1.3", "生均图书册数", rule="steps", weight=15, full=15, steps=[["15", "6"], ["25", "10"], ["30", "15"]],
          measure="registry.books", when_absent="leave_out"),
    _item("2", "育人工作", weight=50),
    _item("2.1", "课程与作业管理", rule="judged", weight=30, full=30,
          criteria="课表、作业公示、课后服务台账齐全并与实际一致，得 25 分以上。"),
    _item("2.2", "家校协同", rule="judged", weight=20, full=20, criteria="有家长委员会记录和回应记录，得 15 分以上。"),
    _item("2.3", "逾期未办结的督办事项", rule="linear", weight=10, full=10, floor=5, target=0,
          measure="cases.overdue", when_absent="leave_out"),
    _item("3", "违规办学行为", rule="deduction", each=3, cap=9, criteria="查实一次扣 3 分。"),
    _item("4", "危房面积", rule="veto", measure="registry.dangerous_area", when_absent="leave_out",
          criteria="仍在使用危房的，一票否决。"),
)  # fmt: skip

EVIDENCE = (
    "逐项核对台账，任务按期完成，材料齐全。",
    "抽查两项，一项晚了半个月，已说明原因。",
    "实地看过，做法有记录，成效证明不足。",
    "材料齐全，数据与报表一致。",
)


def mark_of(unit: str, item: str, seat: int, full: Decimal) -> tuple[Decimal, str]:
    """A mark with its evidence: two seats near each other, but for one unit in seven, whose two differ widely."""
    base = _number(unit, item)
    share = Decimal(78 + base % 20) / 100
    if seat == 2:
        share -= Decimal(30 if base % 7 == 3 else base % 5) / 100
    if seat == 3:
        share -= Decimal(12) / 100
    return (full * share).quantize(Decimal("0.5")), EVIDENCE[(base + seat) % len(EVIDENCE)]


def _number(*words: str) -> int:
    return zlib.crc32("|".join(words).encode())
