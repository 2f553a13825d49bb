"""`manage changepassword NAME`: replaces Django's command of this name, which would leave no trace in the journal."""

import getpass
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.organisations.operations import UnableToChangePassword, change_password
from yaodian.organisations.queries import find_account


class Command(BaseCommand):
    help = "Give an account a new password; all its sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--ask", action="store_true", help="ask for the password instead of making one")

    def handle(self, *_arguments: Any, username: str, ask: bool, **_options: Any) -> None:
        account = find_account(username=username)
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        password = getpass.getpass("New password: ") if ask else secrets.token_urlsafe(12)
        try:
            change_password(actor=None, account=account, new_password=password, now=timezone.now())
        except UnableToChangePassword as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: password changed")
        if not ask:
            self.stdout.write(f"Password, shown this once: {password}")
