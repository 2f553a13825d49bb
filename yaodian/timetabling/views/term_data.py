"""The data of a term, list by list: bells and calendar, rooms, teachers, classes, curriculum, courses, meetings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, day_in, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms import bells as bell_forms
from yaodian.timetabling.forms import terms as forms
from yaodian.timetabling.models import Grade
from yaodian.timetabling.views.imports import links_of


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def bells(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bell schedules and the days of the calendar; posted, one more schedule."""
    if request.method != "POST":
        return _bells(request, public_id)
    row = queries.find_term(account=request.user, public_id=public_id)
    form = bell_forms.AddBellsForm(request.POST)
    made: list[Any] = []

    def act() -> None:
        made[:] = [operations.add_bells(actor=account_of(request), term=row, now=timezone.now(), **form.cleaned_data)]

    status = done(form, act)
    if status:
        return _bells(request, public_id, status, form=form)
    messages.success(request, _("已建立，请核对每节课的时间。"))
    return redirect("timetabling:bell", public_id, made[0].pk)


def _bells(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.bells_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page, "term": page.term, "form": bell_forms.AddBellsForm(), "day_form": bell_forms.DayForm(days=page.term.days),
        "schedules": [(one, page.users.get(one.pk, 0)) for one in page.lines], **given,
    }  # fmt: skip
    return render(request, "timetabling/terms/bells.html", context, status=status)


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """A day of the calendar is put or taken away."""
    row = queries.find_term(account=request.user, public_id=public_id)
    given: dict[str, Any] = {"actor": account_of(request), "term": row, "now": timezone.now()}
    if request.POST.get("do") == "drop":
        day = day_in(request.POST, "on")
        if day is not None:
            _told(request, lambda: operations.drop_day(on=day, **given), _("已恢复正常上课。"))
        return redirect("timetabling:bells", public_id)
    form = bell_forms.DayForm(request.POST, days=row.days)
    status = done(form, lambda: operations.put_day(**form.cleaned_data, **given))
    if status:
        return _bells(request, public_id, status, day_form=form)
    messages.success(request, _("已保存。"))
    return redirect("timetabling:bells", public_id)


def _told(request: HttpRequest, act: Callable[[], object], words: str) -> bool:
    try:
        act()
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, words)
    return True


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def bell(request: HttpRequest, public_id: str, key: int) -> HttpResponse:
    """One bell schedule with its periods; posted, changed or taken away."""
    page = queries.one_bells(account=request.user, public_id=public_id, key=key, day=timezone.localdate())
    given: dict[str, Any] = {"actor": account_of(request), "term": page.term, "key": key, "now": timezone.now()}
    status = 200
    if request.method != "POST":
        form = bell_forms.PeriodsForm(
            initial=bell_forms.PeriodsForm.typed(page.row, page.lines),
            lines=len(page.lines) + bell_forms.PeriodsForm.SPARE,
        )
    elif request.POST.get("do") == "drop":
        if _told(request, lambda: operations.drop_bells(**given), _("已删除。")):
            return redirect("timetabling:bells", public_id)
        return redirect("timetabling:bell", public_id, key)
    else:
        lines = number_in(request.POST, "lines") or len(page.lines)
        form = bell_forms.PeriodsForm(request.POST, lines=lines)
        status = done(form, lambda: operations.keep_bells(values=form.values, **given))
        if not status:
            messages.success(request, _("已保存。"))
            return redirect("timetabling:bells", public_id)
    context = {"page": page, "term": page.term, "form": form}
    return render(request, "timetabling/terms/bell.html", context, status=status or 200)


@dataclass(frozen=True)
class Desk:
    """How one list is shown and changed: its form, the operation that puts rows by their names and the one that takes them away."""

    form: type[forms.RowForm]
    put: Callable[..., Any]
    remove: Callable[..., Any]
    keys: str
    """How the second operation calls what it is given."""


DESKS = {
    "rooms": Desk(forms.RoomForm, operations.put_rooms, operations.remove_rooms, "codes"),
    "teachers": Desk(forms.TeacherForm, operations.put_teachers, operations.remove_teachers, "codes"),
    "classes": Desk(forms.ClassForm, operations.put_classes, operations.remove_classes, "codes"),
    "curriculum": Desk(forms.CurriculumForm, operations.put_curriculum, operations.remove_curriculum, "keys"),
}


def _row_of(line: Any) -> Any:
    return getattr(line, "row", line)


