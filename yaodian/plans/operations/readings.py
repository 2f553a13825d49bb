"""The reader's answer comes in: first reading, second reading over what people corrected, or no answer at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from yaodian.cases.queries import refs_with_cases
from yaodian.engines import reading as engine
from yaodian.engines.reading import merge
from yaodian.plans.models import (
    FINDING_MODELS,
    Clause,
    Commitment,
    DocumentContent,
    Finding,
    Item,
    ItemKind,
    ItemState,
    Origin,
    Plan,
    PlanState,
    PlanWarning,
    Reading,
    ReadingState,
    Responsibility,
    ResponsibleUnit,
)
from yaodian.plans.operations.changing import By, lock_plan, move_plan, write_down
from yaodian.plans.operations.documents import end_reading
from yaodian.plans.operations.outline import Outline
from yaodian.plans.problem import (
    COLUMNS,
    HEADER_FIELDS,
    RowSet,
    header_from_plan,
    item_label,
    plain,
    reader_version,
    rows_from_plan,
    unit_rows,
)

LOST_CORRECTION = "lost-correction"
# Kept as written here and translated where they are shown.
NOTES = (gettext_noop("正在取出文件"), gettext_noop("正在读取条目、目标、期限和责任单位"), gettext_noop("正在保存"))
_UNTOUCHED = (ItemState.FOUND, ItemState.CONFIRMED)
_DERIVED_FIELDS = ("span_start", "span_end", "confidence", "rule", "state", "read")


def read_document(
    *, reading_id: int, clock: Callable[[], datetime], tell: Callable[[int, int, str], None]
) -> engine.UnreadableDocument | None:
    """Reads the document of a queued reading and records the answer; for the background.

    The reading itself holds no transaction. ``tell(done, total, note)`` hears how far it is and may raise to stop it;
    nothing is recorded then. Returns the reader's reason where the document cannot be read. Does nothing where the
    reading has ended.
    """
    reading = Reading.objects.select_related("document").get(pk=reading_id)
    if reading.state != ReadingState.QUEUED:
        return None
    tell(0, 3, NOTES[0])
    content = bytes(DocumentContent.objects.get(document=reading.document_id).content)
    tell(1, 3, NOTES[1])
    started = clock()
    try:
        answer = engine.read(content, name=reading.document.name)
    except engine.UnreadableDocument as reason:
        record_failed_reading(
            reading_id=reading_id,
            code=reason.code,
            error=reason.message("zh"),
            error_en=reason.message("en"),
            now=clock(),
        )
        return reason
    ended = clock()
    tell(2, 3, NOTES[2])
    duration_ms = max(0, round((ended - started).total_seconds() * 1000))
    record_reading(reading_id=reading_id, answer=answer, duration_ms=duration_ms, now=ended)
    tell(3, 3, "")
    return None


@transaction.atomic
def record_reading(*, reading_id: int, answer: engine.Plan, duration_ms: int, now: datetime) -> Plan | None:
    """Takes the reader's answer into the rows; the plan goes to review.

    The first answer makes the rows. A later one finds them again: rows nobody touched take the new values or vanish,
    a person's values, rejections and additions stay, and what a person made and the text no longer holds becomes
    ``lost``, with a warning. Called twice, or after the reading was cancelled, it changes nothing and returns ``None``.
    """
    reading = Reading.objects.select_related("requested_by").get(pk=reading_id)
    plan = lock_plan(plan_id=reading.plan_id)
    reading.refresh_from_db(fields=["state"])
    if reading.state != ReadingState.QUEUED or plan.state != PlanState.READING:
        return None
    is_first = not plan.readings.filter(state=ReadingState.DONE).exists()
    if is_first:
        _insert(plan, answer)
    else:
        reading.changes = _merge(plan, answer)
    _take_header(plan, answer)
    plan.document_id = reading.document_id
    plan.reader_version = reading.reader_version = reader_version()
    move_plan(plan, PlanState.REVIEW)
    reading.state = ReadingState.DONE
    reading.raw = answer.to_dict()
    reading.finished_at = now
    reading.duration_ms = duration_ms
    reading.save()
    write_down(
        plan,
        By(reading.requested_by, now),
        code="plans.plan.read",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=plan.title,
        after={
            "reading": reading.number,
            "reader": reading.reader_version,
            "clauses": len(answer.nodes),
            "targets": len(answer.targets),
            "deadlines": len(answer.deadlines),
            "responsible": len(answer.responsible),
            "policies": len(answer.policies),
            "systems": len(answer.systems),
        },
        is_content=False,
        plan_fields=(
            *HEADER_FIELDS,
            *("header_read", "header_version", "document", "text", "reader_version", "state"),
        ),
    )
    return plan


@transaction.atomic
def record_failed_reading(*, reading_id: int, code: str, error: str, error_en: str, now: datetime) -> Plan | None:
    """The document cannot be read: the plan says why, or stays as it was where an earlier reading stands.

    Returns ``None`` where the reading has already ended.
    """
    reading = Reading.objects.select_related("requested_by", "document").get(pk=reading_id)
    plan = lock_plan(plan_id=reading.plan_id)
    reading.refresh_from_db(fields=["state"])
    if reading.state != ReadingState.QUEUED or plan.state != PlanState.READING:
        return None
    end_reading(plan, reading, state=ReadingState.FAILED, now=now, code=code, error=error, error_en=error_en)
    write_down(
        plan,
        By(reading.requested_by, now),
        code="plans.plan.fail_reading",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=reading.document.name,
        after={"reading": reading.number, "error": code},
        is_content=False,
        plan_fields=("state", "error_code", "error", "error_en"),
    )
    return plan


def _take_header(plan: Plan, answer: engine.Plan) -> None:
    found = header_from_plan(answer)
    plan.header_read = {name: plain(value) for name, value in found.items()}
    for name, value in found.items():
        if name not in plan.header_corrected and getattr(plan, name) != value:
            setattr(plan, name, value)
    plan.header_version += 1


def _insert(plan: Plan, answer: engine.Plan) -> None:
    """Makes all rows of a first reading."""
    rows = rows_from_plan(answer, plan=plan)
    plan.text = answer.text
    clauses = list(rows.clauses)
    Clause.objects.bulk_create(clauses, batch_size=200)
    below = []
    for clause, parent in zip(clauses, rows.parents, strict=True):
        if parent is not None:
            clause.parent = clauses[parent]
            below.append(clause)
    Clause.objects.bulk_update(below, ["parent"], batch_size=200)
    for kind, items in rows.findings.items():
        for item, home in zip(items, rows.homes[kind], strict=True):
            item.clause = None if home is None else clauses[home]
        FINDING_MODELS[kind]._default_manager.bulk_create(items, batch_size=200)
    _write_units([row for row in rows.findings[ItemKind.RESPONSIBILITY] if isinstance(row, Responsibility)])
    PlanWarning.objects.bulk_create(rows.warnings, batch_size=200)


def _write_units(responsibilities: Sequence[Responsibility]) -> None:
    ResponsibleUnit.objects.filter(responsibility__in=[row.pk for row in responsibilities]).delete()
    rows = [unit for row in responsibilities for unit in unit_rows(row)]
    ResponsibleUnit.objects.bulk_create(rows, batch_size=200)


# --- a second reading ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Merging:
    """One second reading: the rows there were, the rows the reader gives, and which is which again."""

    plan: Plan
    outline: Outline
    rows: RowSet
    old_text: str
    again: dict[str, Item]
    log: list[dict[str, str]] = field(default_factory=list)
    gone: list[Item] = field(default_factory=list)

    def note(self, action: str, row: Item) -> None:
        self.log.append({"action": action, "kind": str(row.kind), "label": item_label(row)[:200]})


def _merge(plan: Plan, answer: engine.Plan) -> dict[str, Any]:
    """Brings the rows of a plan to a new answer; returns what changed, for display (JSON)."""
    outline = Outline(plan)
    old_text = plan.text
    rows = rows_from_plan(answer, plan=plan)
    old_clause_texts = {row.path: old_text[row.span_start : row.own_end] for row in outline.live()}
    new_clause_texts = {row.path: answer.text[row.span_start : row.own_end] for row in rows.clauses}
    is_same_text = old_text == answer.text
    matching = merge.match(
        _old_items(outline, old_text),
        _new_items(rows, answer.text),
        became={} if is_same_text else merge.follow(old_clause_texts, new_clause_texts),
    )
    by_ref: dict[str, Item] = {row.ref: row for row in [*outline.clauses, *outline.all_findings()]}
    merging = _Merging(
        plan, outline, rows, old_text, {match.new.key: by_ref[match.old.key] for match in matching.matches}
    )
    plan.text = answer.text
    wanted = _merge_clauses(merging)
    _merge_findings(merging)
    _restructure(merging, wanted)
    _anchor_findings(merging)
    _save(merging)
    _anchor_commitments(merging)
    _merge_warnings(plan, rows.warnings, old_text, merging)
    differences = () if is_same_text else merge.changes(old_clause_texts, new_clause_texts)
    headings = {row.path: row.heading for row in rows.clauses}
    return {
        "is_same_text": is_same_text,
        "clauses": [
            {
                "move": change.move,
                "path": change.path_after or change.path_before or "",
                "path_before": change.path_before or "",
                "heading": headings.get(change.path_after or "", ""),
                "pieces": [list(piece) for piece in change.pieces],
            }
            for change in differences
            if change.move != "same"
        ],
        "items": merging.log,
    }


def _old_items(outline: Outline, text: str) -> list[merge.Item]:
    """The rows there were, by the reader's own words where the reader found them, and a person's where not."""
    items = [
        merge.Item(row.ref, row.kind, row.path, _clause_words(row, text), (row.span_start, row.own_end))
        for row in outline.clauses
    ]
    paths = {row.pk: row.path for row in outline.clauses}
    for row in outline.all_findings():
        words, span = row.quote, row.span
        if row.read is not None and row.state != ItemState.LOST:
            start, end = row.read["span"]
            words, span = text[start:end], (start, end)
        items.append(merge.Item(row.ref, row.kind, paths.get(row.clause_id or 0, ""), words, span))
    return items


def _new_items(rows: RowSet, text: str) -> list[merge.Item]:
    items = [
        merge.Item(f"clause:{index}", row.kind, row.path, _clause_words(row, text), (row.span_start, row.own_end))
        for index, row in enumerate(rows.clauses)
    ]
    for kind, found in rows.findings.items():
        for index, (row, home) in enumerate(zip(found, rows.homes[kind], strict=True)):
            path = "" if home is None else rows.clauses[home].path
            items.append(merge.Item(f"{kind}:{index}", row.kind, path, row.quote, row.span))
    return items


def _clause_words(row: Clause, text: str) -> str:
    """What the reader called the clause: its heading, else the beginning of its words."""
    heading = str(row.read["heading"]) if row.read else row.heading
    return heading or text[row.span_start : row.own_end][:60]


def _take(old: Item, new: Item, columns: Sequence[str]) -> bool:
    """Gives an old row the reader's new answer; a person's values stay. True where its values changed."""
    is_new_value = any(getattr(old, name) != getattr(new, name) for name in columns)
    old.confidence, old.rule, old.read = new.confidence, new.rule, new.read
    if old.state in _UNTOUCHED and old.origin == Origin.READER:
        for name in columns:
            setattr(old, name, getattr(new, name))
        if is_new_value:
            # What was confirmed was the old value.
            old.state = ItemState.FOUND
            old.version += 1
        return is_new_value
    if old.state == ItemState.LOST:
        old.state = ItemState.CORRECTED
        old.version += 1
    return False


def _merge_clauses(merging: _Merging) -> dict[int, str]:
    """Pairs and adds clauses, all live for the moment; returns the state that each is to have in the end, by row."""
    outline, rows = merging.outline, merging.rows
    standing: list[Clause] = []
    wanted: dict[int, str] = {}
    for index, new in enumerate(rows.clauses):
        old = merging.again.get(f"clause:{index}")
        if isinstance(old, Clause):
            if _take(old, new, COLUMNS[ItemKind.CLAUSE]):
                merging.note("changed", old)
            old.span_start, old.span_end, old.own_end, old.level = new.span_start, new.span_end, new.own_end, new.level
            wanted[old.pk] = old.state
            standing.append(old)
        else:
            new.save(force_insert=True)
            merging.note("added", new)
            wanted[new.pk] = new.state
            standing.append(new)
    promised = set(Commitment.objects.filter(plan=merging.plan).values_list("clause_id", flat=True))
    # As subject or by a link: a case would be about nothing.
    waiting = {f"plans.clause:{old.pk}": old.pk for old in outline.clauses if old.pk not in wanted}
    promised |= {waiting[ref] for ref in refs_with_cases(refs=waiting)}
    for old in outline.clauses:
        if old.pk in wanted:
            continue
        if old.pk in promised:
            # What hangs on it must be looked at by a person; it waits among the lost.
            wanted[old.pk] = old.state
            continue
        if old.state != ItemState.REJECTED and (old.origin == Origin.PERSON or old.state not in _UNTOUCHED):
            wanted[old.pk] = old.state
            continue
        if old.is_live:
            merging.note("removed", old)
        merging.gone.append(old)
    kept = [old for old in outline.clauses if old.pk in wanted and old not in standing]
    for row in standing:
        row.state, row.merged_into_id = ItemState.FOUND, None
    for row in kept:
        # Out of the tree until its words are found in the new text.
        row.state, row.merged_into_id, row.parent_id = ItemState.LOST, None, None
    outline.clauses = [*standing, *kept]
    return wanted


def _merge_findings(merging: _Merging) -> None:
    """Pairs and adds findings; each stands in the clause where the reader puts it."""
    rows = merging.rows
    clauses = [merging.again.get(f"clause:{index}") or new for index, new in enumerate(rows.clauses)]
    for kind, found in rows.findings.items():
        standing: list[Finding] = []
        for index, (new, home) in enumerate(zip(found, rows.homes[kind], strict=True)):
            clause_id = None if home is None else clauses[home].pk
            old = merging.again.get(f"{kind}:{index}")
            if not isinstance(old, Finding):
                new.clause_id = clause_id
                new.save(force_insert=True)
                merging.note("added", new)
                standing.append(new)
                continue
            has_own_words = old.read is None or list(old.span) != old.read["span"]
            if _take(old, new, COLUMNS[kind]):
                merging.note("changed", old)
            if not has_own_words or not _anchor(old, merging.plan.text, near=new.span_start):
                old.span_start, old.span_end, old.quote = new.span_start, new.span_end, new.quote
            old.clause_id = clause_id
            standing.append(old)
        present = {row.pk for row in standing}
        for old in merging.outline.findings[kind]:
            if old.pk in present:
                continue
            if old.origin == Origin.READER and old.state in (*_UNTOUCHED, ItemState.REJECTED):
                if old.is_live:
                    merging.note("removed", old)
                merging.gone.append(old)
        gone = {row.ref for row in merging.gone}
        waiting = [old for old in merging.outline.findings[kind] if old.pk not in present and old.ref not in gone]
        merging.outline.findings[kind] = [*standing, *waiting]


def _restructure(merging: _Merging, wanted: dict[int, str]) -> None:
    """Rejects again what was rejected, and puts a person's own clauses back where their words stand now."""
    outline, text = merging.outline, merging.plan.text
    outline.relink()
    standing = outline.live()
    for row in standing:
        row.state = wanted[row.pk]
    rejected = [row for row in standing if row.state == ItemState.REJECTED]
    for row in rejected:
        row.state = ItemState.FOUND
    outline.relink()
    for row in [row for row in outline.clauses if row.state == ItemState.LOST]:
        # The span of a clause lost earlier points into a text that is gone; its heading is what is left of it.
        is_long_lost = wanted[row.pk] == ItemState.LOST
        words = row.heading if is_long_lost else merging.old_text[row.span_start : row.own_end].split("\n", 1)[0]
        at = _find(words.strip()[:40], text, near=_moved(row.span_start, merging))
        if at is None or any(other.span_start == at for other in outline.live()):
            merging.note("lost", row)
            continue
        row.span_start, row.own_end = at, len(text)
        state = ItemState.CORRECTED if is_long_lost else wanted[row.pk]
        outline.put_in(row, state=state)
        merging.note("kept", row)
    for row in rejected:
        outline.absorb(row)


