"""Why an operation was refused; nothing was changed then. A missing permission is `organisations.queries.PermissionMissing`."""

from collections.abc import Mapping
from typing import Any

from yaodian.foundation.refusing import UnableTo


class WrongState(UnableTo):
    """The record is in a state in which this cannot be done."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message, code="wrong-state")


class StaleVersion(UnableTo):
    """Somebody changed the row since it was shown: `current` is what stands now, of the columns that were to change."""

    status = 409

    def __init__(self, message: str, *, current: Mapping[str, Any], current_version: int) -> None:
        super().__init__(message, code="stale-version")
        self.current = dict(current)
        self.current_version = current_version


class UnableToCreateSchool(UnableTo):
    """The school cannot be set up."""


class UnableToChangeSchool(UnableTo):
    """The school, or one of its campuses, cannot be changed so."""


class UnableToCloseSchool(UnableTo):
    """The school cannot be closed."""


class UnableToChangeClass(UnableTo):
    """The class cannot be opened, changed or closed so."""


class UnableToPromoteClasses(UnableTo):
    """The classes cannot move up on this day."""


class UnableToAppointTeacher(UnableTo):
    """The teacher cannot be entered."""


class UnableToChangeTeacher(UnableTo):
    """The teacher's record cannot be changed so."""


class UnableToMoveTeacher(UnableTo):
    """The teacher cannot go to this school on this day."""


class UnableToEnrolPupil(UnableTo):
    """The pupil cannot be entered."""


class UnableToChangePupil(UnableTo):
    """The pupil's record cannot be changed so."""


class UnableToTransferPupil(UnableTo):
    """The pupil cannot go to this school or class."""


class UnableToMergePupils(UnableTo):
    """The two records cannot be made one, or two again."""


class UnableToChangeGuardian(UnableTo):
    """The guardian cannot be entered, changed, confirmed or ended so."""


class UnableToStoreReturn(UnableTo):
    """The figures contradict themselves or have no place."""


class UnableToUnmask(UnableTo):
    """Nothing is shown in clear: no purpose was given, or none that this kind of record can be opened for."""


class UnableToRecordConsent(UnableTo):
    """What a guardian said cannot be written down so."""


class UnableToReceiveRequest(UnableTo):
    """The request cannot be taken: nobody's guardian, or one is open already."""


class UnableToAnswerRequest(UnableTo):
    """The request cannot be closed so."""


class UnableToErase(UnableTo):
    """Law or the state of things asks that the data be kept; the message says until when and what to do."""


class UnableToSetRetention(UnableTo):
    """The rule contradicts law, or itself."""


class UnableToOpenAccount(UnableTo):
    """The guardian cannot be given this account."""


class UnableToImport(UnableTo):
    """Rows of a table cannot be stored."""
