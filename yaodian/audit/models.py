"""The journal: rows that are written once and never again, each bound to the one before by its hash."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64
# How the kind of what was read in a list begins; it takes nothing from the budget of single records.
LISTED = "list:"


class JournalIsAppendOnly(RuntimeError):
    """Someone tried to change or delete a row of the journal through the ORM; the database refuses it as well."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **_fields: object) -> NoReturn:
        raise JournalIsAppendOnly("A row of the journal cannot be changed. Record a further entry instead.")

    def delete(self) -> NoReturn:
        raise JournalIsAppendOnly("A row of the journal cannot be deleted. Record a further entry instead.")


def digest_of(
    *,
    entry_id: int,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    code: str,
    subject: str,
    detail: str,
    previous_hash: str,
) -> str:
    """SHA-256 in hex over the canonical bytes of a row: its columns in this order as a JSON array, UTF-8, no spaces."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    columns = [entry_id, moment, actor_id, actor_name, code, subject, detail, previous_hash]
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class Entry(models.Model):
    """One thing that happened. `id` counts from 1 without gaps; `detail` is canonical JSON kept as text.

    Text, because a JSON column may come back with other spaces, another order or another spelling of a number, and the
    hash is over bytes. The actor's name is kept beside the key: a name changed later must not rewrite the past.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    actor_name = models.CharField(max_length=200, blank=True)
    code = models.CharField(_("事项"), max_length=100)
    subject = models.CharField(_("对象"), max_length=300)
    detail = models.TextField(_("详情"))
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("日志")
        constraints = [models.CheckConstraint(name="audit_entry_counts_from_one", condition=Q(id__gte=1))]
        indexes = [
            models.Index(fields=["code", "-id"], name="audit_entry_by_code"),
            models.Index(fields=["actor", "-id"], name="audit_entry_by_actor"),
            models.Index(fields=["subject", "-id"], name="audit_entry_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.code} {self.subject}"

    @property
    def detail_data(self) -> dict[str, Any]:
        """The detail as a dictionary."""
        data = json.loads(self.detail)
        return data if isinstance(data, dict) else {"": data}

    def digest(self) -> str:
        """The hash that this row's columns should have."""
        return digest_of(
            entry_id=self.id,
            at=self.at,
            actor_id=self.actor_id,
            actor_name=self.actor_name,
            code=self.code,
            subject=self.subject,
            detail=self.detail,
            previous_hash=self.previous_hash,
        )

    def delete(self, *_arguments: object, **_options: object) -> NoReturn:
        raise JournalIsAppendOnly("A row of the journal cannot be deleted. Record a further entry instead.")


class Head(models.Model):
    """The one row that names the last entry. Whoever appends locks it first, so the chain never forks."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_id = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("日志末端")
        constraints = [models.CheckConstraint(name="audit_head_is_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.last_id} {self.last_hash}"


class ReadDay(models.Model):
    """How many records of people an account has read on a local day, and how many more it has been allowed.

    The one row that a note moves forward under a condition, so that many requests at once cannot pass the budget.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    extra = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("当日查阅")
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="audit_read_day_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.count}"


class ReadMinute(models.Model):
    """How many records of one kind an account has read, or was refused, in the minute that begins at `minute`."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("查阅计数")
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "minute"], name="audit_read_minute_once"),
        ]
        indexes = [models.Index(fields=["minute"], name="audit_read_minute_window")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.minute} {self.count}"
