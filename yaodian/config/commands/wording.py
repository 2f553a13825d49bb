"""The language of the command line: one place decides it, and help is laid out for Chinese characters too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import click

Language = Literal["zh", "en"]

LANGUAGE_OPTION = "--language"
_HEADINGS = {"Options": "选项", "Commands": "命令", "Usage": "用法"}


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """``--language`` anywhere before ``--``, else YAODIAN_LANGUAGE, else a locale that begins with en, else Chinese."""
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == LANGUAGE_OPTION and at + 1 < len(arguments):
            return "en" if arguments[at + 1].lower().startswith("en") else "zh"
        if argument.startswith(f"{LANGUAGE_OPTION}="):
            return "en" if argument.partition("=")[2].lower().startswith("en") else "zh"
    chosen = environment.get("YAODIAN_LANGUAGE", "").lower()
    if not chosen:
        # The order in which the C library asks.
        chosen = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if chosen.lower().startswith("en") else "zh"


class Words:
    """Picks the Chinese or the English of a pair: ``words("已保存", "saved")``."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, chinese: str, english: str) -> str:
        return english if self.language == "en" else chinese


class HelpPage(click.HelpFormatter):
    """Click's page with Chinese headings where they are asked for, and lines counted in columns, not characters."""

    language: Language = "zh"

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or ("Usage: " if self.language == "en" else "用法："))

    def write_heading(self, heading: str) -> None:
        super().write_heading(heading if self.language == "en" else _HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        from yaodian.engines.reading.export.lines import wrapped

        indent = " " * self.current_indent
        for number, block in enumerate(text.strip().split("\n\n")):
            if number:
                self.write("\n")
            if block.startswith("\b"):
                for line in block.removeprefix("\b").strip("\n").split("\n"):
                    self.write(f"{indent}{line}\n")
            else:
                for line in wrapped(block, self.width, first=indent, rest=indent):
                    self.write(f"{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        from yaodian.engines.reading.export.lines import columns_of, padded, wrapped

        rows = list(rows)
        indent = " " * self.current_indent
        column = min(max(columns_of(name) for name, _ in rows), col_max) + col_spacing
        rest = indent + " " * column
        for name, meaning in rows:
            first = indent + padded(name, column)
            if columns_of(name) + col_spacing > column:
                self.write(f"{indent}{name}\n")
                first = rest
            for line in wrapped(meaning, self.width, first=first, rest=rest):
                self.write(f"{line}\n")


class TalkingContext(click.Context):
    """A context whose help page speaks the command's language."""

    def make_formatter(self) -> click.HelpFormatter:
        page = HelpPage(width=self.terminal_width, max_width=self.max_content_width)
        page.language = getattr(self.command, "language", "zh")
        return page


class Talking(click.Command):
    """A command in one language. ``summary`` is its line in the list of commands."""

    context_class = TalkingContext

    def __init__(self, *arguments: Any, language: Language, summary: str, **more: Any) -> None:
        self.language = language
        super().__init__(*arguments, short_help=summary, **more)
        if LANGUAGE_OPTION not in {name for parameter in self.params for name in parameter.opts}:
            self.params.append(language_option(language))

    def get_short_help_str(self, limit: int = 45) -> str:
        # Click would cut a Chinese sentence at its first blank.
        return self.short_help or ""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = Words(self.language)("显示本说明。", "Show this help.")
        return option


class TalkingGroup(Talking, click.Group):
    """A group of talking commands."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [Words(self.language)("[选项]", "[OPTIONS]"), Words(self.language)("命令 …", "COMMAND …")]


def language_option(language: Language) -> click.Option:
    """Declared by every command so that it may stand anywhere; :func:`language_of` has read it before."""
    return click.Option(
        [LANGUAGE_OPTION],
        type=click.Choice(["zh", "en"]),
        expose_value=False,
        help=Words(language)(
            "提示和说明的语言；默认取环境变量 YAODIAN_LANGUAGE，其次看系统语言，再次中文。",
            "Language of messages and help. Default: YAODIAN_LANGUAGE, else the system's, else Chinese.",
        ),
    )


def explained(error: click.UsageError, language: Language) -> str:
    """A mistake in the command line in a sentence, with where to look."""
    words = Words(language)
    where = error.ctx.command_path if error.ctx else "yaodian"
    parameter = getattr(error, "param", None)
    name = ""
    if parameter is not None:
        name = parameter.opts[-1] if isinstance(parameter, click.Option) else parameter.make_metavar(error.ctx)
    if isinstance(error, click.MissingParameter):
        sentence = words(f"缺少 {name}。", f"{name} is missing.")
    elif isinstance(error, click.NoSuchOption):
        guesses = words("、", ", ").join(list(error.possibilities or ())[:1])
        sentence = words(f"没有 {error.option_name} 这个选项。", f"There is no option {error.option_name}.")
        if guesses:
            sentence += words(f"是不是 {guesses}？", f" Did you mean {guesses}?")
    elif isinstance(error, click.NoSuchCommand):
        sentence = words(f"没有 {error.command_name} 这个命令。", f"There is no command {error.command_name}.")
    elif isinstance(error, click.BadParameter) and parameter is not None:
        if isinstance(parameter.type, click.Choice):
            known = words("、", ", ").join(str(choice) for choice in parameter.type.choices)
            sentence = words(f"{name} 只能是 {known}。", f"{name} must be one of {known}.")
        elif isinstance(parameter.type, click.IntRange):
            low, high = parameter.type.min, parameter.type.max
            sentence = words(
                f"{name} 要填 {low} 到 {high} 之间的整数。", f"{name} must be a whole number from {low} to {high}."
            )
        else:
            sentence = words(f"{name} 的值不对：{error.message}", f"{name} is wrong: {error.message}")
    else:
        sentence = error.message
    return sentence + words(f"\n用法见：{where} --help", f"\nSee: {where} --help")
