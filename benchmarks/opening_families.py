"""The families of ``opening``: a process that comes with so many a minute, each on a connection of its own, and times every answer.

The moments of arrival are fixed beforehand (an open model): a server that slows down meets as many as before. Whoever is told to
wait waits as the page says and asks again. Codes are read from the kept text messages, as an operator reads them. Prints JSON.
"""

from __future__ import annotations

import asyncio
import html
import io
import json
import os
import random
import re
import resource
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

WARM_UP_SECONDS = 30.0
PATIENCE_SECONDS = 60.0
LATEST_SECONDS = 20 * 60.0
PASSWORD = "青禾-县-2026-spring"
POLL_SECONDS = 0.05
LATE_MESSAGES = 200

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(r'name="(client_key|sha256)" value="([^"]+)"')
_CODE = re.compile(r"验证码 (\d{6})")


class Refused(Exception):
    """An answer that ends a journey; `what` is counted."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Books:
    """What all journeys met, from the end of the warm-up on."""

    begin: float
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refusals: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    without_retry: int = 0
    journeys: list[float] = field(default_factory=list)
    finished_at: list[float] = field(default_factory=list)
    begun: int = 0

    def note(self, name: str, began: float, answer: Answer) -> None:
        taken = time.monotonic() - began
        if began < self.begin:
            return
        self.statuses[answer.status] += 1
        if answer.status == 503:
            self.refusals.append(taken)
            kind = "waits" if 'class="turn"' in answer.text else "busy"
            self.refused[f"{name}: {kind}"] += 1
            self.without_retry += "retry-after" not in answer.headers
        else:
            self.times[name].append(taken)


class Codes:
    """The codes in text messages by number, read by a thread of its own."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        from yaodian.foundation.models import TextMessage

        latest, seen = 0, set[int]()
        while not self._is_over.wait(POLL_SECONDS):
            # What was numbered first may be committed last.
            for row in TextMessage.objects.filter(pk__gt=latest - LATE_MESSAGES).exclude(pk__in=seen).order_by("pk"):
                latest = max(latest, row.pk)
                seen.add(row.pk)
                if code := _CODE.search(row.text):
                    self.found[row.number] = code[1]
            seen = {one for one in seen if one > latest - LATE_MESSAGES}

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()


class Browser:
    """One family's browser: one connection kept open, its cookies, its own address before the proxy."""

    def __init__(self, serial: int, port: int, books: Books) -> None:
        self.port, self.books = port, books
        self.address = f"10.{serial >> 16 & 255}.{serial >> 8 & 255}.{serial & 255}"
        self.cookies: dict[str, str] = {}
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, name: str, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """One request, timed; a connection that the server has closed meanwhile is opened anew."""
        head = [
            f"{method} {path} HTTP/1.1", "Host: localhost", f"X-Forwarded-For: {self.address}",
            "User-Agent: Mozilla/5.0 (Linux; Android 14)",
        ]  # fmt: skip
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{key}={value}" for key, value in self.cookies.items()))
        if method == "POST":
            head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        sent = "\r\n".join([*head, "", ""]).encode() + body
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(self._exchange(sent), PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            raise Refused(f"{name}: {type(error).__name__}") from None
        self.books.note(name, began, answer)
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    async def _exchange(self, sent: bytes) -> Answer:
        for is_kept in (self.writer is not None, False):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                self.writer.write(sent)
                return await self._read()
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if not is_kept:
                    raise
        raise AssertionError

    async def _read(self) -> Answer:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:-2]:
            key, _colon, value = line.partition(": ")
            if key.lower() == "set-cookie":
                pair, _rest, _more = value.partition(";")
                cookie, _equals, content = pair.partition("=")
                self.cookies[cookie] = content
            else:
                headers[key.lower()] = value
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(head[0].split()[1]), headers, body)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def enter(self, name: str, path: str) -> Answer:
        """A page behind the door: waits as it is told to."""
        until = time.monotonic() + LATEST_SECONDS
        while time.monotonic() < until:
            answer = await self.ask(name, "GET", path)
            if answer.status != 503:
                return answer
            self.close()
            await asyncio.sleep(float(answer.headers.get("retry-after", 5)))
        raise Refused("waited too long")


