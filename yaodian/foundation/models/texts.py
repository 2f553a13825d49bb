"""Text messages on their way to a telephone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models.record import Record

MOST_CHARACTERS = 300


class TextMessage(Record):
    """One text message. Number and words are sealed, filled up to one length, and wiped as soon as the gateway has taken them.

    `key` names its event, so that a second try gives one row. What is not out by `good_until` is not sent any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        LATE = "late", _("过时未发")
        KEPT = "kept", _("留在本机")

    key = models.CharField(max_length=100, unique=True)
    number = EncryptedTextField(max_length=16, pad_to=16, blank=True)
    # Four bytes of UTF-8 are the most that a character takes.
    text = EncryptedTextField(max_length=MOST_CHARACTERS, pad_to=4 * MOST_CHARACTERS, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    good_until = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("短信")
        constraints = [
            models.CheckConstraint(
                name="foundation_textmessage_sent_has_a_moment",
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(state__in=["waiting", "late", "kept"], sent_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="foundation_textmessage_age")]

    def __str__(self) -> str:
        return f"text {self.pk}"
