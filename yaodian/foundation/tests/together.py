"""Several people at once, each in a thread with a connection of his own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from yaodian.foundation.refusing import UnableTo


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, or how it was refused; they begin at the same moment. None of them may give None."""
    start = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        try:
            start.wait(timeout=30)
            answers[place] = works[place]()
        except UnableTo as refused:
            answers[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert None not in answers
    return answers
