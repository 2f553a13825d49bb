"""`manage issue_activation_code NAME`: a new code for an account, for the first time or after a forgotten password."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.identity.management.letters import letter_lines
from yaodian.identity.operations import UnableToIssueActivationCode, issue_activation_code
from yaodian.organisations.queries import find_account


class Command(BaseCommand):
    help = "Print a new activation code for an account; the former one ends, the password stays until it is used."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *_arguments: Any, username: str, **_options: Any) -> None:
        account = find_account(username=username)
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        try:
            letter = issue_activation_code(actor=None, account=account, now=timezone.now())
        except UnableToIssueActivationCode as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: {account.name}")
        for line in letter_lines(letter):
            self.stdout.write(line)
