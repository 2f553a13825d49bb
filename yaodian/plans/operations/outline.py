"""The clauses of one plan as a tree, in memory: absorb a clause, put one in, and save what that changed.

What stands is where each live clause begins, where its own words end, and its level; parents, paths, spans, order and
searchable text follow from these. A clause that is rejected or merged gives its words and findings to the clause
right before it in the document (or to the preamble), and gets them back when it is restored.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from yaodian.plans.models import FINDING_MODELS, Clause, Finding, ItemState, Plan
from yaodian.plans.problem import paths_of, searchable, trimmed_end

_DERIVED = (
    "parent_id",
    "merged_into_id",
    "position",
    "path",
    "span_start",
    "span_end",
    "own_end",
    "search_text",
    "state",
    "level",
)


class Outline:
    """All clauses and findings of a plan. Change them through the methods, then call :meth:`save`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clauses: list[Clause] = list(plan.clauses.all())
        self.findings: dict[str, list[Finding]] = {
            kind: list(model._default_manager.filter(plan=plan)) for kind, model in FINDING_MODELS.items()
        }
        self._before = {clause.pk: _state_of(clause) for clause in self.clauses}
        self._homes = {finding.ref: finding.clause_id for finding in self.all_findings()}

    def all_findings(self) -> Iterable[Finding]:
        """Findings of all kinds."""
        return chain.from_iterable(self.findings.values())

    def clause(self, pk: int) -> Clause:
        """The clause of a row number; raises ``Clause.DoesNotExist``."""
        for clause in self.clauses:
            if clause.pk == pk:
                return clause
        raise Clause.DoesNotExist

    def live(self) -> list[Clause]:
        """Live clauses in the order of the document."""
        return sorted(
            (clause for clause in self.clauses if clause.is_live), key=lambda row: (row.span_start, row.level)
        )

    def before(self, offset: int) -> Clause | None:
        """The live clause that begins last before ``offset``."""
        return next((clause for clause in reversed(self.live()) if clause.span_start < offset), None)

    def home_of(self, offset: int) -> Clause | None:
        """The innermost live clause whose span holds ``offset``; ``None`` in the preamble and after the end."""
        holding = [clause for clause in self.live() if clause.span_start <= offset < clause.span_end]
        return holding[-1] if holding else None

    def next_sibling(self, clause: Clause) -> Clause | None:
        """The next live clause under the same parent."""
        following = (row for row in self.live() if row.span_start > clause.span_start)
        return next((row for row in following if row.parent_id == clause.parent_id), None)

    def previous_sibling(self, clause: Clause) -> Clause | None:
        """The live clause before it under the same parent."""
        earlier = (row for row in reversed(self.live()) if row.span_start < clause.span_start)
        return next((row for row in earlier if row.parent_id == clause.parent_id), None)

    def absorb(self, clause: Clause) -> Clause | None:
        """Rejects a clause; the clause before it takes words and findings. Returns that one (``None``: preamble)."""
        survivor = self.before(clause.span_start)
        for finding in self.all_findings():
            if finding.clause_id == clause.pk:
                finding.clause_id = survivor.pk if survivor else None
        for other in self.clauses:
            if other.merged_into_id == clause.pk:
                other.merged_into_id = survivor.pk if survivor else None
        if survivor is not None:
            survivor.own_end = max(survivor.own_end, clause.own_end)
        clause.state = ItemState.REJECTED
        clause.merged_into_id = survivor.pk if survivor else None
        self.relink()
        return survivor

    def put_in(self, clause: Clause, *, state: str) -> Clause | None:
        """Makes a saved clause live from its ``span_start`` on; it takes the words there from the clause before it.

        Returns the clause that gave them (``None``: the preamble).
        """
        giver = self.before(clause.span_start)
        following = next((row for row in self.live() if row.span_start > clause.span_start), None)
        limit = following.span_start if following else len(self.plan.text)
        if giver is not None and giver.own_end > clause.span_start:
            end = giver.own_end
            giver.own_end = trimmed_end(self.plan.text, giver.span_start, clause.span_start)
        else:
            end = clause.own_end
        end = trimmed_end(self.plan.text, clause.span_start, min(end, limit))
        clause.own_end = end
        clause.state = state
        clause.merged_into_id = None
        giver_id = giver.pk if giver else None
        for finding in self.all_findings():
            if finding.clause_id == giver_id and clause.span_start <= finding.span_start < end:
                finding.clause_id = clause.pk
        for other in self.clauses:
            is_inside = clause.span_start < other.span_start < end
            if other.state == ItemState.REJECTED and other.merged_into_id == giver_id and is_inside:
                other.merged_into_id = clause.pk
        if clause not in self.clauses:
            self.clauses.append(clause)
        self.relink()
        return giver

    def relink(self) -> None:
        """Works out parents, paths, spans, order and searchable text from where the live clauses stand."""
        live = self.live()
        above: list[Clause] = []
        for clause in live:
            while above and above[-1].level >= clause.level:
                above.pop()
            clause.parent_id = above[-1].pk if above else None
            clause.span_end = clause.own_end
            for row in above:
                row.span_end = max(row.span_end, clause.own_end)
            above.append(clause)
            clause.search_text = searchable(self.plan.text[clause.span_start : clause.own_end])
        # Rejected clauses keep their place in the order, so that a list of them reads like the document.
        placed = [clause for clause in self.clauses if clause.state != ItemState.LOST]
        for position, clause in enumerate(sorted(placed, key=lambda row: (row.span_start, row.level))):
            clause.position = position
        index_of = {clause.pk: index for index, clause in enumerate(live)}
        parents = [None if clause.parent_id is None else index_of[clause.parent_id] for clause in live]
        for clause, path in zip(live, paths_of([clause.number for clause in live], parents), strict=True):
            clause.path = path

    def save(self) -> None:
        """Writes the clauses that changed and the findings that moved."""
        changed = [clause for clause in self.clauses if self._before.get(clause.pk) != _state_of(clause)]
        Clause.objects.bulk_update(changed, _FIELDS, batch_size=100)
        for kind, items in self.findings.items():
            moved = [item for item in items if self._homes.get(item.ref, item.clause_id) != item.clause_id]
            FINDING_MODELS[kind]._default_manager.bulk_update(moved, ["clause"], batch_size=100)


_FIELDS = [name.removesuffix("_id") for name in _DERIVED]


def _state_of(clause: Clause) -> tuple[Any, ...]:
    return tuple(getattr(clause, name) for name in _DERIVED)
