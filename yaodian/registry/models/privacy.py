"""What guardians say and ask about the data of their children, and how long data are kept.

What somebody wrote in his own words is sealed: nobody can know what stands in it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import Dated, new_public_id
from yaodian.registry.models.choices import CONSENTED, ConsentState, DataClass, Means, RequestKind, RequestState
from yaodian.registry.models.people import Guardian, Pupil


class Consent(Record):
    """What a guardian has said about one purpose that rests on consent. What he says later is a further row: `ended_at`
    is null on the one that counts."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="consents", db_index=False)
    guardian = models.ForeignKey(Guardian, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("用途"), max_length=20)
    state = models.CharField(_("意见"), max_length=10, choices=ConsentState.choices)
    means = models.CharField(_("办理方式"), max_length=10, choices=Means.choices)
    said_on = models.DateField(_("表示意见的日期"))
    note = EncryptedTextField(_("说明"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pupil_id", "purpose", "-id"]
        verbose_name = _("同意")
        constraints = [
            models.UniqueConstraint(
                name="registry_consent_one_counts",
                fields=["pupil", "guardian", "purpose"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(name="registry_consent_purpose_known", condition=Q(purpose__in=CONSENTED)),
            models.CheckConstraint(name="registry_consent_state_known", condition=Q(state__in=ConsentState.values)),
            models.CheckConstraint(name="registry_consent_means_known", condition=Q(means__in=Means.values)),
        ]
        indexes = [models.Index(fields=["pupil", "purpose", "ended_at"], name="registry_consent_of_pupil")]

    def __str__(self) -> str:
        return f"consent {self.purpose} {self.state} of guardian {self.guardian_id}"


class DataRequest(Record):
    """A guardian asks to see, to get a copy of, to have corrected or erased what is known of a child.

    `due_on` is the day by which the office has promised itself to answer, null where it has promised none. Of an erased
    child the request stays, without guardian and words.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="requests", db_index=False)
    guardian = models.ForeignKey(Guardian, models.PROTECT, null=True, blank=True, related_name="requests")
    kind = models.CharField(_("事项"), max_length=10, choices=RequestKind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=RequestState.choices, default=RequestState.RECEIVED)
    means = models.CharField(_("提出方式"), max_length=10, choices=Means.choices)
    text = EncryptedTextField(_("内容"), max_length=1000, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("答复期限"), null=True, blank=True)
    answer = EncryptedTextField(_("答复"), max_length=1000, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("个人信息申请")
        constraints = [
            models.UniqueConstraint(
                name="registry_request_one_open",
                fields=["pupil", "guardian", "kind"],
                condition=Q(state="received"),
                violation_error_message=_("同一事项已有一件申请正在办理，请等待答复，或先撤回那一件。"),
            ),
            models.CheckConstraint(name="registry_request_kind_known", condition=Q(kind__in=RequestKind.values)),
            models.CheckConstraint(name="registry_request_state_known", condition=Q(state__in=RequestState.values)),
            models.CheckConstraint(name="registry_request_means_known", condition=Q(means__in=Means.values)),
            models.CheckConstraint(
                name="registry_request_end_has_a_moment",
                condition=Q(state="received", closed_at__isnull=True)
                | (~Q(state="received") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="registry_request_somebodys",
                condition=Q(guardian__isnull=False) | Q(erased_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["pupil", "-id"], name="registry_request_of_pupil"),
            models.Index(fields=["state", "due_on", "id"], name="registry_request_to_answer"),
        ]

    def __str__(self) -> str:
        return f"request {self.public_id} ({self.kind}, {self.state})"


class RetentionRule(Dated):
    """How many months a class of data is kept from the day that `DataClass` names; without a rule it is kept on.

    `basis` quotes the law or the decision of the office: the program brings no number of its own.
    """

    data_class = models.CharField(_("数据类别"), max_length=10, choices=DataClass.choices)
    months = models.PositiveSmallIntegerField(_("保存月数"))
    basis = models.CharField(_("依据"), max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["data_class", "-id"]
        verbose_name = _("保存期限")
        constraints = [
            models.UniqueConstraint(
                name="registry_retention_one_open", fields=["data_class"], condition=Q(until_on__isnull=True)
            ),
            models.CheckConstraint(name="registry_retention_class_known", condition=Q(data_class__in=DataClass.values)),
            models.CheckConstraint(name="registry_retention_some_time", condition=Q(months__gte=1)),
            models.CheckConstraint(name="registry_retention_reasoned", condition=~Q(basis="")),
            models.CheckConstraint(
                name="registry_retention_in_order", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data_class}: {self.months} months"
