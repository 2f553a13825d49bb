"""`manage reseal`: seals again what an old key or another algorithm has sealed, so that all stands under the current key."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, models, router, transaction
from django.db.models import BinaryField, ExpressionWrapper, F

from yaodian.foundation.fields import EncryptedBytesField, SealedField, sealed_fields
from yaodian.foundation.keys import UnableToUnseal, is_current, seal, unseal

CHUNK = 500
FILES_IN_CHUNK = 10


@dataclass
class Count:
    """Rows of a model: looked at, sealed again, and those that do not open, by primary key."""

    seen: int = 0
    resealed: int = 0
    shut: list[Any] = field(default_factory=list)


def models_with_sealed_columns() -> list[type[models.Model]]:
    """Every model that has a table of its own with sealed columns."""
    return [model for model in apps.get_models() if not model._meta.proxy and _own_columns(model)]


def _own_columns(model: type[models.Model]) -> list[str]:
    """Without those that it inherits from the table of another model."""
    return [name for name in sealed_fields(model) if model._meta.get_field(name).model is model]


def reseal(model: type[models.Model], *, chunk: int = CHUNK) -> Iterator[Count]:
    """Goes through a table by primary key, a transaction for each chunk, and gives the count after each.

    What is current is left alone: stopped and begun again it goes on where it was, and a second run writes nothing. A chunk
    is locked while it is worked on, so that nobody's change is written over with what stood there before.
    """
    fields = [sealed_fields(model)[name] for name in _own_columns(model)]
    if any(isinstance(field, EncryptedBytesField) for field in fields):
        # Files are megabytes each; a chunk is held in memory twice.
        chunk = min(chunk, FILES_IN_CHUNK)
    key = model._meta.pk
    assert key is not None
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    assigned = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    change = f"UPDATE {quote(model._meta.db_table)} SET {assigned} WHERE {quote(key.column)} = %s"  # noqa: S608  # names of our own models, quoted
    # The bytes as they stand there; the columns themselves would open them.
    raw = [ExpressionWrapper(F(field.attname), output_field=BinaryField()) for field in fields]
    rows = model._base_manager.using(connection.alias).order_by("pk")
    count, last = Count(), None
    while True:
        with transaction.atomic(using=connection.alias):
            after = rows if last is None else rows.filter(pk__gt=last)
            found = list(after.select_for_update().values_list("pk", *raw)[:chunk])
            if not found:
                return
            changed = []
            for pk, *cells in found:
                try:
                    again = [_again(cell, field) for cell, field in zip(cells, fields, strict=True)]
                except UnableToUnseal:
                    count.shut.append(pk)
                    continue
                if again != cells:
                    bound = [None if cell is None else connection.Database.Binary(cell) for cell in again]
                    changed.append([*bound, key.get_db_prep_value(pk, connection)])
            if changed:
                with connection.cursor() as cursor:
                    cursor.executemany(change, changed)
            count.seen += len(found)
            count.resealed += len(changed)
            last = found[-1][0]
        yield count


def _again(cell: bytes | None, field: SealedField) -> bytes | None:
    """The same cell where it is current, else what it holds, sealed again for the same place."""
    if cell is None or is_current(cell):
        return cell
    return seal(unseal(cell, purpose=field.purpose, context=field.place), purpose=field.purpose, context=field.place)


class Command(BaseCommand):
    help = "Seal again, under the current key, what older keys have sealed. May be stopped and begun again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("models", nargs="*", metavar="app.Model", help="only these; all by default")
        parser.add_argument("--chunk", type=int, default=CHUNK, help=f"rows in one transaction, {CHUNK} by default")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["chunk"] < 1:
            raise CommandError("--chunk must be at least 1.")
        shut: list[str] = []
        for model in self._chosen(options["models"]):
            count = Count()
            for count in reseal(model, chunk=options["chunk"]):
                if options["verbosity"] > 1:
                    self.stdout.write(f"{model._meta.label}: {count.seen} rows seen, {count.resealed} sealed again")
            self.stdout.write(f"{model._meta.label}: {count.resealed} of {count.seen} rows sealed again.")
            shut += [f"{model._meta.label} {key}" for key in count.shut]
        if shut:
            listed = ", ".join(shut[:20]) + (" …" if len(shut) > 20 else "")
            raise CommandError(
                f"{len(shut)} rows do not open and were left as they are: {listed}. Their key is not in the key file, or "
                "they were tampered with. Put the backup of the key file that holds their key in place and run this "
                "again; otherwise restore the rows from a backup of the database."
            )

    def _chosen(self, labels: list[str]) -> list[type[models.Model]]:
        if not labels:
            return models_with_sealed_columns()
        chosen = []
        for label in labels:
            try:
                model = apps.get_model(label)
            except (LookupError, ValueError) as error:
                raise CommandError(f"There is no model {label}. Write it as app.Model.") from error
            if not _own_columns(model):
                raise CommandError(f"{label} has no sealed column.")
            chosen.append(model)
        return chosen
