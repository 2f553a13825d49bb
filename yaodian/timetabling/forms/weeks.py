"""Whose timetables are opened by name, and for what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.queries import WEEK_PURPOSES


class PupilsForm(RefusableForm):
    """A class of the term by its code, and the purpose."""

    school_class = forms.ChoiceField(label=_("班级"))
    purpose = forms.ChoiceField(label=_("用途"), choices=[("", "—"), *WEEK_PURPOSES.items()])

    def __init__(self, *arguments: Any, classes: Iterable[str], **named: Any) -> None:
        super().__init__(*arguments, auto_id="pupils-%s", **named)
        field: Any = self.fields["school_class"]
        field.choices = [(one, one) for one in classes]
