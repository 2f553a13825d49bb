"""Cases: what must be done, by whom, by when; what happened to it, and what proves it.

`state` is one of the kind's, `phase` is what lists and tallies know of it. Events are only ever added.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.cases.declaring import Action, Confidentiality, Phase, Step
from yaodian.foundation.models import Record, StoredFile
from yaodian.organisations.models import Account, Unit, new_public_id


class CaseNumber(models.Model):
    """The last number that was given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["year"]
        verbose_name = _("编号")

    def __str__(self) -> str:
        return f"{self.year}-{self.last:06d}"


class Case(Record):
    """One thing that must be done. `subject` names what it is about, such as `plans.commitment:12`.

    `due_on` is the earliest day of the clocks that run, empty where none does. `doing_unit` is where it lies: until it
    is handed on, the unit that supervises.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    number = models.CharField(_("编号"), max_length=20, unique=True)
    kind = models.CharField(_("类型"), max_length=60)
    state = models.CharField(max_length=20)
    phase = models.CharField(_("阶段"), max_length=10, choices=Phase.choices)
    grade = models.CharField(_("等级"), max_length=20, blank=True)
    grade_rank = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("事项"), max_length=200)
    body = models.TextField(_("具体情况"), blank=True)
    doing_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("承办单位"))
    supervising_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("督办单位")
    )
    about_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("涉及单位")
    )
    assignee = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("经办人")
    )
    opened_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(_("提出时间"))
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    due_on = models.DateField(_("期限"), null=True, blank=True)
    confidentiality = models.CharField(max_length=20, choices=Confidentiality.choices)
    is_escalated = models.BooleanField(_("已提级"), default=False)
    reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    subject = models.CharField(max_length=120, blank=True)
    fields: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True, help_text="What a search finds it by: pairs of signs, encoded.")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("事项")
        constraints = [
            models.CheckConstraint(name="cases_case_phase_known", condition=Q(phase__in=Phase.values)),
            models.CheckConstraint(
                name="cases_case_confidentiality_known", condition=Q(confidentiality__in=Confidentiality.values)
            ),
            models.CheckConstraint(name="cases_case_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="cases_case_end_has_a_moment",
                condition=Q(phase=Phase.ENDED, ended_at__isnull=False) | (~Q(phase="ended") & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="cases_case_ended_is_not_due", condition=~Q(phase="ended") | Q(due_on__isnull=True)
            ),
            models.CheckConstraint(
                name="cases_case_merged_has_ended", condition=Q(merged_into__isnull=True) | Q(phase="ended")
            ),
            models.CheckConstraint(
                name="cases_case_merged_into_another",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
            # Found a second time, it is the same case as long as it is not over.
            models.UniqueConstraint(
                name="cases_case_one_open_for_a_subject",
                fields=["kind", "subject"],
                condition=~Q(subject="") & ~Q(phase="ended"),
            ),
        ]
        indexes = [
            models.Index(fields=["doing_unit", "phase", "due_on"], name="cases_case_doing"),
            models.Index(fields=["supervising_unit", "phase", "due_on"], name="cases_case_supervising"),
            models.Index(fields=["about_unit", "phase"], name="cases_case_about"),
            models.Index(fields=["assignee", "phase", "due_on"], name="cases_case_assignee"),
            models.Index(fields=["phase", "due_on", "id"], name="cases_case_due"),
            # Few are not over: what is late is read in the order of its days.
            models.Index(fields=["due_on", "id"], name="cases_case_late", condition=Q(due_on__isnull=False)),
            models.Index(fields=["kind", "subject"], name="cases_case_subject"),
            # What a report on a length of time counts.
            models.Index(fields=["opened_at"], name="cases_case_opened"),
            models.Index(fields=["ended_at"], name="cases_case_ended", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["doing_unit"], name="cases_case_escalated", condition=Q(is_escalated=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} ({self.state})"


class CaseEvent(models.Model):
    """Something that happened to a case; `number` counts within it. Never changed, never deleted.

    `client_key` names one sending of a form: sent twice, it counts once.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reason = models.TextField(blank=True)
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)
    is_work = models.BooleanField(default=False)
    client_key = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["case_id", "number"]
        verbose_name = _("办理记录")
        constraints = [
            models.UniqueConstraint(name="cases_caseevent_numbered_once", fields=["case", "number"]),
            models.UniqueConstraint(
                name="cases_caseevent_sent_once", fields=["case", "by", "client_key"], condition=~Q(client_key="")
            ),
            # A form that opens a case makes one, also where it is sent twice in the same moment.
            models.UniqueConstraint(
                name="cases_caseevent_opened_once",
                fields=["by", "client_key"],
                condition=Q(action="open") & ~Q(client_key=""),
            ),
        ]
        indexes = [models.Index(fields=["by", "case"], name="cases_caseevent_by")]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.number} {self.action}"

    @property
    def label(self) -> str:
        """What happened, in words."""
        said = {**dict(Action.choices), "open": _("提出"), "again": _("又一次"), "calendar": _("日历变动")}
        return str(said.get(self.action, self.action))


