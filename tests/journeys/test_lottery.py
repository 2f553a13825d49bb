"""The offline page of a draw in a browser, from its file: a second program that must agree with the engine to the bit.

No site runs here and no address is asked: the page lies in a folder with the published files, as a family has it.
"""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from yaodian.engines import lottery
from yaodian.engines.lottery import Kind
from yaodian.engines.lottery.bundle import shipped
from yaodian.engines.lottery.checking import promises
from yaodian.engines.lottery.tests import rounds
from yaodian.engines.lottery.tests.cheats import ABSENT, CHEATS, QUIET, SEEN, Cheat, second

pytestmark = [pytest.mark.browser, pytest.mark.once]

DRAWS = 10_000
MANY = 200_000
# What the page is not given: a copy of the list that somebody kept.
LEFT_TO_OTHERS = {Kind.LIST_OTHER_COPY}
ASK = """([files, noted]) => check(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Uint8Array.from(atob(text), (one) => one.charCodeAt(0))])),
    noted,
).steps.map(([, , faults]) => faults)"""


def publish(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in {**files, **shipped()}.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def offline(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """``offline(width=390, language="en")``: the page opened from its file, with the network away; what it logs fails the test."""
    publish(tmp_path, rounds.drawn())
    contexts, faults = [], []

    def open_one(*, width: int = 1440, height: int = 900, language: str = "zh-CN", scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"threw {error}"))
        page.on("console", lambda message: faults.append(f"logged {message.text}") if message.type == "error" else None)
        page.on(
            "request",
            lambda request: (
                faults.append(f"asked {request.url}") if not request.url.startswith(("file:", "data:")) else None
            ),
        )
        page.goto((tmp_path / "check.html").as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def choose(page: Page, folder: Path) -> None:
    """The files of a folder, as somebody marks them all in the dialogue."""
    page.locator("#files").set_input_files(sorted(path for path in folder.iterdir() if path.is_file()))


def ask(page: Page, files: dict[str, bytes], noted: Any = ()) -> list[Any]:
    """The faults of each step, by the page's own program."""
    given = {name: base64.b64encode(content).decode() for name, content in files.items()}
    answer: list[Any] = page.evaluate(ASK, [given, list(noted)])
    return answer


def test_a_family_checks_a_draw_and_finds_its_place(
    offline: Any, tmp_path: Path, axe: Any, screenshot: Any, is_too_wide: Any
) -> None:
    for width, language, scheme in ((1440, "zh-CN", "light"), (390, "zh-CN", "light"), (390, "en-GB", "dark")):
        page = offline(width=width, language=language, scheme=scheme)
        is_chinese = language == "zh-CN"
        screenshot(page, f"before-{language}")
        choose(page, tmp_path)
        verdict = page.locator("#verdict")
        expect(verdict).to_contain_text("全部相符" if is_chinese else "Everything fits")
        expect(verdict).to_contain_text("还差一步" if is_chinese else "One thing is open")
        page.locator("#noted").fill(SEEN["promises"][0].upper())
        page.locator("#noted").press("Tab")
        expect(verdict.locator(".good")).to_be_visible()
        page.locator("#number").fill("a0003")
        expect(page.locator("#place")).to_contain_text(
            "第 1 位（共 3 位），与 A0002 一起：录取"
            if is_chinese
            else "Place 1 of 3, together with A0002: has a place"
        )
        expect(page.locator("#steps li .sign.good")).to_have_count(9)
        assert not is_too_wide(page)
        assert axe(page) == []
        screenshot(page, f"good-{language}-{scheme}")
        page.locator("#number").fill("A0001")
        expect(page.locator("#place")).to_contain_text(
            "第 3 位（共 3 位）：未录取" if is_chinese else "Place 3 of 3: no place"
        )
        page.locator("#number").fill("B0001")
        expect(page.locator("#place")).to_contain_text("名单里没有 B0001" if is_chinese else "B0001 is not in the list")


def test_the_language_changes_by_a_button(offline: Any) -> None:
    page = offline()
    expect(page.locator("h1")).to_have_text("核对抽签", use_inner_text=True)
    page.locator("#language").click()
    expect(page.locator("h1")).to_have_text("Check the draw", use_inner_text=True)


def test_files_may_be_dropped(offline: Any, tmp_path: Path) -> None:
    page = offline()
    given = {path.name: base64.b64encode(path.read_bytes()).decode() for path in tmp_path.iterdir()}
    dropped = page.evaluate_handle(
        """(files) => {
            const carried = new DataTransfer();
            for (const [name, text] of Object.entries(files))
                carried.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name));
            return carried;
        }""",
        given,
    )
    page.locator("#drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#verdict")).to_contain_text("全部相符")


def test_a_swapped_place_is_shown_where_it_is(offline: Any, tmp_path: Path, axe: Any, screenshot: Any) -> None:
    cheat = next(one for one in CHEATS if one.kind is Kind.RESULT_ORDER)
    publish(tmp_path, cheat.files())
    for width in (1440, 390):
        page = offline(width=width)
        choose(page, tmp_path)
        expect(page.locator("#verdict .wrong")).to_contain_text("有 1 步不符")
        expect(page.locator("#steps .step ul")).to_contain_text(
            "result.txt 第 2 行应为“1 A0002+A0003”，写的是“1 A0007”"
        )
        page.locator("#number").fill("A0007")
        expect(page.locator("#place")).to_contain_text("第 2 位（共 3 位）：未录取")
        expect(page.locator("#place")).to_contain_text("这次核对有不符之处")
        assert axe(page) == []
        screenshot(page, "wrong")


def test_a_file_left_out_is_named(offline: Any, tmp_path: Path) -> None:
    page = offline()
    for name in ("reveals.json", "promise.json"):
        (tmp_path / name).unlink()
        choose(page, tmp_path)
        expect(page.locator("#steps")).to_contain_text(f"缺少 {name}")
        expect(page.locator("#verdict .wrong")).to_be_visible()


@pytest.fixture(scope="module")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page as a program to be asked, without looking at it."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto((publish(tmp_path_factory.mktemp("program"), {}) / "check.html").as_uri())
    yield page
    context.close()


@pytest.mark.parametrize(
    "files",
    [
        rounds.drawn(),
        rounds.drawn(given=QUIET),
        rounds.drawn(given=ABSENT),
        second()(),
        rounds.drawn(places=0),
        rounds.drawn(places=99),
    ],
    ids=["plain", "a silent witness", "a missing source", "a second draw", "an order only", "places for all"],
)
def test_the_page_passes_an_honest_draw(files: dict[str, bytes], program: Page) -> None:
    assert not any(ask(program, files, [lottery.sha256(files["promise.json"])]))


@pytest.mark.parametrize("cheat", CHEATS, ids=str)
def test_the_page_notices_cheating(cheat: Cheat, program: Page) -> None:
    assert any(ask(program, cheat.files(), cheat.seen.get("promises", ()))) is (cheat.kind not in LEFT_TO_OTHERS)


def test_no_changed_byte_goes_unseen_by_the_page(program: Page) -> None:
    """But for the minute of the draw, the organiser's own statement."""
    files = rounds.drawn()
    given = {name: base64.b64encode(content).decode() for name, content in files.items()}
    unseen = program.evaluate(
        """(files) => {
            const good = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Uint8Array.from(atob(text), (one) => one.charCodeAt(0))]));
            const unseen = [];
            for (const [name, bytes] of Object.entries(good)) {
                for (let at = 0; at < bytes.length; at += name === "rule.txt" ? 37 : 1) {
                    const other = bytes.slice();
                    other[at] ^= 1;
                    if (!check({ ...good, [name]: other }, []).steps.some((one) => one[2] && one[2].length)) unseen.push([name, at]);
                }
            }
            return unseen;
        }""",
        given,
    )
    stated = files["record.json"].index(rounds.DRAWN_AT.encode())
    assert [one for one in unseen if one[0] != "record.json" or not stated <= one[1] < stated + 22] == []


def test_the_page_reads_names_and_moments_as_the_verifier_does(program: Page) -> None:
    names = [
        "双色球　第 75 期",
        "双色球\u200b第 75 期",
        " 双色球",
        "双色球\n",
        "双" * 201,
        "𠮷" * 200,
        "",
        "a\u2028b",
        "\ufeffa",
    ]
    moments = [
        "2026-07-01T09:00+08:00",
        "2028-02-29T23:59-09:30",
        "2026-02-29T09:00+08:00",
        "2026-07-01T24:00+08:00",
        "2026-07-01T09:00Z",
        "x",
    ]
    theirs = program.evaluate(
        "([names, moments]) => [names.map((one) => isText(one)), moments.map((one) => !isNaN(moment(one)))]",
        [names, moments],
    )
    assert theirs == [[promises.is_line(one) for one in names], [promises.is_moment(one) for one in moments]]


def test_ten_thousand_draws_are_equal_in_all_three_programs(
    program: Page, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The engine draws; check.py, given the files, computes each again; the page's program gives seed and result to the byte."""
    chance = random.Random(2026)
    monkeypatch.setattr(sys, "argv", ["check.py"])
    check = in_memory(shipped()["check.py"].decode())
    _witnesses, numbers, index, _beacon = rounds.sources()
    draws = []
    for number in range(DRAWS):
        applicants = chance.sample(range(10**6), chance.randint(1, 12))
        lines = [f"A{one:06}" + f"+B{one:06}" * (chance.random() < 0.1) for one in applicants]
        given = [rounds.reveals()[1], lottery.Reveal("index", f"{number}.00")]
        files = rounds.drawn(lines, given, sources=(numbers, index), places=chance.randint(0, 12))
        with pytest.raises(SystemExit) as end:
            exec(check, {"__file__": "check.py", "files": files})
        assert not end.value.code, capsys.readouterr().out
        draws.append(files)
    capsys.readouterr()
    asked = [
        (files["transcript.txt"].decode(), files["list.txt"].decode(), json.loads(files["promise.json"])["places"])
        for files in draws
    ]
    theirs = program.evaluate(
        """(draws) => draws.map(([transcript, list, places]) => {
            const [head, ...lines] = list.split("\\n").slice(0, -1), seed = sha256(utf8(transcript)), order = orderOf(seed, lines);
            return [hex(seed), order.map((line, i) => `${i + 1} ${line}\\n`).join(""), winnersOf(order, places)];
        })""",
        asked,
    )
    ours = []
    for files in draws:
        record = json.loads(files["record.json"])
        ours.append([record["seed"], files["result.txt"].decode().partition("\n")[2], record["winners"]])
    assert theirs == ours


def in_memory(source: str) -> CodeType:
    """check.py without the line that reads its folder: the same program, given the files."""
    reading = next(line for line in source.splitlines() if line.startswith("files = "))
    return compile(source.replace(reading, ""), "check.py", "exec")


def test_two_hundred_thousand_are_checked_while_one_waits(offline: Any, tmp_path: Path) -> None:
    files = rounds.drawn([f"A{number:06}" for number in range(MANY)], places=40_000)
    publish(tmp_path, files)
    alone = subprocess.run([sys.executable, "-I", tmp_path / "check.py"], check=False, capture_output=True, timeout=120)
    assert (alone.returncode, alone.stderr) == (0, b"")
    page = offline()
    choose(page, tmp_path)
    expect(page.locator("#verdict")).to_contain_text("全部相符", timeout=120_000)
    page.locator("#number").fill("A012345")
    rows = files["result.txt"].decode().splitlines()
    place = next(row for row in rows if row.endswith(" A012345")).partition(" ")[0]
    expect(page.locator("#place")).to_contain_text(f"第 {place} 位（共 {MANY} 位）")
