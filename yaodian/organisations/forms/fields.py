"""Fields that units, people and days are entered with."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import unit_of_code


class DayField(forms.DateField):
    """A day, chosen from the browser's calendar."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class UnitField(forms.CharField):
    """A unit by its code; the list of suggestions writes "code name", of which the first word counts."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("help_text", gettext_lazy("输入单位代码，或从提示中选择。"))
        super().__init__(
            max_length=200, widget=forms.TextInput(attrs={"list": "units-known", "autocomplete": "off"}), **given
        )

    def clean(self, value: Any) -> Unit | None:
        said = super().clean(value)
        return unit_of(said) if said else None


class UnitsField(forms.CharField):
    """Several units, a code to a line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), **given)

    def clean(self, value: Any) -> list[Unit]:
        said = super().clean(value)
        return [unit_of(line) for line in said.splitlines() if line.strip()]


class PartsField(forms.CharField):
    """Units to come: code, name and perhaps a short name to a line, with blanks between them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), **given)

    def clean(self, value: Any) -> list[tuple[str, str, str]]:
        said = super().clean(value)
        parts: list[tuple[str, str, str]] = []
        for number, line in enumerate((one for one in said.splitlines() if one.strip()), 1):
            words = line.split()
            if len(words) < 2 or len(words) > 3:
                raise forms.ValidationError(
                    _("第 %(number)s 行应为“代码 名称”或“代码 名称 简称”，用空格隔开。") % {"number": number}
                )
            parts.append((words[0], words[1], words[2] if len(words) == 3 else ""))
        return parts


def unit_of(said: str) -> Unit:
    """The unit whose code is the first word. Raises ValidationError."""
    code = said.split()[0]
    found = unit_of_code(code=code)
    if found is None:
        raise forms.ValidationError(_("没有代码为“%(code)s”的单位。请核对代码。") % {"code": code})
    return found
