"""Model fields whose columns hold sealed bytes: what stands in the database tells a length and nothing more.

A value opens in its own column only: the model is the purpose of the key, the column the context. Search by equality goes
through a column of `keys.blind_index` beside it.
"""

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models

from yaodian.foundation.keys import seal, unseal


class EncryptedTextField(models.Field[str, str]):
    """Text, sealed at rest. `max_length` counts characters of the clear text."""

    empty_strings_allowed = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.app_label}.{self.model._meta.model_name}"

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if value is None:
            return None
        return unseal(bytes(value), purpose=self.purpose, context=self.attname.encode()).decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        if value is None or isinstance(value, bytes | memoryview):
            return value
        return connection.Database.Binary(seal(value.encode(), purpose=self.purpose, context=self.attname.encode()))
