"""Bulletins as pages show them: the list, one bulletin, its traces, the wordings, and what may be composed.

Issued ones are read by whoever may read cases (``cases.view``) of a unit above, at or below which the bulletin speaks; drafts by
those who compose (``plans.correct``) or issue (``plans.issue``) for the unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yaodian.cases.declaring import CaseKind, Confidentiality, kinds
from yaodian.foundation.charting import Chart
from yaodian.foundation.official.elements import Cited, Paragraph, Table, Text, plain
from yaodian.foundation.official.numerals import document_number, issue
from yaodian.foundation.official.wording import UnableToReadWording
from yaodian.organisations.models import Ancestry, Unit, holds_on
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of, units_as_of
from yaodian.plans.models import (
    Bulletin,
    BulletinFile,
    BulletinKind,
    BulletinSeries,
    BulletinState,
    PeriodKind,
    Plan,
    PlanState,
)
from yaodian.plans.queries.bulletins.document import Content, charts_of, parts_of, pieces, title_of, values_of
from yaodian.plans.queries.bulletins.figures import Asked, collect
from yaodian.plans.queries.bulletins.periods import Span, recent_spans
from yaodian.plans.queries.bulletins.wordings import (
    PLACES,
    SLOTS,
    Worded,
    problem_in,
    read_wording,
    versions_of,
    wordings_of,
)
from yaodian.plans.queries.visibility import visible_plans

READ, COMPOSE, ISSUE = "cases.view", "plans.correct", "plans.issue"
PAGE_SIZE = 30
FROZEN = (BulletinState.ISSUED, BulletinState.WITHDRAWN)


class BulletinFileChanged(RuntimeError):
    """The bytes in the database are not those that were issued."""


def visible_bulletins(account: Visitor, *, today: date) -> QuerySet[Bulletin]:
    """The bulletins that an account may know of. At most four queries inside."""
    wanted = Q(pk__in=())
    read = scope_of(account=account, permission=READ)
    if not read.is_empty:
        roots = {unit for _hierarchy, unit in read.roots}
        above = Ancestry.objects.filter(holds_on(today), descendant_id__in=roots).values("ancestor_id")
        frozen = Q(state__in=FROZEN)
        wanted |= frozen & (Q(unit__in=read.unit_ids()) | Q(unit__in=above))
    for permission in (COMPOSE, ISSUE):
        scope = scope_of(account=account, permission=permission)
        if not scope.is_empty:
            wanted |= Q(unit__in=scope.unit_ids())
    return Bulletin.objects.filter(wanted)


@dataclass(frozen=True, slots=True)
class BulletinList:
    """A page of bulletins, the latest period first."""

    items: tuple[Bulletin, ...]
    names: Mapping[int, str]
    number: int
    size: int
    total: int
    may_compose: bool


def _light_rows(rows: QuerySet[Bulletin]) -> QuerySet[Bulletin]:
    return rows.defer("figures", "texts").select_related("series", "unit", "written_by", "issued_by")


def list_bulletins(
    *,
    account: Visitor,
    today: date,
    page: int = 1,
    size: int = PAGE_SIZE,
    state: str = "",
    kind: str = "",
    issued_only: bool = False,
) -> BulletinList:
    """The bulletins of a page. Six queries at most."""
    rows = visible_bulletins(account, today=today)
    if issued_only:
        rows = rows.filter(state__in=FROZEN)
    if state in BulletinState.values:
        rows = rows.filter(state=state)
    if kind in BulletinKind.values:
        rows = rows.filter(series__kind=kind)
    total = rows.count()
    number = min(max(1, page), max(1, -(-total // size)))
    items = tuple(_light_rows(rows)[(number - 1) * size : number * size])
    names = names_of_units(ids={one.unit_id for one in items}, day=today)
    return BulletinList(items, names, number, size, total, may(account=account, permission=COMPOSE))


def find_bulletin(*, account: Visitor, public_id: str, today: date, issued_only: bool = False) -> Bulletin:
    """Raises ``Bulletin.DoesNotExist`` where there is none, or none that the account may know of."""
    rows = visible_bulletins(account, today=today)
    if issued_only:
        rows = rows.filter(state__in=FROZEN)
    people = ("written_by", "changed_by", "submitted_by", "issued_by", "withdrawn_by")
    return rows.select_related("series", "unit", *people).get(public_id=public_id)


def content_of(bulletin: Bulletin) -> Content:
    """What a bulletin is made of: frozen, or as it stands in the draft."""
    head = bulletin.head if bulletin.is_frozen else head_of(bulletin.series)
    return Content(bulletin.series.kind, bulletin.figures, bulletin.texts, head)


def head_of(series: BulletinSeries) -> dict[str, str]:
    """What of a series stands in a document."""
    return {name: getattr(series, name) for name in ("issuer", "mark", "addressees", "copies_to", "printed_by")}


def full_number(series: BulletinSeries, year: int, number: int) -> str:
    """云教督〔2026〕3号, or 第3期."""
    if series.kind == BulletinKind.CIRCULAR:
        return document_number(series.office_code, year, number)
    return issue(number)


def span_of_bulletin(bulletin: Bulletin) -> Span:
    return Span(PeriodKind(bulletin.period_kind), bulletin.first_on, bulletin.last_on)


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a draft that is another by now."""

    label: str
    of: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ShownPiece:
    """A piece of a text on a page: plain, or a number with the place of its trace."""

    text: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A paragraph, a table or a chart on the page."""

    kind: str
    pieces: tuple[ShownPiece, ...] = ()
    caption: str = ""
    note: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[ShownPiece, ...], ...], ...] = ()
    chart: Chart | None = None

    @property
    def columns(self) -> tuple[tuple[str, bool], ...]:
        """The heads, and whether numbers stand below them."""
        below = self.rows[0] if self.rows else ((),) * len(self.heads)
        return tuple((head, bool(cell and cell[0].trace)) for head, cell in zip(self.heads, below, strict=True))


@dataclass(frozen=True, slots=True)
class ShownPart:
    heading: str
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True, slots=True)
class ListedCommitment:
    """A commitment of a list behind the document."""

    pk: str
    text: str
    units: str
    due_on: str
    reason: str
    plan: str


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """One bulletin: what it says, what may be done with it and why not, and for a draft what has changed since."""

    bulletin: Bulletin
    unit_name: str
    parts: tuple[ShownPart, ...]
    problem: str
    red: tuple[ListedCommitment, ...]
    amber: tuple[ListedCommitment, ...]
    files: tuple[BulletinFile, ...]
    may_write: bool
    may_issue: bool
    hindrance: str
    differences: tuple[Difference, ...]
    more_differences: int
    next_number: str

    @property
    def figures(self) -> Mapping[str, Any]:
        return self.bulletin.figures


MOST_DIFFERENCES = 40


def get_bulletin(*, account: Visitor, public_id: str, today: date, now: datetime) -> BulletinPage:
    """One bulletin. Raises ``Bulletin.DoesNotExist``. For a draft the figures are composed once more, to say what has changed."""
    bulletin = find_bulletin(account=account, public_id=public_id, today=today)
    content = content_of(bulletin)
    problem, parts = "", ()
    try:
        parts = tuple(_shown(content))
    except UnableToReadWording as error:
        problem = str(error)
    unit_id = bulletin.unit_id
    differences: tuple[Difference, ...] = ()
    if not bulletin.is_frozen:
        differences = differences_between(bulletin.figures, collect(asked_again(bulletin, today=today, now=now)))
    return BulletinPage(
        bulletin=bulletin,
        unit_name=names_of_units(ids=[unit_id], day=today)[unit_id],
        parts=parts,
        problem=problem,
        red=_listed(bulletin.figures, "red"),
        amber=_listed(bulletin.figures, "amber"),
        files=tuple(bulletin.files.defer("content")),
        may_write=may(account=account, permission=COMPOSE, unit_id=unit_id),
        may_issue=may(account=account, permission=ISSUE, unit_id=unit_id),
        hindrance=hindrance(bulletin, account),
        differences=differences[:MOST_DIFFERENCES],
        more_differences=max(0, len(differences) - MOST_DIFFERENCES),
        next_number=_next_number(bulletin, today) if bulletin.state == BulletinState.SUBMITTED else "",
    )


def _next_number(bulletin: Bulletin, today: date) -> str:
    last = bulletin.series.numbers.filter(year=today.year).values_list("last", flat=True).first() or 0
    return full_number(bulletin.series, today.year, last + 1)


def asked_again(bulletin: Bulletin, *, today: date, now: datetime) -> Asked:
    """The same question as the draft's, put now; the day of the figures stays that of the draft. One query."""
    plans = list(bulletin.plans.defer("text", "header_read").order_by("pk"))
    # A draft of a period that was not over then is compared as of its own day: only what changed behind it counts.
    as_of = min(bulletin.as_of, today)
    return Asked(bulletin.unit, plans, tuple(bulletin.case_kinds), span_of_bulletin(bulletin), as_of, now)


