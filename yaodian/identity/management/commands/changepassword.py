"""Says where Django's `changepassword` has gone: nobody but its owner ever knows a password here."""

from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not used here: see issue_activation_code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?")

    def handle(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise CommandError(
            "yaodian has no passwords that somebody else sets. Print a code with which the owner chooses one: "
            "issue_activation_code NAME"
        )
