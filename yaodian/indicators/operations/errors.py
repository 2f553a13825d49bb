"""Why an operation was refused; nothing was changed then."""


class UnableTo(Exception):
    """`message` says in the user's language what, where, why and what to do; `code` is stable; `field` names the place."""

    status = 422

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class UnableToStateFacts(UnableTo):
    """A fact is none of those asked, has no evidence, or a value that its quantity cannot have."""


class UnableToAssess(UnableTo):
    """There is no such statute or county, or nothing was reported for the year."""


class UnableToKeepScenario(UnableTo):
    """The scenario has no name, a change that cannot be done, or is gone."""


class StaleScenario(UnableToKeepScenario):
    """Somebody has changed the scenario meanwhile."""

    status = 409
