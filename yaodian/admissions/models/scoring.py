"""Upper secondary by score: the rules of a round, what the examination gave, what families wish, and what came of it.

Scores are whole hundredths of a point, so that they are compared exactly. Who places and who publishes are two, by the database.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models.choices import BatchKind, RunKind, RunState, ScoreState
from yaodian.admissions.models.rules import Intake
from yaodian.foundation.fields import EncryptedTextField, blind
from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id

# Rules of a round are not tried side by side.
SCORE_KINDS = (RunKind.TRIAL, RunKind.SEALED)


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class ScoreRound(Record):
    """Scores that are placed together. `subjects` are [code, full mark in hundredths] in their order.

    `ties` are compared after the total, one after the other: each a list of subjects whose points are added up. `rules` is what
    was announced (`problem.score_rules`), empty before. `changed_by` changed it last: who announces it is another.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="score_rounds", verbose_name=_("学段招生"))
    title = models.CharField(_("名称"), max_length=80)
    subjects: "models.JSONField[Any, Any]" = models.JSONField(_("计分科目"), default=list, blank=True)
    ties: "models.JSONField[Any, Any]" = models.JSONField(_("同分比较"), default=list, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ScoreState.choices, default=ScoreState.DRAFT)
    rules: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    rules_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("建立时间"))
    changed_by = _account()
    announced_by = _account()
    announced_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-intake__season__year", "title", "id"]
        verbose_name = _("按分录取")
        constraints = [
            models.UniqueConstraint(name="admissions_scoreround_once", fields=["intake", "title"]),
            models.CheckConstraint(name="admissions_scoreround_titled", condition=~Q(title="")),
            models.CheckConstraint(name="admissions_scoreround_state_known", condition=Q(state__in=ScoreState.values)),
            models.CheckConstraint(
                name="admissions_scoreround_announced",
                condition=Q(state="draft", announced_at__isnull=True, rules_sha256="")
                | (~Q(state="draft") & Q(announced_at__isnull=False) & ~Q(rules_sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Batch(Record):
    """A batch of a round, held in the order of `position`. `line`: the least total to take part, in hundredths, or none.

    Batches of bands have the least total of the first band and the width of each, the last band ends at the line. Seats left
    over go to the later batch `unused_to`.
    """

    round = models.ForeignKey(ScoreRound, models.CASCADE, related_name="batches", db_index=False)
    code = models.CharField(_("代码"), max_length=20)
    label = models.CharField(_("名称"), max_length=40)
    position = models.PositiveSmallIntegerField(_("顺序"))
    kind = models.CharField(_("投档方式"), max_length=10, choices=BatchKind.choices)
    most_wishes = models.PositiveSmallIntegerField(_("最多填报志愿"), default=3)
    line = models.PositiveIntegerField(_("最低控制线"), null=True, blank=True)
    band_first = models.PositiveIntegerField(_("首段最低分"), null=True, blank=True)
    band_width = models.PositiveIntegerField(_("每段分数"), null=True, blank=True)
    unused_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("剩余计划转入")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["round_id", "position", "id"]
        verbose_name = _("批次")
        constraints = [
            models.UniqueConstraint(
                name="admissions_batch_code_once", fields=["round", "code"],
                violation_error_message=_("这个代码已有一个批次。请改代码，或修改那个批次。"),
            ),
            models.UniqueConstraint(
                name="admissions_batch_position_once", fields=["round", "position"],
                violation_error_message=_("已有一个批次排在这个顺序。请改顺序。"),
            ),
            models.UniqueConstraint(
                name="admissions_batch_label_once", fields=["round", "label"],
                violation_error_message=_("已有一个批次叫这个名称。请改名称，家长才分得清。"),
            ),
            models.CheckConstraint(name="admissions_batch_said", condition=~Q(code="") & ~Q(label="")),
            models.CheckConstraint(name="admissions_batch_kind_known", condition=Q(kind__in=BatchKind.values)),
            models.CheckConstraint(
                name="admissions_batch_wishes", condition=Q(most_wishes__gte=1, most_wishes__lte=50),
                violation_error_message=_("志愿数须在 1 至 50 之间。"),
            ),
            models.CheckConstraint(
                name="admissions_batch_bands",
                condition=Q(kind="bands", band_first__isnull=False, band_width__gte=1)
                | (~Q(kind="bands") & Q(band_first__isnull=True, band_width__isnull=True)),
                violation_error_message=_("梯度志愿要写首段最低分和每段分数；其他方式两项都不填。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label


class BatchSeats(Record):
    """Seats of a school in a batch; those of 指标到校 are held for one junior school (`origin`). `least`: the school's own least total."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="seats", db_index=False)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"))
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("毕业学校")
    )
    seats = models.PositiveIntegerField(_("招生计划"))
    least = models.PositiveIntegerField(_("学校最低分"), null=True, blank=True)

    class Meta:
        ordering = ["batch_id", "school_id", "origin_id"]
        verbose_name = _("批次计划")
        constraints = [
            models.UniqueConstraint(
                name="admissions_batchseats_once", fields=["batch", "school"], condition=Q(origin__isnull=True)
            ),
            models.UniqueConstraint(
                name="admissions_batchseats_held_once", fields=["batch", "school", "origin"],
                condition=Q(origin__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.school_id} in {self.batch_id}"


class Candidate(Record):
    """A child with its scores: {subject: hundredths}; `total` is their sum. `rank` is given when the data are closed, from 1.

    `lot`: the number in a draw that was held before, the lower first, for those whom no tie rule tells apart; none where there was
    no draw. The family finds it by a telephone that it has confirmed: of one guardian, or of the other.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    round = models.ForeignKey(ScoreRound, models.PROTECT, related_name="candidates", db_index=False)
    number = models.CharField(_("准考证号"), max_length=30)
    name = EncryptedTextField(_("姓名"), max_length=60)
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("毕业学校")
    )
    scores: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    total = models.PositiveIntegerField(_("总分"))
    lot = models.PositiveIntegerField(_("抽签顺序号"), null=True, blank=True)
    rank = models.PositiveIntegerField(_("位次"), null=True, blank=True)
    phone = EncryptedTextField(_("监护人手机号"), max_length=30, blank=True)
    phone_index = blind()
    second_phone = EncryptedTextField(_("另一监护人手机号"), max_length=30, blank=True, default="")
    second_phone_index = blind()
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["round_id", "number"]
        verbose_name = _("考生")
        constraints = [
            models.UniqueConstraint(name="admissions_candidate_once", fields=["round", "number"]),
            models.UniqueConstraint(
                name="admissions_candidate_lot_once", fields=["round", "lot"], condition=Q(lot__isnull=False)
            ),
            models.CheckConstraint(name="admissions_candidate_numbered", condition=~Q(number="")),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="admissions_candidate_phone"),
            models.Index(fields=["second_phone_index"], name="admissions_candidate_second"),
            models.Index(fields=["round", "-total"], name="admissions_candidate_by_total"),
        ]

    def __str__(self) -> str:
        return f"candidate {self.public_id}"


class CandidateWish(models.Model):
    """A school that a candidate wants in a batch, the dearest first, from 1."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="wishes", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="wishes")
    position = models.PositiveSmallIntegerField()
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["candidate_id", "batch_id", "position"]
        verbose_name = _("考生志愿")
        constraints = [
            models.UniqueConstraint(
                name="admissions_candidatewish_once", fields=["candidate", "batch", "position"]
            ),
            models.CheckConstraint(name="admissions_candidatewish_from_one", condition=Q(position__gte=1)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.position} of {self.candidate_id}"


class ScoreRun(Record):
    """A placement by score: what went in, what came out, and their fingerprints. A sealed one that is published opens the look-ups.

    `inputs` and `result` are canonical bytes (`problem.score_inputs`, `problem.score_placing`): numbers, points and schools, no names.
    `findings`, `verified_at`, `verified_by` are those of a `Run`.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    round = models.ForeignKey(ScoreRound, models.PROTECT, related_name="runs", db_index=False)
    kind = models.CharField(_("性质"), max_length=10, choices=[(kind.value, kind.label) for kind in SCORE_KINDS])
    state = models.CharField(_("状态"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    label = models.CharField(_("名称"), max_length=80, blank=True)
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
    opened_by = _account()
    opened_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["round_id", "-id"]
        verbose_name = _("投档")
        constraints = [
            models.UniqueConstraint(
                name="admissions_scorerun_one_sealed", fields=["round"],
                condition=Q(kind=RunKind.SEALED) & Q(state__in=[RunState.QUEUED, RunState.DONE, RunState.OPENED]),
            ),
            models.CheckConstraint(name="admissions_scorerun_kind_known", condition=Q(kind__in=[str(kind) for kind in SCORE_KINDS])),
            models.CheckConstraint(name="admissions_scorerun_state_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(
                name="admissions_scorerun_done_whole",
                condition=~Q(state__in=["done", "opened"])
                | (~Q(inputs_sha256="") & ~Q(result_sha256="") & Q(done_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="admissions_scorerun_opened_sealed",
                condition=~Q(state="opened") | Q(kind="sealed", opened_at__isnull=False),
            ),
            models.CheckConstraint(
                # Two persons, and it cannot be otherwise. What the program itself lays has none.
                name="admissions_scorerun_two_persons",
                condition=Q(opened_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(opened_by=F("asked_by")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Admission(models.Model):
    """What the sealed run gave a candidate: a school, by which wish of which batch. Nobody may read it before the run is opened.

    `intake` and `number` are the candidate's, so that the database keeps one place a child over all rounds of an intake. Only what an
    earlier program gave a second time is without a number.
    """

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="admission")
    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="admissions", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("录取学校"))
    position = models.PositiveSmallIntegerField(_("志愿"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(_("准考证号"), max_length=30, null=True)

    class Meta:
        ordering = ["run_id", "candidate_id"]
        verbose_name = _("录取")
        constraints = [
            models.UniqueConstraint(name="admissions_admission_one_a_child", fields=["intake", "number"]),
            models.CheckConstraint(name="admissions_admission_from_one", condition=Q(position__gte=1)),
        ]
        indexes = [models.Index(fields=["run", "school"], name="admissions_admission_of")]

    def __str__(self) -> str:
        return f"{self.candidate_id} at {self.school_id}"
