"""The forms of appraisal. They take what was typed; whether it can be is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.appraisal.models import Sheet, SheetItem
from yaodian.appraisal.sheets import read_steps
from yaodian.foundation.files.taking import ACCEPT
from yaodian.foundation.forms import RefusableForm, SeveralFiles, SeveralFilesField
from yaodian.organisations.models import Account, Unit, UnitKind

APPRAISED = (UnitKind.COUNTY, UnitKind.SCHOOL, UnitKind.KINDERGARTEN, UnitKind.SECTION)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _number(label: Any, **options: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, max_digits=14, decimal_places=4, widget=widget, **options)


def _words(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 3}), **options)


def _link() -> forms.CharField:
    # A link into the intranet need not be one that Django takes for an address.
    return forms.CharField(label=_("材料链接"), max_length=300, required=False)


def _files() -> SeveralFilesField:
    return SeveralFilesField(
        label=_("照片和文件"),
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPT}),
        help_text=_("可以拍照或选择几份，照片中的位置等信息会自动去除。"),
    )


class RoundForm(RefusableForm):
    """A new round."""

    sheet = forms.ModelChoiceField(label=_("考核表"), queryset=Sheet.objects.none(), to_field_name="public_id")
    title = forms.CharField(label=_("名称"), max_length=80)
    year = forms.IntegerField(label=_("年度"), min_value=1949, max_value=2199)
    freeze_on = _day(_("定数日"))
    appeal_days = forms.IntegerField(label=_("申诉期（工作日）"), initial=5, min_value=1, max_value=60)

    def __init__(self, *arguments: Any, sheets: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="round-%s", **named)
        field: Any = self.fields["sheet"]
        field.queryset = sheets


class SheetForm(RefusableForm):
    """A new sheet."""

    office = forms.ModelChoiceField(label=_("主办单位"), queryset=Unit.objects.none(), to_field_name="public_id")
    name = forms.CharField(label=_("名称"), max_length=80)
    unit_kind = forms.ChoiceField(label=_("考核对象"), choices=[(kind.value, kind.label) for kind in APPRAISED])
    basis = forms.CharField(label=_("依据"), max_length=200)

    def __init__(self, *arguments: Any, offices: Iterable[Unit], **named: Any) -> None:
        super().__init__(*arguments, auto_id="sheet-%s", **named)
        field: Any = self.fields["office"]
        units = list(offices)
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        field.choices = [(unit.public_id, unit.name_then) for unit in units]  # type: ignore[attr-defined]  # Annotated by `named`.


SETTINGS = ("name", "basis", "unit_kind", "full", "digits", "limit_percent", "ties")
_ITEM_FIELDS = (
    *("code", "parent", "label", "rule", "weight", "full", "measure", "stage", "filter", "floor", "target"),
    *("is_falling", "each", "cap", "when_absent", "criteria"),
)


class ItemForm(RefusableForm):
    """A line of a sheet; the fields are those of the row."""

    steps = forms.CharField(
        label=_("分档"), max_length=400, required=False, help_text=_("界限:得分，如 60:4；80:7；90:10")
    )

    def __init__(
        self,
        *arguments: Any,
        measures: list[tuple[str, str]],
        places: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ((), ()),  # type: ignore[assignment]  # Empty.
        parents: Iterable[tuple[str, str]] = (),
        **named: Any,
    ) -> None:
        super().__init__(*arguments, auto_id="item-%s", **named)
        for name, field in forms.fields_for_model(SheetItem, fields=_ITEM_FIELDS).items():
            if isinstance(field, forms.DecimalField):
                field.required, field.initial = False, None
                field.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            self.fields[name] = field
        self.fields["measure"] = forms.ChoiceField(
            label=_("指标"),
            choices=[("", "—"), *measures],
            required=False,
            help_text=_("督办事项、工作任务、月报的情况也是指标，如“督办事项按期办结率”。"),
        )
        for name, choices in zip(("stage", "filter"), places, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label, choices=[("", "—"), *choices], required=False
            )
        self.fields["label"].label = _("项目名称")
        self.fields["stage"].label = _("学段或类型")
        self.fields["parent"] = forms.ChoiceField(
            label=_("上级项目"), choices=[("", _("（没有上级）")), *parents], required=False
        )
        self.order_fields([*_ITEM_FIELDS[:11], "steps", *_ITEM_FIELDS[11:]])

    def clean_steps(self) -> list[list[str]]:
        """Pairs of limit and marks."""
        try:
            return read_steps(self.cleaned_data["steps"])
        except ValueError as problem:
            raise forms.ValidationError(
                gettext("“%(part)s”不是“界限:得分”。请写成如 60:4；80:7；90:10。") % {"part": str(problem)[:20]}
            ) from problem

    def values(self) -> dict[str, Any]:
        """What the operation takes; an empty figure is 0."""
        numbers = {name for name, field in self.fields.items() if isinstance(field, forms.DecimalField)}
        return {
            name: Decimal(0) if value is None and name in numbers else value
            for name, value in self.cleaned_data.items()
        }


class SheetSettingsForm(RefusableForm):
    """What a sheet says besides its items; the fields are those of the row."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="settings-%s", **named)
        for name, field in forms.fields_for_model(Sheet, fields=SETTINGS).items():
            self.fields[name] = field
        self.fields["unit_kind"] = forms.ChoiceField(
            label=_("考核对象"), choices=[(kind.value, kind.label) for kind in APPRAISED]
        )


