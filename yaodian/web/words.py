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
    # Written by an earlier version.
    "organisations.session.open": _("登录"),
    "organisations.session.close": _("退出登录"),
    "registry.school.create": _("设立学校"),
    "registry.school.change": _("修改学校信息"),
    "registry.school.rename": _("学校更名"),
    "registry.school.close": _("撤销学校"),
    "registry.campus.add": _("添加校区"),
    "registry.campus.change": _("修改校区"),
    "registry.class.open": _("开设班级"),
    "registry.class.change": _("修改班级"),
    "registry.class.close": _("关闭班级"),
    "registry.class.promote": _("班级升级"),
    "registry.teacher.appoint": _("登记教师"),
    "registry.teacher.change": _("修改教师信息"),
    "registry.teacher.move": _("教师调动"),
    "registry.teacher.end": _("教师离岗"),
    "registry.teacher.set_leave": _("教师休假或返岗"),
    "registry.teacher.unmask": _("查看教师敏感信息"),
    "registry.pupil.enrol": _("登记学生"),
    "registry.pupil.change": _("修改学生信息"),
    "registry.pupil.change_class": _("学生调班"),
    "registry.pupil.transfer": _("学生转学"),
    "registry.pupil.suspend": _("学生休学"),
    "registry.pupil.return": _("学生复学"),
    "registry.pupil.leave": _("学生离校"),
    "registry.pupil.graduate": _("班级毕业"),
    "registry.pupil.merge": _("合并重复学籍"),
    "registry.pupil.undo_merge": _("撤销合并学籍"),
    "registry.pupil.unmask": _("查看学生敏感信息"),
    "registry.guardian.add": _("登记监护人"),
    "registry.guardian.change": _("修改监护人信息"),
    "registry.guardian.confirm": _("确认监护关系"),
    "registry.guardian.end": _("终止监护关系"),
    "registry.return.store": _("填报学年报表"),
    "registry.return.correct": _("更正学年报表"),
    "registry.rows.create": _("批量新增"),
    "registry.rows.change": _("批量修改"),
    "registry.rows.remove": _("撤回批量新增"),
    "organisations.unit.load": _("批量装入单位沿革"),
    "organisations.person.load": _("批量装入人员与岗位"),
    "registry.city.load": _("装入虚构城市"),
    "identity.session.open": _("登录"),
    "identity.session.close": _("退出登录"),
    "identity.session.end": _("让一台设备退出"),
    "identity.session.end_all": _("结束全部登录"),
    "identity.sign_in.refuse": _("登录失败次数过多，已暂停"),
    "identity.sign_in.slow": _("大量账号登录失败，已限速"),
    "identity.activation.issue": _("签发激活码"),
    "identity.activation.revoke": _("撤销激活码"),
    "identity.activation.use": _("用激活码设置密码"),
    "identity.factor.add": _("添加二次验证"),
    "identity.factor.remove": _("移除二次验证"),
    "identity.factors.reset": _("重设二次验证"),
    "identity.recovery.renew": _("生成备用码"),
    "identity.recovery.use": _("使用备用码"),
    "identity.application.register": _("登记统一登录的应用"),
    "identity.application.enable": _("启用应用"),
    "identity.application.disable": _("停用应用"),
    "identity.application.renew_secret": _("更换应用密钥"),
    "identity.token.grant": _("同意登录应用"),
    "identity.token.revoke": _("撤销应用令牌"),
    "identity.link.add": _("绑定平台账号"),
    "identity.link.remove": _("解除平台账号绑定"),
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
