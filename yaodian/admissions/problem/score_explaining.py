"""Why a candidate is where it is, in sentences: own figures and the published lines.

Where a school admitted so few that its line would be somebody's own score, the line is not told.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.problem.score_inputs import ScoreInputs
from yaodian.admissions.problem.score_placing import Line, ScoreResult, placement_of, queue_of
from yaodian.admissions.problem.score_rules import compared_labels
from yaodian.engines.matching import Queue, QueuePlacement, WishReason, explain_wishes

# The line of fewer admitted than these could be recognised as somebody's.
FEWEST_TOLD = 5


class ScoreReasons:
    """The engine's view of a sealed run, made once for many candidates."""

    def __init__(self, inputs: ScoreInputs, result: ScoreResult) -> None:
        self.inputs, self.result = inputs, result
        self.queue: Queue = queue_of(inputs)
        self.placement: QueuePlacement = placement_of(inputs, result)
        self.at = {one.number: place for place, one in enumerate(inputs.candidates)}

    def of(self, number: str, *, school_names: Mapping[str, str]) -> tuple[str, ...]:
        """Every wish in its order. `school_names` by the units' codes. Raises LookupError where nobody has this number."""
        if number not in self.at:
            raise LookupError(f"no candidate has the number {number}")
        at = self.at[number]
        names = [school_names.get(code, code) for code in self.inputs.schools]
        told = explain_wishes(
            self.queue,
            self.placement,
            at,
            schools=names,
            labels=compared_labels(self.inputs.ties),
            language=get_language() or "zh",
        )
        if not told:
            return (_("没有填报志愿，没有录取。"),)
        origin = self.inputs.candidates[at].origin
        sentences = []
        for one in told:
            line = self._line(one.batch, self.inputs.schools[one.school], origin)
            if one.reason == WishReason.PASSED and line is not None and line.admitted < FEWEST_TOLD:
                sentences.append(
                    _(
                        "%(batch)s第%(wish)s志愿%(school)s：未录取：名额 %(seats)s 个，已由排在前面的考生录满。录取不足 %(fewest)s 人的，不公布分数。"
                    )
                    % {
                        "batch": one.batch,
                        "wish": one.wish,
                        "school": names[one.school],
                        "seats": line.seats,
                        "fewest": FEWEST_TOLD,
                    }
                )
            else:
                sentences.append(one.sentence)
        return tuple(sentences)

    def _line(self, label: str, school: str, origin: int) -> Line | None:
        batch = next(one for one in self.inputs.batches if one.label == label)
        held = self.inputs.origins[origin] if origin >= 0 else ""
        return next(
            (one for one in self.result.lines[batch.code] if one.school == school and one.origin in ("", held)), None
        )
