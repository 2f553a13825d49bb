"""Why an operation on a case could not be done. A missing permission, a wrong state and a broken rule are different
errors, because the person does different things next. A missing role altogether is `PermissionMissing`."""

from __future__ import annotations

from yaodian.cases.queries.actions import Refusal
from yaodian.foundation.refusing import UnableTo


class UnableToActOnCase(UnableTo):
    """The action is not open to this person in this state; the sentence is the one that `queries.actions` gives."""

    @classmethod
    def because(cls, refusal: Refusal) -> UnableToActOnCase:
        return cls(refusal.message, code=refusal.code, status=refusal.status)


class UnableToOpenCase(UnableTo):
    """What was said of the new case breaks a rule."""


class StaleCase(UnableToActOnCase):
    """Somebody changed the case since the page was opened."""
