"""What pupils chose, as a list: out for the grade office, in for what was gathered on paper; each line that comes in waits
until somebody else has agreed to it.

A pupil is named by his number in the registry, which names nobody outside it; name and class stand beside it to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Choice, Column, Problem, Sheet, Text, in_files
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account
from yaodian.registry.queries import cohort_keys
from yaodian.timetabling import content, operations
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    Means,
    OfferedCombination,
    PupilChoice,
    RoundState,
    Subject,
)
from yaodian.timetabling.operations.choosing import ENTERED_IN
from yaodian.timetabling.queries.rounds import RUN, STAGE, visible_rounds
from yaodian.timetabling.sheets.scoping import act, authorise, journal, wrong

_FIRST = Choice(options={code: in_files(Subject(code).label) for code in content.FIRST})
_SECOND = Choice(options={code: in_files(Subject(code).label) for code in content.SECOND})
SUBJECTS = ("first", "second", "third")


def _check_different(row: Mapping[str, Any]) -> Problem | None:
    if row.get("second") and row.get("second") == row.get("third"):
        return Problem(_("两门再选科目相同。请写两门不同的科目。"), code="twice", column="third")
    return None


CHOICES = Sheet(
    code="timetabling.choices",
    label=gettext_lazy("选科"),
    english="Choices of subjects",
    key=("round", "pupil"),
    columns=(
        Column("round", gettext_lazy("轮次编号"), "Round", Text(max_length=12, is_code=True), is_required=True,
               note=gettext_lazy("选科轮次页面上的 12 位编号")),
        Column("pupil", gettext_lazy("学生编号"), "Pupil", Text(max_length=12, is_code=True), is_required=True,
               note=gettext_lazy("导出的名单里的 12 位编号")),
        Column("class_name", gettext_lazy("班级"), "Class", Text(max_length=60), note=gettext_lazy("只供对照，导入时不看")),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), note=gettext_lazy("只供对照，导入时不看")),
        Column("first", gettext_lazy("首选科目"), "First subject", _FIRST, is_required=True),
        Column("second", gettext_lazy("再选科目一"), "Second subject", _SECOND, is_required=True),
        Column("third", gettext_lazy("再选科目二"), "Third subject", _SECOND, is_required=True),
    ),
    cross_checks=(_check_different,),
    rules=(
        gettext_lazy("轮次正在进行或已截止，学生在本校本年级在读，组合已开设"),
        gettext_lazy("导入的选科须由另一位同事审核才有效；已有有效选科的学生不能用表格改"),
    ),
)  # fmt: skip


@dataclass
class ChoiceTarget:
    """The choices behind the list."""

    sheet: Sheet
    actor_id: int | None
    now: datetime

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def _rounds(self, keys: Sequence[Key]) -> dict[str, ChoiceRound]:
        rows = visible_rounds(self.actor, RUN).select_related("school")
        return {one.public_id: one for one in rows.filter(public_id__in={key[0] for key in keys})}

    def _shown(self, **narrowed: Any) -> Iterator[tuple[PupilChoice, dict[str, Any]]]:
        rows = PupilChoice.objects.filter(state__in=[ChoiceState.STANDING, ChoiceState.PROPOSED], **narrowed)
        rows = rows.select_related("round", "pupil__school_class")
        # One that waits comes after the one that stands meanwhile, and is the line.
        order = ("round__school_id", "round_id", "pupil__school_class__number", "pupil_id", "pk")
        for one in rows.order_by(*order).iterator(chunk_size=2_000):
            first, second, third = content.COMBINATIONS[one.combination].subjects
            room = one.pupil.school_class
            yield one, {
                "round": one.round.public_id, "pupil": one.pupil.public_id, "name": one.pupil.name,
                "class_name": room.name if room is not None else None, "first": first, "second": second, "third": third,
            }  # fmt: skip

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        rows = self._shown(round__public_id__in={key[0] for key in keys}, pupil__public_id__in={key[1] for key in keys})
        return {key: values for _row, values in rows if (key := self.sheet.key_of(values)) in wanted}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        known = self._rounds([row.key for row in rows])
        pupils = {
            public_id: cohort_keys(
                unit=one.school_id, stage=STAGE, entered_year=one.entered_year,
                public_ids=[row.values["pupil"] for row in rows if row.values["round"] == public_id],
            )
            for public_id, one in known.items()
        }  # fmt: skip
        offered: set[tuple[str, str]] = set(
            OfferedCombination.objects.filter(round__in=[one.pk for one in known.values()]).values_list(
                "round__public_id", "combination"
            )
        )
        standing = {self.sheet.key_of(values): row for row, values in self._standing(rows)}
        for row in rows:
            yield from self._check(row, known.get(row.values["round"]), pupils, offered, standing)

    def _standing(self, rows: Sequence[Row]) -> Iterator[tuple[PupilChoice, dict[str, Any]]]:
        keys = [row.key for row in rows]
        found = self._shown(
            round__public_id__in={key[0] for key in keys}, pupil__public_id__in={key[1] for key in keys}
        )
        return ((row, values) for row, values in found if row.state == ChoiceState.STANDING)

    def _check(
        self,
        row: Row,
        found: ChoiceRound | None,
        pupils: Mapping[str, Mapping[str, int]],
        offered: set[tuple[str, str]],
        standing: Mapping[Key, PupilChoice],
    ) -> Iterator[Problem]:
        if found is None:
            yield wrong(row, "round", _("没有这轮选科，或不在您的权限范围内。请核对编号。"))
            return
        if found.state not in ENTERED_IN:
            yield wrong(
                row, "round", _("这轮选科现在是“%(state)s”，不能再导入。") % {"state": RoundState(found.state).label}
            )
        if row.values["pupil"] not in pupils[found.public_id]:
            yield wrong(row, "pupil", _("这名学生不在本校本年级在读，可能已转出或休学。请核对编号。"))
        try:
            combination = content.combination_of([row.values[name] for name in SUBJECTS])
        except content.NoCombination:
            return  # The check across the row has said why.
        if (found.public_id, combination.code) not in offered:
            yield wrong(row, "first", _("本校这一轮没有开设%(name)s。") % {"name": combination.name})
        before = standing.get(row.key)
        if before is not None and before.combination != combination.code:
            yield wrong(row, "first", _("这名学生已有有效的选科，不能用表格更改。请在页面上逐人代录。"))

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        self._write({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        # Another name or class, or the same two subjects the other way round, changes nothing.
        now = self.existing([each.key for each in changes])
        after = {each.key: {**now[each.key], **each.after} for each in changes}
        self._write({key: row for key, row in after.items() if _combination(row) != _combination(now[key])})

    def _write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for found, keys in self._by_round(list(rows)):
            choices = {key[1]: _combination(rows[key]) for key in keys}
            act(operations.enter_choices, actor=self.actor, round=found, choices=choices, now=self.now)

    def _by_round(self, keys: Sequence[Key]) -> Iterator[tuple[ChoiceRound, list[Key]]]:
        known = self._rounds(keys)
        grouped: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            grouped[key[0]].append(key)
        for public_id, some in grouped.items():
            if public_id not in known:
                raise UnableToCommitImport(_("轮次已经变动。请重新检查这份文件。"), code="refused")
            yield known[public_id], some

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        wanted = set(keys)
        rows = self._shown(round__public_id__in={key[0] for key in keys}, pupil__public_id__in={key[1] for key in keys})
        return {
            key: _("这份选科已审核通过，或由学生自己改过，不能随导入撤销。")
            for row, values in rows
            if (key := self.sheet.key_of(values)) in wanted
            and (row.state != ChoiceState.PROPOSED or row.means != Means.LIST)
        }

    def remove(self, keys: Sequence[Key]) -> None:
        for found, some in self._by_round(keys):
            act(
                operations.withdraw_choices,
                actor=self.actor,
                round=found,
                pupils=[key[1] for key in some],
                now=self.now,
            )

    def export(self) -> Iterator[dict[str, Any]]:
        rounds = visible_rounds(self.actor, RUN).exclude(state__in=[RoundState.DRAFT, RoundState.WITHDRAWN])
        operations.note_export(actor=self.actor, rounds=rounds, now=self.now)
        last: dict[str, Any] | None = None
        for _row, values in self._shown(round__in=rounds.order_by().values("pk")):
            if last is not None and self.sheet.key_of(last) != self.sheet.key_of(values):
                yield last
            last = values
        if last is not None:
            yield last


def _combination(row: Mapping[str, Any]) -> str:
    return content.combination_of([row[name] for name in SUBJECTS]).code


def _authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    authorise(actor_id=actor_id, scope=scope, permission=RUN)


IMPORT_CHOICES = Importer(
    sheet=CHOICES,
    target=lambda *, scope, actor_id: ChoiceTarget(CHOICES, actor_id, timezone.now()),
    authorise=_authorise,
    journal=journal,
)
