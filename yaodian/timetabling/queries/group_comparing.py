"""Two attempts at teaching groups side by side: what was asked for, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yaodian.organisations.queries import Visitor
from yaodian.timetabling.models import Grade, Grouping, Term
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_settings import GroupSettings
from yaodian.timetabling.problem.groupings import settings_of
from yaodian.timetabling.queries.reach import find_term


@dataclass(frozen=True)
class Comparison:
    """Two attempts of a grade: lines of a name and the two values; `is_other` where they differ."""

    term: Term
    grade: str
    first: Grouping
    second: Grouping
    figures: tuple[tuple[str, str, str], ...]
    settings: tuple[tuple[str, str, str], ...]


def compare_groupings(*, account: Visitor, public_id: str, first: str, second: str) -> Comparison:
    """Raises Term.DoesNotExist, Grouping.DoesNotExist where one is of another term, or of another grade than the other."""
    term = find_term(account=account, public_id=public_id)
    rows = {one.public_id: one for one in term.groupings.filter(public_id__in=[first, second])}
    if len(rows) != 2 or len({one.grade for one in rows.values()}) != 1:
        raise Grouping.DoesNotExist
    one, two = rows[first], rows[second]
    left, right = dict(_figures(one)), dict(_figures(two))
    asked, other = _joined(settings_of(one)), _joined(settings_of(two))
    return Comparison(
        term, str(Grade(one.grade).label), one, two,
        tuple((name, left.get(name, "—"), right.get(name, "—")) for name in dict.fromkeys([*left, *right])),
        tuple((name, asked.get(name, "—"), other.get(name, "—")) for name in dict.fromkeys([*asked, *other])),
    )  # fmt: skip


def _joined(settings: GroupSettings) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, words in group_words.setting_words(settings):
        found[name].append(words)
    return {name: _("；").join(words) for name, words in found.items()}


def _figures(row: Grouping) -> Iterator[tuple[str, str]]:
    said = row.tallies
    if not said.get("groups"):
        return
    yield _("教学班"), str(said["groups"])
    yield _("下限"), str(said["bound"])
    yield _("走班人次"), f"{said['moves']} / {said['lessons']}"
    yield _("行政班个数"), str(len(said["homes"]))
    yield _("一个班里多出的组合"), str(said["mixed"])
    for name, one in said["subjects"].items():
        yield group_words.subject_word(name), _("%(groups)s 班，%(least)s–%(most)s 人") % one
