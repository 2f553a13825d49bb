"""The kind of case that monitoring opens: figures that cannot be right, or are missing."""

from django.utils.translation import gettext_lazy as _

from yaodian.cases.declaring import (
    BUSINESS,
    CaseKind,
    Clock,
    Confidentiality,
    Field,
    FieldKind,
    Grade,
    declare,
    standard_ladder,
    standard_loop,
)
from yaodian.foundation.measuring import Citation

DATA_DEFECT = declare(
    CaseKind(
        code="indicators.data_defect",
        label=_("数据质量问题"),
        citation=Citation("教育统计管理规定", "教育部令第44号", "", "M-h"),
        fields=(Field("year", _("学年"), FieldKind.NUMBER), Field("cells", _("涉及的指标"))),
        grades=(Grade("doubt", _("存疑"), 1), Grade("missing", _("缺报"), 2), Grade("contradiction", _("矛盾"), 3)),
        clocks=(Clock(BUSINESS, _("核实期限"), {"doubt": 10, "missing": 5, "contradiction": 5}),),
        ladder=standard_ladder(),
        confidentiality=Confidentiality.INTERNAL,
        retention_years=5,
        reopen_within_days=90,
        # The figures themselves are the proof: whoever verifies looks at the returns.
        **standard_loop(submit=()),
    )
)