class Family:
    """One journey."""

    def __init__(self, serial: int, asked: dict[str, Any], browser: Browser, codes: Codes, photo: bytes) -> None:
        self.serial, self.asked, self.browser, self.codes, self.photo = serial, asked, browser, codes, photo
        self.token = ""

    async def think(self) -> None:
        await asyncio.sleep(random.expovariate(1 / self.asked["think"]) if self.asked["think"] else 0)

    def _seen(self, name: str, answer: Answer, status: int = 200) -> Answer:
        if answer.status != status:
            raise Refused(f"{name}: {answer.status}")
        if token := _TOKEN.search(answer.text):
            self.token = token[1]
        return answer

    async def get(self, name: str, path: str) -> Answer:
        await self.think()
        answer = await self.browser.ask(name, "GET", path)
        for _again in range(5):
            if answer.status != 503:
                break
            await asyncio.sleep(float(answer.headers.get("retry-after", 5)))
            answer = await self.browser.ask(name, "GET", path)
        return self._seen(name, answer)

    async def post(self, name: str, path: str, sent: dict[str, Any], file: bytes = b"") -> str:
        """Sends a form and gives where it leads; refused for the moment, it is sent again as a person would."""
        await self.think()
        given = {"csrfmiddlewaretoken": self.token, **sent}
        body, kind = _multipart(given, file) if file else (urlencode(given, doseq=True).encode(), FORM)
        for _again in range(6):
            answer = await self.browser.ask(name, "POST", path, body, kind)
            if answer.status != 503:
                break
            await asyncio.sleep(float(answer.headers.get("retry-after", 5)))
        self._seen(name, answer, 302)
        return answer.headers["location"]

    async def code(self, number: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if number in self.codes.found:
                return self.codes.found.pop(number)
            await asyncio.sleep(POLL_SECONDS)
        raise Refused("no text message")

    async def go(self) -> None:
        season, intake = self.asked["season"], self.asked["intake"]
        await self.get("seasons", "/admissions/")
        await self.get("season", f"/admissions/seasons/{season}/")
        door = "/open-account/"
        number = f"13{self.serial:09d}"
        self._seen("open account", await self.browser.enter("open account", f"{door}?next=/admissions/apply/"))
        await self.post("send number", door, {"step": "number", "number": number, "next": "/admissions/apply/"})
        await self.get("page for the code", door)
        await self.post("send code", door, {"step": "code", "code": await self.code(f"+86{number}")})
        await self.get("page for the password", door)
        twice = {"new_password": PASSWORD, "repeated": PASSWORD, "display_name": "林女士"}
        await self.get("applications", await self.post("send password", door, {"step": "finish", **twice}))
        step = await self.post("start", f"/admissions/apply/start/{intake}/", {})
        row = step.split("/")[3]
        at = f"/admissions/apply/{row}"
        await self.get("step page", step)
        for name, sent in self.said().items():
            step = await self.post("send step", f"{at}/steps/{name}/", {"go": "next", **sent})
            await self.get("step page", step)
        await self.post("send proof", f"{at}/steps/proofs/", {"label": "户口簿"}, self.photo)
        await self.get("step page", f"{at}/steps/proofs/")
        page = await self.get("review", f"{at}/review/")
        hidden = {key: html.unescape(value) for key, value in _HIDDEN.findall(page.text)}
        paper = await self.get("receipt", await self.post("submit", f"{at}/review/", {**hidden, "agreed": "on"}))
        if "2026P" not in paper.text and "回执" not in paper.text:
            raise Refused("no receipt")

    def said(self) -> dict[str, dict[str, Any]]:
        """What the three forms say of an invented family, with numbers of its own."""
        from yaodian.config.simulation.season import CHECKS, WEIGHTS

        def card(born: date, place: int) -> str:
            figures = f"{110000 + place // 1000:06d}{born:%Y%m%d}{place % 1000:03d}"
            return figures + CHECKS[sum(int(one) * weight for one, weight in zip(figures, WEIGHTS, strict=True)) % 11]

        odd = 2 * self.serial + 1
        return {
            "child": {
                "child_name": "林小满", "child_paper": "id_card", "child_number": card(date(2020, 3, 15), odd - 1),
                "child_gender": "2", "child_born_on": "2020-03-15",
            },
            "family": {
                "guardian1_name": "林远山", "guardian1_relation": "father", "guardian1_paper": "id_card",
                "guardian1_number": card(date(1988, 4, 12), odd), "guardian1_phone": f"13{self.serial:09d}",
                "guardian2_name": "", "guardian2_relation": "", "guardian2_paper": "", "guardian2_number": "",
                "guardian2_phone": "", "home_street": "中山路", "home_number": "1",
                "home_address": f"中山路 1 号 {self.serial} 室", "home_household": "中山路派出所", "home_held_by": "owned",
            },
            "wishes": {"wish1": self.asked["wish"], "claims": ["household"]},
        }  # fmt: skip


FORM = "application/x-www-form-urlencoded"


def _multipart(given: dict[str, Any], file: bytes) -> tuple[bytes, str]:
    border = "----families"
    out = io.BytesIO()
    for key, value in given.items():
        out.write(f'--{border}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    out.write(f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="book.jpg"\r\n'.encode())
    out.write(b"Content-Type: image/jpeg\r\n\r\n" + file + f"\r\n--{border}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={border}"


def photograph(size: str) -> bytes:
    """A JPEG of so many pixels, as large as a photograph of a page of a booklet."""
    from PIL import Image

    width, height = (int(part) for part in size.split("x"))
    out = io.BytesIO()
    Image.effect_noise((width // 8, height // 8), 40).resize((width, height)).convert("RGB").save(
        out, "JPEG", quality=85
    )
    return out.getvalue()


async def _journey(serial: int, asked: dict[str, Any], books: Books, codes: Codes, photo: bytes) -> None:
    browser = Browser(serial, asked["port"], books)
    books.begun += 1
    began = time.monotonic()
    try:
        if asked["arrivals"]:
            answer = await browser.ask("knock", "GET", "/open-account/")
            kind = {200: "admitted", 503: "ticketed" if "yaodian_turn" in browser.cookies else "refused"}
            end = kind.get(answer.status, f"knock: {answer.status}")
        else:
            await Family(serial, asked, browser, codes, photo).go()
            end = "receipt"
    except Refused as refused:
        end = refused.what
    finally:
        browser.close()
    if began >= books.begin:
        books.ends[end] += 1
        books.journeys.append(time.monotonic() - began)
    if end == "receipt":
        books.finished_at.append(time.monotonic())


async def _come(asked: dict[str, Any]) -> tuple[Books, float]:
    count = asked["arrivals"] or int(asked["rate"] * asked["minutes"])
    gap = 60 / (asked["arrivals"] or asked["rate"])
    photo = photograph(asked["photo"])
    codes = Codes()
    begin = time.monotonic()
    books = Books(begin if asked["arrivals"] else begin + WARM_UP_SECONDS)
    under_way = set()
    first = random.randrange(1, 5) * 100_000_000
    for place in range(count):
        await asyncio.sleep(max(0.0, begin + place * gap - time.monotonic()))
        task = asyncio.create_task(_journey(first + place, asked, books, codes, photo))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    last = time.monotonic()
    if asked["arrivals"]:
        await asyncio.gather(*under_way)
    else:
        # Whoever is inside finishes; whoever still waits at the end of an overload is counted as waiting.
        await asyncio.wait(under_way, timeout=60) if under_way else None
        for task in list(under_way):
            task.cancel()
        books.ends["still waiting"] = len(under_way)
    codes.stop()
    return books, last


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django

    django.setup()
    # A server that stands still holds a connection of everybody who comes.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asked = json.loads(sys.argv[1])
    random.seed(1)
    books, last = asyncio.run(_come(asked))
    measured = last - books.begin
    usage = resource.getrusage(resource.RUSAGE_SELF)
    everything = [taken for each in books.times.values() for taken in each]
    done = sum(1 for at in books.finished_at if books.begin <= at <= last)
    print(
        json.dumps(
            {
                "measured_s": round(measured, 1),
                "journeys_begun": books.begun,
                "receipts_a_minute": round(done / measured * 60, 1) if measured > 0 else 0,
                "ends": books.ends.most_common(),
                "statuses": sorted(books.statuses.items()),
                "server_errors": sum(
                    count for status, count in books.statuses.items() if status >= 500 and status != 503
                ),
                "refused_503": books.statuses[503],
                "journey_s": _spread(books.journeys, scale=1),
                "refused": books.refused.most_common(),
                "refusals_ms": _spread(books.refusals),
                "refusals_without_retry_after": books.without_retry,
                "generator_s": usage.ru_utime + usage.ru_stime,
                "requests": {"all": _spread(everything), **{name: _spread(each) for name, each in books.times.items()}},
            },
            ensure_ascii=False,
        )
    )


def _spread(taken: list[float], *, scale: float = 1000) -> dict[str, float]:
    if len(taken) < 2:
        return {"count": len(taken), "p50": 0.0, "p95": 0.0, "p99": 0.0, "most": 0.0}
    cuts = statistics.quantiles(taken, n=100)
    return {
        "count": len(taken), "p50": round(cuts[49] * scale, 1), "p95": round(cuts[94] * scale, 1),
        "p99": round(cuts[98] * scale, 1), "most": round(max(taken) * scale, 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
