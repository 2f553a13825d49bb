"""Says where Django's `createsuperuser` has gone: no account here stands above the rules."""

from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not used here: see create_account."

    def handle(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise CommandError(
            "yaodian has no superusers: every account holds a role, and every change is in the journal. "
            "Make an account with: create_account NAME --name … --role publisher"
        )
