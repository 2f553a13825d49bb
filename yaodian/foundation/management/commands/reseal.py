"""`manage reseal`: seals again what an old key or another algorithm has sealed, so that all stands under the current key."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, router, transaction
from django.db.models import BinaryField, ExpressionWrapper, F

from yaodian.foundation.fields import sealed_fields
from yaodian.foundation.keys import UnableToUnseal, is_current

CHUNK = 500
_RAW = "raw_"


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
    names = _own_columns(model)
    database = router.db_for_write(model)
    rows = model._base_manager.using(database)
    count, last = Count(), None
    while True:
        with transaction.atomic(using=database):
            after = rows.select_for_update().order_by("pk")
            if last is not None:
                after = after.filter(pk__gt=last)
            # The bytes as they stand there; the columns themselves would open them.
            raw = {_RAW + name: ExpressionWrapper(F(name), output_field=BinaryField()) for name in names}
            found = list(after.values_list("pk", *raw.values(), named=False)[:chunk])
            if not found:
                return
            stale = [pk for pk, *cells in found if not all(cell is None or is_current(cell) for cell in cells)]
            opened = list(_opened(model, database, stale, names, count))
            if opened:
                rows.bulk_update(opened, names)
            count.seen += len(found)
            count.resealed += len(opened)
            last = found[-1][0]
        yield count


def _opened(
    model: type[models.Model], database: str, keys: list[Any], names: list[str], count: Count
) -> Iterator[models.Model]:
    """The rows with these keys; one by one where one of them does not open, and that one counted and left out."""
    rows = model._base_manager.using(database).only("pk", *names)
    try:
        yield from list(rows.filter(pk__in=keys))
    except UnableToUnseal:
        for key in keys:
            try:
                row = rows.get(pk=key)
            except UnableToUnseal:
                count.shut.append(key)
            else:
                yield row


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
