"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToStateFacts(UnableTo):
    """A fact is none of those asked, has no evidence, or a value that its quantity cannot have."""


class UnableToAssess(UnableTo):
    """There is no such statute or county, or nothing was reported for the year."""


class UnableToKeepScenario(UnableTo):
    """The scenario has no name, a change that cannot be done, or is gone."""


class StaleScenario(UnableToKeepScenario):
    """Somebody has changed the scenario meanwhile."""

    status = 409
