"""`manage dumpdata`, which would write sealed columns in clear, does not touch the tables that have them."""

from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import dumpdata

from yaodian.foundation.fields import sealed_fields


class Command(dumpdata.Command):
    def handle(self, *app_labels: str, **options: Any) -> None:
        wanted = {label.lower() for label in app_labels}
        left_out = {label.lower() for label in options["exclude"]}
        sealed = [
            model._meta.label_lower
            for model in apps.get_models()
            if sealed_fields(model)
            and (not wanted or {model._meta.app_label, model._meta.label_lower} & wanted)
            and not {model._meta.app_label, model._meta.label_lower} & left_out
        ]
        if sealed:
            raise CommandError(
                f"{', '.join(sealed)}: dumpdata would write their sealed columns in clear. Back up the database itself "
                "(docs/how-to/restore.md), or leave them out with --exclude."
            )
        super().handle(*app_labels, **options)
