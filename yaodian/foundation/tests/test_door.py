"""The bucket of turns, and what a process does not take on."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as ours
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from yaodian.foundation import door
from yaodian.foundation.turns import Drip

NOW = 1_781_056_800.0
RATE = 60


@pytest.fixture(autouse=True)
def no_snapshots(settings: Any, tmp_path: Path) -> None:
    """What other tests have laid down would be looked at, and held against the database."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


# The bucket ----------------------------------------------------------------------------------------------------------


def test_turns_drip_in_order_at_the_rate_and_a_quiet_time_saves_nothing_up(tmp_path: Path) -> None:
    bucket = Drip(tmp_path / "bucket")
    assert [bucket.take(rate=RATE, now=NOW) for _arrival in range(3)] == [(1, NOW), (2, NOW + 1), (3, NOW + 2)]
    assert bucket.take(rate=RATE, now=NOW + 100) == (4, NOW + 100)
    assert bucket.take(rate=RATE, now=NOW + 100) == (5, NOW + 101)


def test_another_process_goes_on_where_the_first_was_killed(tmp_path: Path) -> None:
    first = Drip(tmp_path / "bucket")
    for _arrival in range(5):
        first.take(rate=RATE, now=NOW)
    assert Drip(tmp_path / "bucket").take(rate=RATE, now=NOW) == (6, NOW + 5)


def test_a_clock_that_was_wrong_holds_nobody_for_days(tmp_path: Path) -> None:
    bucket = Drip(tmp_path / "bucket")
    bucket.take(rate=RATE, now=NOW + 40 * 24 * 3600)
    assert bucket.take(rate=RATE, now=NOW) == (2, NOW)


def test_arrivals_at_once_get_turns_of_their_own(tmp_path: Path) -> None:
    buckets = [Drip(tmp_path / "bucket") for _process in range(4)]
    found: list[tuple[int, float]] = []

    def arrive(bucket: Drip) -> None:
        for _arrival in range(100):
            found.append(bucket.take(rate=RATE, now=NOW))

    threads = [threading.Thread(target=arrive, args=[one]) for one in buckets * 2]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [(number, NOW + number - 1) for number in range(1, 801)]


def test_twelve_thousand_in_a_minute_all_have_a_turn_within_twenty_minutes(tmp_path: Path) -> None:
    bucket = Drip(tmp_path / "bucket")
    given = [bucket.take(rate=600, now=NOW + arrival / 200) for arrival in range(12_000)]
    assert [number for number, _at in given] == list(range(1, 12_001))
    assert [at for _number, at in given] == sorted(at for _number, at in given)
    assert given[-1][1] < NOW + 20 * 60


# Refused at once -----------------------------------------------------------------------------------------------------


def test_what_cannot_be_taken_on_is_refused_at_once_strangers_first(settings: Any) -> None:
    settings.REQUESTS_IN_HAND = 4
    hold, started = threading.Event(), threading.Semaphore(0)

    def slow(request: HttpRequest) -> HttpResponse:
        started.release()
        if request.path_info == "/slow/":
            hold.wait(10)
        return HttpResponse("done")

    handler = door.bounded_hands(slow)
    ask = RequestFactory()
    busy = [threading.Thread(target=handler, args=[ask.get("/slow/")]) for _request in range(3)]
    for one in busy:
        one.start()
        assert started.acquire(timeout=10)
    try:
        refused = handler(ask.get("/admissions/"))
        assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
        api = handler(ask.get("/api/plans/"))
        assert (api.status_code, api["Content-Type"]) == (503, "application/json")
        inside = ask.get("/admissions/")
        inside.COOKIES[ours.SESSION_COOKIE_NAME] = "x"
        assert handler(inside).status_code == 200
        assert handler(ask.get("/healthz")).status_code == 200
    finally:
        hold.set()
        for one in busy:
            one.join()
    assert handler(ask.get("/admissions/")).status_code == 200


def test_those_in_hand_beyond_the_ones_at_work_wait_in_line(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUESTS_IN_HAND = 8
    monkeypatch.setattr(door, "AT_WORK", 2)
    lock, at_work, most = threading.Lock(), 0, 0

    def slow(request: HttpRequest) -> HttpResponse:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1
        return HttpResponse("done")

    handler = door.bounded_hands(slow)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(handler(RequestFactory().get("/")).status_code))
        for _request in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [200] * 6
    assert most == 2


def test_whoever_waits_in_line_too_long_is_refused_and_a_form_with_a_file_does_not_wait(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REQUESTS_IN_HAND = 8
    monkeypatch.setattr(door, "AT_WORK", 1)
    monkeypatch.setattr(door, "LINE_SECONDS", 0.05)
    hold, started = threading.Event(), threading.Event()

    def slow(request: HttpRequest) -> HttpResponse:
        if request.path_info == "/slow/":
            started.set()
            hold.wait(10)
        return HttpResponse("done")

    handler = door.bounded_hands(slow)
    ask = RequestFactory()
    busy = threading.Thread(target=handler, args=[ask.get("/slow/")])
    busy.start()
    assert started.wait(10)
    try:
        late = handler(ask.get("/"))
        assert (late.status_code, late["Retry-After"]) == (503, "5")
        assert handler(ask.post("/", {"label": "x"})).status_code == 200
        assert (
            handler(ask.post("/", {"label": "x"}, content_type="application/x-www-form-urlencoded")).status_code == 503
        )
    finally:
        hold.set()
        busy.join()
    assert handler(ask.get("/")).status_code == 200


def test_a_request_that_fails_gives_its_hand_and_its_place_back(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUESTS_IN_HAND = 1
    monkeypatch.setattr(door, "AT_WORK", 1)
    monkeypatch.setattr(door, "LINE_SECONDS", 0.0)

    def fails(request: HttpRequest) -> HttpResponse:
        raise RuntimeError(request.path_info)

    handler = door.bounded_hands(fails)
    for _turn in range(3):
        with pytest.raises(RuntimeError):
            handler(RequestFactory().get("/"))
