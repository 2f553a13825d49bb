"""The forms of the registry. They turn words into values; whether the values hold is for the operations to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.registry.models import (
    AMOUNTS,
    CONSENTED,
    COUNTS,
    PURPOSES_OF,
    AreaKind,
    Backbone,
    Campus,
    ConsentState,
    DataClass,
    Establishment,
    Gender,
    Means,
    PupilStatus,
    Qualification,
    Relation,
    RequestKind,
    Runner,
    School,
    SchoolClass,
    SchoolType,
    Stage,
    Teacher,
    TeacherStatus,
    Title,
    YearlyReturn,
    grade_label,
    grades_of,
)
from yaodian.registry.operations import StaleVersion, UnableTo

ANY: tuple[str, Promise] = ("", _("全部"))
_Choices = Iterable[tuple[str, Any]]


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _day(label: Promise, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=_day_input(), **options)


def _number_input() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


def _whole(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=_number_input(), **options)


def _any(label: Promise, choices: _Choices, first: tuple[str, Any] = ANY) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[first, *choices])


# Filters.


class SchoolFilter(forms.Form):
    text = forms.CharField(label=_("名称或标识码"), required=False, max_length=60)
    county = forms.ChoiceField(label=_("县（市、区）"), required=False)
    school_type = _any(_("办学类型"), SchoolType.choices)
    ownership = _any(_("办学性质"), [("public", _("公办")), ("private", _("民办"))])
    area = _any(_("城乡"), [("urban", _("城区")), ("town", _("镇区")), ("rural", _("乡村"))])
    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("open", _("在办")), ("closed", _("已撤销")), ("all", _("全部"))]
    )

    def __init__(self, *arguments: Any, counties: _Choices = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        county: Any = self.fields["county"]
        county.choices = [ANY, *counties]


class TeacherFilter(forms.Form):
    text = forms.CharField(
        label=_("姓名、工号、证件号或电话"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("须完整输入")}),
    )
    stage = _any(_("任教学段"), Stage.choices)
    title = _any(_("职称"), Title.choices)
    establishment = _any(_("编制"), Establishment.choices)
    status = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("working", _("在岗")), *TeacherStatus.choices[2:], ("all", _("全部"))],
    )


class PupilFilter(forms.Form):
    text = forms.CharField(
        label=_("姓名、学籍号或证件号"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("须完整输入")}),
    )
    stage = _any(_("学段"), Stage.choices)
    group = _any(_("群体"), [("boarding", _("寄宿")), ("migrant", _("随迁子女")), ("left_behind", _("留守儿童"))])
    status = forms.ChoiceField(
        label=_("学籍状态"),
        required=False,
        choices=[("present", _("在校（含休学）")), *PupilStatus.choices, ("all", _("全部"))],
    )


# Changes.


class ChangeForm(RefusableForm):
    """What the forms of all records share: the version that was shown, and what somebody else wrote meanwhile."""

    # Columns that the page does not show in clear: an empty field leaves them as they are.
    kept_when_empty: ClassVar[frozenset[str]] = frozenset()
    # Fields of the form that are no columns of the record.
    besides: ClassVar[frozenset[str]] = frozenset({"version"})

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conflicts: list[tuple[str, str, str]] = []

    def values(self) -> dict[str, Any]:
        """The columns, without those that stay as they are."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in self.besides and not (name in self.kept_when_empty and value in ("", None))
        }

    def refuse(self, problem: UnableTo) -> None:
        """Puts an operation's sentence where it belongs, and what somebody else wrote beside one's own."""
        if isinstance(problem, StaleVersion):
            nothing = gettext("（空）")
            for name, theirs in problem.current.items():
                if name not in self.fields or name in self.kept_when_empty:
                    continue
                mine = self.cleaned_data.get(name)
                if _words(theirs) != _words(mine):
                    label = str(self.fields[name].label)
                    self.conflicts.append(
                        (label, self._shown(name, theirs) or nothing, self._shown(name, mine) or nothing)
                    )
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = str(problem.current_version)
        super().refuse(problem)

    def _shown(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(str(value), _words(value)))


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, Teacher | SchoolClass):
        return value.public_id
    return value.isoformat() if isinstance(value, date) else str(value)


