"""What the pages show, in a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from yaodian.appraisal.models import (
    NEXT,
    Appeal,
    Appraisal,
    Attachment,
    Decision,
    ItemRule,
    Judgement,
    Occurrence,
    Round,
    RoundState,
    Sheet,
    SheetItem,
    Value,
)
from yaodian.appraisal.problem import (
    Content,
    SheetUnusable,
    content_of_rows,
    item_to_json,
    read_content,
    source_words,
)
from yaodian.appraisal.queries.previewing import worths
from yaodian.appraisal.queries.visibility import (
    RUN,
    find_appraisal,
    find_round,
    find_sheet,
    is_of_office,
    stands_in,
    visible_appraisals,
    visible_rounds,
    visible_sheets,
)
from yaodian.appraisal.queries.words import rule_words, step_words, value_words
from yaodian.foundation.measuring import STAGES, Measure, measure_of, measures
from yaodian.foundation.models import StoredFile
from yaodian.measures.queries import filter_words
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Referent, Visitor, may, named, names_of_units, referents, scope_of
from yaodian.organisations.roles import PERMISSIONS_OF

MOST_ROUNDS = 60
MOST_SEATS = 300
# The rules that give a share of the whole; the others move the total.
SHARED = (ItemRule.LINEAR, ItemRule.STEPS, ItemRule.PROPORTIONAL, ItemRule.JUDGED)


@dataclass(frozen=True)
class RoundLine:
    """A round in the list. `own` are the units of the account whose sheet it may see, where the whole round is not its."""

    round: Round
    office_name: str
    units: int
    waiting: int
    is_whole: bool


@dataclass(frozen=True)
class RoundList:
    rounds: tuple[RoundLine, ...]
    sheets: tuple[Sheet, ...]
    offices: tuple[Unit, ...]
    may_run: bool
    to_mark: int


def round_list(*, account: Visitor, day: date) -> RoundList:
    """All rounds and sheets that the account sees, and how much waits for its own marks."""
    scope = scope_of(account=account, permission="appraisal.view")
    reached = set(scope.unit_ids()) if not scope.is_empty else set()
    rows = list(
        visible_rounds(account)
        .select_related("office")
        .annotate(units=Count("appraisals"), waiting=Count("appraisals", filter=Q(appraisals__waits__gt=0)))[
            :MOST_ROUNDS
        ]
    )
    names = names_of_units(ids={row.office_id for row in rows}, day=day)
    may_run = may(account=account, permission=RUN)
    offices: list[Unit] = []
    if may_run:
        kinds = ("bureau", "section", "county")
        ran = scope_of(account=account, permission=RUN)
        offices = list(
            named(ran.rows(Unit.objects.filter(kind__in=kinds, closed_on__isnull=True), unit="pk"), day=day).order_by(
                "kind", "code"
            )
        )
    return RoundList(
        rounds=tuple(
            RoundLine(row, names[row.office_id], row.units, row.waiting, row.office_id in reached)  # type: ignore[attr-defined]  # Annotated above.
            for row in rows
        ),
        sheets=tuple(visible_sheets(account)),
        offices=tuple(offices),
        may_run=may_run,
        to_mark=_seats(account).filter(mark__isnull=True).count() if isinstance(account, Account) else 0,
    )


@dataclass(frozen=True)
class RankLine:
    """A unit in the ranking. `vetoes` are the labels of the items that struck."""

    appraisal: Appraisal
    name: str
    vetoes: tuple[str, ...]


@dataclass(frozen=True)
class RoundPage:
    """A round. Whoever does not see the whole has his own units alone, and no progress of others.

    `next_state` is what it may become, where the account may bring it there.
    """

    round: Round
    office_name: str
    content: Content | None
    lines: tuple[RankLine, ...]
    is_whole: bool
    may_run: bool
    next_state: str
    next_label: str
    marks_given: int
    marks_wanted: int
    waiting: int
    appeals: tuple[tuple[Appeal, str], ...]
    assessors: tuple[Account, ...]


def round_page(*, account: Visitor, public_id: str, day: date) -> RoundPage:
    """Ranking and progress of a round. Raises Round.DoesNotExist."""
    row = find_round(account=account, public_id=public_id)
    is_whole = is_of_office(account=account, round_=row)
    content = read_content(row.content) if row.content else None
    appraisals = list(
        visible_appraisals(account, row)
        .select_related("unit")
        .order_by(F("rank").asc(nulls_last=True), "is_vetoed", "unit__code")
    )
    names = names_of_units(ids={one.unit_id for one in appraisals} | {row.office_id}, day=row.freeze_on)
    labels = {line["code"]: line["label"] for line in content.items} if content else {}
    lines = tuple(
        RankLine(one, names[one.unit_id], tuple(labels[mark["code"]] for mark in one.marks if mark["is_veto"]))
        for one in appraisals
    )
    may_run = may(account=account, permission=RUN, unit_id=row.office_id)
    following = NEXT.get(row.state, "")
    may_go = may_run
    if following == RoundState.PUBLISHED:
        may_go = may(account=account, permission="appraisal.publish", unit_id=row.office_id)
    wanted = 2 * len(content.judged) * len(appraisals) if content and is_whole else 0
    given = (
        Judgement.objects.filter(appraisal__round=row, seat__in=(1, 2), mark__isnull=False).count() if is_whole else 0
    )
    appeals = Appeal.objects.filter(appraisal__in=[one.pk for one in appraisals]).select_related("appraisal__unit")
    assessors: tuple[Account, ...] = ()
    if may_run and content and content.judged and row.state in (RoundState.OPEN, RoundState.FROZEN):
        assessors = _assessors()
    return RoundPage(
        round=row,
        office_name=names[row.office_id],
        content=content,
        lines=lines,
        is_whole=is_whole,
        may_run=may_run,
        next_state=following if may_go else "",
        next_label=str(RoundState(following).label) if following else "",
        marks_given=given,
        marks_wanted=wanted,
        waiting=sum(1 for one in appraisals if one.waits),
        appeals=tuple((one, names[one.appraisal.unit_id]) for one in appeals),
        assessors=assessors,
    )


def _assessors() -> tuple[Account, ...]:
    """Who may be given a seat: accounts that hold a role with the right to assess. One query."""
    roles = [role for role, held in PERMISSIONS_OF.items() if "appraisal.assess" in held]
    return tuple(
        Account.objects.filter(is_active=True, grants__role__in=roles, grants__until_on__isnull=True)
        .distinct()
        .order_by("name", "username")[:MOST_SEATS]
    )


@dataclass(frozen=True)
class BehindLine:
    """A case, a commitment or a report that a value was counted from, and whether the numerator has it."""

    referent: Referent
    is_counted: bool


@dataclass(frozen=True)
class Told:
    """Something that happened, with what it cites where the visitor may know of that."""

    row: Occurrence
    referent: Referent | None


@dataclass(frozen=True)
class SheetLine:
    """A line of a unit's sheet: the item, what it came to, the steps to it in words, and what it rests on.

    `judgements` are those that may be seen: both marks of an item appear together. `measure` leads to the explanation.
    `behind` are the rows that the frozen value was counted from, what speaks against the unit first, as far as the visitor may
    know of them; `behind_more` how many others there were.
    `is_by_hand`: a person has decided its marks, or is to.
    A branch has `points` of `worth`: the sums of what its marked items came to and could have; no points while one waits.
    """

    item: Mapping[str, Any]
    depth: int
    rule: str
    source: str
    marks: Mapping[str, Any] | None
    steps: tuple[str, ...]
    measure: Measure | None
    value: Value | None
    judgements: tuple[Judgement, ...]
    occurrences: tuple[Told, ...]
    decisions: tuple[Decision, ...]
    appeal: Appeal | None
    is_by_hand: bool
    behind: tuple[BehindLine, ...] = ()
    behind_more: int = 0
    points: str = ""
    worth: str = ""

    @property
    def value_words(self) -> str:
        return value_words(self.item, self.value.value) if self.value is not None and self.value.value else ""


@dataclass(frozen=True)
class UnitPage:
    """A unit's sheet in a round."""

    appraisal: Appraisal
    round: Round
    unit: Unit
    name: str
    content: Content
    lines: tuple[SheetLine, ...]
    units: int
    is_whole: bool
    may_run: bool
    may_enter: bool
    may_decide: bool
    may_appeal: bool
    has_rank: bool


