"""``yaodian indicators run`` and ``explain``: statutory indicators over snapshots, and what one of them says. Knows no Django."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from yaodian.config.commands.wording import Language, Talking, TalkingGroup, Words

DAY = click.DateTime(formats=["%Y-%m-%d"])


def group(language: Language) -> click.Command:
    """The group in a language."""
    words = Words(language)
    made = TalkingGroup(
        "indicators",
        language=language,
        summary=words("计算法定指标", "compute statutory indicators"),
        help=words(
            "法定指标：公式、标准值和出处写在程序里，单校精确计算和成批计算用同一个公式。",
            "Statutory indicators: formulas, figures and sources are declared once and computed exactly.",
        ),
    )
    made.add_command(run_command(words))
    made.add_command(show_command(words))
    return made


def run_command(words: Words) -> click.Command:
    return Talking(
        "run",
        language=words.language,
        summary=words("成批计算优质均衡七项指标和差异系数", "the seven indicators and their spreads, from snapshots"),
        help=words(
            "从快照（Parquet，每校每学段一行）计算优质均衡七项指标、每校是否达标和各县各学段的差异系数，"
            "写成 schools.parquet 和 counties.parquet。",
            "From snapshots (Parquet, a row for each stage of each school) compute the seven indicators, each school's pass "
            "and the spreads of each county, as schools.parquet and counties.parquet.",
        ),
        callback=lambda **options: _run(words, **options),
        params=[
            click.Option(
                ["--engine"],
                type=click.Choice(["duckdb", "spark"]),
                default="duckdb",
                help=words("计算引擎；默认 duckdb。", "The engine; by default duckdb."),
            ),
            click.Option(
                ["--input", "source"],
                required=True,
                type=click.Path(path_type=Path),
                help=words("快照所在的文件夹或文件。", "Folder or file of snapshots."),
            ),
            click.Option(
                ["--output"],
                required=True,
                type=click.Path(path_type=Path, file_okay=False),
                help=words("结果文件夹。", "Folder for the results."),
            ),
            click.Option(["--day"], required=True, type=DAY, help=words("数据的日期。", "The day of the data.")),
            click.Option(
                ["--rules-on"],
                type=DAY,
                help=words(
                    "按哪一天的规则；默认同数据日期。", "The day whose rules apply; by default that of the data."
                ),
            ),
            click.Option(
                ["--remote"],
                default="",
                help=words(
                    "Spark Connect 的地址（sc://…）；默认在本机运行。",
                    "Spark Connect (sc://…); by default this machine.",
                ),
            ),
        ],
    )


def _run(
    words: Words,
    *,
    engine: str,
    source: Path,
    output: Path,
    day: datetime.datetime,
    rules_on: datetime.datetime | None,
    remote: str,
) -> int:
    from yaodian.engines.rules.columns import UnsafeEngine
    from yaodian.statutes import columns

    taken = [name for name in ("schools.parquet", "counties.parquet") if (output / name).exists()]
    if taken:
        raise click.ClickException(
            words(
                f"{output} 里已有 {'、'.join(taken)}；请换一个文件夹。",
                f"{output} holds {', '.join(taken)} already; name another folder.",
            )
        )
    try:
        found = columns.run(
            engine=engine, source=source, output=output, day=day.date(),
            rules_on=rules_on.date() if rules_on else None, remote=remote,
        )  # fmt: skip
    except columns.NoSnapshot as problem:
        click.echo(str(problem), err=True)
        return 2
    except (columns.NoEngine, UnsafeEngine) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(
        words(
            f"报表 {found['schools']} 份：七项达标 {found['passed']}，不达标 {found['failed']}，无法判定 {found['undecided']}。\n"
            f"县和学段 {found['spreads']} 个：差异系数有不达标的 {found['spreads_failed']} 个，有无法判定的 {found['spreads_undecided']} 个。\n"
            f"结果在 {output}。",
            f"{found['schools']} returns: {found['passed']} pass the seven, {found['failed']} fail, "
            f"{found['undecided']} cannot be decided.\n"
            f"{found['spreads']} counties and stages: {found['spreads_failed']} have a spread above its limit, "
            f"{found['spreads_undecided']} one that cannot be decided.\n"
            f"Written to {output}.",
        )
    )
    return 0


def show_command(words: Words) -> click.Command:
    return Talking(
        "show",
        language=words.language,
        summary=words("一项指标的公式、标准和出处", "the formula, figures and sources of an indicator"),
        help=words(
            "按代码、名称或别名显示一项指标；不写名称则列出全部。",
            "Show an indicator by its code, label or alias; without a name, list all.",
        ),
        callback=lambda **options: _show(words, **options),
        params=[click.Argument(["name"], required=False, metavar=words("名称", "NAME"))],
    )


def _show(words: Words, *, name: str | None) -> int:
    from yaodian.statutes.book import BOOK
    from yaodian.statutes.manual import lines

    if name is None:
        for declared in BOOK:
            click.echo(f"{declared.code}  {declared.label}")
        return 0
    found = BOOK.named(name)
    if found is None:
        click.echo(words(f"没有叫「{name}」的指标。", f"There is no indicator «{name}»."), err=True)
        return 2
    click.echo("\n".join(lines(found)))
    return 0
