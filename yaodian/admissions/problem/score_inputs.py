"""What a placement by score is made from, as plain data with one canonical form: numbers, points, wishes, seats. Nobody's name.

Points are whole hundredths. Whoever has these bytes and the program comes to the same places.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from yaodian.admissions.problem.inputs import canonical

FORM = "yaodian-admissions-scores/1"


@dataclass(frozen=True)
class LaneInputs:
    """Seats of `school`, held for `origin` (-1: for everybody). `least`: the least total for them, 0 for none."""

    school: int
    origin: int
    seats: int
    least: int


@dataclass(frozen=True)
class BatchInputs:
    """A batch of a `BatchKind`. `floors`: the least total of each band, from the top, where there are bands."""

    code: str
    label: str
    kind: str
    line: int
    floors: tuple[int, ...]
    lanes: tuple[LaneInputs, ...]
    adds_unused_of: tuple[str, ...]


@dataclass(frozen=True)
class CandidateInputs:
    """`scores` stand in the order of the subjects; `lot` and `origin` are -1 where there is none; `wishes` are schools by batch."""

    number: str
    origin: int
    scores: tuple[int, ...]
    lot: int
    wishes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class BeforeInputs:
    """A candidate whom an earlier round has admitted, so that this one does not place it: the round by its public id, the school by code."""

    number: str
    round: str
    school: str


@dataclass(frozen=True)
class ScoreInputs:
    """Everything. `schools` and `origins` are codes of units, candidates stand by number. `before` are no candidates: one place a child.

    Bytes that were sealed before there was `before` stay what they are: where nobody is in it, it is not written.
    """

    rules_sha256: str
    subjects: tuple[str, ...]
    ties: tuple[tuple[str, ...], ...]
    schools: tuple[str, ...]
    origins: tuple[str, ...]
    batches: tuple[BatchInputs, ...]
    candidates: tuple[CandidateInputs, ...]
    before: tuple[BeforeInputs, ...] = ()

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        said = asdict(self)
        if not self.before:
            del said["before"]
        return canonical({"form": FORM, **said})

    @classmethod
    def from_bytes(cls, content: bytes) -> ScoreInputs:
        """Inputs from their bytes. Raises ValueError where the bytes are not what `to_bytes` writes."""
        try:
            given = json.loads(content)
            if given.pop("form") != FORM:
                raise ValueError("another form")
            made = cls(
                rules_sha256=given.pop("rules_sha256"),
                batches=tuple(_batch(one) for one in given.pop("batches")),
                candidates=tuple(_candidate(one) for one in given.pop("candidates")),
                ties=tuple(tuple(one) for one in given.pop("ties")),
                before=tuple(BeforeInputs(**one) for one in given.pop("before", ())),
                **{name: tuple(value) for name, value in given.items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("these are not the inputs of a placement by score") from error
        if made.to_bytes() != content:
            raise ValueError("these bytes are not in the canonical form")
        return made


def _batch(given: dict[str, Any]) -> BatchInputs:
    return BatchInputs(
        **{
            **given,
            "floors": tuple(given["floors"]),
            "lanes": tuple(LaneInputs(**one) for one in given["lanes"]),
            "adds_unused_of": tuple(given["adds_unused_of"]),
        }
    )


def _candidate(given: dict[str, Any]) -> CandidateInputs:
    return CandidateInputs(
        **{
            **given,
            "scores": tuple(given["scores"]),
            "wishes": tuple(tuple(one) for one in given["wishes"]),
        }
    )
