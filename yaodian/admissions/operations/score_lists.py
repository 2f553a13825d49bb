"""Lists of a round: seats of batches while it is prepared, scores and wishes once its rules stand; each list in one change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Batch, BatchKind, BatchSeats, Candidate, CandidateWish, ScoreRound, ScoreState
from yaodian.admissions.operations.errors import UnableToLoadScores
from yaodian.admissions.operations.score_rows import SET, lock_round, note, require_right, require_round
from yaodian.admissions.problem.indexing import phone_index
from yaodian.identity.numbers import looks_like_number
from yaodian.organisations.models import Account, Unit

_BATCH = 500
SeatKey = tuple[str, str, str]
"""Batch, school, sending school by their codes; the last is empty where seats are held for nobody."""
WishKey = tuple[str, str, int]
"""Candidate's number, batch, position."""


@contextmanager
def _loading(
    actor: Account | None,
    given: ScoreRound,
    code: str,
    count: int,
    now: datetime,
    state: str = ScoreState.ANNOUNCED,
) -> Iterator[ScoreRound]:
    require_right(actor, given, SET)
    with transaction.atomic():
        row = lock_round(given)
        require_round(row, (state,))
        yield row
        note(actor, code, row, {"count": count}, now)


def put_batch_seats(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002 - the row's name.
    seats: Mapping[SeatKey, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Adds or replaces seats of many schools: {`seats`, `least` in hundredths or None}. Whoever changes them does not announce them.

    Raises PermissionMissing, WrongState, UnableToLoadScores.
    """
    with _loading(actor, round, "batch.seats.put", len(seats), now, ScoreState.DRAFT) as row:
        batches, units = _batches(row), _units({code for _batch, *codes in seats for code in codes})
        known = _seats(row, seats)
        made, moved = [], []
        for key, values in seats.items():
            batch, school, origin = batches.get(key[0]), units.get(key[1]), units.get(key[2])
            if batch is None or school is None or (key[2] and origin is None):
                raise UnableToLoadScores(
                    _("批次“%(batch)s”或学校“%(school)s”不存在。请核对代码后重新检查。")
                    % {"batch": key[0], "school": key[1]},
                    code="unknown",
                )
            if (batch.kind == BatchKind.HELD) != bool(key[2]):
                raise UnableToLoadScores(
                    _("批次“%(batch)s”：指标到校的计划要写毕业学校，其他批次不能写。") % {"batch": batch.label},
                    code="origin",
                )
            one = known.get(key)
            if one is None:
                one = BatchSeats(batch=batch, school=school, origin=origin)
                made.append(one)
            else:
                moved.append(one)
            for name, value in values.items():
                setattr(one, name, value)
        BatchSeats.objects.bulk_create(made, batch_size=_BATCH)
        BatchSeats.objects.bulk_update(moved, ["seats", "least"], batch_size=_BATCH)
        _changed(row, actor)


def remove_batch_seats(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    keys: Collection[SeatKey],
    now: datetime,
) -> None:
    """Takes seats of many schools out. Raises PermissionMissing, WrongState."""
    with _loading(actor, round, "batch.seats.remove", len(keys), now, ScoreState.DRAFT) as row:
        BatchSeats.objects.filter(pk__in=[one.pk for one in _seats(row, keys).values()]).delete()
        _changed(row, actor)


def _changed(row: ScoreRound, actor: Account | None) -> None:
    ScoreRound.objects.filter(pk=row.pk).update(version=row.version + 1, changed_by=actor)


def _batches(row: ScoreRound) -> dict[str, Batch]:
    return {one.code: one for one in row.batches.all()}


def _units(codes: Iterable[str]) -> dict[str, Unit]:
    return {one.code: one for one in Unit.objects.filter(code__in={code for code in codes if code})}


def _seats(row: ScoreRound, keys: Iterable[SeatKey]) -> dict[SeatKey, BatchSeats]:
    wanted = set(keys)
    rows = BatchSeats.objects.filter(batch__round=row, school__code__in={key[1] for key in wanted})
    found = {
        (one.batch.code, one.school.code, one.origin.code if one.origin else ""): one
        for one in rows.select_related("batch", "school", "origin")
    }
    return {key: one for key, one in found.items() if key in wanted}


def put_candidates(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    candidates: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Adds or replaces candidates by number: {`name`, `phone`, `second_phone`, `origin` (code or empty), `scores` {subject:
    hundredths}, `lot`}.

    Raises PermissionMissing, WrongState, UnableToLoadScores.
    """
    with _loading(actor, round, "candidates.put", len(candidates), now) as row:
        subjects = dict(row.subjects)
        units = _units(one.get("origin") or "" for one in candidates.values())
        known = {one.number: one for one in row.candidates.filter(number__in=candidates)}
        made, moved = [], []
        for number, values in candidates.items():
            scores = values["scores"]
            if set(scores) != set(subjects) or any(not 0 <= scores[code] <= subjects[code] for code in scores):
                raise UnableToLoadScores(
                    _("准考证号 %(number)s 的成绩缺科目、多科目或超过满分。请重新检查。") % {"number": number},
                    code="scores",
                )
            one = known.get(number) or Candidate(round=row, number=number)
            one.name = values["name"]
            one.phone, one.phone_index = _telephone(values.get("phone") or "")
            one.second_phone, one.second_phone_index = _telephone(values.get("second_phone") or "")
            one.origin = units.get(values.get("origin") or "")
            one.scores = {code: scores[code] for code in subjects}
            one.total, one.lot = sum(scores.values()), values.get("lot")
            (moved if one.pk else made).append(one)
        Candidate.objects.bulk_create(made, batch_size=_BATCH)
        names = [
            "name",
            "phone",
            "phone_index",
            "second_phone",
            "second_phone_index",
            "origin",
            "scores",
            "total",
            "lot",
        ]
        Candidate.objects.bulk_update(moved, names, batch_size=_BATCH)


def _telephone(typed: str) -> tuple[str, bytes | None]:
    number = looks_like_number(typed)
    return typed, phone_index(number) if number else None


def remove_candidates(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    numbers: Collection[str],
    now: datetime,
) -> None:
    """Takes candidates out who have no wishes. Raises PermissionMissing, WrongState, UnableToLoadScores."""
    with _loading(actor, round, "candidates.remove", len(numbers), now) as row:
        rows = row.candidates.filter(number__in=numbers)
        if rows.filter(wishes__isnull=False).exists():
            raise UnableToLoadScores(_("有的考生已有志愿，不能删去成绩。请先撤销志愿表的导入。"), code="in-use")
        rows.delete()


def put_candidate_wishes(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    wishes: Mapping[WishKey, str],
    now: datetime,
) -> None:
    """Adds or replaces wishes: the code of a school for each. Raises PermissionMissing, WrongState, UnableToLoadScores."""
    with _loading(actor, round, "wishes.put", len(wishes), now) as row:
        batches, units = _batches(row), _units(wishes.values())
        numbers = {number for number, _batch, _position in wishes}
        keys = dict(row.candidates.filter(number__in=numbers).values_list("number", "pk"))
        _drop_wishes(row, wishes)
        rows = []
        for (number, code, position), school in wishes.items():
            batch = batches.get(code)
            if number not in keys or batch is None or school not in units or not 1 <= position <= batch.most_wishes:
                raise UnableToLoadScores(
                    _("准考证号 %(number)s 的志愿写了没有的考生、批次、学校，或超过了志愿数。请重新检查。")
                    % {"number": number},
                    code="wish",
                )
            rows.append(CandidateWish(candidate_id=keys[number], batch=batch, position=position, school=units[school]))
        CandidateWish.objects.bulk_create(rows, batch_size=_BATCH)


def remove_candidate_wishes(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    keys: Collection[WishKey],
    now: datetime,
) -> None:
    """Takes wishes out. Raises PermissionMissing, WrongState."""
    with _loading(actor, round, "wishes.remove", len(keys), now) as row:
        _drop_wishes(row, keys)


def _drop_wishes(row: ScoreRound, keys: Collection[WishKey]) -> None:
    wanted = set(keys)
    rows = CandidateWish.objects.filter(
        candidate__round=row, candidate__number__in={number for number, _batch, _position in wanted}
    ).values_list("pk", "candidate__number", "batch__code", "position")
    doomed = [pk for pk, number, batch, position in rows if (number, batch, position) in wanted]
    CandidateWish.objects.filter(pk__in=doomed).delete()
