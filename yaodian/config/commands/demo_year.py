"""``yaodian demo-year``: plans are taken through a whole year of supervision in the invented city, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yaodian.config.commands.wording import Language, Talking, Words

if TYPE_CHECKING:
    from yaodian.config.simulation.summary import Summary
    from yaodian.config.simulation.year import Year

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
# Of the demonstration's plans those of two issuers; a folder of one's own is taken whole.
SHIPPED = ("yunchuan-2025.docx", "qinghe-2026.txt")
MOST_FILES = 20
FIRST_YEAR = 2020
CHINESE = """把要点放进虚构的城市，按天演一整年的督办：读取、核对、发布、分解任务、签收、每月报送、逾期转督办、
催办升级、督办会议、每月通报、年底列责任清单、次年一月考核。人员、单位、材料都是虚构的；同样的文件和种子，得到的都一样。

\b
要一个空的数据库，或只装有虚构城市的数据库（yaodian demo-city）。演完后用 yaodian serve 打开查看。
别的年度的要点，日期会平移到所演的年度。

\b
例：
  YAODIAN_DATA=演示 yaodian demo-year                     用自带的演示要点
  YAODIAN_DATA=演示 yaodian demo-year --plans 要点文件夹    用自己的要点"""
ENGLISH = """Take plans through a year of supervision in the invented city, day by day: read, reviewed, published, cut into
commitments, signed for, reported on every month, overdue and escalated, met about, told of in a bulletin every month, and
appraised in January. People, units and evidence are invented; equal files and seeds give the same.

\b
It needs an empty database, or one with nothing but the invented city (yaodian demo-city). Look at it with yaodian serve.
The days of a plan of another year are moved into the played one.

