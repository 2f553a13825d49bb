"""An upper secondary school with two classes that entered in 2026, rounds in any state, and people with rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from yaodian.organisations.models import Account, Unit
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import ChoiceLetter, ChoiceRound, PupilChoice, RequirementTable, RoundKind

if TYPE_CHECKING:
    from yaodian.registry.models import Pupil, School, SchoolClass

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
YEAR = 2026


@dataclass
class Made:
    """A school of a county, its classes and pupils, and accounts by name."""

    county: Unit
    school: School
    classes: list[SchoolClass]
    pupils: list[Pupil]
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        return self.school.unit

    def account(self, name: str, role: str = "registrar", unit: Unit | None = None) -> Account:
        """Somebody with a role, made once; in the school, unless said otherwise."""
        if name not in self.accounts:
            self.accounts[name] = registry.account(unit or self.unit, role, name=name)
        return self.accounts[name]


def senior(
    county: Unit, *, pupils: int = 4, name: str = "栖禾高级中学"
) -> tuple[School, list[SchoolClass], list[Pupil]]:
    """Pupils in turn in two classes."""
    school = registry.school(county, school_type="342", name=name)
    classes = [registry.school_class(school, grade=1, number=number, stage="senior") for number in (1, 2)]
    made = [
        registry.pupil(
            school, classes[place % 2], name=f"顾沐{'一二三四五六七八九十'[place % 10]}", birth_on=date(2011, 5, 6)
        )
        for place in range(pupils)
    ]
    return school, classes, made


def world(*, pupils: int = 4) -> Made:
    county = registry.county()
    return Made(county, *senior(county, pupils=pupils))


def round_(made: Made, kind: str = RoundKind.BINDING, *, state: str = "open", **values: Any) -> ChoiceRound:
    """A round of the grade, from 1 to 15 November unless said otherwise, led as far as asked."""
    given = {
        "title": f"高一{kind}",
        "kind": kind,
        "opens_on": date(2026, 11, 1),
        "closes_on": date(2026, 11, 15),
        **values,
    }
    offered = given.pop("offered", None)
    row = operations.make_round(actor=None, school=made.unit, entered_year=YEAR, values=given, now=NOW)
    if offered is not None:
        operations.offer_combinations(actor=None, round=row, offered=offered, now=NOW)
    if state != "draft":
        row = operations.open_round(actor=None, round=row, now=NOW)
    if state in ("closed", "settled"):
        row = operations.close_round(actor=None, round=row, now=NOW)
    if state == "settled":
        row = operations.settle_round(actor=None, round=row, now=NOW)
    return row


def settled(made: Made, kind: str = RoundKind.BINDING, *codes: str, **values: Any) -> ChoiceRound:
    """A round in which the pupils chose these combinations, one after the other."""
    row = round_(made, kind, **values)
    for pupil, code in zip(made.pupils, codes, strict=False):
        chosen(row, pupil, code)
    row = operations.close_round(actor=None, round=row, now=NOW)
    return operations.settle_round(actor=None, round=row, now=NOW)


def letter(row: ChoiceRound, pupil: Pupil, *, renew: bool = False) -> tuple[ChoiceLetter, str]:
    """A letter with its code."""
    made = operations.issue_letters(actor=None, round=row, now=NOW, pupils=[pupil.pk], renew=renew)[0]
    return ChoiceLetter.objects.select_related("round__school").get(
        round=row, pupil=pupil, revoked_at__isnull=True
    ), made.code


def chosen(row: ChoiceRound, pupil: Pupil, code: str, *, now: datetime = NOW, reason: str = "") -> PupilChoice:
    """By the pupil's letter, which is made where there is none."""
    held = (
        ChoiceLetter.objects.select_related("round__school")
        .filter(round=row, pupil=pupil, revoked_at__isnull=True)
        .first()
    )
    return operations.choose(
        letter=held or letter(row, pupil)[0], subjects=COMBINATIONS[code].subjects, now=now, reason=reason
    )


def requirements(office: Unit, rows: dict[tuple[str, str], dict[str, str]] | None = None) -> RequirementTable:
    """A table with its source, of these lines or of three majors."""
    table = operations.make_table(
        actor=None, office=office, values={"year": 2029, "title": "选考要求", "source": "虚构 1 号文"}, now=NOW
    )
    three = {
        ("10001", "01"): major("08", "physics", "all", "chemistry"),
        ("10001", "02"): major("03", "", "any", ""),
        ("10002", "01"): major("10", "physics", "one", "chemistry,biology"),
    }
    operations.put_requirements(actor=None, table=table, rows=rows or three, now=NOW)
    return table


def major(field: str, first: str, mode: str, second: str) -> dict[str, str]:
    return {
        "university_name": "云泽大学", "major_name": "专业", "field": field, "first": first, "mode": mode, "second": second,
    }  # fmt: skip
