"""Seats of batches, scores and wishes as lists: template, errors by cell, preview, one transaction, an undo, the same columns out.

A row names its round by the number in the address of the round's page. Seats come while the rules are prepared; scores and wishes
between their announcement and the closing of the loads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.admissions import operations
from yaodian.admissions.models import (
    Batch,
    BatchKind,
    BatchSeats,
    Candidate,
    CandidateWish,
    ScoreRound,
    ScoreState,
    Subject,
)
from yaodian.admissions.problem.score_rules import points
from yaodian.admissions.queries.scoring import senior_schools, visible_rounds
from yaodian.admissions.sheets import rules
from yaodian.admissions.sheets.rules import SET, act, journal, wrong
from yaodian.audit.operations import record
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Number, Problem, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.identity.numbers import looks_like_number
from yaodian.organisations.models import Account

# Written where seats are for everybody and not held for one sending school.
GENERAL = "统招"
_ROUND = Column(
    "round", gettext_lazy("录取轮次编号"), "Round", Text(max_length=12, is_code=True), is_required=True,
    note=gettext_lazy("录取轮次页面地址里的 12 位编号"),
)  # fmt: skip
_BATCH = Column("batch", gettext_lazy("批次代码"), "Batch", Text(max_length=20, is_code=True), is_required=True)
_SCHOOL = Column("school", gettext_lazy("学校代码"), "School", Text(max_length=40, is_code=True), is_required=True)
_NUMBER = Column(
    "number", gettext_lazy("准考证号"), "Candidate number", Text(max_length=30, is_code=True), is_required=True
)
_POINTS = Number(decimals=2, least=Decimal(0), most=Decimal(1_000))
SEATS = Sheet(
    code="admissions.score_seats",
    label=gettext_lazy("批次计划"),
    english="Seats of batches",
    key=("school", "batch", "origin", "round"),
    columns=(
        _ROUND, _BATCH, _SCHOOL,
        Column("origin", gettext_lazy("面向毕业学校"), "Sending school", Text(max_length=40, is_code=True), is_required=True,
               note=gettext_lazy("指标到校填毕业学校（初中）的代码，其他批次填“统招”"), example=GENERAL),
        Column("seats", gettext_lazy("招生计划"), "Seats", Whole(least=0, most=100_000), is_required=True),
        Column("least", gettext_lazy("学校最低分"), "Least total", Number(decimals=2, least=Decimal(0), most=Decimal(10_000))),
    ),
    rules=(gettext_lazy("录取规则还没有公布，批次已经建立，学校在主办单位下面"),),
)  # fmt: skip
SCORES = Sheet(
    code="admissions.scores",
    label=gettext_lazy("考生成绩"),
    english="Scores of candidates",
    key=("number", "round"),
    columns=(
        _ROUND, _NUMBER,
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), is_required=True, is_sensitive=True),
        Column("phone", gettext_lazy("监护人手机号"), "Guardian's telephone", Text(max_length=30, is_code=True), is_sensitive=True,
               note=gettext_lazy("家长用同一手机号登录就能查到结果")),
        Column("second_phone", gettext_lazy("另一监护人手机号"), "Other guardian's telephone", Text(max_length=30, is_code=True),
               is_sensitive=True, note=gettext_lazy("结果公布时，两位监护人的账号都会收到通知")),
        Column("origin", gettext_lazy("毕业学校代码"), "Sending school", Text(max_length=40, is_code=True)),
        Column("lot", gettext_lazy("抽签顺序号"), "Lot", Whole(least=0, most=10_000_000),
               note=gettext_lazy("只有各项成绩与别人完全相同的考生才要，小的在前")),
        *(Column(one.value, one.label, one.value.replace("_", " ").capitalize(), _POINTS) for one in Subject),
        Column("total", gettext_lazy("总分"), "Total", Number(decimals=2, least=Decimal(0), most=Decimal(20_000)),
               is_required=True, note=gettext_lazy("与各科之和核对")),
    ),
    rules=(gettext_lazy("录取规则已公布、数据还没有锁定；计分科目都有成绩，不超过满分"),),
)  # fmt: skip
WISHES = Sheet(
    code="admissions.score_wishes",
    label=gettext_lazy("考生志愿"),
    english="Wishes of candidates",
    key=("position", "number", "batch", "round"),
    columns=(
        _ROUND, _NUMBER, _BATCH,
        Column("position", gettext_lazy("志愿序号"), "Wish", Whole(least=1, most=50), is_required=True),
        _SCHOOL,
    ),
    rules=(gettext_lazy("考生成绩已经导入，学校在这个批次有招生计划，同一批次不重复填报"),),
)  # fmt: skip


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """As for rules; that somebody took the list out stands in the journal. Raises PermissionMissing."""
    rules.authorise(actor_id=actor_id, scope=scope, action=action, now=now)
    if action == "export":
        with transaction.atomic():
            record(
                actor=Account.objects.filter(pk=actor_id).first(), code="admissions.scores.export", subject=f"account:{actor_id}",
                detail={}, at=now,
            )  # fmt: skip


@dataclass
class ScoreTarget:
    """What the three lists have in common: the round of a row, that it belongs to the account, and its state."""

    sheet: Sheet
    actor_id: int | None
    now: datetime
    state: ClassVar[str] = ScoreState.ANNOUNCED
    _rounds: dict[str, ScoreRound | None] = field(default_factory=dict)

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def rounds(self, public_ids: set[str]) -> dict[str, ScoreRound]:
        """The rounds that the account may load into; each is asked for once."""
        new = public_ids - self._rounds.keys()
        if new:
            found = visible_rounds(self.actor, SET).select_related("intake__season__office")
            self._rounds |= dict.fromkeys(new)
            self._rounds |= {row.public_id: row for row in found.filter(public_id__in=new)}
        return {public_id: row for public_id in public_ids if (row := self._rounds[public_id]) is not None}

    def placed(self, rows: Sequence[Row]) -> Iterator[tuple[Row, ScoreRound | Problem]]:
        """Each row with its round, or with what is wrong about that."""
        known = self.rounds({row.values["round"] for row in rows})
        for row in rows:
            found = known.get(row.values["round"])
            if found is None:
                yield row, wrong(row, "round", _("没有这个录取轮次，或不在您的权限范围内。请核对编号。"))
            elif found.state != self.state:
                said = _("“%(title)s”现在是“%(state)s”，这份表要在“%(then)s”时导入。") % {
                    "title": found.title, "state": found.get_state_display(), "then": ScoreState(self.state).label,
                }  # fmt: skip
                yield row, wrong(row, "round", said)
            else:
                yield row, found

    def schools(self, row: ScoreRound) -> frozenset[str]:
        """Codes of the schools below the round's office. One query a round."""
        if row.pk not in self._schools:
            day = timezone.localdate(self.now)
            below = senior_schools(office=row.intake.season.office, day=day)
            self._schools[row.pk] = frozenset(below.values_list("code", flat=True))
        return self._schools[row.pk]

    @cached_property
    def _schools(self) -> dict[int, frozenset[str]]:
        return {}

    def batches(self, row: ScoreRound) -> dict[str, Batch]:
        """Batches by code. One query a round."""
        if row.pk not in self._batches:
            self._batches[row.pk] = {one.code: one for one in row.batches.all()}
        return self._batches[row.pk]

    @cached_property
    def _batches(self) -> dict[int, dict[str, Batch]]:
        return {}

    def by_round(self, keys: Sequence[Key]) -> Iterator[tuple[ScoreRound, list[Key]]]:
        """Keys put together by their round. Raises UnableToCommitImport where one has gone."""
        at = self.sheet.key.index("round")
        known = self.rounds({key[at] for key in keys})
        grouped: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            grouped[key[at]].append(key)
        for public_id, some in grouped.items():
            if public_id not in known:
                raise UnableToCommitImport(_("录取轮次已经变动。请重新检查这份文件。"), code="refused")
            yield known[public_id], some

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        at = self.sheet.key.index("round")
        found: dict[Key, dict[str, Any]] = {}
        for row in self.rounds({key[at] for key in keys}).values():
            found |= {key: values for key, values in self.shown(row, keys) if key in wanted}
        return found

    def export(self) -> Iterator[dict[str, Any]]:
        """The rows that may still be changed: who keeps the rules needs no others."""
        for row in visible_rounds(self.actor, SET).filter(state=self.state).order_by("pk"):
            for _key, values in self.shown(row, None):
                yield values

    def shown(self, row: ScoreRound, keys: Sequence[Key] | None) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The rows of a round, those of the keys and maybe more; all without keys."""
        raise NotImplementedError

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        return {}

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        self.write({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        before = self.existing([each.key for each in changes])
        self.write({each.key: {**before[each.key], **each.after} for each in changes})

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        raise NotImplementedError


class SeatTarget(ScoreTarget):
    """The seats of batches behind the list."""

    state = ScoreState.DRAFT

    def shown(self, row: ScoreRound, keys: Sequence[Key] | None) -> Iterator[tuple[Key, dict[str, Any]]]:
        rows = BatchSeats.objects.filter(batch__round=row).select_related("batch", "school", "origin")
        if keys is not None:
            rows = rows.filter(school__code__in={key[0] for key in keys})
        for one in rows.order_by("batch__position", "school__code", "origin__code"):
            values = {
                "round": row.public_id, "batch": one.batch.code, "school": one.school.code,
                "origin": one.origin.code if one.origin else GENERAL, "seats": one.seats, "least": _decimal(one.least),
            }  # fmt: skip
            yield self.sheet.key_of(values), values

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        for row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found
                continue
            values = row.values
            batch = self.batches(found).get(values["batch"])
            below = self.schools(found)
            if batch is None:
                yield wrong(row, "batch", _("这个轮次没有这个批次。请先建立批次，或核对代码。"))
            elif batch.kind == BatchKind.HELD and values["origin"] == GENERAL:
                yield wrong(row, "origin", _("指标到校的计划要写分给哪所毕业学校。请填毕业学校代码。"))
            elif batch.kind != BatchKind.HELD and values["origin"] != GENERAL:
                yield wrong(row, "origin", _("这个批次不是指标到校，请填“统招”。"))
            if values["school"] not in below:
                yield wrong(row, "school", _("主办单位下面没有这所学校。请核对学校代码。"))
            if values["origin"] != GENERAL and values["origin"] not in below:
                yield wrong(row, "origin", _("主办单位下面没有这所毕业学校。请核对代码。"))

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for found, keys in self.by_round(list(rows)):
            seats = {
                _seat_key(key): {"seats": rows[key]["seats"], "least": _hundredths(rows[key].get("least"))}
                for key in keys
            }
            act(operations.put_batch_seats, actor=self.actor, round=found, seats=seats, now=self.now)

    def remove(self, keys: Sequence[Key]) -> None:
        for found, some in self.by_round(keys):
            act(
                operations.remove_batch_seats, actor=self.actor, round=found, keys=[_seat_key(key) for key in some],
                now=self.now,
            )  # fmt: skip


class CandidateTarget(ScoreTarget):
    """The candidates and their scores behind the list."""

    @cached_property
    def _lots(self) -> dict[tuple[str, int], int]:
        """Lots of the file by round, with their row."""
        return {}

    def shown(self, row: ScoreRound, keys: Sequence[Key] | None) -> Iterator[tuple[Key, dict[str, Any]]]:
        rows = Candidate.objects.filter(round=row).select_related("origin").order_by("number")
        if keys is not None:
            rows = rows.filter(number__in={key[0] for key in keys})
        for one in rows.iterator(chunk_size=2_000):
            values = {
                "round": row.public_id, "number": one.number, "name": one.name, "phone": one.phone or None,
                "second_phone": one.second_phone or None,
                "origin": one.origin.code if one.origin else None, "lot": one.lot,
                **{subject.value: _decimal(one.scores.get(subject.value)) for subject in Subject},
                "total": _decimal(one.total),
            }  # fmt: skip
            yield self.sheet.key_of(values), values

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        lots = self._taken(rows)
        for row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found
                continue
            yield from self._scores(row, found)
            values = row.values
            origin, lot = values.get("origin"), values.get("lot")
            for name in ("phone", "second_phone"):
                if values.get(name) and not looks_like_number(values[name]):
                    yield wrong(row, name, _("这不是手机号。请核对，没有就不填。"))
            if origin and origin not in self.schools(found):
                yield wrong(row, "origin", _("主办单位下面没有这所毕业学校。请核对代码。"))
            if lot is not None:
                first = self._lots.setdefault((values["round"], lot), row.number)
                holder = lots.get((values["round"], lot), values["number"])
                if first != row.number:
                    yield wrong(row, "lot", _("与第 %(row)s 行的抽签顺序号相同，排不出先后。") % {"row": first})
                elif holder != values["number"]:
                    yield wrong(row, "lot", _("这个抽签顺序号已经是另一名考生的。请核对。"))

    def _taken(self, rows: Sequence[Row]) -> dict[tuple[str, int], str]:
        """Who holds the lots of these rows already. One query."""
        given = {lot for row in rows if (lot := row.values.get("lot")) is not None}
        if not given:
            return {}
        held = Candidate.objects.filter(round__public_id__in={row.values["round"] for row in rows}, lot__in=given)
        return {
            (public_id, lot): number for public_id, lot, number in held.values_list("round__public_id", "lot", "number")
        }

    def _scores(self, row: Row, found: ScoreRound) -> Iterator[Problem]:
        counted = dict(found.subjects)
        total = 0
        is_whole = True
        for subject in Subject:
            given, full = row.values.get(subject.value), counted.get(subject.value)
            if full is None:
                if given is not None:
                    yield wrong(row, subject.value, _("这次录取不计这门科目。请清空，或核对规则。"))
            elif given is None:
                is_whole = False
                yield wrong(row, subject.value, _("缺少成绩。缺考的按规定记分，如 0 分。"))
            elif given * 100 > full:
                is_whole = False
                yield wrong(row, subject.value, _("高于满分 %(full)s。请核对。") % {"full": points(full)})
            else:
                total += int(given * 100)
        if is_whole and int(row.values["total"] * 100) != total:
            yield wrong(row, "total", _("各科相加是 %(sum)s，与这里的总分不同。请核对。") % {"sum": points(total)})

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        """Candidates who have wishes."""
        stuck: dict[Key, str] = {}
        for found, some in self.by_round(keys):
            wishing = set(
                Candidate.objects.filter(round=found, number__in=[key[0] for key in some], wishes__isnull=False)
                .values_list("number", flat=True)
            )  # fmt: skip
            stuck |= {key: _("这名考生已有志愿，请先撤销志愿表的导入") for key in some if key[0] in wishing}
        return stuck

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for found, keys in self.by_round(list(rows)):
            counted = [code for code, _full in found.subjects]
            candidates = {
                key[0]: {
                    **{name: rows[key].get(name) for name in ("name", "phone", "origin", "lot")},
                    "scores": {code: _hundredths(rows[key].get(code)) or 0 for code in counted},
                }
                for key in keys
            }
            act(operations.put_candidates, actor=self.actor, round=found, candidates=candidates, now=self.now)

    def remove(self, keys: Sequence[Key]) -> None:
        for found, some in self.by_round(keys):
            act(
                operations.remove_candidates, actor=self.actor, round=found, numbers=[key[0] for key in some],
                now=self.now,
            )  # fmt: skip


class WishTarget(ScoreTarget):
    """The wishes behind the list."""

    @cached_property
    def _wished(self) -> dict[tuple[str, str, str, str], int]:
        """Round, number, batch and school of the file, with their row."""
        return {}

    def shown(self, row: ScoreRound, keys: Sequence[Key] | None) -> Iterator[tuple[Key, dict[str, Any]]]:
        rows = CandidateWish.objects.filter(candidate__round=row)
        if keys is not None:
            rows = rows.filter(candidate__number__in={key[1] for key in keys})
        rows = rows.order_by("candidate__number", "batch__position", "position")
        for number, batch, position, school in rows.values_list(
            "candidate__number", "batch__code", "position", "school__code"
        ).iterator(chunk_size=2_000):
            values = {
                "round": row.public_id, "number": number, "batch": batch, "position": position, "school": school
            }  # fmt: skip
            yield self.sheet.key_of(values), values

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        here = {row.key for row in rows}
        known = self.existing_of({(row.values["round"], row.values["number"]) for row in rows})
        other = {
            (public_id, number, batch, school): position
            for public_id, number, batch, position, school in known[1]
            if (position, number, batch, public_id) not in here
        }
        for row, found in self.placed(rows):
            if isinstance(found, Problem):
                yield found
                continue
            values = row.values
            batch = self.batches(found).get(values["batch"])
            if (values["round"], values["number"]) not in known[0]:
                yield wrong(row, "number", _("这名考生还没有成绩。请先导入成绩，或核对准考证号。"))
            if batch is None:
                yield wrong(row, "batch", _("这个轮次没有这个批次。请核对代码。"))
                continue
            if values["position"] > batch.most_wishes:
                yield wrong(row, "position", _("这个批次最多填 %(most)s 个志愿。") % {"most": batch.most_wishes})
            if values["school"] not in self.offered(found).get(batch.pk, ()):
                yield wrong(row, "school", _("这所学校在这个批次没有招生计划。请核对学校代码。"))
            place = (values["round"], values["number"], values["batch"], values["school"])
            first = self._wished.setdefault(place, row.number)
            if first != row.number:
                yield wrong(row, "school", _("与第 %(row)s 行重复：同一批次里一所学校只填一次。") % {"row": first})
            elif place in other:
                yield wrong(
                    row, "school", _("系统里这名考生的第 %(wish)s 志愿已经是这所学校。请把那一行也写进这份表。") % {"wish": other[place]}
                )  # fmt: skip

    def existing_of(
        self, candidates: set[tuple[str, str]]
    ) -> tuple[set[tuple[str, str]], list[tuple[str, str, str, int, str]]]:
        """Which of the candidates (round, number) there are, and the wishes that they have. Two queries."""
        within = {"round__public_id__in": {one[0] for one in candidates}, "number__in": {one[1] for one in candidates}}
        there = set(Candidate.objects.filter(**within).values_list("round__public_id", "number"))
        wishes = CandidateWish.objects.filter(**{f"candidate__{name}": value for name, value in within.items()})
        rows = wishes.values_list(
            "candidate__round__public_id", "candidate__number", "batch__code", "position", "school__code"
        )
        return there & candidates, list(rows)

    def offered(self, row: ScoreRound) -> dict[int, set[str]]:
        """Codes of schools with seats by batch. One query a round."""
        if row.pk not in self._offered:
            found: dict[int, set[str]] = defaultdict(set)
            for batch, school in BatchSeats.objects.filter(batch__round=row).values_list("batch_id", "school__code"):
                found[batch].add(school)
            self._offered[row.pk] = found
        return self._offered[row.pk]

    @cached_property
    def _offered(self) -> dict[int, dict[int, set[str]]]:
        return {}

    def write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for found, keys in self.by_round(list(rows)):
            wishes = {(key[1], key[2], key[0]): rows[key]["school"] for key in keys}
            act(operations.put_candidate_wishes, actor=self.actor, round=found, wishes=wishes, now=self.now)

    def remove(self, keys: Sequence[Key]) -> None:
        for found, some in self.by_round(keys):
            act(
                operations.remove_candidate_wishes, actor=self.actor, round=found,
                keys=[(key[1], key[2], key[0]) for key in some], now=self.now,
            )  # fmt: skip


def _seat_key(key: Key) -> tuple[str, str, str]:
    school, batch, origin, _round = key
    return batch, school, "" if origin == GENERAL else origin


def _decimal(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else (Decimal(hundredths) / 100).quantize(Decimal("0.01"))


def _hundredths(points_given: Decimal | None) -> int | None:
    return None if points_given is None else int(points_given * 100)


def _importer(sheet: Sheet, kind: type[ScoreTarget]) -> Importer:
    def target(*, scope: str, actor_id: int | None) -> Any:
        return kind(sheet, actor_id, timezone.now())

    return Importer(sheet=sheet, target=target, authorise=authorise, journal=journal)


SCORE_IMPORTERS: Mapping[str, Importer] = {
    "score_seats": _importer(SEATS, SeatTarget),
    "scores": _importer(SCORES, CandidateTarget),
    "score_wishes": _importer(WISHES, WishTarget),
}
