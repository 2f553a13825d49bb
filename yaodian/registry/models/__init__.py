"""The tables of the registry. Every dated row holds from `from_on`, inclusive, to `until_on`, exclusive.

A foreign key with `db_index=False` is the first column of another index of its table.
"""

from yaodian.registry.models.access import AccessKind, RecordAccess
from yaodian.registry.models.choices import (
    CONSENTED,
    LEAST_MONTHS,
    LEGAL_BASIS,
    PRESENT,
    PURPOSES_OF,
    RURAL,
    STAGES_OF,
    TOWN,
    URBAN,
    WORKING,
    AreaKind,
    Backbone,
    ConsentState,
    DataClass,
    Establishment,
    Gender,
    Means,
    PupilStatus,
    Purpose,
    Qualification,
    Relation,
    RequestKind,
    RequestState,
    Runner,
    SchoolType,
    Stage,
    TeacherStatus,
    Title,
    class_name,
    grade_label,
    grades_of,
    school_year_of,
    stages_of,
    types_with,
)
from yaodian.registry.models.people import (
    INDEXED,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    PupilMerge,
    Teacher,
    TeacherPost,
)
from yaodian.registry.models.privacy import Consent, DataRequest, RetentionRule
from yaodian.registry.models.returns import AMOUNTS, COUNTS, FIGURES, LISTS, TABLES, YearlyReturn
from yaodian.registry.models.schools import Campus, School, SchoolClass

__all__ = [
    "AMOUNTS", "CONSENTED", "COUNTS", "FIGURES", "INDEXED", "LEAST_MONTHS", "LEGAL_BASIS", "LISTS", "PRESENT",
    "PURPOSES_OF", "RURAL", "STAGES_OF", "TABLES", "TOWN", "URBAN", "WORKING", "AccessKind", "AreaKind", "Backbone",
    "Campus", "Consent", "ConsentState", "DataClass", "DataRequest", "Enrolment", "Establishment", "Gender", "Guardian",
    "Guardianship", "Means", "Pupil", "PupilMerge", "PupilStatus", "Purpose", "Qualification", "RecordAccess", "Relation",
    "RequestKind", "RequestState", "RetentionRule", "Runner", "School", "SchoolClass", "SchoolType", "Stage", "Teacher",
    "TeacherPost", "TeacherStatus", "Title", "YearlyReturn", "class_name", "grade_label", "grades_of", "school_year_of", "stages_of", "types_with",
]  # fmt: skip
