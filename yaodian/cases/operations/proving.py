"""Evidence is added: a figure, a sentence, or a file that the foundation has looked at and stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.cases.declaring import Action, CaseKind, Need
from yaodian.cases.models import Case, Evidence
from yaodian.cases.operations.errors import UnableToActOnCase
from yaodian.cases.operations.writing import begin, finish
from yaodian.foundation.files.storing import store_file
from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account

MOST_PIECES = 20


@dataclass(frozen=True)
class Piece:
    """One piece of evidence. `kind` is one of Evidence.Kind; a number has a `code` of the kind's needs and its value as
    it was typed; a `file` is what the foundation has looked at (`files.taking.take_file`), before any lock was taken."""

    kind: str
    note: str = ""
    code: str = ""
    number: str = ""
    file: TakenFile | None = None


@transaction.atomic
def add_evidence(
    *,
    actor: Account,
    public_id: str,
    pieces: Sequence[Piece],
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Adds what proves the work, all of it or nothing. Raises Absent, StaleCase, UnableToActOnCase."""
    begun = begin(
        actor=actor, public_id=public_id, action=Action.ADD_EVIDENCE, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    if not pieces:
        raise UnableToActOnCase(_("没有材料。请选择文件或照片，或填写数字、说明。"), code="nothing", field="evidence")
    if len(pieces) > MOST_PIECES:
        raise UnableToActOnCase(
            _("一次最多补充 %(most)d 份材料，这次有 %(count)d 份。请分几次补充。")
            % {"most": MOST_PIECES, "count": len(pieces)},
            code="too-many",
            field="evidence",
        )
    rows = [_row(case, begun.kind, piece, actor, now) for piece in pieces]
    counts = {kind: sum(1 for one in rows if one.kind == kind) for kind in Evidence.Kind.values}
    event = finish(
        begun, Action.ADD_EVIDENCE, from_state=case.state, unit_id=case.doing_unit_id,
        detail={kind: count for kind, count in counts.items() if count},
    )  # fmt: skip
    for row in rows:
        row.event = event
    Evidence.objects.bulk_create(rows)
    return case


def numbers_of(kind: CaseKind) -> tuple[Need, ...]:
    """The figures that a kind asks for, in any of its steps."""
    return tuple(need for one in kind.transitions for need in one.needs if need.kind == "number")


def keeps_place(kind: CaseKind) -> bool:
    """Whether a kind asks where a photograph was taken."""
    return any(need.keeps_place for one in kind.transitions for need in one.needs)


def _row(case: Case, kind: CaseKind, piece: Piece, actor: Account, now: datetime) -> Evidence:
    note = piece.note.replace("\x00", "").strip()
    if len(note) > 500:
        raise UnableToActOnCase(_("说明最多 500 字。请缩短，或作为文件上传。"), code="too-long", field="note")
    row = Evidence(case=case, round=case.reopened, kind=piece.kind, note=note)
    match piece.kind:
        case Evidence.Kind.NUMBER:
            need = next((one for one in numbers_of(kind) if one.code == piece.code), None)
            if need is None:
                raise UnableToActOnCase(_("这类事项不需要这个数字。请刷新页面后重填。"), code="no-such-number")
            row.code, row.unit, row.number = need.code, need.unit, _number(piece.number, need)
        case Evidence.Kind.NOTE:
            if not note:
                raise UnableToActOnCase(_("没有填写说明。"), code="nothing", field="note")
        case Evidence.Kind.FILE | Evidence.Kind.PHOTOGRAPH:
            taken = piece.file
            if taken is None:
                raise UnableToActOnCase(_("没有选择文件。"), code="nothing", field="evidence")
            # What it is the foundation has seen, whatever the form calls it.
            row.kind = Evidence.Kind.PHOTOGRAPH if taken.is_picture else Evidence.Kind.FILE
            row.file = store_file(taken, by=actor, now=now)
            if keeps_place(kind):
                row.place = "" if taken.place is None else f"{taken.place[0]:.6f},{taken.place[1]:.6f}"
                row.taken = taken.taken[:20]
        case _:
            raise UnableToActOnCase(_("没有这一种材料。请刷新页面后重试。"), code="no-such-evidence")
    return row


def _number(typed: str, need: Need) -> Decimal:
    words = {"label": need.label, "unit": need.unit}
    try:
        number = Decimal(typed.strip().replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise UnableToActOnCase(
            _("“%(label)s”要填数字，如 1200 或 35.5（%(unit)s）。") % words, code="bad-number", field="number"
        ) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 14:
        raise UnableToActOnCase(
            _("“%(label)s”的数字太大或不是数字，请核对单位（%(unit)s）。") % words, code="bad-number", field="number"
        )
    return number.quantize(Decimal("0.0001"))
