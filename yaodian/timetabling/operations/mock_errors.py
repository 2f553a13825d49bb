"""Why an operation on a mock examination was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToKeepMock(UnableTo):
    """What it would say contradicts itself, or somebody else was quicker."""


class UnableToLoadScores(UnableTo):
    """A score is none, belongs to a subject that was not chosen, or to somebody who is not of the grade."""


class UnableToConvertScores(UnableTo):
    """Scores are missing, or no rule was in force on the day."""

    status = 409


class UnableToPublishMock(UnableTo):
    """The person may not be the second one, or the gate found something. `sentences` holds everything found."""

    status = 409
    sentences: tuple[str, ...] = ()


class UnableToReopenMock(UnableTo):
    """No reason was given for taking published results back."""


class UnableToListScores(UnableTo):
    """No purpose was given, nobody was named, or the results are not published yet."""
