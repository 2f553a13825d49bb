"""The base of all rows."""

from typing import Self

from django.db import models


class Record(models.Model):
    """A row written through `store()`, which checks fields, uniqueness and constraints before asking the database."""

    class Meta:
        abstract = True

    def store(self) -> Self:
        """Checks the row and saves it. Raises ValidationError with a sentence for each field that is wrong."""
        self.full_clean()
        self.save()
        return self
