"""Why an operation was refused; nothing was changed then."""

from yaodian.admissions.problem.stating import Fault
from yaodian.foundation.refusing import UnableTo


class UnableToAddProof(UnableTo):
    """The document cannot be added: of no kind that is asked for, or too many are there."""


class UnableToChangeApplication(UnableTo):
    """What it would say is not as it must be; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToObjectAsGuardian(UnableTo):
    """There is nothing to object to, or no reason was given."""


class UnableToRemoveProof(UnableTo):
    """The document cannot be taken away."""


class UnableToSaveDraft(UnableTo):
    """What was typed is too long to be kept; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToStartDraft(UnableTo):
    """No draft was begun: there are too many already."""


class UnableToSubmitApplication(UnableTo):
    """What it says is not as it must be, or is not what was read before it was sent; `faults` names each field."""

    faults: tuple[Fault, ...] = ()


class UnableToUndoChange(UnableTo):
    """There is no change that can still be taken back."""

    status = 409


class WrongState(UnableTo):
    """It is too early or too late for this in the season, the intake, the application or the place."""

    status = 409
