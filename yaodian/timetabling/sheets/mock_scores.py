"""Raw scores of a mock examination, as a list with a line for each pupil of the grade: out to be filled in, in with what was marked.

The lines are those of the grade, so a file changes them and makes none; what it left blank takes an entry away. Number, class and name
must be those of the line that came out: a file whose rows have slipped is refused by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import (
    Column,
    Kind,
    Misfit,
    Number,
    Problem,
    Raw,
    Sheet,
    Text,
    in_files,
    show,
    tidy_code,
)
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account
from yaodian.registry.queries import cohort_keys, cohort_members
from yaodian.timetabling import content, operations
from yaodian.timetabling.content import Combination
from yaodian.timetabling.models import OPEN_TO_SCORES, MockExam, MockScore, MockState, MockSubject
from yaodian.timetabling.queries.mock_rules import ABSENT, chosen_by, settled_round, subject_faults
from yaodian.timetabling.queries.mocks import visible_mocks
from yaodian.timetabling.queries.rounds import RUN, STAGE
from yaodian.timetabling.sheets.scoping import act, authorise, journal, wrong

_ABSENT_WORD = gettext_lazy("缺考")


@dataclass(frozen=True)
class RawScore(Kind):
    """A raw score with at most one decimal, or 缺考; the value is a Decimal or `ABSENT`."""

    full: int = 100

    def read(self, raw: Raw) -> Decimal | str:
        """Raises Misfit."""
        if tidy_code(show(raw)) in (in_files(_ABSENT_WORD), "缺"):
            return ABSENT
        value = Number(decimals=1, least=Decimal(0)).read(raw)
        if value > self.full:
            raise Misfit(
                _("%(shown)s 超过这一科的满分 %(full)s。请核对。") % {"shown": _plain(value), "full": self.full},
                "too-large",
            )
        return value

    def write(self, value: Any) -> Any:
        return in_files(_ABSENT_WORD) if value == ABSENT else _plain(Decimal(value))

    def plain(self, value: Any) -> str:
        return str(value)

    def from_plain(self, value: Any) -> Decimal | str:
        return ABSENT if value == ABSENT else Decimal(value)

    def describe(self) -> str:
        return _("0 至 %(full)s 的分数，最多一位小数；没有参加的写“缺考”") % {"full": self.full}

    annotation: Any = field(default=str, init=False, repr=False, compare=False)


def _plain(value: Decimal) -> Decimal:
    """88 for 88.0."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


_ENGLISH = {
    "chinese": "Chinese", "mathematics": "Mathematics", "foreign": "Foreign language", "physics": "Physics", "history": "History",
    "chemistry": "Chemistry", "biology": "Biology", "politics": "Politics", "geography": "Geography",
}  # fmt: skip
_ALIASES = {"politics": ("政治",), "foreign": ("英语",)}
COMPANIONS = ("class_name", "name")
SUBJECTS = tuple(MockSubject.values)

MOCK_SCORES = Sheet(
    code="timetabling.mock_scores",
    label=gettext_lazy("模拟考试成绩"),
    english="Scores of mock examinations",
    key=("mock", "pupil"),
    columns=(
        Column("mock", gettext_lazy("考试编号"), "Mock examination", Text(max_length=12, is_code=True), is_required=True,
               note=gettext_lazy("模拟考试页面上的 12 位编号")),
        Column("pupil", gettext_lazy("学生编号"), "Pupil", Text(max_length=12, is_code=True), is_required=True,
               note=gettext_lazy("导出的表里的 12 位编号")),
        Column("class_name", gettext_lazy("班级"), "Class", Text(max_length=60), note=gettext_lazy("与导出的一致，用来发现错行")),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), note=gettext_lazy("与导出的一致，用来发现错行")),
        *(
            Column(code, MockSubject(code).label, _ENGLISH[code], RawScore(full=content.FULL[code]), aliases=_ALIASES.get(code, ()))
            for code in SUBJECTS
        ),
    ),
    rules=(
        gettext_lazy("先导出，表里已有本年级的学生；填好成绩再导入，不要改动前四列"),
        gettext_lazy("只填学生所选科目的成绩；空着的格子表示没有成绩，原有的会被清除"),
        gettext_lazy("考试还没有公布；已换算的，成绩一改就要重新换算"),
    ),
)  # fmt: skip


