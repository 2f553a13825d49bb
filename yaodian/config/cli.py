"""The command ``yaodian``. A command is imported when it is called for; ``read``, ``compare``,
``indicators``, ``lottery`` and help know no Django.

Exit status: 0 done; 1 the journal is broken, a draw does not hold, or the command could not do its work; 2 a file could not be read, or the
command line was wrong; 130 stopped with Ctrl-C; 141 whoever read the output went away.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from yaodian.config.commands.wording import Language, TalkingGroup, Words, explained, language_of, language_option

STOPPED = 130
PIPE_CLOSED = 141

# In the order of the help page: module below yaodian.config.commands and the function that makes the command.
COMMANDS: dict[str, tuple[str, str]] = {
    "read": ("read", "command"),
    "compare": ("compare", "command"),
    "demo": ("demo", "command"),
    "demo-city": ("demo_city", "command"),
    "demo-year": ("demo_year", "command"),
    "demo-season": ("demo_season", "command"),
    "demo-choices": ("demo_choices", "command"),
    "serve": ("site", "serve_command"),
    "work": ("site", "work_command"),
    "migrate": ("site", "migrate_command"),
    "indicators": ("indicators", "group"),
    "lottery": ("lottery", "group"),
    "audit": ("site", "audit_group"),
    "manage": ("site", "manage_command"),
}

CHINESE = """要点：把教育局的年度工作要点读成有结构、可核对、可检索的计划。

\b
第一次用：
  yaodian read 要点.docx              看看读出了什么
  yaodian read 要点.docx --out 要点.xlsx
  yaodian compare 去年.docx 今年.docx  哪些承诺新增、取消、提高、降低
  yaodian demo && yaodian serve       在浏览器里用，带演示数据

每个命令都有说明：yaodian read --help"""
ENGLISH = """yaodian reads an education bureau's yearly work plan into a structured, checked, searchable plan.

\b
To begin with:
  yaodian read plan.docx              see what it finds
  yaodian read plan.docx --out plan.xlsx
  yaodian compare 2025.docx 2026.docx which promises are new, dropped, raised, lowered
  yaodian demo && yaodian serve       in the browser, with demonstration data

Every command explains itself: yaodian read --help"""


class Program(TalkingGroup):
    """The group of all commands. It speaks English until it is run, then the language asked for."""

    def __init__(self) -> None:
        super().__init__("yaodian", language="en", summary="", help=ENGLISH)
        self.speak("en")

    def speak(self, language: Language) -> None:
        """Change the language of every text."""
        words = Words(language)
        self.language = language
        self.help = words(CHINESE, ENGLISH)
        self.params = [
            language_option(language),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help=words("显示版本。", "Show the version."),
            ),
        ]
        self._help_option = None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, maker = COMMANDS[cmd_name]
        made: click.Command = getattr(importlib.import_module(f"yaodian.config.commands.{module}"), maker)(
            self.language
        )
        return made

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:
        """Run and exit. Mistakes are said in the language asked for; a closed pipe and Ctrl-C end without a trace."""
        arguments = list(sys.argv[1:] if args is None else args)
        self.speak(language_of(arguments, os.environ))
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # What a terminal cannot show is shown as an escape instead of ending the program.
                stream.reconfigure(errors="backslashreplace")
        sys.exit(self._status(arguments))

    def _status(self, arguments: list[str]) -> int:
        words = Words(self.language)
        try:
            try:
                with self.make_context("yaodian", arguments) as context:
                    returned = self.invoke(context)
                sys.stdout.flush()
                return returned if isinstance(returned, int) else 0
            except click.exceptions.Exit as end:
                return end.exit_code
            except click.exceptions.NoArgsIsHelpError as asked:
                click.echo(asked.ctx.get_help() if asked.ctx else "", err=True)
                return 2
            except click.UsageError as mistake:
                click.echo(explained(mistake, self.language), err=True)
                return 2
            except click.ClickException as problem:
                click.echo(problem.format_message(), err=True)
                return 1
            except (KeyboardInterrupt, click.Abort):
                click.echo(words("\n已停止。", "\nStopped."), err=True)
                return STOPPED
        except BrokenPipeError:
            # The interpreter flushes once more at its end; there is nobody left to flush to.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            return PIPE_CLOSED


def _print_version(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if not is_asked or context.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"yaodian {version('yaodian')}")
    context.exit()


main = Program()

if __name__ == "__main__":
    main()
