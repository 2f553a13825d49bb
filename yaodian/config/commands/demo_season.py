"""``yaodian demo-season``: a season of admissions is played in the invented city, from the rules to the appeals."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yaodian.config.commands.wording import Language, Talking, Words

if TYPE_CHECKING:
    from yaodian.config.simulation.season import Played, Staff

MOST_FAMILIES = 20_000
MOST_SCHOOLS = 12
CHINESE = """在虚构的城市里演一个完整的招生季：制定和公布规则、家长报名、两人核验、公布抽签承诺、抽签、派位、公布前核对、
家长确认、候补和申诉；再演一轮普通高中按分录取。人员、地址、来源的值都是虚构的；同样的种子，家庭和志愿都一样。

\b
已有虚构的城市（yaodian demo 或 demo-city）就演在里面，没有就先放入一个小的。一年只演一次。

\b
例：
  YAODIAN_DATA=演示 yaodian demo-season
  YAODIAN_DATA=演示 yaodian demo-season --families 2000"""
ENGLISH = """Play a whole season of admissions in the invented city: rules written and announced, families apply, two people check, the
promise of a draw, the draw, placement, the gate of publication, families accept, waiting lists and appeals; and a round of upper
secondary admissions by score. People, addresses and the values of the sources are invented; equal seeds give equal families and wishes.

\b
It is played in the invented city that is there (yaodian demo or demo-city), else a small one is loaded first. A year is played once.

