"""The demonstration: nine invented cases in every phase, one of them late, one restricted, one waiting for a decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from yaodian.cases.models import Case
from yaodian.cases.operations.acting import (
    accept_case,
    assign_case,
    report_progress,
    submit_case,
    verify_case,
)
from yaodian.cases.operations.counting import count_days
from yaodian.cases.operations.escalating import escalate_due
from yaodian.cases.operations.extending import ask_extension
from yaodian.cases.operations.opening import open_case
from yaodian.cases.operations.proving import Piece, add_evidence
from yaodian.cases.operations.tallying import fold_tallies
from yaodian.foundation.files.taking import take_file
from yaodian.organisations.models import Account, Unit

REPORT = "整改报告\n\n食堂前厅原有灯管十二支，已换为护眼灯二十四支；装后实测桌面照度三百八十勒克斯。\n"

# Kind, grade, what it is about, the fields, how many days ago it was opened, and how far it has come.
CASES: tuple[tuple[str, str, str, dict[str, str], int, str], ...] = (
    ("plans.commitment_overdue", "key", "食堂前厅采光改造未按期完成", {"clause": "（三）改善办学条件"}, 35, "working"),
    (
        "safety.hazard",
        "larger",
        "教学楼东侧楼梯扶手松动",
        {"place": "教学楼东侧二至三层", "area": "building"},
        9,
        "working",
    ),
    ("safety.hazard", "general", "灭火器压力不足", {"place": "实验楼一层", "area": "fire"}, 2, "assigned"),
    ("inspection.finding", "general", "课后服务台账不全", {"clause": "课后服务"}, 20, "extension"),
    ("inspection.finding", "grave", "体育课课时被挤占", {"clause": "课程方案"}, 12, "submitted"),
    ("indicators.data_defect", "contradiction", "上报班数与学籍班数不一致", {"year": "2026"}, 3, "working"),
    ("audit.finding", "at_once", "校服采购未履行询价程序", {"report": "云审〔2026〕7号"}, 8, "assigned"),
    ("services.ticket", "request", "家长建议错峰放学", {"source": "hotline", "number": "示例0001"}, 1, "open"),
    ("plans.commitment_overdue", "general", "操场照明改造", {"clause": "（三）改善办学条件"}, 60, "closed"),
)


def load_demonstration(
    *, supervisor: Account, handler: Account, bureau: Unit, school: Unit, now: datetime
) -> tuple[Case, ...]:
    """Opens the demonstration cases at a school and brings each as far as it is said to have come.

    Does nothing and returns none where they stand already. Raises what the operations raise.
    """
    if Case.objects.filter(subject__startswith="demonstration:").exists():
        return ()
    taken = take_file(name="整改报告.txt", chunks=[REPORT.encode()])
    found = []
    with transaction.atomic():
        for place, (kind, grade, title, fields, days, until) in enumerate(CASES):
            at = now - timedelta(days=days)
            case = open_case(
                actor=supervisor,
                kind=kind,
                title=title,
                grade=grade,
                fields=fields,
                subject=f"demonstration:{place}",
                supervising_unit=bureau,
                about_unit=school,
                now=at,
            )
            if until != "open":
                _go_on(case, until, supervisor, handler, school, taken, at)
            found.append(case)
        escalate_due(now=now)
        fold_tallies()
        count_days(now=now)
    return tuple(found)


def _go_on(
    case: Case, until: str, supervisor: Account, handler: Account, school: Unit, taken: Any, at: datetime
) -> None:
    public_id = case.public_id
    assign_case(actor=supervisor, public_id=public_id, unit=school, now=at + timedelta(hours=2))
    if until == "assigned":
        return
    case = accept_case(actor=handler, public_id=public_id, now=at + timedelta(hours=5))
    report_progress(actor=handler, public_id=public_id, reason="已到现场查看，正在安排。", now=at + timedelta(hours=6))
    if until == "extension":
        assert case.due_on is not None  # It has just begun.
        wanted = case.due_on + timedelta(days=14)
        ask_extension(
            actor=handler, public_id=public_id, new_due_on=wanted, reason="需与上学期台账核对，人手不足。",
            now=at + timedelta(hours=7),
        )  # fmt: skip
    if until in ("submitted", "closed"):
        done = at + timedelta(hours=8)
        pieces = [Piece("file", file=taken), Piece("note", note="现场已整改，台账同步更新。")]
        add_evidence(actor=handler, public_id=public_id, pieces=pieces, now=done)
        submit_case(actor=handler, public_id=public_id, now=done)
        if until == "closed":
            verify_case(actor=supervisor, public_id=public_id, reason="现场查看属实。", now=done + timedelta(hours=3))
