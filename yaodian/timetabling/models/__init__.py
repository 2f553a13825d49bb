"""The rows of timetabling: choice rounds, what pupils chose, what universities ask for."""

from yaodian.timetabling.models.choices import (
    NEXT_OF_CHOICE,
    NEXT_OF_ROUND,
    ChoiceState,
    Field,
    Grade,
    Means,
    Mode,
    RoundKind,
    RoundState,
    Subject,
)
from yaodian.timetabling.models.choosing import ChoiceLook, PupilChoice
from yaodian.timetabling.models.mocks import (
    NEXT_OF_MOCK,
    OPEN_TO_SCORES,
    MockConversion,
    MockExam,
    MockScore,
    MockState,
    MockSubject,
)
from yaodian.timetabling.models.requirements import MajorRequirement, RequirementTable
from yaodian.timetabling.models.rounds import ChoiceLetter, ChoiceRound, OfferedCombination

__all__ = [
    "NEXT_OF_CHOICE",
    "NEXT_OF_MOCK",
    "NEXT_OF_ROUND",
    "OPEN_TO_SCORES",
    "ChoiceLetter",
    "ChoiceLook",
    "ChoiceRound",
    "ChoiceState",
    "Field",
    "Grade",
    "MajorRequirement",
    "Means",
    "MockConversion",
    "MockExam",
    "MockScore",
    "MockState",
    "MockSubject",
    "Mode",
    "OfferedCombination",
    "PupilChoice",
    "RequirementTable",
    "RoundKind",
    "RoundState",
    "Subject",
]