def differences_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The numbers that differ, totals first. A number that is there on one side only counts as well."""
    found = []
    for key in dict.fromkeys((*old["numbers"], *new["numbers"])):
        left, right = old["numbers"].get(key), new["numbers"].get(key)
        if left and right and left["text"] == right["text"] and left["value"] == right["value"]:
            continue
        one = right or left
        found.append(
            Difference(one["label"], one["of"], left["text"] if left else "—", right["text"] if right else "—")
        )
    return tuple(found)


def hindrance(bulletin: Bulletin, account: Visitor) -> str:
    """Why this person may not issue the bulletin now; empty where he may. Two queries."""
    if bulletin.state != BulletinState.SUBMITTED:
        return _("这份通报现在是“%(state)s”，只有“待签发”的通报才能签发。") % {
            "state": BulletinState(bulletin.state).label
        }
    if not may(account=account, permission=ISSUE, unit_id=bulletin.unit_id):
        return _("您的账号没有签发这个单位通报的权限。请联系有“签发通报”权限的人员。")
    if is_writer(bulletin, account.pk if account is not None else None):
        return _("这份通报由您汇总、修改或提交。为防止差错，须由另一人核对后签发。")
    return ""


def is_writer(bulletin: Bulletin, account_id: int | None) -> bool:
    """Whether somebody had a hand in the draft. One query."""
    if account_id in (bulletin.written_by_id, bulletin.changed_by_id, bulletin.submitted_by_id):
        return True
    return bulletin.writers.filter(pk=account_id).exists()


def _shown(content: Content) -> list[ShownPart]:
    charts = {chart.title: chart for chart in charts_of(content)}
    made = []
    for part in parts_of(content):
        blocks = []
        for block in part.blocks:
            if isinstance(block, Paragraph):
                blocks.append(ShownBlock("paragraph", pieces=_pieces(block.text)))
            elif isinstance(block, Table):
                rows = tuple(tuple(_pieces(cell) for cell in row) for row in block.rows)
                heads = tuple(str(head) for head in block.heads)
                blocks.append(ShownBlock("table", caption=block.caption, note=block.note, heads=heads, rows=rows))
            else:
                chart = charts.get(getattr(getattr(block, "chart", None), "title", ""))
                blocks.append(ShownBlock("chart", chart=chart))
        made.append(ShownPart(part.heading, tuple(blocks)))
    return made


def _pieces(text: Text) -> tuple[ShownPiece, ...]:
    return tuple(
        ShownPiece(piece.text, piece.trace_id) if isinstance(piece, Cited) else ShownPiece(piece)
        for piece in pieces(text)
    )


def paragraphs_of(bulletin: Bulletin) -> tuple[str, ...]:
    """The words of a bulletin, paragraph by paragraph. No query."""
    return tuple(
        plain(block.text)
        for part in parts_of(content_of(bulletin))
        for block in part.blocks
        if isinstance(block, Paragraph)
    )


def _listed(figures: Mapping[str, Any], light: str) -> tuple[ListedCommitment, ...]:
    found = figures["commitments"]
    return tuple(
        ListedCommitment(str(pk), one["text"], one["units"], one["due_on"], one["reason"], one["plan"])
        for pk in figures["lists"][light]
        if (one := found.get(str(pk)))
    )


def open_issued_file(*, account: Visitor, public_id: str, kind: str, today: date) -> tuple[Bulletin, BulletinFile]:
    """A file as it was issued. Raises ``Bulletin.DoesNotExist``, ``BulletinFile.DoesNotExist``, BulletinFileChanged."""
    bulletin = find_bulletin(account=account, public_id=public_id, today=today, issued_only=True)
    row = BulletinFile.objects.get(bulletin=bulletin, kind=kind)
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise BulletinFileChanged(
            _("《%(title)s》的文件与签发时的指纹不符，可能被改动，不予提供。请告知系统管理员，从备份恢复。")
            % {"title": bulletin.title}
        )
    return bulletin, row


# --- traces -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A number of the bulletin with whence it comes; ``items`` are the commitments that were counted."""

    key: str
    text: str
    label: str
    of: str
    on: str
    source: str
    snapshot: str
    rules: str
    citation: str
    link: str
    items: tuple[ListedCommitment, ...]


