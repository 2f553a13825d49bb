"""The rules of a round of scores: subjects and tie rules, batches, and the announcement after which they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Batch,
    Candidate,
    Intake,
    RunKind,
    RunState,
    ScoreRound,
    ScoreState,
    Stage,
    Subject,
)
from yaodian.admissions.operations.changing import put, stored, tidy
from yaodian.admissions.operations.errors import UnableToAnnounceScores, UnableToCloseScores, UnableToKeepRules
from yaodian.admissions.operations.score_rows import (
    PUBLISH,
    SET,
    lock_round,
    move_round,
    note,
    require_right,
    require_round,
)
from yaodian.admissions.problem.score_gathering import score_inputs_of
from yaodian.admissions.problem.score_placing import compared, queue_of
from yaodian.admissions.problem.score_rules import rules_of_round, sha256_of_round
from yaodian.admissions.queries.scoring import load_faults, rule_faults
from yaodian.engines.matching import UnableToPlace
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

MOST_BATCHES = 20
MOST_FULL = 100_000  # hundredths: 1,000 points in one subject
_BATCH = 500
_SHOWN = 3


def make_score_round(*, actor: Account | None, intake: Intake, values: Mapping[str, Any], now: datetime) -> ScoreRound:
    """A round of an intake of upper secondary schools. Raises PermissionMissing, UnableToKeepRules."""
    season = intake.season
    if actor is not None:
        require(account=actor, permission=SET, unit_id=season.office_id)
    if intake.stage != Stage.SENIOR:
        raise UnableToKeepRules(_("按分录取只用于普通高中。请选择普通高中的学段招生。"), code="stage", field="intake")
    with transaction.atomic():
        row = ScoreRound(intake=intake, made_at=now, changed_by=actor)
        put(row, _kept(values))
        note(actor, "scores.make", row, {"intake": intake.pk}, now)
    return row


def change_score_round(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002 - the row's name.
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> ScoreRound:
    """Another title, other subjects or tie rules. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with _changing(actor, round, "scores.change", {"fields": sorted(values)}, now, expected_version) as row:
        for name, value in _kept(values).items():
            setattr(row, name, value)
        stored(row)
    return row


