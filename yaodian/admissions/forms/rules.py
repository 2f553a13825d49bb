"""The forms of an office's rules: each takes the fields of one rule, and says them as its operation wants them.

Lists are typed a line each; house numbers as people write them (`problem.addresses`), areas as GeoJSON (`problem.areas`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import Catchment, Contested, Criterion, Intake, Offer, PriorityClass, Quota, Season
from yaodian.admissions.models.rules import LONGEST_NUMBER
from yaodian.admissions.problem.addresses import (
    Range,
    UnableToReadAddress,
    range_of,
    range_text,
    read_range,
    why_unread,
)
from yaodian.admissions.problem.areas import LONGEST_AREA, Ring, UnableToReadArea, read_area, write_area
from yaodian.admissions.queries import IntakePage, contested_door
from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.models import Unit

DAYS = ("opens_on", "closes_on", "check_until", "publishes_on", "born_from", "born_until")
FIGURES = ("accept_days", "appeal_days", "most_wishes", "overflow_m")
_BREAKS = re.compile(r"[\r\n、；;]+")


def lines_of(said: str) -> list[str]:
    """What stands on lines, or between 、 and ；."""
    return [one for each in _BREAKS.split(said) if (one := each.strip())]


def _lines(label: Any, **given: Any) -> forms.CharField:
    rows = given.pop("rows", 3)
    return forms.CharField(
        label=label, max_length=100_000, required=False, widget=forms.Textarea(attrs={"rows": rows}), **given
    )


def _day_widget() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RowForm(RefusableForm):
    """A form whose plain fields are those of a row."""

    row: ClassVar[type[Model]]
    plain: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        named.setdefault("auto_id", f"{self.row._meta.model_name}-%s")
        super().__init__(*arguments, **named)
        for name, field in forms.fields_for_model(self.row, fields=self.plain).items():
            if isinstance(field, forms.DateField):
                field.widget = _day_widget()
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            if isinstance(field, forms.FloatField | forms.IntegerField) and not isinstance(
                field.widget, forms.TextInput
            ):
                field.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            self.fields[name] = field
        self.order_fields(list(self.order or self.plain))


class SeasonForm(RowForm):
    """What a season says besides its rules."""

    row = Season
    plain = ("title", "year", "basis", "contact", "keep_months")


class NewSeasonForm(SeasonForm):
    """A new season, empty or as one of another year."""

    office = forms.ModelChoiceField(label=_("主办单位"), queryset=Unit.objects.none(), to_field_name="public_id")
    copy_of = forms.ModelChoiceField(
        label=_("沿用往年的规则"),
        queryset=Season.objects.none(),
        to_field_name="public_id",
        required=False,
        help_text=_("日期按年份顺延，建立后可以逐项修改。"),
    )
    order = ("office", "title", "year", "basis", "contact", "keep_months", "copy_of")

    def __init__(self, *arguments: Any, offices: Iterable[Unit], seasons: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        units = list(offices)
        field: Any = self.fields["office"]
        field.queryset = Unit.objects.filter(pk__in=[one.pk for one in units])
        field.choices = [(one.public_id, one.name_then) for one in units]  # type: ignore[attr-defined]  # Annotated by `named`.
        copied: Any = self.fields["copy_of"]
        copied.queryset = seasons


class IntakeForm(RowForm):
    """Days and figures of a stage."""

    row = Intake
    plain = (*DAYS, *FIGURES, "note")
    order = (*DAYS, *FIGURES, "proofs", "note")
    proofs = _lines(_("必交材料"), help_text=_("人人都要交的，每行一种，如“户口簿”。"))

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "proofs": lines_of(self.cleaned_data["proofs"])}


class NewIntakeForm(IntakeForm):
    """A stage that the season does not have yet."""

    stage = forms.ChoiceField(label=_("学段"))
    order = ("stage", *DAYS, *FIGURES, "proofs", "note")

    def __init__(self, *arguments: Any, stages: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field: Any = self.fields["stage"]
        field.choices = list(stages)

    def values(self) -> dict[str, Any]:
        said = super().values()
        said.pop("stage")
        return said


class RuleForm(RowForm):
    """A rule on the page of an intake. `chosen` is the row that is changed, None where one is added."""

    def __init__(self, data: Any = None, files: Any = None, *, page: IntakePage, chosen: Any = None) -> None:
        self.page = page
        super().__init__(data, files, initial={} if chosen is None else self.typed(chosen))

    def typed(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.plain}

    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        return {"values": dict(self.cleaned_data)}


class CriterionForm(RuleForm):
    row = Criterion
    plain = ("code", "words")
    order = ("code", "words", "proofs")
    proofs = _lines(_("所需材料"), help_text=_("能证明这一条的，每行一种。"))

    def typed(self, row: Any) -> dict[str, Any]:
        return {**super().typed(row), "proofs": "\n".join(row.proofs)}

    def given(self) -> dict[str, Any]:
        return {"values": {**self.cleaned_data, "proofs": lines_of(self.cleaned_data["proofs"])}}


class ClassForm(RuleForm):
    row = PriorityClass
    plain = ("rank", "label", "words")
    order = ("rank", "label", "words", "needs", "lacks")
    needs = forms.MultipleChoiceField(
        label=_("须具备的条件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("都具备才属于这一顺序。"),
    )
    lacks = forms.MultipleChoiceField(label=_("不得具备的条件"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, files: Any = None, *, page: IntakePage, chosen: Any = None) -> None:
        super().__init__(data, files, page=page, chosen=chosen)
        for name in ("needs", "lacks"):
            field: Any = self.fields[name]
            field.choices = [(each.code, each.words) for each in page.criteria]

    def typed(self, row: Any) -> dict[str, Any]:
        return {**super().typed(row), "needs": row.needs, "lacks": row.lacks}


class OfferForm(RuleForm):
    row = Offer
    plain = ("seats", "is_open", "is_public", "longitude", "latitude", "note")
    order = ("school", *plain)
    school = forms.ChoiceField(label=_("学校"))

    def __init__(self, data: Any = None, files: Any = None, *, page: IntakePage, chosen: Any = None) -> None:
        super().__init__(data, files, page=page, chosen=chosen)
        field: Any = self.fields["school"]
        self.units = {each.public_id: each for each in page.schools}
        choices = [(each.public_id, each.name_then) for each in page.schools]  # type: ignore[attr-defined]  # Annotated by `named`.
        if chosen is not None:
            self.units = {chosen.school.public_id: chosen.school}
            choices = [(chosen.school.public_id, page.names[chosen.school_id])]
        field.choices = choices
        for name, label in (("longitude", _("经度（GCJ-02）")), ("latitude", _("纬度（GCJ-02）"))):
            self.fields[name].label = label

    def typed(self, row: Any) -> dict[str, Any]:
        return {**super().typed(row), "school": row.school.public_id}

    def given(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return {"school": self.units[values.pop("school")], "values": values}


class QuotaForm(RuleForm):
    row = Quota
    plain = ("label", "seats", "step", "is_passed_on")
    order = ("school", "criterion", *plain)
    school = forms.ChoiceField(label=_("学校"))
    criterion = forms.ChoiceField(label=_("面向"))

    def __init__(self, data: Any = None, files: Any = None, *, page: IntakePage, chosen: Any = None) -> None:
        super().__init__(data, files, page=page, chosen=chosen)
        schools: Any = self.fields["school"]
        schools.choices = [
            (each.offer.school.public_id, each.name)
            for each in page.offers
            if chosen is None or each.offer.pk == chosen.offer_id
        ]
        criteria: Any = self.fields["criterion"]
        criteria.choices = [(each.code, each.words) for each in page.criteria]

    def typed(self, row: Any) -> dict[str, Any]:
        school = next(each.offer.school for each in self.page.offers if each.offer.pk == row.offer_id)
        return {**super().typed(row), "school": school.public_id, "criterion": row.criterion.code}

    def given(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        chosen = values.pop("school")
        school = next(each.offer.school for each in self.page.offers if each.offer.school.public_id == chosen)
        return {"school": school, "criterion": values.pop("criterion"), "values": values}


class CatchmentForm(RuleForm):
    row = Catchment
    plain = ("code", "label", "is_single")
    order = (*plain, "schools", "ranges", "area", "area_file")
    schools = _lines(_("对口学校"), help_text=_("每行一所，写名称或代码，按公布的顺序。"))
    ranges = _lines(
        _("道路和门牌"),
        rows=8,
        help_text=_("每行一段，如“中山路 1-99 单号”“人民路 12号之一”“长宁路 100弄”；整条路只写路名。"),
    )
    area = forms.CharField(
        label=_("地图范围（GeoJSON）"),
        max_length=LONGEST_AREA,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "在下面的图上画，或粘贴 GeoJSON。坐标须是 GCJ-02（高德、腾讯地图）；GPS 和天地图的坐标要先转换，不然会偏几百米。"
        ),
    )
    area_file = forms.FileField(
        label=_("或选择 GeoJSON 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,.geojson,application/geo+json,application/json"}),
    )

    def typed(self, row: Any) -> dict[str, Any]:
        led = sorted(row.schools.all(), key=lambda one: one.position)
        return {
            **super().typed(row),
            "schools": "\n".join(self.page.names[each.offer.school_id] for each in led),
            "ranges": "\n".join(range_text(range_of(one)) for one in row.ranges.all()),
            "area": write_area(row.polygon),
        }

    def clean_schools(self) -> list[Unit]:
        """The schools with places in the intake, by name or by code."""
        known = {word: each.offer.school for each in self.page.offers for word in (each.offer.school.code, each.name)}
        said = lines_of(self.cleaned_data["schools"])
        if unknown := [one for one in said if one not in known]:
            raise forms.ValidationError(
                _("本学段的招生计划里没有“%(school)s”。请写招生计划里的学校名称或代码。") % {"school": unknown[0][:60]}
            )
        return [known[one] for one in said]

    def clean_ranges(self) -> list[Range]:
        """The range of each line."""
        found = []
        for line in self.cleaned_data["ranges"].splitlines():
            if line.strip():
                try:
                    found.append(read_range(line))
                except UnableToReadAddress as problem:
                    raise forms.ValidationError(why_unread(problem)) from problem
        return found

    def clean_area(self) -> list[Ring]:
        """The rings of the text."""
        return self._rings(self.cleaned_data["area"])

    def clean_area_file(self) -> list[Ring] | None:
        """The rings of the file, where one was chosen."""
        file = self.cleaned_data["area_file"]
        if not file:
            return None
        if file.size > LONGEST_AREA:
            raise forms.ValidationError(_("这个文件太大。请只导出这一个学区，或用较粗的边界。"))
        return self._rings(file.read().decode("utf-8-sig", errors="replace"))

    @staticmethod
    def _rings(text: str) -> list[Ring]:
        try:
            return read_area(text)
        except UnableToReadArea as problem:
            raise forms.ValidationError(str(problem)) from problem

    def given(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        drawn, sent = values.pop("area"), values.pop("area_file")
        return {
            "schools": values.pop("schools"),
            "ranges": values.pop("ranges"),
            "values": {**values, "polygon": drawn if sent is None else sent},
        }


class ContestedForm(RuleForm):
    row = Contested
    plain = ("street", "words")
    order = ("street", "number", "words")
    number = forms.CharField(
        label=_("门牌号"), max_length=LONGEST_NUMBER, help_text=_("如“12号”“12号之一”“100弄3号”。")
    )

    def typed(self, row: Any) -> dict[str, Any]:
        return {**super().typed(row), **contested_door(row)}

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


FORMS: Mapping[str, type[RuleForm]] = {
    "criterion": CriterionForm,
    "class": ClassForm,
    "offer": OfferForm,
    "quota": QuotaForm,
    "catchment": CatchmentForm,
    "contested": ContestedForm,
}
