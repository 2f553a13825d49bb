"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class WrongState(UnableTo):
    """The examination, or its plan, is not at the step that this belongs to."""

    status = 409


class UnableToKeepExam(UnableTo):
    """What was typed cannot stand, or somebody else was quicker."""


class UnableToLoadLists(UnableTo):
    """A line of a list names what is not there, or others hang on it."""


class UnableToCloseLists(UnableTo):
    """The lists cannot be seated, or a reason is missing. `sentences` holds everything found."""

    sentences: tuple[str, ...] = ()


class UnableToDrawSeats(UnableTo):
    """The seed is missing, a plan stands already, or a reason is missing."""


class UnableToPublishPlan(UnableTo):
    """The person may not be the second one, or the gate found something. `sentences` holds everything found."""

    sentences: tuple[str, ...] = ()
