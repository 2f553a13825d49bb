"""Rows of bulletins: how an office words and numbers them, the bulletins themselves, and what was kept of those issued.

A draft's figures were composed at a moment and stay until somebody composes them again. An issued bulletin is frozen: its
figures, its words and its files stay as they went out, whatever becomes of the data; withdrawn, it keeps number and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.plans.models.plan import Plan, new_public_id


class BulletinKind(models.TextChoices):
    """What leaves the house: a circular has a document number, a briefing an issue."""

    CIRCULAR = "circular", _("情况通报")
    BRIEFING = "briefing", _("督查专报")


class BulletinState(models.TextChoices):
    """How far a bulletin is."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待签发")
    ISSUED = "issued", _("已签发")
    WITHDRAWN = "withdrawn", _("已撤回")


BULLETIN_TRANSITIONS: Mapping[str, frozenset[str]] = {
    BulletinState.DRAFT: frozenset({BulletinState.SUBMITTED}),
    BulletinState.SUBMITTED: frozenset({BulletinState.DRAFT, BulletinState.ISSUED}),
    BulletinState.ISSUED: frozenset({BulletinState.WITHDRAWN}),
    BulletinState.WITHDRAWN: frozenset(),
}


class PeriodKind(models.TextChoices):
    """What length of time a bulletin is about."""

    MONTH = "month", _("月")
    QUARTER = "quarter", _("季度")
    HALF = "half", _("半年")
    YEAR = "year", _("年")
    DAYS = "days", _("起止日期")