class SchoolForm(ChangeForm):
    school_type = forms.ChoiceField(label=_("办学类型"), choices=SchoolType.choices)
    runner = forms.ChoiceField(label=_("举办者"), choices=Runner.choices)
    is_public = forms.BooleanField(label=_("公办"), required=False)
    is_inclusive = forms.BooleanField(label=_("普惠性民办"), required=False)
    area_kind = forms.ChoiceField(label=_("城乡分类"), choices=AreaKind.choices)
    address = forms.CharField(label=_("地址"), required=False, max_length=200)
    longitude = forms.FloatField(
        label=_("经度"), required=False, widget=_number_input(), help_text=_("国测局坐标（GCJ-02），单位为度。")
    )
    latitude = forms.FloatField(label=_("纬度"), required=False, widget=_number_input())
    is_boarding = forms.BooleanField(label=_("寄宿制"), required=False)
    is_minority = forms.BooleanField(label=_("独立设置少数民族学校"), required=False)
    credit_code = forms.CharField(label=_("统一社会信用代码"), required=False, max_length=18)
    founded_year = _whole(_("建校年份"), required=False)

    @staticmethod
    def initial_of(school: School) -> dict[str, Any]:
        return {name: getattr(school, name) for name in (*SchoolForm.base_fields,)}


