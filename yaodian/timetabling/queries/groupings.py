"""What the desk of teaching groups shows: attempts of a grade, how far one is, what came of it. Counts alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import Stage
from yaodian.foundation.models import Job
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of
from yaodian.timetabling.content import SUBJECTS
from yaodian.timetabling.models import (
    ChoiceRound,
    Course,
    Grade,
    Grouping,
    GroupingState,
    Lesson,
    RoundKind,
    RoundState,
    Subject,
    TeachingGroup,
    Term,
)
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_settings import GroupSettings
from yaodian.timetabling.problem.groupings import Ground, default_settings, settings_of
from yaodian.timetabling.queries.grounds import entered_year_of, ground_of
from yaodian.timetabling.queries.reach import PLAN, VIEW, find_term

_PLANNED_FROM = (RoundState.SETTLED, RoundState.CLOSED)


def visible_groupings(account: Visitor, permission: str = VIEW) -> QuerySet[Grouping]:
    """The groupings of schools that a permission of the account reaches."""
    rows = Grouping.objects.select_related("term__school", "round__before__before", "asked_by")
    return scope_of(account=account, permission=permission).rows(rows, unit="term__school_id")


def find_grouping(*, account: Visitor, public_id: str, permission: str = VIEW) -> Grouping:
    """Raises Grouping.DoesNotExist."""
    return visible_groupings(account, permission).get(public_id=public_id)


def find_group(*, account: Visitor, public_id: str, number: int, permission: str = PLAN) -> TeachingGroup:
    """A group by its number in the grouping. Raises Grouping.DoesNotExist, TeachingGroup.DoesNotExist."""
    row = find_grouping(account=account, public_id=public_id, permission=permission)
    return row.groups.select_related("teacher", "room", "home").get(pk=number)


def rounds_to_plan(*, term: Term, grade: int) -> list[ChoiceRound]:
    """The rounds by which a grade can be planned, newest first, settled ones before closed ones. One query."""
    rows = ChoiceRound.objects.filter(
        school=term.school_id, entered_year=entered_year_of(term, grade), state__in=_PLANNED_FROM
    ).select_related("before__before")
    found = sorted(rows, key=lambda one: one.pk, reverse=True)
    return sorted(found, key=lambda one: (one.kind == RoundKind.TRIAL, one.state != RoundState.SETTLED))


# The list ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lack:
    """Something that is missing; `is_blocking`: no groups can be made without it."""

    sentence: str
    is_blocking: bool
    see: str = ""
    """What of the term, or which list, mends it: a name of an address, empty for none."""


@dataclass(frozen=True)
class GradeTab:
    grade: int
    label: str
    is_here: bool


@dataclass(frozen=True)
class GroupingLine:
    """An attempt, with its figures if it has any."""

    row: Grouping
    settings: GroupSettings

    @property
    def figures(self) -> Mapping[str, Any]:
        return self.row.tallies if self.row.tallies.get("groups") else {}

    @property
    def mode(self) -> str:
        return group_words.mode_word(self.settings.mode)

    @property
    def homes(self) -> str:
        return next(words for name, words in group_words.setting_words(self.settings) if name == _("行政班"))


@dataclass(frozen=True)
class GroupingList:
    """The attempts of one grade, what a new one would be made from, and what is missing."""

    term: Term
    school: str
    grade: int
    tabs: tuple[GradeTab, ...]
    lines: tuple[GroupingLine, ...]
    rounds: tuple[ChoiceRound, ...]
    ground: Ground
    settings: GroupSettings
    lacks: tuple[Lack, ...]
    may_plan: bool

    @property
    def can_start(self) -> bool:
        return self.may_plan and not any(one.is_blocking for one in self.lacks)

    @property
    def label(self) -> str:
        return str(Grade(self.grade).label)

    @property
    def comparable(self) -> tuple[GroupingLine, ...]:
        return tuple(one for one in self.lines if one.figures)


def grouping_list(
    *, account: Visitor, public_id: str, grade: int | None, day: date, round_id: str = "", like: str = ""
) -> GroupingList:
    """`like` is the attempt (by public id) whose settings a new one begins with; else they are what a school is likely to want.

    A constant number of queries, whatever the size of the grade. Raises Term.DoesNotExist.
    """
    term = find_term(account=account, public_id=public_id)
    years = set(
        ChoiceRound.objects.filter(school=term.school_id, state__in=_PLANNED_FROM)
        .order_by()
        .values_list("entered_year", flat=True)
    )
    with_round = [one for one in Grade.values if entered_year_of(term, one) in years]
    with_classes = set(term.classes.order_by().values_list("grade", flat=True))
    grades = [one for one in Grade.values if one in with_round or one in with_classes] or list(Grade.values)
    if grade not in Grade.values:
        # Where groups have been planned; else where they can be.
        planned = term.groupings.order_by("grade").values_list("grade", flat=True).first()
        grade = planned or next(iter(with_round), grades[0])
    here = grade
    assert here is not None
    rounds = rounds_to_plan(term=term, grade=here)
    chosen = next((one for one in rounds if one.public_id == round_id), rounds[0] if rounds else None)
    ground = ground_of(term=term, grade=here, round=chosen)
    lines = [
        GroupingLine(row, settings_of(row))
        for row in term.groupings.filter(grade=here).select_related("round", "asked_by").order_by("-attempt")
    ]
    similar = next((one.settings for one in lines if like and one.row.public_id == like), None)
    settings = replace(similar, parent="") if similar is not None else default_settings(ground)
    return GroupingList(
        term,
        names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        here,
        tuple(GradeTab(one, str(Grade(one).label), one == here) for one in sorted({*grades, here})),
        tuple(lines),
        tuple(rounds),
        ground,
        settings,
        tuple(_lacks(ground, lines)),
        may(account=account, permission=PLAN, unit_id=term.school_id),
    )


def _lacks(ground: Ground, lines: Sequence[GroupingLine]) -> Iterator[Lack]:
    if ground.round is None:
        yield Lack(
            _("这个年级还没有截止或已确定的选科。先组织选科，截止以后再来编班。"), True, see="timetabling:rounds"
        )
        return
    if not ground.people:
        yield Lack(_("这一轮里没有学生选科。"), True, see="timetabling:rounds")
    if any(one.row.state == GroupingState.QUEUED for one in lines):
        yield Lack(_("这个年级正在编班，编完或取消以后才能再编。"), True)
    if not ground.classes and not ground.rooms and not ground.tutors:
        yield Lack(
            _("这个学期还没有班级、教室和教师，编出的班没有教师和教室。请先在学期里录入。"),
            False,
            see="timetabling:term",
        )
    elif not ground.classes:
        yield Lack(_("这个学期还没有这个年级的班级，只能重新编行政班。"), False, see="timetabling:term")
    elif ground.homeless:
        yield Lack(
            _("有 %(count)s 名学生的班级不在这个学期的班级里，不能保留原行政班。请补录班级。")
            % {"count": ground.homeless},
            False,
            see="timetabling:term",
        )
    if ground.waiting > 0:
        yield Lack(_("有 %(count)s 名学生还没有选科，不会编进教学班。") % {"count": ground.waiting}, False)
    untaught = [
        str(Subject(code).label)
        for code in SUBJECTS
        if ground.by_subject[code] and ground.tutors and not any(code in one.subjects for one in ground.tutors)
    ]
    if untaught:
        yield Lack(
            _("没有教师任教：%(subjects)s。请补录教师，或不考虑教师。") % {"subjects": _("、").join(untaught)},
            False,
            see="timetabling:term",
        )
    hours = [str(Subject(code).label) for code in SUBJECTS if ground.by_subject[code] and code not in ground.curriculum]
    if hours:
        yield Lack(
            _("课时计划里还没有选考课时：%(subjects)s。可以先编班，采用以前要录入。")
            % {"subjects": _("、").join(hours)},
            False,
            see="timetabling:term",
        )
    uneven = {one.hours for code, one in ground.curriculum.items() if ground.by_subject[code]}
    if len(uneven) > 1:
        yield Lack(
            _("选考科目每周节数不同（%(hours)s 节）：同一时段里只有节数相同的教学班同时上课。")
            % {"hours": _("、").join(str(one) for one in sorted(uneven))},
            False,
        )


# One grouping -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupLine:
    """A group with how many are in it, and how many of them stay in their home class's room."""

    row: TeachingGroup
    size: int
    teacher: str
    room: str
    home: str


