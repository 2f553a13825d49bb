"""What about a yearly return is doubtful: for the person who stores it, beside the figures afterwards, and for the desk
that looks for what is wrong in the returns of a county. One set of rules; docs/how-to/data-quality.md lists them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from yaodian.registry.models import AMOUNTS, COUNTS, YearlyReturn

# A figure jumps where it moves by more than this share of last year's and by more than so many.
JUMP_SHARE = 0.3
JUMP_LEAST = 20
# The pupils of last year and the year's moves give those of this year, but for so many and for that share: whoever
# pauses and comes back stands in no move.
FLOWS_LEAST = 5
FLOWS_SHARE = 0.01
# These move by nature, or say nothing when they do.
_RESTLESS = frozenset(
    {"dropped_out", "deaths", "moved_in", "moved_out", "exchanged", "training_funds", "largest_class"}
)
_PARTS_OF_PUPILS = ("girls", "minority", "migrant", "left_behind", "boarding", "disabled", "entrants", "largest_class")
_PARTS_OF_TEACHERS = (
    *("above_required_qualification", "backbone_county_or_above", "sports", "music", "art", "certified"),
    *("trained_360", "in_establishment"),
)
_PARTS_OF_AREAS = (("indoor_sports", "teaching_rooms"), ("sports_ground", "site"))
_BAND = re.compile(r"(\d+)(?:[-_](\d+)|([-+]))")


@dataclass(frozen=True)
class Doubt:
    """A sentence about a figure; it stops nothing. `value` is what stands there, `against` what it was held against."""

    field: str
    message: str
    value: str = ""
    against: str = ""


def doubts_about(row: YearlyReturn, last: YearlyReturn | None) -> list[Doubt]:
    """Sums and parts that do not fit, and jumps against the year before."""
    return [*contradictions_in(row, last), *(jumps_since(row, last) if last is not None else ())]


def contradictions_in(row: YearlyReturn, last: YearlyReturn | None = None) -> list[Doubt]:
    """What cannot be true at once: within a return, and between its moves and the pupils of last year's."""
    found = [*_classes(row), *_parts(row), *_empty(row), *_tables(row), *_premises(row)]
    if last is not None:
        found.extend(_flows(row, last))
    return found


def jumps_since(row: YearlyReturn, last: YearlyReturn) -> list[Doubt]:
    """Figures that have moved by more than `JUMP_SHARE` and more than `JUMP_LEAST` within a year."""
    return list(_jumps(row, last))


def band_of_classes(name: str) -> tuple[int, int | None] | None:
    """The smallest and the largest class of a band: 25-, 26-30, 66+. None for what is no band."""
    found = _BAND.fullmatch(name.strip())
    if found is None:
        return None
    low, high, open_end = found.groups()
    if high is not None:
        return int(low), int(high)
    return (int(low), None) if open_end == "+" else (1, int(low))


def _classes(row: YearlyReturn) -> Iterator[Doubt]:
    pupils, classes, largest = row.pupils, row.classes, row.largest_class
    bands = sum(row.class_size_bands.values()) if row.class_size_bands else None
    if bands is not None and classes is not None and bands != classes:
        yield Doubt(
            "class_size_bands",
            _("各班额段合计%(bands)s个班，各年级合计%(classes)s个班，两者不符。")
            % {"bands": bands, "classes": classes},
            str(bands),
            str(classes),
        )
    elif bands is not None and pupils is not None:
        yield from _pupils_in_bands(row, pupils)
    if largest is None:
        return
    known = {name: band_of_classes(name) for name, count in row.class_size_bands.items() if count}
    if known and all(known.values()):
        name, top = max(known.items(), key=lambda one: one[1] or (0, None))
        assert top is not None
        low, high = top
        if largest < low or (high is not None and largest > high):
            yield Doubt(
                "largest_class",
                _("最大班额%(largest)s人，班额分布中最大的班却在“%(band)s”人一段，两者不符。")
                % {"largest": largest, "band": name},
                str(largest),
                name,
            )
            return
    if pupils is not None and classes is not None and largest * classes < pupils:
        yield Doubt(
            "largest_class",
            _("最大班额%(largest)s人，%(classes)s个班容不下%(pupils)s名学生，两者不符。")
            % {"largest": largest, "classes": classes, "pupils": pupils},
            str(largest),
            str(pupils),
        )


def _pupils_in_bands(row: YearlyReturn, pupils: int) -> Iterator[Doubt]:
    least, most = 0, 0
    is_open = False
    for name, count in row.class_size_bands.items():
        band = band_of_classes(name)
        if band is None:
            return
        low, high = band
        least += low * count
        if high is None:
            is_open = is_open or count > 0
        else:
            most += high * count
    if pupils < least or (not is_open and pupils > most):
        room = _("%(least)s人以上") % {"least": least} if is_open else f"{least}–{most}"
        yield Doubt(
            "class_size_bands",
            _("按班额分布应有学生%(room)s，各年级合计%(pupils)s人，两者不符。") % {"room": room, "pupils": pupils},
            room,
            str(pupils),
        )


