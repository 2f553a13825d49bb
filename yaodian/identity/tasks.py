"""What the door clears away by itself."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled
from yaodian.identity import operations


@scheduled("identity.clear", title=_("清除过期的令牌和登录失败计数"), every=timedelta(hours=1))
def clear(_context: JobContext) -> None:
    """Deletes notes of ended sessions, expired tokens, codes of yesterday, and counts of failures whose window is over."""
    now = timezone.now()
    operations.forget_ended_sessions(now=now)
    operations.forget_ended_tokens(now=now)
    operations.forget_failures(now=now)
    operations.forget_phone_codes(now=now)
