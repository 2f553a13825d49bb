"""``yaodian read``: documents in, plans out. Knows no Django."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yaodian.config.commands.files import (
    UnableToReadFile,
    UnableToWriteFile,
    content_of,
    name_of,
    outputs,
    write_whole,
)
from yaodian.config.commands.terminal import print_bytes, print_lines, width
from yaodian.config.commands.wording import Language, Talking, Words

if TYPE_CHECKING:
    from yaodian.engines.reading.export import Format

FORMATS: dict[str, Format] = {"table": "table", "json": "json", "md": "markdown", "xlsx": "xlsx", "docx": "docx"}
BINARY = frozenset({"xlsx", "docx"})

CHINESE = """读一份或多份工作要点（.docx、.pdf、.html、.txt、.md），列出条目、目标、期限、责任单位、政策文件和信息系统。

文件名写 - 表示从标准输入读。某个文件读不了时，原因打印在标准错误上，其余照常；只要有一个读不了，退出码就是 2。

\b
例：
  yaodian read 要点.docx                        在屏幕上列出
  yaodian read 要点.docx --out 要点.xlsx        存成 Excel（格式由扩展名定）
  yaodian read *.docx --format json --out 结果/ 每份存成一个 JSON 文件
  yaodian read *.html --format json             每份一行 JSON，打印到标准输出

已经存在而内容不同的文件不会被覆盖，除非加 --force。"""
ENGLISH = """Read one or more work plans (.docx, .pdf, .html, .txt, .md) and list their clauses, targets, deadlines,
units, policies and systems.

A file named - is standard input. When a file cannot be read, the reason goes to standard error and the others are read
all the same; the exit status is 2 when any file failed.

\b
Examples:
  yaodian read plan.docx                        show it on the screen
  yaodian read plan.docx --out plan.xlsx        save a workbook (the extension says so)
  yaodian read *.docx --format json --out out/  a JSON file for each
  yaodian read *.html --format json             one line of JSON for each, on standard output

A file that exists with other content is not overwritten unless you add --force."""


def command(language: Language) -> click.Command:
    """The command in a language."""
    words = Words(language)
    return Talking(
        "read",
        language=language,
        summary=words("读工作要点，列出或导出其中的内容", "read work plans; list or export what they promise"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Argument(["files"], nargs=-1, required=True, metavar=words("文件…", "FILE…")),
            click.Option(
                ["--format", "format_name"],
                type=click.Choice(list(FORMATS)),
                help=words(
                    "输出格式；不写时看 --out 的扩展名，再不然是 table（给人看的摘要）。",
                    "What to give; by default what the extension of --out says, else table, a summary for people.",
                ),
            ),
            click.Option(
                ["--out"],
                metavar=words("位置", "PLACE"),
                help=words(
                    "写到这个文件；多个输入时是文件夹（没有就新建）。",
                    "Write to this file; with several inputs a folder, made if need be.",
                ),
            ),
            click.Option(
                ["--force"], is_flag=True, help=words("覆盖已经存在的文件。", "Overwrite files that exist already.")
            ),
        ],
    )


def run(*, files: Sequence[str], format_name: str | None, out: str | None, force: bool, words: Words) -> int:
    """Read the files one after the other; returns the exit status."""
    form = format_name or _by_extension(out)
    if form in BINARY and out is None and (len(files) > 1 or sys.stdout.isatty()):
        raise click.UsageError(
            words(
                f"{form} 不是文本，请用 --out 指定写到哪里。",
                f"{form} is no text: say with --out where it is to be written.",
            )
        )
    if list(files).count("-") > 1:
        raise click.UsageError(words("标准输入（-）只能写一次。", "Standard input (-) can be read only once."))
    targets: Sequence[Path | None] = [None] * len(files)
    if out is not None:
        try:
            targets = outputs(files, out, form, words=words)
        except UnableToWriteFile as problem:
            raise click.UsageError(str(problem)) from None
    failed = 0
    with _progress(len(files), words, is_quiet=out is None) as progress:
        for number, (place, target) in enumerate(zip(files, targets, strict=True)):
            progress.advance(name_of(place, words))
            failed += not _read_one(
                place,
                target,
                form,
                words=words,
                say=progress.say,
                inputs=files,
                is_forced=force,
                is_first=number == 0,
                is_only=len(files) == 1,
            )
    return 2 if failed else 0


def _read_one(
    place: str,
    target: Path | None,
    form: str,
    *,
    words: Words,
    say: Callable[[str], None],
    inputs: Sequence[str],
    is_forced: bool,
    is_first: bool,
    is_only: bool,
) -> bool:
    from yaodian.engines import reading
    from yaodian.engines.reading import export, limits

    name = name_of(place, words)
    try:
        document = content_of(place, limit=limits.FILE_BYTES, words=words)
        plan = reading.read(document, name=name)
    except reading.UnreadableDocument as problem:
        return _complain(place, problem.message(words.language), words, say)
    except UnableToReadFile as problem:
        return _complain(place, str(problem), words, say)
    format_name = FORMATS[form]
    if target is None:
        if form == "table":
            from yaodian.engines.reading.export import table

            lines = table.lines(plan, language=words.language, width=width())
            if not is_first:
                lines = [
                    table.StyledLine(""),
                    table.StyledLine("═" * (width() // 2), "meta"),
                    table.StyledLine(""),
                    *lines,
                ]
            print_lines(lines)
        elif form == "json" and not is_only:
            from yaodian.engines.reading.export import json

            print_bytes(json.render(plan, indent=None).encode(errors="replace"))
        else:
            if form == "md" and not is_first:
                print_bytes(b"\n---\n\n")
            print_bytes(export.render(plan, format_name, language=words.language))
        return True
    try:
        content = export.render(plan, format_name, language=words.language)
        is_written = write_whole(target, content, is_forced=is_forced, inputs=inputs, words=words)
    except UnableToWriteFile as problem:
        return _complain(place, str(problem), words, say)
    note = "" if is_written else words("（已是最新）", " (unchanged)")
    say(f"{place} → {target}{note}")
    return True


def _complain(place: str, sentence: str, words: Words, say: Callable[[str], None]) -> bool:
    say(f"{name_of(place, words)}: {sentence}")
    return False


def _by_extension(out: str | None) -> str:
    extension = Path(out).suffix.lower().lstrip(".") if out else ""
    return {"markdown": "md"}.get(extension, extension if extension in FORMATS else "table")


@dataclass(frozen=True, slots=True)
class _Progress:
    """``advance`` says which file is begun; ``say`` prints a line on standard error, above the bar where there is one."""

    advance: Callable[[str], None]
    say: Callable[[str], None]


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _progress(total: int, words: Words, *, is_quiet: bool) -> Iterator[_Progress]:
    """A bar on standard error where that is a terminal and nothing else is being written there line by line."""
    is_shown = total > 1 and sys.stderr.isatty() and not (is_quiet and sys.stdout.isatty()) and "CI" not in os.environ
    if not is_shown:
        yield _Progress(advance=lambda _name: None, say=_say)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn(words("读取", "Reading")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
    with bar:
        task = bar.add_task("", total=total, name="")
        begun = 0

        def advance(name: str) -> None:
            nonlocal begun
            bar.update(task, completed=begun, name=name)
            begun += 1

        def say(line: str) -> None:
            bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield _Progress(advance=advance, say=say)
