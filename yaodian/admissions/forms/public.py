"""The form of «which school is mine»."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import Intake
from yaodian.foundation.forms import RefusableForm


def degrees(label: Any, most: int, **given: Any) -> forms.FloatField:
    """A longitude or a latitude."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(label=label, min_value=-most, max_value=most, required=False, widget=widget, **given)


class FindForm(RefusableForm):
    """An address in an intake."""

    intake = forms.ChoiceField(label=_("招生季和学段"))
    street = forms.CharField(
        label=_("道路"), max_length=80, required=False, help_text=_("写到路、街、巷，如“中山路”。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    number = forms.CharField(
        label=_("门牌号"), max_length=30, required=False, help_text=_("如“12”“12号之一”；不要写楼栋和房间。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    longitude = degrees(_("经度（GCJ-02）"), 180)
    latitude = degrees(_("纬度（GCJ-02）"), 90)

    def __init__(self, *arguments: Any, intakes: Iterable[Intake], **named: Any) -> None:
        super().__init__(*arguments, auto_id="find-%s", **named)
        field: Any = self.fields["intake"]
        field.choices = [(each.public_id, f"{each.season.title} · {each.get_stage_display()}") for each in intakes]

    def clean(self) -> dict[str, Any]:
        """A street with a number, a point, or both."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        place = said.get("longitude"), said.get("latitude")
        if (place[0] is None) != (place[1] is None):
            raise forms.ValidationError(_("经度和纬度要一起填写，或都不填。"))
        if place[0] is None and "street" in said and "number" in said:
            for name, sentence in (("street", _("请填写道路，或在地图上选一个点。")), ("number", _("请填写门牌号。"))):
                if not said[name]:
                    self.add_error(name, sentence)
        return said

    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, where both were given."""
        said = self.cleaned_data
        return None if said["longitude"] is None else (said["longitude"], said["latitude"])
