"""The documents say what is there: commands, settings, folders, links."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
VARIABLE_READERS = {"get", "getenv", "_is_on", "_whole_number", "config"}


def anchors(text: str) -> set[str]:
    """The fragments that a page's headings answer to, as code forges make them."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_every_link_between_documents_leads_somewhere(root: Path, texts: dict[Path, str]) -> None:
    # Documents that the reader's tests read are copies of web pages, links to nowhere included.
    pages = {path: text for path, text in texts.items() if path.suffix == ".md" and "documents" not in path.parts}
    dead = []
    for path, text in pages.items():
        for target in LINK.findall(text):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            name, _, fragment = target.partition("#")
            aim = (root / path.parent / name).resolve() if name else (root / path).resolve()
            if not aim.exists() or (fragment and fragment not in anchors(aim.read_text(encoding="utf-8"))):
                dead.append(f"{path}: {target}")
    assert dead == []


def test_the_generated_reference_is_what_the_code_says(root: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"], cwd=root, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def variables_read(source: str) -> set[str]:
    """The environment variables that a module reads: upper-case names handed to a reader or taken from environ."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        name = None
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            is_environ = isinstance(function, ast.Attribute) and "environ" in ast.unparse(function.value)
            if called in VARIABLE_READERS and (is_environ or called.startswith("_") or called == "getenv"):
                name = node.args[0].value
        elif isinstance(node, ast.Subscript) and "environ" in ast.unparse(node.value):
            name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z_]+", name):
            found.add(name)
    return found


def test_every_variable_that_the_program_reads_is_in_the_reference(root: Path, texts: dict[Path, str]) -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (root / "docs/reference/settings.md").read_text("utf-8"), re.M))
    # What only the command line reads stands with its option.
    documented |= set(re.findall(r"\b(YAODIAN_[A-Z_]+)\b", (root / "docs/reference/commands.md").read_text("utf-8")))
    modules = {path: text for path, text in texts.items() if path.suffix == ".py" and path.parts[0] == "yaodian"}
    of_the_program = [text for path, text in modules.items() if not {"tests", "conftest.py"} & set(path.parts)]
    read = set().union(*map(variables_read, of_the_program))
    # Django's own switch names the settings module; it is not ours to document.
    assert read - {"DJANGO_SETTINGS_MODULE"} <= documented
    assert documented


def test_the_finder_of_variables_finds_each_form() -> None:
    source = "os.environ.get('ONE')\nos.environ['TWO']\n_is_on('THREE')\nos.getenv('FOUR')\nother.get('NOT_ONE')"
    assert variables_read(source) == {"ONE", "TWO", "THREE", "FOUR"}


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_gives_the_two_commands(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert {"run", "test"} <= set(MAKE.findall(text))


def test_every_make_command_that_a_document_gives_exists(root: Path, texts: dict[Path, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    given = {
        (str(path), target)
        for path, text in texts.items()
        if path.suffix == ".md"
        for code in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
        for target in MAKE.findall(code)
    }
    assert given
    assert {(path, target) for path, target in given if target not in targets} == set()


def test_every_command_of_the_program_that_a_document_gives_exists(root: Path, texts: dict[Path, str]) -> None:
    known = set(re.findall(r"^## yaodian ([a-z-]+)", (root / "docs/reference/commands.md").read_text("utf-8"), re.M))
    given = {
        (str(path), command)
        for path, text in texts.items()
        if path.suffix == ".md" and path.parts[:2] != ("docs", "reference")
        for code in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
        for command in re.findall(r"(?:^|[\s/`])yaodian ([a-z][a-z-]+)", code)
    }
    assert given
    assert {(path, command) for path, command in given if command not in known} == set()


def test_the_tour_has_a_line_for_every_folder_and_none_for_a_folder_that_is_gone(
    root: Path, tracked: list[Path]
) -> None:
    tour = (root / "docs" / "tour.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)/` \|", tour, re.MULTILINE))
    folders = {path.parts[0] for path in tracked if len(path.parts) > 1}
    package = {"/".join(path.parts[:2]) for path in tracked if path.parts[0] == "yaodian" and len(path.parts) > 2}
    engines = {
        "/".join(path.parts[:3]) for path in tracked if path.parts[:2] == ("yaodian", "engines") and len(path.parts) > 3
    }
    assert sorted((folders | package | engines) - listed) == []
    assert [name for name in listed if not (root / name).is_dir()] == []


def test_the_glossary_names_identifiers_that_the_code_uses(root: Path, texts: dict[Path, str]) -> None:
    glossary = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    identifiers = set(re.findall(r"^\| [^|]+ \| `([^`|]+)` \|", glossary, re.MULTILINE))
    code = "\n".join(text for path, text in texts.items() if path.suffix == ".py" and path.parts[0] == "yaodian")
    assert identifiers
    assert sorted(name for name in identifiers if not re.search(rf"\b{re.escape(name)}\b", code)) == []


def test_every_algorithm_page_is_linked_from_the_tour(root: Path) -> None:
    tour = (root / "docs" / "tour.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in (root / "docs" / "algorithms").glob("*.md"))
    assert pages
    assert [name for name in pages if f"algorithms/{name}" not in tour] == []