def _anchor_findings(merging: _Merging) -> None:
    """Finds the words of a person's own findings in the new text; those not found are lost."""
    matched = {row.ref for row in merging.again.values()}
    for items in merging.outline.findings.values():
        for row in items:
            is_person_made = row.origin == Origin.PERSON or row.state in (ItemState.CORRECTED, ItemState.LOST)
            if row.ref in matched or not is_person_made:
                continue
            if _anchor(row, merging.plan.text, near=_moved(row.span_start, merging)):
                home = merging.outline.home_of(row.span_start)
                row.clause_id = home.pk if home else None
                if row.state == ItemState.LOST:
                    row.state = ItemState.CORRECTED
                merging.note("kept", row)
            else:
                if row.state != ItemState.REJECTED:
                    row.state = ItemState.LOST
                row.clause_id = None
                row.version += 1
                merging.note("lost", row)


def _moved(offset: int, merging: _Merging) -> int:
    """Where an offset of the old text would lie if the text had been stretched evenly."""
    return offset * len(merging.plan.text) // max(1, len(merging.old_text))


def _find(words: str, text: str, *, near: int) -> int | None:
    """The occurrence of ``words`` in ``text`` that lies nearest to ``near``."""
    if not words:
        return None
    after = text.find(words, max(0, near))
    before = text.rfind(words, 0, max(0, near) + len(words))
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - near)) if places else None


