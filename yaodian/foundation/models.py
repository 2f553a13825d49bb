"""The base of all rows, and the rows behind background work."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Record(models.Model):
    """A row written through `store()`, which checks fields, uniqueness and constraints before asking the database."""

    class Meta:
        abstract = True

    def store(self) -> Self:
        """Checks the row and saves it. Raises ValidationError with a sentence for each field that is wrong."""
        self.full_clean()
        self.save()
        return self


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


class Import(Record):
    """One file on its way into the rows of a sheet: checked, looked at, committed, perhaps undone.

    `scope` is a word of the slice that says for which rows the account acts (a unit's id). Names of people stand only in
    the sealed parts.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("等待检查")
        CHECKING = "checking", _("正在检查")
        CHECKED = "checked", _("已检查")
        COMMITTING = "committing", _("正在导入")
        COMMITTED = "committed", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")
        FAILED = "failed", _("无法读取")
        CANCELLED = "cancelled", _("已取消")

    sheet = models.CharField(max_length=100)
    scope = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    round = models.PositiveIntegerField(default=0)
    """Grows with each piece of background work, so that each has a key of its own."""
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    untouched = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("导入")
        constraints = [
            models.CheckConstraint(
                name="foundation_import_state_known",
                condition=Q(
                    state__in=[
                        "uploaded",
                        "checking",
                        "checked",
                        "committing",
                        "committed",
                        "undoing",
                        "undone",
                        "failed",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="foundation_import_nothing_wrong_is_committed",
                condition=~Q(state__in=["committing", "committed", "undoing", "undone"]) | Q(errors=0),
            ),
            models.CheckConstraint(
                name="foundation_import_committed_has_a_moment",
                condition=~Q(state__in=["committed", "undoing", "undone"]) | Q(committed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["sheet", "scope", "-id"], name="foundation_import_list")]

    def __str__(self) -> str:
        return f"{self.sheet} #{self.pk} ({self.state})"

    @property
    def is_busy(self) -> bool:
        return self.state in (self.State.UPLOADED, self.State.CHECKING, self.State.COMMITTING, self.State.UNDOING)


class ImportPart(models.Model):
    """A sealed, compressed piece of an import: the uploaded bytes, its problems, or the rows that a commit writes."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("上传的文件")
        FINDINGS = "findings", _("检查结果")
        ROWS = "rows", _("待写入的行")

    batch = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["batch", "kind", "number"]
        verbose_name = _("导入的数据")
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind", "number"], name="foundation_import_part_once"),
            models.CheckConstraint(
                name="foundation_import_part_kind_known", condition=Q(kind__in=["upload", "findings", "rows"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind} {self.number}"


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
