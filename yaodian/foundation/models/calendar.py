"""What the working-day calendar knows besides the published years of its library."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models.record import Record


class CalendarChange(Record):
    """A day made a holiday or a working day by a notice that the library does not hold: announced later, or locally.

    It counts from `known_from_on`, until the day on which it is taken back; the row stays. Where several hold for a day, the
    one known last decides.
    """

    day = models.DateField(_("日期"))
    is_working = models.BooleanField(_("上班"))
    citation = models.CharField(_("依据"), max_length=300)
    known_from_on = models.DateField(_("自何日起计算"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("录入时间"))
    taken_back_on = models.DateField(_("撤回日期"), null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_because = models.CharField(_("撤回理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["-day", "-known_from_on", "-id"]
        verbose_name = _("工作日调整")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "known_from_on"],
                condition=Q(taken_back_at__isnull=True),
                name="foundation_calendarchange_one_a_day",
            ),
            models.CheckConstraint(name="foundation_calendarchange_has_a_citation", condition=~Q(citation="")),
            models.CheckConstraint(
                name="foundation_calendarchange_taken_back_with_a_reason",
                condition=Q(taken_back_at__isnull=True, taken_back_on__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_on__isnull=False, taken_back_by__isnull=False)
                & ~Q(taken_back_because=""),
            ),
            models.CheckConstraint(
                name="foundation_calendarchange_taken_back_after_entry",
                condition=Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=F("entered_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {'working' if self.is_working else 'holiday'}"

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None


class CalendarYear(models.Model):
    """A year that the library publishes, as this installation has met it: an update of the program moves due dates like
    a notice does.

    `known_from_on` is empty for the years of the first start, which have always been known.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    known_from_on = models.DateField(null=True, blank=True)
    met_at = models.DateTimeField()

    class Meta:
        ordering = ["year"]
        verbose_name = _("放假安排年度")

    def __str__(self) -> str:
        return str(self.year)
