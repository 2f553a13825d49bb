"""`manage read_texts`: the text messages that stay here because no gateway is set, for development and demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from yaodian.foundation.messages.texts import OUTBOX
from yaodian.identity.operations import read_kept_texts


class Command(BaseCommand):
    help = "Print the text messages of the last day that stay in the sealed outbox; the journal says that it was done."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        rows = read_kept_texts(now=timezone.now())
        for row in rows:
            self.stdout.write(f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M:%S}  {row.number}  {row.text}")
        if not rows and settings.TEXT_GATEWAY != OUTBOX:
            self.stdout.write("Nothing is kept here: TEXT_GATEWAY does not say outbox.")
