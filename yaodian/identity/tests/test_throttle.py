"""Guessing is slow, and a school behind one address is not taken for an attacker: simulations with a fixed clock."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from yaodian.audit.queries import entries
from yaodian.identity import operations
from yaodian.identity.models import Failures, Pace
from yaodian.identity.operations.throttle import subnet_of
from yaodian.identity.tests.people import NOW

pytestmark = pytest.mark.django_db
SCHOOL = "198.51.100.7"


def let_in(username: str, address: str, now: datetime, *, device: str = "") -> bool:
    try:
        operations.begin_attempt(username=username, address=address, device=device, now=now)
    except operations.TooManyFailures:
        return False
    return True


def came_in(username: str, address: str, *, device: str = "") -> None:
    operations.forgive_failures(username=username, address=address, device=device)


def morning(chance: random.Random, *, people: int, mistyping: int) -> list[tuple[datetime, str, bool]]:
    """One school's attempts within fifteen minutes: everybody comes in, some after one to three wrong passwords."""
    wrong = set(chance.sample(range(people), mistyping))
    attempts = []
    for number in range(people):
        moment = NOW + timedelta(seconds=chance.uniform(0, 840))
        for _mistake in range(chance.randint(1, 3) if number in wrong else 0):
            attempts.append((moment, f"teacher{number}", False))
            moment += timedelta(seconds=chance.uniform(5, 20))
        attempts.append((moment, f"teacher{number}", True))
    return sorted(attempts)


@pytest.mark.parametrize(("people", "mistyping"), [(100, 8), (100, 30), (200, 60)])
def test_a_school_behind_one_address_is_never_locked_out(people: int, mistyping: int) -> None:
    for moment, who, is_right in morning(random.Random(people + mistyping), people=people, mistyping=mistyping):
        assert let_in(who, SCHOOL, moment), (moment, who)
        if is_right:
            came_in(who, SCHOOL)
    assert Failures.objects.count() == 0
    assert not entries(code="identity.sign_in.slow").exists()


def test_spraying_one_password_from_one_address_is_slowed_to_a_crawl() -> None:
    tried = sum(let_in(f"victim{number}", "203.0.113.9", NOW + timedelta(seconds=number)) for number in range(900))
    assert tried <= 40 + 6 * 15
    assert entries(code="identity.sign_in.slow").count() == 1, "one attack is one entry"


def test_spraying_from_many_addresses_is_slowed_as_well() -> None:
    tried = sum(
        let_in(f"victim{number}", f"203.0.{number // 250}.{number % 250}", NOW + timedelta(seconds=number / 10))
        for number in range(1200)
    )
    assert tried <= 400 + 60 * 3
    assert entries(code="identity.sign_in.slow").count() == 1


def test_during_an_attack_known_devices_come_in_and_strangers_get_their_turn() -> None:
    for number in range(470):
        let_in(f"victim{number}", f"203.0.{number // 250}.{number % 250}", NOW)
    assert all(let_in(f"teacher{number}", SCHOOL, NOW, device=f"device{number}") for number in range(100))
    assert not let_in("stranger", SCHOOL, NOW + timedelta(seconds=1))
    assert let_in("stranger", SCHOOL, NOW + timedelta(seconds=61))


def test_an_attacker_inside_the_school_stops_no_known_device() -> None:
    for number in range(200):
        let_in(f"teacher{number}", SCHOOL, NOW)
    assert all(let_in(f"teacher{number}", SCHOOL, NOW, device=f"device{number}") for number in range(200))


def test_one_account_from_many_addresses_has_a_limit_that_its_own_device_does_not_feel() -> None:
    tried = sum(let_in("linlan", f"203.0.113.{number}", NOW) for number in range(100))
    assert tried == 25
    assert not let_in("linlan", "192.0.2.1", NOW)
    assert let_in("linlan", "192.0.2.1", NOW, device="hers")
    assert let_in("linlan", "192.0.2.1", NOW + timedelta(minutes=15))


def test_a_known_device_has_five_guesses_too() -> None:
    assert sum(let_in("linlan", SCHOOL, NOW, device="hers") for _guess in range(20)) == 5


def test_nothing_remains_of_a_window_that_has_passed() -> None:
    for number in range(50):
        let_in(f"victim{number}", SCHOOL, NOW)
    let_in("linlan", SCHOOL, NOW + timedelta(minutes=16))
    assert Failures.objects.count() == 1
    assert Pace.objects.count() == 0


def test_a_name_that_belongs_to_nobody_is_not_written_down() -> None:
    for _guess in range(7):
        let_in("my-secret-password", SCHOOL, NOW)
    (entry,) = entries(code="identity.sign_in.refuse")
    assert entry.subject == "account:?"
    assert "secret" not in entry.detail


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"), ("", ""), ("nonsense", ""),
    ],
)  # fmt: skip
def test_a_place_is_an_address_or_a_network_of_one_house(address: str, place: str) -> None:
    assert subnet_of(address) == place


def test_an_attempt_costs_the_same_queries_however_many_have_failed(django_assert_max_num_queries: Any) -> None:
    for number in range(120):
        let_in(f"victim{number}", f"203.0.113.{number}", NOW)
    with django_assert_max_num_queries(14):
        let_in("linlan", SCHOOL, NOW)


@pytest.mark.django_db(transaction=True)
def test_attempts_made_at_once_are_all_counted() -> None:
    gate, outcomes = Barrier(8), []

    def race() -> None:
        try:
            gate.wait()
            for _guess in range(3):
                outcomes.append(let_in("linlan", SCHOOL, NOW))
        finally:
            connection.close()

    threads = [Thread(target=race) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(outcomes), outcomes.count(True)) == (24, 5)
