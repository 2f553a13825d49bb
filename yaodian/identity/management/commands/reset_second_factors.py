"""`manage reset_second_factors NAME`: for somebody who has lost telephone, passkeys and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.identity.operations import UnableToResetSecondFactors, reset_second_factors
from yaodian.organisations.queries import find_account


class Command(BaseCommand):
    help = "Remove all second factors of an account and end its sessions; the owner sets up new ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *_arguments: Any, username: str, **_options: Any) -> None:
        account = find_account(username=username)
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        try:
            reset_second_factors(actor=None, account=account, now=timezone.now())
        except UnableToResetSecondFactors as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: second factors removed, sessions ended")
