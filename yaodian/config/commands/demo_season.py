"""``yaodian demo-season``: a season of admissions is played in the invented city, from the rules to the appeals."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
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
# Who keeps the rules; who checks, the third where two differ; who announces, publishes and decides.
OFFICER, CHECKERS, PUBLISHER = "zhaosheng", ("heyan1", "heyan2", "heyan3"), "hejing"
# The demonstration's: a city's fewest, and a family that has a place offered.
SCHOOLS, FAMILIES, EARLY, FAMILY = 4, 24, 4, "jiating"


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
    from yaodian.config.simulation.season import is_played, play_season, schools_teaching, terms_of
    from yaodian.organisations.operations import ensure_root
    from yaodian.registry.demonstration.scales import SCALES
    from yaodian.registry.operations import UnableToLoadCity

    start = at(date(year, 1, 2), 8)
    office = ensure_root(now=start)
    terms = terms_of(year)
    if is_played(office=office, terms=terms):
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
    schools = schools_teaching(stage=terms.stage, day=date(year, 4, 1))[:MOST_SCHOOLS]
    if len(schools) < 3:
        raise click.ClickException(
            words(
                f"{year} 年 4 月这里不足 3 所小学，演不了。请先运行 yaodian demo-city，或换一年。",
                f"In April {year} there are fewer than 3 primary schools here. Run yaodian demo-city first, or take another year.",
            )
        )
    known = demo.ensure_accounts(notes, now=start, places={})
    staff = _staff()
    if staff is None:
        raise click.ClickException(
            words(
                "演示账号的用户名已被别的账号占用，演不了。请换一个空的数据文件夹。",
                "The demonstration accounts' names are taken by others. Take an empty data folder.",
            )
        )
    click.echo(words("正在演招生季……", "Playing the season …"), err=True)
    played = play_season(office=office, schools=schools, staff=staff, terms=terms, seed=seed, families=families)
    seniors = schools_teaching(stage="senior", day=date(year, 4, 1))[:MOST_SCHOOLS]
    juniors = schools_teaching(stage="junior", day=date(year, 4, 1))[:MOST_SCHOOLS]
    if seniors and juniors:
        run = play_scores(office=office, seniors=seniors, juniors=juniors, staff=staff, year=year, seed=seed)
        played.counts["candidates"], played.counts["admitted"] = run.tallies["candidates"], run.tallies["placed"]
    row = played.intake.applications.order_by("pk")[0]
    known = [one for one in known if one["username"] in (OFFICER, *CHECKERS, PUBLISHER)]
    return played, [*known, demo.give_password(notes, account=row.account, now=start)]


def lay_seasons(notes: Path, *, now: datetime, words: Words) -> list[dict[str, Any]]:
    """For the demonstration: a season with results of some days ago, one to be drawn, one to apply in, today; all or none.

    Nothing is laid beside a season that is there. Returns the account of a family that has a place offered.
    """
    from django.db import transaction
    from django.utils import timezone

    from yaodian.config.commands import demo
    from yaodian.config.simulation import season
    from yaodian.organisations.operations import ensure_root
    from yaodian.organisations.queries import find_account

    office, today = ensure_root(now=now), timezone.localdate(now)
    staff = _staff()
    if staff is not None and not season.is_any_there():
        click.echo(words("正在放入虚构的招生季……", "Playing invented seasons of admissions …"), err=True)
        year = season.year_to_enter(today)
        over = season.terms_of(year, opens_on=today - timedelta(days=43))
        to_draw = season.terms_to_draw(year, opens_on=today - timedelta(days=31))
        to_try = season.terms_to_try(year, opens_on=today - timedelta(days=5))
        schools = {
            terms.stage: season.schools_teaching(stage=terms.stage, day=terms.day(-68))[:SCHOOLS]
            for terms in (over, to_draw, to_try)
        }
        given: dict[str, Any] = {"office": office, "staff": staff, "seed": 1}
        with transaction.atomic():
            played = season.play_season(
                schools=schools[over.stage], terms=over, families=FAMILIES, until=today, **given
            )
            season.promise_season(schools=schools[to_draw.stage], terms=to_draw, families=FAMILIES // 2, **given)
            season.open_season(schools=schools[to_try.stage], terms=to_try, families=EARLY, today=today, **given)
            if find_account(username=FAMILY) is None:
                season.name_family(played, username=FAMILY, name="演示家庭")
    family = find_account(username=FAMILY)
    return [demo.give_password(notes, account=family, now=now)] if family and family.is_demonstration else []


def _staff() -> Staff | None:
    """The demonstration's people who run a season; None where one of their names is somebody else's."""
    from yaodian.config.simulation.season import Staff
    from yaodian.organisations.queries import find_account, with_rights

    people = [find_account(username=name) for name in (OFFICER, *CHECKERS, PUBLISHER)]
    officer, one, two, three, publisher = (with_rights(each) if each and each.is_demonstration else None for each in people)  # fmt: skip
    if officer is None or one is None or two is None or three is None or publisher is None:
        return None
    return Staff(officer, (one, two, three), publisher)
