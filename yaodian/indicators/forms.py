"""The forms of the what-if pages. They pack what was typed into a change; whether it can be done is for the operations."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.indicators.models import StatuteCode
from yaodian.indicators.queries import PLANNED, Choices
from yaodian.statutes.changes import EQUIPMENT, ROOMS, TEACHERS, BadChange, number, written
from yaodian.statutes.costs import PRICES
from yaodian.statutes.declare import BOOK
from yaodian.statutes.verdicts import STAGES

WORDS = {"是": True, "否": False, "true": True, "false": False, "yes": True, "no": False}
# What a new teacher is most often asked for comes first; the rest of TEACHERS follows.
TEACHERS_SHOWN = (
    "full_time",
    "above_required_qualification",
    "sports_and_arts",
    "backbone_county_or_above",
    "certified",
)


class NumberText(forms.CharField):
    """A number as people type it, kept as text; full-width digits and thousands' commas are understood."""

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        if unit:
            options["label"] = f"{options['label']}（{unit}）"
        super().__init__(max_length=40, **options)

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", str(super().to_python(value))).replace(",", "").strip()


class ScenarioForm(RefusableForm):
    """A new scenario."""

    name = forms.CharField(
        label=_("名称"), max_length=60, widget=forms.TextInput(attrs={"placeholder": _("如：城南两所小学补齐教师")})
    )
    statute = forms.ChoiceField(
        label=_("依据"), choices=[(code, StatuteCode(code).label) for code in PLANNED], initial=PLANNED[0]
    )
    year = forms.TypedChoiceField(label=_("学年"), coerce=int)

    def __init__(self, *arguments: Any, years: Sequence[int], **named: Any) -> None:
        super().__init__(*arguments, **named)
        year: Any = self.fields["year"]
        year.choices = [(each, str(each)) for each in years]


class NameForm(RefusableForm):
    """The name of a scenario."""

    name = forms.CharField(label=_("名称"), max_length=60)


class PricesForm(RefusableForm):
    """A price for everything that changes may cost; empty ones are not known."""

    def __init__(self, *arguments: Any, names: Sequence[str] = tuple(PRICES), **named: Any) -> None:
        super().__init__(*arguments, auto_id="price-%s", **named)
        for name in names:
            self.fields[name] = NumberText(label=PRICES[name].label, unit=PRICES[name].unit, required=False)


# --- A form for each kind of change ------------------------------------------------------------------------------------


class ChangeForm(RefusableForm):
    """What the forms of changes have in common: `kind`, `title`, `hint`, and `change`, the change as it is kept."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    hint: ClassVar[str | Promise] = ""

    def __init__(self, *arguments: Any, choices: Choices, **named: Any) -> None:
        super().__init__(*arguments, auto_id="change-%s", **named)
        self.choices = choices
        self.prepare(choices)

    def prepare(self, choices: Choices) -> None:
        """Fills in what the fields offer."""

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields but those of sorts of teachers, which stand together."""
        return [self[name] for name in self.fields if name not in TEACHERS]

    @property
    def teachers(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in TEACHERS]

    def change(self) -> dict[str, Any]:
        """The change, of a valid form. What its words mean is not looked at here."""
        return {"kind": self.kind, **self.packed(self.cleaned_data)}

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def offer(self, name: str, options: Sequence[tuple[str, Any]], first: str | Promise | None = None) -> None:
        field: Any = self.fields[name]
        field.choices = [*([("", first)] if first is not None else []), *options]


def _place(label: str | Promise) -> forms.ChoiceField:
    return forms.ChoiceField(label=label)


def _places(choices: Choices) -> list[tuple[str, Any]]:
    by_stage: dict[str, list[tuple[str, str]]] = {}
    for place in choices.places:
        by_stage.setdefault(place.stage, []).append((place.key, place.label))
    return [(STAGES.get(stage, stage), options) for stage, options in by_stage.items()]


def _at(key: str, code: str = "code", stage: str = "stage") -> dict[str, str]:
    first, _stroke, second = key.partition("|")
    return {code: first, stage: second}


class _TeachersForm(ChangeForm):
    sorts: ClassVar[tuple[str, ...]] = (*TEACHERS_SHOWN, *(name for name in TEACHERS if name not in TEACHERS_SHOWN))

    def prepare(self, choices: Choices) -> None:
        for name in self.sorts:
            label = BOOK.quantities[name].label.removesuffix("数")
            self.fields[name] = NumberText(label=label, unit=BOOK.quantities[name].unit, required=False)

    def numbers(self, given: Mapping[str, Any]) -> dict[str, str]:
        return {name: given[name] for name in self.sorts if given[name]}


