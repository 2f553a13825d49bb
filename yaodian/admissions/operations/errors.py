"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToAnnounceSeason(UnableTo):
    """The rules contradict each other, or the person may not be the second one. `sentences` holds every contradiction."""

    sentences: tuple[str, ...] = ()


class UnableToKeepRules(UnableTo):
    """A rule is not such that it could be kept, was changed by somebody else meanwhile, or stands announced."""


class UnableToMakeSeason(UnableTo):
    """The season has no title or year, or those of another."""


class WrongState(UnableTo):
    """It is too early or too late for this in the season, the intake, the application or the place."""

    status = 409
