"""Lists and records of teachers and pupils; what is sensitive is shown for a purpose, and then only once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.queries import may, unit_of_code
from yaodian.registry import operations, queries
from yaodian.registry.forms import (
    DayForm,
    EndTeacherForm,
    GuardianForm,
    LeaveForm,
    MergeForm,
    MoveTeacherForm,
    NewPupilForm,
    NewTeacherForm,
    PupilClassForm,
    PupilFilter,
    PupilForm,
    TeacherFilter,
    TeacherForm,
    TransferForm,
    UnmaskForm,
)
from yaodian.registry.models import LEGAL_BASIS, PRESENT, WORKING, Pupil, PupilStatus, School, Teacher
from yaodian.registry.views.answers import back, chosen_in, form_page, step

_PUPIL_LABELS = (
    *("enrolment_number", "id_number", "birth_on", "residence", "has_disability", "disability_kind", "is_poor"),
)
_TEACHER_LABELS = ("id_number", "birth_on", "phone")


def _school_in(request: HttpRequest) -> School | None:
    """The school that a list is about, where its address names one."""
    wanted = request.GET.get("school", "")
    return queries.find_school(account=request.user, public_id=wanted) if wanted else None


def _code_to_public_id(code: str, error: type[operations.UnableTo]) -> str:
    unit = unit_of_code(code=code)
    if unit is None or not School.objects.filter(unit=unit).exists():
        raise error(_("没有标识码为“%(code)s”的学校。请核对。") % {"code": code}, code="no-school", field="to")
    return unit.public_id


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _facts(model: Any, names: tuple[str, ...], masked: dict[str, str], clear: dict[str, Any] | None) -> Any:
    """Sensitive columns for a page: label, what is shown, whether that is in clear."""
    for name in names:
        label = str(model._meta.get_field(name).verbose_name)
        if clear is not None and name in clear:
            yield label, _shown(name, clear[name]), True
        else:
            yield label, masked.get(name) or "—", False


# Teachers.


@permitted("registry.view")
@require_GET
@absent_is_404
def teacher_list(request: HttpRequest) -> HttpResponse:
    """The teachers of the schools that the account reaches."""
    school = _school_in(request)
    form = TeacherFilter(request.GET)
    chosen = chosen_in(form)
    filters = queries.TeacherFilters(
        **{"status": "working", **chosen, "school": school.unit.public_id if school is not None else ""}
    )
    listed = operations.list_teachers(
        actor=account_of(request), filters=filters, after=request.GET.get("after", ""), now=timezone.now()
    )
    context = {
        "may_answer": may(account=request.user, permission="registry.answer_requests"),
        "form": form,
        "listed": listed,
        "school": school,
        "is_filtered": bool(chosen),
        "may_edit": school is not None
        and may(account=request.user, permission="registry.edit", unit_id=school.unit_id),
    }
    return render(request, "registry/teachers.html", context)


def _teacher_page(
    request: HttpRequest, teacher: Teacher, form: UnmaskForm, clear: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    view = queries.teacher_view(teacher=teacher)
    unit_id = teacher.school.unit_id
    context = {
        "view": view,
        "teacher": teacher,
        "facts": list(_facts(Teacher, _TEACHER_LABELS, view.masked, clear)),
        "is_clear": clear is not None,
        "form": form,
        "is_working": teacher.status in WORKING,
        "may_edit": may(account=request.user, permission="registry.edit", unit_id=unit_id),
        "may_unmask": may(account=request.user, permission="registry.unmask", unit_id=unit_id),
    }
    return render(request, "registry/teacher.html", context, status=status)


@permitted("registry.view")
@never_cache
@require_GET
@absent_is_404
def teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """A teacher's record, masked; that it was opened is kept."""
    row = operations.open_teacher(actor=account_of(request), public_id=public_id, now=timezone.now())
    return _teacher_page(request, row, UnmaskForm(kind="teacher"))


