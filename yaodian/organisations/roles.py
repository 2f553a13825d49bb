"""Roles as sets of permissions: pages and operations ask for a permission, never for a role."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERMISSIONS: dict[str, Promise] = {
    "plans.upload": _("上传计划并读取"),
    "plans.correct": _("校核、更正识别结果"),
    "plans.submit": _("提交发布"),
    "plans.publish": _("确认发布、退回、撤回"),
    "audit.read": _("查看操作日志"),
}


class Role(models.TextChoices):
    EDITOR = "editor", _("编辑")
    PUBLISHER = "publisher", _("发布人")


_EDITOR = frozenset({"plans.upload", "plans.correct", "plans.submit"})

PERMISSIONS_OF: dict[Role, frozenset[str]] = {
    Role.EDITOR: _EDITOR,
    Role.PUBLISHER: _EDITOR | {"plans.publish", "audit.read"},
}
