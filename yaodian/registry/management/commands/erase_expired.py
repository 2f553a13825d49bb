"""`manage erase_expired [--really]`: counts what is past its time, and erases it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from yaodian.registry.operations import erase_expired
from yaodian.registry.queries import expired


class Command(BaseCommand):
    help = (
        "Count the data that are past the time of their retention rule. --really erases them, with an entry in the journal "
        "for each batch; run it so from cron or a systemd timer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--really", action="store_true")

    def handle(self, *_arguments: Any, really: bool, **_options: Any) -> None:
        now = timezone.now()
        if not really:
            for one in expired(on=timezone.localdate(now)):
                self.stdout.write(f"{one.data_class}: {one.found} up to {one.before}")
            self.stdout.write("Nothing was erased. --really erases.")
            return
        for one in erase_expired(actor=None, now=now):
            self.stdout.write(f"{one.data_class}: {one.erased} erased, {one.kept_back} kept back")
