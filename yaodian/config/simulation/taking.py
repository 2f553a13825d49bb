"""A plan is taken in as the office does it: uploaded, read, reviewed, published; its commitments proposed, given to units,
put in force and signed for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from yaodian.config.simulation import words
from yaodian.config.simulation.choices import is_collective, meant_section, renamed, section_for
from yaodian.config.simulation.ground import Cast, at, set_up_sections
from yaodian.foundation.workdays import Calendar
from yaodian.measures.queries import propose
from yaodian.organisations.models import Unit
from yaodian.plans import operations
from yaodian.plans.models import (
    LIVE_STATES,
    Commitment,
    CommitmentState,
    Deadline,
    Duty,
    DutyState,
    Plan,
    PlanWarning,
    Target,
)
from yaodian.plans.operations import commitments

# A first proposal of this score means what the target says.
SURE = 0.75
# Of ten commitments with a target one is put forward; so many rows that promise nothing are taken off.
KEY_EVERY, MOST_DROPPED, SHORT = 10, 2, 10
# So many characters a task may have that was merged from what one clause says.
MERGED = 500


@dataclass
class Taken:
    """A plan in force. ``moved_by`` are the years between its own and the played one; ``nobody`` the printed names that stand
    for no single unit, ``set_up`` those for which a unit was set up. ``problem``: why the file could not be taken in."""

    stem: str
    plan: Plan | None = None
    moved_by: int = 0
    commitments: int = 0
    given: int = 0
    bound: int = 0
    set_up: list[str] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    problem: str = ""


def take_plan(*, cast: Cast, path: Path, year: int, day: date, calendar: Calendar) -> Taken:
    """Brings a file as far as a plan whose commitments are in force and given to units."""
    taken = Taken(path.stem)
    now = at(day, 9)
    upload = operations.upload_document(actor=cast.editor, now=now, name=path.name, content=path.read_bytes())
    if not upload.is_new:
        taken.problem = "与另一份文件完全相同"
        return taken
    failure = operations.read_document(
        reading_id=upload.plan.readings.get().pk, clock=lambda: now, tell=lambda _done, _total, _note: None
    )
    if failure is not None:
        taken.problem = failure.message("zh")
        return taken
    plan = Plan.objects.get(pk=upload.plan.pk)
    _review(cast, plan, taken, year, day)
    published = calendar.add_working_days(day, 2)
    plan.refresh_from_db()
    sent = operations.submit_plan(
        actor=cast.editor, now=at(published, 9), public_id=plan.public_id, expected_version=plan.version
    )
    operations.publish_plan(
        actor=cast.publisher, now=at(published, 14), public_id=plan.public_id, expected_version=sent.version
    )
    Plan.objects.filter(pk=plan.pk).update(is_demonstration=True)
    plan.refresh_from_db()
    taken.plan = plan
    _bind(cast, plan, taken, calendar.add_working_days(day, 3))
    _commit(cast, plan, taken, calendar.add_working_days(day, 3))
    return taken


def _review(cast: Cast, plan: Plan, taken: Taken, year: int, day: date) -> None:
    """What must be looked at is looked at; the days of a plan of another year are moved into the played one, as corrections."""
    now, own = at(day, 10), plan.year or year
    taken.moved_by = year - own
    warnings = list(PlanWarning.objects.filter(plan=plan).order_by("pk"))
    has_stranger = any(one.code == "foreign-entity" for one in warnings)
    for warning in warnings:
        if warning.code in operations.BLOCKING_WARNINGS:
            operations.dismiss_warning(actor=cast.editor, now=now, warning_id=warning.pk)
    title = renamed(plan.title or taken.stem, year=own, to=year)
    if has_stranger:
        # The name of a stranger stands in the title of such a page.
        title = f"{plan.issuer or '市教育局'}{year}年工作要点"
    header = operations.HeaderValues(
        title=title,
        issuer=plan.issuer,
        year=year,
        doc_number=plan.doc_number,
        index_number=plan.index_number,
        written_on=_moved(plan.written_on, taken.moved_by),
        source_published_on=_moved(plan.source_published_on, taken.moved_by),
    )
    operations.correct_header(
        actor=cast.editor, now=now, public_id=plan.public_id, expected_version=plan.header_version, values=header
    )
    if taken.moved_by:
        said: dict[str, Any] = {"actor": cast.editor, "now": now}
        for deadline in Deadline.objects.filter(plan=plan, state__in=LIVE_STATES, due_on__isnull=False).order_by("pk"):
            moved = operations.DeadlineValues(_moved(deadline.due_on, taken.moved_by))
            operations.correct_deadline(
                **said, item_id=deadline.pk, expected_version=deadline.version, values=moved, reason="按演示年度平移"
            )
        for target in Target.objects.filter(plan=plan, state__in=LIVE_STATES, due_on__isnull=False).order_by("pk"):
            values = operations.TargetValues(
                subject=target.subject, comparator=target.comparator, value=target.value, value_max=target.value_max,
                unit=target.unit, due_on=_moved(target.due_on, taken.moved_by), per=target.per,
                strength=target.strength, is_implicit=target.is_implicit,
            )  # fmt: skip
            operations.correct_target(
                **said, item_id=target.pk, expected_version=target.version, values=values, reason="按演示年度平移"
            )
    operations.confirm_all_certain(actor=cast.editor, now=at(day, 11), public_id=plan.public_id)


def _moved(day: date | None, years: int) -> date | None:
    if day is None or not years:
        return day
    return date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _bind(cast: Cast, plan: Plan, taken: Taken, day: date) -> None:
    """Targets are bound to the measure that is surely meant."""
    for target in Target.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("span_start", "pk"):
        found = propose(subject=target.subject, quote=target.quote, unit=target.unit, comparator=target.comparator)
        if found and found[0].score >= SURE:
            operations.bind_target(
                actor=cast.editor,
                now=at(day, 10),
                public_id=plan.public_id,
                target_id=target.pk,
                measure=found[0].measure.code,
                stage=found[0].stage,
                narrowed=found[0].narrowed,
            )
            taken.bound += 1


def _commit(cast: Cast, plan: Plan, taken: Taken, day: date) -> None:
    common: dict[str, Any] = {"actor": cast.editor, "now": at(day, 14), "public_id": plan.public_id}
    commitments.propose_commitments(**common, today=day)
    _decide_names(cast, plan, taken, day, common)
    _merge_plain(plan, common)
    dropped = 0
    for place, row in enumerate(_rows(plan)):
        has_targets = bool(row.target_rows.all())
        is_plain = not has_targets and not row.due_words
        if is_plain and len(row.text) < SHORT and dropped < MOST_DROPPED:
            dropped += 1
            commitments.drop_commitment(
                **common, commitment_id=row.pk, expected_version=row.version, reason=words.DROPPED
            )
            continue
        due_on = (
            cast.choices.due(taken.stem, str(row.position), plan.year or day.year, row.due_on)
            if is_plain
            else row.due_on
        )
        is_key = has_targets and place % KEY_EVERY == 0
        if due_on != row.due_on or is_key:
            values = commitments.CommitmentValues(row.text, due_on, Decimal(2 if is_key else 1), row.disclosure)
            commitments.edit_commitment(**common, commitment_id=row.pk, expected_version=row.version, values=values)
        if not any(duty.unit_id for duty in row.duties.all()):
            unit = cast.sections[section_for(row.text, row.clause.heading if row.clause else "")]
            commitments.set_duty(**common, commitment_id=row.pk, unit=unit.public_id, part="lead")
            taken.given += 1
    taken.commitments = commitments.accept_commitments(**common)


def _rows(plan: Plan) -> list[Commitment]:
    rows = Commitment.objects.filter(plan=plan, state=CommitmentState.PROPOSED).select_related("clause")
    return list(rows.prefetch_related("duties", "target_rows").order_by("position", "pk"))


def _merge_plain(plan: Plan, common: dict[str, Any]) -> None:
    """What one clause says without a target or a day of its own is one task: nobody reports on every verb."""
    groups: list[list[Commitment]] = []
    for row in _rows(plan):
        if row.target_rows.all() or row.due_words:
            continue
        last = groups[-1] if groups else None
        fits = (
            last and last[0].clause_id == row.clause_id and sum(len(one.text) for one in last) + len(row.text) < MERGED
        )
        if last and fits:
            last.append(row)
        else:
            groups.append([row])
    for group in groups:
        if len(group) > 1:
            commitments.merge_commitments(**common, commitment_ids=[row.pk for row in group])


def _decide_names(cast: Cast, plan: Plan, taken: Taken, day: date, common: dict[str, Any]) -> None:
    """Each printed name is given to the unit that it means, to one that is set up for it, or to nobody."""
    open_names = sorted(
        set(Duty.objects.filter(commitment__plan=plan, unit__isnull=True).values_list("name", flat=True))
    )
    new = [name for name in open_names if not is_collective(name) and not _meant(cast, name)]
    taken.set_up += new
    made = set_up_sections(cast=cast, names=new, opened_on=day, now=at(day, 14))
    for name in open_names:
        unit = made.get(name) or (None if is_collective(name) else _meant(cast, name))
        if unit is None:
            taken.nobody.append(name)
        commitments.decide_unit(**common, name=name, unit=unit.public_id if unit else "")


def _meant(cast: Cast, name: str) -> Unit | None:
    return cast.sections.get(name) or cast.sections.get(meant_section(name))


def sign_duties(*, cast: Cast, taken: Taken, day: date, calendar: Calendar) -> int:
    """Every unit signs for its duties; a few give one back, and the office gives it to another. Returns how many gave back."""
    assert taken.plan is not None  # Only plans that were taken in are signed for.
    duties = Duty.objects.filter(
        commitment__plan=taken.plan, commitment__state=CommitmentState.ACCEPTED, unit__isnull=False
    ).select_related("unit", "commitment")
    given_back = 0
    for duty in duties.filter(state=DutyState.WAITING).order_by("unit__code", "commitment__position", "pk"):
        place = str(duty.commitment.position)
        if duty.unit is None or cast.choices.signs(taken.stem, place, duty.unit.code):
            continue
        reason = cast.choices.words_of(words.GIVEN_BACK, "given-back", taken.stem, place)
        commitments.return_duty(
            actor=cast.handler(duty.unit, at(day, 9)), now=at(day, 9), duty_id=duty.pk, reason=reason
        )
        given_back += 1
        office = cast.sections[words.SECTION_ELSE]
        if duty.commitment.duties.filter(unit=office).exists():
            continue
        commitments.set_duty(
            actor=cast.editor, now=at(day, 16), public_id=taken.plan.public_id, commitment_id=duty.commitment_id,
            unit=office.public_id, part=duty.part, duty_id=duty.pk,
        )  # fmt: skip
    signed = calendar.add_working_days(day, 1)
    for unit in Unit.objects.filter(pk__in=duties.filter(state=DutyState.WAITING).values("unit")).order_by("code"):
        commitments.accept_all_duties(actor=cast.handler(unit, at(signed, 9)), now=at(signed, 10), unit=unit.public_id)
    return given_back
