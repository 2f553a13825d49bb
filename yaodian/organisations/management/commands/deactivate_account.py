"""`manage deactivate_account NAME [--undo]`: closes an account, or opens it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.organisations.operations import (
    UnableToActivateAccount,
    UnableToDeactivateAccount,
    activate_account,
    deactivate_account,
)
from yaodian.organisations.queries import find_account


class Command(BaseCommand):
    help = "Close an account; whoever is signed in with it is out at the next click. --undo opens it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--undo", action="store_true")

    def handle(self, *_arguments: Any, username: str, undo: bool, **_options: Any) -> None:
        account = find_account(username=username)
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        change = activate_account if undo else deactivate_account
        try:
            change(actor=None, account=account, now=timezone.now())
        except (UnableToDeactivateAccount, UnableToActivateAccount) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: {'open' if undo else 'closed'}")
