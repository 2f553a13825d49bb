"""What stands in the cells of a term's lists besides texts and numbers: times of a week, names with commas, yes or nothing.

A value is the text as files write it, so that what goes out comes in again as the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from yaodian.foundation.sheets.declaring import Choice, Flag, Kind, Misfit, Raw, Text, show, tidy
from yaodian.timetabling.queries.times import UnreadableTimes, read_slots, read_starts, write_slots, write_starts

BETWEEN = re.compile(r"[、,，;；\n]+")


@dataclass(frozen=True)
class Slots(Kind):
    """Times of a week: «周三5-8; 周五»."""

    def read(self, raw: Raw) -> str | None:
        """The times in order, or None. Raises Misfit."""
        try:
            return write_slots(read_slots(show(raw))) or None
        except UnreadableTimes as problem:
            raise Misfit(problem.message, "times") from problem

    def describe(self) -> str:
        return _("星期和节次，如“周三5-8; 周五”；只写星期是全天")


@dataclass(frozen=True)
class Starts(Kind):
    """Single times: «周一1; 周三3»."""

    def read(self, raw: Raw) -> str | None:
        """The times in order, or None. Raises Misfit."""
        try:
            return write_starts(read_starts(show(raw))) or None
        except UnreadableTimes as problem:
            raise Misfit(problem.message, "times") from problem

    def describe(self) -> str:
        return _("星期和节次，如“周一1; 周三3”")


@dataclass(frozen=True)
class Names(Kind):
    """Several names, each once."""

    most: int = 40
    max_length: int = 60

    def read(self, raw: Raw) -> str | None:
        """The names with «、» between them, or None. Raises Misfit."""
        text = show(raw)
        if isinstance(raw, list) and raw[0] == "n" and text.endswith(".0"):
            text = text[:-2]
        names = [" ".join(one.split()) for one in BETWEEN.split(tidy(text)) if one.strip()]
        for one in names:
            if names.count(one) > 1:
                raise Misfit(_("“%(name)s”写了两次。请只写一次。") % {"name": one[:30]}, "twice")
            if len(one) > self.max_length:
                raise Misfit(
                    _("“%(name)s…”太长，一个名称最多 %(most)s 个字。") % {"name": one[:20], "most": self.max_length},
                    "too-long",
                )
        if len(names) > self.most:
            raise Misfit(
                _("一格里写了 %(count)s 个，最多 %(most)s 个。") % {"count": len(names), "most": self.most}, "many"
            )
        return "、".join(names) or None

    def describe(self) -> str:
        return _("一个或几个名称，用顿号分开")


@dataclass(frozen=True)
class Yes(Flag):
    """是, or nothing: what is usual is not written."""

    def read(self, raw: Raw) -> Any:
        """True or None."""
        return super().read(raw) or None


@dataclass(frozen=True)
class Unusual(Choice):
    """A choice whose usual value is not written."""

    usual: str = ""

    def __hash__(self) -> int:
        return hash((tuple(self.options), self.usual))

    def read(self, raw: Raw) -> Any:
        """The value, None for the usual one."""
        value = super().read(raw)
        return None if value == self.usual else value


@dataclass(frozen=True)
class ForReading(Text):
    """A column that goes out for people to read by; what comes in is not looked at."""

    def read(self, raw: Raw) -> None:
        """Nothing."""
        return


def split(text: str | None) -> list[str]:
    """The names of a cell's value."""
    return text.split("、") if text else []
