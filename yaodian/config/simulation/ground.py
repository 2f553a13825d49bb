"""What the invented year stands on: a database that may be used for it, the city, the people, and pieces of evidence."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone

from yaodian.cases.models import Case
from yaodian.config.simulation import words
from yaodian.config.simulation.choices import Choices
from yaodian.foundation.files.taking import TakenFile, take_file
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations import NewUnit, create_account, create_units
from yaodian.organisations.queries import find_account, named, unit_of_code, units_as_of, with_rights
from yaodian.organisations.roles import Role
from yaodian.plans.models import Plan
from yaodian.registry.demonstration.streams import between, pick

EDITOR, SECOND, PUBLISHER, SUPERVISOR = "linlan", "zhouyi", "hejing", "ducha"


class UnusableGround(RuntimeError):
    """The year cannot be played in this database. ``zh`` and ``en`` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day, where the bureau is."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def require_unused() -> None:
    """Raises UnusableGround unless the database is empty or holds nothing but the invented city."""
    if Plan.objects.exists() or Case.objects.exists():
        raise UnusableGround(
            "这个数据库里已经有要点或督办事项。演示年度要一个空的数据库，或只装有虚构城市的数据库："
            "请用 YAODIAN_DATA 指向一个空文件夹再运行。",
            "This database holds plans or cases already. The demonstration year needs an empty database, or one with "
            "nothing but the invented city: point YAODIAN_DATA to an empty folder and run again.",
        )
    if Account.objects.filter(is_demonstration=False).exists():
        raise UnusableGround(
            "这个数据库里有正式账号。演示年度会放入虚构的人员和事项，不能放进正在使用的数据库：请换一个空的数据库。",
            "This database has accounts that are not of a demonstration. The year brings in invented people and cases "
            "and must not be mixed with real work: use an empty database.",
        )


@dataclass
class Cast:
    """Who plays: the bureau, its sections by short name, its counties, the four who work in the bureau, and for each unit that
    answers somebody who does."""

    bureau: Unit
    sections: dict[str, Unit]
    counties: tuple[Unit, ...]
    schools: tuple[Unit, ...]
    editor: Account
    second: Account
    publisher: Account
    supervisor: Account
    choices: Choices
    handlers: dict[int, Account] = field(default_factory=dict)
    officers: dict[int, Account] = field(default_factory=dict)

    def handler(self, unit: Unit, now: datetime) -> Account:
        """The handler of a unit; made when he is first needed."""
        if unit.pk not in self.handlers:
            self.handlers[unit.pk] = self._made("jb", len(self.handlers), unit, Role.HANDLER, now)
        return self.handlers[unit.pk]

    def officer(self, county: Unit, now: datetime) -> Account:
        """Who appeals for a county."""
        if county.pk not in self.officers:
            self.officers[county.pk] = self._made("xq", len(self.officers), county, Role.EDITOR, now)
        return self.officers[county.pk]

    def _made(self, prefix: str, count: int, unit: Unit, role: Role, now: datetime) -> Account:
        random = self.choices.stream("name", prefix, count)
        made = create_account(
            actor=None,
            username=f"{prefix}{count + 1:03d}",
            name=pick(random, words.SURNAMES) + pick(random, words.GIVEN),
            role=role,
            unit=unit,
            now=now,
            is_demonstration=True,
        )
        # As in a session: nobody's rights change in this year.
        return with_rights(made)


def cast_of(*, choices: Choices, day: date) -> Cast:
    """The people of the invented bureau, from the city and the demonstration accounts that stand there already.

    Raises UnusableGround where the units are not those of the invented city, or an account is missing.
    """
    bureau = unit_of_code(code="bureau")
    units = list(units_as_of(day=day).order_by("code"))
    sections = {str(unit.short_name_then): unit for unit in units if unit.kind == "section"}
    counties = tuple(unit for unit in units if unit.kind == "county")
    people = [find_account(username=name) for name in (EDITOR, SECOND, PUBLISHER, SUPERVISOR)]
    is_whole = bureau is not None and counties and not ({*words.SECTIONS, words.SECTION_ELSE} - sections.keys())
    if not is_whole or not all(one is not None and one.is_demonstration for one in people):
        raise UnusableGround(
            "这个数据库里的单位或账号不是虚构城市的。请换一个空的数据库再运行。",
            "The units or accounts of this database are not those of the invented city. Use an empty database.",
        )
    editor, second, publisher, supervisor = (with_rights(one) for one in people if one is not None)
    assert bureau is not None  # Asked above.
    return Cast(
        bureau=bureau,
        sections=sections,
        counties=counties,
        schools=tuple(unit for unit in units if unit.kind == "school"),
        editor=editor,
        second=second,
        publisher=publisher,
        supervisor=supervisor,
        choices=choices,
    )


def set_up_sections(*, cast: Cast, names: Collection[str], opened_on: date, now: datetime) -> Mapping[str, Unit]:
    """A section of the bureau for each printed name, set up as the office would. Returns them by name."""
    if not names:
        return {}
    whole = str(named(Unit.objects.filter(pk=cast.bureau.pk), day=opened_on).get().name_then)  # type: ignore[attr-defined]  # Annotated.
    made = create_units(
        actor=None,
        units=[
            NewUnit(
                code=f"demo-{len(cast.sections) + place:03d}",
                kind="section",
                name=f"{whole}{name}",
                short_name=name[:30],
                opened_on=opened_on,
                parent=cast.bureau.code,
            )
            for place, name in enumerate(names, 1)
        ],
        now=now,
    )
    found = dict(zip(names, made, strict=True))
    cast.sections |= found
    return found


def make_files(choices: Choices) -> tuple[TakenFile, ...]:
    """Invented pieces of evidence: three notes, three pictures. Each is looked at as an upload is."""
    from PIL import Image, ImageDraw

    made = []
    for number in range(words.FILES // 2):
        text = f"整改报告（示例{number + 1}）\n\n{words.PROGRESS[number]}\n{words.SHOWN[number]}。\n"
        made.append(take_file(name=f"整改报告{number + 1}.txt", chunks=[text.encode()]))
    for number in range(words.FILES - len(made)):
        random = choices.stream("picture", number)
        picture = Image.new("RGB", (480, 320), (212, 222, 228))
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 220, 480, 320), fill=(150, 165, 140))
        for _building in range(5):
            left, width, height = between(random, 0, 400), between(random, 40, 110), between(random, 60, 150)
            shade = between(random, 120, 220)
            draw.rectangle((left, 220 - height, left + width, 220), fill=(shade, shade - 20, 100))
        data = io.BytesIO()
        picture.save(data, "PNG")
        made.append(take_file(name=f"现场照片{number + 1}.png", chunks=[data.getvalue()]))
    return tuple(made)
