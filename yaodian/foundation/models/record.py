"""The base of all rows."""

from typing import Self

from django.db import IntegrityError, models, transaction


class Record(models.Model):
    """A row written through `store()`, which checks its fields itself and leaves uniqueness and constraints to the database."""

    class Meta:
        abstract = True

    def store(self) -> Self:
        """Saves the row. Raises ValidationError with a sentence for each field and each constraint that is wrong.

        The database checks what it holds anyway; asked beforehand as well, each constraint would cost a question of its own,
        and four in five of an opening day's questions were such. Only what it refuses is looked into, for the sentence.
        """
        # What a relation points to has been fetched or made here; whether it exists need not be asked.
        at_hand = {one.name for one in self._meta.concrete_fields if one.is_relation and one.is_cached(self)}
        self.full_clean(exclude=at_hand, validate_unique=False, validate_constraints=False)
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.full_clean()
            raise
        return self
