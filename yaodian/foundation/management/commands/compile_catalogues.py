"""`manage compile_catalogues`: makes the .mo files that Django reads out of the .po files that people edit."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yaodian.foundation import catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        for path in sorted(Path(settings.PACKAGE_DIR).rglob("LC_MESSAGES/*.po")):
            self.stdout.write(str(catalogues.compile_catalogue(path)))
