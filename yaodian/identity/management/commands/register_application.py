"""`manage register_application NAME --owner UNIT --redirect-uri https://…`: an application for single sign-on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from yaodian.identity.operations import UnableToRegisterApplication, register_application
from yaodian.identity.queries import SCOPES


class Command(BaseCommand):
    help = "Register an application whose people sign in through this site; prints its id and its secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="shown to whoever signs in")
        parser.add_argument("--owner", required=True, help="the school or office that runs it")
        parser.add_argument("--contact", default="")
        parser.add_argument("--redirect-uri", action="append", required=True, help="compared exactly; may be repeated")
        parser.add_argument("--scope", action="append", choices=SCOPES[1:], default=[], help="what it is told")
        parser.add_argument("--trusted", action="store_true", help="the bureau's own: nobody is asked for consent")

    def handle(
        self,
        *_arguments: Any,
        name: str,
        owner: str,
        contact: str,
        redirect_uri: list[str],
        scope: list[str],
        trusted: bool,
        **_options: Any,
    ) -> None:
        try:
            registered = register_application(
                actor=None,
                name=name,
                owner=owner,
                contact=contact,
                redirect_uris=redirect_uri,
                scopes=scope,
                is_trusted=trusted,
                now=timezone.now(),
            )
        except UnableToRegisterApplication as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"client_id: {registered.application.client_id}")
        self.stdout.write(f"client_secret, shown this once: {registered.secret}")
