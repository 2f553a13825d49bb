"""Teaching groups as a list that leaves: who is in which group, where and by whom it is taught."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.declaring import Column, Sheet, Text

GROUP_MEMBERS = Sheet(
    code="timetabling.group_members",
    label=_("教学班名单"),
    english="Teaching groups and their pupils",
    key=("pupil", "subject"),
    is_declared=False,
    columns=(
        Column("pupil", _("学生编号"), "Pupil", Text(max_length=12, is_code=True), is_required=True),
        Column("name", _("姓名"), "Name", Text(max_length=60), is_sensitive=True),
        Column("class_name", _("原班级"), "Class before", Text(max_length=40)),
        Column("home", _("行政班"), "Home class", Text(max_length=40)),
        Column("subject", _("学科"), "Subject", Text(max_length=20), is_required=True),
        Column("block", _("时段"), "Block", Text(max_length=20), is_required=True),
        Column("group", _("教学班"), "Teaching group", Text(max_length=40), is_required=True),
        Column("teacher", _("任课教师"), "Teacher", Text(max_length=60)),
        Column("room", _("教室"), "Room", Text(max_length=30)),
    ),
)
