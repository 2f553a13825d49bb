"""Whether a term's school can have a timetable at all, asked before anybody solves it. Of a term the newest answer is kept.

What is asked of a timetable stands in the timetable itself (`Timetable.explanation`), in the same shape.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.timetabling.models.terms import Term


class TermCheck(Record):
    """`frozen` is the school as it stood when it was asked, `explanation` what came of it (`problem.explanations`), with its `state`."""

    term = models.OneToOneField(Term, models.CASCADE, related_name="feasibility")
    frozen = models.BinaryField(default=bytes, blank=True)
    frozen_sha256 = models.CharField(max_length=64, blank=True)
    explanation = models.JSONField(default=dict, blank=True)
    asked_by: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"))

    class Meta:
        ordering = ["term_id"]
        verbose_name = _("可行性检查")

    def __str__(self) -> str:
        return f"check of term {self.term_id}"