def unit_page(*, account: Visitor, public_id: str, unit: str, day: date) -> UnitPage:
    """Every mark of a unit with the way to it. Raises Round.DoesNotExist, Appraisal.DoesNotExist."""
    appraisal = find_appraisal(account=account, public_id=public_id, unit=unit)
    row = appraisal.round
    content = read_content(row.content)
    is_whole = is_of_office(account=account, round_=row)
    may_run = may(account=account, permission=RUN, unit_id=row.office_id)
    values = {value.item: value for value in appraisal.values.all()}
    judgements = _by_item(appraisal.judgements.select_related("assessor").prefetch_related("files__file"))
    occurrences = _by_item(appraisal.occurrences.select_related("entered_by").prefetch_related("files__file"))
    decisions = _by_item(appraisal.decisions.select_related("decided_by"))
    appeals = {
        one.item: one
        for one in appraisal.appeals.select_related("filed_by", "decided_by").prefetch_related("files__file")
    }
    refs = {ref for value in values.values() for ref, _is_counted in value.behind}
    refs |= {one.subject for found in occurrences.values() for one in found if one.subject}
    known = referents(account=account, refs=refs, today=day) if refs else {}
    marks = {mark["code"]: mark for mark in appraisal.marks}
    sums = _sums(content, marks)
    depths: dict[str, int] = {"": -1}
    lines = []
    for item in content.items:
        code = item["code"]
        depths[code] = depths.get(item["parent"], 0) + 1
        mark = marks.get(code)
        steps = tuple(step_words(item, step) for step in mark["steps"]) if mark else ()
        behind, more = _behind(item, values.get(code), known)
        lines.append(
            SheetLine(
                item=item,
                depth=depths[code],
                rule=rule_words(item),
                source=source_words(item) if item["rule"] else "",
                marks=mark,
                steps=steps,
                measure=measure_of(item["measure"]) if item["measure"] else None,
                value=values.get(code),
                judgements=_seen(judgements[code]),
                occurrences=tuple(Told(one, known.get(one.subject)) for one in occurrences[code]),
                decisions=tuple(decisions[code]),
                appeal=appeals.get(code),
                is_by_hand=bool(decisions[code])
                or (bool(mark) and any(step["code"] == "by-hand" for step in mark["steps"])),
                behind=behind,
                behind_more=more,
                points=sums.get(code, ("", ""))[0],
                worth=sums.get(code, ("", ""))[1],
            )
        )
    names = names_of_units(ids={appraisal.unit_id}, day=row.freeze_on)
    in_time = row.state == RoundState.FEEDBACK and row.appeal_until is not None and day <= row.appeal_until
    is_own = isinstance(account, Account) and stands_in(
        account=account, unit_id=appraisal.unit_id, permission="appraisal.appeal"
    )
    return UnitPage(
        appraisal=appraisal,
        round=row,
        unit=appraisal.unit,
        name=names[appraisal.unit_id],
        content=content,
        lines=tuple(lines),
        units=Appraisal.objects.filter(round=row).count(),
        is_whole=is_whole,
        may_run=may_run,
        may_enter=may_run and row.state in (RoundState.OPEN, RoundState.FROZEN),
        may_decide=may_run and row.state == RoundState.FROZEN,
        may_appeal=in_time and is_own,
        has_rank=is_whole or row.state == RoundState.PUBLISHED,
    )


