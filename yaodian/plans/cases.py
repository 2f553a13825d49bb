"""The kind of case that a plan opens: a commitment that is late."""

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
        **standard_loop(submit=(Need.file(),)),
    )
)
