"""What keeps a published timetable from being held: a teacher away, a room closed; and who takes which lesson on which day."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import new_public_id
from yaodian.timetabling.models.terms import Term, TermRoom, TermTeacher
from yaodian.timetabling.models.timetables import Lesson


class AbsenceState(models.TextChoices):
    OPEN = "open", _("待安排")
    ARRANGED = "arranged", _("已安排待通知")
    ANNOUNCED = "announced", _("已通知")
    WITHDRAWN = "withdrawn", _("已撤销")


NEXT_OF_ABSENCE: Mapping[str, tuple[str, ...]] = {
    AbsenceState.OPEN: (AbsenceState.ARRANGED, AbsenceState.WITHDRAWN),
    AbsenceState.ARRANGED: (AbsenceState.OPEN, AbsenceState.ANNOUNCED, AbsenceState.WITHDRAWN),
    AbsenceState.ANNOUNCED: (AbsenceState.OPEN, AbsenceState.WITHDRAWN),
}


class Manner(models.TextChoices):
    TAKEN = "taken", _("代课")
    MOVED = "moved", _("调课")
    SELF_STUDY = "self_study", _("自习")
    OTHER_ROOM = "other_room", _("换教室")


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Absence(Record):
    """From `from_on` to `until_on`, both included, a teacher is away or a room is closed. Why is nobody's concern but the office's."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="absences", db_index=False)
    teacher = models.ForeignKey(TermTeacher, models.PROTECT, null=True, blank=True, related_name="absences")
    room = models.ForeignKey(TermRoom, models.PROTECT, null=True, blank=True, related_name="absences")
    from_on = models.DateField(_("从何日起"))
    until_on = models.DateField(_("到何日止"))
    reason = EncryptedTextField(_("原因"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=AbsenceState.choices, default=AbsenceState.OPEN)
    made_by = _account()
    made_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["term_id", "-from_on", "-id"]
        verbose_name = _("缺勤与停用")
        constraints = [
            models.CheckConstraint(
                name="timetabling_absence_of_one",
                condition=Q(teacher__isnull=False, room__isnull=True) | Q(teacher__isnull=True, room__isnull=False),
            ),
            models.CheckConstraint(
                name="timetabling_absence_in_order", condition=Q(until_on__gte=F("from_on")),
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(name="timetabling_absence_state_known", condition=Q(state__in=AbsenceState.values)),
        ]  # fmt: skip
        indexes = [models.Index(fields=["term", "from_on", "until_on"], name="timetabling_absence_on")]

    def __str__(self) -> str:
        return f"absence {self.public_id}"


class Substitution(Record):
    """One lesson on one day that is not held as the timetable says. Of a lesson and a day there is one that counts.

    `teacher` takes it, `room` is where, `to_on` and `to_period` when, each where it differs. `is_counted`: it counts as a duty of whoever takes it.
    """

    absence = models.ForeignKey(Absence, models.CASCADE, related_name="substitutions", db_index=False)
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="substitutions")
    on = models.DateField(_("日期"))
    manner = models.CharField(_("方式"), max_length=10, choices=Manner.choices)
    teacher = models.ForeignKey(TermTeacher, models.PROTECT, null=True, blank=True, related_name="duties")
    room = models.ForeignKey(TermRoom, models.PROTECT, null=True, blank=True, related_name="+")
    to_on = models.DateField(null=True, blank=True)
    to_period = models.PositiveSmallIntegerField(null=True, blank=True)
    is_counted = models.BooleanField(default=True)
    note = models.CharField(_("说明"), max_length=100, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("代课调课")
        constraints = [
            models.UniqueConstraint(name="timetabling_substitution_once", fields=["lesson", "on"]),
            models.CheckConstraint(name="timetabling_substitution_manner_known", condition=Q(manner__in=Manner.values)),
            models.CheckConstraint(
                name="timetabling_substitution_whole",
                condition=(Q(manner="taken", teacher__isnull=False) | ~Q(manner="taken"))
                & (Q(manner="moved", to_on__isnull=False, to_period__isnull=False) | ~Q(manner="moved"))
                & (Q(manner="other_room", room__isnull=False) | ~Q(manner="other_room")),
            ),
        ]
        indexes = [models.Index(fields=["on", "lesson"], name="timetabling_substitution_day")]

    def __str__(self) -> str:
        return f"substitution {self.pk} on {self.on}"
