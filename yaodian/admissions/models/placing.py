"""Draws, placement runs and what they gave: kept as the bytes that anybody can recompute, and as rows to be acted upon."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models.applying import Application
from yaodian.admissions.models.choices import (
    HOLDING,
    AppealState,
    DrawState,
    How,
    PlaceState,
    RunKind,
    RunState,
    WaitingState,
)
from yaodian.admissions.models.rules import Intake, Offer
from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import new_public_id


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Draw(Record):
    """A promise and, once the sources are known, the draw. A second one names why the first was void."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="draws", db_index=False)
    attempt = models.PositiveSmallIntegerField(default=1)
    round_id = models.CharField(max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=DrawState.choices, default=DrawState.PROMISED)
    seed = models.CharField(_("种子"), max_length=64, blank=True)
    promised_by = _account()
    promised_at = models.DateTimeField(_("承诺时间"))
    drawn_by = _account()
    drawn_at = models.DateTimeField(_("抽签时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=400, blank=True)
    voided_by = _account()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["intake_id", "attempt"]
        verbose_name = _("抽签")
        constraints = [
            models.UniqueConstraint(name="admissions_draw_once", fields=["intake", "attempt"]),
            # All draws of an intake are attempts of one round.
            models.UniqueConstraint(name="admissions_draw_round_once", fields=["round_id", "attempt"]),
            models.UniqueConstraint(
                name="admissions_draw_one_stands", fields=["intake"], condition=~Q(state=DrawState.VOID)
            ),
            models.CheckConstraint(name="admissions_draw_state_known", condition=Q(state__in=DrawState.values)),
            models.CheckConstraint(
                name="admissions_draw_seeded", condition=~Q(state="drawn") | (~Q(seed="") & Q(drawn_at__isnull=False))
            ),
            models.CheckConstraint(name="admissions_draw_void_why", condition=~Q(state="void") | ~Q(void_reason="")),
        ]

    def __str__(self) -> str:
        return self.round_id


class DrawFile(models.Model):
    """A published file of a draw, to the byte: list, promise, reveals, transcript, result, record."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(max_length=40)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["draw_id", "name"]
        verbose_name = _("抽签文件")
        constraints = [models.UniqueConstraint(name="admissions_drawfile_once", fields=["draw", "name"])]

    def __str__(self) -> str:
        return self.name


class DrawEntry(models.Model):
    """The values of the sources as one person typed them, in canonical text by source. Two persons whose texts agree draw."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="entries", db_index=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    values: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["draw_id", "entered_at", "id"]
        verbose_name = _("来源值的录入")
        constraints = [models.UniqueConstraint(name="admissions_entry_once", fields=["draw", "entered_by"])]

    def __str__(self) -> str:
        return f"entry {self.pk} of {self.draw_id}"


class Run(Record):
    """A placement: what went in, what came out, and their fingerprints. A sealed one that is published opens the look-ups.

    `inputs` and `result` are canonical bytes (`problem.placing`) without anything that names a person: numbers, offers, classes.
    Of a comparison they are the rules that were tried and the counts of each (`problem.comparing`). What a trial tries stands
    among `tallies` (`problem.varying`).

    `findings` are the sentences of the last verification of the sealed bytes, at `verified_at`: by the job that computed them, or
    by somebody who had them verified anew (`verified_by`). Publication does not read them; its gate verifies for itself.
    `commitment_key` salts the commitments that are published with it (`problem.committing`), in hexadecimal.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="runs", db_index=False)
    kind = models.CharField(_("性质"), max_length=10, choices=RunKind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    label = models.CharField(_("名称"), max_length=80, blank=True)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="runs")
    rules_sha256 = models.CharField(max_length=64, blank=True)
    program = models.CharField(max_length=40, blank=True)
    inputs = models.BinaryField(default=b"")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    result = models.BinaryField(default=b"")
    result_sha256 = models.CharField(max_length=64, blank=True)
    tallies: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    problem = models.CharField(_("未算出的原因"), max_length=400, blank=True)
    asked_by = _account()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    verified_by = _account()
    findings: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    commitment_key = EncryptedTextField(max_length=64, blank=True, default="", editable=False)
    opened_by = _account()
    opened_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["intake_id", "-id"]
        verbose_name = _("派位")
        constraints = [
            models.UniqueConstraint(
                name="admissions_run_one_sealed",
                fields=["intake"],
                condition=Q(kind=RunKind.SEALED) & Q(state__in=[RunState.QUEUED, RunState.DONE, RunState.OPENED]),
            ),
            models.CheckConstraint(name="admissions_run_kind_known", condition=Q(kind__in=RunKind.values)),
            models.CheckConstraint(name="admissions_run_state_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(
                name="admissions_run_done_whole",
                condition=~Q(state__in=["done", "opened"])
                | (~Q(inputs_sha256="") & ~Q(result_sha256="") & Q(done_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="admissions_run_opened_is_sealed",
                condition=~Q(state="opened") | Q(kind="sealed", opened_at__isnull=False),
            ),
            models.CheckConstraint(
                # Two persons, and it cannot be otherwise. What the program itself lays has none.
                name="admissions_run_two_persons",
                condition=Q(opened_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(opened_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class RunFile(models.Model):
    """A file that is published of an opened run, to the byte: commitments, counts, record. No child is known from any."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(max_length=40)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["run_id", "name"]
        verbose_name = _("派位文件")
        constraints = [models.UniqueConstraint(name="admissions_runfile_once", fields=["run", "name"])]

    def __str__(self) -> str:
        return self.name


class Place(Record):
    """A child's place at a school. At most one that is held, by the database."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="places", db_index=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="places", db_index=False)
    run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="places")
    how = models.CharField(_("方式"), max_length=10, choices=How.choices)
    state = models.CharField(_("状态"), max_length=10, choices=PlaceState.choices, default=PlaceState.OFFERED)
    offered_at = models.DateTimeField()
    accept_until = models.DateField(_("确认截止"))
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = _account()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["offer_id", "id"]
        verbose_name = _("学位")
        constraints = [
            models.UniqueConstraint(
                name="admissions_place_one_a_child",
                fields=["application"],
                condition=Q(state__in=[str(state) for state in HOLDING]),
            ),
            models.CheckConstraint(name="admissions_place_how_known", condition=Q(how__in=How.values)),
            models.CheckConstraint(name="admissions_place_state_known", condition=Q(state__in=PlaceState.values)),
            models.CheckConstraint(
                name="admissions_place_decided", condition=Q(state="offered") | Q(decided_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["offer", "state"], name="admissions_place_at"),
            models.Index(fields=["state", "accept_until"], name="admissions_place_due"),
            models.Index(fields=["application", "-id"], name="admissions_place_of"),
        ]

    def __str__(self) -> str:
        return f"place {self.public_id}"


class Waiting(models.Model):
    """A child who would rather have this school than what was given, in the order in which freed seats are offered."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="waiting", db_index=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="waiting", db_index=False)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=WaitingState.choices, default=WaitingState.WAITING)
    called_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offer_id", "position"]
        verbose_name = _("候补")
        constraints = [
            models.UniqueConstraint(name="admissions_waiting_once", fields=["application", "offer"]),
            models.UniqueConstraint(name="admissions_waiting_position_once", fields=["offer", "position"]),
            models.CheckConstraint(name="admissions_waiting_state_known", condition=Q(state__in=WaitingState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.position} at {self.offer_id}"


class Appeal(Record):
    """A family's objection to the result, within the time limit, decided by somebody who did not check the application."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="appeals", db_index=False)
    text = EncryptedTextField(_("申诉理由"), max_length=2000)
    state = models.CharField(_("状态"), max_length=10, choices=AppealState.choices, default=AppealState.FILED)
    filed_by = _account()
    filed_at = models.DateTimeField(_("提出时间"))
    decided_by = _account()
    decided_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)
    reason = EncryptedTextField(_("裁定理由"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["application_id", "id"]
        verbose_name = _("申诉")
        constraints = [
            models.UniqueConstraint(
                name="admissions_appeal_one_open", fields=["application"], condition=Q(state=AppealState.FILED)
            ),
            models.CheckConstraint(name="admissions_appeal_state_known", condition=Q(state__in=AppealState.values)),
            models.CheckConstraint(
                name="admissions_appeal_decided", condition=Q(state="filed") | Q(decided_at__isnull=False)
            ),
            models.CheckConstraint(
                name="admissions_appeal_two_persons",
                condition=Q(decided_by__isnull=True) | Q(filed_by__isnull=True) | ~Q(decided_by=F("filed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.public_id}"
