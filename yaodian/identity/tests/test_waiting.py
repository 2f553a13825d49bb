"""The waiting room: turns cannot be forged, moved or passed round, nobody inside is put out, and whoever waits costs no query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from yaodian.foundation import turns
from yaodian.foundation.turns import DESK, EASE_SECONDS, MOST_USES, PASS, PASS_SECONDS, TICKET, Turn
from yaodian.identity.tests.people import attempt, person
from yaodian.organisations.tests import factories as units

NOW = 1_781_056_800.0
RATE = 60


@pytest.fixture(autouse=True)
def _door(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DOOR_RATE = RATE
    settings.DOOR_FILE = tmp_path / "turns"
    with time_machine.travel(NOW, tick=False):
        yield


def fill(*, seconds: float = 600) -> None:
    """So many have come before that the next turn is that far away."""
    bucket = turns.drip(settings.DOOR_FILE)
    while bucket.take(rate=RATE, now=NOW)[1] < NOW + seconds - 60 / RATE:
        pass


def turn_of(client: Client, *, now: float = NOW) -> Turn | None:
    cookie = client.cookies.get(settings.TURN_COOKIE_NAME)
    return turns.read(cookie.value, now=now) if cookie else None


def give(client: Client, turn: Turn) -> None:
    client.cookies[settings.TURN_COOKIE_NAME] = turns.written(turn)


# The waiting room ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/open-account/", "/admissions/apply/"])
def test_below_the_rate_nobody_notices_a_door(path: str) -> None:
    client = Client()
    assert client.get(path).status_code in (200, 302)
    turn = turn_of(client)
    assert turn is not None
    assert (turn.kind, turn.at) == (PASS, int(NOW) + PASS_SECONDS)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_comes_too_early_waits_without_a_query_and_is_told_how_long(language: str) -> None:
    fill(seconds=600)
    client = Client()
    client.cookies["yaodian_language"] = language
    answer = client.get("/open-account/?next=/admissions/apply/")
    assert (answer.status_code, answer["Cache-Control"], answer["Retry-After"]) == (503, "no-store", "120")
    assert answer["Content-Language"] == language
    text = answer.content.decode()
    assert re.search(r"<strong>10</strong>", text)
    assert 'content="120;url=/open-account/?next=/admissions/apply/"' in text
    assert "<script" not in text
    assert answer["Content-Security-Policy"]
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    turn = turn_of(client)
    assert turn == Turn(TICKET, turn.number, int(NOW) + 600) if turn else False


@pytest.mark.django_db
def test_a_turn_comes_once_its_moment_is_there_and_asking_again_does_not_move_it() -> None:
    fill(seconds=600)
    early, late = Client(), Client()
    early.get("/open-account/")
    late.get("/open-account/")
    first, second = turn_of(early), turn_of(late)
    assert first is not None
    assert second is not None
    assert first.at < second.at
    for _turn in range(5):
        assert early.get("/open-account/").status_code == 503
    assert turn_of(early) == first
    with time_machine.travel(first.at - EASE_SECONDS, tick=False):
        assert late.get("/open-account/").status_code == 503
        assert early.get("/open-account/").status_code == 200
        inside = turn_of(early)
        assert inside is not None
        assert (inside.kind, inside.number) == (PASS, first.number)


@pytest.mark.parametrize(
    "forge",
    [
        lambda words: words.replace("t-", "p-", 1),
        lambda words: re.sub(r"-\d+\.", f"-{int(NOW)}.", words),
        lambda words: words[:-1] + ("A" if words[-1] != "A" else "B"),
        lambda _words: f"d-0-{int(NOW) + 1000}.x",
        lambda _words: "p-1",
        lambda _words: "",
    ],
)
def test_a_turn_that_somebody_has_written_himself_is_none(forge: Any) -> None:
    fill(seconds=600)
    words = turns.written(Turn(TICKET, 5, int(NOW) + 600))
    assert turns.read(words, now=NOW) is not None
    assert turns.read(forge(words), now=NOW) is None
    client = Client()
    client.cookies[settings.TURN_COOKIE_NAME] = forge(words)
    assert client.get("/open-account/").status_code == 503


@pytest.mark.django_db
def test_a_turn_that_is_passed_round_is_used_up() -> None:
    bucket = turns.drip(settings.DOOR_FILE)
    number, _at = bucket.take(rate=RATE, now=NOW)
    fill(seconds=600)
    copy = Turn(PASS, number, int(NOW) + PASS_SECONDS)
    statuses = []
    for _form in range(MOST_USES + 1):
        client = Client()
        give(client, copy)
        statuses.append(client.post("/open-account/", {"number": "1"}).status_code)
    assert 503 not in statuses[:MOST_USES]
    assert statuses[MOST_USES] == 503


@pytest.mark.django_db
def test_a_ticket_that_is_passed_round_lets_in_no_crowd() -> None:
    bucket = turns.drip(settings.DOOR_FILE)
    number, _at = bucket.take(rate=RATE, now=NOW)
    fill(seconds=600)
    statuses = []
    for _browser in range(MOST_USES + 1):
        client = Client()
        give(client, Turn(TICKET, number, int(NOW)))
        statuses.append(client.get("/open-account/").status_code)
    assert statuses == [200] * MOST_USES + [503]


@pytest.mark.django_db
def test_who_is_inside_stays_inside_while_others_wait_and_no_form_is_lost() -> None:
    account = units.account("family-door")
    client = Client()
    client.force_login(account)
    client.get("/admissions/apply/")
    fill(seconds=3600)
    assert Client().get("/admissions/apply/").status_code == 503
    # He types for longer than the pass was good for when he came: each step has renewed it.
    for minutes in (59, 118, 177):
        with time_machine.travel(NOW + minutes * 60, tick=False):
            assert client.get("/admissions/apply/number/").status_code == 200
    del client.cookies[settings.TURN_COOKIE_NAME]
    assert client.post("/admissions/apply/start/nowhere/").status_code == 404
    assert client.get("/admissions/apply/").status_code == 503
    # Another of his windows waits; the form in this one is taken all the same.
    assert client.post("/admissions/apply/start/nowhere/").status_code == 404


@pytest.mark.django_db
def test_staff_are_never_held() -> None:
    fill(seconds=3600)
    client = Client()
    give(client, Turn(DESK, 0, int(NOW) + 1))
    for path in ("/sign-in/", "/admissions/apply/number/"):
        assert client.get(path).status_code == 200
    with time_machine.travel(NOW + 2, tick=False):
        assert client.get("/sign-in/").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "kind"), [("editor", DESK), (None, PASS)])
def test_a_browser_is_known_from_the_sign_in_of_somebody_who_works_here(role: str | None, kind: str) -> None:
    person("linlan", role=role)
    client = Client()
    client.get("/sign-in/")
    assert attempt(client).status_code == 302
    turn = turn_of(client)
    assert turn is not None
    assert turn.kind == kind


def test_a_form_at_an_entry_that_is_held_says_how_not_to_lose_it() -> None:
    fill(seconds=600)
    answer = Client().post("/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 503
    assert "后退" in answer.content.decode()
    assert "http-equiv" not in answer.content.decode()


@pytest.mark.django_db
def test_no_door_where_the_rate_is_nought_and_none_elsewhere(settings: Any) -> None:
    fill(seconds=600)
    assert Client().get("/admissions/").status_code == 200
    settings.DOOR_RATE = 0
    client = Client()
    assert client.get("/open-account/").status_code == 200
    assert turn_of(client) is None