class UploadForm(RefusableForm):
    """A workbook of items."""

    file = forms.FileField(label=_("考核项目表（.xlsx）"))


class AssignForm(RefusableForm):
    """Who sits at which seat, of which item."""

    assessor = forms.ModelChoiceField(label=_("评分人"), queryset=Account.objects.none(), to_field_name="username")
    seat = forms.TypedChoiceField(
        label=_("席位"),
        coerce=int,
        choices=[(1, _("第一评分人")), (2, _("第二评分人")), (3, _("第三人（相差过大时裁定）"))],
    )
    item = forms.ChoiceField(label=_("项目"), required=False)

    def __init__(
        self, *arguments: Any, assessors: Iterable[Account], items: Iterable[tuple[str, str]], **named: Any
    ) -> None:
        super().__init__(*arguments, auto_id="assign-%s", **named)
        people: Any = self.fields["assessor"]
        known = list(assessors)
        people.queryset = Account.objects.filter(pk__in=[one.pk for one in known])
        people.choices = [("", "—"), *((one.username, one.name) for one in known)]
        field: Any = self.fields["item"]
        field.choices = [("", _("全部评分项目")), *items]


class MarkForm(RefusableForm):
    """An assessor's mark."""

    mark = _number(_("评分"))
    evidence = _words(_("依据与说明"), 1000)
    files = _files()
    link = _link()


class OccurrenceForm(RefusableForm):
    """Something that happened."""

    item = forms.ChoiceField(label=_("项目"))
    happened_on = _day(_("日期"))
    times = forms.IntegerField(label=_("次数"), initial=1, min_value=1, max_value=999)
    reason = _words(_("事由"), 400)
    cited = forms.CharField(
        label=_("关联的事项、任务或月报"),
        max_length=400,
        required=False,
        help_text=_("填督办事项的编号，或粘贴它的网页地址；可以不填。"),
    )
    files = _files()
    link = _link()

    def __init__(self, *arguments: Any, items: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="occurrence-%s", **named)
        field: Any = self.fields["item"]
        field.choices = list(items)


class DecideForm(RefusableForm):
    """A mark by hand, where a value could not be had."""

    item = forms.ChoiceField(label=_("项目"))
    mark = _number(_("认定分"))
    reason = _words(_("理由"), 1000)

    def __init__(self, *arguments: Any, items: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="decide-%s", **named)
        field: Any = self.fields["item"]
        field.choices = list(items)


class AppealForm(RefusableForm):
    """An objection."""

    item = forms.ChoiceField(label=_("项目"))
    text = _words(_("申诉理由"), 1000)
    files = _files()
    link = _link()

    def __init__(self, *arguments: Any, items: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="appeal-%s", **named)
        field: Any = self.fields["item"]
        field.choices = list(items)


class AppealDecisionForm(RefusableForm):
    """What becomes of an appeal; without a mark it is dismissed."""

    mark = _number(_("更正后的得分"), required=False, help_text=_("留空则维持原分"))
    reason = _words(_("裁定理由"), 1000)
