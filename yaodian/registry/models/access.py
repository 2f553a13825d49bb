"""Who opened whose record, what was shown, and for what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit
from yaodian.registry.models.choices import Purpose
from yaodian.registry.models.people import Pupil, Teacher


class AccessKind(models.TextChoices):
    VIEWED = "viewed", _("打开（敏感信息隐去）")
    UNMASKED = "unmasked", _("查看敏感信息")
    EXPORTED = "exported", _("导出")


class RecordAccess(Record):
    """Somebody opened the record of a pupil or a teacher: `fields` were shown in clear, for `purpose`.

    The guardian reads it, so it names the unit and the post behind the account and no more than he may know.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("查看人"), db_index=False
    )
    account_name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    pupil = models.ForeignKey(Pupil, models.PROTECT, null=True, blank=True, related_name="accesses", db_index=False)
    teacher = models.ForeignKey(Teacher, models.PROTECT, null=True, blank=True, related_name="accesses", db_index=False)
    kind = models.CharField(_("方式"), max_length=10, choices=AccessKind.choices)
    fields = models.JSONField(_("栏目"), default=list, blank=True)
    purpose = models.CharField(_("用途"), max_length=20, choices=Purpose.choices, blank=True)
    # In his own words, in which names may stand.
    note = EncryptedTextField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("查看记录")
        constraints = [
            models.CheckConstraint(
                name="registry_access_of_one_record",
                condition=Q(pupil__isnull=False, teacher__isnull=True) | Q(pupil__isnull=True, teacher__isnull=False),
            ),
            models.CheckConstraint(name="registry_access_kind_known", condition=Q(kind__in=AccessKind.values)),
            models.CheckConstraint(
                name="registry_access_clear_for_a_purpose",
                condition=Q(kind="viewed") | Q(purpose__in=Purpose.values),
            ),
        ]
        indexes = [
            models.Index(fields=["pupil", "-at"], name="registry_access_of_pupil"),
            models.Index(fields=["teacher", "-at"], name="registry_access_of_teacher"),
            models.Index(fields=["account", "-at"], name="registry_access_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.pupil_id or self.teacher_id}"
