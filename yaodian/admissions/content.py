"""What a family says in an application: plain data, whole in one sealed column, with one canonical form.

Nothing here is checked against a rule; `operations` does that. The canonical JSON has its keys sorted, so that equal contents
have equal bytes and a change shows as another fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Child:
    """`paper` is a code of `models.PaperKind`; `number` is as written on it, empty where the child has none."""

    name: str = ""
    paper: str = ""
    number: str = ""
    gender: str = ""
    born_on: date | None = None


@dataclass(frozen=True)
class StatedGuardian:
    """Mother, father, or whoever else answers for the child; `relation` is a code of `models.Relation`."""

    name: str = ""
    relation: str = ""
    paper: str = ""
    number: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Home:
    """Where the child lives and is registered. `street` and `number` are what catchments are read by, `address` is the whole line.

    `held_by` is a code of `models.Holding`. Degrees in GCJ-02, where a point was set on the map.
    """

    street: str = ""
    number: str = ""
    address: str = ""
    household: str = ""
    held_by: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class Content:
    """One application as the family tells it. `wishes` are offers by their public id, the dearest first.

    `claims` are codes of criteria that the family says are met. `siblings` and `twins` name children by their number: at the
    school already, or applying in the same intake. `together` says whether twins are to be placed at one school. `answers` are to what
    the stage alone asks, by the code of the question (`problem.questions`).
    """

    child: Child = field(default_factory=Child)
    guardians: tuple[StatedGuardian, ...] = ()
    home: Home = field(default_factory=Home)
    wishes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    together: bool = True
    remark: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        plain = asdict(self)
        if not self.answers:
            # A content without any keeps the bytes, and the fingerprint, that it had before a stage asked anything.
            del plain["answers"]
        born_on = self.child.born_on
        plain["child"]["born_on"] = born_on.isoformat() if born_on else ""
        return plain

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Content:
        """A content as `to_json` wrote it; what is missing is empty, what is unknown is left out."""
        child = _known(Child, given.get("child", {}))
        born_on = child.pop("born_on", "")
        return cls(
            child=Child(**child, born_on=date.fromisoformat(born_on) if born_on else None),
            guardians=tuple(StatedGuardian(**_known(StatedGuardian, one)) for one in given.get("guardians", ())),
            home=Home(**_known(Home, given.get("home", {}))),
            wishes=tuple(given.get("wishes", ())),
            claims=tuple(given.get("claims", ())),
            twins=tuple(given.get("twins", ())),
            together=bool(given.get("together", True)),
            remark=str(given.get("remark", "")),
            answers={str(code): str(answer) for code, answer in given.get("answers", {}).items()},
        )

    def sha256(self) -> str:
        """The fingerprint of the canonical JSON."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _known(kind: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in kind.__dataclass_fields__ if name in given}
