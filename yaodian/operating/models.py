"""Alarms: what an operator or auditor has to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record


class Alarm(Record):
    """Something that should not happen, from its first to its last sign, until somebody has looked into it.

    At most one alarm of a kind is open for an account, so a condition that lasts does not fill the page.
    """

    class Kind(models.TextChoices):
        MASS_READ = "mass_read", _("大量查阅个人记录")
        JOB_ERRORS = "job_errors", _("后台任务频繁失败")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        ACKNOWLEDGED = "acknowledged", _("已确认")

    kind = models.CharField(_("告警"), max_length=30, choices=Kind.choices)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    count = models.PositiveIntegerField(_("次数"))
    window_seconds = models.PositiveIntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    state = models.CharField(_("状态"), max_length=15, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("处理说明"), max_length=500, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        verbose_name = _("告警")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "account"], condition=Q(state="open"), name="operating_alarm_open_once"
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state="open", account__isnull=True),
                name="operating_alarm_of_the_system_open_once",
            ),
            models.CheckConstraint(name="operating_alarm_state_known", condition=Q(state__in=["open", "acknowledged"])),
            models.CheckConstraint(
                name="operating_alarm_acknowledged_with_a_reason",
                condition=Q(state="open", acknowledged_at__isnull=True)
                | Q(state="acknowledged", acknowledged_at__isnull=False, acknowledged_by__isnull=False) & ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"
