"""`manage rotate_keys`: a new key for what is sealed from now on; the old ones stay and open what they have sealed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.foundation.keys import SEALING, UnableToReadKeys, read_rings, with_new_key, write_rings


class Command(BaseCommand):
    help = "Make a new current key for sealing. Old keys stay: they open what they have sealed."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        path = settings.KEYS_FILE
        try:
            rings = read_rings(path)
        except UnableToReadKeys as error:
            raise CommandError(str(error)) from error
        write_rings(path, with_new_key(rings, SEALING, today=timezone.localdate()), replace=True)
        self.stdout.write(f"{path} has a new key. Back it up, then restart the service.")
