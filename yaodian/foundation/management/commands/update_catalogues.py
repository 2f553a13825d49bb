"""`manage update_catalogues`: brings the English catalogue up to what code and templates say."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yaodian.foundation import catalogues


class Command(BaseCommand):
    help = "Gather the words of the interface into the English catalogue, and say which have no English yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "words", nargs="*", type=Path, help="JSON files of Chinese and English to take new words from"
        )

    def handle(self, *_arguments: Any, words: list[Path], **_options: Any) -> None:
        root = Path(settings.PACKAGE_DIR)
        path = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
        given: dict[str, str] = {}
        for file in words:
            given |= catalogues.read_words(file)
        catalog = catalogues.update(root, path, given)
        catalogues.write_catalogue(catalog, path)
        catalogues.compile_catalogue(path)
        without = catalogues.missing(root, path)
        self.stdout.write(f"{len(list(catalog)) - 1} messages, {len(without)} without English")
        for message in without:
            self.stdout.write(f"  {message}")
