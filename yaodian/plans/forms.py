"""The forms of the plan pages. They turn words into values; whether the values hold is for the operations to say."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.files.taking import ACCEPT
from yaodian.foundation.forms import RefusableForm, SeveralFiles, SeveralFilesField
from yaodian.organisations.forms.fields import DayField, UnitField
from yaodian.plans.models import (
    Clause,
    Comparator,
    Deadline,
    Forecast,
    ItemKind,
    Period,
    Plan,
    Responsibility,
    Rhythm,
    Strength,
    Target,
)
from yaodian.plans.operations import (
    ClauseValues,
    DeadlineValues,
    HeaderValues,
    MentionValues,
    ResponsibilityValues,
    StaleVersion,
    TargetValues,
    UnableTo,
)
from yaodian.plans.operations.responsibilities import DutyValues
from yaodian.plans.queries import FilterChoices
from yaodian.plans.queries.words import FIELD_LABELS, value_words

_BETWEEN_UNITS = re.compile(r"[、,，;；\n]+")


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NumberField(forms.FloatField):
    """A number as people type it: full-width digits and commas between thousands are understood."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages: ClassVar[dict[str, Promise]] = {"invalid": _("请填写数字，如 99.5。")}

    def to_python(self, value: Any) -> float | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip().rstrip("%")
        return super().to_python(value)


class UnitsField(forms.CharField):
    """Names of units with 、 between them; cleaned to a tuple."""

    def clean(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]  # A field may clean to what it likes.
        words = super().clean(value)
        return tuple(dict.fromkeys(part.strip() for part in _BETWEEN_UNITS.split(words) if part.strip()))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed: its label, what stands there now, and what this form holds."""

    label: str
    theirs: str
    mine: str


class ItemForm(RefusableForm):
    """What the forms of all kinds share: the version seen, the press of the button, the words chosen, and the reason.

    ``initial_values`` travels with the form as JSON, so that the change can be taken back in one step.
    """

    kind: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    reason = forms.CharField(label=_("理由"), required=False, max_length=300)
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    client_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    start = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    end = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    initial_values = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conflicts: tuple[Conflict, ...] = ()
        self.order_fields([*self.columns, "reason"])

    @property
    def span(self) -> tuple[int, int] | None:
        """The words chosen anew, if any were."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        return (start, end) if start is not None and end is not None and start < end else None

    def refuse(self, problem: UnableTo) -> None:
        """Puts an operation's sentence where it belongs, and what somebody else has written beside one's own."""
        if isinstance(problem, StaleVersion):
            self.conflicts = tuple(self._conflicts(problem.current))
            self.data = self.data.copy()
            self.data[self.add_prefix("expected_version")] = str(problem.current_version)
        super().refuse(problem)

    def _conflicts(self, current: Mapping[str, Any]) -> list[Conflict]:
        found = []
        for name in self.columns:
            mine = self.cleaned_data.get(name)
            mine = mine.isoformat() if isinstance(mine, date) else list(mine) if isinstance(mine, tuple) else mine
            theirs = current.get(name)
            if (theirs or "") == (mine or ""):
                continue
            nothing = gettext("（空）")
            words = value_words(name, theirs) or nothing, value_words(name, mine) or nothing
            found.append(Conflict(str(FIELD_LABELS.get(name, name)), *words))
        return found

    def undo_fields(self) -> dict[str, Any]:
        """What this form held when it was opened, to be sent again in order to take the change back."""
        try:
            fields = json.loads(self.cleaned_data.get("initial_values") or "{}")
        except ValueError:
            return {}
        return fields if isinstance(fields, dict) else {}


class TargetForm(ItemForm):
    kind = ItemKind.TARGET
    columns = ("subject", "comparator", "value", "value_max", "unit", "due_on", "per", "strength", "is_implicit")

    subject = forms.CharField(label=_("目标内容"), max_length=400)
    comparator = forms.ChoiceField(label=_("要求"), choices=Comparator.choices)
    value = NumberField(label=_("数值"))
    value_max = NumberField(label=_("上限"), required=False, help_text=_("只在“介于”和“增减”时填写。"))
    unit = forms.CharField(label=_("单位"), required=False, max_length=80, help_text=_("如 %、所、个百分点。"))
    due_on = forms.DateField(label=_("完成日期"), required=False, widget=_day_input())
    per = forms.ChoiceField(label=_("周期"), required=False, choices=[("", _("不重复")), *Period.choices])
    strength = forms.ChoiceField(label=_("力度"), choices=Strength.choices)
    is_implicit = forms.BooleanField(label=_("原文没有写数字（如“全覆盖”）"), required=False)

    def values(self) -> TargetValues:
        return TargetValues(**{name: self.cleaned_data[name] for name in self.columns})

    @staticmethod
    def initial_of(item: Target) -> dict[str, Any]:
        values = {name: getattr(item, name) for name in TargetForm.columns}
        for name in ("value", "value_max"):
            if values[name] is not None and values[name] == int(values[name]):
                values[name] = int(values[name])
        return values


