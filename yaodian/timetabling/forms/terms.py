"""The forms of a term and its data. They read times and lists from words; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.models import Unit
from yaodian.timetabling.forms.times import NamesField, SlotsField, StartsField, day_field
from yaodian.timetabling.models import Course, Grade, Half, Term, TermTeacher, Weeks
from yaodian.timetabling.operations import COPY, MOST_HOURS, MOST_PUPILS, NO_ROOM, PRESETS
from yaodian.timetabling.queries.term_data import CoursePage, DataPage
from yaodian.timetabling.queries.times import (
    MOST_PERIODS,
    WEEKDAYS,
    type_slots,
    type_starts,
)

_DAYS = [(5, _("5 天")), (6, _("6 天")), (7, _("7 天"))]


def _some(label: Any, **given: Any) -> forms.IntegerField:
    """A small number, or none."""
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=given.pop("most", MOST_HOURS), **given
    )


class NewTermForm(RefusableForm):
    """A term of one of the schools."""

    school = forms.ChoiceField(label=_("学校"))
    year = forms.IntegerField(
        label=_("学年"), min_value=2000, max_value=2199, help_text=_("学年开始的那一年：2026–2027 学年写 2026")
    )
    half = forms.TypedChoiceField(label=_("学期"), choices=Half.choices, coerce=int)
    begins_on = day_field(_("开始日期"), help_text=_("第一天上课的日期；这一周是第 1 周，算单周"))
    ends_on = day_field(_("结束日期"))
    days = forms.TypedChoiceField(label=_("每周上课天数"), choices=_DAYS, coerce=int)
    start = forms.ChoiceField(
        label=_("从什么开始"), help_text=_("复制会带来作息、教室、教师、课时计划、教研活动和排课要求；同一学年的还有班级和教学任务"),
    )  # fmt: skip

    def __init__(self, *arguments: Any, schools: Iterable[tuple[Unit, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="term-%s", **named)
        self._schools = {unit.public_id: (unit, name) for unit, name in schools}
        school: Any = self.fields["school"]
        school.choices = [(key, name) for key, (_unit, name) in self._schools.items()]
        start: Any = self.fields["start"]
        start.choices = [(COPY, _("复制上一个学期的数据")), *((code, one.label) for code, one in PRESETS.items())]

    def clean_school(self) -> Unit:
        """The row."""
        return self._schools[self.cleaned_data["school"]][0]


class TermForm(RefusableForm):
    """The dates of a term."""

    begins_on = day_field(_("开始日期"))
    ends_on = day_field(_("结束日期"))
    days = forms.TypedChoiceField(label=_("每周上课天数"), choices=_DAYS, coerce=int)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="term-%s", **named)

    @staticmethod
    def typed(row: Term) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("begins_on", "ends_on", "days")}


class RowForm(RefusableForm):
    """One row of a list; what it is called by is not changed afterwards."""

    KEYS: tuple[str, ...] = ("code",)

    def __init__(self, *arguments: Any, page: DataPage, row: Any = None, **named: Any) -> None:
        self.page, self.row = page, row
        initial = self.typed(row) if row is not None else {}
        super().__init__(*arguments, auto_id="row-%s", initial=initial | named.pop("initial", {}), **named)
        self.prepare(page)
        if row is not None:
            for name in self.KEYS:
                self.fields[name].disabled = True

    @property
    def called(self) -> str:
        """What people call the row that is changed."""
        return str(next(getattr(self.row, name) for name in ("name", "code", "subject") if hasattr(self.row, name)))

    def prepare(self, page: DataPage) -> None:
        """The choices that the term gives."""

    def typed(self, row: Any) -> dict[str, Any]:
        """What would have been typed for a row."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    @property
    def key(self) -> Any:
        return self.cleaned_data["code"]

    @property
    def values(self) -> Mapping[str, Any]:
        return self.cleaned_data

    def _offer(self, name: str, options: Iterable[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = options


class RoomForm(RowForm):
    code = forms.CharField(label=_("教室"), max_length=30)
    kind = forms.CharField(
        label=_("种类"), max_length=20, required=False, help_text=_("普通教室空着；专用的写“实验室”“机房”等")
    )
    seats = forms.IntegerField(label=_("座位数"), min_value=1, max_value=1000)
    place = forms.CharField(label=_("校区或楼"), max_length=30, required=False)
    closed = SlotsField(label=_("停用时间"), required=False, max_length=200, help_text=_("如“周三5-8; 周五”"))

    def typed(self, row: Any) -> dict[str, Any]:
        return super().typed(row) | {"closed": type_slots(row.closed)}


class TeacherForm(RowForm):
    code = forms.CharField(label=_("工号"), max_length=40)
    name = forms.CharField(label=_("姓名"), max_length=60)
    subjects = NamesField(label=_("任教学科"), required=False, max_length=200, help_text=_("几门用顿号分开"))
    most_hours = _some(_("每周最多节数"))
    most_a_day = _some(_("每天最多节数"), most=MOST_PERIODS)
    most_on_end = _some(_("最多连上节数"), most=MOST_PERIODS)
    most_days = _some(_("最多上课天数"), most=7)
    away = SlotsField(label=_("不排课时间"), required=False, max_length=200, help_text=_("如“周三5-8; 周五”"))
    is_exempt = forms.BooleanField(label=_("不安排代课"), required=False)

    def typed(self, row: TermTeacher) -> dict[str, Any]:
        return super().typed(row) | {"subjects": "、".join(row.subjects), "away": type_slots(row.away)}


class ClassForm(RowForm):
    code = forms.CharField(label=_("班级"), max_length=30)
    grade = forms.TypedChoiceField(label=_("年级"), choices=Grade.choices, coerce=int)
    size = forms.IntegerField(label=_("人数"), min_value=0, max_value=MOST_PUPILS)
    bells = forms.ChoiceField(label=_("作息时间"))
    room = forms.ChoiceField(label=_("自己的教室"), required=False)

    def prepare(self, page: DataPage) -> None:
        self._offer("bells", [(one, one) for one in page.names["bells"]])
        self._offer("room", [("", "—"), *((one, one) for one in page.names["rooms"])])

    def typed(self, row: Any) -> dict[str, Any]:
        return super().typed(row) | {"bells": row.bells.code, "room": row.room.code if row.room else ""}


class CurriculumForm(RowForm):
    KEYS = ("grade", "subject", "is_chosen")
    grade = forms.TypedChoiceField(label=_("年级"), choices=Grade.choices, coerce=int)
    subject = forms.CharField(label=_("学科"), max_length=20)
    hours = forms.IntegerField(label=_("每周节数"), min_value=1, max_value=MOST_HOURS)
    doubles = forms.IntegerField(
        label=_("连堂数"), min_value=0, max_value=20, required=False, help_text=_("其中几次连上两节")
    )
    room_kind = forms.CharField(
        label=_("教室种类"), max_length=20, required=False,
        help_text=_("要专用教室的写种类；体育这样的写“%(word)s”") % {"word": NO_ROOM},
    )  # fmt: skip
    is_chosen = forms.BooleanField(label=_("选考：只有选了这门的学生上"), required=False)

    @property
    def key(self) -> Any:
        said = self.cleaned_data
        return said["grade"], said["subject"], said["is_chosen"]


class MeetingForm(RowForm):
    KEYS = ()
    code = forms.CharField(label=_("名称"), max_length=40)
    periods = forms.IntegerField(label=_("连续几节"), min_value=1, max_value=8, initial=2)
    day = forms.TypedChoiceField(label=_("星期"), required=False, coerce=int, empty_value=None)
    period = forms.IntegerField(label=_("从第几节"), required=False, min_value=1, max_value=MOST_PERIODS)
    subjects = forms.MultipleChoiceField(
        label=_("学科组"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("任教这门学科的教师都参加")
    )
    teachers = NamesField(
        label=_("其他教师的工号"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("用顿号分开"),
    )  # fmt: skip

    def prepare(self, page: DataPage) -> None:
        self._offer("day", [("", _("不固定")), *((at, WEEKDAYS[at]) for at in range(page.term.days))])
        self._offer("subjects", [(one, one) for one in page.names["subjects"]])

    def typed(self, row: Any) -> dict[str, Any]:
        return super().typed(row) | {
            "period": None if row.period is None else row.period + 1,
            "teachers": "、".join(one.code for one in row.teachers.all()),
            "subjects": [],
        }

    def clean_period(self) -> int | None:
        """From 0."""
        said = self.cleaned_data["period"]
        return None if said is None else int(said) - 1


class CourseForm(RefusableForm):
    """A course. Of one that is a teaching group's, its pupils are the group's."""

    code = forms.CharField(label=_("教学任务"), max_length=60)
    subject = forms.CharField(label=_("学科"), max_length=20)
    classes = forms.MultipleChoiceField(label=_("班级"), widget=forms.CheckboxSelectMultiple, required=False)
    hours = forms.IntegerField(label=_("每周节数"), min_value=1, max_value=MOST_HOURS)
    doubles = forms.IntegerField(label=_("连堂数"), min_value=0, max_value=20, required=False)
    weeks = forms.ChoiceField(label=_("周次"), choices=Weeks.choices)
    teachers = forms.MultipleChoiceField(
        label=_("教师"), widget=forms.CheckboxSelectMultiple, required=False, help_text=_("选几位就几位一起上")
    )
    candidates = forms.MultipleChoiceField(
        label=_("候选教师"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("还没有定教师时，由排课从这些教师里选一位"),
    )  # fmt: skip
    others = NamesField(
        label=_("其他教师的工号"), required=False, max_length=200, help_text=_("不教这门学科、也来上这门课的")
    )
    needs_room = forms.BooleanField(label=_("要教室"), required=False)
    room_kind = forms.ChoiceField(
        label=_("教室种类"), required=False, help_text=_("不写种类也不选教室时，在班级自己的教室上")
    )
    rooms = NamesField(label=_("指定教室"), required=False, max_length=400, help_text=_("可写几间，用顿号分开"))
    fixed = StartsField(label=_("固定时间"), required=False, max_length=200, help_text=_("如“周一1; 周三3”"))
    together = forms.CharField(
        label=_("同时上课"), max_length=40, required=False, help_text=_("写同一个词的几门课同时上")
    )

    def __init__(self, *arguments: Any, page: CoursePage, **named: Any) -> None:
        self.page, row = page, page.row
        initial = self.typed(row) if row is not None else {"hours": 1, "needs_room": True}
        super().__init__(*arguments, auto_id="course-%s", initial=initial, **named)
        grades = {one.grade for one in row.classes.all()} if row is not None else set()
        self._offer("classes", [(one.code, one.code) for one in page.lines if not grades or one.grade in grades])
        subject = row.subject if row is not None else ""
        chosen = {*initial.get("teachers", ()), *initial.get("candidates", ())}
        known = [
            (one.code, f"{one.name} {one.code}") for one in page.teachers
            if one.code in chosen or not subject or subject in one.subjects
        ]  # fmt: skip
        self._offer("teachers", known)
        self._offer("candidates", known)
        kinds = dict.fromkeys([*page.kinds, *([row.room_kind] if row is not None and row.room_kind else [])])
        self._offer("room_kind", [("", "—"), *((one, one) for one in kinds)])
        if row is not None:
            self.fields["code"].disabled = True
            if row.group_id is not None:
                del self.fields["classes"]

    def _offer(self, name: str, options: Iterable[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = list(options)

    @staticmethod
    def typed(row: Course) -> dict[str, Any]:
        """What would have been typed for a row."""
        names = {name: [one.code for one in getattr(row, name).all()] for name in ("classes", "teachers", "candidates")}
        plain = ("code", "subject", "hours", "doubles", "weeks", "needs_room", "room_kind", "together")
        return {
            **{name: getattr(row, name) for name in plain}, **names,
            "rooms": "、".join(one.code for one in row.rooms.all()), "fixed": type_starts(row.fixed),
        }  # fmt: skip

    @property
    def values(self) -> dict[str, Any]:
        """As the operation takes it."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("code", "others")}
        said["doubles"] = said.get("doubles") or 0
        said["teachers"] = [*said["teachers"], *self.cleaned_data["others"]]
        return said
