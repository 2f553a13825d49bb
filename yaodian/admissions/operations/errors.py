"""Why an operation was refused; nothing was changed then."""

from yaodian.admissions.problem.stating import Fault
from yaodian.foundation.refusing import UnableTo


class UnableToAcceptPlace(UnableTo):
    """The place is not this family's, or its time is over."""


class UnableToAddProof(UnableTo):
    """The document cannot be added: of no kind that is asked for, or too many are there."""


class UnableToAnnounceSeason(UnableTo):
    """The rules contradict each other, or the person may not be the second one. `sentences` holds every contradiction."""

    sentences: tuple[str, ...] = ()


class UnableToAnnounceScores(UnableTo):
    """The rules of the round cannot be kept, or the person may not be the second one. `sentences` holds everything found."""

    sentences: tuple[str, ...] = ()


class UnableToAskRun(UnableTo):
    """The placement cannot be asked for, or cannot be computed."""


class UnableToAskScoreRun(UnableTo):
    """The placement by score cannot be asked for, or not be dropped."""


class UnableToChangeApplication(UnableTo):
    """What it would say is not as it must be; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToCheckApplication(UnableTo):
    """The person may not look at it again, the verdict lacks something, or the application has changed meanwhile."""


class UnableToChooseApplication(UnableTo):
    """It is settled, has changed meanwhile, or is not for this person to say which application of a child takes part."""


class UnableToCloseChecking(UnableTo):
    """Applications still wait for a decision."""

    status = 409


class UnableToCloseScores(UnableTo):
    """What was loaded cannot be placed by. `sentences` holds everything found."""

    sentences: tuple[str, ...] = ()


class UnableToCountForecast(UnableTo):
    """There is no household list to count."""


class UnableToDecideAppeal(UnableTo):
    """The appeal was decided already, has no reason, or is not this person's to decide."""


class UnableToDraw(UnableTo):
    """A source is not known yet or missing, or what was drawn does not hold before the verifier."""


class UnableToEndIntake(UnableTo):
    """Its days are not over, or something in it is still open."""

    status = 409


class UnableToEraseApplication(UnableTo):
    """The application takes part still, or is held for a matter that is not closed."""

    status = 409


class UnableToFileAppeal(UnableTo):
    """The time limit is over, or there is nothing to appeal against."""


class UnableToHoldApplication(UnableTo):
    """No reason was given, or the application is held or erased already."""


class UnableToKeepRules(UnableTo):
    """A rule is not such that it could be kept, was changed by somebody else meanwhile, or stands announced."""


class UnableToLoadReferences(UnableTo):
    """The list is of no known kind, or holds nothing."""


class UnableToLoadScores(UnableTo):
    """Rows of a list belong to another round, another school or another batch than there is."""


class UnableToMakeSeason(UnableTo):
    """The season has no title or year, or those of another."""


class UnableToObjectAsGuardian(UnableTo):
    """There is nothing to object to, or no reason was given."""


class UnableToOpenRun(UnableTo):
    """The gate of publication found something; nothing was opened. `findings` are the sentences."""

    status = 409

    def __init__(self, message: str, *, code: str, findings: tuple[str, ...] = ()) -> None:
        super().__init__(message, code=code)
        self.findings = findings


class UnableToOpenRound(UnableTo):
    """There is nobody left over, no place is free, a further round is there already, or its days contradict each other."""


class UnableToOpenScoreRun(UnableToOpenRun):
    """The gate of publication of scores found something; nothing was opened."""


class UnableToPromiseDraw(UnableTo):
    """The list or the sources are not such that a draw could be promised over them."""


class UnableToRemoveProof(UnableTo):
    """The document cannot be taken away."""


class UnableToReopenDecision(UnableTo):
    """There is no decision to be reopened, no reason, or the person took part in it."""


class UnableToRestateWishes(UnableTo):
    """A school is not one that may be wished for in this round; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToSaveDraft(UnableTo):
    """What was typed is too long to be kept; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToSettleObjection(UnableTo):
    """There is no objection, or no reason was given."""


class UnableToStartDraft(UnableTo):
    """No draft was begun: there are too many already."""


class UnableToSubmitApplication(UnableTo):
    """What it says is not as it must be, or is not what was read before it was sent; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToUndoChange(UnableTo):
    """There is no change that can still be taken back."""

    status = 409


class UnableToVoidDraw(UnableTo):
    """There is no reason given."""


class WrongState(UnableTo):
    """It is too early or too late for this in the season, the intake, the application or the place."""

    status = 409