def _sums(content: Content, marks: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Of each branch what its marked leaves came to, and what they could have; points are empty while one waits."""
    above = {line["code"]: line["parent"] for line in content.items}
    found: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    open_: set[str] = set()
    for line in content.leaves:
        mark = marks.get(line["code"])
        if mark is None or line["rule"] not in SHARED or mark["is_left_out"]:
            continue
        code = above[line["code"]]
        while code:
            found[code][0] += Fraction(mark["points"] or 0)
            found[code][1] += Fraction(mark["worth"] or 0)
            if not mark["points"]:
                open_.add(code)
            code = above.get(code, "")
    return {code: ("" if code in open_ else str(one), str(most)) for code, (one, most) in found.items() if most}


def _behind(
    item: Mapping[str, Any], value: Value | None, known: Mapping[str, Referent]
) -> tuple[tuple[BehindLine, ...], int]:
    """The rows behind a frozen value that the visitor may know of, and how many there are besides."""
    if value is None or not value.behind_count:
        return (), 0
    lines = [BehindLine(known[ref], is_counted) for ref, is_counted in value.behind if ref in known]
    measure = measure_of(item["measure"])
    if measure is not None and measure.is_ratio:
        lines.sort(key=lambda one: one.is_counted)
    return tuple(lines), value.behind_count - len(lines)


def file_of(*, account: Visitor, public_id: str, unit: str, file_id: str) -> StoredFile:
    """A file on a unit's sheet, for whoever sees the sheet and what it belongs to: those of a mark once both are in.

    Raises Round.DoesNotExist, Appraisal.DoesNotExist, Attachment.DoesNotExist.
    """
    appraisal = find_appraisal(account=account, public_id=public_id, unit=unit)
    given: dict[str, list[Judgement]] = _by_item(appraisal.judgements.all())
    seen = [one.pk for rows in given.values() for one in _seen(rows)]
    wanted = Q(judgement__in=seen) | Q(occurrence__appraisal=appraisal) | Q(appeal__appraisal=appraisal)
    return _file(Attachment.objects.filter(wanted), file_id)


def seat_file(*, account: Account, public_id: str, file_id: str) -> StoredFile:
    """A file that an assessor gave with his own mark. Raises Attachment.DoesNotExist."""
    own = Attachment.objects.filter(judgement__assessor=account, judgement__public_id=_plain(public_id))
    return _file(own, file_id)


def _file(rows: QuerySet[Attachment], file_id: str) -> StoredFile:
    # A file's id is longer than a row's and has signs between its letters.
    known = file_id if file_id.isascii() and file_id.isprintable() else ""
    return rows.select_related("file").get(file__public_id=known).file


def _plain(text: str) -> str:
    """PostgreSQL takes no NUL, and what is no id need not be asked for."""
    return text if text.isascii() and text.isalnum() else ""


def _by_item(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.item].append(row)
    return found


def _seen(judgements: list[Judgement]) -> tuple[Judgement, ...]:
    """Both marks or none: one alone would be seen by whoever has still to give the other."""
    given = {one.seat for one in judgements if one.mark is not None}
    return tuple(one for one in judgements if one.mark is not None) if {1, 2} <= given else ()


# --- The assessor -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeatGroup:
    """An item of a round, as an assessor works through it."""

    round: str
    code: str
    label: str
    full: str


@dataclass(frozen=True)
class SeatLine:
    """An item of a unit that an assessor is to mark, or has. `is_needed`: for the third seat, whether the two differ."""

    judgement: Judgement
    item: Mapping[str, Any]
    unit_name: str
    is_fixed: bool
    is_needed: bool

    @property
    def group(self) -> SeatGroup:
        """What it is listed with: the same item of the same round."""
        return SeatGroup(self.judgement.appraisal.round.title, self.item["code"], self.item["label"], self.item["full"])


def _seats(account: Account) -> Any:
    states = (RoundState.OPEN, RoundState.FROZEN)
    return Judgement.objects.filter(assessor=account, appraisal__round__state__in=states).select_related(
        "appraisal__round", "appraisal__unit"
    )


def seats_of(*, account: Account, day: date) -> tuple[SeatLine, ...]:
    """What an assessor has to mark, the open first, as many as a page holds. Nothing of another's marks is in it."""
    rows = _seats(account).order_by(
        F("mark").asc(nulls_first=True), "appraisal__round_id", "item", "appraisal__unit__code"
    )
    lines = _seat_lines(list(rows[:MOST_SEATS]), day)
    waiting = {one.group for one in lines if one.judgement.mark is None and one.is_needed}
    groups = {group: place for place, group in enumerate(dict.fromkeys(one.group for one in lines))}

    def place(one: SeatLine) -> tuple[bool, int, bool, bool]:
        return one.group not in waiting, groups[one.group], one.judgement.mark is not None, not one.is_needed

    return tuple(sorted(lines, key=place))


def find_seat(*, account: Account, public_id: str, day: date) -> SeatLine:
    """One of an assessor's own seats. Raises Judgement.DoesNotExist."""
    row = _seats(account).prefetch_related("files__file").get(public_id=_plain(public_id))
    return _seat_lines([row], day)[0]


def _seat_lines(rows: list[Judgement], day: date) -> list[SeatLine]:
    contents: dict[int, Content] = {}
    for row in rows:
        if row.appraisal.round_id not in contents:
            contents[row.appraisal.round_id] = read_content(row.appraisal.round.content)
    names = names_of_units(ids={row.appraisal.unit_id for row in rows}, day=day)
    given = defaultdict(set)
    for appraisal, item, seat in Judgement.objects.filter(
        appraisal__in={row.appraisal_id for row in rows}, mark__isnull=False
    ).values_list("appraisal", "item", "seat"):
        given[appraisal, item].add(seat)
    lines = []
    for row in rows:
        marks = {one["code"]: one for one in row.appraisal.marks}
        steps = marks.get(row.item, {"steps": []})["steps"]
        lines.append(
            SeatLine(
                judgement=row,
                item=contents[row.appraisal.round_id].item(row.item),
                unit_name=names[row.appraisal.unit_id],
                is_fixed={1, 2} <= given[row.appraisal_id, row.item] and row.seat != 3,
                is_needed=row.seat != 3 or any(step["code"] in ("differ", "third") for step in steps),
            )
        )
    return lines


def find_appeal(*, account: Visitor, public_id: str, appeal: str) -> Appeal:
    """An appeal of a round. Raises Round.DoesNotExist, Appeal.DoesNotExist."""
    row = find_round(account=account, public_id=public_id)
    found = Appeal.objects.select_related("appraisal__unit", "filed_by").get(
        appraisal__in=visible_appraisals(account, row), public_id=appeal if appeal.isalnum() else ""
    )
    found.appraisal.round = row
    return found


# --- Sheets -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetPage:
    """A score sheet with its items; `problem` says why it cannot be used yet."""

    sheet: Sheet
    office_name: str
    lines: tuple[tuple[SheetItem, int, str, str, str], ...]
    may_run: bool
    problem: str
    rounds: tuple[Round, ...]
    newer: Sheet | None
    older: Sheet | None

    @property
    def is_in_use(self) -> bool:
        """Whether a round was opened with it: then it stays as it is."""
        return any(row.state != RoundState.DRAFT for row in self.rounds)

    @property
    def may_change(self) -> bool:
        return self.may_run and not self.is_in_use


def sheet_page(*, account: Visitor, public_id: str, day: date) -> SheetPage:
    """Raises Sheet.DoesNotExist."""
    sheet = find_sheet(account=account, public_id=public_id)
    items = list(sheet.items.order_by("position"))
    problem = ""
    worth: dict[str, str] = {}
    try:
        worth = worths(read_content(content_of_rows(sheet, items)))
    except SheetUnusable as fault:
        problem = str(fault)
    depths: dict[str, int] = {"": -1}
    lines = []
    for item in items:
        depths[item.code] = depths.get(item.parent, 0) + 1
        kept = item_to_json(item)
        source = source_words(kept) if item.rule else ""
        lines.append((item, depths[item.code], rule_words(kept), source, worth.get(item.code, "")))
    return SheetPage(
        sheet=sheet,
        office_name=names_of_units(ids={sheet.office_id}, day=day)[sheet.office_id],
        lines=tuple(lines),
        may_run=may(account=account, permission=RUN, unit_id=sheet.office_id),
        problem=problem,
        rounds=tuple(sheet.rounds.order_by("-year", "-pk")),
        newer=Sheet.objects.filter(follows=sheet).first(),
        older=sheet.follows,
    )


def measure_choices() -> list[tuple[str, str]]:
    """All measures to choose from, by code."""
    return [(code, f"{measure.label}（{code}）") for code, measure in measures().items()]


def place_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The stages and the filters that any measure may be asked for."""
    stages = dict.fromkeys(stage for one in measures().values() for stage in one.stages if stage)
    filters = dict.fromkeys(narrowed for one in measures().values() for narrowed in one.filters)
    return [(one, str(STAGES.get(one, one))) for one in stages], [(one, filter_words(one)) for one in filters]
