from typing import Any

from django.core.management.base import BaseCommand, CommandError

from yaodian.organisations.queries import check_units


class Command(BaseCommand):
    help = "Check that the stored ancestry is what memberships say, and that names and parents have no gap or overlap."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        wrong = check_units()
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(
                f"{len(wrong)} contradiction(s) in units. Restore from a backup or correct them one by one."
            )
        self.stdout.write("Units, names, places and ancestry agree.")
