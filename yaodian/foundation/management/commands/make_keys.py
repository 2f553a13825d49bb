"""`manage make_keys --out FILE`: makes the file with the keys of sealed columns, once; never over one that is there."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.foundation.keys import new_rings, write_rings


class Command(BaseCommand):
    help = "Make the file with the keys of sealed columns. Back it up apart from the database: docs/how-to/keys.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, default=None, help="where; YAODIAN_KEYS by default")

    def handle(self, *_arguments: Any, out: Path | None, **_options: Any) -> None:
        path = out or settings.KEYS_FILE
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}. Make it, readable by the service only.")
        if not write_rings(path, new_rings(today=timezone.localdate()), replace=False):
            raise CommandError(f"{path} holds keys already; a new file would not open what they have sealed.")
        self.stdout.write(f"{path}: back it up now, apart from the database, and point YAODIAN_KEYS at it.")
