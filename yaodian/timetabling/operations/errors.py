"""Why an operation was refused; nothing was changed then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

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


class UnableToMakeLinks(UnableTo):
    """Everybody has one already, or there is nobody."""


class UnableToOpenLink(UnableTo):
    """The link is not good; one sentence for every reason, so that it does not tell which there are."""

    status = 404


class UnableToOpenTimetables(UnableTo):
    """No purpose was given for which timetables of pupils may be seen by name."""


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


class UnableToKeepTerm(UnableTo):
    """The term would contradict itself, there is one already, or somebody else was quicker."""


class UnableToKeepBells(UnableTo):
    """Periods overlap, have no times, or classes still use the bell schedule."""


class UnableToKeepTermData(UnableTo):
    """A room, teacher, class, course, meeting or line of the curriculum is not as it must be, or is still used."""


class WrongState(UnableTo):
    """The round is in a state in which this is not done."""

    status = 409


class UnableToPublishTimetable(UnableTo):
    """The timetable is not valid, the school has changed since, or the one who made it would publish it."""

    status = 409
    #: What was found, each in a sentence.
    sentences: tuple[str, ...] = ()

    @classmethod
    def gone(cls, name: str) -> UnableToPublishTimetable:
        return cls(
            _("课表里的“%(name)s”已不在这个学期的教学任务或教研活动里，课表没有公布。请重新排课，或恢复这一项。")
            % {"name": name},
            code="gone",
        )

    @classmethod
    def unplaced(cls, name: str) -> UnableToPublishTimetable:
        return cls(
            _("“%(name)s”还有课没有排上时间，课表没有公布。请在课表上安排它，或继续排课。") % {"name": name},
            code="unplaced",
        )


class UnableToKeepWish(UnableTo):
    """The wish names what is not there, contradicts itself or another, or somebody else was quicker."""


class UnableToExplain(UnableTo):
    """The school is not whole yet, or the question is being answered already."""

    status = 409


class UnableToSolveTimetable(UnableTo):
    """Nothing can be solved as it stands, a figure is out of bounds, or another plan of the term is being solved."""

    def __init__(self, message: str, *, sentences: Sequence[str] = (), **named: Any) -> None:
        super().__init__(message, **named)
        self.sentences = tuple(sentences)


class UnableToKeepTimetable(UnableTo):
    """The plan cannot be renamed, copied or dropped so."""


class UnableToReadTimetable(UnableTo):
    """The file is no timetable of this very problem, or the problem cannot be put into such a file."""


class UnableToRecordAbsence(UnableTo):
    """The days are outside the term, nothing is published for them, or it was recorded already."""


class UnableToArrangeAbsence(UnableTo):
    """Whoever or whatever was chosen is not free then, or the timetable does not tell who could."""


class UnableToAnnounceAbsence(UnableTo):
    """A lesson is still open, or what was arranged does not hold any more."""

    status = 409


class UnableToPropose(UnableTo):
    """No timetable can be made from the published one without whoever or whatever is absent, or one is being made."""