@dataclass(frozen=True, slots=True)
class TracePage:
    bulletin: Bulletin
    rows: tuple[TraceRow, ...]
    chosen: TraceRow | None


def get_traces(*, account: Visitor, public_id: str, today: date, key: str = "") -> TracePage:
    """All numbers of a bulletin with their traces; ``key`` chooses one, with the commitments behind it.

    Raises ``Bulletin.DoesNotExist``.
    """
    bulletin = find_bulletin(account=account, public_id=public_id, today=today)
    rows = tuple(_trace(bulletin.figures, name, with_items=name == key) for name in bulletin.figures["numbers"])
    return TracePage(bulletin, rows, next((row for row in rows if row.key == key), None))


def _trace(figures: Mapping[str, Any], key: str, *, with_items: bool) -> TraceRow:
    one = figures["numbers"][key]
    items: list[ListedCommitment] = []
    if with_items:
        for pk in one["items"]:
            found = figures["commitments"].get(str(pk))
            if found:
                items.append(
                    ListedCommitment(
                        str(pk), found["text"], found["units"], found["due_on"], found["reason"], found["plan"]
                    )
                )
    return TraceRow(
        key, one["text"], one["label"], one["of"], one["on"], one["source"], one["snapshot"] or figures["composed_at"][:16].replace("T", " "), one["rules"],
        one["citation"], one["link"], tuple(items),
    )  # fmt: skip


