"""The reason of an application by score as a sentence for a candidate and the parents, in Chinese and English.

The figures are the candidate's own and the published lines, nothing of any other candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .queue_steps import Int32, Int64, Scores

# What decided between the candidate and the one admitted last: the number of a score in the batch's order, or one of these.
BY_DRAW, BY_BAND, BY_WISH, NOTHING = 252, 253, 254, 255


class WishReason(IntEnum):
    ADMITTED = 0
    PREFERRED = 1  # an earlier wish of the same batch was granted
    PLACED_BEFORE = 2
    BELOW_LINE = 3
    BELOW_MINIMUM = 4
    NONE_HELD = 5
    NO_SEATS = 6
    PASSED = 7  # all seats went to candidates before him


WISH = ("{batch}第{wish}志愿{school}：", "{batch}, wish {wish}, {school}: ")
SCHOOL = ("学校{school}", "school {school}")
SEATS = ("该校录取{admitted}人，名额{seats}个。", "Seats: {seats}, admitted: {admitted}.")
SENTENCES: dict[WishReason, tuple[str, str]] = {
    WishReason.ADMITTED: ("已录取。", "admitted. "),
    WishReason.PREFERRED: (
        "没有轮到：您已被排在前面的志愿录取。",
        "not needed, since an earlier wish was granted.",
    ),
    WishReason.PLACED_BEFORE: (
        "没有轮到：您已在前面的批次被录取。",
        "not needed, since you were admitted in an earlier batch.",
    ),
    WishReason.BELOW_LINE: (
        "未录取：您的{label}{own}，本批次要求不低于{least}，差{missing}分。",
        "not admitted. Your {label} is {own}; the batch asks for at least {least}, a difference of {missing}.",
    ),
    WishReason.BELOW_MINIMUM: (
        "未录取：您的{label}{own}，该校要求不低于{least}，差{missing}分。",
        "not admitted. Your {label} is {own}; the school asks for at least {least}, a difference of {missing}.",
    ),
    WishReason.NONE_HELD: (
        "未录取：该校没有分给您毕业学校的指标。",
        "not admitted. The school holds no seats for the school that you come from.",
    ),
    WishReason.NO_SEATS: ("未录取：该校本批次没有名额。", "not admitted. The school has no seats in this batch."),
    WishReason.PASSED: ("未录取：", "not admitted. "),
}
BAND = (
    "您的{label}{own}，最后一名录取者{last}，在更高的分数段。",
    "Your {label} is {own}; the last admitted has {last}, in a higher band. ",
)
EARLIER_WISH = (
    "与最后一名录取者在同一分数段，但其把该校填在第{their_wish}志愿，先于您的志愿次序。",
    "You are in the band of the last admitted, who named the school as wish {their_wish}, before your wish. ",
)
TOTAL = (
    "您的{label}{own}，最后一名录取者{last}，差{missing}分。",
    "Your {label} is {own}; the last admitted has {last}, a difference of {missing}. ",
)
DRAWN = (
    "您的{label}{own}，与最后一名录取者相同，各项同分比较也都相同，抽签顺序在其后。",
    "Your {label} is {own}, as that of the last admitted; nothing that is compared tells you apart, and your number in the draw is later. ",
)
TIED = (
    "您的{label}{own}，与最后一名录取者相同；比较{tie}，您{own_tie}，对方{last_tie}，差{missing}分。",
    "Your {label} is {own}, as that of the last admitted; {tie} decides: yours {own_tie}, theirs {last_tie}, a difference of {missing}. ",
)


@dataclass(frozen=True, eq=False)
class WishWords:
    """What is told of one candidate in one batch.

    ``labels``, ``own`` and ``last`` stand in the batch's order: words of the scores, the candidate's points, and by lane those of
    whoever was admitted last. ``floor`` is the least total to take part; ``least`` (None: no school asks one) and ``wishes`` are by lane.
    """

    batch: str
    floor: float
    labels: tuple[str, ...]
    own: tuple[float, ...]
    last: tuple[Scores, ...]
    admitted: Int64
    capacities: Int64
    least: Scores | None
    wishes: Int32 | None
    language: str = "zh"

    def of(self, reason: WishReason, decided: int, lane: int, *, wish: int, school: int, name: str | None) -> str:
        """The sentence of one wish, from 1; ``name`` is the school's, else its number is told."""
        called = self._say(SCHOOL, school=school) if name is None else name
        told = self._say(WISH, batch=self.batch, wish=wish, school=called)
        told += self._say(SENTENCES[reason], **self._least(reason, lane))
        if reason == WishReason.PASSED:
            told += self._passed(decided, lane)
        if reason in (WishReason.ADMITTED, WishReason.PASSED):
            told += self._say(SEATS, admitted=self.admitted[lane], seats=self.capacities[lane])
        return told

    def _say(self, pair: tuple[str, str], **facts: object) -> str:
        return pair[0 if self.language.startswith("zh") else 1].format(**facts)

    def _least(self, reason: WishReason, lane: int) -> dict[str, object]:
        if reason == WishReason.BELOW_LINE:
            least = self.floor
        elif reason == WishReason.BELOW_MINIMUM:
            assert self.least is not None
            least = self.least[lane].item()
        else:
            return {}
        return {**self._own(), "least": _points(least), "missing": _points(least - self.own[0])}

    def _own(self) -> dict[str, object]:
        return {"label": self.labels[0], "own": _points(self.own[0])}

    def _passed(self, decided: int, lane: int) -> str:
        total = self._last(0, lane)
        if decided == BY_BAND:
            return self._say(BAND, **self._own(), last=_points(total))
        if decided == BY_WISH:
            assert self.wishes is not None
            return self._say(EARLIER_WISH, their_wish=self.wishes[lane] + 1)
        if decided == 0:
            return self._say(TOTAL, **self._own(), last=_points(total), missing=_points(total - self.own[0]))
        if decided == BY_DRAW:
            return self._say(DRAWN, **self._own())
        mine, theirs = self.own[decided], self._last(decided, lane)
        return self._say(
            TIED,
            **self._own(),
            tie=self.labels[decided],
            own_tie=_points(mine),
            last_tie=_points(theirs),
            missing=_points(theirs - mine),
        )

    def _last(self, number: int, lane: int) -> float:
        last: float = self.last[number][lane].item()
        return last


def _points(number: float) -> str:
    """Whole points to the last digit, however many; others to a millionth, without what binary fractions leave behind."""
    return f"{number:d}" if isinstance(number, int) else f"{round(number, 6):.15g}"