\b
Examples:
  YAODIAN_DATA=folder yaodian demo-year                  with the plans that are shipped
  YAODIAN_DATA=folder yaodian demo-year --plans folder   with your own"""

# What the summary tells, in its order.
LABELS: dict[str, tuple[str, str]] = {
    "plans": ("要点（份）", "plans"),
    "commitments": ("任务（项）", "commitments"),
    "measured": ("　其中由指标判断", "  of them judged by measures"),
    "reports": ("月报（份）", "monthly reports"),
    "reports late": ("　其中迟报", "  of them late"),
    "reports returned": ("　其中退回过", "  of them returned once"),
    "statements": ("填报进展（条）", "statements"),
    "cases": ("督办事项（件）", "cases"),
    "cases of commitments": ("　其中任务逾期", "  of them overdue commitments"),
    "cases closed": ("　已销号", "  closed"),
    "cases open": ("　在办", "  open"),
    "cases overdue once": ("　曾逾期", "  overdue at some time"),
    "cases escalated": ("　提级督办", "  escalated"),
    "cases returned": ("退回整改（次）", "cases returned (times)"),
    "cases reopened": ("重新办理（件）", "cases reopened"),
    "extensions granted": ("同意延期（次）", "extensions granted"),
    "notices": ("督办催办（条）", "notices of cases"),
    "report notices": ("月报催报（条）", "notices of reports"),
    "meetings": ("督办会议（次）", "meetings"),
    "decisions": ("会议决定（条）", "decisions of meetings"),
    "amendments": ("凭文件调整期限（项）", "days moved by a document"),
    "bulletins": ("通报（期）", "bulletins"),
}


def command(language: Language) -> click.Command:
    """The command in a language."""
    from yaodian.config.commands.site import PORTS

    words = Words(language)
    return Talking(
        "demo-year",
        language=language,
        summary=words("演一整年的督办", "play a year of supervision"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Option(
                ["--plans"],
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                metavar=words("文件夹", "FOLDER"),
                help=words(
                    "放要点文件的文件夹；默认用自带的演示要点。",
                    "Folder of plan files; by default the plans that are shipped.",
                ),
            ),
            click.Option(
                ["--year"],
                type=click.IntRange(FIRST_YEAR, 2199),
                default=2025,
                help=words("演哪一年，须已过完；默认 2025。", "The year to play, which must be over; by default 2025."),
            ),
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**31 - 1),
                default=1,
                help=words("种子；默认 1。", "Seed; by default 1."),
            ),
            click.Option(
                ["--scale"],
                type=click.Choice(("small", "city")),
                default="small",
                help=words(
                    "还没有城市时，造多大的；默认 small。", "How large a city to make where there is none; small."
                ),
            ),
            click.Option(
                ["--port"],
                type=PORTS,
                help=words(
                    "打印地址时用的端口；默认取 PORT，否则 8000。",
                    "Port of the address printed; by default PORT, else 8000.",
                ),
            ),
        ],
    )


def plan_files(folder: Path | None, words: Words) -> list[Path]:
    """The files of a folder that the reader takes, in the order of their names; without a folder the shipped ones."""
    if folder is None:
        from importlib import resources

        home = Path(str(resources.files("yaodian.plans.demonstration")))
        return [home / name for name in SHIPPED]
    found = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in SUFFIXES)
    if not found:
        raise click.UsageError(
            words(
                f"{folder} 里没有要点文件（{'、'.join(SUFFIXES)}）。请换一个文件夹。",
                f"{folder} holds no plan files ({', '.join(SUFFIXES)}). Name another folder.",
            )
        )
    if len(found) > MOST_FILES:
        raise click.UsageError(
            words(
                f"{folder} 里有 {len(found)} 份文件，一次最多演 {MOST_FILES} 份。请分开放。",
                f"{folder} holds {len(found)} files; at most {MOST_FILES} are played at once.",
            )
        )
    return found


def run(*, plans: Path | None, year: int, seed: int, scale: str, port: int | None, words: Words) -> int:
    """Lay what is missing, play the year, tell what it came to."""
    from yaodian.config.commands import demo
    from yaodian.config.commands.site import prepare_django

    files = plan_files(plans, words)
    prepare_django()
    from django.conf import settings
    from django.utils import timezone

    now = timezone.now()
    if date(year + 1, 2, 28) >= timezone.localdate(now):
        raise click.UsageError(
            words(
                f"{year} 年要演到次年 2 月底的考核结束，还没有过完。请用 --year 指定更早的年度。",
                f"The year {year} is played to the end of February after it, which has not come. Name an earlier --year.",
            )
        )
    began = time.monotonic()
    demo.bring_up(words)
    notes = Path(settings.DATA_DIR) / demo.ACCOUNTS_FILE
    summary, known = _play(files, notes, year=year, seed=seed, scale=scale, began=began, words=words)
    tell_summary(summary, took=time.monotonic() - began, words=words)
    demo.tell_accounts(known, port=port, words=words)
    return 1 if summary.faults else 0


def _play(
    files: Sequence[Path], notes: Path, *, year: int, seed: int, scale: str, began: float, words: Words
) -> tuple[Summary, list[dict[str, Any]]]:
    from yaodian.config.commands import demo
    from yaodian.config.simulation.ground import UnusableGround, at, require_unused
    from yaodian.config.simulation.playing import lay_city, play_year
    from yaodian.registry.demonstration.scales import SCALES
    from yaodian.registry.operations import UnableToLoadCity

    start = at(date(year, 1, 1), 0)
    month = ""
    try:
        require_unused()
        click.echo(words("正在放入虚构的城市……", "Loading the invented city …"), err=True)
        lay_city(scale=SCALES[scale], seed=seed, year=year)
        known = demo.ensure_accounts(notes, now=start, places=demo.places_of(seed=seed, scale=scale, day=start.date()))

        def tell(what: str, played: Year) -> None:
            nonlocal month
            month = what
            click.echo(_progress(what, played, took=time.monotonic() - began, words=words), err=True)

        summary, played = play_year(files=files, year=year, seed=seed, tell=tell)
    except (UnusableGround, UnableToLoadCity) as problem:
        said = words(problem.zh, problem.en) if isinstance(problem, UnusableGround) else str(problem)
        raise click.ClickException(said) from problem
    except KeyboardInterrupt:
        click.echo(
            words(
                f"已停止。数据库停在{f' {month} 之后' if month else '开头'}，记在操作日志里；它不能接着演，要重来请换一个空的数据库。",
                f"Stopped. The database holds the year up to {month or 'its beginning'}, as its journal says; to play it "
                "whole, begin with an empty one.",
            ),
            err=True,
        )
        raise
    known += _handlers(played, notes, now=start)
    return summary, known


def _handlers(played: Year, notes: Path, *, now: datetime) -> list[dict[str, Any]]:
    """Two of those who answer for units may be signed in as: of a section, and of a county, those with most to do."""
    from yaodian.config.commands import demo
    from yaodian.config.simulation.summary import busiest

    return [
        demo.give_password(notes, account=account, where=where, role="handler", now=now)
        for account, where in (busiest(played, kind=kind) for kind in ("section", "county"))
        if account is not None
    ]


def _progress(what: str, played: Year, *, took: float, words: Words) -> str:
    counts = played.counts
    reports = counts["reports in time"] + counts["reports late"]
    return words(
        f"  {what:<24} {took:6.1f} 秒　月报 {reports}，销号 {counts['cases closed']}，通报 {counts['bulletins']}",
        f"  {what:<24} {took:6.1f} s  reports {reports}, closed {counts['cases closed']}, "
        f"bulletins {counts['bulletins']}",
    )


def tell_summary(summary: Summary, *, took: float, words: Words) -> None:
    """What the year came to, as a table of lines."""
    click.echo(
        words(f"{summary.year} 年演完，用时 {took:.0f} 秒。", f"The year {summary.year} was played in {took:.0f} s.")
    )
    for one in summary.plans:
        if one.problem:
            click.echo(words(f"  没有收入 {one.stem}：{one.problem}", f"  {one.stem} was not taken in: {one.problem}"))
            continue
        moved = words(f"，日期平移 {one.moved_by} 年", f", days moved by {one.moved_by} years") if one.moved_by else ""
        click.echo(
            words(
                f"  {one.stem}：任务 {one.commitments} 项，其中由办公室指定单位 {one.given} 项{moved}",
                f"  {one.stem}: {one.commitments} commitments, {one.given} given to a unit by the office{moved}",
            )
        )
    for key, count in summary.numbers.items():
        click.echo(f"  {count:>7}  {words(*LABELS[key])}")
    if summary.set_up:
        click.echo(
            words("  要点点名而新设的单位：", "  Units set up because a plan names them: ") + "、".join(summary.set_up)
        )
    if summary.nobody:
        click.echo(
            words("  对应不到单个单位的名称：", "  Names that stand for no single unit: ") + "、".join(summary.nobody)
        )
    if summary.ranking:
        click.echo(words("考核名次：", "Appraisal:"))
        for rank, name, marks in summary.ranking:
            click.echo(f"  {rank or '—':>3}  {name}  {marks}")
    for fault in summary.faults:
        click.echo(words("自查发现：", "Fault: ") + fault, err=True)
    click.echo(words(f"摘要 {summary.digest[:16]}", f"Digest {summary.digest[:16]}"))
