"""Sealed columns: text, days and flags, each of a length that does not tell what is in it."""

from datetime import date
from typing import Any

from django.db import models

from yaodian.foundation.fields import EncryptedTextField

_YES, _NO = "1", "0"
_DAY, _FLAG = models.DateField(), models.BooleanField(null=True)


class SealedText(EncryptedTextField):
    """Text. With `pad_to`, every value is filled up to as many bytes, so that the length tells nothing."""

    def __init__(self, *arguments: Any, pad_to: int = 0, **options: Any) -> None:
        self.pad_to = pad_to
        super().__init__(*arguments, **options)

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        if self.pad_to:
            options["pad_to"] = self.pad_to
        return name, path, arguments, options

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return text.rstrip(" ") if self.pad_to and text is not None else text

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if not self.pad_to or not isinstance(value, str):
            return value
        return value + " " * (self.pad_to - len(value.encode()))


class SealedDay(EncryptedTextField):
    """A day."""

    def to_python(self, value: Any) -> Any:
        return _DAY.to_python(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return date.fromisoformat(text) if text else None

    def get_prep_value(self, value: Any) -> Any:
        day = self.to_python(value)
        return super().get_prep_value(day.isoformat() if isinstance(day, date) else day)


class SealedFlag(EncryptedTextField):
    """Yes, no, or null where nobody has said."""

    def to_python(self, value: Any) -> Any:
        return _FLAG.to_python(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return None if text is None else text == _YES

    def get_prep_value(self, value: Any) -> Any:
        flag = self.to_python(value)
        return super().get_prep_value(None if flag is None else (_YES if flag else _NO))


def blind() -> "models.BinaryField[bytes | None, bytes | None]":
    """The column of a keyed index, `foundation.keys.blind_index`; null where the value is not there."""
    return models.BinaryField(max_length=16, null=True, blank=True, editable=False)
