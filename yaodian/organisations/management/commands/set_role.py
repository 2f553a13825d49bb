"""`manage set_role NAME publisher`: gives an account exactly one role, or none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.organisations.operations import UnableToSetRole, set_role
from yaodian.organisations.queries import find_account
from yaodian.organisations.roles import Role


class Command(BaseCommand):
    help = "Give an account a role, or take it away with «none»."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=[*Role.values, "none"])

    def handle(self, *_arguments: Any, username: str, role: str, **_options: Any) -> None:
        account = find_account(username=username)
        if account is None:
            raise CommandError(f"There is no account {username!r}. Make it with: create_account {username} --name …")
        try:
            set_role(actor=None, account=account, role=None if role == "none" else role, now=timezone.now())
        except UnableToSetRole as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account.username}: {role}")
