"""What the desk asks of teaching groups: sizes, blocks, how far classes stay together, what counts. Plain data, kept as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import Mode, Trait
from yaodian.engines.scheduling.sectioning.school import MOST_PUPILS
from yaodian.timetabling.content import BIOLOGY, CHEMISTRY, GEOGRAPHY, HISTORY, PHYSICS, POLITICS, SUBJECTS
from yaodian.timetabling.models import Subject

# The words by which terms name the six subjects, the usual one first.
NAMES: Mapping[str, tuple[str, ...]] = {
    PHYSICS: ("物理",),
    HISTORY: ("历史",),
    CHEMISTRY: ("化学",),
    BIOLOGY: ("生物", "生物学"),
    POLITICS: ("思想政治", "政治"),
    GEOGRAPHY: ("地理",),
}
GRADES: Mapping[int, str] = {1: "高一", 2: "高二", 3: "高三"}
BLOCKS = "ABCDEF"
FEWEST_BLOCKS = 3
MOST_CLASSES, MOST_SPARE, MOST_OF_A_TEACHER = 100, 50, 6
DEFAULT_LEAST, DEFAULT_MOST = 15, 50


@dataclass(frozen=True)
class SubjectRule:
    """Groups of `least` to `most` pupils. `is_level`: taught by level (分层), so that no home class is taught it together."""

    least: int = DEFAULT_LEAST
    most: int = DEFAULT_MOST
    is_level: bool = False


@dataclass(frozen=True)
class GroupSettings:
    """`subjects` by code. `home_count` None: as few home classes as can be. `spare_groups` may be had above the fewest, so that fewer pupils move.

    `parent` is the public id of the grouping that this one changes, else empty.
    """

    subjects: Mapping[str, SubjectRule] = field(default_factory=lambda: dict.fromkeys(SUBJECTS, SubjectRule()))
    blocks: int = 3
    mode: str = Mode.MOVING.value
    keeps_classes: bool = True
    home_least: int = 1
    home_most: int = DEFAULT_MOST
    home_count: int | None = None
    balance: tuple[str, ...] = ()
    spare_groups: int = 0
    counts_teachers: bool = True
    counts_rooms: bool = True
    teacher_most: int = 3
    parent: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "subjects": {code: [rule.least, rule.most, rule.is_level] for code, rule in self.subjects.items()},
            "blocks": self.blocks,
            "mode": self.mode,
            "keeps_classes": self.keeps_classes,
            "home": [self.home_least, self.home_most, self.home_count],
            "balance": list(self.balance),
            "spare_groups": self.spare_groups,
            "counts": [self.counts_teachers, self.counts_rooms],
            "teacher_most": self.teacher_most,
            "parent": self.parent,
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> GroupSettings:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        least, most, count = said["home"]
        teachers, rooms = said["counts"]
        return GroupSettings(
            subjects={code: SubjectRule(*rule) for code, rule in said["subjects"].items()},
            blocks=said["blocks"],
            mode=said["mode"],
            keeps_classes=said["keeps_classes"],
            home_least=least,
            home_most=most,
            home_count=count,
            balance=tuple(said["balance"]),
            spare_groups=said["spare_groups"],
            counts_teachers=teachers,
            counts_rooms=rooms,
            teacher_most=said["teacher_most"],
            parent=said["parent"],
        )

    @property
    def block_codes(self) -> tuple[str, ...]:
        return tuple(BLOCKS[: self.blocks])

    def faults(self) -> Iterator[tuple[str, str]]:
        """What makes no sense: the name of the field on the form, and a sentence."""
        for code in SUBJECTS:
            yield from self._of_subject(code)
        if not FEWEST_BLOCKS <= self.blocks <= len(BLOCKS):
            yield (
                "blocks",
                _("每人选三科，时段应有 %(least)s 至 %(most)s 个。") % {"least": FEWEST_BLOCKS, "most": len(BLOCKS)},
            )
        if self.mode not in {one.value for one in Mode}:
            yield "mode", _("没有这种走班方式。请从列表里选。")
        if not set(self.balance) <= {one.value for one in Trait}:
            yield "balance", _("只能按性别或寄宿均衡。")
        if not 0 <= self.spare_groups <= MOST_SPARE:
            yield "spare_groups", _("可多开的班数应在 0 至 %(most)s 之间。") % {"most": MOST_SPARE}
        if not 1 <= self.teacher_most <= MOST_OF_A_TEACHER:
            yield "teacher_most", _("每位教师的教学班数应在 1 至 %(most)s 之间。") % {"most": MOST_OF_A_TEACHER}
        if not self.keeps_classes:
            yield from self._of_homes()

    def _of_subject(self, code: str) -> Iterator[tuple[str, str]]:
        label = str(Subject(code).label)
        rule = self.subjects.get(code)
        if rule is None:
            yield f"{code}_least", _("请写明%(subject)s教学班的人数。") % {"subject": label}
            return
        for name, number in (("least", rule.least), ("most", rule.most)):
            if not 1 <= number <= MOST_PUPILS:
                yield (
                    f"{code}_{name}",
                    _("%(subject)s教学班的人数应在 1 至 %(most)s 之间（66 人起为超大班额）。")
                    % {"subject": label, "most": MOST_PUPILS},
                )
                return
        if rule.least > rule.most:
            yield (
                f"{code}_least",
                _("%(subject)s教学班最少 %(least)s 人，多于最多 %(most)s 人。请改正。")
                % {"subject": label, "least": rule.least, "most": rule.most},
            )

    def _of_homes(self) -> Iterator[tuple[str, str]]:
        for name, number in (("home_least", self.home_least), ("home_most", self.home_most)):
            if not 1 <= number <= MOST_PUPILS:
                yield name, _("行政班的人数应在 1 至 %(most)s 之间（66 人起为超大班额）。") % {"most": MOST_PUPILS}
                return
        if self.home_least > self.home_most:
            yield (
                "home_least",
                _("行政班最少 %(least)s 人，多于最多 %(most)s 人。请改正。")
                % {"least": self.home_least, "most": self.home_most},
            )
        if self.home_count is not None and not 1 <= self.home_count <= MOST_CLASSES:
            yield "home_count", _("行政班数应在 1 至 %(most)s 之间；不填则尽量少。") % {"most": MOST_CLASSES}
