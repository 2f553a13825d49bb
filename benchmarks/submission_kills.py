"""``python -m benchmarks.submission_kills --kills N``: the web server killed amid submissions over HTTP, N times on each database.

Families' browsers hand in one application after the other over loopback: the page on which everything is read once more, the form with the
key that this page gave it, the receipt. Whoever gets no answer sends the same form again, with the same key, until he has one. Meanwhile without
warning a web process is killed, or the web server with all its processes, which `yaodian serve` starts again, or `yaodian serve` with
all of them, which is started again here. A kill waits until somebody was answered after the one before, and then for a random moment.

At the end every receipt stands as it was given, each form is one submission and each family has one application, nothing stands that was
not sent, and the journal, which must verify, tells of each once. Exit status 1 where not.
"""

from __future__ import annotations

import html
import http.client
import json
import os
import queue
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from benchmarks import report
from benchmarks.admission_kills import Ground, draft_of
from benchmarks.jobs import DATABASES, measured
from benchmarks.opening import free_port
from benchmarks.workloads import ROOT

FAMILIES, STOCK = 6, 20
PROCESS, WEB, ALL = "a web process", "the web server", "the service"
# How often each: while a web process loads everything again, the other answers.
VICTIMS = (*(PROCESS,) * 8, WEB, ALL)
# The service waits longer and longer before it starts again what lived less than five seconds.
SETTLED_SECONDS = 6.0
LONGEST_SECONDS = 0.6
PATIENCE_SECONDS = 20.0
SETTLE_SECONDS = 300.0
AGAIN_SECONDS = 0.1

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(r'name="(client_key|sha256)" value="([^"]+)"')
_NUMBER = re.compile(r'class="receipt-number">([^<]+)<')


@dataclass
class Books:
    """What the families know."""

    sent: set[str] = field(default_factory=set)
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By key: number and fingerprint, as the pages told them."""
    answered_by: dict[str, datetime] = field(default_factory=dict)
    """By key: when the sending that was answered began."""
    broken: int = 0
    """Forms that got no answer."""
    refused: Counter[str] = field(default_factory=Counter)
    """Answers that no family should get."""


class Unanswered(Exception):
    """The connection broke, nobody listened, or the server asked to come again."""


@dataclass
class Browser:
    port: int
    cookies: dict[str, str]

    def ask(self, method: str, path: str, sent: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, page. Raises Unanswered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()), "Host": "localhost"}
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, None if sent is None else urlencode(sent), headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            raise Unanswered from None
        finally:
            connection.close()
        if answer.status == 503:
            raise Unanswered
        for cookie in answer.msg.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), page

    def get(self, path: str) -> str:
        while True:
            try:
                status, _where, page = self.ask("GET", path)
            except Unanswered:
                time.sleep(AGAIN_SECONDS)
                continue
            if status != 200:
                raise AssertionError(f"{path}: {status}")
            return page


class Stock:
    """Families that are signed in and whose draft wants only to be handed in, made while it lasts."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._ready: queue.Queue[tuple[str, dict[str, str]]] = queue.Queue(STOCK)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._make)
        self._thread.start()

    def take(self) -> tuple[str, dict[str, str]]:
        """The address of an application and the cookies of its family."""
        return self._ready.get()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _make(self) -> None:
        from django.conf import settings
        from django.db import connection
        from django.test import Client

        turn = 0
        try:
            while not self._is_over.is_set():
                account, row = draft_of(self._ground, f"0-{turn}")
                turn += 1
                client = Client()
                client.force_login(account)
                cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
                while not self._is_over.is_set():
                    try:
                        self._ready.put((f"/admissions/apply/{row.public_id}", cookies), timeout=0.2)
                    except queue.Full:
                        continue
                    break
        finally:
            connection.close()


def hand_in(at: str, browser: Browser, books: Books) -> None:
    """One application: read, sent until it is answered, the receipt fetched."""
    page = browser.get(f"{at}/review/")
    token = _TOKEN.search(page)
    assert token is not None
    sent = {key: html.unescape(value) for key, value in _HIDDEN.findall(page)}
    key = sent["client_key"]
    books.sent.add(key)
    while True:
        began = datetime.now(UTC)
        try:
            status, where, _page = browser.ask(
                "POST", f"{at}/review/", {"csrfmiddlewaretoken": token[1], **sent, "agreed": "on"}
            )
        except Unanswered:
            books.broken += 1
            time.sleep(AGAIN_SECONDS)
            continue
        break
    if status != 302 or not where.endswith("/receipt/"):
        books.refused[f"{status} {where}"] += 1
        return
    number = _NUMBER.search(browser.get(where))
    assert number is not None
    books.receipts[key] = (number[1], sent["sha256"])
    books.answered_by[key] = began


def keep_handing_in(stock: Stock, port: int, books: Books, is_over: threading.Event) -> None:
    while not is_over.is_set():
        at, cookies = stock.take()
        try:
            hand_in(at, Browser(port, cookies), books)
        except AssertionError as fault:
            books.refused[str(fault)] += 1


# The service ---------------------------------------------------------------------------------------------------------


