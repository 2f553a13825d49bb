"""Write the pages commands.md, settings.md, access.md and indicators.md of docs/reference from the code that they describe.

    python scripts/reference.py [--check]

``--check`` writes nothing and fails when a page is stale. A house test does the same.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
SETTINGS = ROOT / "yaodian" / "config" / "settings.py"
MADE = "<!-- Made by scripts/reference.py; change the code, then run `make reference`. -->\n\n"


def main() -> None:
    arguments = argparse.ArgumentParser(description="Write the generated pages of docs/reference.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
    is_check = arguments.parse_args().check
    stale = []
    for name, content in pages().items():
        path = FOLDER / name
        if is_check:
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                stale.append(str(path.relative_to(ROOT)))
        else:
            path.write_text(content, encoding="utf-8")
    if stale:
        sys.exit(f"{', '.join(stale)} no longer says what the code says. Run: make reference")


def pages() -> dict[str, str]:
    """File name to content, for every generated page."""
    return {
        "commands.md": commands_page(),
        "settings.md": settings_page(),
        "access.md": access_page(),
        "indicators.md": indicators_page(),
    }


# ---- Commands


def commands_page() -> str:
    from yaodian.config.cli import main as program

    parts = [MADE, "# Commands\n\n", "`make setup` puts the program at `.venv/bin/yaodian`.\n\n"]
    context = click.Context(program, info_name="yaodian")
    parts.append(describe(program, context))
    return "".join(parts).rstrip() + "\n"


def describe(command: click.Command, context: click.Context) -> str:
    """A command's heading, usage, help and parameters, then the same of its subcommands."""
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"## {context.command_path}\n\n", f"```\n{usage}\n```\n\n"]
    if command.help:
        parts.append(paragraphs(command.help) + "\n\n")
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [record for record in records if record and record[1]]
    if rows:
        parts.append("| option | meaning |\n| --- | --- |\n")
        parts.extend(f"| `{cell(name)}` | {cell(meaning)} |\n" for name, meaning in rows)
        parts.append("\n")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                parts.append(describe(below, click.Context(below, info_name=name, parent=context)))
    return "".join(parts)


def paragraphs(text: str) -> str:
    """Click's help text as Markdown: paragraphs rewrapped, those after a ``\\b`` line kept as they are."""
    blocks = []
    for block in inspect.cleandoc(text).split("\n\n"):
        if block.startswith("\b"):
            kept = block.removeprefix("\b").strip("\n")
            blocks.append(f"```\n{kept}\n```")
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# ---- Indicators


def indicators_page() -> str:
    from yaodian.statutes.manual import page

    return MADE + page()


# ---- Access

ACCESS = """# Access

What each address asks of whoever calls it, as its view declares it (`yaodian/organisations/access.py`). The permission
matrix (`yaodian/config/tests/test_matrix.py`) calls all of them in every role and compares. A permission bars whoever
holds it nowhere; which rows the others reach is decided by the units in which they hold it:
[permissions.md](permissions.md).

| address | methods | asks for |
| --- | --- | --- |
"""


def access_page() -> str:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    django.setup()

    from yaodian.config.endpoints import endpoints

    rows = []
    for endpoint in endpoints():
        access = endpoint.access
        if access is None:
            sys.exit(f"{endpoint.route} does not say who may call it: see yaodian/organisations/access.py")
        asked = {"public": "nothing", "signed-in": "an account"}.get(access.kind) or ", ".join(
            f"`{permission}`" if method == "*" else f"{method}: `{permission}`"
            for method, permission in access.permissions.items()
        )
        rows.append(f"| `{endpoint.route}` | {', '.join(endpoint.methods) or 'page'} | {asked} |\n")
    return MADE + ACCESS + "".join(rows)


# ---- Settings


def settings_page() -> str:
    docstring = ast.get_docstring(ast.parse(SETTINGS.read_text(encoding="utf-8"))) or ""
    before, rows, after = split_table(docstring)
    lines = [MADE, "# Settings\n\n", before, "\n\n", "| variable | meaning | default |\n| --- | --- | --- |\n"]
    lines.extend(f"| `{name}` | {cell(meaning)} | {cell(default)} |\n" for name, meaning, default in rows)
    if after:
        lines.extend(["\n", after, "\n"])
    return "".join(lines).rstrip() + "\n"


def split_table(docstring: str) -> tuple[str, list[tuple[str, str, str]], str]:
    """The words before the docstring's table, its rows without the head, and the words after it."""
    lines = docstring.splitlines()
    rules = [number for number, line in enumerate(lines) if re.fullmatch(r"=+ +=+ +=+", line.strip())]
    if len(rules) != 3:
        sys.exit("The docstring of yaodian/config/settings.py holds no table of variables with three rules of «=».")
    top, middle, bottom = rules
    widths = [match.span() for match in re.finditer(r"=+", lines[top])]
    starts = [start for start, _ in widths]
    rows = []
    for line in lines[middle + 1 : bottom]:
        cells = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        rows.append((cells[0], cells[1], cells[2]))
    before = "\n".join(lines[2:top]).strip()
    return before, rows, "\n".join(lines[bottom + 1 :]).strip()


if __name__ == "__main__":
    main()