class BulletinSeries(models.Model):
    """How a unit issues bulletins of a kind: under which name and head, to whom, and what their numbers begin with."""

    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=BulletinKind)
    issuer = models.CharField(_("发文机关"), max_length=60)
    office_code = models.CharField(_("机关代字"), max_length=20, blank=True)
    mark = models.CharField(_("版头"), max_length=40, blank=True)
    addressees = models.CharField(_("主送"), max_length=300, blank=True)
    copies_to = models.CharField(_("抄送"), max_length=300, blank=True)
    printed_by = models.CharField(_("印发机关"), max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("通报的文头")
        verbose_name_plural = _("通报的文头")
        ordering = ("unit", "kind")
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind"], name="plans_bulletinseries_once"),
            models.CheckConstraint(
                name="plans_bulletinseries_known", condition=Q(kind__in=BulletinKind.values) & ~Q(issuer="")
            ),
            models.CheckConstraint(
                name="plans_bulletinseries_circular_has_code", condition=~Q(kind="circular") | ~Q(office_code="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.kind}"


class BulletinNumber(models.Model):
    """The last number that a series gave in a year. Its row is held while a number is taken."""

    series = models.ForeignKey(BulletinSeries, models.PROTECT, related_name="numbers")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("通报编号")
        verbose_name_plural = _("通报编号")
        ordering = ("series", "year")
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="plans_bulletinnumber_once")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.year}: {self.last}"


class BulletinWording(models.Model):
    """How an office words a part of its bulletins; the highest version holds, without one the words that are shipped."""

    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    slot = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    text = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("通报的措辞")
        verbose_name_plural = _("通报的措辞")
        ordering = ("unit", "slot", "-version")
        constraints = [
            models.UniqueConstraint(fields=["unit", "slot", "version"], name="plans_bulletinwording_version_once"),
            models.CheckConstraint(
                name="plans_bulletinwording_said", condition=Q(version__gte=1) & ~Q(slot="") & ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.slot} {self.version}"


class Bulletin(models.Model):
    """One bulletin. ``figures`` are its numbers with their traces, ``texts`` its wordings by part, ``head`` what the series
    said when it was issued. ``writers`` are all who composed or worded it: none of them issues it.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    series = models.ForeignKey(BulletinSeries, models.PROTECT, related_name="bulletins")
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    plans: models.ManyToManyField[Plan, models.Model] = models.ManyToManyField(Plan, related_name="bulletins")
    case_kinds: models.JSONField[Any, Any] = models.JSONField(default=list, help_text="Codes; empty: all kinds.")
    period_kind = models.CharField(max_length=10, choices=PeriodKind)
    first_on = models.DateField(_("起"))
    last_on = models.DateField(_("止"))
    as_of = models.DateField(_("数据截止"))
    composed_at = models.DateTimeField(_("汇总时间"))
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict)
    texts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    head: models.JSONField[Any, Any] = models.JSONField(default=dict)
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=BulletinState, default=BulletinState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    writers: models.ManyToManyField[Any, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+"
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_reason = models.CharField(max_length=500, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    full_number = models.CharField(_("编号"), max_length=60, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(_("签发时间"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("通报")
        verbose_name_plural = _("通报")
        ordering = ("-last_on", "-pk")
        indexes = [
            models.Index(fields=["unit", "-last_on"], name="plans_bulletin_of_unit"),
            models.Index(fields=["state", "-last_on"], name="plans_bulletin_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="plans_bulletin_known",
                condition=Q(state__in=BulletinState.values, period_kind__in=PeriodKind.values),
            ),
            models.CheckConstraint(
                name="plans_bulletin_days_in_order",
                condition=Q(first_on__lte=F("last_on"), as_of__gte=F("first_on"), as_of__lte=F("last_on")),
            ),
            models.UniqueConstraint(fields=["series", "year", "number"], name="plans_bulletin_number_once"),
            models.CheckConstraint(
                name="plans_bulletin_issued_is_numbered",
                condition=Q(
                    state__in=[BulletinState.ISSUED, BulletinState.WITHDRAWN],
                    number__gte=1,
                    year__isnull=False,
                    issued_by__isnull=False,
                    issued_at__isnull=False,
                    submitted_by__isnull=False,
                )
                & ~Q(full_number="")
                | Q(
                    state__in=[BulletinState.DRAFT, BulletinState.SUBMITTED],
                    number__isnull=True,
                    year__isnull=True,
                    issued_by__isnull=True,
                    issued_at__isnull=True,
                    full_number="",
                ),
            ),
            models.CheckConstraint(
                name="plans_bulletin_issued_by_second_person",
                condition=Q(issued_by__isnull=True)
                | ~Q(issued_by=F("written_by")) & ~Q(issued_by=F("changed_by")) & ~Q(issued_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="plans_bulletin_withdrawn_says_why",
                condition=Q(state=BulletinState.WITHDRAWN, withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawn_reason="")
                | ~Q(state=BulletinState.WITHDRAWN) & Q(withdrawn_by__isnull=True, withdrawn_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_number or self.title

    @property
    def is_frozen(self) -> bool:
        return self.state in (BulletinState.ISSUED, BulletinState.WITHDRAWN)


class BulletinFile(models.Model):
    """A file of an issued bulletin, byte for byte as it went out."""

    class Kind(models.TextChoices):
        DOCX = "docx", _("通报正文")
        XLSX = "xlsx", _("数据出处表")

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("通报的文件")
        verbose_name_plural = _("通报的文件")
        ordering = ("bulletin", "kind")
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "kind"], name="plans_bulletinfile_once"),
            models.CheckConstraint(name="plans_bulletinfile_known", condition=Q(kind__in=["docx", "xlsx"])),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.kind}"


class DigestSetting(models.Model):
    """Whether and where somebody wants the weekly digest. Without a row he gets none by mail: nobody gave an address."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    is_on = models.BooleanField(_("每周发送"), default=True)
    address = models.EmailField(_("邮箱"), blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("每周摘要设置")
        verbose_name_plural = _("每周摘要设置")
        ordering = ("account",)

    def __str__(self) -> str:
        return f"{self.account_id}"


class DigestWeek(models.Model):
    """A week whose digests have all been put into the outbox."""

    week = models.CharField(max_length=8, primary_key=True, help_text="2026-W48")
    done_at = models.DateTimeField()
    messages = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("每周摘要")
        verbose_name_plural = _("每周摘要")
        ordering = ("-week",)

    def __str__(self) -> str:
        return self.week
