"""The one door of the reader: a document in, a :class:`.plan.Plan` out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace

from .body import Body, Row, find_body
from .deadlines import Moment, moments_in
from .errors import UnreadableDocument
from .formats import extract
from .header import find_header
from .oddities import find_oddities
from .outline import Outline, find_outline
from .plan import Deadline, Plan, Policy, Responsible, Span, System, Target
from .policies import documents_in
from .responsible import Finding, find_responsible
from .sentences import Found
from .systems import systems_in
from .targets import targets_in


def read(document: str | bytes, *, name: str = "") -> Plan:
    """Read a work plan.

    ``document`` is its text or the bytes of a text, HTML, Word (.docx), PDF or Markdown file; ``name`` is used in messages
    only, the format is told by content. The same input gives the same plan. Raises :class:`.errors.UnreadableDocument`
    with a sentence for the person who sent it.

    1. The format's reader gives lines and tables (:mod:`.formats`).
    2. Site chrome goes, the title is named (:mod:`.body`).
    3. Clause numbers give the nodes (:mod:`.outline`).
    4. Line by line: lists of units, documents' names, deadlines, targets, systems; each in the innermost node.
    5. Header fields (:mod:`.header`) and warnings (:mod:`.oddities`).
    """
    body = find_body(extract(document, name=name))
    try:
        outline = find_outline(body)
    except OverflowError as error:
        raise UnreadableDocument("too-many-clauses", name=name, count=error.args[0]) from error
    if not body.text.strip():
        raise UnreadableDocument("empty", name=name)
    if not outline.nodes:
        raise UnreadableDocument("no-clauses", name=name)
    header = find_header(body, outline)
    found = _Items(body, outline, header.year)
    return Plan(
        title=header.title,
        issuer=header.issuer,
        year=header.year,
        doc_number=header.doc_number,
        index_number=header.index_number,
        written_on=header.written_on,
        published_on=header.published_on,
        text=body.text,
        nodes=outline.nodes,
        targets=tuple(found.targets),
        deadlines=tuple(found.deadlines),
        responsible=tuple(found.responsible),
        policies=tuple(found.policies),
        systems=tuple(found.systems),
        warnings=tuple(
            find_oddities(body, outline, found.targets, found.moments, found.lists, header.year, header.title)
        ),
    )


class _Regions:
    """Which node each place of the text belongs to: the innermost whose own part holds it."""

    def __init__(self, outline: Outline) -> None:
        parts = sorted(
            (low, high, node.id) for node, own in zip(outline.nodes, outline.own, strict=True) for low, high in own
        )
        self.starts = [low for low, _, _ in parts]
        self.parts = parts

    def get(self, at: int) -> int | None:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return None
        low, high, node = self.parts[index]
        return node if low <= at < high else None


#: Paragraphs of real plans stay below this; what is longer is read in pieces.
PIECE_LENGTH = 2_000
#: A label whose time limit bounds everything its clause promises: 完成时限:6月底前.
_TIME_LIMIT = re.compile(r"(?:完成|办结|整改|落实)?(?:时限|期限|时间节点|完成时间|时间要求)[】〕\]]?\s*:?\s*$")


class _Items:
    """Everything found inside the text, kind by kind."""

    def __init__(self, body: Body, outline: Outline, year: int | None) -> None:
        self.body, self.outline, self.year = body, outline, year
        self.regions = _Regions(outline)
        self.targets: list[Target] = []
        self.deadlines: list[Deadline] = []
        self.policies: list[Policy] = []
        self.systems: list[System] = []
        self.moments: list[Moment] = []
        self.responsible: list[Responsible]
        self.lists: list[Finding]
        self.responsible, self.lists = find_responsible(body, outline, self.regions)
        self.closing = outline.closing[0] if outline.closing else len(body.text)
        self._deadline_cells: dict[int, Span] = {}
        self._labelled: dict[int, str] = {}
        self._named: dict[int | None, set[str]] = {}
        hidden_lists = [finding_span(finding) for finding in self.lists]
        for line in body.lines:
            if line.is_table_head:
                continue
            if line.row is not None:
                self._read_row(line.row, line.columns.kinds if line.columns else {}, hidden_lists)
            else:
                self._read_piece(line.start, line.end, hidden_lists, is_preamble=self.regions.get(line.start) is None)
        self.targets = [
            replace(target, due=target.due or self._labelled.get(target.node)) if target.node is not None else target
            for target in self.targets
        ]

    def _read_row(self, row: Row, kinds: dict[int, str], hidden_lists: list[Span]) -> None:
        """The cells of a row that hold prose. A deadline in a cell of its own, merged or not, bounds the row's targets."""
        due: str | None = None
        node = self.regions.get(row.start)
        for column in (column for column, kind in kinds.items() if kind == "deadline" and column < len(row.values)):
            own = next(((cell.start, cell.end) for cell in row.cells if cell.column == column), None)
            if own is not None:
                self._deadline_cells[column] = own
            elif not row.values[column].strip():
                continue
            start, end = own or self._deadline_cells.get(column, (row.start, row.start))
            moments = moments_in(self.body.folded[start:end], self.year, start)
            for moment in moments:
                self._add_deadline(moment, node)
            due = next((moment.date for moment in moments if moment.date), due)
        count = len(self.targets)
        for cell in row.cells:
            if kinds.get(cell.column) in (None, "task"):
                self._read_piece(cell.start, cell.end, hidden_lists, is_preamble=False)
        self.targets[count:] = [replace(target, due=target.due or due) for target in self.targets[count:]]

    def _add_deadline(self, moment: Moment, node: int | None) -> None:
        self.moments.append(moment)
        text = self.body.text[moment.start : moment.end]
        self.deadlines.append(
            Deadline(node, text, moment.date, (moment.start, moment.end), round(moment.confidence, 2), moment.rule)
        )

    def _read_piece(self, start: int, end: int, hidden_lists: list[Span], *, is_preamble: bool) -> None:
        """Read prose in pieces of bounded length, cut at the ends of sentences: no line can cost more than its length."""
        while end - start > PIECE_LENGTH:
            cut = max(self.body.folded.rfind(mark, start, start + PIECE_LENGTH) for mark in "。;!?,") + 1
            cut = cut if cut > start else start + PIECE_LENGTH
            self._read_short_piece(start, cut, hidden_lists, is_preamble=is_preamble)
            start = cut
        self._read_short_piece(start, end, hidden_lists, is_preamble=is_preamble)

    def _read_short_piece(self, start: int, end: int, hidden_lists: list[Span], *, is_preamble: bool) -> None:
        folded = self.body.folded[start:end]
        names = documents_in(folded, start)
        for named in names:
            printed = self.body.text[named.start + 1 : named.end - 1]
            self.policies.append(
                Policy(
                    self.regions.get(named.start),
                    printed,
                    (named.start, named.end),
                    0.97 if named.is_certain else 0.7,
                    "policy/book-marks",
                )
            )
        # The lists of units stand in order and apart, so that those of a line are found by bisection.
        first = bisect_right(hidden_lists, start, key=lambda span: span[1])
        last = bisect_left(hidden_lists, end, key=lambda span: span[0])
        hidden = [(named.start, named.end) for named in names] + hidden_lists[first:last]
        moments = [
            moment
            for moment in moments_in(folded, self.year, start, is_preamble=is_preamble)
            if not _within(moment.start, hidden[: len(names)])
        ]
        for moment in moments:
            node = self.regions.get(moment.start)
            self._add_deadline(moment, node)
            if node is not None and moment.date and _TIME_LIMIT.search(folded, 0, moment.start - start):
                self._labelled[node] = moment.date
        if start < self.closing:
            found = (self._target(each) for each in targets_in(folded, start, moments, hidden, self.year))
            self.targets.extend(target for target in found if target.subject)
        near = tuple((low - start, high - start) for low, high in hidden)
        for system in systems_in(folded, start, near):
            node = self.regions.get(system.start)
            name = self.body.text[system.start : system.end]
            known = self._named.setdefault(node, set())
            if not any(longer.endswith(name) for longer in known):
                self._named[node].add(name)
                self.systems.append(System(node, name, (system.start, system.end), system.confidence, system.rule))

    def _target(self, found: Found) -> Target:
        subject = (
            found.subject if isinstance(found.subject, str) else self.body.text[found.subject[0] : found.subject[1]]
        )
        return Target(
            node=self.regions.get(found.end - 1),
            subject=subject.strip(),
            comparator=found.comparator,
            value=found.value,
            value_max=found.value_max,
            unit=found.unit,
            due=found.due,
            per=found.per,
            strength=found.strength,
            implicit=found.implicit,
            span=(min(found.start, found.end - 1), found.end),
            confidence=round(found.confidence, 2),
            rule=found.rule,
        )


def finding_span(finding: Finding) -> Span:
    """The place of a list of units."""
    return finding.start, finding.end


def _within(at: int, spans: list[Span]) -> bool:
    return any(low <= at < high for low, high in spans)
