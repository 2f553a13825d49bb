"""What about a yearly return is doubtful: for the person who stores it, and beside the figures afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yaodian.registry.models import AMOUNTS, COUNTS, YearlyReturn

# A figure jumps where it moves by more than this share of last year's and by more than so many.
JUMP_SHARE = 0.3
JUMP_LEAST = 20
# These move by nature, or say nothing when they do.
_RESTLESS = frozenset(
    {"dropped_out", "deaths", "moved_in", "moved_out", "exchanged", "training_funds", "largest_class"}
)


@dataclass(frozen=True)
class Doubt:
    """A sentence about a figure; it stops nothing."""

    field: str
    message: str


def doubts_about(row: YearlyReturn, last: YearlyReturn | None) -> list[Doubt]:
    """Sums and parts that do not fit, and jumps against the year before."""
    return [*_inside(row), *(_jumps(row, last) if last is not None else ())]


def _inside(row: YearlyReturn) -> Iterator[Doubt]:
    pupils, classes, teachers = row.pupils, row.classes, row.full_time
    bands = sum(row.class_size_bands.values()) if row.class_size_bands else None
    if bands is not None and classes is not None and bands != classes:
        yield Doubt(
            "class_size_bands",
            _("各班额段合计%(bands)s个班，各年级合计%(classes)s个班，两者不符。")
            % {"bands": bands, "classes": classes},
        )
    for name in ("girls", "minority", "migrant", "left_behind", "boarding", "disabled"):
        part = getattr(row, name)
        if part is not None and pupils is not None and part > pupils:
            yield Doubt(
                name,
                _("“%(label)s”%(part)s人，多于学生总数%(whole)s人。")
                % {"label": COUNTS[name], "part": part, "whole": pupils},
            )
    for name in (
        *("above_required_qualification", "backbone_county_or_above", "sports", "music", "art", "certified"),
        *("trained_360", "in_establishment"),
    ):
        part = getattr(row, name)
        if part is not None and teachers is not None and part > teachers:
            yield Doubt(
                name,
                _("“%(label)s”%(part)s人，多于专任教师%(whole)s人。")
                % {"label": COUNTS[name], "part": part, "whole": teachers},
            )
    for name, label in (("by_qualification", _("学历")), ("by_title", _("职称"))):
        table = getattr(row, name)
        if table and teachers is not None and sum(table.values()) != teachers:
            yield Doubt(
                name,
                _("按%(label)s合计%(sum)s人，专任教师%(whole)s人，两者不符。")
                % {"label": label, "sum": sum(table.values()), "whole": teachers},
            )


def _jumps(row: YearlyReturn, last: YearlyReturn) -> Iterator[Doubt]:
    for name, label in {"pupils": _("学生总数"), "classes": _("班级总数"), **COUNTS, **AMOUNTS}.items():
        ours, theirs = getattr(row, name), getattr(last, name)
        if name in _RESTLESS or ours is None or theirs is None:
            continue
        change = abs(float(ours) - float(theirs))
        if change > JUMP_LEAST and change > JUMP_SHARE * float(theirs):
            yield Doubt(
                name,
                _("“%(label)s”由上学年的%(before)s变为%(now)s，变化较大，请核对。")
                % {"label": label, "before": theirs, "now": ours},
            )
