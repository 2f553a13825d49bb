"""Teaching groups planned from what pupils chose: asked for, computed as a job, adopted as courses of the term.

A grouping holds for a grade; of one grade one is adopted at a time.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import new_public_id
from yaodian.timetabling.models.choices import Grade
from yaodian.timetabling.models.rounds import ChoiceRound
from yaodian.timetabling.models.terms import Term, TermClass, TermRoom, TermTeacher


class GroupingState(models.TextChoices):
    QUEUED = "queued", _("正在编班")
    DONE = "done", _("已编好")
    FAILED = "failed", _("编不成")
    CANCELLED = "cancelled", _("已取消")
    ADOPTED = "adopted", _("已采用")
    DROPPED = "dropped", _("已弃用")


NEXT_OF_GROUPING: Mapping[str, tuple[str, ...]] = {
    GroupingState.QUEUED: (GroupingState.DONE, GroupingState.FAILED, GroupingState.CANCELLED),
    GroupingState.DONE: (GroupingState.ADOPTED, GroupingState.DROPPED),
    GroupingState.FAILED: (GroupingState.DROPPED,),
    GroupingState.CANCELLED: (GroupingState.DROPPED,),
    GroupingState.ADOPTED: (GroupingState.DROPPED,),
}


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Grouping(Record):
    """`settings` are sizes, blocks, mode and so on as the desk asked for them; `tallies` what came of it: groups, bound, moves, sizes.

    `problem` says in sentences why there is none. `inputs_sha256` is the digest of choices, teachers and rooms that it was made from.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="groupings", db_index=False)
    round = models.ForeignKey(ChoiceRound, models.PROTECT, related_name="+", verbose_name=_("选科轮次"))
    grade = models.PositiveSmallIntegerField(_("年级"), choices=Grade.choices)
    attempt = models.PositiveSmallIntegerField(_("第几次"))
    settings = models.JSONField(default=dict, blank=True)
    seed = models.CharField(max_length=40)
    state = models.CharField(_("状态"), max_length=10, choices=GroupingState.choices, default=GroupingState.QUEUED)
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    tallies = models.JSONField(default=dict, blank=True)
    problem = models.JSONField(default=list, blank=True)
    asked_by = _account()
    asked_at = models.DateTimeField(_("提出时间"))
    done_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["term_id", "grade", "-attempt"]
        verbose_name = _("教学班方案")
        constraints = [
            models.UniqueConstraint(name="timetabling_grouping_once", fields=["term", "grade", "attempt"]),
            models.UniqueConstraint(
                name="timetabling_grouping_one_adopted", fields=["term", "grade"], condition=Q(state="adopted")
            ),
            models.CheckConstraint(
                name="timetabling_grouping_state_known", condition=Q(state__in=GroupingState.values)
            ),
            models.CheckConstraint(name="timetabling_grouping_grade_known", condition=Q(grade__in=Grade.values)),
        ]

    def __str__(self) -> str:
        return f"grouping {self.public_id}"


class TeachingGroup(models.Model):
    """A teaching group (教学班): it meets with all groups of its `block`. `home`: the class in whose room it meets and whose pupils stay."""

    grouping = models.ForeignKey(Grouping, models.CASCADE, related_name="groups", db_index=False)
    code = models.CharField(_("教学班"), max_length=40)
    subject = models.CharField(_("学科"), max_length=20)
    block = models.CharField(_("时段"), max_length=20)
    teacher = models.ForeignKey(TermTeacher, models.SET_NULL, null=True, blank=True, related_name="+")
    room = models.ForeignKey(TermRoom, models.SET_NULL, null=True, blank=True, related_name="+")
    home = models.ForeignKey(TermClass, models.SET_NULL, null=True, blank=True, related_name="+")
    pupils: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "registry.Pupil", through="GroupMember", related_name="+"
    )

    class Meta:
        ordering = ["grouping_id", "id"]
        verbose_name = _("教学班")
        constraints = [models.UniqueConstraint(name="timetabling_group_once", fields=["grouping", "code"])]

    def __str__(self) -> str:
        return f"{self.code} of grouping {self.grouping_id}"


class GroupMember(models.Model):
    """A pupil in a teaching group."""

    group = models.ForeignKey(TeachingGroup, models.CASCADE, related_name="members", db_index=False)
    pupil = models.ForeignKey("registry.Pupil", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["group_id", "id"]
        verbose_name = _("教学班学生")
        constraints = [models.UniqueConstraint(name="timetabling_member_once", fields=["group", "pupil"])]

    def __str__(self) -> str:
        return f"member of group {self.group_id}"


class HomeMember(models.Model):
    """A pupil in a home class, as a grouping put him there; where classes are kept, the class that he comes from."""

    grouping = models.ForeignKey(Grouping, models.CASCADE, related_name="home_members", db_index=False)
    home = models.CharField(_("行政班"), max_length=30)
    pupil = models.ForeignKey("registry.Pupil", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["grouping_id", "id"]
        verbose_name = _("行政班学生")
        constraints = [models.UniqueConstraint(name="timetabling_homemember_once", fields=["grouping", "pupil"])]

    def __str__(self) -> str:
        return f"{self.home} of grouping {self.grouping_id}"