@dataclass(frozen=True)
class SubjectColumn:
    """`pupils` in `groups` of `least` to `most`."""

    name: str
    label: str
    pupils: int
    groups: int
    least: int
    most: int


@dataclass(frozen=True)
class BlockRow:
    """A block: for each subject its groups, and how many pupils have a lesson in it."""

    block: str
    cells: tuple[tuple[SubjectColumn, tuple[GroupLine, ...]], ...]
    pupils: int
    groups: int


@dataclass(frozen=True)
class Progress:
    """How far the job is. `stage` in words; `best` and `bound` are of the groups, 0 before any are known."""

    state: str
    percent: int
    stage: str
    best: int
    bound: int
    seconds: int
    error: str

    @property
    def is_over(self) -> bool:
        return self.state in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


@dataclass(frozen=True)
class GroupingPage:
    """A grouping with what came of it. `adopted` is another one of the grade that holds now; of its own `courses` published timetables have `lessons`, of
    `unscheduled` ones none."""

    row: Grouping
    school: str
    settings: GroupSettings
    progress: Progress
    columns: tuple[SubjectColumn, ...]
    blocks: tuple[BlockRow, ...]
    groups: tuple[GroupLine, ...]
    others: tuple[Grouping, ...]
    changes: tuple[ChoiceRound, ...]
    adopted: Grouping | None
    courses: int
    lessons: int
    unscheduled: int
    may_plan: bool

    @property
    def figures(self) -> Mapping[str, Any]:
        return self.row.tallies if self.row.tallies.get("groups") else {}

    @property
    def is_running(self) -> bool:
        return self.row.state == GroupingState.QUEUED

    @property
    def reaches_bound(self) -> bool:
        return bool(self.figures) and self.row.tallies["groups"] <= self.row.tallies["bound"]

    @property
    def moving_percent(self) -> int:
        """Of all lessons in the blocks those for which a pupil leaves the room of his class, rounded up."""
        lessons = self.row.tallies.get("lessons", 0)
        return -(-100 * self.row.tallies.get("moves", 0) // lessons) if lessons else 0

    @property
    def reasons(self) -> tuple[str, ...]:
        # What pupils chose last: it is not what the school would change first.
        found = sorted(self.row.problem, key=lambda one: one.get("wish") == "choices")
        return tuple(group_words.told(one) for one in found if one["kind"] != "relaxation")

    @property
    def is_impossible(self) -> bool:
        """Whether wishes contradict one another, and not the time or the data."""
        return any(one["kind"] == "reason" for one in self.row.problem)

    @property
    def relaxations(self) -> tuple[tuple[str, int], ...]:
        return tuple((group_words.told(one), one["price"]) for one in self.row.problem if one["kind"] == "relaxation")

    @property
    def homes(self) -> tuple[tuple[Mapping[str, Any], str], ...]:
        """Each home class with the subjects that it has together."""
        return tuple(
            (one, _("、").join(group_words.subject_word(name) for name in one["together"]))
            for one in self.row.tallies.get("homes", ())
        )

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        return tuple(group_words.setting_words(self.settings))


def grouping_page(*, account: Visitor, public_id: str, day: date) -> GroupingPage:
    """A constant number of queries, whatever the number of groups. Raises Grouping.DoesNotExist."""
    row = find_grouping(account=account, public_id=public_id)
    hosts = row.tallies.get("hosts", {})
    groups = tuple(
        GroupLine(
            one, one.size,  # type: ignore[attr-defined]  # Counted by the query.
            one.teacher.name if one.teacher else "", one.room.code if one.room else "", hosts.get(one.code, ""),
        )
        for one in row.groups.select_related("teacher", "room").annotate(size=Count("members")).order_by("pk")
    )  # fmt: skip
    columns = tuple(_columns(row))
    siblings = list(row.term.groupings.filter(grade=row.grade).exclude(pk=row.pk).order_by("-attempt"))
    later = ChoiceRound.objects.filter(
        school=row.term.school_id, entered_year=row.round.entered_year, kind=RoundKind.CHANGE,
        state=RoundState.SETTLED, pk__gt=row.round_id,
    ).order_by("-pk")  # fmt: skip
    is_adopted = row.state == GroupingState.ADOPTED
    return GroupingPage(
        row,
        names_of_units(ids=[row.term.school_id], day=day).get(row.term.school_id, ""),
        settings_of(row),
        progress_of(row),
        columns,
        tuple(_blocks(columns, groups)),
        groups,
        tuple(one for one in siblings if one.tallies.get("groups")),
        tuple(later) if row.state in (GroupingState.DONE, GroupingState.ADOPTED) else (),
        next((one for one in siblings if one.state == GroupingState.ADOPTED), None),
        Course.objects.filter(group__grouping=row).count() if is_adopted else 0,
        Lesson.objects.filter(course__group__grouping=row).count() if is_adopted else 0,
        Course.objects.filter(group__grouping=row, lessons__isnull=True).count() if is_adopted else 0,
        may(account=account, permission=PLAN, unit_id=row.term.school_id),
    )


def _columns(row: Grouping) -> Iterator[SubjectColumn]:
    for name, said in row.tallies.get("subjects", {}).items():
        label = group_words.subject_word(name)
        yield SubjectColumn(name, label, said["pupils"], said["groups"], said["least"], said["most"])


def _blocks(columns: Sequence[SubjectColumn], groups: Sequence[GroupLine]) -> Iterator[BlockRow]:
    at: dict[tuple[str, str], list[GroupLine]] = defaultdict(list)
    for one in groups:
        at[one.row.block, one.row.subject].append(one)
    for block in sorted({one.row.block for one in groups}):
        cells = tuple((column, tuple(at[block, column.name])) for column in columns)
        here = [one for _column, found in cells for one in found]
        yield BlockRow(block, cells, sum(one.size for one in here), len(here))


def progress_of(row: Grouping) -> Progress:
    """One query."""
    job = Job.objects.filter(key=f"timetabling.group:{row.pk}").first()
    if job is None:
        return Progress(Job.State.DONE, 100, "", 0, 0, 0, "")
    said = job.note.split()
    stage, best, bound, seconds = "", 0, 0, 0
    if len(said) == 6 and all(one.lstrip("-").isdigit() for one in said[1:]):
        stage, best, bound, seconds = _stage(said[0]), int(said[3]), int(said[4]), int(said[5])
    return Progress(job.state, job.percent, stage, best, bound, seconds, job.error)


def _stage(code: str) -> str:
    words = {
        Stage.GROUPS.value: _("正在求最少的教学班"),
        Stage.HOMES.value: _("正在让行政班少走动"),
        Stage.BALANCE.value: _("正在让各班人数接近"),
        Stage.CHANGE.value: _("正在按改选调整"),
        Stage.REASONS.value: _("做不到，正在找原因"),
        Stage.RELAXATIONS.value: _("做不到，正在找代价最小的放宽"),
        Stage.OFFER.value: _("正在核对组合"),
    }
    return words.get(code, "")
