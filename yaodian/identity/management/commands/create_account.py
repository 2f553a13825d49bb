"""`manage create_account NAME --name 姓名 --role editor`: makes an account and prints its activation code."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from yaodian.identity.management.letters import letter_lines
from yaodian.identity.operations import issue_activation_code
from yaodian.organisations.operations import UnableToCreateAccount, create_account
from yaodian.organisations.roles import Role


class Command(BaseCommand):
    help = "Make an account without a password, and print the code with which its owner chooses one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what is typed at sign-in")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument(
            "--role", choices=Role.values, default=None, help="what the account may do; none by default"
        )

    def handle(self, *_arguments: Any, username: str, name: str, role: str | None, **_options: Any) -> None:
        now = timezone.now()
        try:
            with transaction.atomic():
                account = create_account(actor=None, username=username, name=name, role=role, now=now)
                letter = issue_activation_code(actor=None, account=account, now=now)
        except UnableToCreateAccount as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: {account.name}, {role or 'no role'}")
        for line in letter_lines(letter):
            self.stdout.write(line)