class Service:
    """`yaodian serve` without workers, and what can be killed of it."""

    def __init__(self, port: int) -> None:
        self._command = [sys.executable, "-m", "yaodian.config.cli", "serve", "--port", str(port)]
        self._environment = {
            **os.environ,
            "YAODIAN_WORKERS": "0",
            "YAODIAN_DOOR_RATE": "0",
            "YAODIAN_LOG_LEVEL": "ERROR",
        }
        self._start()

    def _start(self) -> None:
        self._served = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._started_at = time.monotonic()

    def processes(self) -> tuple[list[int], list[int]]:
        """The web server's own process, and those that answer."""
        parents: dict[int, int] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
        masters = [process for process, parent in parents.items() if parent == self._served.pid]
        return masters, [process for process, parent in parents.items() if parent in masters]

    def kill(self, victim: str, chance: random.Random) -> str:
        """Kills it, or one of the web processes where the web server was started a moment ago; what was killed, empty for
        nothing."""
        if victim == WEB and time.monotonic() - self._started_at < SETTLED_SECONDS:
            victim = PROCESS
        masters, workers = self.processes()
        if victim == PROCESS:
            return victim if workers and _killed(chance.choice(workers)) else ""
        if victim == ALL:
            self._served.kill()
        killed = [_killed(process) for process in (*masters, *workers)]
        if victim == ALL:
            self._served.wait()
            self._start()
            return victim
        self._started_at = time.monotonic()
        return victim if any(killed) else ""

    def stop(self) -> None:
        self._served.send_signal(signal.SIGINT)
        try:
            self._served.wait(60)
        except subprocess.TimeoutExpired:
            self._served.kill()
            self._served.wait()


def _killed(process: int) -> bool:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def run(kills: int, seed: int, minutes: float) -> dict[str, int]:
    """Kill so often, or until the minutes are over, on the database of the settings. Returns the counts."""
    chance = random.Random(seed)
    books, is_over, killed = Books(), threading.Event(), Counter[str]()
    stock, port = Stock(Ground()), free_port()
    service = Service(port)
    families = [
        threading.Thread(target=keep_handing_in, args=[stock, port, books, is_over], daemon=True)
        for _family in range(FAMILIES)
    ]
    try:
        for one in families:
            one.start()
        until = time.monotonic() + minutes * 60
        while killed.total() < kills and time.monotonic() < until:
            before = len(books.receipts)
            while len(books.receipts) == before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.random() * LONGEST_SECONDS)
            if what := service.kill(chance.choice(VICTIMS), chance):
                killed[what] += 1
        is_over.set()
        for one in families:
            one.join(SETTLE_SECONDS)
    finally:
        is_over.set()
        stock.stop()
        service.stop()
    kinds = {f"{name} killed": killed[name] for name in (PROCESS, WEB, ALL)}
    return {"kills": killed.total(), **kinds, **counted(books)}


def counted(books: Books) -> dict[str, int]:
    """What stands in the database, held against what was sent and what was answered."""
    from yaodian.admissions.models import Application, ApplicationState, Submission
    from yaodian.audit.models import Entry
    from yaodian.audit.queries import verify_journal

    rows = list(Submission.objects.values_list("client_key", "application__number", "sha256", "received_at"))
    stand = {key: (number, sha256) for key, number, sha256, _at in rows}
    before = [key for key, _number, _sha256, at in rows if key in books.answered_by and at < books.answered_by[key]]
    owners = Counter(
        Application.objects.exclude(state=ApplicationState.DRAFT).values_list("account", flat=True)
    )  # fmt: skip
    told = Counter(Entry.objects.filter(code="admissions.application.submit").values_list("subject", flat=True))
    return {
        "receipts": len(books.receipts),
        "forms without an answer": books.broken,
        "of these taken before the kill": len(before),
        "lost": sum(1 for key, receipt in books.receipts.items() if stand.get(key) != receipt),
        "doubled": len(rows) - len(stand) + sum(count - 1 for count in owners.values()),
        "never sent": len(set(stand) - books.sent),
        "without a receipt": len(books.sent - set(books.receipts)),
        "wrong answers": books.refused.total(),
        "journal wrong by": abs(told.total() - len(rows)) + sum(count - 1 for count in told.values()),
        "journal broken": int(not verify_journal().ok),
    }


# The counts that must be nothing.
FAULTS = (
    "lost", "doubled", "never sent", "without a receipt", "wrong answers", "journal wrong by", "journal broken",
)  # fmt: skip


@click.command()
@click.option("--kills", default=100, show_default=True, help="how often something is killed on each database")
@click.option("--minutes", default=20.0, show_default=True, help="longest time of the killing on each database")
@click.option("--seed", default=7, show_default=True, help="of the moments and the victims")
@click.option("--here", is_flag=True, hidden=True, help="on the database of the environment")
def main(kills: int, minutes: float, seed: int, here: bool) -> None:
    """Kill the web server amid submissions, and say what became of them."""
    if here:
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps([run(kills, seed, minutes)]))
        return
    facts = {**report.conditions(), "kills": kills, "seed": seed}
    lines: list[list[Any]] = []
    for name, command in DATABASES.items():
        begin = time.monotonic()
        own = [*command[:-1], "benchmarks.submission_kills", "--here", "--kills", str(kills)]
        answers = measured([*own, "--minutes", str(minutes), "--seed", str(seed)])
        if answers is None:
            sys.exit(f"{name} not measured: see the message above")
        lines.append([name, *answers[0].values(), round(time.monotonic() - begin)])
    heads = ("database", *answers[0], "seconds")
    report.finish("submission_kills", heads, lines, facts)
    if any(line[heads.index(name)] for line in lines for name in FAULTS):
        sys.exit(1)


if __name__ == "__main__":
    main()
