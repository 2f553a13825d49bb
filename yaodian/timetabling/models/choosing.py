"""What pupils chose. Nothing is written over: another choice is another row, and the one before says that it was replaced."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import new_public_id
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models.choices import ChoiceState, Means
from yaodian.timetabling.models.rounds import ChoiceRound


class PupilChoice(Record):
    """A pupil names a combination in a round. At most one of them stands, and at most one waits to be looked at.

    `eyes` is how many people must still agree before it stands: none where the pupil chose by his letter in an ordinary
    round. `entered_by` typed it from paper or loaded it, and is never one of those. `public_id` is the number of the receipt.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    round = models.ForeignKey(ChoiceRound, models.PROTECT, related_name="choices", db_index=False)
    pupil = models.ForeignKey("registry.Pupil", models.PROTECT, related_name="+")
    combination = models.CharField(_("组合"), max_length=3)
    state = models.CharField(_("状态"), max_length=10, choices=ChoiceState.choices)
    means = models.CharField(_("方式"), max_length=10, choices=Means.choices)
    eyes = models.PositiveSmallIntegerField(default=0)
    # In the family's own words, in which names and illnesses may stand.
    reason = EncryptedTextField(_("改选理由"), max_length=200, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    chosen_at = models.DateTimeField(_("提交时间"))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round_id", "id"]
        verbose_name = _("选科")
        constraints = [
            models.CheckConstraint(name="timetabling_choice_state_known", condition=Q(state__in=ChoiceState.values)),
            models.CheckConstraint(name="timetabling_choice_means_known", condition=Q(means__in=Means.values)),
            models.CheckConstraint(
                name="timetabling_choice_of_the_twelve", condition=Q(combination__in=sorted(COMBINATIONS))
            ),
            models.UniqueConstraint(
                name="timetabling_choice_one_stands", fields=["round", "pupil"], condition=Q(state="standing")
            ),
            models.UniqueConstraint(
                name="timetabling_choice_one_waits", fields=["round", "pupil"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="timetabling_choice_entered_by_somebody",
                condition=Q(means="code", entered_by__isnull=True) | ~Q(means="code"),
            ),
            models.CheckConstraint(
                name="timetabling_choice_ended_whole",
                condition=Q(state__in=["proposed", "standing"], ended_at__isnull=True)
                | Q(state__in=["replaced", "refused", "withdrawn"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "state", "combination"], name="timetabling_choice_counted"),
            models.Index(fields=["round", "pupil", "id"], name="timetabling_choice_of_pupil"),
        ]

    def __str__(self) -> str:
        return f"choice {self.public_id}"


class ChoiceLook(models.Model):
    """Somebody looked at a choice that waits, and agreed or did not; nobody looks twice."""

    choice = models.ForeignKey(PupilChoice, models.CASCADE, related_name="looks", db_index=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agrees = models.BooleanField(_("同意"))
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["choice_id", "id"]
        verbose_name = _("审核")
        constraints = [
            models.UniqueConstraint(name="timetabling_look_once", fields=["choice", "account"]),
            models.CheckConstraint(name="timetabling_look_reasoned", condition=Q(agrees=True) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"look {self.pk} at {self.choice_id}"
