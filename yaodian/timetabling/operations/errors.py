"""Why an operation was refused; nothing was changed then."""

from yaodian.foundation.refusing import UnableTo


class UnableToKeepRound(UnableTo):
    """What the round would say contradicts itself, or somebody else was quicker."""


class UnableToOpenRound(UnableTo):
    """The round lacks something, or another one of the grade is open."""


class UnableToSettleRound(UnableTo):
    """Somebody has not chosen yet, or choices still wait to be looked at."""

    status = 409


class UnableToIssueLetters(UnableTo):
    """The round takes no more choices, or the pupils are not in it."""


class UnableToOpenLetter(UnableTo):
    """The code does not fit; one sentence for every reason, so that it does not tell which codes exist."""


class UnableToChoose(UnableTo):
    """The subjects are no combination, it is not offered, its places are taken, or the pupil is not in the round."""


class UnableToDecideChoice(UnableTo):
    """It does not wait any more, or this person may not be the one who looks."""


class UnableToRemind(UnableTo):
    """Nobody is missing, or they were reminded today."""


class UnableToListMissing(UnableTo):
    """No purpose was given for which names may be seen."""


class UnableToKeepRequirements(UnableTo):
    """The table, or a line of it, is not as it must be."""


class WrongState(UnableTo):
    """The round is in a state in which this is not done."""

    status = 409
