"""What a journey needs: the program as a user starts it, a real Chromium before it, and a judge of accessibility.

The site is no test server inside this process but ``yaodian serve`` with its worker, its own data folder and, when
``DATABASE_URL`` names PostgreSQL, its own database. So a journey sees transactions, background jobs and the content
security policy as a bureau would. A page that logs an error, or asks another host, fails its test.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql

from tests.canaries import Canaries
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.scales import SMALL

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "test-results"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
START_IN_SECONDS = 60
PEOPLE = 3
NUMBERS = itertools.count(1)
# The child that test_imports brings in, takes out, and asks for by name.
JOURNEY_CANARIES = ("祁念晞",)


@dataclass
class Site:
    """A running yaodian: its address, its data folder, and the words its demonstration command printed."""

    address: str
    variables: dict[str, str]
    said: str
    process: subprocess.Popen[bytes]
    log: Path

    def yaodian(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program on the site's data."""
        return run_yaodian(self.variables, *arguments)

    def password_of(self, username: str) -> str:
        """The password that the demonstration command drew for an account."""
        path = Path(self.variables["YAODIAN_DATA"]) / "demonstration-accounts.json"
        password: str = json.loads(path.read_text(encoding="utf-8"))[username]
        return password

    def restart(self, *, hard: bool = False) -> None:
        """Stop the site (``hard``: kill it and every process it started at once) and start it on the same data."""
        stop(self.process, hard=hard)
        wait_until_free(int(urlsplit(self.address).port or 0))
        self.process = start(self.variables, self.address, self.log)


