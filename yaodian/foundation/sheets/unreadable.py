"""Why a file could not be read, as a code; `reading` has the sentence."""

from __future__ import annotations

from typing import Any


class Unreadable(Exception):
    """The file is refused; `details` fill the sentence."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