\b
Examples:
  YAODIAN_DATA=folder yaodian demo-season
  YAODIAN_DATA=folder yaodian demo-season --families 2000"""

# What the season came to, in the order in which it is told.
LABELS: dict[str, tuple[str, str]] = {
    "applications": ("报名", "applications"),
    "withdrawn and back": ("　撤回后重新提交", "  withdrawn and submitted anew"),
    "verified": ("核验通过", "verified"),
    "seen differently": ("　两人看法不同、由第三人裁定", "  seen differently, decided by a third"),
    "placed": ("有学位", "with a place"),
    "wish-1": ("　第一志愿", "  first wish"),
    "quota": ("　按保留名额", "  by reserved seats"),
    "overflow": ("　统筹安排", "  placed by the office"),
    "unplaced": ("没有学位", "without a place"),
    "accepted": ("接受", "accepted"),
    "declined": ("放弃", "declined"),
    "lapsed": ("逾期", "lapsed"),
    "appeals": ("申诉", "appeals"),
    "candidates": ("普通高中考生", "candidates for upper secondary schools"),
    "admitted": ("　录取", "  admitted"),
}
STAFF = (
    ("zhaosheng", "招生办", "admissions_officer"),
    ("heyan1", "核验员甲", "admissions_officer"),
    ("heyan2", "核验员乙", "admissions_officer"),
    ("heyan3", "核验员丙", "admissions_officer"),
    ("gongbu", "公布人", "publisher"),
)


def command(language: Language) -> click.Command:
    """The command in a language."""
    from yaodian.config.commands.site import PORTS

    words = Words(language)
    return Talking(
        "demo-season",
        language=language,
        summary=words("演一个招生季", "play a season of admissions"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Option(
                ["--year"],
                type=click.IntRange(2020, 2199),
                help=words(
                    "入学年份，须已过 7 月；默认最近的一年。", "Year of entry, past July; by default the latest."
                ),
            ),
            click.Option(
                ["--families"],
                type=click.IntRange(3, MOST_FAMILIES),
                default=60,
                help=words("多少个家庭报名；默认 60。", "How many families apply; by default 60."),
            ),
            click.Option(
                ["--seed"],
                type=click.IntRange(0, 2**31 - 1),
                default=1,
                help=words("种子；默认 1。", "Seed; by default 1."),
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


def run(*, year: int | None, families: int, seed: int, port: int | None, words: Words) -> int:
    """Lay what is missing, play the season, tell what it came to."""
    from yaodian.config.commands import demo
    from yaodian.config.commands.site import prepare_django

    prepare_django()
    from django.conf import settings
    from django.utils import timezone

    today = timezone.localdate(timezone.now())
    last = today.year if today >= date(today.year, 8, 1) else today.year - 1
    year = year or last
    if year > last:
        raise click.UsageError(
            words(
                f"{year} 年的招生季要演到 7 月底，还没有过完。请用 --year 指定 {last} 年或更早。",
                f"The season of {year} is played to the end of July, which has not come. Name {last} or earlier with --year.",
            )
        )
    began = time.monotonic()
    demo.bring_up(words)
    notes = Path(settings.DATA_DIR) / demo.ACCOUNTS_FILE
    played, known = _play(notes, year=year, families=families, seed=seed, words=words)
    for name, (chinese, english) in LABELS.items():
        click.echo(f"{words(chinese, english)}: {played.counts[name]}")
    click.echo(words(f"用时 {time.monotonic() - began:.1f} 秒。", f"Took {time.monotonic() - began:.1f} s."))
    demo.tell_accounts(known, port=port, words=words)
    return 0


def _play(notes: Path, *, year: int, families: int, seed: int, words: Words) -> tuple[Played, list[dict[str, Any]]]:
    from yaodian.config.commands import demo
    from yaodian.config.simulation.ground import at
    from yaodian.config.simulation.playing import lay_city
    from yaodian.config.simulation.scores import play_scores
    from yaodian.config.simulation.season import is_played, play_season, primary_schools, schools_teaching
    from yaodian.organisations.operations import ensure_root
    from yaodian.registry.demonstration.scales import SCALES
    from yaodian.registry.operations import UnableToLoadCity

    start = at(date(year, 1, 2), 8)
    office = ensure_root(now=start)
    if is_played(office=office, year=year):
        raise click.ClickException(
            words(
                f"{year} 年的招生季已经演过。请用 --year 换一年，或换一个数据文件夹。",
                f"The season of {year} has been played. Take another --year, or another data folder.",
            )
        )
    try:
        if lay_city(scale=SCALES["small"], seed=seed, year=year):
            click.echo(words("已放入一座小的虚构城市。", "A small invented city was loaded."), err=True)
    except UnableToLoadCity as problem:
        raise click.ClickException(str(problem)) from problem
    schools = primary_schools(day=date(year, 4, 1))[:MOST_SCHOOLS]
    if len(schools) < 3:
        raise click.ClickException(
            words(
                f"{year} 年 4 月这里不足 3 所小学，演不了。请先运行 yaodian demo-city，或换一年。",
                f"In April {year} there are fewer than 3 primary schools here. Run yaodian demo-city first, or take another year.",
            )
        )
    staff, known = _staff(notes, office=office, now=start)
    click.echo(words("正在演招生季……", "Playing the season …"), err=True)
    played = play_season(office=office, schools=schools, staff=staff, year=year, seed=seed, families=families)
    seniors = schools_teaching(stage="senior", day=date(year, 4, 1))[:MOST_SCHOOLS]
    juniors = schools_teaching(stage="junior", day=date(year, 4, 1))[:MOST_SCHOOLS]
    if seniors and juniors:
        run = play_scores(office=office, seniors=seniors, juniors=juniors, staff=staff, year=year, seed=seed)
        played.counts["candidates"], played.counts["admitted"] = run.tallies["candidates"], run.tallies["placed"]
    row = played.intake.applications.order_by("pk")[0]
    known.append(demo.give_password(notes, account=row.account, where="", role="", now=start))
    return played, known


def _staff(notes: Path, *, office: Any, now: datetime) -> tuple[Staff, list[dict[str, Any]]]:
    """Those who run the season, made once; each may be signed in as."""
    from django.utils import timezone

    from yaodian.config.commands import demo
    from yaodian.config.simulation.season import Staff
    from yaodian.organisations.operations import create_account, grant_role
    from yaodian.organisations.queries import find_account, with_rights
    from yaodian.organisations.roles import Role

    people, known = [], []
    for username, name, role in STAFF:
        account = find_account(username=username)
        if account is None:
            account = create_account(actor=None, username=username, name=name, password=None, role=None, now=now)
            account.is_demonstration = True
            account.save(update_fields=["is_demonstration"])
            grant_role(
                actor=None, account=account, role=Role(role), unit=office, from_on=timezone.localdate(now), now=now
            )
        known.append(demo.give_password(notes, account=account, where="", role=role, now=now))
        people.append(with_rights(account))
    officer, one, two, three, publisher = people
    return Staff(officer, (one, two, three), publisher), known
