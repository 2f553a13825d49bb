"""The parts of a bulletin that an office words itself, the numbers that may stand in them, and the words that are shipped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.official.wording import UnableToReadWording, Wording, parse
from yaodian.organisations.models import Unit
from yaodian.plans.models import BulletinKind, BulletinWording


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a bulletin: what it is, whether it is one line, and the words that are shipped."""

    code: str
    label: Promise
    default: str
    is_line: bool = False
    may_be_empty: bool = False


SLOTS: Mapping[str, Slot] = {
    slot.code: slot
    for slot in (
        Slot("title_circular", _("通报的标题"), "{issuer}关于{period}重点任务进展情况的通报", is_line=True),
        Slot("title_briefing", _("督查专报的标题"), "{period}重点任务督查情况", is_line=True),
        Slot(
            "opening",
            _("开头"),
            "按照“一月一督导、一月一通报”的要求，现将{period}{plans}所列重点任务的进展情况通报如下。数据截至{as_of}，由系统根据任务、督办事项和指标数值汇总。",
        ),
        Slot(
            "overall",
            _("总体进展"),
            "{total：0=本期没有列入通报的任务。｜其他={unit}列入通报的任务共{total}项，其中进展正常或已达到{green}项，占{green_share}；有风险{amber}项；逾期或未达到{red}项"
            "{red_change：空=｜0=，与上期持平｜>0=，比上期增加{red_change}项｜其他=，比上期减少{red_change}项}。"
            "{grey：0=｜其他=另有{grey}项没有可由指标判断的目标，正在推进。}}\n"
            "{units_red：0=｜其他=从单位看，有{units_red}个单位存在逾期或未达到的任务，其中{worst}{worst_red}项，为最多。}",
        ),
        Slot(
            "progress",
            _("本期到期任务"),
            "{due：0=本期没有到期的任务。｜其他=本期到期{due}项，已完成{done}项，完成率{done_share}{missed：0=｜其他=；未完成{missed}项}。}"
            "{reached：0=｜其他=本期新达到目标{reached}项。}{newly_red：0=｜其他=本期新转为逾期或未达到{newly_red}项。}",
        ),
        Slot(
            "cases",
            _("督办事项"),
            "本期新提出督办事项{cases_opened}件，销号{cases_closed}件。期末在办{cases_open}件"
            "{cases_overdue：0=，没有逾期｜其他=，其中逾期{cases_overdue}件"
            "{cases_overdue_change：空=｜0=，与上期持平｜>0=，比上期增加{cases_overdue_change}件｜其他=，比上期减少{cases_overdue_change}件}}。",
        ),
        Slot(
            "measures",
            _("指标变化"),
            "{measures_counted：0=列入通报的任务还没有对应的指标。｜其他=与任务对应的指标共{measures_counted}个。"
            "{measures_compared：0=上期没有可比的数值。｜其他=与上期相比，向好{measures_better}个，变差{measures_worse}个，持平{measures_equal}个。}"
            "{measures_missing：0=｜其他=暂无数值{measures_missing}个。}}",
        ),
        Slot(
            "problems",
            _("存在的问题"),
            "{late：0=目前没有超过期限仍未完成的任务。｜其他=超过期限仍未完成的任务有{late}项，清单见附件，有关单位要逐项说明原因。}"
            "{amber：0=｜其他=有风险的任务有{amber}项，须提前采取措施，防止转为逾期。}",
        ),
        Slot(
            "closing",
            _("下一步要求"),
            "各单位要对照清单逐项查找原因，明确责任人和完成时限，办理情况及时在系统中填报并上传证明材料。逾期的督办事项，由督查部门按程序提级督办。",
        ),
    )
}

PLACES: Mapping[str, Promise] = {
    "issuer": _("发文机关"),
    "unit": _("通报范围（单位）"),
    "plans": _("所依据的要点"),
    "period": _("期间"),
    "as_of": _("数据截止日期"),
    "total": _("列入通报的任务数"),
    "green": _("绿灯任务数"),
    "amber": _("黄灯任务数"),
    "red": _("红灯任务数"),
    "grey": _("尚不能判断的任务数"),
    "green_share": _("绿灯任务占比"),
    "green_change": _("绿灯任务数比上期"),
    "amber_change": _("黄灯任务数比上期"),
    "red_change": _("红灯任务数比上期"),
    "due": _("本期到期的任务数"),
    "done": _("本期到期且完成的任务数"),
    "missed": _("本期到期未完成的任务数"),
    "done_share": _("到期任务完成率"),
    "reached": _("本期新达到目标的任务数"),
    "newly_red": _("本期新转红灯的任务数"),
    "late": _("超过期限仍未完成的任务数"),
    "units_counted": _("有任务的单位数"),
    "units_red": _("有红灯任务的单位数"),
    "worst": _("红灯任务最多的单位"),
    "worst_red": _("该单位的红灯任务数"),
    "cases_opened": _("本期新提出的督办事项数"),
    "cases_closed": _("本期销号的督办事项数"),
    "cases_open": _("期末在办的督办事项数"),
    "cases_overdue": _("期末逾期的督办事项数"),
    "cases_overdue_change": _("逾期督办事项数比上期"),
    "measures_counted": _("对应的指标数"),
    "measures_compared": _("可与上期比较的指标数"),
    "measures_better": _("向好的指标数"),
    "measures_worse": _("变差的指标数"),
    "measures_equal": _("持平的指标数"),
    "measures_missing": _("暂无数值的指标数"),
}


def title_slot(kind: str) -> str:
    """The part that is the title of a kind."""
    return f"title_{BulletinKind(kind).value}"


def slots_of(kind: str) -> tuple[Slot, ...]:
    """The parts of a bulletin of a kind, in their order."""
    other = {title_slot(one) for one in BulletinKind.values} - {title_slot(kind)}
    return tuple(slot for slot in SLOTS.values() if slot.code not in other)


def read_wording(text: str) -> Wording:
    """Reads a wording with the places of bulletins. Raises UnableToReadWording."""
    return parse(text, {name: str(label) for name, label in PLACES.items()})


def problem_in(text: str) -> str:
    """What is wrong with a wording, with its place; empty where nothing is."""
    try:
        read_wording(text)
    except UnableToReadWording as problem:
        return str(problem)
    return ""


@dataclass(frozen=True, slots=True)
class Worded:
    """A part as an office words it now: version 0 are the words that are shipped."""

    slot: Slot
    text: str
    version: int
    row: BulletinWording | None

    @property
    def is_shipped(self) -> bool:
        return self.version == 0 or self.text == self.slot.default


def wordings_of(*, unit: Unit, slots: Collection[Slot] = tuple(SLOTS.values())) -> dict[str, Worded]:
    """How a unit words its bulletins now. Two queries."""
    latest = dict(BulletinWording.objects.filter(unit=unit).order_by().values_list("slot").annotate(Max("version")))
    rows = {
        row.slot: row
        for row in BulletinWording.objects.filter(unit=unit, version__in=set(latest.values())).select_related("made_by")
        if row.version == latest[row.slot]
    }
    found = {}
    for slot in slots:
        row = rows.get(slot.code)
        found[slot.code] = Worded(slot, row.text if row else slot.default, row.version if row else 0, row)
    return found


def versions_of(*, unit: Unit, slot: str) -> tuple[BulletinWording, ...]:
    """All versions of a part, the newest first. One query."""
    return tuple(BulletinWording.objects.filter(unit=unit, slot=slot).select_related("made_by").order_by("-version"))
