"""`manage create_account NAME --name 姓名 --role editor`: makes an account; its password is asked for or made."""

import getpass
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.organisations.operations import UnableToCreateAccount, create_account
from yaodian.organisations.roles import Role


class Command(BaseCommand):
    help = "Make an account that can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what is typed at sign-in")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument(
            "--role", choices=Role.values, default=None, help="what the account may do; none by default"
        )
        parser.add_argument("--ask", action="store_true", help="ask for the password instead of making one")

    def handle(self, *_arguments: Any, username: str, name: str, role: str | None, ask: bool, **_options: Any) -> None:
        password = getpass.getpass("Password: ") if ask else secrets.token_urlsafe(12)
        try:
            account = create_account(
                actor=None, username=username, name=name, password=password, role=role, now=timezone.now()
            )
        except UnableToCreateAccount as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: {account.name}, {role or 'no role'}")
        if not ask:
            self.stdout.write(f"Password, shown this once: {password}")
