"""Log codes in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.plans.queries.words import action_label

WORDS: dict[str, Promise] = {
    "organisations.account.create": _("创建账号"),
    "organisations.account.set_role": _("设置角色"),
    "organisations.unit.create": _("设立单位"),
    "organisations.account.deactivate": _("停用账号"),
    "organisations.account.activate": _("重新启用账号"),
    "organisations.account.change_password": _("修改密码"),
    "organisations.session.open": _("登录"),
    "organisations.session.close": _("退出登录"),
    "operating.job.cancel": _("取消后台任务"),
    "operating.job.retry": _("重试后台任务"),
    "operating.alarm.raise": _("出现告警"),
    "operating.alarm.acknowledge": _("确认告警"),
    "operating.reads.allow": _("增加当日查阅额度"),
}


def words_of(code: str) -> str:
    """What a log code means, or the code itself where nobody has said."""
    if code in WORDS:
        return str(WORDS[code])
    if code.startswith("plans."):
        try:
            return action_label(code)
        except (KeyError, ValueError):
            # A code of an earlier version that nobody can name any more: the journal keeps it for ever.
            return code
    return code