def _anchor(row: Finding, text: str, *, near: int) -> bool:
    """Moves a finding to where its words stand in ``text``; false where they do not."""
    at = _find(row.quote, text, near=near)
    if at is None:
        return False
    row.span_start, row.span_end = at, at + len(row.quote)
    return True


def _anchor_commitments(merging: _Merging) -> None:
    """Moves commitments to where their words stand now; words that are gone leave an empty place at their clause."""
    old_text, text = merging.old_text, merging.plan.text
    rows = list(Commitment.objects.filter(plan=merging.plan).select_related("clause").defer("clause__search_text"))
    for row in rows:
        words = old_text[row.span_start : row.span_end]
        near = row.clause.span_start if row.clause else 0
        at = _find(words, text, near=near)
        row.span_start = at if at is not None else min(near, len(text))
        row.span_end = row.span_start + (len(words) if at is not None else 0)
    Commitment.objects.bulk_update(rows, ["span_start", "span_end"], batch_size=200)


def _save(merging: _Merging) -> None:
    outline = merging.outline
    gone = {row.pk for row in merging.gone if isinstance(row, Clause)}
    for row in outline.all_findings():
        if row.clause_id in gone:
            row.clause_id = None
    fields = [*_DERIVED_FIELDS, "version"]
    Clause.objects.bulk_update(
        outline.clauses,
        [
            *fields,
            *COLUMNS[ItemKind.CLAUSE],
            *("parent", "merged_into", "position", "path", "own_end", "level"),
            "search_text",
        ],
        batch_size=50,
    )
    for kind, items in outline.findings.items():
        FINDING_MODELS[kind]._default_manager.bulk_update(
            items, [*fields, *COLUMNS[kind], "clause", "quote"], batch_size=50
        )
        lost = [row.pk for row in merging.gone if row.kind == kind]
        FINDING_MODELS[kind]._default_manager.filter(pk__in=lost).delete()
    # Rows that vanish let go of one another first: a parent's end would otherwise take its children along.
    Clause.objects.filter(pk__in=gone).update(parent=None, merged_into=None)
    Clause.objects.filter(pk__in=gone).delete()
    _write_units([row for row in outline.findings[ItemKind.RESPONSIBILITY] if isinstance(row, Responsibility)])


def _merge_warnings(plan: Plan, found: Sequence[PlanWarning], old_text: str, merging: _Merging) -> None:
    """Replaces the warnings; one that was dismissed stays so while it says the same of the same words."""
    dismissed = {(row.code, old_text[row.span_start : row.span_end]) for row in plan.warnings.filter(is_dismissed=True)}
    plan.warnings.all().delete()
    for row in found:
        row.is_dismissed = (row.code, plan.text[row.span_start : row.span_end]) in dismissed
    lost = [row for row in [*merging.outline.clauses, *merging.outline.all_findings()] if row.state == ItemState.LOST]
    own = [
        PlanWarning(
            plan=plan,
            code=LOST_CORRECTION,
            message=f"人工核对过的“{item_label(row)[:60]}”在新的原文里找不到了。请在原文中重新选取，或者剔除。",
            span_start=0,
            span_end=0,
        )
        for row in lost
    ]
    PlanWarning.objects.bulk_create([*found, *own], batch_size=200)
