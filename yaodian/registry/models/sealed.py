"""The column in which a sealed value is found again."""

from django.db import models


def blind() -> "models.BinaryField[bytes | None, bytes | None]":
    """The column of a keyed index, `foundation.keys.blind_index`; null where the value is not there."""
    return models.BinaryField(max_length=16, null=True, blank=True, editable=False)