@permitted("registry.unmask")
@never_cache
@require_POST
@absent_is_404
def unmask_teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same record with the sensitive columns in clear, for a purpose; a reload asks again."""
    row = queries.find_teacher(account=request.user, public_id=public_id, permission="registry.unmask")
    form = UnmaskForm(request.POST, kind="teacher")
    if not form.is_valid():
        return _teacher_page(request, row, form, status=422)
    clear = operations.unmask_teacher(
        actor=account_of(request), public_id=public_id, now=timezone.now(), **form.cleaned_data
    )
    return _teacher_page(request, row, UnmaskForm(kind="teacher"), clear)


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add_teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """Appoints a teacher in a school."""
    school = queries.find_school(account=request.user, public_id=public_id, permission="registry.edit")
    form = NewTeacherForm(
        request.POST or None,
        initial={"from_on": timezone.localdate(), "has_certificate": True, "stage": school.stages[0]},
    )
    made: list[Teacher] = []

    def act(sent: NewTeacherForm) -> str:
        data = sent.cleaned_data
        made.append(
            operations.appoint_teacher(
                actor=account_of(request),
                public_id=public_id,
                staff_number=data["staff_number"],
                values=sent.values(),
                duty=data["duty"],
                from_on=data["from_on"],
                now=timezone.now(),
            )
        )
        return _("教师已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("登记教师"),
        action=_("登记"),
        parents=[
            (_("教师"), reverse("registry:teachers")),
            (school.unit_name, reverse("registry:school", args=[public_id])),  # type: ignore[attr-defined]  # Annotated.
        ],
        done=lambda: back("teacher", made[0].public_id),
    )


def _teacher_trail(row: Teacher) -> list[tuple[str, str]]:
    return [(_("教师"), reverse("registry:teachers")), (row.name, reverse("registry:teacher", args=[row.public_id]))]


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a teacher's record; sensitive columns that stay empty stay as they are."""
    row = queries.find_teacher(account=request.user, public_id=public_id, permission="registry.edit")
    form = TeacherForm(request.POST or None, initial=TeacherForm.initial_of(row))

    def act(sent: TeacherForm) -> str:
        operations.change_teacher(
            actor=account_of(request),
            public_id=public_id,
            changes=sent.values(),
            version=sent.cleaned_data["version"],
            now=timezone.now(),
        )
        return _("已保存。")

    return form_page(
        request,
        form,
        act,
        heading=_("编辑教师信息"),
        action=_("保存"),
        parents=_teacher_trail(row),
        done=lambda: back("teacher", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def move_teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """Moves a teacher to another school."""
    row = queries.find_teacher(account=request.user, public_id=public_id, permission="registry.edit")
    form = MoveTeacherForm(request.POST or None, initial={"on": timezone.localdate(), "duty": "教师"})

    def act(sent: MoveTeacherForm) -> str:
        data = sent.cleaned_data
        operations.move_teacher(
            actor=account_of(request),
            public_id=public_id,
            to=_code_to_public_id(data["to"], operations.UnableToMoveTeacher),
            duty=data["duty"],
            on=data["on"],
            is_exchange=data["is_exchange"],
            now=timezone.now(),
        )
        return _("调动已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("教师调动"),
        action=_("调动"),
        parents=_teacher_trail(row),
        done=lambda: back("teachers"),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def end_teacher(request: HttpRequest, public_id: str) -> HttpResponse:
    """A teacher leaves or retires."""
    row = queries.find_teacher(account=request.user, public_id=public_id, permission="registry.edit")
    form = EndTeacherForm(request.POST or None, initial={"on": timezone.localdate(), "version": row.version})

    def act(sent: EndTeacherForm) -> str:
        data = sent.cleaned_data
        operations.end_teacher(
            actor=account_of(request),
            public_id=public_id,
            status=data["status"],
            on=data["on"],
            version=data["version"],
            now=timezone.now(),
        )
        return _("离岗已登记，任职在这一天终止。")

    return form_page(
        request,
        form,
        act,
        heading=_("教师离岗"),
        action=_("登记离岗"),
        parents=_teacher_trail(row),
        is_danger=True,
        done=lambda: back("teacher", public_id),
    )


# Pupils.


@permitted("registry.view")
@require_GET
@absent_is_404
def pupil_list(request: HttpRequest) -> HttpResponse:
    """The pupils of the schools that the account reaches."""
    school = _school_in(request)
    form = PupilFilter(request.GET)
    chosen = chosen_in(form)
    filters = queries.PupilFilters(
        **{"status": "present", **chosen, "school": school.unit.public_id if school is not None else ""}
    )
    listed = operations.list_pupils(
        actor=account_of(request), filters=filters, after=request.GET.get("after", ""), now=timezone.now()
    )
    context = {
        "may_answer": may(account=request.user, permission="registry.answer_requests"),
        "form": form,
        "listed": listed,
        "school": school,
        "is_filtered": bool(chosen),
        "may_edit": school is not None
        and may(account=request.user, permission="registry.edit", unit_id=school.unit_id),
    }
    return render(request, "registry/pupils.html", context)


def _pupil_page(
    request: HttpRequest, pupil: Pupil, form: UnmaskForm, clear: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    view = queries.pupil_view(pupil=pupil)
    unit_id = pupil.school.unit_id
    open_guardians = {row["guardianship"]: row for row in (clear or {}).get("guardians", ())}
    context = {
        "view": view,
        "pupil": pupil,
        "facts": list(_facts(Pupil, _PUPIL_LABELS, view.masked, clear)),
        "guardians": [(one, open_guardians.get(one.guardianship.pk)) for one in view.guardians],
        "is_clear": clear is not None,
        "form": form,
        "is_present": pupil.status in PRESENT and pupil.merged_into_id is None,
        "is_suspended": pupil.status == PupilStatus.SUSPENDED,
        "may_edit": pupil.merged_into_id is None
        and pupil.erased_at is None
        and may(account=request.user, permission="registry.edit", unit_id=unit_id),
        "may_answer": may(account=request.user, permission="registry.answer_requests", unit_id=unit_id),
        "may_unmask": may(account=request.user, permission="registry.unmask", unit_id=unit_id),
        "bases": LEGAL_BASIS,
    }
    return render(request, "registry/pupil.html", context, status=status)


@permitted("registry.view")
@never_cache
@require_GET
@absent_is_404
def pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """A pupil's record, masked; that it was opened is kept."""
    row = operations.open_pupil(actor=account_of(request), public_id=public_id, now=timezone.now())
    return _pupil_page(request, row, UnmaskForm(kind="pupil"))


@permitted("registry.unmask")
@never_cache
@require_POST
@absent_is_404
def unmask_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same record with the sensitive columns in clear, for a purpose; a reload asks again."""
    row = queries.find_pupil(account=request.user, public_id=public_id, permission="registry.unmask")
    form = UnmaskForm(request.POST, kind="pupil")
    if not form.is_valid():
        return _pupil_page(request, row, form, status=422)
    clear = operations.unmask_pupil(
        actor=account_of(request), public_id=public_id, now=timezone.now(), **form.cleaned_data
    )
    return _pupil_page(request, row, UnmaskForm(kind="pupil"), clear)


def _class_choices(school: School, *, without: int | None = None) -> list[tuple[str, str]]:
    rows = school.classes.filter(until_on__isnull=True).order_by("stage", "grade", "number")
    return [(row.public_id, row.name) for row in rows if row.pk != without]


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enters a pupil in a school."""
    school = queries.find_school(account=request.user, public_id=public_id, permission="registry.edit")
    form = NewPupilForm(
        request.POST or None,
        classes=_class_choices(school),
        initial={"entered_on": timezone.localdate(), "school_class": request.GET.get("class", "")},
    )
    made: list[Pupil] = []

    def act(sent: NewPupilForm) -> str:
        data = sent.cleaned_data
        made.append(
            operations.enrol_pupil(
                actor=account_of(request),
                public_id=public_id,
                values=sent.values(),
                entered_on=data["entered_on"],
                school_class=data["school_class"] or None,
                now=timezone.now(),
            )
        )
        return _("学生已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("登记学生"),
        action=_("登记"),
        parents=[
            (_("学生"), reverse("registry:pupils")),
            (school.unit_name, reverse("registry:school", args=[public_id])),  # type: ignore[attr-defined]  # Annotated.
        ],
        done=lambda: back("pupil", made[0].public_id),
    )


def _pupil_trail(row: Pupil) -> list[tuple[str, str]]:
    return [(_("学生"), reverse("registry:pupils")), (row.name, reverse("registry:pupil", args=[row.public_id]))]


def _editable(request: HttpRequest, public_id: str) -> Pupil:
    return queries.find_pupil(account=request.user, public_id=public_id, permission="registry.edit")


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a pupil's record; sensitive columns that stay empty stay as they are."""
    row = _editable(request, public_id)
    form = PupilForm(request.POST or None, initial=PupilForm.initial_of(row))

    def act(sent: PupilForm) -> str:
        operations.change_pupil(
            actor=account_of(request),
            public_id=public_id,
            changes=sent.values(),
            version=sent.cleaned_data["version"],
            now=timezone.now(),
        )
        return _("已保存。")

    return form_page(
        request,
        form,
        act,
        heading=_("编辑学生信息"),
        action=_("保存"),
        parents=_pupil_trail(row),
        done=lambda: back("pupil", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def change_pupil_class(request: HttpRequest, public_id: str) -> HttpResponse:
    """Puts a pupil into another class of the school."""
    row = _editable(request, public_id)
    form = PupilClassForm(
        request.POST or None,
        classes=_class_choices(row.school, without=row.school_class_id),
        initial={"on": timezone.localdate(), "version": row.version},
    )

    def act(sent: PupilClassForm) -> str:
        data = sent.cleaned_data
        operations.change_pupil_class(
            actor=account_of(request),
            public_id=public_id,
            school_class=data["school_class"],
            on=data["on"],
            version=data["version"],
            now=timezone.now(),
        )
        return _("调班已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("调班"),
        action=_("调班"),
        parents=_pupil_trail(row),
        done=lambda: back("pupil", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def transfer_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """Transfers a pupil to another school of the city."""
    row = _editable(request, public_id)
    form = TransferForm(request.POST or None, initial={"on": timezone.localdate(), "version": row.version})

    def act(sent: TransferForm) -> str:
        data = sent.cleaned_data
        operations.transfer_pupil(
            actor=account_of(request),
            public_id=public_id,
            to=_code_to_public_id(data["to"], operations.UnableToTransferPupil),
            on=data["on"],
            version=data["version"],
            now=timezone.now(),
        )
        return _("转学已登记，请由转入学校编班。")

    return form_page(
        request,
        form,
        act,
        heading=_("转学"),
        action=_("转学"),
        parents=_pupil_trail(row),
        done=lambda: back("pupils"),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def leave_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """A pupil leaves: for another city, with the certificate, or for good."""
    row = _editable(request, public_id)
    form = LeaveForm(request.POST or None, initial={"on": timezone.localdate(), "version": row.version})

    def act(sent: LeaveForm) -> str:
        data = sent.cleaned_data
        operations.leave_pupil(
            actor=account_of(request),
            public_id=public_id,
            status=data["status"],
            on=data["on"],
            version=data["version"],
            now=timezone.now(),
        )
        return _("离校已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("离校"),
        action=_("登记离校"),
        parents=_pupil_trail(row),
        is_danger=True,
        done=lambda: back("pupil", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def pause_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """A pupil pauses, or comes back from a pause."""
    row = _editable(request, public_id)
    is_back = row.status == PupilStatus.SUSPENDED
    form = DayForm(request.POST or None, initial={"on": timezone.localdate(), "version": row.version})

    def act(sent: DayForm) -> str:
        change = operations.return_pupil if is_back else operations.suspend_pupil
        data = sent.cleaned_data
        change(
            actor=account_of(request),
            public_id=public_id,
            on=data["on"],
            version=data["version"],
            now=timezone.now(),
        )
        return _("复学已登记。") if is_back else _("休学已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("复学") if is_back else _("休学"),
        action=_("登记复学") if is_back else _("登记休学"),
        parents=_pupil_trail(row),
        done=lambda: back("pupil", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def merge_pupils(request: HttpRequest, public_id: str) -> HttpResponse:
    """Merges another record of the same pupil into this one."""
    row = _editable(request, public_id)
    form = MergeForm(request.POST or None)

    def act(sent: MergeForm) -> str:
        data = sent.cleaned_data
        if not Pupil.objects.filter(public_id=data["double"]).exists():
            raise operations.UnableToMergePupils(
                _("没有编号为“%(id)s”的学籍。") % {"id": data["double"]}, code="no-pupil", field="double"
            )
        operations.merge_pupils(
            actor=account_of(request),
            kept=public_id,
            double=data["double"],
            reason=data["reason"],
            now=timezone.now(),
        )
        return _("两份学籍已合并，可以撤销。")

    return form_page(
        request,
        form,
        act,
        heading=_("合并重复学籍"),
        action=_("合并"),
        parents=_pupil_trail(row),
        note=_("另一份学籍的监护人和缺少的信息会并入这一份，那一份不再显示。合并可以撤销。"),
        done=lambda: back("pupil", public_id),
    )


@permitted("registry.edit")
@require_POST
@absent_is_404
def undo_merge(request: HttpRequest, public_id: str, merge_id: int) -> HttpResponse:
    """Makes two records of one again."""
    _editable(request, public_id)

    def act() -> str:
        operations.undo_merge(actor=account_of(request), merge_id=merge_id, now=timezone.now())
        return _("合并已撤销。")

    return step(request, act, lambda: back("pupil", public_id))


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add_guardian(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds a guardian to a pupil."""
    row = _editable(request, public_id)
    form = GuardianForm(request.POST or None)

    def act(sent: GuardianForm) -> str:
        data = sent.cleaned_data
        operations.add_guardian(
            actor=account_of(request),
            public_id=public_id,
            values={name: data[name] for name in operations.GUARDIAN_COLUMNS},
            relation=data["relation"],
            is_primary=data["is_primary"],
            now=timezone.now(),
        )
        return _("监护人已登记，核实后请确认。")

    return form_page(
        request,
        form,
        act,
        heading=_("登记监护人"),
        action=_("登记"),
        parents=_pupil_trail(row),
        note=_("证件号码相同的监护人视为同一人，兄弟姐妹共用一份登记。"),
        done=lambda: back("pupil", public_id, anchor="guardians"),
    )


@permitted("registry.edit")
@require_POST
@absent_is_404
def confirm_guardian(request: HttpRequest, public_id: str, guardianship_id: int) -> HttpResponse:
    """The school has made sure who the guardian is."""
    row = _editable(request, public_id)
    row.guardianships.get(pk=guardianship_id)

    def act() -> str:
        operations.confirm_guardian(actor=account_of(request), guardianship_id=guardianship_id, now=timezone.now())
        return _("监护关系已确认。")

    return step(request, act, lambda: back("pupil", public_id, anchor="guardians"))


@permitted("registry.edit")
@require_POST
@absent_is_404
def end_guardian(request: HttpRequest, public_id: str, guardianship_id: int) -> HttpResponse:
    """The guardian answers for the pupil no longer."""
    row = _editable(request, public_id)
    row.guardianships.get(pk=guardianship_id)

    def act() -> str:
        now = timezone.now()
        operations.end_guardian(
            actor=account_of(request), guardianship_id=guardianship_id, on=timezone.localdate(now), now=now
        )
        return _("监护关系已终止。")

    return step(request, act, lambda: back("pupil", public_id, anchor="guardians"))