class ChangeFigureForm(ChangeForm):
    """A reported figure is another one."""

    kind = "change_figure"
    title = _("改数据")
    hint = _("想一想：如果这个数是另一个数。只在方案里改，不动底数。")
    place = forms.ChoiceField(label=_("学校和学段"))
    quantity = forms.ChoiceField(label=_("数据项"))
    value = forms.CharField(
        label=_("改为"),
        max_length=40,
        help_text=_("填数字；判断项填“是”或“否”；百分比填小数，如 0.85。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def prepare(self, choices: Choices) -> None:
        county = [("|", _("全县")), *((f"|{stage}", f"全县{label}") for stage, label in STAGES.items())]
        self.offer("place", [*_places(choices), (_("县级数据"), county)], _("请选择学校和学段"))
        groups = [(_("学校的数据"), choices.school_figures), (_("县级数据"), choices.county_figures)]
        self.offer("quantity", groups, _("请选择数据项"))

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        text = unicodedata.normalize("NFKC", given["value"]).replace(",", "").strip()
        return {**_at(given["place"]), "quantity": given["quantity"], "value": WORDS.get(text.lower(), text)}


class MoveTeachersForm(_TeachersForm):
    """Teachers go from one school to another."""

    kind = "move_teachers"
    title = _("教师调动")
    hint = _("先写调动几名专任教师，再写其中各类有几人。")
    source = _place(_("从"))
    target = _place(_("到"))

    def prepare(self, choices: Choices) -> None:
        super().prepare(choices)
        for name in ("source", "target"):
            self.offer(name, _places(choices), _("请选择学校和学段"))

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **_at(given["source"], "from_code", "from_stage"),
            **_at(given["target"], "to_code", "to_stage"),
            "numbers": self.numbers(given),
        }


class HireTeachersForm(_TeachersForm):
    """New teachers."""

    kind = "hire_teachers"
    title = _("新聘教师")
    hint = _("先写新聘几名专任教师，再写其中各类有几人；一个人可以同时算在几类里。")
    place = _place(_("学校和学段"))

    def prepare(self, choices: Choices) -> None:
        super().prepare(choices)
        self.offer("place", _places(choices), _("请选择学校和学段"))

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {**_at(given["place"]), "numbers": self.numbers(given)}


class TrainTeachersForm(HireTeachersForm):
    """Teachers who are there gain something."""

    kind = "train_teachers"
    title = _("培养教师")
    hint = _("在岗教师中有几人取得学历、骨干称号、证书或完成培训。")
    sorts = tuple(name for name in _TeachersForm.sorts if name != "full_time")


class MergeSchoolsForm(ChangeForm):
    """Schools close and become part of another."""

    kind = "merge_schools"
    title = _("合并学校")
    hint = _("各项数据相加；学校是什么样的（城乡、公办民办），以保留的学校为准。")
    into = forms.ChoiceField(label=_("保留的学校"))
    codes = forms.MultipleChoiceField(label=_("并入的学校"), widget=forms.CheckboxSelectMultiple)

    def prepare(self, choices: Choices) -> None:
        self.offer("into", choices.schools, _("请选择学校"))
        self.offer("codes", choices.schools)

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"codes": given["codes"], "into": given["into"]}


class SplitSchoolForm(ChangeForm):
    """A part of a school becomes a new one."""

    kind = "split_school"
    title = _("分设学校")
    hint = _("每项数据都按份额分；最大班额两校都按原数，可再用“改数据”修改。")
    code = forms.ChoiceField(label=_("原学校"))
    stage = forms.ChoiceField(label=_("分哪个学段"), required=False)
    new_name = forms.CharField(label=_("新学校名称"), max_length=60)
    new_code = forms.CharField(
        label=_("新学校代码"), max_length=20, help_text=_("只在这个方案里用，不能和已有的学校相同。")
    )
    share = NumberText(label=_("分出的份额"), unit="%", help_text=_("大于 0、小于 100；整个学段分出时填 100。"))

    def prepare(self, choices: Choices) -> None:
        self.offer("code", choices.schools, _("请选择学校"))
        self.offer("stage", list(STAGES.items()), _("全部学段"))
        taken = {code for code, _name in choices.schools}
        self.fields["new_code"].initial = next(f"NEW{at}" for at in range(1, len(taken) + 2) if f"NEW{at}" not in taken)

    def clean_share(self) -> str:
        try:
            return written(number(self.cleaned_data["share"], "分出的份额") / 100)
        except BadChange as bad:
            raise forms.ValidationError(str(bad)) from None

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: given[name] for name in ("code", "stage", "new_name", "new_code", "share")}


class AddRoomsForm(ChangeForm):
    """Rooms or grounds."""

    kind = "add_rooms"
    title = _("增加用房")
    place = _place(_("学校和学段"))
    rooms = forms.ChoiceField(label=_("用房种类"), choices=list(ROOMS.items()))
    number = NumberText(label=_("间数（处数）"), initial="1")
    area = NumberText(label=_("每间（处）面积"), unit="平方米", required=False)
    is_new = forms.BooleanField(label=_("新建（不勾选：把原有用房改作此用）"), required=False, initial=True)

    def prepare(self, choices: Choices) -> None:
        self.offer("place", _places(choices), _("请选择学校和学段"))

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **_at(given["place"]),
            "rooms": given["rooms"],
            "number": given["number"],
            "area": given["area"] or "0",
            "is_new": given["is_new"],
        }


class BuyEquipmentForm(ChangeForm):
    """Apparatus, computers, books."""

    kind = "buy_equipment"
    title = _("购置设备")
    place = _place(_("学校和学段"))
    quantity = forms.ChoiceField(
        label=_("购置什么"),
        choices=[(name, f"{BOOK.quantities[name].label}（{BOOK.quantities[name].unit}）") for name in EQUIPMENT],
    )
    amount = NumberText(label=_("增加多少"))

    def prepare(self, choices: Choices) -> None:
        self.offer("place", _places(choices), _("请选择学校和学段"))

    def packed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {**_at(given["place"]), "quantity": given["quantity"], "amount": given["amount"]}


CHANGE_FORMS: Mapping[str, type[ChangeForm]] = {
    form.kind: form
    for form in (
        HireTeachersForm,
        MoveTeachersForm,
        TrainTeachersForm,
        AddRoomsForm,
        BuyEquipmentForm,
        MergeSchoolsForm,
        SplitSchoolForm,
        ChangeFigureForm,
    )
}
