"""Killed processes and people in each other's way, against the program as a bureau runs it. Standard library only.

    python -m benchmarks.adversity kill 100      # 100 times kill -9 while people upload and correct
    python -m benchmarks.adversity race 200      # 200 times two people correct the same target at once

Each starts ``yaodian serve`` on a folder of its own with the demonstration data. What was answered with success must be
there afterwards, once; what was not answered may be there or not, but whole. ``tests/journeys/test_adversity.py`` runs
the same with small numbers.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START_IN_SECONDS = 90
SETTLE_IN_SECONDS = 120
CLAUSES = 12


class Unanswered(Exception):
    """The connection broke before an answer came: the operation may have been done or not."""


@dataclass
class Person:
    """Somebody at a browser: a session of his own, spoken to over HTTP."""

    address: str
    username: str
    password: str
    token: str = ""

    def __post_init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar, _NoRedirect())

    def sign_in(self) -> Person:
        page = self._send("GET", "/sign-in/")[1]
        form = {"username": self.username, "password": self.password, "csrfmiddlewaretoken": _token(page)}
        body = "&".join(f"{name}={urllib.request.quote(value)}" for name, value in form.items()).encode()
        status, _ = self._send("POST", "/sign-in/", body, "application/x-www-form-urlencoded")
        assert status == 302, f"{self.username} could not sign in: {status}"
        self.token = _token(self._send("GET", "/password/")[1])
        return self

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        """One call of the API; raises :class:`Unanswered` where no answer came."""
        body = None if content is None else json.dumps(content).encode()
        status, text = self._send(method, path, body, "application/json")
        return status, json.loads(text) if text[:1] in (b"{", b"[") else None

    def upload(self, name: str, content: bytes) -> tuple[int, Any]:
        """Uploads a file through the API."""
        mark = b"--yaodian-adversity"
        head = f'Content-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'.encode()
        body = mark + b"\r\n" + head + content + b"\r\n" + mark + b"--\r\n"
        status, text = self._send("POST", "/api/plans", body, "multipart/form-data; boundary=yaodian-adversity")
        return status, json.loads(text) if text[:1] == b"{" else None

    def _send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
        request = urllib.request.Request(self.address + path, data=body, method=method)
        request.add_header("X-CSRFToken", self.token)
        if kind:
            request.add_header("Content-Type", kind)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            try:
                return error.code, error.read()
            except (OSError, HTTPException) as broken:
                raise Unanswered from broken
        except (OSError, HTTPException) as error:
            raise Unanswered from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


def _token(page: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return found[1].decode() if found else ""


@dataclass
class House:
    """``yaodian serve`` with its data; can be killed in part or whole and started again."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.variables = {**os.environ, **self.variables, "YAODIAN_DATA": str(self.folder), "PORT": str(port)}
        self.variables.pop("DJANGO_SETTINGS_MODULE", None)
        self.address = f"http://127.0.0.1:{port}"

    def yaodian(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = str(Path(sys.executable).with_name("yaodian"))
        return subprocess.run(
            [program, *arguments], env=self.variables, capture_output=True, text=True, check=False, cwd=ROOT
        )

    def start(self) -> None:
        program = str(Path(sys.executable).with_name("yaodian"))
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--port", self.variables["PORT"]],
                env=self.variables, stdout=log, stderr=log, start_new_session=True, cwd=ROOT,
            )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        """Until pages are served again."""
        until = time.monotonic() + START_IN_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (OSError, HTTPException):
                time.sleep(0.05)
        raise AssertionError((self.folder / "serve.log").read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def person(self, username: str) -> Person:
        passwords = json.loads((self.folder / "demonstration-accounts.json").read_text(encoding="utf-8"))
        return Person(self.address, username, passwords[username]).sign_in()

    def kill(self, part: str) -> None:
        """``kill -9`` of ``web``, ``jobs``, or ``all`` of them, supervisor included."""
        assert self.process is not None
        if part == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return
        sign = {"web": "gunicorn", "jobs": "run_jobs"}[part]
        for pid in _descendants(self.process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
                if sign in command:
                    os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, FileNotFoundError):
                continue


def _descendants(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def document(number: int) -> bytes:
    """A plan of CLAUSES clauses, unlike every other number's."""
    lines = [f"云川市教育局2026年工作要点\n全市第{number}号文件。\n"]
    lines += [
        f"{n}.推进第{n}项工作。年内新增公办园{n + number % 7}所。(责任单位:基教科)\n" for n in range(1, CLAUSES + 1)
    ]
    return "".join(lines).encode()


def read_until_settled(person: Person, public_id: str) -> str:
    """The state of a plan once its reading is over."""
    until = time.monotonic() + SETTLE_IN_SECONDS
    while time.monotonic() < until:
        status, progress = person.ask("GET", f"/api/plans/{public_id}/progress")
        if status == 200 and (progress["is_over"] or progress["is_stuck"]):
            return "stuck" if progress["is_stuck"] else str(progress["plan_state"])
        time.sleep(0.2)
    return "reading for ever"


def target_of(person: Person, public_id: str) -> dict[str, Any]:
    """The first target of a plan, as a row."""
    _status, clauses = person.ask("GET", f"/api/plans/{public_id}/clauses")
    items = [item for clause in _all(clauses) for item in clause["items"] if item["kind"] == "target"]
    first: dict[str, Any] = min(items, key=lambda item: int(item["id"]))
    return first


def _all(clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(clauses)
    for clause in found:
        found += clause["children"]
    return found


def reasons(person: Person, public_id: str) -> list[str]:
    """The reasons of all corrections of a plan, oldest first."""
    found: list[str] = []
    page = pages = 1
    while page <= pages:
        _status, history = person.ask("GET", f"/api/plans/{public_id}/history?size=100&page={page}")
        found += [entry["reason"] for entry in history["items"] if entry["action"] == "plans.target.correct"]
        pages, page = history["pages"], page + 1
    return found[::-1]


def corrected(target: dict[str, Any], value: float, version: int, *, key: str) -> dict[str, Any]:
    """The body of a correction of a target's value; ``key`` is also its reason, by which it is found again."""
    content = {name: each for name, each in target["values"].items() if name != "span"}
    content["value"] = value
    return {"expected_version": version, "reason": key, "client_key": key, "target": content}


@dataclass
class Tally:
    """What a run saw; ``faults`` is empty when nothing was lost."""

    trials: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    uploads: int = 0
    stuck: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


# --- kill -9 ---------------------------------------------------------------------------------------------------------


def kill(house: House, rounds: int, *, seed: int = 1) -> Tally:
    """Kills parts of a running house at random instants while one person corrects and another uploads."""
    dice = random.Random(seed)
    tally = Tally(trials=rounds)
    begun = time.monotonic()
    editor = house.person("linlan")
    status, made = editor.upload("kill.txt", document(0))
    assert status in (200, 201), status
    plan = str(made["plan"]["public_id"])
    assert read_until_settled(editor, plan) == "review"
    target = target_of(editor, plan)
    kept: list[str] = []
    uploaded: list[str] = []
    number = 0
    for turn in range(rounds):
        stopping = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            correcting = pool.submit(_correct_until, house, plan, target, f"t{turn}", stopping)
            uploading = pool.submit(_upload_until, house, 1000 * turn, stopping)
            time.sleep(dice.uniform(0.3, 1.6))
            house.kill(dice.choice(("web", "jobs", "all", "all")))
            stopping.set()
            answered, lost = correcting.result()
            number += len(answered)
            kept += answered
            made_now, lost_now = uploading.result()
            uploaded += made_now
            tally.unanswered += lost + lost_now
        if house.process is not None and house.process.poll() is not None:
            house.start()
        else:
            house.wait()
    tally.acknowledged, tally.uploads = len(kept), len(uploaded)
    found = reasons(editor, plan)
    tally.faults += [f"acknowledged correction {reason} is lost" for reason in kept if reason not in found]
    tally.faults += [f"correction {reason} was made twice" for reason in set(found) if found.count(reason) > 1]
    for public_id in dict.fromkeys(uploaded):
        state = read_until_settled(editor, public_id)
        if state == "stuck":
            # Its worker was killed three times; whoever looks is told so and reads it again.
            tally.stuck += 1
            editor.ask("POST", f"/api/plans/{public_id}/read-again")
            state = read_until_settled(editor, public_id)
        _status, clauses = editor.ask("GET", f"/api/plans/{public_id}/clauses")
        count = sum(1 for clause in _all(clauses or []) if clause["id"] is not None)
        if (state, count) != ("review", CLAUSES):
            tally.faults.append(f"upload {public_id} is {state} with {count} clauses")
    _check_journal(house, tally)
    tally.seconds = time.monotonic() - begun
    return tally


def _correct_until(
    house: House, plan: str, target: dict[str, Any], name: str, stopping: threading.Event
) -> tuple[list[str], int]:
    """Corrects one target over and over. Returns the keys that were acknowledged, and how many had no answer."""
    kept: list[str] = []
    unanswered = 0
    try:
        person = house.person("linlan")
        version = int(target_of(person, plan)["version"])
        while not stopping.is_set():
            key = f"{name}-{len(kept)}-{version}"
            status, answer = person.ask(
                "PUT", f"/api/plans/items/target/{target['id']}", corrected(target, version + 0.5, version, key=key)
            )
            if status == 200:
                kept.append(key)
                version = int(answer["version"])
            elif status == 409:
                version = int(answer["current_version"])
    except (Unanswered, AssertionError, json.JSONDecodeError):
        unanswered += 1
    return kept, unanswered


def _upload_until(house: House, first: int, stopping: threading.Event) -> tuple[list[str], int]:
    """Uploads new documents. Returns the public ids that were acknowledged, and how many had no answer."""
    made: list[str] = []
    number = first
    try:
        person = house.person("zhouyi")
        while not stopping.is_set():
            number += 1
            status, answer = person.upload(f"plan-{number}.txt", document(number))
            if status == 201:
                made.append(answer["plan"]["public_id"])
            time.sleep(0.1)
    except (Unanswered, AssertionError, json.JSONDecodeError):
        return made, 1
    return made, 0


def _check_journal(house: House, tally: Tally) -> None:
    verified = house.yaodian("audit", "verify")
    if verified.returncode != 0:
        tally.faults.append(f"the journal does not verify: {verified.stdout}{verified.stderr}")


# --- two people at once ----------------------------------------------------------------------------------------------


def race(house: House, trials: int) -> Tally:
    """Two people correct one target with the version both have seen; then the loser, having seen the winner's value."""
    tally = Tally(trials=trials)
    begun = time.monotonic()
    people = (house.person("linlan"), house.person("zhouyi"))
    names = ("林岚", "周毅")
    status, made = people[0].upload("race.txt", document(1))
    assert status in (200, 201), status
    plan = str(made["plan"]["public_id"])
    assert read_until_settled(people[0], plan) == "review"
    target = target_of(people[0], plan)
    path, version = f"/api/plans/items/target/{target['id']}", int(target["version"])
    expected: list[str] = []
    for trial in range(trials):
        keys = (f"a{trial}", f"b{trial}")
        bodies = [corrected(target, 10.0 + 2 * trial + n, version, key=keys[n]) for n in (0, 1)]
        answers = _at_once([partial(people[n].ask, "PUT", path, bodies[n]) for n in (0, 1)])
        statuses = [answer[0] for answer in answers]
        if sorted(statuses) != [200, 409]:
            tally.faults.append(f"trial {trial}: answers {statuses}")
            version = int(target_of(people[0], plan)["version"])
            continue
        winner, loser = statuses.index(200), statuses.index(409)
        seen = answers[loser][1]
        if (seen["current"]["value"], seen["changed_by"]) != (bodies[winner]["target"]["value"], names[winner]):
            tally.faults.append(f"trial {trial}: the loser saw {seen}")
        again = {**bodies[loser], "expected_version": seen["current_version"]}
        # Pressed twice, impatiently: once is enough.
        twice = _at_once([partial(people[loser].ask, "PUT", path, again)] * 2)
        if [answer[0] for answer in twice] != [200, 200]:
            tally.faults.append(f"trial {trial}: a double press gave {[answer[0] for answer in twice]}")
        expected += [keys[winner], keys[loser]]
        version = int(twice[0][1]["version"])
        tally.acknowledged += 2
    if reasons(people[0], plan) != expected:
        tally.faults.append("the history does not hold each acknowledged correction once, in order")
    _race_for_one_plan(house, people, plan, tally)
    _check_journal(house, tally)
    tally.seconds = time.monotonic() - begun
    return tally


def _race_for_one_plan(house: House, people: tuple[Person, Person], plan: str, tally: Tally) -> None:
    """The same file from two people makes one plan; a plan is submitted once and published once."""
    for number in range(5):
        both = _at_once([partial(one.upload, "same.txt", document(90_000 + number)) for one in people])
        if sorted(answer[0] for answer in both) != [200, 201]:
            tally.faults.append(f"the same file from two people gave {[answer[0] for answer in both]}")
        elif len({answer[1]["plan"]["public_id"] for answer in both}) != 1:
            tally.faults.append("the same file from two people made two plans")
    publishers = (house.person("hejing"), house.person("hejing"))
    for step, who in (("submit", people), ("publish", publishers)):
        version = people[0].ask("GET", f"/api/plans/{plan}/summary")[1]["version"]
        body = {"expected_version": version}
        both = _at_once([partial(one.ask, "POST", f"/api/plans/{plan}/actions/{step}", body) for one in who])
        if sorted(answer[0] for answer in both) != [200, 409]:
            tally.faults.append(f"{step} by two at once gave {[answer[0] for answer in both]}")


def _at_once(calls: list[Callable[[], tuple[int, Any]]]) -> list[tuple[int, Any]]:
    barrier = threading.Barrier(len(calls))

    def go(call: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def open_house(folder: Path, **variables: str) -> House:
    """A house with its demonstration data, served."""
    house = House(folder, variables)
    laid = house.yaodian("demo")
    assert laid.returncode == 0, laid.stdout + laid.stderr
    house.start()
    return house


def main() -> int:
    what, rounds = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="yaodian-adversity-") as folder:
        house = open_house(Path(folder))
        try:
            tally = {"kill": kill, "race": race}[what](house, rounds)
        finally:
            house.stop()
    print(tally)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
