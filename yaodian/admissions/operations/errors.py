"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToCheckApplication(UnableTo):
    """The person may not look at it again, the verdict lacks something, or the application has changed meanwhile."""


class UnableToCloseChecking(UnableTo):
    """Applications still wait for a decision."""

    status = 409


class UnableToLoadReferences(UnableTo):
    """The list is of no known kind, or holds nothing."""


class UnableToReopenDecision(UnableTo):
    """There is no decision to be reopened, no reason, or the person took part in it."""


class UnableToSettleObjection(UnableTo):
    """There is no objection, or no reason was given."""


class WrongState(UnableTo):
    """It is too early or too late for this in the season, the intake, the application or the place."""

    status = 409
