"""Applications of families. What names a child or a guardian stands sealed, with a keyed index where it must be found again.

A child has one number in an intake for as long as the season lasts, whatever is changed, withdrawn or handed in anew: the draw is
over these numbers, so a second application cannot be a second chance.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models.choices import ApplicationState, Relation, Verdict
from yaodian.admissions.models.rules import Catchment, Intake, Offer
from yaodian.foundation.fields import EncryptedJSONField, EncryptedTextField, blind
from yaodian.foundation.models import Record, StoredFile
from yaodian.organisations.models import new_public_id


class Application(Record):
    """One child in one intake. `content` is what the family says (`content.Content`), `sha256` its fingerprint.

    `number` is on the receipt and in the draw; it is given at the first submission and never changes. `facts` are the codes
    of the criteria that were verified, by two people who agreed; `catchment` the one that was verified.

    `carried_from` is the same child's application in the round before, whose number and verified facts this one has.

    `pending` is a change that was begun and is not handed in, empty where there is none. `is_doubled`: another application was
    there for this child already; it is taken like any other, holds the child in `doubled_index` instead, and a clerk decides.

    `hold` is why it is not erased when its time has come (an action, a review), with who said so in `held_by`. An erased one
    (`erased_at`) has neither account nor anything that the family said; number, state, facts and place stay.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="applications", db_index=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    number = models.CharField(_("报名号"), max_length=20, null=True, blank=True, editable=False)
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="carried_to", editable=False
    )
    child_index = blind()
    doubled_index = blind()
    is_doubled = models.BooleanField(_("同一儿童另有申请"), default=False, editable=False)
    content = EncryptedJSONField(default=dict)
    pending = EncryptedJSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    catchment = models.ForeignKey(Catchment, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("核验时间"), null=True, blank=True)
    reason = models.CharField(_("退回或不符合的原因"), max_length=400, blank=True)
    hold = EncryptedTextField(_("暂缓删除的理由"), max_length=200, blank=True, default="")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["intake_id", "id"]
        verbose_name = _("入学申请")
        constraints = [
            models.CheckConstraint(
                name="admissions_application_state_known", condition=Q(state__in=ApplicationState.values)
            ),
            models.UniqueConstraint(
                # A number is given once; further rounds go on with it.
                name="admissions_application_number_once",
                fields=["number"],
                condition=Q(carried_from__isnull=True),
            ),
            models.UniqueConstraint(name="admissions_application_number_in_round", fields=["number", "intake"]),
            models.UniqueConstraint(
                # One child, one application, whoever hands it in: withdrawn ones keep their number and are taken up again.
                name="admissions_application_child_once",
                fields=["intake", "child_index"],
                condition=Q(child_index__isnull=False) & ~Q(state="draft"),
            ),
            models.UniqueConstraint(
                name="admissions_application_doubled_once",
                fields=["intake", "account", "doubled_index"],
                condition=Q(doubled_index__isnull=False) & ~Q(state="draft"),
            ),
            models.CheckConstraint(
                name="admissions_application_doubled_whole",
                condition=Q(is_doubled=False, doubled_index__isnull=True)
                | Q(is_doubled=True, doubled_index__isnull=False, child_index__isnull=True),
            ),
            models.CheckConstraint(
                name="admissions_application_erased_whole",
                condition=Q(erased_at__isnull=True, account__isnull=False)
                | Q(erased_at__isnull=False, account__isnull=True, child_index__isnull=True, sha256=""),
            ),
            models.CheckConstraint(
                name="admissions_application_numbered",
                condition=Q(state="draft") | Q(number__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="admissions_application_reasoned", condition=~Q(state__in=["returned", "refused"]) | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["intake", "state", "submitted_at"], name="admissions_application_queue"),
            models.Index(fields=["account", "intake"], name="admissions_application_of"),
            models.Index(fields=["child_index"], name="admissions_application_child"),
            models.Index(fields=["doubled_index"], name="admissions_application_twice"),
        ]

    def __str__(self) -> str:
        return f"application {self.public_id}"


class ApplicationGuardian(Record):
    """A guardian of the child. Each is told of the application; one who objects stops nothing by himself, but a clerk must look."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="guardians", db_index=False)
    relation = models.CharField(_("关系"), max_length=12, choices=Relation.choices)
    name = EncryptedTextField(_("姓名"), max_length=60)
    phone = EncryptedTextField(_("电话"), max_length=30, blank=True)
    person_index = blind()
    phone_index = blind()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(_("告知时间"), null=True, blank=True)
    objected_at = models.DateTimeField(_("提出异议时间"), null=True, blank=True)
    objection = EncryptedTextField(_("异议"), max_length=400, blank=True)
    settled_at = models.DateTimeField(_("异议处理时间"), null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    settlement = EncryptedTextField(_("异议处理理由"), max_length=400, blank=True)

    class Meta:
        ordering = ["application_id", "id"]
        verbose_name = _("监护人")
        constraints = [
            models.UniqueConstraint(
                name="admissions_guardian_once",
                fields=["application", "person_index"],
                condition=Q(person_index__isnull=False),
            ),
            models.CheckConstraint(
                name="admissions_guardian_relation_known", condition=Q(relation__in=Relation.values)
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="admissions_guardian_phone"),
            models.Index(fields=["person_index"], name="admissions_guardian_person"),
        ]

    def __str__(self) -> str:
        return f"guardian {self.pk} of {self.application_id}"


class Wish(models.Model):
    """A school that the family wants, the dearest first, from 1. Rows of what `content` says, so that they can be counted."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="wishes", db_index=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="wishes")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["application_id", "position"]
        verbose_name = _("志愿")
        constraints = [
            models.UniqueConstraint(name="admissions_wish_once", fields=["application", "offer"]),
            models.UniqueConstraint(name="admissions_wish_position_once", fields=["application", "position"]),
            models.CheckConstraint(name="admissions_wish_from_one", condition=Q(position__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.application_id}"


class Proof(models.Model):
    """A document, photographed or uploaded. `label` is the one that the rule asks for."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="proofs", db_index=False)
    label = models.CharField(_("材料"), max_length=80)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", related_query_name="admissions_proof_of")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application_id", "label", "id"]
        verbose_name = _("证明材料")
        indexes = [models.Index(fields=["application", "label"], name="admissions_proof_of")]

    def __str__(self) -> str:
        return f"{self.label} of {self.application_id}"


class Revision(models.Model):
    """What an application said before it was changed; it can be taken back until `undo_until`, and stays as a row."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveSmallIntegerField()
    content = EncryptedJSONField()
    sha256 = models.CharField(max_length=64)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application_id", "number"]
        verbose_name = _("申请的旧稿")
        constraints = [models.UniqueConstraint(name="admissions_revision_once", fields=["application", "number"])]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.application_id}"


class Submission(models.Model):
    """A sending of the form under the browser's own key: sent again it is the same row and the same receipt."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="submissions", db_index=False)
    client_key = models.CharField(max_length=64)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["application_id", "id"]
        verbose_name = _("提交")
        constraints = [
            models.UniqueConstraint(name="admissions_submission_once", fields=["account", "client_key"]),
            models.CheckConstraint(name="admissions_submission_keyed", condition=~Q(client_key="")),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Check(Record):
    """A pair of eyes on one revision of an application. Seats 1 and 2 look apart; 3 decides where they differ."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="checks", db_index=False)
    revision = models.PositiveSmallIntegerField()
    seat = models.PositiveSmallIntegerField()
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verdict = models.CharField(_("结论"), max_length=10, choices=Verdict.choices)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    catchment = models.ForeignKey(Catchment, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=400, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["application_id", "revision", "seat"]
        verbose_name = _("核验")
        constraints = [
            models.UniqueConstraint(name="admissions_check_seat_once", fields=["application", "revision", "seat"]),
            models.UniqueConstraint(name="admissions_check_person_once", fields=["application", "revision", "checker"]),
            models.CheckConstraint(name="admissions_check_seat_known", condition=Q(seat__in=[1, 2, 3])),
            models.CheckConstraint(name="admissions_check_verdict_known", condition=Q(verdict__in=Verdict.values)),
            models.CheckConstraint(name="admissions_check_reasoned", condition=Q(verdict="verify") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"seat {self.seat} of {self.application_id}"


class StandingChoice(Record):
    """Somebody's word on which of several applications for one child takes part. Seats as of a `Check`: 1 and 2 apart, 3 where they differ.

    `basis` is the fingerprint of the applications with their revisions: where one is changed, or another is handed in, all
    words are given anew. `reason` is for the office alone; no family reads it.
    """

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="standing_choices", db_index=False)
    basis = models.CharField(max_length=64)
    seat = models.PositiveSmallIntegerField()
    chosen = models.ForeignKey(Application, models.CASCADE, related_name="standing_choices")
    chooser = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = EncryptedTextField(_("理由"), max_length=400)
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ["intake_id", "basis", "seat"]
        verbose_name = _("同一儿童的几份申请以哪一份为准")
        constraints = [
            models.UniqueConstraint(name="admissions_choice_seat_once", fields=["intake", "basis", "seat"]),
            models.UniqueConstraint(name="admissions_choice_person_once", fields=["intake", "basis", "chooser"]),
            models.CheckConstraint(name="admissions_choice_seat_known", condition=Q(seat__in=[1, 2, 3])),
        ]

    def __str__(self) -> str:
        return f"seat {self.seat} for {self.chosen_id}"
