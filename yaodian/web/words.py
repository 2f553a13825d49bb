"""Log codes in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.plans.queries.words import action_label

WORDS: dict[str, Promise] = {
    "organisations.account.create": _("创建账号"),
    "organisations.account.set_role": _("设置角色"),
    "organisations.unit.create": _("设立单位"),
    "organisations.unit.create_many": _("批量设立单位"),
    "organisations.unit.rename": _("单位更名"),
    "organisations.unit.rename_many": _("批量更名"),
    "organisations.unit.move": _("变更上级"),
    "organisations.unit.move_many": _("批量变更上级"),
    "organisations.unit.leave": _("退出层级"),
    "organisations.unit.close": _("撤销单位"),
    "organisations.unit.split": _("单位分立"),
    "organisations.unit.merge": _("单位合并"),
    "organisations.unit.replace": _("单位改制"),
    "organisations.unit.correct": _("更正单位记录"),
    "organisations.person.create": _("登记人员"),
    "organisations.person.rename": _("更改姓名"),
    "organisations.person.transfer": _("人员调动"),
    "organisations.post.appoint": _("任职"),
    "organisations.post.end": _("终止岗位"),
    "organisations.grant.give": _("授予权限"),
    "organisations.grant.end": _("收回权限"),
    "organisations.deputyship.appoint": _("指定代理人"),
    "organisations.deputyship.end": _("结束代理"),
    "organisations.account.link": _("账号对应人员"),
    "organisations.account.deactivate": _("停用账号"),
    "organisations.account.activate": _("重新启用账号"),
    "organisations.account.change_password": _("修改密码"),
    "organisations.session.open": _("登录"),
    "organisations.session.close": _("退出登录"),
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
