"""The rows behind background work."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models.record import Record


class Job(Record):
    """A piece of background work: what, for whom, how far, and who holds it until when.

    The table is the truth; the task rows of django-tasks are only the bell that wakes a worker. `attempts` grows with
    every claim and is the fence: a worker that lost its lease finds another number and may not report any more.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("等待中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    key = models.CharField(max_length=200, unique=True)
    code = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    is_cancel_requested = models.BooleanField(default=False)
    worker = models.CharField(max_length=64, blank=True)
    task_id = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("后台任务")
        constraints = [
            models.CheckConstraint(
                name="foundation_job_state_known",
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
            ),
            models.CheckConstraint(
                name="foundation_job_lease_only_while_running",
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="foundation_job_end_has_a_moment",
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="foundation_job_attempts_bounded", condition=Q(attempts__lte=models.F("max_attempts"))
            ),
        ]
        indexes = [
            models.Index(fields=["state", "run_after"], name="foundation_job_due"),
            models.Index(fields=["state", "lease_until"], name="foundation_job_leases"),
        ]

    def __str__(self) -> str:
        return f"{self.code} #{self.pk} ({self.state})"

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 100 only when the job is done."""
        if self.state == self.State.DONE:
            return 100
        if not self.total:
            return 0
        return min(99, self.done * 100 // self.total)


class Worker(models.Model):
    """A worker process that has shown a sign of life; read by the health check."""

    name = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        verbose_name = _("后台进程")

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A recurring job: when it was last put into the queue, and when it is due again."""

    code = models.CharField(max_length=100, primary_key=True)
    last_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        verbose_name = _("定时任务")

    def __str__(self) -> str:
        return self.code