@dataclass
class MockScoreTarget:
    """The entries behind the list."""

    sheet: Sheet
    actor_id: int | None
    now: datetime

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def _mocks(self, keys: Sequence[Key]) -> dict[str, MockExam]:
        rows = visible_mocks(self.actor, RUN).select_related("school")
        return {one.public_id: one for one in rows.filter(public_id__in={key[0] for key in keys})}

    def _lines(self, mock: MockExam, pupils: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """The pupils of the grade with what each has; three queries at most."""
        key = {"unit": mock.school_id, "stage": STAGE, "entered_year": mock.entered_year}
        keys = None if pupils is None else list(cohort_keys(**key, public_ids=pupils).values())
        members = cohort_members(**key, pupils=keys)
        rows = MockScore.objects.filter(mock=mock)
        if keys is not None:
            rows = rows.filter(pupil__in=keys)
        had: dict[int, dict[str, Any]] = {}
        for pupil, subject, raw in rows.values_list("pupil_id", "subject", "raw"):
            had.setdefault(pupil, {})[subject] = ABSENT if raw is None else raw
        for one in members:
            entries = had.get(one.pk, {})
            yield {
                "mock": mock.public_id, "pupil": one.public_id, "class_name": one.class_name, "name": one.name,
                **{code: entries.get(code) for code in SUBJECTS},
            }  # fmt: skip

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        found = {}
        for public_id, mock in self._mocks(keys).items():
            pupils = [key[1] for key in keys if key[0] == public_id]
            found.update({self.sheet.key_of(values): values for values in self._lines(mock, pupils)})
        return found

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        keys = [row.key for row in rows]
        known, standing = self._mocks(keys), self.existing(keys)
        chosen = {public_id: self._chosen(mock, keys) for public_id, mock in known.items()}
        for row in rows:
            mock = known.get(row.values["mock"])
            if mock is None:
                yield wrong(row, "mock", _("没有这次模拟考试，或不在您的权限范围内。请核对编号。"))
            elif row.key not in standing:
                yield wrong(row, "pupil", _("这名学生不在本校本年级在读，可能已转出或休学。请核对编号。"))
            else:
                yield from self._check(row, mock, standing[row.key], chosen[mock.public_id].get(row.values["pupil"]))

    @staticmethod
    def _chosen(mock: MockExam, keys: Sequence[Key]) -> dict[str, Combination]:
        """By the pupil's public id."""
        held = chosen_by(settled_round(school=mock.school_id, entered_year=mock.entered_year))
        asked = cohort_keys(
            unit=mock.school_id, stage=STAGE, entered_year=mock.entered_year,
            public_ids=[key[1] for key in keys if key[0] == mock.public_id],
        )  # fmt: skip
        return {public_id: held[pk] for public_id, pk in asked.items() if pk in held}

    def _check(
        self, row: Row, mock: MockExam, standing: Mapping[str, Any], combination: Combination | None
    ) -> Iterator[Problem]:
        if mock.state not in OPEN_TO_SCORES:
            yield wrong(
                row,
                "mock",
                _("这次考试现在是“%(state)s”，不能再导入成绩。") % {"state": MockState(mock.state).label},
            )
        for code in COMPANIONS:
            if code in row.values and row.values[code] != standing[code]:
                yield wrong(row, code, _("与系统里这名学生的不一致，可能整行错位。请重新导出，在导出的表里填写。"))
        after = {code: row.values[code] if code in row.values else standing[code] for code in SUBJECTS}
        for code, sentence in subject_faults(after, combination):
            yield wrong(row, code if code in row.values else "pupil", sentence)
        if all(value is None for value in after.values()):
            return
        awaited = (*content.MAIN, *(combination.subjects if combination is not None else ()))
        for code in awaited:
            if code in row.values and after[code] is None:
                yield Problem(
                    _("这名学生应考这一科，这里空着。没有参加的请写“缺考”。"),
                    code="blank", column=code, row=row.number, is_warning=True,
                )  # fmt: skip

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        # Every line that may be written is there; a pupil who came meanwhile is seen when the file is checked again.
        raise UnableToCommitImport(_("年级的学生名单已经变动。请重新检查这份文件。"), code="refused")

    def change(self, changes: Sequence[Change]) -> None:
        known = self._mocks([each.key for each in changes])
        for public_id, mock in known.items():
            scores = {
                each.key[1]: {code: value for code, value in each.after.items() if code in SUBJECTS}
                for each in changes
                if each.key[0] == public_id
            }
            act(operations.put_scores, actor=self.actor, mock=mock, scores=scores, now=self.now)
        if {each.key[0] for each in changes} - known.keys():
            raise UnableToCommitImport(_("考试已经变动。请重新检查这份文件。"), code="refused")

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        return {}

    def remove(self, keys: Sequence[Key]) -> None:
        raise UnableToCommitImport(_("年级的学生名单已经变动。请重新检查这份文件。"), code="refused")

    def export(self, public_id: str = "") -> Iterator[dict[str, Any]]:
        """Of all mock examinations whose scores are there, or of one."""
        mocks = visible_mocks(self.actor, RUN).exclude(state=MockState.ERASED)
        if public_id:
            mocks = mocks.filter(public_id=public_id)
        rows = list(mocks.select_related("school").order_by("school_id", "-held_on", "pk"))
        lines = {one.pk: list(self._lines(one)) for one in rows}
        counts = {key: len(some) for key, some in lines.items()}
        operations.note_scores_export(actor=self.actor, mocks=mocks, counts=counts, now=self.now)
        for one in rows:
            yield from lines[one.pk]


def _authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    authorise(actor_id=actor_id, scope=scope, permission=RUN)


IMPORT_MOCK_SCORES = Importer(
    sheet=MOCK_SCORES,
    target=lambda *, scope, actor_id: MockScoreTarget(MOCK_SCORES, actor_id, timezone.now()),
    authorise=_authorise,
    journal=journal,
)


def lines_of(*, actor: Account, mock: MockExam, now: datetime) -> list[dict[str, Any]]:
    """The lines of one mock examination, to be filled in or kept; the export is noted. Raises PermissionMissing."""
    return list(MockScoreTarget(MOCK_SCORES, actor.pk, now).export(mock.public_id))
