"""The leader's cockpit: ten numbers that matter, each beside what it was a month before, down to the list and from there to
the sentence in the plan. It reads the slices' queries and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yaodian.cases.queries import CaseFigures, Figure, case_figures, month_before
from yaodian.indicators.queries import Absent, desk_page
from yaodian.measures.queries import Status
from yaodian.organisations.access import permitted
from yaodian.organisations.queries import Visitor, may
from yaodian.plans.queries.cockpit import CommitmentBoard, Light, TargetBoard, commitment_board, target_board

STATUTE = "quality_balance"


@dataclass(frozen=True)
class Tile:
    """One number. `tone` is the badge's kind where the number is not nought; `is_good` says whether more is better."""

    code: str
    label: str
    value: int
    total: int | None
    note: str
    change: int | None
    is_good: bool
    tone: str
    url: str

    @property
    def direction(self) -> str:
        """Better, worse, or the same; empty where nothing tells."""
        if self.change is None:
            return ""
        if self.change == 0:
            return "same"
        return "better" if (self.change > 0) == self.is_good else "worse"

    @property
    def size(self) -> int:
        return abs(self.change or 0)


def _change(now: int, before: int | None) -> int | None:
    return None if before is None else now - before


def _of_targets(board: TargetBoard) -> list[Tile]:
    total = len(board.rows)
    note = _("%(year)s 年的目标，共 %(total)s 项") % {"year": board.year, "total": total}

    def tile(status: Status, label: str, tone: str, is_good: bool) -> Tile:
        count = board.counts.get(status, 0)
        before = board.before.get(status, 0) if board.before else None
        url = f"{reverse('web:cockpit_targets')}?status={status.value}"
        return Tile(f"target-{status.value}", label, count, total, note, _change(count, before), is_good, tone, url)

    return [
        tile(Status.REACHED, _("目标已达到"), "good", is_good=True),
        tile(Status.AT_RISK, _("目标有风险"), "attention", is_good=False),
        tile(Status.MISSED, _("目标未达到"), "wrong", is_good=False),
    ]


def _of_commitments(board: CommitmentBoard) -> list[Tile]:
    total = len(board.rows)
    green = board.counts.get(Light.GREEN, 0)
    note = _("%(year)s 年的工作任务，共 %(total)s 项，绿灯 %(green)s 项") % {
        "year": board.year, "total": total, "green": green,
    }  # fmt: skip

    def tile(light: Light, label: str, tone: str) -> Tile:
        count = board.counts.get(light, 0)
        before = board.before.get(light, 0) if board.before else None
        url = f"{reverse('web:cockpit_commitments')}?light={light.value}"
        return Tile(f"light-{light.value}", label, count, total, note, _change(count, before), False, tone, url)

    return [tile(Light.RED, _("任务红灯"), "wrong"), tile(Light.AMBER, _("任务黄灯"), "attention")]


def _of_cases(found: CaseFigures) -> list[Tile]:
    cases = reverse("cases:list")
    note = _("在办 %(open)s 件") % {"open": found.open.now}
    closed = _("本月办结 %(closed)s 件，其中按期的") % {"closed": found.closed.now}

    def tile(code: str, label: str, figure: Figure, tone: str, query: str, words: str = note, **more: Any) -> Tile:
        is_good = more.get("is_good", False)
        return Tile(code, label, figure.now, more.get("total"), words, figure.change, is_good, tone, f"{cases}?{query}")

    return [
        tile("case-overdue", _("督办逾期"), found.overdue, "wrong", "overdue=on&sort=due", total=found.open.now),
        tile("case-escalated", _("督办提级"), found.escalated, "attention", "escalated=on", total=found.open.now),
        tile("case-in-time", _("本月按期办结"), found.in_time, "good", "phase=ended", closed,
             is_good=True, total=found.closed.now),
        tile("case-defects", _("数据质量问题"), found.defects, "attention", "kind=indicators.data_defect",
             _("还没有处理完的数据质量问题")),
    ]  # fmt: skip


def _of_counties(account: Visitor, today: date) -> list[Tile]:
    if not may(account=account, permission="indicators.view"):
        return []
    try:
        page = desk_page(account=account, statute=STATUTE, year=None, today=today)
    except Absent:
        return []
    if page.year is None or not page.lines:
        return []
    # A school year is assessed once: what was a month before is the same.
    note = _("%(title)s，%(year)s 学年，共 %(total)s 个县（区）") % {
        "title": page.statute.title, "year": page.year, "total": len(page.lines),
    }  # fmt: skip
    url = f"{reverse('indicators:counties')}?statute={STATUTE}"
    return [Tile("counties", _("达标县（区）"), page.meets, len(page.lines), note, None, True, "good", url)]


@permitted("measures.view")
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """The ten numbers, as far as the account's rights go. A constant number of queries."""
    today = timezone.localdate()
    then = month_before(today)
    targets = target_board(account=request.user, today=today, then=then)
    commitments = commitment_board(account=request.user, today=today, then=then)
    found = case_figures(account=request.user, today=today)
    tiles = [
        *(_of_targets(targets) if targets else []),
        *(_of_commitments(commitments) if commitments else []),
        *(_of_cases(found) if found else []),
        *_of_counties(request.user, today),
    ]
    context = {"tiles": tiles, "then": then, "as_of": targets.as_of if targets else None}
    return render(request, "web/cockpit.html", context)


@permitted("measures.view")
@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """The targets behind a number, each with the way to its sentence in the plan."""
    today = timezone.localdate()
    board = target_board(account=request.user, today=today) or TargetBoard(today.year, (), {}, {}, None)
    asked = request.GET.get("status", "")
    chosen = Status(asked) if asked in {one.value for one in Status} else None
    context = {
        "board": board,
        "chosen": chosen,
        "rows": [row for row in board.rows if chosen is None or row.standing.status is chosen],
        "tabs": [(one, board.counts.get(one, 0)) for one in Status],
    }
    return render(request, "web/cockpit_targets.html", context)


@permitted("measures.view")
@require_GET
def commitments(request: HttpRequest) -> HttpResponse:
    """The commitments behind a number, each with the way to its sentence in the plan."""
    today = timezone.localdate()
    board = commitment_board(account=request.user, today=today) or CommitmentBoard(today.year, (), {}, {})
    asked = request.GET.get("light", "")
    chosen = Light(asked) if asked in Light.values else None
    context = {
        "board": board,
        "chosen": chosen,
        "rows": [row for row in board.rows if chosen is None or row.standing.light is chosen],
        "tabs": [(one, board.counts.get(one, 0)) for one in Light],
    }
    return render(request, "web/cockpit_commitments.html", context)
