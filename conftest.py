"""What holds for every test: its own data folder, a fixed time zone, shut sockets, repeatable examples.

Django is set up here and not by an option of pytest, because the data folder must be known before the settings are
read. ``YAODIAN_TESTS_WITHOUT_DJANGO=1`` (``make test-engines``) makes Django impossible to import instead, so that an
engine that leans on it fails.
"""

from __future__ import annotations

import atexit
import importlib.abc
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

WITHOUT_DJANGO = os.environ.get("YAODIAN_TESTS_WITHOUT_DJANGO") == "1"

# A zone that is neither UTC nor a European one: a moment taken for a day in the wrong zone shows at once.
os.environ["TZ"] = "Asia/Shanghai"
time.tzset()

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


class DjangoShut(importlib.abc.MetaPathFinder):
    """Refuses every import of Django and of what is built on it."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        top = fullname.partition(".")[0]
        if top in {"django", "ninja", "csp"} or top.startswith("django_"):
            raise ImportError(f"{fullname} is imported where no Django may be: engines and statutes stand without it")


if WITHOUT_DJANGO:
    sys.meta_path.insert(0, DjangoShut())
else:
    data = tempfile.mkdtemp(prefix="yaodian-tests-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["YAODIAN_DATA"] = data
    os.environ["YAODIAN_ENV"] = "development"
    os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"

    import django

    django.setup()

    from django.conf import settings

    # Every test client builds the middleware anew, and would look through all static files each time.
    settings.WHITENOISE_USE_FINDERS = False
    # More families come in a second of a test than in a minute of a city; the tests of the door say how many they let in.
    settings.DOOR_RATE = 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever says `once` may not ask for a database: it would then be tested on one of the two only."""
    for item in items:
        asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("once") and (asked or item.get_closest_marker("django_db")):
            raise pytest.UsageError(f"{item.nodeid} is marked once and uses the database. Take the mark away.")


@pytest.fixture(autouse=not WITHOUT_DJANGO)
def complete_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """`client.force_login` stands for a complete sign-in, proved a moment ago with a second factor."""
    from django.test import Client

    from yaodian.identity import session

    forced = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        forced(self, user, backend)
        marked = self.session
        marked.update({session.FACTOR: True, session.PROVED: int(time.time())})
        marked.save()

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture(autouse=not WITHOUT_DJANGO)
def walls_fall_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test goes on after a request on the connection that served it, and looks at all rows again."""
    from django.test import Client

    from yaodian.organisations import walls

    ask = Client.request

    def request(self: Client, **given: Any) -> Any:
        try:
            answer = ask(self, **given)
        except BaseException:
            walls.take_down()
            raise
        if getattr(answer, "streaming", False):
            # What is still to be sent is read behind the wall, as from a server.
            answer.streaming_content = until_the_end(answer.streaming_content)
        else:
            walls.take_down()
        return answer

    def until_the_end(parts: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from parts
        finally:
            walls.take_down()

    monkeypatch.setattr(Client, "request", request)


class SocketShut(AssertionError):
    """A test tried to reach beyond this machine."""


LOOPBACK = ("127.", "::1", "localhost")


def is_allowed(address: Any) -> bool:
    """Unix sockets and loopback addresses, by number or by name."""
    if not isinstance(address, tuple):
        return True
    return isinstance(address[0], str) and (address[0] == "" or address[0].startswith(LOOPBACK))


@pytest.fixture(autouse=True, scope="session")
def shut_sockets() -> Iterator[None]:
    """No test reaches another machine; loopback and Unix sockets stay open for servers the tests start themselves."""
    guarded = pytest.MonkeyPatch()

    def guard(name: str) -> None:
        original = getattr(socket.socket, name)

        def guarded_call(self: socket.socket, *arguments: Any) -> Any:
            if not is_allowed(arguments[-1]):
                raise SocketShut(f"a test called socket.{name}({arguments[-1]!r}): tests reach this machine only")
            return original(self, *arguments)

        guarded.setattr(socket.socket, name, guarded_call)

    for name in ("connect", "connect_ex", "sendto"):
        guard(name)
    yield
    guarded.undo()