def _parts(row: YearlyReturn) -> Iterator[Doubt]:
    pupils, teachers = row.pupils, row.full_time
    for name in _PARTS_OF_PUPILS:
        part = getattr(row, name)
        if part is not None and pupils is not None and part > pupils:
            yield Doubt(
                name,
                _("“%(label)s”%(part)s人，多于学生总数%(whole)s人。")
                % {"label": COUNTS[name], "part": part, "whole": pupils},
                str(part),
                str(pupils),
            )
    several = 0
    for name in _PARTS_OF_TEACHERS:
        part = getattr(row, name)
        if part is not None and teachers is not None and part > teachers:
            several += 1
            yield Doubt(
                name,
                _("“%(label)s”%(part)s人，多于专任教师%(whole)s人。")
                % {"label": COUNTS[name], "part": part, "whole": teachers},
                str(part),
                str(teachers),
            )
    arts = [row.sports, row.music, row.art]
    if not several and teachers is not None and sum(one or 0 for one in arts) > teachers:
        together = sum(one or 0 for one in arts)
        yield Doubt(
            "sports",
            _("体育、音乐、美术教师合计%(part)s人，多于专任教师%(whole)s人。") % {"part": together, "whole": teachers},
            str(together),
            str(teachers),
        )
    if row.exchanged is not None and row.exchange_eligible is not None and row.exchanged > row.exchange_eligible:
        yield Doubt(
            "exchanged",
            _("交流轮岗教师%(part)s人，多于符合交流条件教师%(whole)s人。")
            % {"part": row.exchanged, "whole": row.exchange_eligible},
            str(row.exchanged),
            str(row.exchange_eligible),
        )


def _empty(row: YearlyReturn) -> Iterator[Doubt]:
    """A school with pupils has classes and teachers, and the other way round."""
    pupils, classes, teachers = row.pupils, row.classes, row.full_time
    if pupils == 0 and (classes or teachers):
        yield Doubt(
            "pupils",
            _("学生总数为0，却有%(classes)s个班、%(teachers)s名专任教师。")
            % {"classes": classes or 0, "teachers": teachers or 0},
            "0",
            str(classes or teachers),
        )
    if pupils and classes == 0:
        yield Doubt("classes", _("有%(pupils)s名学生，班数却为0。") % {"pupils": pupils}, "0", str(pupils))
    if pupils and teachers == 0:
        yield Doubt("full_time", _("有%(pupils)s名学生，专任教师却为0。") % {"pupils": pupils}, "0", str(pupils))


def _tables(row: YearlyReturn) -> Iterator[Doubt]:
    teachers = row.full_time
    for name, label in (("by_qualification", _("学历")), ("by_title", _("职称"))):
        table = getattr(row, name)
        if table and teachers is not None and sum(table.values()) != teachers:
            yield Doubt(
                name,
                _("按%(label)s合计%(sum)s人，专任教师%(whole)s人，两者不符。")
                % {"label": label, "sum": sum(table.values()), "whole": teachers},
                str(sum(table.values())),
                str(teachers),
            )


def _premises(row: YearlyReturn) -> Iterator[Doubt]:
    figures: dict[str, Any] = {name: getattr(row, name) for name in AMOUNTS}
    for part, whole in _PARTS_OF_AREAS:
        if figures[part] is not None and figures[whole] is not None and figures[part] > figures[whole]:
            yield Doubt(
                part,
                _("“%(part)s”%(value)s，大于“%(whole)s”%(against)s。")
                % {
                    "part": AMOUNTS[part],
                    "value": figures[part],
                    "whole": AMOUNTS[whole],
                    "against": figures[whole],
                },
                str(figures[part]),
                str(figures[whole]),
            )
    funds, per_pupil, pupils = figures["training_funds"], figures["public_funds_per_pupil"], row.pupils
    if funds is not None and per_pupil is not None and pupils and funds > per_pupil * pupils:
        yield Doubt(
            "training_funds",
            _("教师培训经费%(part)s元，多于全部公用经费%(whole)s元。") % {"part": funds, "whole": per_pupil * pupils},
            str(funds),
            str(per_pupil * pupils),
        )


def _flows(row: YearlyReturn, last: YearlyReturn) -> Iterator[Doubt]:
    before, now = last.pupils, row.pupils
    came, went = (row.entrants, row.moved_in), (row.graduates, row.moved_out, row.dropped_out, row.deaths)
    if before is None or now is None or None in came or None in went:
        return
    should = before + sum(one or 0 for one in came) - sum(one or 0 for one in went)
    difference = abs(should - now)
    if difference > FLOWS_LEAST and difference > FLOWS_SHARE * before:
        yield Doubt(
            "pupils",
            _(
                "上学年%(before)s人，加招生和转入、减毕业、转出、辍学和死亡，应为%(should)s人；各年级合计%(now)s人，两者不符。"
            )
            % {"before": before, "should": should, "now": now},
            str(now),
            str(should),
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
                str(ours),
                str(theirs),
            )
