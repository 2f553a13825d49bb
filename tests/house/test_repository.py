"""What no file of the repository may hold, and what every folder must be called."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Put together here, so that this file does not hold what it forbids.
REGISTRIES = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
]
MACHINE = re.compile("(?<![A-Za-z0-9.])/(?:" + "|".join(("work/", "root/", "home/[a-z]+/", "Users/")) + ")")
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
LONGEST_MODULE = 800
# A moment comes in UTC as often as not, where the day here has begun eight hours earlier.
DAY_OF_A_MOMENT = re.compile(r"\b(?:now|moment|\w+_at)\.date\(\)")
# Its moments are made in the zone of the city.
PLAYED = Path("yaodian/config/simulation")


def offenders(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    assert offenders(texts, re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_no_file_names_a_path_of_somebodys_machine(texts: dict[Path, str]) -> None:
    assert offenders(texts, MACHINE) == []


def test_no_file_is_left_unfinished(texts: dict[Path, str]) -> None:
    assert offenders(texts, UNFINISHED) == []


def test_the_day_of_a_moment_is_the_day_here(texts: dict[Path, str]) -> None:
    read = {
        path: text
        for path, text in texts.items()
        if path.suffix == ".py" and path.is_relative_to("yaodian") and "tests" not in path.parts
        and not path.is_relative_to(PLAYED)
    }  # fmt: skip
    assert len(read) > 500
    assert offenders(read, DAY_OF_A_MOMENT) == [], "take timezone.localdate(…)"


@pytest.mark.parametrize("line", ["if due_on < now.date():", "last = row.answered_at.date()"])
def test_the_pattern_for_days_of_moments_finds_one(line: str) -> None:
    assert DAY_OF_A_MOMENT.search(line)


@pytest.mark.parametrize("line", ["see /ro" + "ot/x", "cp /wo" + "rk/main/a b", "'/ho" + "me/wang/plan.docx'"])
def test_the_pattern_for_machine_paths_finds_one(line: str) -> None:
    assert MACHINE.search(line)


@pytest.mark.parametrize("line", ["https://example.gov.cn/work/plan", "yaodian/home/views.py", "the work / root split"])
def test_the_pattern_for_machine_paths_leaves_addresses_alone(line: str) -> None:
    assert not MACHINE.search(line)


def test_no_module_or_folder_has_a_name_that_says_nothing(tracked: list[Path]) -> None:
    assert [path for path in tracked if VAGUE_NAMES & {part.removesuffix(".py") for part in path.parts}] == []


def test_no_module_is_too_long_to_read(texts: dict[Path, str]) -> None:
    kinds = {".py", ".js", ".css", ".html"}
    lengths = {
        path: text.count("\n")
        for path, text in texts.items()
        if path.suffix in kinds and "migrations" not in path.parts
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_init_is_empty_but_for_a_door(texts: dict[Path, str]) -> None:
    """An engine has a door, and so has a slice's module that has grown into a folder, and a part of one that has."""
    grown = {"operations", "problem", "queries", "views", "models", "api", "sheets", "oneroster", "measures", "reports"}
    inits = {path: text for path, text in texts.items() if path.name == "__init__.py"}
    full = [
        str(path)
        for path, text in inits.items()
        if text.strip() and path.parts[:2] != ("yaodian", "engines") and not grown & set(path.parts[-3:-1])
    ]
    assert full == []


def test_nothing_minified_is_committed(tracked: list[Path]) -> None:
    assert [path for path in tracked if ".min." in path.name] == []


def test_no_secret_file_is_committed(tracked: list[Path]) -> None:
    assert [
        path for path in tracked if path.parts[0] in {"var", ".env"} or path.suffix in {".key", ".pem", ".sqlite3"}
    ] == []


def test_every_page_asks_only_this_site(texts: dict[Path, str]) -> None:
    """Templates, style sheets and scripts load nothing from another host; a link that a reader follows is no load."""
    loads = re.compile(r"""(?:src|srcset|@import|url\(|import\s|<link[^>]*href)\s*=?\s*["'(]?\s*(?:https?:)?//""")
    shown = {
        path: text
        for path, text in texts.items()
        if path.suffix in {".html", ".css", ".js"} and path.parts[0] == "yaodian"
    }
    assert shown
    assert offenders(shown, loads) == []


def test_no_template_holds_an_inline_script_or_style(texts: dict[Path, str]) -> None:
    """The content-security policy would stop it in the browser; here it is found before."""
    inline = re.compile(
        r"<style\b|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*\b(?:src=|type=\"application/json\"))|javascript:"
    )
    pages = {path: text for path, text in texts.items() if path.suffix == ".html" and "templates" in path.parts}
    assert pages
    assert offenders(pages, inline) == []