class DeadlineForm(ItemForm):
    kind = ItemKind.DEADLINE
    columns = ("due_on",)

    due_on = forms.DateField(
        label=_("最后期限"), required=False, widget=_day_input(), help_text=_("原文没有定到某一天时留空。")
    )

    def values(self) -> DeadlineValues:
        return DeadlineValues(self.cleaned_data["due_on"])

    @staticmethod
    def initial_of(item: Deadline) -> dict[str, Any]:
        return {"due_on": item.due_on}


class ResponsibilityForm(ItemForm):
    kind = ItemKind.RESPONSIBILITY
    columns = ("units", "lead", "support")

    units = UnitsField(
        label=_("责任单位"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("按原文顺序填写全部单位，中间用顿号隔开。"),
    )
    lead = UnitsField(label=_("其中牵头"), required=False)
    support = UnitsField(label=_("其中配合"), required=False)

    def values(self) -> ResponsibilityValues:
        return ResponsibilityValues(**{name: self.cleaned_data[name] for name in self.columns})

    @staticmethod
    def initial_of(item: Responsibility) -> dict[str, Any]:
        return {name: "、".join(getattr(item, name)) for name in ResponsibilityForm.columns}


class MentionForm(ItemForm):
    columns = ("name",)

    name = forms.CharField(label=_("名称"), max_length=400)

    def values(self) -> MentionValues:
        return MentionValues(self.cleaned_data["name"])

    @staticmethod
    def initial_of(item: Any) -> dict[str, Any]:
        return {"name": item.name}


class PolicyForm(MentionForm):
    kind = ItemKind.POLICY
    name = forms.CharField(label=_("文件名称"), max_length=400, help_text=_("不带书名号。"))


class SystemForm(MentionForm):
    kind = ItemKind.SYSTEM
    name = forms.CharField(label=_("平台或系统名称"), max_length=400)


class ClauseForm(ItemForm):
    kind = ItemKind.CLAUSE
    columns = ("number", "heading")

    number = forms.CharField(label=_("编号"), max_length=80, help_text=_("不带标点，如 三、(一)、12。"))
    heading = forms.CharField(label=_("标题"), required=False, max_length=400)

    def values(self) -> ClauseValues:
        return ClauseValues(self.cleaned_data["number"], self.cleaned_data["heading"])

    @staticmethod
    def initial_of(item: Clause) -> dict[str, Any]:
        return {"number": item.number, "heading": item.heading}


class HeaderForm(ItemForm):
    kind = ItemKind.HEADER
    columns = ("title", "issuer", "year", "doc_number", "index_number", "written_on", "source_published_on")

    title = forms.CharField(label=_("标题"), max_length=600)
    issuer = forms.CharField(label=_("发文单位"), required=False, max_length=240)
    year = forms.IntegerField(
        label=_("年度"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    doc_number = forms.CharField(label=_("文号"), required=False, max_length=160)
    index_number = forms.CharField(label=_("索引号"), required=False, max_length=160)
    written_on = forms.DateField(label=_("成文日期"), required=False, widget=_day_input())
    source_published_on = forms.DateField(label=_("原文发布日期"), required=False, widget=_day_input())

    def values(self) -> HeaderValues:
        return HeaderValues(**{name: self.cleaned_data[name] for name in self.columns})

    @staticmethod
    def initial_of(item: Plan) -> dict[str, Any]:
        return {name: getattr(item, name) for name in HeaderForm.columns}


class SplitForm(ItemForm):
    """Where a new clause begins: a place chosen in the document, or its first words typed."""

    kind = ItemKind.CLAUSE
    columns = ("words", "number", "heading", "level")

    words = forms.CharField(
        label=_("新条目从哪里开始"), max_length=200, help_text=_("在原文中选取新条目开头的几个字，或照原文输入。")
    )
    number = forms.CharField(label=_("编号"), max_length=80, help_text=_("不带标点，如 三、(一)、12。"))
    heading = forms.CharField(label=_("标题"), required=False, max_length=400)
    level = forms.TypedChoiceField(
        label=_("层级"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("与原条目相同")), *((n, str(n)) for n in range(1, 7))],
    )


FORMS: Mapping[str, type[ItemForm]] = {
    form.kind: form for form in (TargetForm, DeadlineForm, ResponsibilityForm, PolicyForm, SystemForm, ClauseForm)
}


class QuotedForm(forms.Form):
    """The words of an item to be added, where none were selected with the mouse."""

    quote = forms.CharField(
        label=_("原话"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("照原文输入或粘贴，一字不差。"),
    )


class UploadForm(forms.Form):
    document = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,
        max_length=1000,
        error_messages={"required": _("还没有选择文件。请点“选择文件”，或把文件拖到框里。")},
        widget=forms.FileInput(attrs={"accept": ".txt,.md,.htm,.html,.docx,.pdf"}),
    )


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("表格"),
        allow_empty_file=True,
        max_length=1000,
        error_messages={"required": _("还没有选择表格。请选择从本页导出并修改过的 .xlsx 文件。")},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


class ListFilter(forms.Form):
    """What the list of plans is narrowed to; the choices are those that occur."""

    text = forms.CharField(
        label=_("搜标题或单位"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    year = forms.ChoiceField(label=_("年度"), required=False)
    issuer = forms.ChoiceField(label=_("发文单位"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, *arguments: Any, choices: FilterChoices, is_staff: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _narrow(self.fields["year"], [(str(year), str(year)) for year in choices.years])
        _narrow(self.fields["issuer"], [(issuer, issuer) for issuer in choices.issuers])
        if is_staff:
            _narrow(self.fields["state"], [(value, f"{label} {count}") for value, label, count in choices.states])
        else:
            del self.fields["state"]


class SearchForm(forms.Form):
    """A search over the clauses of all plans."""

    text = forms.CharField(
        label=_("搜条目内容"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autofocus": True}),
    )
    year = forms.ChoiceField(label=_("年度"), required=False)
    issuer = forms.ChoiceField(label=_("发文单位"), required=False)
    kind = forms.ChoiceField(
        label=_("只看含有"),
        required=False,
        choices=[
            ("", _("不限")),
            *(
                (str(kind), kind.label)
                for kind in ItemKind
                if kind not in {ItemKind.CLAUSE, ItemKind.HEADER, ItemKind.WARNING, ItemKind.PLAN}
            ),
        ],
    )

    def __init__(self, *arguments: Any, choices: FilterChoices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _narrow(self.fields["year"], [(str(year), str(year)) for year in choices.years])
        _narrow(self.fields["issuer"], [(issuer, issuer) for issuer in choices.issuers])


class RecurringDutyForm(forms.Form):
    """A duty of a post, or of a whole unit, that comes round."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    unit = UnitField(label=_("单位"))
    post = forms.CharField(
        label=_("岗位"),
        required=False,
        max_length=60,
        help_text=_("与人员登记中的岗位名称一致；不填则是整个单位的职责。"),
    )
    words = forms.CharField(label=_("职责"), max_length=200, help_text=_("用一句话写明每次要做什么。"))
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("规定这项职责的文件和条款。"))
    rhythm = forms.ChoiceField(label=_("频次"), choices=Rhythm.choices, widget=forms.RadioSelect)
    days_before = forms.IntegerField(
        label=_("提前天数"), min_value=1, max_value=366, help_text=_("到期前几天提出；期限是每一期的最后一个工作日。")
    )
    supervising_unit = UnitField(label=_("督办单位"))
    from_on = DayField(label=_("自"))
    until_on = DayField(label=_("至"), required=False, help_text=_("不填则一直有效。"))

    def values(self) -> DutyValues:
        """What was typed, for the operation; of a form that holds."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return DutyValues(**said)


def _narrow(field: forms.Field, choices: list[tuple[str, Any]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("全部")), *choices]


class StatementForm(forms.Form):
    """One line of a report: a sentence, whether it will be kept, and what shows it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    sentence = forms.CharField(
        label=_("本月进展"),
        max_length=400,
        help_text=_("一句话：做了什么，做到什么程度。200 字以内。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    forecast = forms.ChoiceField(label=_("能否按期完成"), choices=Forecast.choices, widget=forms.RadioSelect)
    reached = forms.MultipleChoiceField(
        label=_("已经达到的节点"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("选了就要附上证明材料；审核通过之后，任务页上显示已达到。"),
    )
    forecast_reason = forms.CharField(
        label=_("不能按期的原因"),
        required=False,
        max_length=400,
        help_text=_("选“不能”时填写，并写明需要的支持。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    files = SeveralFilesField(
        label=_("照片或文件"),
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPT}),
        help_text=_("用手机可以直接拍照，位置信息会自动去除。最多 10 份，单个不超过 20 MB。"),
    )

    def __init__(self, *arguments: Any, stops: Sequence[tuple[str, str]] = (), **named: Any) -> None:
        """``stops`` are the milestones that may be named, as key and words; without any the question is left out."""
        super().__init__(*arguments, **named)
        if stops:
            self.fields["reached"].choices = list(stops)  # type: ignore[attr-defined]  # A field with choices.
        else:
            del self.fields["reached"]
