"""`manage run_jobs`: a worker for background jobs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from yaodian.foundation.worker import work


class Command(BaseCommand):
    help = "Run background jobs until stopped. More workers, here or on other machines, share the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="run the jobs that are due, then end")

        parser.add_argument("--no-bulk", action="store_true", help="leave bulk jobs, such as large imports, to others")

    def handle(self, *_arguments: Any, batch: bool, no_bulk: bool, **_options: Any) -> None:
        work(is_batch=batch, takes_bulk=not no_bulk)
