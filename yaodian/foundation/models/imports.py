"""The rows behind imports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models.record import Record
from yaodian.foundation.models.work import Job


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
