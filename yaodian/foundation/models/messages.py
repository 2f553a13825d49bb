"""Messages on their way out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models.record import Record


class Message(Record):
    """One message about one event: `key` names the event and the recipient, so that two workers or a second try give one row.

    Of personal data it holds none: what leaves the house passes through the servers of others. `try_at` is when it is due
    to be sent, for the first time or again; while it is being sent, when somebody else may try. Of one that failed, `read_at`
    is when an operator gave it up.
    """

    class Channel(models.TextChoices):
        PAGE = "page", _("站内消息")
        MAIL = "mail", _("邮件")
        WECOM = "webhook-wecom", _("企业微信群机器人")
        DINGTALK = "webhook-dingtalk", _("钉钉群机器人")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")
        OFF = "off", _("渠道未启用")

    class Form(models.TextChoices):
        TEXT = "text", _("纯文本")
        MARKDOWN = "markdown", _("Markdown")

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel.choices)
    form = models.CharField(max_length=10, choices=Form.choices, default=Form.TEXT)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.EmailField(_("邮箱"), blank=True)
    subject = models.CharField(_("标题"), max_length=100)
    body = models.CharField(_("内容"), max_length=600)
    is_urgent = models.BooleanField(_("不避开休息时间"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(_("应发时间"))
    try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-due_at", "-id"]
        verbose_name = _("消息")
        constraints = [
            models.CheckConstraint(
                name="foundation_message_channel_known",
                condition=Q(channel__in=["page", "mail", "webhook-wecom", "webhook-dingtalk"]),
            ),
            models.CheckConstraint(
                name="foundation_message_goes_to_somebody",
                condition=Q(channel="page", recipient__isnull=False, address="")
                | Q(channel="mail") & ~Q(address="")
                | Q(channel__in=["webhook-wecom", "webhook-dingtalk"], address=""),
            ),
            models.CheckConstraint(
                name="foundation_message_sent_has_a_moment",
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(state__in=["waiting", "failed", "off"], sent_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "try_at"], name="foundation_message_due", condition=Q(state="waiting")),
            models.Index(fields=["recipient", "-due_at"], name="foundation_message_page", condition=Q(channel="page")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"
