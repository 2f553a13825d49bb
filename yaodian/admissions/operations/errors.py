"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class WrongState(UnableTo):
    """It is too early or too late for this in the season, the intake, the application or the place."""

    status = 409
