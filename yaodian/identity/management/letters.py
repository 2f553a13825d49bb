"""An activation code as the commands print it."""

from collections.abc import Iterator

from django.utils import timezone

from yaodian.identity.operations import Letter


def letter_lines(letter: Letter) -> Iterator[str]:
    """The code, until when, and where it is typed."""
    yield f"Activation code, shown this once: {letter.code}"
    yield f"Good until {timezone.localtime(letter.expires_at):%Y-%m-%d %H:%M}, once, at the address /activate/"
