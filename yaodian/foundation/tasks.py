"""What workers find here: the jobs of imports, and what the foundation clears away by itself."""

from datetime import time, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation import workdays
from yaodian.foundation.files.storing import erase_due_files
from yaodian.foundation.jobs import JobContext, forget, job
from yaodian.foundation.messages import sending, texts
from yaodian.foundation.schedules import forget_old_jobs, scheduled
from yaodian.foundation.sheets import importing


@scheduled("foundation.clear_sessions", title=_("清除过期的登录"), every=timedelta(hours=1))
def clear_sessions(_context: JobContext) -> None:
    """Deletes sessions that have expired."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@scheduled("foundation.forget_jobs", title=_("清除旧的任务记录"), every=timedelta(hours=1))
def forget_jobs(_context: JobContext) -> None:
    """Deletes finished jobs: those of schedules after a day, the others after half a year."""
    now = timezone.now()
    forget_old_jobs(before=now - timedelta(hours=settings.SCHEDULED_JOB_KEEP_HOURS))
    forget(before=now - timedelta(days=settings.JOB_ROW_KEEP_DAYS))


@scheduled("foundation.drop_imports", title=_("清除到期的导入文件"), every=timedelta(hours=1))
def drop_imports(_context: JobContext) -> None:
    """Deletes what old imports hold of people: uploaded files, rows, problems. The line in the list stays."""
    importing.drop_old_imports(before=timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS))


@scheduled("foundation.meet_years", title=_("登记新公布的放假安排"), daily_at=time(0, 5))
def meet_years(_context: JobContext) -> None:
    """Notes a year of holidays that an update of the program has brought."""
    workdays.meet_years(now=timezone.now())


@scheduled("foundation.erase_files", title=_("删除保存期满的附件"), daily_at=time(1, 40))
def erase_files(_context: JobContext) -> None:
    """Erases evidence files that need not be kept any longer."""
    erase_due_files(today=timezone.localdate(), now=timezone.now())


@scheduled("foundation.send_messages", title=_("发送到期的消息"), every=timedelta(minutes=1))
def send_messages(_context: JobContext) -> None:
    """Sends what is due in the outbox."""
    sending.send_due(now=timezone.now())


@scheduled("foundation.forget_messages", title=_("清除旧的消息"), daily_at=time(1, 50))
def forget_messages(_context: JobContext) -> None:
    """Deletes messages that went out, or failed, half a year ago."""
    sending.forget_messages(before=timezone.now() - sending.KEPT)


@job("foundation.send_text", title=_("发送短信"), max_attempts=4)
def send_text(_context: JobContext, *, text_id: int) -> None:
    """Hands one text message to the gateway; tried again after some seconds where it is not taken."""
    texts.send(text_id=text_id, now=timezone.now())


@scheduled("foundation.forget_texts", title=_("清除旧的短信"), every=timedelta(hours=1))
def forget_texts(_context: JobContext) -> None:
    """Deletes text messages of yesterday."""
    texts.forget_texts(before=timezone.now() - texts.KEPT)