def lasting_port() -> int:
    """A free port below those that the system gives to outgoing connections: the site is stopped and started again on it,
    and finds it free each time."""
    for port in random.sample(range(20_000, 32_000), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    pytest.fail("none of a hundred ports between 20000 and 32000 is free on this machine")


@dataclass
class Laid:
    """The demonstration, laid by ``yaodian demo`` on an empty database, its background jobs done; nothing serves it.

    Whoever needs the demonstration takes a copy. Laying it anew for each would be most of the time of the journeys.
    """

    variables: dict[str, str]
    said: str

    def copy(self, folder: Path) -> dict[str, str]:
        """The variables of a program on a copy of the data, which is made in ``folder`` (not there yet)."""
        shutil.copytree(self.variables["YAODIAN_DATA"], folder)
        variables = in_folder(folder, self.variables)
        new_database(variables, template=self.variables)
        return variables


def in_folder(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    # The temporary files too: searched with the rest is what the program leaves among them.
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {**variables, "YAODIAN_DATA": str(folder), "TMPDIR": str(temporary)}


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laid]:
    variables = in_folder(tmp_path_factory.mktemp("laid"), {**os.environ, "YAODIAN_ENV": "development", "PORT": "8123"})
    variables.pop("DJANGO_SETTINGS_MODULE", None)
    new_database(variables)
    done = [run_yaodian(variables, *words) for words in (["demo"], ["manage", "run_jobs", "--batch"])]
    assert [one.returncode for one in done] == [0, 0], [one.stdout + one.stderr for one in done]
    yield Laid(variables, done[0].stdout)
    drop_database(variables)


@pytest.fixture(scope="session")
def site(laid: Laid, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The program with its demonstration data, served on a free port of this machine."""
    folder = tmp_path_factory.mktemp("site") / "data"
    port = lasting_port()
    variables = {**laid.copy(folder), "PORT": str(port)}
    address, log = f"http://127.0.0.1:{port}", folder / "serve.log"
    running = Site(address, variables, laid.said, start(variables, address, log), log)
    yield running
    stop(running.process)
    found = sightings(folder, variables)
    drop_database(variables)
    assert found == [], "what names a person stands in clear in what the journeys left behind"


def canaries() -> Canaries:
    """Numbers, telephones and addresses of some invented people of the demonstration, and the child that a journey brought in."""
    part = next(City(SMALL, seed=1).parts())
    pupils, guardians, teachers = (part.rows(table)[:PEOPLE] for table in ("pupils", "guardians", "teachers"))
    texts = [text for one in pupils for text in (one.id_number, one.enrolment_number, one.residence)]
    texts += [text for one in (*guardians, *teachers) for text in (one.id_number, one.phone)]
    return Canaries([*JOURNEY_CANARIES, *filter(None, texts)])


def sightings(folder: Path, variables: dict[str, str]) -> list[str]:
    """Canaries in clear after all journeys: in the log, the uploads, temporary files, and the whole database.

    SQLite's files are read as they lie, freed pages and the log of writes included.
    """
    wanted = canaries()
    found = wanted.in_files(folder)
    url = variables.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            for (table,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall():
                with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                    for block in rows:
                        found += wanted.in_bytes(bytes(block), table, depth=0)
    return sorted({str(one) for one in found})


def run_yaodian(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("yaodian"))
    return subprocess.run([program, *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def start(variables: dict[str, str], address: str, log: Path) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).with_name("yaodian"))
    port = str(urlsplit(address).port)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program, "serve", "--port", port], cwd=ROOT, env=variables, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    until = time.monotonic() + START_IN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return process
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    stop(process, hard=True)
    pytest.fail(f"«yaodian serve» did not answer at {address}/healthz: {log.read_text(errors='replace')[-2000:]}")


def wait_until_free(port: int) -> None:
    """The children of a process that was killed die a moment after it, and hold its port until then."""
    until = time.monotonic() + START_IN_SECONDS
    while time.monotonic() < until:
        try:
            with socket.create_server(("127.0.0.1", port)):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"port {port} is still held {START_IN_SECONDS} s after the site was stopped")


def stop(process: subprocess.Popen[bytes], *, hard: bool = False) -> None:
    if process.poll() is None:
        if hard:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def new_database(variables: dict[str, str], template: Mapping[str, str] | None = None) -> None:
    """On PostgreSQL: a database of its own, put into ``variables``; a copy of that of the variables ``template``."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return
    server, _, _name = url.rpartition("/")
    name = f"journeys_{os.getpid()}_{next(NUMBERS)}"
    model = name_of_database(template) if template is not None else "template1"
    execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{model}"')
    variables["DATABASE_URL"] = f"{server}/{name}"


def name_of_database(variables: Mapping[str, str]) -> str:
    return variables["DATABASE_URL"].rpartition("/")[2]


def drop_database(variables: Mapping[str, str]) -> None:
    """Drops what `new_database` made."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        until = time.monotonic() + START_IN_SECONDS
        while True:
            try:
                execute(url, f'DROP DATABASE "{name_of_database(variables)}" WITH (FORCE)')
                return
            except psycopg.errors.InsufficientPrivilege:
                # The server's own vacuum is in it, which our role may not end: it goes by itself.
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        pytest.fail("The journeys need a Chromium and find none on PATH. Get one with: make test-tools")
    guarded = pytest.MonkeyPatch()
    # Playwright keeps an event loop running in this thread, which Django takes for asynchronous code.
    guarded.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found[0], args=list(QUIET))
        yield launched
        launched.close()
    guarded.undo()


@dataclass
class Window:
    """How a page is looked at; the defaults are an office's screen and the language of the bureau."""

    width: int = WIDE["width"]
    height: int = WIDE["height"]
    language: str = "zh-hans"
    scheme: str = "light"


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """``open_page(width=390, language="en", scheme="dark")``: a page with a session of its own.

    What it logs as an error, throws, or asks of another host is gathered and fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(**chosen: object) -> Page:
        window = Window(**chosen)  # type: ignore[arg-type]  # The names are checked by the dataclass.
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": window.width, "height": window.height},
            locale="zh-CN" if window.language == "zh-hans" else window.language,
            color_scheme="dark" if window.scheme == "dark" else "light",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        contexts.append(context)
        # The site speaks Chinese until a visitor chooses; the choice is this cookie.
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": window.language, "url": site.address}])
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: faults.append(f"threw {error}"))
        page.on("console", lambda message: note(message.type, message.text))
        page.on("request", lambda request: note_host(request.url))
        return page

    def note(kind: str, text: str) -> None:
        # The browser logs each answer above 399 by itself; whether such an answer was due, the test knows.
        if kind == "error" and not text.startswith("Failed to load resource"):
            faults.append(f"logged {text}")

    def note_host(url: str) -> None:
        parts, own = urlsplit(url), urlsplit(site.address)
        # The site under its other name: passkeys are bound to a name, which 127.0.0.1 is not.
        hosts = {own.netloc, f"localhost:{own.port}"}
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc not in hosts:
            faults.append(f"asked {url}")

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page as wide as an office's screen."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page as narrow as a telephone's."""
    return open_page(**NARROW)


@pytest.fixture
def sign_in(site: Site) -> Callable[[Page, str], None]:
    """``sign_in(page, "linlan")``: through the sign-in page, as a person would."""

    def enter(page: Page, username: str) -> None:
        page.goto(reverse("identity:sign_in"))
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(site.password_of(username))
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda address: urlsplit(address).path != reverse("identity:sign_in"))

    return enter


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """``axe(page)``: what axe finds serious or critical on the page as it stands, a line each."""
    path = ROOT / "tests" / "vendor" / "axe.min.js"
    if not path.is_file():
        pytest.fail("axe.min.js is not there: make setup fetches it")
    source = path.read_text(encoding="utf-8")

    def judge(page: Page) -> list[str]:
        # Evaluated through the debugger, so the content-security policy of the page stays as it is.
        page.evaluate(source)
        report = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{found['id']} ({found['impact']}): {json.dumps(node['target'], ensure_ascii=False)}: {node['html'][:200]}"
            for found in report["violations"]
            if found["impact"] in {"serious", "critical"}
            for node in found["nodes"]
        ]

    return judge


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """``screenshot(page, "review")``: a picture of the whole page under test-results/, to be looked at."""

    def shoot(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(exist_ok=True)
        width = (page.viewport_size or WIDE)["width"]
        test = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")
        path = SCREENSHOTS / f"{test}-{name}-{width}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return shoot


def scrolls_sideways(page: Page) -> bool:
    """Whether the page as a whole is wider than its window."""
    # A page that is just being replaced has no root for a moment.
    page.wait_for_function("() => document.documentElement && document.readyState === 'complete'")
    return bool(page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.fixture(scope="session")
def is_too_wide() -> Callable[[Page], bool]:
    return scrolls_sideways
