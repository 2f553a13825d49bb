"""What comes in: questions, corrections, steps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from yaodian.plans import operations
from yaodian.plans.api.types import (
    Key,
    Number,
    Offset,
    PageNumber,
    PageSize,
    PublicId,
    Reason,
    RowId,
    Span,
    Version,
    Words,
    Year,
)


class ChangeIn(Schema):
    """What every correction carries: the version that was seen, why, and a key of the caller's for this one request."""

    expected_version: Version
    reason: Reason = ""
    client_key: Key = ""


class StepIn(Schema):
    """A step of the plan's state; ``expected_version`` is the plan's ``version``."""

    expected_version: Version
    reason: Reason = ""


class TargetIn(Schema):
    """A target's content.

    ``value_max`` with ``between`` (needed, greater than ``value``) and with ``change`` (where a range is meant: of the
    same sign as ``value`` and further from 0, as -5 and -8); with no other comparator.
    """

    subject: Words
    comparator: Literal["at_least", "at_most", "about", "between", "change"]
    value: Number
    value_max: Number | None = None
    unit: Words = ""
    due_on: date | None = None
    per: Literal["", "year", "term", "month", "week"] = ""
    strength: Literal["must", "strive"] = "must"
    is_implicit: bool = False


class DeadlineIn(Schema):
    """A deadline's content."""

    due_on: date | None = None


class ResponsibilityIn(Schema):
    """The units of a clause."""

    units: Annotated[list[Words], Field(max_length=200)]
    lead: Annotated[list[Words], Field(max_length=200)] = []
    support: Annotated[list[Words], Field(max_length=200)] = []


class MentionIn(Schema):
    """The name of a policy or system."""

    name: Words


class HeaderIn(ChangeIn):
    """The header of a plan; ``expected_version`` is its ``header_version``."""

    title: Words
    issuer: Words = ""
    year: int | None = None
    doc_number: Words = ""
    index_number: Words = ""
    written_on: date | None = None
    source_published_on: date | None = None


class ClauseIn(ChangeIn):
    """Number and heading of a clause."""

    number: Words
    heading: Words = ""


class SplitIn(Schema):
    """Where a new clause begins. ``clause_id`` null: in the preamble."""

    clause_id: RowId | None = None
    expected_version: Version | None = None
    at: Offset
    number: Words
    heading: Words = ""
    level: Annotated[int, Field(ge=1, le=99)] | None = None
    reason: Reason = ""
    client_key: Key = ""


class MergeIn(ChangeIn):
    """With which sibling a clause is merged."""

    direction: Literal["next", "previous"] = "next"


class FindingIn(Schema):
    """Exactly one content, of the kind the address names."""

    target: TargetIn | None = None
    deadline: DeadlineIn | None = None
    responsibility: ResponsibilityIn | None = None
    policy: MentionIn | None = None
    system: MentionIn | None = None


class FindingChangeIn(ChangeIn, FindingIn):
    """New content of a finding, and other words of the text if ``span`` is given."""

    span: Span | None = None


class FindingAddIn(FindingIn):
    """A finding the reader missed; its words are those of ``span``."""

    span: Span
    reason: Reason = ""
    client_key: Key = ""


class DismissIn(Schema):
    """Whether a warning counts as looked at."""

    is_dismissed: bool = True


class CertainIn(Schema):
    """From which confidence on items are confirmed."""

    threshold: Annotated[float, Field(ge=0.5, le=1)] = operations.CERTAIN


class PageIn(Schema):
    """Which page of a list."""

    page: PageNumber = 1
    size: PageSize = 20


class ListIn(PageIn):
    """What a list of plans is narrowed to; ``text`` are words of title or issuer."""

    text: Words = ""
    state: Literal["", "reading", "failed", "review", "submitted", "published", "withdrawn"] = ""
    year: Year | None = None
    issuer: Words = ""


class SearchIn(PageIn):
    """What is searched for, and within what; ``plan`` is a public id."""

    text: Words
    year: Year | None = None
    issuer: Words = ""
    plan: Annotated[str, StringConstraints(pattern=r"^([0-9a-z]{12})?$")] = ""


class UnitsIn(Schema):
    """Which units are listed: of one year, with words in their name."""

    year: Year | None = None
    text: Words = ""


class DutiesIn(Schema):
    """Whose duties, and of which year."""

    unit: Words
    year: Year | None = None


class CompareIn(Schema):
    """Public ids of the two plans."""

    left: PublicId
    right: PublicId
