"""Fields that take times of a week and lists of names as words."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from yaodian.timetabling.queries.times import UnreadableTimes, read_slots, read_starts

BETWEEN = re.compile(r"[、,，;；\n]+")


def day_field(label: Any, **given: Any) -> forms.DateField:
    """A day, picked from a calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class SlotsField(forms.CharField):
    """Times of a week in words; the value is a list of slots."""

    _read = staticmethod(read_slots)

    def to_python(self, value: Any) -> Any:
        try:
            return self._read(super().to_python(value))
        except UnreadableTimes as problem:
            raise ValidationError(problem.message) from problem

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """None of a text's: the value is a list."""


class StartsField(SlotsField):
    """Single starts."""

    _read = staticmethod(read_starts)


class NamesField(forms.CharField):
    """Names with commas between them; the value is a list of them, each once."""

    def to_python(self, value: Any) -> Any:
        return list(
            dict.fromkeys(" ".join(one.split()) for one in BETWEEN.split(super().to_python(value)) if one.strip())
        )

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """None of a text's: the value is a list."""
