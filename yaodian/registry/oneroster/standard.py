"""OneRoster 1.2 as CSV: its files, their columns, and how the registry's codes are said in it.

Source: 1EdTech, OneRoster CSV Binding 1.2. A file set is a ZIP with manifest.csv outermost, which says of every file
whether it is there (bulk) or not (absent); UTF-8; in bulk files `status` and `dateLastModified` are empty; columns that the
standard does not have are called `metadata.…` and stand on the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yaodian.registry.models import STAGES_OF, Gender, Stage

VERSION: Final = "1.2"
MANIFEST: Final = "manifest.csv"
_BASE: Final = ("sourcedId", "status", "dateLastModified")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "orgs.csv": (*_BASE, "name", "type", "identifier", "parentSourcedId"),
    "academicSessions.csv": (*_BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "courses.csv": (
        *_BASE, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
    ),
    "classes.csv": (
        *_BASE, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "users.csv": (
        *_BASE, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
        "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
    "roles.csv": (
        *_BASE, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
    ),
    "demographics.csv": (
        *_BASE, "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
        "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    ),
    "enrollments.csv": (
        *_BASE, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
    ),
}  # fmt: skip
"""In the order of the standard, without the extensions."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "orgs.csv": ("sourcedId", "name", "type"),
    "academicSessions.csv": ("sourcedId", "title", "type", "startDate", "endDate", "schoolYear"),
    "courses.csv": ("sourcedId", "title", "orgSourcedId"),
    "classes.csv": ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"),
    "users.csv": ("sourcedId", "enabledUser", "username", "givenName", "familyName"),
    "roles.csv": ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"),
    "demographics.csv": ("sourcedId",),
    "enrollments.csv": ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
}
"""Columns in which every row has a value."""

ON: Mapping[str, tuple[str, ...]] = {
    "courses.csv": ("orgs.csv",),
    "classes.csv": ("orgs.csv", "courses.csv", "academicSessions.csv"),
    "users.csv": ("orgs.csv", "roles.csv"),
    "roles.csv": ("orgs.csv", "users.csv"),
    "demographics.csv": ("users.csv",),
    "enrollments.csv": ("orgs.csv", "classes.csv", "users.csv"),
}
"""Files without which another cannot be understood."""

READ: Final = (
    MANIFEST, "orgs.csv", "academicSessions.csv", "courses.csv", "classes.csv", "roles.csv", "demographics.csv",
    "enrollments.csv", "users.csv",
)  # fmt: skip
"""In the order in which they are read: each after those that it is joined with, users with all about them at the end."""

WRITTEN: Final = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics", "enrollments",
    "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources", "resultLearningObjectiveIds",
    "results", "resultScoreScales", "roles", "scoreScales", "userProfiles", "userResources", "users",
)  # fmt: skip
"""Every file that a manifest speaks of."""

EXTENSION: Final = "metadata.yaodian."
"""Before the code of a column of ours."""

SEXES: Mapping[str, str] = {"male": Gender.MALE, "female": Gender.FEMALE}
SEX_OF: Mapping[str, str] = {Gender.MALE: "male", Gender.FEMALE: "female", Gender.UNKNOWN: "unspecified"}
ROLES: Mapping[str, str] = {"teacher": "teachers", "student": "pupils"}

_PRESCHOOL: Final = ("PR", "PK", "KG")
_BEFORE: Mapping[str, int] = {Stage.PRIMARY: 0, Stage.JUNIOR: 6, Stage.SENIOR: 9, Stage.VOCATIONAL: 9, Stage.SPECIAL: 0}


def grade_code(stage: str, grade: int) -> str:
    """A grade in the words of the standard's usual list: 01 to 12, and PR, PK, KG before school."""
    if stage == Stage.PRESCHOOL:
        return _PRESCHOOL[min(grade, 3) - 1]
    return f"{_BEFORE[stage] + grade:02}"


def grade_of(code: str, school_type: str) -> tuple[str, int] | None:
    """Stage and grade of a code in a school of that type; None where the school teaches no such grade."""
    for stage, grades in STAGES_OF.get(school_type, ()):
        for grade in range(1, grades + 1):
            if grade_code(stage, grade) == code.strip().upper().zfill(2):
                return stage, grade
    return None


def _is_joined(*parts: str) -> bool:
    """Whether a name is written without a blank between its parts: one without a letter of an alphabet."""
    return not any(letter.isalpha() and ord(letter) < 0x2E80 for part in parts for letter in part)


def split_name(name: str) -> tuple[str, str]:
    """Family and given name, so that `join_name` gives the same name; a part that is not there is a dash, since neither
    may be empty."""
    family, given = "-", name
    if " " in name and not _is_joined(name):
        given, _blank, family = name.rpartition(" ")
    elif " " not in name and _is_joined(name) and len(name) > 1:
        family, given = name[0], name[1:]
    return ("-", name) if "-" in (family, given) else (family, given)


def join_name(family: str, given: str) -> str:
    """The name as the registry has it: a Chinese one without a blank, another with the given name first."""
    parts = [part for part in (family, given) if part not in ("", "-")]
    return "".join(parts) if _is_joined(*parts) else " ".join(reversed(parts))
