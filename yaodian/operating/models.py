"""Alarms: what an operator or auditor has to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record


class Alarm(Record):
    """Something that should not happen, from its first to its last sign, until somebody has looked into it.

    At most one alarm of a kind is open for an account, so a condition that lasts does not fill the page. `count` is how
    many records, accounts or jobs it is about; of a broken journal, the first row at fault, 0 where the head is missing.
    """

    class Kind(models.TextChoices):
        MASS_READ = "mass_read", _("大量查阅个人记录")
        MASS_LIST = "mass_list", _("大量翻阅人员名单")
        SPRAYING = "spraying", _("大量账号登录失败")
        JOURNAL_BROKEN = "journal_broken", _("操作日志被改动")
        JOB_ERRORS = "job_errors", _("后台任务频繁失败")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        ACKNOWLEDGED = "acknowledged", _("已确认")

    kind = models.CharField(_("告警"), max_length=30, choices=Kind.choices)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    count = models.PositiveIntegerField(_("次数"))
    window_seconds = models.PositiveIntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    state = models.CharField(_("状态"), max_length=15, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("处理说明"), max_length=500, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        verbose_name = _("告警")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "account"], condition=Q(state="open"), name="operating_alarm_open_once"
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state="open", account__isnull=True),
                name="operating_alarm_of_the_system_open_once",
            ),
            models.CheckConstraint(name="operating_alarm_state_known", condition=Q(state__in=["open", "acknowledged"])),
            models.CheckConstraint(
                name="operating_alarm_acknowledged_with_a_reason",
                condition=Q(state="open", acknowledged_at__isnull=True)
                | Q(state="acknowledged", acknowledged_at__isnull=False, acknowledged_by__isnull=False) & ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"

    @property
    def minutes(self) -> int:
        return self.window_seconds // 60

    @property
    def sentence(self) -> str:
        """What has been seen."""
        if self.kind == self.Kind.JOURNAL_BROKEN and not self.count:
            return str(_("操作日志的末端记录缺失，无法确认末尾是否被删去。"))
        told = {
            self.Kind.MASS_READ: _("%(minutes)d 分钟内查阅或请求查阅 %(count)d 条个人记录。"),
            self.Kind.MASS_LIST: _("%(minutes)d 分钟内从名单中读取 %(count)d 人的姓名等信息。"),
            self.Kind.SPRAYING: _("%(minutes)d 分钟内有 %(count)d 个账号登录失败，可能有人在逐个试探密码。"),
            self.Kind.JOURNAL_BROKEN: _("操作日志从第 %(count)d 条起与校验码不符，记录可能被改动、删除或插入。"),
            self.Kind.JOB_ERRORS: _("%(minutes)d 分钟内有 %(count)d 个后台任务失败。"),
        }[self.Kind(self.kind)]
        return str(told) % {"minutes": self.minutes, "count": self.count}

    @property
    def advice(self) -> Promise:
        """What to do about it."""
        return {
            self.Kind.MASS_READ: _("请电话核实是否本人操作；无法核实时，请安全管理员先停用该账号。"),
            self.Kind.MASS_LIST: _("请电话核实是否本人操作；无法核实时，请安全管理员先停用该账号。"),
            self.Kind.SPRAYING: _(
                "系统已自动限速，已使用过的设备不受影响。请在操作日志中查看来源地址，必要时在防火墙上阻断。"
            ),
            self.Kind.JOURNAL_BROKEN: _("请立即停止写入并保留现场，运行 yaodian audit verify 核对，再与备份逐条比对。"),
            self.Kind.JOB_ERRORS: _("请在后台任务页查看失败原因；排除后可逐个重试。"),
        }[self.Kind(self.kind)]


class JournalCheck(models.Model):
    """How far the journal has been found sound, so that each check goes on from there: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_id = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("日志核验")
        constraints = [models.CheckConstraint(name="operating_journal_check_is_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.last_id} {self.checked_at:%Y-%m-%d %H:%M}"