class NewSchoolForm(SchoolForm):
    besides = frozenset({"version", "code", "name", "short_name", "parent", "opened_on"})

    code = forms.CharField(label=_("学校标识码"), max_length=40, help_text=_("10 位数字，一经使用不再变更。"))
    name = forms.CharField(label=_("学校名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), required=False, max_length=40)
    parent = forms.ChoiceField(label=_("主管单位"))
    opened_on = _day(_("设立日期"))

    def __init__(self, *arguments: Any, parents: _Choices = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        parent: Any = self.fields["parent"]
        parent.choices = list(parents)
        self.order_fields(["code", "name", "short_name", "parent", "opened_on"])


class DayForm(ChangeForm):
    """A step that needs a day only."""

    besides = frozenset({"version", "on"})
    on = _day(_("日期"))


class RenameForm(ChangeForm):
    name = forms.CharField(label=_("新名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), required=False, max_length=40)
    from_on = _day(_("启用日期"))


class CampusForm(ChangeForm):
    code = forms.CharField(label=_("校区代码"), max_length=10)
    name = forms.CharField(label=_("校区名称"), max_length=60)
    address = forms.CharField(label=_("地址"), required=False, max_length=200)
    longitude = forms.FloatField(label=_("经度"), required=False, widget=_number_input())
    latitude = forms.FloatField(label=_("纬度"), required=False, widget=_number_input())
    is_main = forms.BooleanField(label=_("本部"), required=False)

    @staticmethod
    def initial_of(campus: Campus) -> dict[str, Any]:
        return {name: getattr(campus, name) for name in CampusForm.base_fields}


def grade_choices(school: School) -> list[tuple[str, str]]:
    """All grades of a school as `stage/grade`."""
    return [
        (f"{stage}/{grade}", grade_label(stage, grade))
        for stage in school.stages
        for grade in range(1, grades_of(school.school_type, stage) + 1)
    ]


class NewClassForm(ChangeForm):
    stage_grade = forms.ChoiceField(label=_("年级"))
    number = _whole(_("班号"), min_value=1, max_value=99)
    name = forms.CharField(label=_("班级名称"), required=False, max_length=60, help_text=_("留空时按年级和班号命名。"))
    from_on = _day(_("开班日期"))

    def __init__(self, *arguments: Any, school: School, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["stage_grade"]
        chosen.choices = grade_choices(school)


class ClassForm(ChangeForm):
    number = _whole(_("班号"), min_value=1, max_value=99)
    name = forms.CharField(label=_("班级名称"), max_length=60)
    homeroom_teacher = forms.ModelChoiceField(label=_("班主任"), queryset=Teacher.objects.none(), required=False)
    campus = forms.ModelChoiceField(label=_("校区"), queryset=Campus.objects.none(), required=False)

    def __init__(self, *arguments: Any, row: SchoolClass, **options: Any) -> None:
        super().__init__(*arguments, **options)
        teacher: Any = self.fields["homeroom_teacher"]
        teacher.queryset = Teacher.objects.filter(
            school_id=row.school_id, status__in=[TeacherStatus.ACTIVE, TeacherStatus.ON_LEAVE]
        )
        teacher.label_from_instance = lambda one: f"{one.name}（{one.staff_number}）"
        campus: Any = self.fields["campus"]
        campus.queryset = Campus.objects.filter(school_id=row.school_id)
        campus.label_from_instance = lambda one: one.name

    @staticmethod
    def initial_of(row: SchoolClass) -> dict[str, Any]:
        return {
            "number": row.number,
            "name": row.name,
            "homeroom_teacher": row.homeroom_teacher_id,
            "campus": row.campus_id,
            "version": row.version,
        }


_KEEP = _("留空则保持原值。")


class TeacherForm(ChangeForm):
    kept_when_empty = frozenset({"id_number", "birth_on", "phone"})

    name = forms.CharField(label=_("姓名"), max_length=60)
    gender = forms.ChoiceField(label=_("性别"), choices=Gender.choices)
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=30, help_text=_KEEP)
    birth_on = _day(_("出生日期"), required=False, help_text=_KEEP)
    phone = forms.CharField(label=_("电话"), required=False, max_length=30, help_text=_KEEP)
    stage = forms.ChoiceField(label=_("任教学段"), choices=Stage.choices)
    subject = forms.CharField(label=_("任教学科"), required=False, max_length=40)
    establishment = forms.ChoiceField(label=_("编制"), choices=Establishment.choices)
    qualification = forms.ChoiceField(label=_("学历"), choices=Qualification.choices)
    title = forms.ChoiceField(label=_("职称"), choices=Title.choices)
    backbone_level = forms.ChoiceField(label=_("骨干层级"), choices=Backbone.choices)
    has_certificate = forms.BooleanField(label=_("持有教师资格证"), required=False)
    started_year = _whole(_("从教年份"), required=False)

    @staticmethod
    def initial_of(teacher: Teacher) -> dict[str, Any]:
        shown = [name for name in TeacherForm.base_fields if name not in TeacherForm.kept_when_empty]
        return {name: getattr(teacher, name) for name in shown}


class NewTeacherForm(TeacherForm):
    kept_when_empty = frozenset({"birth_on"})
    besides = frozenset({"version", "staff_number", "duty", "from_on"})

    staff_number = forms.CharField(label=_("工号"), max_length=40)
    duty = forms.CharField(label=_("职务"), max_length=60, initial="教师")
    from_on = _day(_("到任日期"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("id_number", "birth_on", "phone"):
            self.fields[name].help_text = ""
        self.order_fields(["staff_number", "name", "duty", "from_on"])


class MoveTeacherForm(ChangeForm):
    to = forms.CharField(label=_("调入学校的标识码"), max_length=40)
    duty = forms.CharField(label=_("职务"), max_length=60, initial="教师")
    on = _day(_("调动日期"))
    is_exchange = forms.BooleanField(
        label=_("交流轮岗（原校岗位保留）"), required=False, help_text=_("不勾选则原校岗位在这一天终止。")
    )


class EndTeacherForm(ChangeForm):
    status = forms.ChoiceField(label=_("去向"), choices=TeacherStatus.choices[2:])
    on = _day(_("离岗日期"))


_UNSAID = [("", _("不修改")), ("1", _("是")), ("0", _("否"))]


class PupilForm(ChangeForm):
    kept_when_empty = frozenset(
        {"enrolment_number", "id_number", "birth_on", "residence", "has_disability", "disability_kind", "is_poor"}
    )

    name = forms.CharField(label=_("姓名"), max_length=60)
    gender = forms.ChoiceField(label=_("性别"), choices=Gender.choices)
    ethnicity = forms.CharField(label=_("民族代码"), required=False, max_length=2, help_text=_("两位数字，汉族为 01。"))
    enrolment_number = forms.CharField(label=_("全国学籍号"), required=False, max_length=30, help_text=_KEEP)
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=30, help_text=_KEEP)
    birth_on = _day(_("出生日期"), required=False, help_text=_KEEP)
    residence = forms.CharField(label=_("家庭住址"), required=False, max_length=200, help_text=_KEEP)
    is_boarding = forms.BooleanField(label=_("寄宿"), required=False)
    is_migrant = forms.BooleanField(label=_("随迁子女"), required=False)
    is_left_behind = forms.BooleanField(label=_("留守儿童"), required=False)
    has_disability = forms.TypedChoiceField(
        label=_("残疾"), required=False, choices=_UNSAID, coerce=lambda word: word == "1", empty_value=None
    )
    disability_kind = forms.CharField(label=_("残疾类别"), required=False, max_length=20, help_text=_KEEP)
    is_poor = forms.TypedChoiceField(
        label=_("家庭经济困难"), required=False, choices=_UNSAID, coerce=lambda word: word == "1", empty_value=None
    )

    @staticmethod
    def initial_of(pupil: Any) -> dict[str, Any]:
        shown = [name for name in PupilForm.base_fields if name not in PupilForm.kept_when_empty]
        return {name: getattr(pupil, name) for name in shown}


class NewPupilForm(PupilForm):
    besides = frozenset({"version", "school_class", "entered_on"})

    school_class = forms.ChoiceField(label=_("班级"), required=False)
    entered_on = _day(_("入学日期"))

    def __init__(self, *arguments: Any, classes: _Choices = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["school_class"]
        chosen.choices = [("", _("暂不编班")), *classes]
        for name in self.kept_when_empty:
            self.fields[name].help_text = ""
        for name in ("has_disability", "is_poor"):
            field: Any = self.fields[name]
            field.choices = [("", _("未填报")), ("1", _("是")), ("0", _("否"))]
        self.order_fields(["name", "gender", "school_class", "entered_on"])


class PupilClassForm(DayForm):
    school_class = forms.ChoiceField(label=_("调入班级"))

    def __init__(self, *arguments: Any, classes: _Choices = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["school_class"]
        chosen.choices = list(classes)
        self.order_fields(["school_class", "on"])


class TransferForm(DayForm):
    to = forms.CharField(
        label=_("转入学校的标识码"), max_length=40, help_text=_("您的权限须同时包括两所学校；跨县转学请由上级办理。")
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.order_fields(["to", "on"])


class LeaveForm(DayForm):
    status = forms.ChoiceField(
        label=_("去向"),
        choices=[
            (PupilStatus.TRANSFERRED, _("转出本市")),
            (PupilStatus.GRADUATED, _("毕业")),
            (PupilStatus.LEFT, _("离校")),
        ],
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.order_fields(["status", "on"])


class MergeForm(ChangeForm):
    double = forms.CharField(
        label=_("重复学籍的编号"), max_length=12, help_text=_("在那份学籍的网址里，12 位字母和数字。")
    )
    reason = forms.CharField(label=_("理由"), max_length=200)


class GuardianForm(ChangeForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    relation = forms.ChoiceField(label=_("与学生的关系"), choices=Relation.choices)
    phone = forms.CharField(label=_("电话"), required=False, max_length=30)
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=30)
    is_primary = forms.BooleanField(label=_("第一联系人"), required=False)


class UnmaskForm(forms.Form):
    """Asks for what; the basis in law of each purpose stands in the manual and in the journal."""

    purpose = forms.ChoiceField(label=_("用途"))
    note = forms.CharField(
        label=_("说明"), required=False, max_length=200, help_text=_("监护人查询查看记录时会看到用途，不会看到说明。")
    )

    def __init__(self, *arguments: Any, kind: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        purpose: Any = self.fields["purpose"]
        purpose.choices = [("", _("请选择")), *((one.value, one.label) for one in PURPOSES_OF[kind])]


class ReturnForm(ChangeForm):
    """The figures of a stage: one field for each grade, one for each count and amount; empty is «not reported»."""

    def __init__(self, *arguments: Any, stage: str, grades: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.grades = grades
        for grade in range(1, grades + 1):
            label = grade_label(stage, grade)
            self.fields[f"pupils_{grade}"] = _whole(
                gettext("%(grade)s学生") % {"grade": label}, required=False, min_value=0
            )
            self.fields[f"classes_{grade}"] = _whole(
                gettext("%(grade)s班数") % {"grade": label}, required=False, min_value=0
            )
        for name, words in COUNTS.items():
            self.fields[name] = _whole(words, required=False, min_value=0)
        for name, words in AMOUNTS.items():
            self.fields[name] = forms.DecimalField(
                label=words,
                required=False,
                min_value=0,
                decimal_places=2,
                max_digits=14,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for what in ("pupils", "classes"):
            numbers = [cleaned.get(f"{what}_{grade}") for grade in range(1, self.grades + 1)]
            if any(number is None for number in numbers) and any(number is not None for number in numbers):
                empty = numbers.index(None) + 1
                self.add_error(f"{what}_{empty}", _("各年级须全部填写，没有的年级填 0；或者全部留空，表示没有填报。"))
        return cleaned

    def figures(self) -> Mapping[str, Any]:
        """What `store_return` takes."""
        data = self.cleaned_data
        lists = {}
        for what in ("pupils", "classes"):
            numbers = [data.get(f"{what}_{grade}") for grade in range(1, self.grades + 1)]
            lists[f"{what}_by_grade"] = [] if None in numbers else numbers
        return {**lists, **{name: data.get(name) for name in (*COUNTS, *AMOUNTS)}}

    @staticmethod
    def initial_of(row: YearlyReturn | None) -> dict[str, Any]:
        if row is None:
            return {}
        found = {name: getattr(row, name) for name in (*COUNTS, *AMOUNTS, "version")}
        for what in ("pupils", "classes"):
            for grade, number in enumerate(getattr(row, f"{what}_by_grade"), 1):
                found[f"{what}_{grade}"] = number
        return found


# Personal data.


def _words_input(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AskForm(ChangeForm):
    """What a guardian asks for, by himself."""

    kind = forms.ChoiceField(
        label=_("申请事项"), choices=RequestKind.choices, widget=forms.RadioSelect, initial=RequestKind.SEE
    )
    text = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=1000,
        widget=_words_input(),
        help_text=_("申请更正时请写明哪一项有误、应当是什么；其他事项可以不填。"),
    )


class ReceiveForm(AskForm):
    """The same on paper or in the office's presence."""

    guardianship = forms.ChoiceField(label=_("申请人"))
    means = forms.ChoiceField(label=_("提出方式"), choices=Means.choices[1:])

    def __init__(self, *arguments: Any, guardians: _Choices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        guardianship: Any = self.fields["guardianship"]
        guardianship.choices = guardians
        self.order_fields(["guardianship", "means", "kind", "text"])


class PaperConsentForm(ChangeForm):
    """What a guardian has said on paper or in the office's presence."""

    guardianship = forms.ChoiceField(label=_("监护人"))
    purpose = forms.ChoiceField(label=_("用途"), choices=[(one.value, one.label) for one in CONSENTED])
    state = forms.ChoiceField(label=_("意见"), choices=ConsentState.choices)
    means = forms.ChoiceField(label=_("办理方式"), choices=Means.choices[1:])
    said_on = _day(_("表示意见的日期"))
    note = forms.CharField(label=_("说明"), required=False, max_length=200, help_text=_("例如同意书存放的地方。"))

    def __init__(self, *arguments: Any, guardians: _Choices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        guardianship: Any = self.fields["guardianship"]
        guardianship.choices = guardians


class LinkAccountForm(ChangeForm):
    username = forms.CharField(label=_("用户名"), max_length=60)


class AnswerForm(ChangeForm):
    """The answer to a request, or the reason why it is refused."""

    answer = forms.CharField(
        label=_("答复"),
        required=False,
        max_length=1000,
        widget=_words_input(),
        help_text=_("监护人会读到。更正须写明核对结果；不予办理须写明理由和可以怎么办。"),
    )
    decision = forms.ChoiceField(
        label=_("处理"),
        choices=[("grant", _("办理")), ("refuse", _("不予办理"))],
        widget=forms.RadioSelect,
        initial="grant",
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.order_fields(["decision", "answer"])


class RetentionForm(ChangeForm):
    data_class = forms.ChoiceField(label=_("数据类别"), choices=DataClass.choices)
    months = _whole(_("保存月数"), min_value=1, max_value=1200)
    basis = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("法律法规的条款，或本单位的决定。系统不代定期限。")
    )
