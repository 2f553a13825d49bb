"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToKeepSheet(UnableTo):
    """The sheet or one of its items is not such that marks could be reckoned with it."""


class UnableToMakeRound(UnableTo):
    """The round has no title, or one that another has, or days that contradict each other."""


class UnableToAdvanceRound(UnableTo):
    """The round is not in the state for it, or something is still missing."""

    status = 409


class UnableToAssignAssessors(UnableTo):
    """Nobody could be assigned."""


class UnableToGiveMark(UnableTo):
    """The mark is none that the item can have, has no evidence, or is not this person's to give."""


class UnableToEnterOccurrence(UnableTo):
    """What happened cannot be counted for this item, or has no reason."""


class UnableToDecideMark(UnableTo):
    """The mark is none that the item can have, or nothing is there to be decided by hand."""


class UnableToFileAppeal(UnableTo):
    """The time limit is over, the person is not the unit's, or the item was appealed already."""


class UnableToDecideAppeal(UnableTo):
    """The person has marked this unit or filed the appeal, or it was decided already."""


class WrongState(UnableTo):
    """It is too early or too late for this in the round."""

    status = 409
