"""The form of «which school is mine»."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import Intake
from yaodian.foundation.forms import RefusableForm


class FindForm(RefusableForm):
    """An address in an intake."""

    intake = forms.ChoiceField(label=_("招生季和学段"))
    street = forms.CharField(
        label=_("道路"), max_length=80, help_text=_("写到路、街、巷，如“中山路”。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    number = forms.CharField(
        label=_("门牌号"), max_length=20, help_text=_("只写门牌号，如“12”；不要写楼栋和房间。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, intakes: Iterable[Intake], **named: Any) -> None:
        super().__init__(*arguments, auto_id="find-%s", **named)
        field: Any = self.fields["intake"]
        field.choices = [(each.public_id, f"{each.season.title} · {each.get_stage_display()}") for each in intakes]