class CaseClock(models.Model):
    """A clock of a case. `first_due_on` is what was said first; `rung` counts the rungs of the ladder that are over."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", db_index=False)
    code = models.CharField(max_length=20)
    started_on = models.DateField()
    due_on = models.DateField(_("期限"))
    first_due_on = models.DateField(_("原定期限"))
    days = models.PositiveSmallIntegerField()
    is_working_days = models.BooleanField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    rung = models.PositiveSmallIntegerField(default=0)
    next_act_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["case_id", "code"]
        verbose_name = _("期限")
        constraints = [
            models.UniqueConstraint(name="cases_caseclock_once", fields=["case", "code"]),
            models.CheckConstraint(name="cases_caseclock_code_known", condition=Q(code__in=["statutory", "business"])),
            models.CheckConstraint(name="cases_caseclock_in_order", condition=Q(due_on__gt=F("started_on"))),
            models.CheckConstraint(
                name="cases_caseclock_stopped_is_silent",
                condition=Q(stopped_at__isnull=True) | Q(next_act_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_act_on", "due_on"],
                name="cases_caseclock_to_climb",
                condition=Q(next_act_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code} until {self.due_on}"


class Extension(models.Model):
    """Somebody asked for more time. The old day stays: in `old_due_on`, whoever decided beside it."""

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("不同意")

    case = models.ForeignKey(Case, models.PROTECT, related_name="extensions", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    old_due_on = models.DateField(_("原期限"))
    new_due_on = models.DateField(_("申请延至"))
    reason = models.TextField(_("理由"))
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["case_id", "id"]
        verbose_name = _("延期")
        constraints = [
            models.UniqueConstraint(name="cases_extension_one_asked", fields=["case"], condition=Q(state="asked")),
            models.CheckConstraint(
                name="cases_extension_state_known", condition=Q(state__in=["asked", "approved", "refused"])
            ),
            models.CheckConstraint(name="cases_extension_later", condition=Q(new_due_on__gt=F("old_due_on"))),
            models.CheckConstraint(
                name="cases_extension_decided_by_somebody",
                condition=Q(state="asked", decided_at__isnull=True) | (~Q(state="asked") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="cases_extension_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
        ]
        indexes = [models.Index(fields=["case", "state"], name="cases_extension_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.new_due_on} ({self.state})"


class Evidence(models.Model):
    """What proves that it was done: a file, a photograph, a figure, or a sentence. `round` is how often the case had been
    reopened: what proved it the first time does not prove it again."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件")
        PHOTOGRAPH = "photograph", _("照片")
        NUMBER = "number", _("数字")
        NOTE = "note", _("说明")

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence", db_index=False)
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="evidence")
    round = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.CharField(max_length=40, blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)
    file = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", related_query_name="evidence_of"
    )
    place = models.CharField(max_length=40, blank=True, help_text="Latitude and longitude, where the kind asks for it.")
    taken = models.CharField(max_length=20, blank=True, help_text="When by the camera's clock, where the kind asks.")

    class Meta:
        ordering = ["case_id", "id"]
        verbose_name = _("证明材料")
        constraints = [
            models.CheckConstraint(
                name="cases_evidence_file_where_one_is",
                condition=Q(kind__in=["file", "photograph"], file__isnull=False)
                | (~Q(kind__in=["file", "photograph"]) & Q(file__isnull=True)),
            ),
            models.CheckConstraint(
                name="cases_evidence_kind_known", condition=Q(kind__in=["file", "photograph", "number", "note"])
            ),
            models.CheckConstraint(
                name="cases_evidence_number_with_code",
                condition=Q(kind="number", number__isnull=False) & ~Q(code="")
                | (~Q(kind="number") & Q(number__isnull=True, code="")),
            ),
        ]
        indexes = [models.Index(fields=["case", "round"], name="cases_evidence_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseLink(models.Model):
    """A case has to do with another, or with something else named by a reference such as `plans.clause:3`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="links", db_index=False)
    other = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="linked_from")
    ref = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["case_id", "id"]
        verbose_name = _("关联")
        constraints = [
            models.CheckConstraint(
                name="cases_caselink_one_end",
                condition=Q(other__isnull=False, ref="") | (Q(other__isnull=True) & ~Q(ref="")),
            ),
            models.CheckConstraint(
                name="cases_caselink_to_another", condition=Q(other__isnull=True) | ~Q(other=F("case"))
            ),
            models.UniqueConstraint(
                name="cases_caselink_other_once", fields=["case", "other"], condition=Q(other__isnull=False)
            ),
            models.UniqueConstraint(name="cases_caselink_ref_once", fields=["case", "ref"], condition=~Q(ref="")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.other_id or self.ref}"


class Notice(models.Model):
    """Somebody was told that a case is due, or late: on each rung once, whatever crashes and how many workers there are.

    It goes to the unit, and to whoever has signed for the case as well.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", db_index=False)
    clock = models.CharField(max_length=20)
    due_on = models.DateField()
    rung = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12, choices=Step.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("催办")
        constraints = [
            models.UniqueConstraint(name="cases_notice_once", fields=["case", "clock", "due_on", "rung", "step"]),
            models.CheckConstraint(name="cases_notice_step_known", condition=Q(step__in=Step.values)),
        ]
        indexes = [
            models.Index(fields=["unit", "step", "-id"], name="cases_notice_of_unit"),
            models.Index(fields=["account", "-id"], name="cases_notice_of_one", condition=Q(account__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} rung {self.rung}"


class MailWish(models.Model):
    """Somebody wishes to have reminders by mail as well, from a moment on."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="+")
    address = models.EmailField(_("邮箱"))
    since = models.DateTimeField()

    class Meta:
        ordering = ["account_id"]
        verbose_name = _("邮件提醒")
        constraints = [models.CheckConstraint(name="cases_mailwish_addressed", condition=~Q(address=""))]

    def __str__(self) -> str:
        return f"{self.account_id} {self.address}"


class Tally(models.Model):
    """How many cases: the sum of `count` over the rows of a key. Each change adds a row, and a task folds them, so that
    nobody waits for a row that all want. `unit` has them on its table; the right to restricted ones is over the other."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    supervising_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    phase = models.CharField(max_length=10, choices=Phase.choices)
    due_on = models.DateField(null=True)
    is_restricted = models.BooleanField(default=False)
    is_escalated = models.BooleanField(default=False)
    count = models.IntegerField()
    is_folded = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("件数")
        constraints = [
            models.CheckConstraint(name="cases_tally_phase_known", condition=Q(phase__in=Phase.values)),
        ]
        indexes = [
            models.Index(fields=["unit", "phase", "due_on"], name="cases_tally_of_unit"),
            models.Index(fields=["supervising_unit", "is_restricted"], name="cases_tally_supervised"),
            models.Index(fields=["id"], name="cases_tally_to_fold", condition=Q(is_folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind} {self.phase} {self.due_on}: {self.count}"


class CountedDay(models.Model):
    """A day at whose end the cases were counted: `DayCount` has what there was, and no row is a nought."""

    day = models.DateField(primary_key=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("已统计的日期")

    def __str__(self) -> str:
        return str(self.day)


class DayCount(models.Model):
    """How many cases there were when a day was over, where there were any: open, and of these late (the day that they were
    due on is over) and escalated; closed (销号) in the month until then, and of these without a clock that had run over."""

    day = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    supervising_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    is_restricted = models.BooleanField()
    open = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    escalated = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day", "id"]
        verbose_name = _("每日件数")
        constraints = [
            models.UniqueConstraint(
                name="cases_daycount_once", fields=["day", "unit", "supervising_unit", "kind", "is_restricted"]
            ),
            models.CheckConstraint(
                name="cases_daycount_parts",
                condition=Q(overdue__lte=F("open"), escalated__lte=F("open"), in_time__lte=F("closed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id} {self.kind}: {self.open}"


class Meeting(models.Model):
    """A meeting that walks through what is overdue or escalated in a unit and below. Its agenda is fixed when it begins, so
    that the next item stays the next, whatever was decided about the last."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("范围"))
    kind = models.CharField(_("类型"), max_length=60, blank=True)
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("主持人"))
    opened_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("督办会议")
        constraints = [
            models.UniqueConstraint(
                name="cases_meeting_one_open", fields=["opened_by"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="cases_meeting_in_order", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("opened_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.opened_at:%Y-%m-%d}"


class MeetingItem(models.Model):
    """A case on the agenda of a meeting; places count from 1."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["meeting_id", "place"]
        verbose_name = _("议题")
        constraints = [
            models.UniqueConstraint(name="cases_meetingitem_place_once", fields=["meeting", "place"]),
            models.UniqueConstraint(name="cases_meetingitem_case_once", fields=["meeting", "case"]),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.place}: {self.case_id}"
