"""A year of supervision: everything that may happen in it does, and what must hold of it does.

The year of the five published plans is a run of its own (``python -m benchmarks.demo_year``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import pytest
from django.db import transaction

from yaodian.config.commands import demo, demo_year
from yaodian.config.commands.wording import Words
from yaodian.config.simulation.choices import Choices
from yaodian.config.simulation.ground import UnusableGround, at, cast_of, require_unused
from yaodian.config.simulation.playing import lay_city, play_year
from yaodian.config.simulation.summary import Summary
from yaodian.organisations.operations import create_account, ensure_demo_accounts, ensure_root
from yaodian.plans.operations import upload_document
from yaodian.registry.demonstration.scales import SMALL

WORDS = Words("zh")
HOME = Path(demo_year.__file__).resolve().parents[2] / "plans" / "demonstration"
# Of the shipped plan its head and its first two parts, and a target that a measure decides: every step, a third of the work.
SHORT = (HOME / "qinghe-2026.txt").read_text(encoding="utf-8").partition("（三）")[0] + (
    "（三）办好学前教育\n\n1.扩大普惠\n10月底前，普惠性幼儿园覆盖率达到99.9%。\n责任科室：学前教育科\n"
)
TINY = replace(SMALL, schools={"111": 4, "211": 6, "311": 3}, counties=2, births=60, closed=2, areas_in_county=2)
# What must come up in a year, or the year shows nothing of it.
HAPPENS = (
    "plans", "commitments", "measured", "reports", "reports late", "reports returned", "statements", "cases",
    "cases of commitments", "cases closed", "cases overdue once", "notices", "report notices", "meetings", "decisions",
)  # fmt: skip


def lay() -> None:
    lay_city(scale=TINY, seed=1, year=2025)
    places = demo.places_of(seed=1, scale="small", day=date(2025, 1, 1))
    ensure_demo_accounts(now=at(date(2025, 1, 1), 0), places=places)


def play(folder: Path, months: int = 12) -> Summary:
    path = folder / "qinghe-2026.txt"
    path.write_text(SHORT, encoding="utf-8")
    return play_year(files=[path], year=2025, seed=1, months=months)[0]


@pytest.mark.django_db
def test_a_year_happens_as_it_should_and_every_rule_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay()
    summary = play(tmp_path)
    assert summary.faults == ()
    assert [name for name in HAPPENS if not summary.numbers[name]] == []
    assert summary.numbers["bulletins"] == 13  # And one of the January after it.
    assert [rank for rank, _name, _marks in summary.ranking] == [1, 2]
    assert "机关党委" in summary.set_up
    with pytest.raises(UnusableGround, match="空的数据库"):
        require_unused()
    demo_year.tell_summary(summary, took=1, words=WORDS)
    told = capsys.readouterr().out
    assert set(summary.numbers) == set(demo_year.LABELS)
    assert "考核名次" in told
    assert summary.digest[:16] in told


class Back(RuntimeError):
    """Takes everything back."""


@pytest.mark.django_db
def test_equal_seeds_give_equal_rows(tmp_path: Path) -> None:
    lay()
    found: list[Summary] = []

    def play_and_take_back() -> None:
        with transaction.atomic():
            found.append(play(tmp_path, months=3))
            raise Back

    for _time in range(2):
        with pytest.raises(Back):
            play_and_take_back()
    assert found[0].digest == found[1].digest
    assert found[0].numbers == found[1].numbers
    assert found[0].numbers["reports"] > 0
    assert found[0].faults == ()


@pytest.mark.django_db
def test_a_database_that_is_used_is_refused() -> None:
    now = at(date(2025, 1, 1), 0)
    ensure_root(now=now)
    require_unused()
    ensure_demo_accounts(now=now)
    with pytest.raises(UnusableGround, match="不是虚构城市的"):
        cast_of(choices=Choices(1), day=now.date())
    create_account(actor=None, username="somebody", name="某人", role=None, now=now)
    with pytest.raises(UnusableGround, match="正式账号"):
        require_unused()
    from yaodian.organisations.queries import find_account

    upload_document(actor=find_account(username="linlan"), now=now, name="a.txt", content=b"x")  # type: ignore[arg-type]  # It is there.
    with pytest.raises(UnusableGround, match="已经有要点"):
        require_unused()


@pytest.mark.once
def test_the_folder_is_read_as_far_as_the_reader_reads(tmp_path: Path) -> None:
    assert [path.name for path in demo_year.plan_files(None, WORDS)] == list(demo_year.SHIPPED)
    assert all(path.is_file() for path in demo_year.plan_files(None, WORDS))
    with pytest.raises(click.UsageError, match="没有要点文件"):
        demo_year.plan_files(tmp_path, WORDS)
    for name in ("b.txt", "a.docx", "c.png", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in demo_year.plan_files(tmp_path, WORDS)] == ["a.docx", "b.txt"]
    for number in range(demo_year.MOST_FILES):
        (tmp_path / f"d{number}.md").write_bytes(b"")
    with pytest.raises(click.UsageError, match="最多演"):
        demo_year.plan_files(tmp_path, WORDS)


@pytest.mark.once
def test_a_year_that_is_not_over_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaodian.config.commands.site.prepare_django", lambda: None)
    with pytest.raises(click.UsageError, match="还没有过完"):
        demo_year.run(plans=None, year=2198, seed=1, scale="small", port=None, words=WORDS)
