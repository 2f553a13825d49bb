"""``yaodian demo-choices``: invented upper secondary schools of any size choose their subjects.

``yaodian demo`` lays rounds in the schools of the small city, whose grades have about a hundred pupils; schools of the sizes
that planning is measured with are made here, on demand.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import click

from yaodian.config.commands.wording import Language, Talking, Words

SIZES = (300, 900, 1_800)
CLASS_OF = 50
MOST = 6_000
# Schools made here have numbers that no school of the synthetic city has.
FIRST_SERIAL = 900_001
# The grade office, and a form teacher who looks at what it enters.
OFFICE, TEACHER = ("nianji", "宁纪"), ("banzhuren", "班竹青")
NOTE = "choice-letter"

CHINESE = """建立虚构的普通高中并演到正式选科：每个年级的人数由 --pupils 给出，模拟选科已确定，正式选科进行中，一部分学生还没有选。
人员都是虚构的；同样的人数，选科都一样。

\b
例：
  YAODIAN_DATA=演示 yaodian demo-choices
  YAODIAN_DATA=演示 yaodian demo-choices --pupils 300 --pupils 1800"""
ENGLISH = """Make invented upper secondary schools and lead them as far as their binding choice round: --pupils says how many a grade has, the
trial is settled, the binding round is open, and some pupils have not chosen yet. People are invented; equal sizes choose alike.

\b
Examples:
  YAODIAN_DATA=folder yaodian demo-choices
  YAODIAN_DATA=folder yaodian demo-choices --pupils 300 --pupils 1800"""


def command(language: Language) -> click.Command:
    """The command in a language."""
    words = Words(language)
    return Talking(
        "demo-choices",
        language=language,
        summary=words("演一轮选科", "play choice rounds"),
        help=words(CHINESE, ENGLISH),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Option(
                ["--pupils"],
                type=click.IntRange(10, MOST),
                multiple=True,
                default=SIZES,
                help=words(
                    "一个年级多少学生，每次一所学校；默认 300、900、1800。",
                    "How many pupils a grade has, one school each time; by default 300, 900 and 1800.",
                ),
            ),
        ],
    )


def run(*, pupils: tuple[int, ...], words: Words) -> int:
    """Make the schools that are not there, lay their rounds, tell how long it took."""
    from yaodian.config.commands.site import prepare_django

    prepare_django()
    from django.utils import timezone

    from yaodian.config.commands.demo import bring_up
    from yaodian.organisations.operations import ensure_root
    from yaodian.timetabling.operations import load_demonstration

    bring_up(words)
    now = timezone.now()
    office = ensure_root(now=now)
    for place, size in enumerate(pupils):
        begun = time.monotonic()
        school = _school(office, FIRST_SERIAL + place, size, now=now)
        load_demonstration(office=office, schools=[school], now=now)
        seconds = time.monotonic() - begun
        click.echo(
            words(
                f"每年级 {size} 人：学校代码 {school.code}，{seconds:.1f} 秒",
                f"{size} pupils a grade: school {school.code}, {seconds:.1f} s",
            )
        )
    return 0


def _school(office: Any, serial: int, size: int, *, now: datetime) -> Any:
    """The unit of a school with three grades; what is there already stays as it is."""
    from django.db import transaction
    from django.utils import timezone

    from yaodian.organisations.queries import unit_of_code
    from yaodian.registry.demonstration.numbers import school_code
    from yaodian.registry.operations import NewSchool, create_school
    from yaodian.registry.queries import school_year

    code = school_code(kind="34", serial=serial)
    found = unit_of_code(code=code)
    if found is not None:
        return found
    with transaction.atomic():
        school = create_school(
            actor=None,
            new=NewSchool(
                code=code,
                name=f"虚构第{serial - FIRST_SERIAL + 1}高级中学（每年级 {size} 人）",
                opened_on=date(2001, 9, 1),
                parent=office.code,
                values={"school_type": "342", "runner": "city_education", "is_public": True, "area_kind": "111"},
            ),
            now=now,
        )
        year = school_year(timezone.localdate(now))
        for grade in (1, 2, 3):
            _grade(school, grade, year - grade + 1, size, now=now)
    return school.unit


def _grade(school: Any, grade: int, entered_year: int, size: int, *, now: datetime) -> None:
    from yaodian.registry.demonstration.words import child_name, surname
    from yaodian.registry.operations import create_rows, open_class

    begun = date(entered_year, 9, 1)
    classes = [
        open_class(
            actor=None, public_id=school.unit.public_id, stage="senior", grade=grade, number=number,
            from_on=date(entered_year + grade - 1, 9, 1), now=now,
        ).pk
        for number in range(1, -(-size // CLASS_OF) + 1)
    ]  # fmt: skip
    random = Random(f"{school.unit.code} {entered_year}")  # noqa: S311 - invented people.
    rows = []
    for place in range(size):
        gender = "12"[random.random() < 0.5]
        name = child_name(random, surname(random), gender, "01")
        born = date(entered_year - 15, 1 + place % 12, 1 + place % 28)
        rows.append((name, gender, born, born.year, "01", school.pk, classes[place % len(classes)], begun))
    columns = ("name", "gender", "birth_on", "birth_year", "ethnicity", "school_id", "school_class_id", "entered_on")
    create_rows(actor=None, table="pupils", columns=columns, rows=rows, now=now, source="demonstration")


def lay_choices(notes: Path, *, now: datetime, words: Words) -> list[dict[str, Any]]:
    """Rounds in the upper secondary schools of the demonstration's city; a mock examination and the accounts of the first one's
    grade office.

    Nothing is laid beside rounds that are there. The code of one letter is noted beside the passwords, and told like one.
    """
    from django.utils import timezone

    from yaodian.config.commands import demo
    from yaodian.organisations.operations import create_account, ensure_root
    from yaodian.organisations.queries import find_account, units_as_of
    from yaodian.organisations.roles import Role
    from yaodian.registry.queries import units_teaching
    from yaodian.timetabling.operations import load_demonstration, load_mock_demonstration

    office = ensure_root(now=now)
    units = {
        one.pk: one for one in units_as_of(day=timezone.localdate(now)).filter(pk__in=units_teaching(stage="senior"))
    }
    schools = sorted(units.values(), key=lambda one: one.code)
    if not schools:
        return []
    code = load_demonstration(office=office, schools=schools, now=now)
    load_mock_demonstration(school=schools[0], now=now)
    known = []
    for (username, name), role in ((OFFICE, Role.REGISTRAR), (TEACHER, Role.HANDLER)):
        account = find_account(username=username)
        if account is None:
            account = create_account(
                actor=None, username=username, name=name, password=None, role=role, unit=schools[0], now=now,
                is_demonstration=True,
            )  # fmt: skip
        if account.is_demonstration:
            where = schools[0].short_name_then
            known.append(demo.give_password(notes, account=account, now=now, where=where, role=role.value))
    letter = demo.note_once(notes, NOTE, code)
    if letter:
        click.echo(
            words(
                f"选科演示：打开 /timetabling/choose/，码 {letter}",
                f"Choice of subjects: /timetabling/choose/, code {letter}",
            )
        )
    return known
