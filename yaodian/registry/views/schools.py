"""Lists and pages of schools, their campuses, classes and yearly returns."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in, numbered
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.models import UnitKind
from yaodian.organisations.queries import may, scope_of, units_as_of
from yaodian.registry import operations, queries
from yaodian.registry.forms import (
    CampusForm,
    ClassForm,
    DayForm,
    NewClassForm,
    NewSchoolForm,
    RenameForm,
    ReturnForm,
    SchoolFilter,
    SchoolForm,
)
from yaodian.registry.models import AMOUNTS, COUNTS, Qualification, School, Stage, Title, grade_label, grades_of
from yaodian.registry.views.answers import back, chosen_in, form_page, step


def _lists() -> tuple[str, str]:
    return (_("学校名录"), reverse("registry:schools"))


def _trail(school: School) -> list[tuple[str, str]]:
    return [_lists(), (school.unit_name, reverse("registry:school", args=[school.unit.public_id]))]  # type: ignore[attr-defined]  # Annotated by find_school.


def _may_edit(request: HttpRequest, school: School) -> bool:
    return may(account=request.user, permission="registry.edit", unit_id=school.unit_id)


def _editable(request: HttpRequest, public_id: str) -> School:
    """The school, for whoever may edit it; for everybody else it is not there."""
    return queries.find_school(account=request.user, public_id=public_id, permission="registry.edit")


@permitted("registry.view")
@require_GET
def school_list(request: HttpRequest) -> HttpResponse:
    """The schools that the account reaches, narrowed by county, type, area and words."""
    counties = queries.counties(account=request.user)
    form = SchoolFilter(
        request.GET,
        counties=[(unit.public_id, unit.short_name_then or unit.name_then) for unit in counties],  # type: ignore[attr-defined]  # Annotated.
    )
    chosen = chosen_in(form)
    filters = queries.SchoolFilters(**{"status": "open", **chosen})
    page = queries.schools(account=request.user, filters=filters, page=number_in(request.GET, "page") or 1)
    context = {
        "may_answer": may(account=request.user, permission="registry.answer_requests"),
        "form": form,
        "rows": page.items,
        "total": page.total,
        "page": numbered(page),
        "is_filtered": bool({name for name in chosen if name != "status"} or chosen.get("status", "open") != "open"),
        "may_edit": may(account=request.user, permission="registry.edit"),
    }
    return render(request, "registry/schools.html", context)


@permitted("registry.view")
@require_GET
@absent_is_404
def school(request: HttpRequest, public_id: str) -> HttpResponse:
    """A school with its figures, classes, returns, and what other parts of the product add."""
    page = queries.school_page(account=request.user, public_id=public_id)
    context = {
        "page": page,
        "school": page.school,
        "unit": page.school.unit,
        "trail": [_lists()],
        "may_edit": _may_edit(request, page.school),
        "this_year": timezone.localdate().year,
    }
    return render(request, "registry/school.html", context)


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
def add_school(request: HttpRequest) -> HttpResponse:
    """Sets up a school below a unit that the account may edit."""
    scope = scope_of(account=request.user, permission="registry.edit")
    offices = units_as_of(day=timezone.localdate(), scope=scope).filter(kind__in=[UnitKind.BUREAU, UnitKind.COUNTY])
    parents = [(unit.code, unit.name_then) for unit in offices]  # type: ignore[attr-defined]  # Annotated.
    form = NewSchoolForm(
        request.POST or None, parents=parents, initial={"is_public": True, "opened_on": timezone.localdate()}
    )
    made: list[School] = []

    def act(sent: NewSchoolForm) -> str:
        data = sent.cleaned_data
        new = operations.NewSchool(
            data["code"], data["name"], data["opened_on"], data["parent"], sent.values(), data["short_name"]
        )
        made.append(operations.create_school(actor=account_of(request), new=new, now=timezone.now()))
        return _("“%(name)s”已设立。") % {"name": data["name"]}

    return form_page(
        request,
        form,
        act,
        heading=_("设立学校"),
        action=_("设立"),
        parents=[_lists()],
        done=lambda: back("school", made[0].unit.public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_school(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a school's facts."""
    found = _editable(request, public_id)
    form = SchoolForm(request.POST or None, initial=SchoolForm.initial_of(found))

    def act(sent: SchoolForm) -> str:
        operations.change_school(
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
        heading=_("编辑学校信息"),
        action=_("保存"),
        parents=_trail(found),
        done=lambda: back("school", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def rename_school(request: HttpRequest, public_id: str) -> HttpResponse:
    """Gives a school another name from a day."""
    found = _editable(request, public_id)
    form = RenameForm(request.POST or None, initial={"from_on": timezone.localdate()})

    def act(sent: RenameForm) -> str:
        data = sent.cleaned_data
        operations.rename_school(
            actor=account_of(request),
            public_id=public_id,
            name=data["name"],
            short_name=data["short_name"],
            from_on=data["from_on"],
            now=timezone.now(),
        )
        return _("新名称“%(name)s”已登记。") % {"name": data["name"]}

    return form_page(
        request,
        form,
        act,
        heading=_("学校更名"),
        action=_("更名"),
        parents=_trail(found),
        note=_("旧名称和使用时间会保留，用旧名称仍能检索到这所学校。"),
        done=lambda: back("school", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def close_school(request: HttpRequest, public_id: str) -> HttpResponse:
    """Closes a school that nobody is left in."""
    found = _editable(request, public_id)
    form = DayForm(request.POST or None, initial={"on": timezone.localdate()})

    def act(sent: DayForm) -> str:
        operations.close_school(
            actor=account_of(request), public_id=public_id, on=sent.cleaned_data["on"], now=timezone.now()
        )
        return _("学校已撤销，历史记录保留。")

    return form_page(
        request,
        form,
        act,
        heading=_("撤销学校"),
        action=_("撤销"),
        parents=_trail(found),
        note=_("撤销前须先办理学生转学或毕业、教师调动，并关闭班级。学校里的岗位和权限在这一天终止。"),
        is_danger=True,
        done=lambda: back("schools"),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add_campus(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds a campus."""
    found = _editable(request, public_id)
    form = CampusForm(request.POST or None)

    def act(sent: CampusForm) -> str:
        operations.add_campus(actor=account_of(request), public_id=public_id, values=sent.values(), now=timezone.now())
        return _("校区已添加。")

    return form_page(
        request,
        form,
        act,
        heading=_("添加校区"),
        action=_("添加"),
        parents=_trail(found),
        done=lambda: back("school", public_id, anchor="campuses"),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_campus(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """Changes a campus."""
    found = _editable(request, public_id)
    campus = found.campuses.get(code=code)
    form = CampusForm(request.POST or None, initial=CampusForm.initial_of(campus))

    def act(sent: CampusForm) -> str:
        operations.change_campus(
            actor=account_of(request),
            public_id=public_id,
            code=code,
            changes=sent.values(),
            version=sent.cleaned_data["version"],
            now=timezone.now(),
        )
        return _("已保存。")

    return form_page(
        request,
        form,
        act,
        heading=_("编辑校区"),
        action=_("保存"),
        parents=_trail(found),
        done=lambda: back("school", public_id, anchor="campuses"),
    )


# Classes.


@permitted("registry.view")
@require_GET
@absent_is_404
def school_class(request: HttpRequest, public_id: str) -> HttpResponse:
    """A class and who is in it."""
    row = queries.find_class(account=request.user, public_id=public_id)
    one = queries.class_row(row=row)
    listed = operations.list_pupils(
        actor=account_of(request),
        filters=queries.PupilFilters(school_class=public_id, status="present" if row.until_on is None else "all"),
        after=request.GET.get("after", ""),
        size=80,
        now=timezone.now(),
    )
    context = {
        "one": one,
        "row": row,
        "listed": listed,
        "trail": [_lists(), (one.school, reverse("registry:school", args=[row.school.unit.public_id]))],
        "may_edit": _may_edit(request, row.school),
    }
    return render(request, "registry/class.html", context)


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add_class(request: HttpRequest, public_id: str) -> HttpResponse:
    """Opens a class in a school."""
    found = _editable(request, public_id)
    form = NewClassForm(request.POST or None, school=found, initial={"from_on": timezone.localdate()})

    def act(sent: NewClassForm) -> str:
        data = sent.cleaned_data
        stage, _slash, grade = data["stage_grade"].partition("/")
        row = operations.open_class(
            actor=account_of(request),
            public_id=public_id,
            stage=stage,
            grade=int(grade),
            number=data["number"],
            name=data["name"],
            from_on=data["from_on"],
            now=timezone.now(),
        )
        return _("“%(name)s”已开班。") % {"name": row.name}

    return form_page(
        request,
        form,
        act,
        heading=_("开设班级"),
        action=_("开班"),
        parents=_trail(found),
        done=lambda: back("school", public_id, anchor="classes"),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_class(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes a class: its name, number, homeroom teacher, campus."""
    row = queries.find_class(account=request.user, public_id=public_id, permission="registry.edit")
    form = ClassForm(request.POST or None, row=row, initial=ClassForm.initial_of(row))

    def act(sent: ClassForm) -> str:
        operations.change_class(
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
        heading=_("编辑班级"),
        action=_("保存"),
        parents=[_lists(), (row.name, reverse("registry:class", args=[public_id]))],
        done=lambda: back("class", public_id),
    )


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def close_class(request: HttpRequest, public_id: str) -> HttpResponse:
    """Closes a class that nobody is in any more."""
    row = queries.find_class(account=request.user, public_id=public_id, permission="registry.edit")
    form = DayForm(request.POST or None, initial={"on": timezone.localdate()})

    def act(sent: DayForm) -> str:
        operations.close_class(
            actor=account_of(request), public_id=public_id, on=sent.cleaned_data["on"], now=timezone.now()
        )
        return _("班级已关闭。")

    return form_page(
        request,
        form,
        act,
        heading=_("关闭班级"),
        action=_("关闭"),
        parents=[_lists(), (row.name, reverse("registry:class", args=[public_id]))],
        is_danger=True,
        done=lambda: back("school", row.school.unit.public_id, anchor="classes"),
    )


@permitted("registry.edit")
@require_POST
@absent_is_404
def promote(request: HttpRequest, public_id: str) -> HttpResponse:
    """All classes of a school move up for the school year that begins this September."""
    found = _editable(request, public_id)

    def act() -> str:
        now = timezone.now()
        counts = operations.promote_classes(
            actor=account_of(request), unit=found.unit, year=timezone.localdate(now).year, now=now
        )
        return _("%(classes)s个班级升级，%(ended)s个毕业班离校，%(graduates)s名学生毕业。") % counts

    return step(request, act, lambda: back("school", public_id, anchor="classes"))


# Yearly returns.


def _plain(figure: Any) -> Any:
    """A figure without the zeros that its column adds."""
    return int(figure) if figure is not None and figure == int(figure) else figure


def _figure_rows(page: queries.ReturnPage) -> list[tuple[str, list[tuple[str, Any, Any, Any]]]]:
    """The figures of a return in groups: label, now, last year, difference."""
    row, last = page.row, page.last

    def line(label: str, ours: Any, theirs: Any) -> tuple[str, Any, Any, Any]:
        difference = ours - theirs if ours is not None and theirs is not None else None
        return label, _plain(ours), _plain(theirs), _plain(difference)

    def named(*names: str) -> list[tuple[str, Any, Any, Any]]:
        labels = {**COUNTS, **AMOUNTS}
        return [
            line(str(labels[name]), getattr(row, name), getattr(last, name) if last is not None else None)
            for name in names
        ]

    def by_grade(name: str) -> list[tuple[str, Any, Any, Any]]:
        ours, theirs = getattr(row, name), getattr(last, name) if last is not None else []
        return [
            line(
                grade_label(row.stage, grade + 1),
                ours[grade] if grade < len(ours) else None,
                theirs[grade] if grade < len(theirs) else None,
            )
            for grade in range(max(len(ours), len(theirs)))
        ]

    def table(name: str, choices: Any) -> list[tuple[str, Any, Any, Any]]:
        ours, theirs = getattr(row, name), getattr(last, name) if last is not None else {}
        labels = dict(choices.choices)
        return [
            line(str(labels.get(key, key)), ours.get(key), theirs.get(key))
            for key in [*labels, *sorted({*ours, *theirs} - set(labels))]
            if key in ours or key in theirs
        ]

    whole = line(_("合计"), row.pupils, last.pupils if last is not None else None)
    groups = [
        (_("学生"), [whole, *by_grade("pupils_by_grade")]),
        (_("其中"), named("girls", "minority", "migrant", "left_behind", "boarding", "disabled")),
        (_("变动"), named("entrants", "graduates", "moved_in", "moved_out", "dropped_out", "deaths")),
        (
            _("班级"),
            [
                line(_("合计"), row.classes, last.classes if last is not None else None),
                *by_grade("classes_by_grade"),
                *named("largest_class"),
            ],
        ),
        (
            _("教师"),
            named(
                *("full_time", "above_required_qualification", "backbone_county_or_above", "sports", "music", "art"),
                *("certified", "trained_360", "in_establishment", "exchanged", "exchange_eligible"),
            ),
        ),
        (_("教师学历"), table("by_qualification", Qualification)),
        (_("教师职称"), table("by_title", Title)),
        (
            _("校舍与场地"),
            named(
                *("site", "sports_ground", "indoor_sports", "teaching_rooms", "living", "dangerous", "ordinary_rooms"),
                *("music_rooms", "music_rooms_area", "art_rooms", "art_rooms_area"),
            ),
        ),
        (
            _("设备与经费"),
            named(
                *("multimedia_classrooms", "equipment_value_10k_yuan", "computers", "books"),
                *("public_funds_per_pupil", "training_funds"),
            ),
        ),
    ]
    return [(title, lines) for title, lines in groups if lines]


@permitted("registry.view")
@require_GET
@absent_is_404
def yearly_return(request: HttpRequest, public_id: str, year: int) -> HttpResponse:
    """A school's figures for a school year beside those of the year before."""
    found, pages = queries.return_pages(account=request.user, public_id=public_id, year=year)
    context = {
        "school": found,
        "year": year,
        "pages": [(page, _figure_rows(page)) for page in pages],
        "stages": [(stage.value, str(stage.label)) for stage in found.stages],
        "trail": _trail(found),
        "may_edit": _may_edit(request, found),
        "public_id": public_id,
    }
    return render(request, "registry/return.html", context)


@permitted("registry.edit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def edit_return(request: HttpRequest, public_id: str, year: int, stage: str) -> HttpResponse:
    """Enters or corrects the figures of a stage for a school year."""
    found = _editable(request, public_id)
    grades = grades_of(found.school_type, stage)
    if not grades:
        raise Http404
    row = found.returns.filter(year=year, stage=stage).first()
    form = ReturnForm(request.POST or None, stage=stage, grades=grades, initial=ReturnForm.initial_of(row))

    def act(sent: ReturnForm) -> str:
        _row, doubts = operations.store_return(
            actor=account_of(request),
            public_id=public_id,
            year=year,
            stage=stage,
            figures=sent.figures(),
            version=sent.cleaned_data["version"],
            source=_("网页填报"),
            now=timezone.now(),
        )
        if doubts:
            return _("已保存。有 %(count)s 处数字可疑，见页面上的提示。") % {"count": len(doubts)}
        return _("已保存。")

    return form_page(
        request,
        form,
        act,
        heading=_("%(year)s学年报表：%(stage)s") % {"year": year, "stage": Stage(stage).label},
        action=_("保存"),
        parents=_trail(found),
        note=_("没有填报的留空；确实没有的填 0。两者含义不同。"),
        done=lambda: back("return", public_id, year),
    )
