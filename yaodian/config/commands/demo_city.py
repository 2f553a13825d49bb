"""``yaodian demo-city``: an invented city, as files or in the database. With --out it knows no Django."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yaodian.config.commands.wording import Language, Talking, Words

if TYPE_CHECKING:
    from yaodian.registry.demonstration.city import City

SCALES = ("small", "city", "province")
CHINESE = """造一座虚构的城市：单位与层级、人员、学校、班级、教师、学生、监护人、历年报表。
没有真实的人、学校和地址；同样的种子和规模，在任何机器上得到的都一样。

\b
规模：
  small     200 所学校和幼儿园，约 1.6 万名学生，几秒钟
  city      900 所，约 40 万名学生、3 万名教师
  province  20 座 city 那样的城市，只能写成文件

\b
例：
  yaodian demo-city                                装入数据库
  yaodian demo-city --scale city --out 城市         写成 CSV 文件
  yaodian demo-city --errors 50 --out 城市          埋入 50 处错误，清单写在旁边"""
ENGLISH = """Make an invented city: units and hierarchies, people, schools, classes, teachers, pupils, guardians,
returns of several years. No real person, school or address; equal seeds and scales give the same on every machine.

\b
Scales:
  small     200 schools and kindergartens, about 16,000 pupils, seconds
  city      900, about 400,000 pupils and 30,000 teachers
  province  20 cities of that size, as files only

\b
Examples:
  yaodian demo-city                                into the database
  yaodian demo-city --scale city --out folder      as CSV files
  yaodian demo-city --errors 50 --out folder       with 50 errors in them and a list of these"""


def command(language: Language) -> click.Command:
    """The command in a language."""
    words = Words(language)
    return Talking(
        "demo-city",
        language=language,
        summary=words("造一座虚构的城市", "make an invented city"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**31 - 1),
                default=1,
                help=words("种子；默认 1。", "Seed; by default 1."),
            ),
            click.Option(
                ["--scale"],
                type=click.Choice(SCALES),
                default="small",
                help=words("规模；默认 small。", "Scale; by default small."),
            ),
            click.Option(
                ["--errors"],
                type=click.IntRange(0, 10_000),
                default=0,
                help=words("埋入多少处错误；默认 0。", "How many errors to plant; by default 0."),
            ),
            click.Option(
                ["--out"],
                metavar=words("文件夹", "FOLDER"),
                help=words(
                    "写成文件放进这个文件夹，不碰数据库；small 另写一份 Excel。",
                    "Write files into this folder and leave the database alone; small comes as a workbook too.",
                ),
            ),
            click.Option(
                ["--force"],
                is_flag=True,
                help=words("覆盖文件夹里已有的同名文件。", "Overwrite files of the same name in the folder."),
            ),
        ],
    )


def run(*, seed: int, scale: str, errors: int, out: str | None, force: bool, words: Words) -> int:
    """Make the city; returns the exit status."""
    from yaodian.registry.demonstration.city import City
    from yaodian.registry.demonstration.scales import SCALES as KNOWN

    if out is None and scale == "province":
        raise click.UsageError(
            words(
                "一省 800 万学生，只能写成文件：请用 --out 指明文件夹。",
                "A province has 8 million pupils and comes as files only: name a folder with --out.",
            )
        )
    if out is None and errors:
        raise click.UsageError(
            words(
                "错误只埋在文件里（数据库的约束不收其中一些）：请用 --out 指明文件夹。",
                "Errors are planted in files only (the database refuses some of them): name a folder with --out.",
            )
        )
    cities = [
        City(KNOWN[scale], seed=seed, number=number, errors=errors) for number in range(1, KNOWN[scale].cities + 1)
    ]
    began = time.monotonic()
    try:
        cities[0].planting  # noqa: B018  # Says at once whether there is room for so many errors.
    except ValueError as problem:
        most = cities[0].most_errors
        raise click.UsageError(
            words(f"--errors 最多 {most}：再多这座城市就放不下了。", f"--errors may be at most {most} in this city.")
        ) from problem
    if out is None:
        return _load(cities[0], words=words, began=began)
    folder = Path(out)
    if not force and (folder.is_file() or (folder.is_dir() and any(folder.iterdir()))):
        raise click.UsageError(
            words(
                f"{folder} 里已有文件，没有写入。请换一个空文件夹，或加 --force 覆盖同名文件。",
                f"{folder} holds files already; nothing was written. Name an empty folder, or add --force.",
            )
        )
    return _write(cities, folder, words=words, began=began)


def _write(cities: list[City], folder: Path, *, words: Words, began: float) -> int:
    from yaodian.registry.demonstration.files import ERRORS_FILE, WORKBOOK, write_csv, write_workbook

    total = 0
    for city in cities:
        home = folder / f"{city.number:02d}-{city.name}" if len(cities) > 1 else folder
        said = _told(words)
        try:
            counts = write_csv(city, home, progress=lambda rows: said(city.name, rows))  # noqa: B023  # Called at once.
            if city.scale.name == "small":
                write_workbook(city, home / WORKBOOK)
        except OSError as problem:
            raise click.ClickException(
                words(f"写不进 {home}：{problem.strerror}。", f"Cannot write into {home}: {problem.strerror}.")
            ) from problem
        total += sum(counts.values())
    took = time.monotonic() - began
    click.echo(
        words(
            f"已写入 {folder}：{total} 行，用时 {took:.1f} 秒。", f"Written to {folder}: {total} rows in {took:.1f} s."
        )
    )
    if cities[0].errors:
        click.echo(words(f"埋入的错误列在 {ERRORS_FILE}。", f"The planted errors are listed in {ERRORS_FILE}."))
    return 0


def _load(city: City, *, words: Words, began: float) -> int:
    from yaodian.config.commands.site import prepare_django

    prepare_django()
    from django.db.utils import DatabaseError
    from django.utils import timezone

    from yaodian.registry.operations import UnableToLoadCity, load_city

    try:
        counts = load_city(actor=None, city=city, now=timezone.now(), progress=_told(words))
    except UnableToLoadCity as problem:
        raise click.ClickException(str(problem)) from problem
    except DatabaseError as problem:
        raise click.ClickException(
            words(
                f"写不进数据库：{problem}。请先运行 yaodian migrate。",
                f"The database cannot be written: {problem}. Run yaodian migrate first.",
            )
        ) from problem
    took = time.monotonic() - began
    click.echo(
        words(
            f"{city.name}已装入：{sum(counts.values())} 行，用时 {took:.1f} 秒。",
            f"{city.name} is loaded: {sum(counts.values())} rows in {took:.1f} s.",
        )
    )
    return 0


def _told(words: Words) -> Callable[[str, int], None]:
    """Progress on standard error, at most once a second."""
    last = time.monotonic()

    def say(what: str, rows: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            click.echo(words(f"  {what}：{rows} 行", f"  {what}: {rows} rows"), err=True)

    return say
