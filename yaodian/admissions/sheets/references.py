"""Lists to hold claims against, as files: households, properties, residence permits, social insurance.

What a file says of people stands sealed, in the rows as in what the import keeps for its undo; it is not given out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.admissions import operations
from yaodian.admissions.models import LOADED_IN, Intake, Reference, ReferenceKind
from yaodian.admissions.operations.references import DETAILS
from yaodian.admissions.sheets.rules import WHERE, RuleTarget, act, authorise, importer
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Choice, Column, Day, Problem, Sheet, Text, Whole, in_files
from yaodian.foundation.sheets.targets import Key

VERIFY = "admissions.verify"
REFERENCES = Sheet(
    code="admissions.references",
    label=gettext_lazy("比对名册"),
    english="Reference lists",
    key=("season", "stage", "kind", "line"),
    columns=(
        *WHERE,
        Column("kind", gettext_lazy("名册"), "List",
               Choice(options={one.value: in_files(one.label) for one in ReferenceKind}), is_required=True),
        # A person may stand in a list twice, with two properties.
        Column("line", gettext_lazy("序号"), "Line", Text(max_length=40, is_code=True), is_required=True, example="1",
               note=gettext_lazy("同一种名册里不重复；再次导入时，序号相同的行被替换")),
        Column("number", gettext_lazy("证件号码"), "Number", Text(max_length=30, is_code=True), is_required=True,
               is_sensitive=True, example="110105198804120011"),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), example="林远山"),
        Column("address", gettext_lazy("地址"), "Address", Text(max_length=200), is_sensitive=True, example="中山路1号302室"),
        Column("since", gettext_lazy("自"), "Since", Day(), example="2020-03-01"),
        Column("until", gettext_lazy("至"), "Until", Day()),
        Column("months", gettext_lazy("累计月数"), "Months", Whole(least=0, most=1_200), example="36"),
        Column("note", gettext_lazy("说明"), "Note", Text(max_length=200), example="户主之子"),
    ),
    rules=(gettext_lazy("学段已经加入招生季，核验还没有结束"),),
)  # fmt: skip
_KINDS = {one.code: one.kind for one in REFERENCES.columns}


class ReferenceTarget(RuleTarget):
    """The lines behind the lists."""

    permission = VERIFY

    def refusal(self, intake: Intake) -> str:
        return "" if intake.state in LOADED_IN else _("这个学段的核验已经结束，名册不能再改。")

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        rows = Reference.objects.filter(
            intake__season__public_id__in={key[0] for key in keys}, line__in={key[3] for key in keys}
        ).select_related("intake__season")
        found = {}
        for each in rows:
            values = {
                "season": each.intake.season.public_id,
                "stage": each.intake.stage,
                "kind": each.kind,
                "line": each.line,
            }
            key = self.sheet.key_of(values)
            if key in wanted:
                said = {name: each.detail.get(name) for name in DETAILS}
                found[key] = values | {
                    name: None if value is None else _KINDS[name].from_plain(value) for name, value in said.items()
                }
        return found

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        for _row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found

    def change(self, changes: Sequence[Any]) -> None:
        # A line is kept as one sealed whole, so what did not change is written again with what did.
        now = self.existing([each.key for each in changes])
        self.write({each.key: {**now[each.key], **each.after} for each in changes})

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for intake, keys in self.by_intake(list(rows)):
            lines = {
                key[2:]: {
                    name: _KINDS[name].plain(value) for name, value in rows[key].items() if name in DETAILS and value is not None
                }
                for key in keys
            }  # fmt: skip
            act(operations.put_references, actor=self.actor, intake=intake, lines=lines, now=self.now)

    def remove(self, keys: Sequence[Key]) -> None:
        for intake, some in self.by_intake(keys):
            act(
                operations.remove_references, actor=self.actor, intake=intake, lines=[key[2:] for key in some],
                now=self.now,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        """Nothing: the lists were lent for the checks of single applications."""
        return iter(())


def _authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    authorise(actor_id=actor_id, scope=scope, action=action, now=now, permission=VERIFY)


IMPORT_REFERENCES = importer(REFERENCES, ReferenceTarget, authorise=_authorise)
