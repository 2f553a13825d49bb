"""``yaodian compare``: what the second plan promises beside the first. Knows no Django."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yaodian.config.commands.files import UnableToReadFile, UnableToWriteFile, content_of, name_of, write_whole
from yaodian.config.commands.terminal import print_bytes, print_lines, width
from yaodian.config.commands.wording import Language, Talking, Words

if TYPE_CHECKING:
    from yaodian.engines.reading.plan import Plan

FORMATS = {"table": "table", "json": "json", "md": "markdown"}

CHINESE = """对比两份工作要点（同一单位的两年，或两个城市），列出哪些承诺是新增、取消、提高、降低的。

两份都可以是原文件，也可以是 yaodian read --format json 存下的结果。提高、降低说的是数字本身，
要求是更高还是放宽，另在括号里写明（比例上限由 5% 降到 3%，数字降低，要求更高）。

\b
例：
  yaodian compare 2025.docx 2026.docx
  yaodian compare 2025.docx 2026.docx --format md --out 对比.md"""
ENGLISH = """Compare two work plans, two years of one office or two cities: which promises are new, dropped,
raised, lowered.

Each may be a document or what yaodian read --format json has saved. Raised and lowered speak of the number itself;
whether more or less is asked stands in brackets (a ceiling lowered from 5 % to 3 % asks more).

\b
Examples:
  yaodian compare 2025.docx 2026.docx
  yaodian compare 2025.docx 2026.docx --format md --out changes.md"""


def command(language: Language) -> click.Command:
    """The command in a language."""
    words = Words(language)
    return Talking(
        "compare",
        language=language,
        summary=words("对比两份工作要点", "compare two work plans"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Argument(["before"], metavar=words("原来的", "BEFORE")),
            click.Argument(["after"], metavar=words("现在的", "AFTER")),
            click.Option(
                ["--format", "format_name"],
                type=click.Choice(list(FORMATS)),
                help=words("输出格式；默认 table。", "What to give; by default table."),
            ),
            click.Option(["--out"], metavar=words("文件", "FILE"), help=words("写到这个文件。", "Write to this file.")),
            click.Option(
                ["--force"], is_flag=True, help=words("覆盖已经存在的文件。", "Overwrite a file that exists.")
            ),
        ],
    )


def run(*, before: str, after: str, format_name: str | None, out: str | None, force: bool, words: Words) -> int:
    """Compare; returns the exit status."""
    if before == after == "-":
        raise click.UsageError(words("标准输入（-）只能写一次。", "Standard input (-) can be read only once."))
    plans = [_plan(place, words) for place in (before, after)]
    one, other = plans
    if one is None or other is None:
        return 2
    from yaodian.engines.reading.compare import compare
    from yaodian.engines.reading.export import comparison

    extension = Path(out).suffix.lower().lstrip(".") if out else ""
    form = FORMATS[format_name or (extension if extension in FORMATS else "table")]
    found = compare(one, other)
    if out is not None:
        content = comparison.render(found, form, language=words.language).encode(errors="replace")
        try:
            write_whole(Path(out), content, is_forced=force, inputs=[before, after], words=words)
        except UnableToWriteFile as problem:
            click.echo(str(problem), err=True)
            return 2
        return 0
    if form == "table":
        print_lines(comparison.lines(found, language=words.language, width=width()))
    else:
        print_bytes(comparison.render(found, form, language=words.language).encode(errors="replace"))
    return 0


def _plan(place: str, words: Words) -> Plan | None:
    """A plan from a document or from its JSON; a complaint on standard error and ``None`` where there is none."""
    from yaodian.engines import reading
    from yaodian.engines.reading import limits
    from yaodian.engines.reading.plan import Plan

    name = name_of(place, words)
    try:
        content = content_of(place, limit=limits.FILE_BYTES, words=words)
        if content.lstrip()[:1] == b"{":
            return Plan.from_dict(json.loads(content))
        return reading.read(content, name=name)
    except reading.UnreadableDocument as problem:
        sentence = problem.message(words.language)
    except UnableToReadFile as problem:
        sentence = str(problem)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sentence = words(
            "看起来是 JSON，但不是 yaodian read --format json 存下的要点。请重新读一次原文件。",
            "This looks like JSON, but not like a plan saved by yaodian read --format json. Read the document again.",
        )
    click.echo(f"{name}: {sentence}", err=True)
    return None
