"""Background work of the registry: the sheets, whose imports workers check and commit; erasing what is past its time."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import oneroster as oneroster
from yaodian.registry import operations
from yaodian.registry import sheets as sheets


@job("registry.erase_expired", title=_("删除到期的个人信息"))
def erase_expired(context: JobContext, *, actor_id: int) -> None:
    """Erases batch by batch; taken up again, it goes on where it was. Whoever has lost the right meanwhile erases nothing."""
    actor = Account.objects.get(pk=actor_id)
    try:
        operations.erase_expired(actor=actor, now=timezone.now(), progress=context.progress)
    except PermissionMissing as problem:
        raise JobFailed(code="permission", message=problem.message) from problem
