"""The same child in several applications: found by its paper, never by its name."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, PaperKind
from yaodian.admissions.problem.indexing import child_indexes


def indexes_of(row: Application) -> tuple[bytes, ...]:
    """The indexes of the child of an application; none for a child without a paper, whom a clerk looks at anyway."""
    child = Content.from_json(row.content).child
    return () if child.paper == PaperKind.NONE or not child.number else child_indexes(child.paper, child.number)


def same_child(indexes: Collection[bytes]) -> Q:
    """Applications that stand for the child with one of these indexes."""
    return Q(child_index__in=list(indexes)) | Q(doubled_index__in=list(indexes))
