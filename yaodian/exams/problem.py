"""Rows as an examination of the engine, and back; and the canonical bytes that are sealed.

The bytes are JSON with sorted keys and without blanks: everybody who has the list makes the same. They hold numbers, codes and needs, and no names.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from yaodian.engines.scheduling import (
    Amiss,
    Apart,
    Around,
    Duties,
    Examination,
    Invigilator,
    Room,
    SeatingPlan,
    SeatingRules,
    barred_schools,
    seat,
    share_duties,
    verify_duties,
    verify_seating,
)
from yaodian.exams.models import Exam, Need

_NEEDS = {one.value: number for number, one in enumerate(Need)}


def sha256(content: bytes) -> str:
    """The fingerprint of bytes, in small hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _bytes(given: Mapping[str, Any]) -> bytes:
    return json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Inputs:
    """What is drawn from, as plain data: rules, rooms, candidates, invigilators and sessions, each in the order of its codes.

    A room is [code, site, rows, columns, seats, need], a candidate [number, school, paper, need, relatives, site], an invigilator
    [number, school, most or null, absent sessions].
    """

    content: Mapping[str, Any]

    @classmethod
    def of(cls, exam: Exam) -> Inputs:
        """The inputs as the rows stand. Four queries."""
        rooms = exam.rooms.order_by("code").values_list("code", "site__code", "rows", "columns", "seats", "need")
        candidates = exam.examinees.order_by("number").values_list(
            "number", "school__code", "paper", "need", "relatives", "site__code"
        )
        teachers = exam.invigilators.order_by("number").values_list("number", "school__code", "most", "absent")
        return cls(
            {
                "exam": exam.public_id,
                "rules": [
                    *(exam.around, exam.apart, exam.is_one_paper, exam.are_relatives_parted),
                    *(exam.a_room, exam.are_own_pupils_barred),
                ],
                "sessions": exam.sessions.count(),
                "rooms": [list(one) for one in rooms],
                "candidates": [[*one[:5], one[5] or ""] for one in candidates],
                "invigilators": [list(one) for one in teachers],
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Inputs:
        return cls(json.loads(content))

    def to_bytes(self) -> bytes:
        return _bytes(self.content)

    def examination(self) -> Examination:
        """Raises UnfitExamination."""
        rooms, candidates = self.content["rooms"], self.content["candidates"]
        around, apart, is_one_paper, are_parted = self.content["rules"][:4]
        sites = self._sites()
        schools, papers = _numbered(one[1] for one in candidates), _numbered(one[2] for one in candidates)
        related: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(candidates):
            if one[4]:
                related[one[4]].append(at)
        return Examination.of(
            [one[0] for one in candidates],
            [Room(one[0], sites[one[1]], one[2], one[3], one[4], _NEEDS[one[5]]) for one in rooms],
            [schools[one[1]] for one in candidates],
            papers=[papers[one[2]] for one in candidates],
            sites=[sites[one[5]] if one[5] else -1 for one in candidates],
            needs=[_NEEDS[one[3]] for one in candidates],
            relatives=[pair for _word, group in sorted(related.items()) for pair in combinations(group, 2)],
            rules=SeatingRules(Around(around), Apart(apart), is_one_paper, are_parted),
        )

    def _sites(self) -> dict[str, int]:
        codes = {one[1] for one in self.content["rooms"]} | {one[5] for one in self.content["candidates"] if one[5]}
        return {code: number for number, code in enumerate(sorted(codes))}

    def sessions(self, examination: Examination, plan: SeatingPlan) -> list[dict[int, frozenset[int]]]:
        """For each session the schools that each used room bars."""
        schools = self._schools()
        hosts = {number: schools[code] for code, number in self._sites().items() if code in schools}
        barred = barred_schools(examination, plan, hosts)
        if not self.content["rules"][5]:
            # Where schools sit mixed, everybody's pupils are everywhere: then only the own site is barred.
            barred = {
                room: frozenset({hosts[site]} if (site := examination.rooms[room].site) in hosts else ())
                for room in barred
            }
        return [barred] * int(self.content["sessions"])

    def _schools(self) -> dict[str, int]:
        """Numbers of all schools that send candidates or teachers: those of candidates as in the examination, the others after them."""
        known = _numbered(one[1] for one in self.content["candidates"])
        for one in self.content["invigilators"]:
            known.setdefault(one[1], len(known))
        return known

    def teachers(self) -> list[Invigilator]:
        """The invigilators in the engine's numbers."""
        schools = self._schools()
        return [
            Invigilator(
                number,
                schools[school],
                frozenset(one - 1 for one in absent),
                **({} if most is None else {"most": most}),
            )
            for number, school, most, absent in self.content["invigilators"]
        ]


def _numbered(words: Any) -> dict[str, int]:
    return {word: number for number, word in enumerate(sorted(set(words)))}


@dataclass(frozen=True)
class Result:
    """What was drawn: by number of a candidate its room and seat, by session and room the invigilators' numbers."""

    content: Mapping[str, Any]

    @classmethod
    def from_bytes(cls, content: bytes) -> Result:
        return cls(json.loads(content))

    def to_bytes(self) -> bytes:
        return _bytes(self.content)

    @property
    def seats(self) -> Mapping[str, Sequence[Any]]:
        """Room and seat by number."""
        seats: Mapping[str, Sequence[Any]] = self.content["seats"]
        return seats

    @property
    def duties(self) -> Sequence[Sequence[Any]]:
        """Session from 1, room, numbers of invigilators."""
        duties: Sequence[Sequence[Any]] = self.content["duties"]
        return duties

    @property
    def tallies(self) -> dict[str, int]:
        """Counts for the pages: candidates, rooms, neighbours that could not be parted, duties."""
        return {
            "candidates": len(self.seats),
            "rooms": len({room for room, _seat in self.seats.values()}),
            "amiss": int(self.content["amiss"]),
            "duties": sum(len(there) for _session, _room, there in self.duties),
        }


def draw(inputs: Inputs, seed: str) -> Result:
    """Seats by the engine, then invigilators where there are any. Raises UnfitExamination."""
    examination = inputs.examination()
    plan = seat(examination, seed=seed)
    rooms = [room.code for room in examination.rooms]
    teachers = inputs.teachers()
    duties: list[list[Any]] = []
    if teachers and inputs.content["sessions"]:
        shared = share_duties(
            inputs.sessions(examination, plan), teachers, seed=seed, a_room=inputs.content["rules"][4], room_codes=rooms
        )
        duties = [
            [session + 1, rooms[room], [teachers[who].number for who in there]]
            for (session, room), there in sorted(shared.places.items())
        ]
    return Result(
        {
            "seats": {
                number: [rooms[room], place]
                for number, room, place in zip(
                    examination.numbers, plan.rooms.tolist(), plan.seats.tolist(), strict=True
                )
            },
            "amiss": plan.amiss,
            "duties": duties,
        }
    )


def verify(inputs: Inputs, result: Result, seed: str, language: str) -> list[str]:
    """Everything that is wrong with a result, by checks apart from what drew it, each in a sentence.

    Neighbours that could not be parted are no fault as long as they are as many as the result says.
    """
    examination = inputs.examination()
    rooms = {room.code: at for at, room in enumerate(examination.rooms)}
    given = [result.seats.get(number, ("", 0)) for number in examination.numbers]
    plan = SeatingPlan(
        np.array([rooms.get(room, -1) for room, _place in given], np.int32),
        np.array([place for _room, place in given], np.int32),
        examination.digest,
        seed,
        int(result.content["amiss"]),
    )
    faults = verify_seating(examination, plan)
    pairs = [one for one in faults if one.amiss in (Amiss.NEIGHBOURS, Amiss.RELATIVES)]
    said = [one.sentence(examination, language) for one in faults if one not in pairs]
    if len(pairs) != plan.amiss:
        said.append(
            _("没有隔开的邻座有 %(found)s 对，编排记下的是 %(told)s 对。") % {"found": len(pairs), "told": plan.amiss}
        )
    return [*said, *_duty_faults(inputs, result, examination, plan, rooms)]


def _duty_faults(
    inputs: Inputs, result: Result, examination: Examination, plan: SeatingPlan, rooms: Mapping[str, int]
) -> list[str]:
    teachers = inputs.teachers()
    if not teachers or not inputs.content["sessions"]:
        return []
    at = {one.number: place for place, one in enumerate(teachers)}
    places = {
        (session - 1, rooms.get(room, -1)): tuple(at[number] for number in there if number in at)
        for session, room, there in result.duties
    }
    faults = verify_duties(
        Duties(places, plan.seed), inputs.sessions(examination, plan), teachers, a_room=inputs.content["rules"][4]
    )
    return [
        _("第 %(session)s 场考场 %(room)s 的监考不合规则（%(code)s）。")
        % {"session": one.session + 1, "room": examination.rooms[one.room].code, "code": one.code}
        for one in faults
    ]
