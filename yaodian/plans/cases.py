"""The kinds of case that a plan opens: a commitment that is late, a duty of a post that has come round.

A late commitment ends with its measures where it has any that are bound, and with files where it has none.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.cases.declaring import (
    BUSINESS,
    CaseKind,
    Clock,
    Confidentiality,
    Field,
    FieldKind,
    Grade,
    Need,
    declare,
    standard_ladder,
    standard_loop,
)
from yaodian.foundation.measuring import Citation
from yaodian.plans.queries.commitments import lines_behind_case


def _measure_reached(case: Any, today: date) -> str:
    """Why the measures speak against it: a target that is bound and not reached."""
    for line in lines_behind_case(subject=case.subject, today=today):
        if line.standing is not None and line.standing.status != "reached":
            return gettext("“%(target)s”还没有达到：%(reason)s达到后才能提交。") % {
                "target": line.words,
                "reason": line.standing.reason,
            }
    return ""


def _proof(case: Any, today: date) -> str:
    """Why there is no proof yet: neither measures that are reached nor a file of this round."""
    if lines_behind_case(subject=case.subject, today=today):
        return ""
    if case.evidence.filter(round=case.reopened, file__isnull=False).exists():
        return ""
    return gettext("还缺 1 份证明材料（文件或照片）。请先“补充材料”。")


COMMITMENT_OVERDUE = declare(
    CaseKind(
        code="plans.commitment_overdue",
        label=_("承诺逾期"),
        citation=Citation("政府督查工作条例", "国务院令第733号", "", "M-h"),
        fields=(
            Field("clause", _("要点条款")),
            Field("due_on", _("承诺期限"), FieldKind.DAY),
        ),
        grades=(Grade("general", _("一般"), 1), Grade("key", _("重点任务"), 2)),
        clocks=(Clock(BUSINESS, _("办理期限"), {"general": 20, "key": 10}),),
        ladder=standard_ladder(),
        confidentiality=Confidentiality.INTERNAL,
        retention_years=10,
        reopen_within_days=180,
        gates={"measure_reached": _measure_reached, "proof": _proof},
        **standard_loop(submit=(Need.gate("measure_reached"), Need.gate("proof"))),
    )
)

# The day is the period's own, given when the case is opened; the days of the clock stand for one that is opened by hand.
RECURRING_DUTY = declare(
    CaseKind(
        code="plans.recurring_duty",
        label=_("常态职责"),
        citation=Citation("地方党政领导干部安全生产责任制规定", "", "", "M-h"),
        fields=(
            Field("post", _("岗位")),
            Field("period", _("期间")),
            Field("basis", _("依据")),
        ),
        clocks=(Clock(BUSINESS, _("履职期限"), {"": 5}),),
        ladder=standard_ladder(),
        confidentiality=Confidentiality.INTERNAL,
        retention_years=10,
        reopen_within_days=60,
        **standard_loop(submit=(Need.file(),), verify_label=_("核实已履职，销号")),
    )
)
