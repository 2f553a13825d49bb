"""Model fields whose column holds sealed bytes, and how what they hold is shown without being told.

A sealed column cannot be searched, sorted or joined by the database: what must be found again has a column with a
`foundation.keys.blind_index` beside it. The seal is bound to model and column, so that a value copied into another
column does not open.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import IsNull

from yaodian.foundation.keys import seal, unseal


def blind() -> models.BinaryField[bytes | None, bytes | None]:
    """The column in which a sealed value is found again: `foundation.keys.blind_index`; null where the value is not there."""
    return models.BinaryField(max_length=16, null=True, blank=True, editable=False)


class SealedField(models.Field[Any, Any]):
    """The base: `encode` makes text of a value, `decode` a value of the text.

    With `pad_to`, the text is filled up with blanks to as many bytes of UTF-8, so that its length tells nothing.
    """

    empty_strings_allowed = True

    def __init__(self, *arguments: Any, pad_to: int = 0, **options: Any) -> None:
        self.pad_to = pad_to
        super().__init__(*arguments, **options)
        if self.max_length is not None:
            self.validators = [*self.validators, MaxLengthValidator(self.max_length)]

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        if self.pad_to:
            options["pad_to"] = self.pad_to
        return name, path, arguments, options

    def get_internal_type(self) -> str:
        return "BinaryField"

    def encode(self, value: Any) -> str:
        """The clear text that is sealed."""
        return str(value)

    def decode(self, text: str) -> Any:
        """The value that the clear text stands for."""
        return text

    @property
    def place(self) -> bytes:
        """What the seal is bound to besides its purpose. A copy of the model inherits it, so it names the field's."""
        return f"{self.model._meta.label_lower}.{self.attname}".encode()

    @property
    def purpose(self) -> str:
        """The purpose whose key seals the column: the app's."""
        return f"{self.model._meta.app_label}.sealed"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if value is None:
            return None
        text = unseal(bytes(value), purpose=self.purpose, context=self.place).decode()
        return self.decode(text.rstrip(" ") if self.pad_to else text)

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        if value is None:
            return None
        text = self.encode(value).encode()
        sealed = seal(text + b" " * (self.pad_to - len(text)), purpose=self.purpose, context=self.place)
        return connection.Database.Binary(sealed)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`. Raises FieldError for anything else, which would compare sealed bytes and find nothing."""
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(
            f"{self.model._meta.label}.{self.name} is sealed, so {lookup_name!r} would never find anything. Search the "
            "column of its blind index instead: yaodian.foundation.keys.blind_indexes."
        )

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else self.encode(value)


class EncryptedTextField(SealedField):
    """Text; `max_length` counts characters of the clear text."""

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)


class EncryptedDateField(SealedField):
    """A day."""

    def to_python(self, value: Any) -> Any:
        return models.DateField().to_python(value)

    def encode(self, value: Any) -> str:
        return str(value.isoformat())

    def decode(self, text: str) -> Any:
        return date.fromisoformat(text) if text else None


class EncryptedFlagField(SealedField):
    """Yes, no, or null where nobody has said."""

    def to_python(self, value: Any) -> Any:
        return models.BooleanField(null=True).to_python(value)

    def encode(self, value: Any) -> str:
        return "1" if value else "0"

    def decode(self, text: str) -> Any:
        return text == "1"


class EncryptedJSONField(SealedField):
    """Plain JSON: lists, dictionaries, text, numbers."""

    def encode(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def decode(self, text: str) -> Any:
        return json.loads(text)


class EncryptedBytesField(SealedField):
    """Bytes, such as a file's."""

    def to_python(self, value: Any) -> Any:
        return value if value is None else bytes(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return None if value is None else unseal(bytes(value), purpose=self.purpose, context=self.place)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = models.Field.get_db_prep_value(self, value, connection, prepared)
        if value is None:
            return None
        return connection.Database.Binary(seal(value, purpose=self.purpose, context=self.place))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else base64.b64encode(value).decode("ascii")


def sealed_fields(model: type[models.Model]) -> Mapping[str, SealedField]:
    """The sealed columns of a model by name."""
    return {field.name: field for field in model._meta.concrete_fields if isinstance(field, SealedField)}


# How sealed values are shown. The practice of public notices: enough for a person to know his own again, too little for
# anybody else to know whose it is.

STAR = "*"


def mask_name(name: str) -> str:
    """The surname only: 林*, 林**. A name of one character is hidden whole."""
    return name[:1] + STAR * (len(name) - 1) if len(name) > 1 else STAR * len(name)


def mask_number(number: str) -> str:
    """The first and the last character of an identity number, 1****************X: the six digits of the region, the
    birthday and the serial number are what would find the person; sixteen hidden characters leave nothing to guess."""
    return number[:1] + STAR * (len(number) - 2) + number[-1:] if len(number) > 4 else STAR * len(number)


def mask_phone(phone: str) -> str:
    """The three digits of the network and the last two: 199******01."""
    return phone[:3] + STAR * (len(phone) - 5) + phone[-2:] if len(phone) > 7 else STAR * len(phone)


def mask_address(address: str) -> str:
    """The first six characters, which are the county and no more."""
    return address[:6] + STAR * 4 if len(address) > 6 else STAR * len(address)


def mask_day(day: date | None) -> str:
    """The year only."""
    return "" if day is None else f"{day.year}-**-**"
