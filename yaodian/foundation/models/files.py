"""Evidence files of every slice."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedBytesField
from yaodian.foundation.models.record import Record


def new_file_id() -> str:
    """Sixteen letters that nobody guesses, for addresses."""
    return secrets.token_urlsafe(12)


class StoredFile(Record):
    """A file as it was taken in, or what is known of it after its bytes have been erased.

    It belongs to whatever row points to it; who may see it, that row's slice says. The bytes stand in
    :class:`StoredFileContent`, so that no list ever loads them.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_file_id, editable=False)
    sha256 = models.CharField(_("指纹"), max_length=64)
    received_sha256 = models.CharField(_("原件指纹"), max_length=64)
    name = models.CharField(_("文件名"), max_length=150)
    kind = models.CharField(_("格式"), max_length=10)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField(_("大小"))
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    is_stripped = models.BooleanField(_("已去除位置等信息"), default=False)
    is_scanned = models.BooleanField(_("已查毒"), default=False)
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    stored_at = models.DateTimeField(_("存入时间"))
    keep_until = models.DateField(_("保存至"), null=True, blank=True)
    erased_at = models.DateTimeField(_("删除时间"), null=True, blank=True)

    class Meta:
        ordering = ["-stored_at", "-id"]
        verbose_name = _("附件")
        constraints = [
            models.CheckConstraint(
                name="foundation_storedfile_has_a_name_until_erased",
                condition=Q(erased_at__isnull=True) & ~Q(name="") | Q(erased_at__isnull=False, name=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["keep_until"],
                name="foundation_storedfile_due",
                condition=Q(erased_at__isnull=True, keep_until__isnull=False),
            ),
            models.Index(fields=["sha256"], name="foundation_storedfile_sha256"),
        ]

    def __str__(self) -> str:
        return self.name or f"file {self.pk}"

    @property
    def is_picture(self) -> bool:
        return self.width > 0

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None


class StoredFileContent(models.Model):
    """The bytes of a file, sealed, and of a picture the small one."""

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="content")
    content = EncryptedBytesField()
    thumbnail = EncryptedBytesField(null=True, blank=True)

    class Meta:
        ordering = ["file"]
        verbose_name = _("附件内容")

    def __str__(self) -> str:
        return f"file {self.file_id}"