def put_batch(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Batch:
    """Adds a batch, or replaces the one of its code. `unused_to` is the code of a later batch, or empty.

    Raises PermissionMissing, WrongState, UnableToKeepRules.
    """
    with _changing(actor, round, "batch.put", {"code": values["code"]}, now, expected_version) as row:
        batch = Batch.objects.filter(round=row, code=values["code"]).first()
        if batch is None and row.batches.count() >= MOST_BATCHES:
            raise UnableToKeepRules(_("最多 %(most)s 个批次。") % {"most": MOST_BATCHES}, code="too-many")
        given = dict(values)
        if "unused_to" in given:
            code = given["unused_to"]
            given["unused_to"] = row.batches.filter(code=code).first() if code else None
            if code and (given["unused_to"] is None or code == values["code"]):
                raise UnableToKeepRules(
                    _("剩余计划要转入的批次“%(code)s”不存在，或就是这个批次自己。请核对代码。") % {"code": code},
                    code="unused-to",
                    field="unused_to",
                )
        batch = batch or Batch(round=row)
        if batch.pk and "kind" in given and batch.kind != given["kind"] and batch.seats.exists():
            raise UnableToKeepRules(
                _("批次“%(batch)s”已有招生计划，不能再改投档方式。请先删去批次，重新建立。") % {"batch": batch.label},
                code="kind",
                field="kind",
            )
        made: Batch = put(batch, given)
    return made


def remove_batch(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    code: str,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Takes a batch out, with its seats. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with _changing(actor, round, "batch.remove", {"code": code}, now, expected_version) as row:
        batch = Batch.objects.filter(round=row, code=code).first()
        if batch is None:
            raise UnableToKeepRules(_("这个批次刚被删去。请刷新页面。"), code="no-batch", status=409)
        batch.delete()


@contextmanager
def _changing(
    actor: Account | None,
    given: ScoreRound,
    code: str,
    detail: Mapping[str, Any],
    now: datetime,
    expected_version: int | None,
) -> Iterator[ScoreRound]:
    """One transaction round a change of the rules of a round in preparation."""
    require_right(actor, given, SET)
    with transaction.atomic():
        row = lock_round(given)
        require_round(row, (ScoreState.DRAFT,))
        if expected_version is not None and expected_version != row.version:
            raise UnableToKeepRules(
                _("别人刚刚更改了“%(title)s”，您的更改还没有保存。请对照现在的内容，再保存一次。")
                % {"title": row.title},
                code="stale",
                status=409,
            )
        yield row
        ScoreRound.objects.filter(pk=row.pk).update(version=row.version + 1, changed_by=actor)
        row.version, row.changed_by = row.version + 1, actor
        note(actor, code, row, detail, now)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a round. Raises UnableToKeepRules for a subject that is none, or has a full mark that is none."""
    kept = dict(values)
    if "title" in kept:
        kept["title"] = tidy(kept["title"])
    subjects = [list(one) for one in kept.get("subjects", ())]
    for code, full in subjects:
        if code not in Subject.values or not 0 < full <= MOST_FULL:
            raise UnableToKeepRules(
                _("科目的满分须大于 0、不超过 %(most)s 分，科目须是列出的之一。") % {"most": MOST_FULL // 100},
                code="subject",
                field="subjects",
            )
    if len({code for code, _full in subjects}) < len(subjects):
        raise UnableToKeepRules(_("有一个科目写了两次。请只留一行。"), code="subject-twice", field="subjects")
    for tie in kept.get("ties", ()):
        if not tie or not set(tie) <= set(Subject.values) or len(set(tie)) < len(tie):
            raise UnableToKeepRules(_("同分比较的一项须由一门或几门不同的科目组成。请核对。"), code="tie", field="ties")
    if "subjects" in kept:
        kept["subjects"] = subjects
    return kept


def announce_scores(
    *,
    actor: Account | None,
    round: ScoreRound,  # noqa: A002
    now: datetime,
    expected_sha256: str | None = None,
) -> ScoreRound:
    """Makes the rules of a round stand, with their fingerprint; scores and wishes may be loaded from then on.

    By another person than who changed them last. Raises PermissionMissing, WrongState; UnableToAnnounceScores with everything that
    cannot be kept (`sentences`).
    """
    require_right(actor, round, PUBLISH)
    with transaction.atomic():
        row = lock_round(round)
        require_round(row, (ScoreState.DRAFT,))
        if actor is not None and row.changed_by_id == actor.pk:
            raise UnableToAnnounceScores(
                _("规则最后是由您修改的，不能再由您公布。请由另一位有公布权限的同事核对后公布。"),
                code="second-person",
                status=409,
            )
        rules = rules_of_round(row)
        sha256 = sha256_of_round(rules)
        if expected_sha256 is not None and expected_sha256 != sha256:
            raise UnableToAnnounceScores(
                _("您打开页面以后规则又有改动，还没有公布。请核对现在的规则，再公布一次。"), code="stale", status=409
            )
        if sentences := tuple(rule_faults(rules)):
            refusal = UnableToAnnounceScores(_refusal(sentences), code="faults")
            refusal.sentences = sentences
            raise refusal
        row.rules, row.rules_sha256 = rules, sha256
        row.announced_by, row.announced_at = actor, now
        move_round(row, ScoreState.ANNOUNCED)
        note(actor, "scores.announce", row, {"rules_sha256": sha256}, now)
    return row


def close_scores(*, actor: Account | None, round: ScoreRound, now: datetime) -> ScoreRound:  # noqa: A002
    """Scores and wishes are whole: nothing is loaded any more, and every candidate gets its rank.

    Raises PermissionMissing, WrongState; UnableToCloseScores with everything that is wrong (`sentences`).
    """
    require_right(actor, round, SET)
    with transaction.atomic():
        row = lock_round(round)
        require_round(row, (ScoreState.ANNOUNCED,))
        sentences = tuple(load_faults(row))
        inputs = score_inputs_of(row)
        if not sentences:
            try:
                queue_of(inputs)
            except UnableToPlace as problem:
                sentences = (str(problem),)
        if sentences:
            refusal = UnableToCloseScores(_refusal(sentences), code="faults")
            refusal.sentences = sentences
            raise refusal
        columns = compared(inputs)
        scores = zip(*(each.tolist() for each in columns.values()), strict=True)
        _rank(row, dict(zip((one.number for one in inputs.candidates), scores, strict=True)))
        row.loaded_at = now
        move_round(row, ScoreState.LOADED)
        detail = {"candidates": len(inputs.candidates), "before": len(inputs.before)}
        note(actor, "scores.close", row, detail, now)
    return row


def _rank(row: ScoreRound, scores: Mapping[str, tuple[int, ...]]) -> None:
    """Ranks from 1 by total and tie rules; who is alike in all of them shares a rank, and who does not take part has none."""
    rows = list(Candidate.objects.filter(round=row).only("pk", "number"))
    ranks: dict[str, int] = {}
    order = sorted(scores, key=lambda number: scores[number], reverse=True)
    for place, number in enumerate(order):
        before = order[place - 1]
        ranks[number] = ranks[before] if place and scores[number] == scores[before] else place + 1
    for one in rows:
        one.rank = ranks.get(one.number)
    Candidate.objects.bulk_update(rows, ["rank"], batch_size=_BATCH)


def reopen_scores(*, actor: Account | None, round: ScoreRound, reason: str, now: datetime) -> ScoreRound:  # noqa: A002
    """What was loaded is found wrong before it is placed: lists are taken again. Raises PermissionMissing, WrongState,
    UnableToCloseScores without a reason."""
    require_right(actor, round, SET)
    with transaction.atomic():
        row = lock_round(round)
        require_round(row, (ScoreState.LOADED,))
        if not reason.strip():
            raise UnableToCloseScores(_("请写明重新开放的原因。"), code="no-reason", field="reason")
        if row.runs.filter(kind=RunKind.SEALED, state=RunState.QUEUED).exists():
            raise UnableToCloseScores(
                _("正式投档正在计算，不能同时更改数据。请等它算完，或先弃用。"), code="running", status=409
            )
        row.loaded_at = None
        move_round(row, ScoreState.ANNOUNCED)
        note(actor, "scores.reopen", row, {"reason": reason.strip()[:400]}, now)
    return row


def _refusal(sentences: Sequence[str]) -> str:
    return _("发现 %(count)s 处问题，没有做这一步：%(first)s") % {
        "count": len(sentences),
        "first": " ".join(sentences[:_SHOWN]),
    }