def _list(request: HttpRequest, public_id: str, what: str) -> HttpResponse:
    """A list of a term with the form of one row; posted, the row is put or taken away."""
    page = queries.data_page(account=request.user, public_id=public_id, day=timezone.localdate(), what=what)
    key = number_in(request.POST if request.method == "POST" else request.GET, "edit")
    row = next((_row_of(one) for one in page.lines if _row_of(one).pk == key), None)
    given: dict[str, Any] = {"actor": account_of(request), "term": page.term, "now": timezone.now()}
    back = redirect(f"timetabling:term_{what}", public_id)
    if request.method == "POST" and request.POST.get("do") == "remove":
        if row is not None:
            _told(request, lambda: _remove(what, row, given), _("已删除。"))
        return back
    form = (FORMS[what])(request.POST if request.method == "POST" else None, page=page, row=row)
    status = 200
    if request.method == "POST":
        status = done(form, lambda: _put(what, form, row, given))
        if not status:
            messages.success(request, _("已保存。"))
            return back
    context = {
        "page": page, "term": page.term, "form": form, "row": row, "links": links_of(what, public_id),
        "is_open": row is not None or status == 422 or status == 409, "what": what,
    }  # fmt: skip
    return render(request, f"timetabling/terms/{what}.html", context, status=status or 200)


FORMS: dict[str, type[forms.RowForm]] = {
    **{name: desk.form for name, desk in DESKS.items()}, "meetings": forms.MeetingForm,
}  # fmt: skip


def _put(what: str, form: forms.RowForm, row: Any, given: dict[str, Any]) -> None:
    if what == "meetings":
        operations.put_meeting(key=row.pk if row is not None else None, values=form.cleaned_data, **given)
    else:
        DESKS[what].put(rows={form.key: form.values}, are_new=row is None, **given)


def _remove(what: str, row: Any, given: dict[str, Any]) -> None:
    if what == "meetings":
        operations.remove_meeting(key=row.pk, **given)
        return
    key = (row.grade, row.subject, row.is_chosen) if what == "curriculum" else row.code
    DESKS[what].remove(**{DESKS[what].keys: [key]}, **given)


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def rooms(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rooms."""
    return _list(request, public_id, "rooms")


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def teachers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Teachers with their hours."""
    return _list(request, public_id, "teachers")


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def classes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Classes with their rooms and hours."""
    return _list(request, public_id, "classes")


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def curriculum(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hours by grade and subject."""
    return _list(request, public_id, "curriculum")


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def meetings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Meetings of teachers."""
    return _list(request, public_id, "meetings")


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def courses(request: HttpRequest, public_id: str) -> HttpResponse:
    """Courses, a page at a time; posted, a new one."""
    if request.method == "POST":
        return _course(request, public_id, None)
    filters = queries.CourseFilters(
        **{name: request.GET.get(name, "")[:60] for name in ("text", "grade", "subject", "open")}
    )
    page = queries.courses_page(
        account=request.user, public_id=public_id, day=timezone.localdate(), filters=filters,
        number=request.GET.get("page", "1"),
    )  # fmt: skip
    context = {
        "page": page, "term": page.term, "grades": Grade.choices, "links": links_of("tasks", public_id),
    }  # fmt: skip
    return render(request, "timetabling/terms/courses.html", context)


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def course(request: HttpRequest, public_id: str, key: int) -> HttpResponse:
    """One course; posted, changed or taken away. Key 0 is a new one."""
    return _course(request, public_id, key or None)


def _course(request: HttpRequest, public_id: str, key: int | None) -> HttpResponse:
    page = queries.course_page(account=request.user, public_id=public_id, key=key, day=timezone.localdate())
    given: dict[str, Any] = {"actor": account_of(request), "term": page.term, "now": timezone.now()}
    row = page.row
    if request.method == "POST" and request.POST.get("do") == "remove" and row is not None:
        if _told(request, lambda: operations.remove_courses(codes=[row.code], **given), _("已删除。")):
            return redirect("timetabling:term_courses", public_id)
        return redirect("timetabling:course", public_id, row.pk)
    form = forms.CourseForm(request.POST if request.method == "POST" else None, page=page)
    status = 200
    if request.method == "POST":

        def act() -> None:
            operations.put_courses(rows={form.cleaned_data["code"]: form.values}, are_new=row is None, **given)

        status = done(form, act)
        if not status:
            messages.success(request, _("已保存。"))
            return redirect("timetabling:term_courses", public_id)
    context = {"page": page, "term": page.term, "form": form, "row": row}
    return render(request, "timetabling/terms/course.html", context, status=status or 200)