# --- composing and wording --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ComposePage:
    """What a bulletin may be composed of."""

    units: tuple[Unit, ...]
    plans: tuple[Plan, ...]
    kinds: tuple[CaseKind, ...]
    spans: tuple[Span, ...]


# A school has no circulars; whoever composes does so for an office.
OFFICES = ("bureau", "section", "county")


def get_compose_page(*, account: Visitor, today: date) -> ComposePage:
    """Units that the account composes for, published plans, kinds of case, periods. Three queries."""
    scope = scope_of(account=account, permission=COMPOSE)
    units = units_as_of(day=today, scope=scope).filter(kind__in=OFFICES) if not scope.is_empty else ()
    published = visible_plans(account).filter(state=PlanState.PUBLISHED, year__isnull=False)
    return ComposePage(
        units=tuple(sorted(units, key=lambda unit: (OFFICES.index(unit.kind), unit.code))),
        plans=tuple(published.defer("text", "header_read").order_by("-year", "issuer", "pk")[:60]),
        kinds=tuple(kind for kind in kinds().values() if kind.confidentiality == Confidentiality.INTERNAL),
        spans=tuple(recent_spans(today)),
    )


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place of the wordings: its name, what it means, and what it comes to in the latest bulletin."""

    name: str
    label: str
    current: str


@dataclass(frozen=True, slots=True)
class PreviewLine:
    worded: Worded
    preview: tuple[tuple[ShownPiece, ...], ...]
    problem: str


@dataclass(frozen=True, slots=True)
class WordingsPage:
    """How a unit words its bulletins, with the figures of its latest bulletin filled in."""

    unit: Unit
    units: tuple[Unit, ...]
    lines: tuple[PreviewLine, ...]
    places: tuple[PlaceLine, ...]
    series: tuple[BulletinSeries, ...]
    sample: Bulletin | None


def get_wordings(
    *, account: Visitor, today: date, unit: str = "", texts: Mapping[str, str] | None = None
) -> WordingsPage:
    """The wordings of a unit (a public id; by default the first that the account composes for). ``texts``: shown in their place,
    as in a preview. Raises ``Unit.DoesNotExist``."""
    page = get_compose_page(account=account, today=today)
    chosen = next((one for one in page.units if one.public_id == unit or not unit), None)
    if chosen is None:
        raise Unit.DoesNotExist
    sample = Bulletin.objects.filter(unit=chosen).select_related("series").order_by("-last_on", "-pk").first()
    values = values_of(content_of(sample)) if sample else None
    lines = []
    for worded in wordings_of(unit=chosen).values():
        text = (texts or {}).get(worded.slot.code, worded.text)
        shown = Worded(worded.slot, text, worded.version, worded.row)
        problem = problem_in(text)
        preview: tuple[tuple[ShownPiece, ...], ...] = ()
        if values and not problem:
            preview = tuple(_pieces(one.text) for one in read_wording(text).paragraphs(values))
        lines.append(PreviewLine(shown, preview, problem))
    places = tuple(PlaceLine(name, str(label), values[name].text if values else "") for name, label in PLACES.items())
    series = tuple(BulletinSeries.objects.filter(unit=chosen).order_by("kind"))
    return WordingsPage(chosen, page.units, tuple(lines), places, series, sample)


def get_versions(*, account: Visitor, today: date, unit: str, slot: str) -> tuple[Unit, Worded, Sequence[Any]]:
    """All versions of a part of a unit's wording. Raises ``Unit.DoesNotExist``, KeyError for a part that is none."""
    chosen = next((one for one in get_compose_page(account=account, today=today).units if one.public_id == unit), None)
    if chosen is None:
        raise Unit.DoesNotExist
    return chosen, wordings_of(unit=chosen)[SLOTS[slot].code], versions_of(unit=chosen, slot=slot)


def title_in(content: Content) -> str:
    """The title, empty where its wording cannot be read."""
    try:
        return title_of(content)
    except UnableToReadWording:
        return ""
