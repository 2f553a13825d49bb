"""The pages on which units are changed: a form, then what it will do, then the deed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yaodian.foundation.answering import whole_number
from yaodian.organisations import operations
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.forms.units import (
    CloseForm,
    CorrectForm,
    CreateForm,
    LeaveForm,
    MergeForm,
    MoveForm,
    RenameForm,
    ReplaceForm,
    SplitForm,
    UnitForm,
)
from yaodian.organisations.models import Account, Hierarchy, Unit
from yaodian.organisations.operations import Part, Staff, UnableToChangeUnit
from yaodian.organisations.queries import (
    PermissionMissing,
    consequences_of,
    history_of,
    named,
)
from yaodian.organisations.views.shown import raw_values, suggestions, unit_or_404


@dataclass
class Preview:
    """What a change will do, in sentences, and the choices that are still open for each child."""

    sentences: list[str] = field(default_factory=list)
    children: Sequence[Unit] = ()
    parts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Change:
    """A kind of change: its words, its form, what it does, and what it says beforehand."""

    title: Promise
    action: Promise
    done: Promise
    form: Callable[..., UnitForm]
    act: Callable[[HttpRequest, Unit, dict[str, Any], dict[str, Any]], Unit]
    preview: Callable[[Unit, dict[str, Any]], Preview]
    initial: Callable[[Unit], dict[str, Any]] = lambda unit: {}
    hint: Promise | str = ""


def _common(request: HttpRequest, unit: Unit, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "actor": account_of(request),
        "unit": unit,
        "now": timezone.now(),
        "version": values.get("version"),
    }


def _staff(values: dict[str, Any]) -> Staff | None:
    return Staff(values["staff"]) if values.get("staff") else None


def _day(day: date) -> str:
    return _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day}


def _called(unit: Unit, day: date) -> str:
    one = named(Unit.objects.filter(pk=unit.pk), day=day).get()
    return f"{one.name_then}（{one.code}）"


def _list(names: Sequence[str], most: int = 12) -> str:
    text = "、".join(names[:most])
    return text if len(names) <= most else _("%(names)s等%(count)s个") % {"names": text, "count": len(names)}


def _ending(units: Sequence[Unit], day: date, staff: Staff | None, *, to: str = "") -> list[str]:
    """Sentences about what hangs on units that end."""
    what = consequences_of(units=units, day=day)
    said: list[str] = []
    if what.children and to:
        names = [one.name_then for one in what.children]
        said.append(
            _("下级单位%(count)s个划归%(to)s：%(names)s。") % {"count": len(names), "to": to, "names": _list(names)}
        )
    if what.posts:
        names = [f"{post.person.name}（{post.title}）" for post in what.posts]
        verb = _("转入承接单位") if staff == Staff.MOVE else _("终止")
        said.append(
            _("在任岗位%(count)s个%(verb)s：%(names)s。") % {"count": len(names), "verb": verb, "names": _list(names)}
        )
    if what.grants:
        names = [f"{grant.account.name}（{grant.get_role_display()}）" for grant in what.grants]
        said.append(
            _("权限%(count)s项失效，有关人员的登录随之结束：%(names)s。承接单位的权限须由安全管理员另行授予。")
            % {"count": len(names), "names": _list(names)}
        )
    if not said:
        said.append(_("没有下级单位、岗位和权限受影响。"))
    return said


def _rename(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    return operations.rename_unit(
        name=values["name"],
        short_name=values["short_name"],
        from_on=values["from_on"],
        **_common(request, unit, values),
    )


def _rename_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    return Preview(
        [
            _("自%(day)s起，%(unit)s改称“%(name)s”。此前的日期仍显示原名。")
            % {"day": _day(values["from_on"]), "unit": _called(unit, values["from_on"]), "name": values["name"]}
        ]
    )


def _move(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    return operations.move_unit(
        parent=values["parent"],
        hierarchy=values["hierarchy"],
        from_on=values["from_on"],
        **_common(request, unit, values),
    )


def _move_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    words = {
        "day": _day(values["from_on"]),
        "unit": _called(unit, values["from_on"]),
        "parent": _called(values["parent"], values["from_on"]),
        "hierarchy": Hierarchy(values["hierarchy"]).label,
    }
    return Preview(
        [
            _("自%(day)s起，%(unit)s在“%(hierarchy)s”中由%(parent)s管辖，其下级单位一并划转。") % words,
            _("原上级的管理人员自该日起不再能查看和维护这些单位，新上级的管理人员开始能够。"),
        ]
    )


def _leave(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    return operations.leave_hierarchy(hierarchy=values["hierarchy"], on=values["on"], **_common(request, unit, values))


def _leave_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    return Preview(
        [
            _("自%(day)s起，%(unit)s不再属于“%(hierarchy)s”中的任何上级。")
            % {
                "day": _day(values["on"]),
                "unit": _called(unit, values["on"]),
                "hierarchy": Hierarchy(values["hierarchy"]).label,
            }
        ]
    )


def _close(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    return operations.close_unit(
        on=values["on"], children_to=values["children_to"], staff=_staff(values), **_common(request, unit, values)
    )


def _close_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    to = _called(values["children_to"], values["on"]) if values["children_to"] else ""
    return Preview(
        [
            _("%(unit)s自%(day)s起撤销。代码不再启用，历史仍可查询。")
            % {"unit": _called(unit, values["on"]), "day": _day(values["on"])},
            *_ending([unit], values["on"], _staff(values), to=to),
        ]
    )


def _split(request: HttpRequest, unit: Unit, values: dict[str, Any], extra: dict[str, Any]) -> Unit:
    codes = {code for code, _name, _short in values["parts"]}
    chosen = {
        child: code
        for name, code in extra.items()
        if name.startswith("child_")
        and (child := whole_number(name.removeprefix("child_"))) is not None
        and code in codes
    }
    made = operations.split_unit(
        on=values["on"],
        parts=[Part(code, name, short) for code, name, short in values["parts"]],
        survives=values["survives"],
        children=chosen,
        children_to=values["children_to"] or None,
        staff=_staff(values),
        staff_to=values["staff_to"] or None,
        **_common(request, unit, values),
    )
    return unit if values["survives"] else made[0]


def _split_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    names = [f"{name}（{code}）" for code, name, _short in values["parts"]]
    first = (
        _("自%(day)s起，从%(unit)s分出%(names)s，原单位继续存在。")
        if values["survives"]
        else _("自%(day)s起，%(unit)s分立为%(names)s，原单位撤销。")
    ) % {"day": _day(values["on"]), "unit": _called(unit, values["on"]), "names": "、".join(names)}
    what = consequences_of(units=[unit], day=values["on"])
    said = [first]
    if not values["survives"]:
        said += _ending([unit], values["on"], _staff(values))
    return Preview(said, what.children, [(code, name) for code, name, _short in values["parts"]])


def _merge(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    common = _common(request, unit, values)
    version = common.pop("version")
    del common["unit"]
    return operations.merge_units(
        units=[unit, *values["others"]],
        into=values["into"] or Part(values["code"], values["name"]),
        on=values["on"],
        staff=_staff(values),
        versions={unit.pk: version} if version is not None else None,
        **common,
    )


def _merge_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    units = [unit, *values["others"]]
    into = _called(values["into"], values["on"]) if values["into"] else f"{values['name']}（{values['code']}）"
    return Preview(
        [
            _("自%(day)s起，%(units)s并入%(into)s，原单位撤销。")
            % {
                "day": _day(values["on"]),
                "units": "、".join(_called(one, values["on"]) for one in units),
                "into": into,
            },
            *_ending(units, values["on"], _staff(values), to=into),
        ]
    )


def _replace(request: HttpRequest, unit: Unit, values: dict[str, Any], _extra: dict[str, Any]) -> Unit:
    return operations.replace_unit(
        by=Part(values["code"], values["name"], values["short_name"], values["kind"]),
        on=values["on"],
        staff=_staff(values),
        **_common(request, unit, values),
    )


def _replace_preview(unit: Unit, values: dict[str, Any]) -> Preview:
    into = f"{values['name']}（{values['code']}）"
    return Preview(
        [
            _("自%(day)s起，%(unit)s改制为%(into)s，原单位撤销，上级和下级由新单位承接。")
            % {"day": _day(values["on"]), "unit": _called(unit, values["on"]), "into": into},
            *_ending([unit], values["on"], _staff(values), to=into),
        ]
    )


def _name_now(unit: Unit) -> dict[str, Any]:
    one = named(Unit.objects.filter(pk=unit.pk), day=timezone.localdate()).get()
    return {"name": one.name_then, "short_name": one.short_name_then}


CHANGES: dict[str, Change] = {
    "rename": Change(
        gettext_lazy("更名"),
        gettext_lazy("确认更名"),
        gettext_lazy("已更名。"),
        RenameForm,
        _rename,
        _rename_preview,
        _name_now,
    ),
    "move": Change(
        gettext_lazy("变更上级"), gettext_lazy("确认变更"), gettext_lazy("已变更上级。"), MoveForm, _move, _move_preview
    ),
    "leave": Change(
        gettext_lazy("退出层级"), gettext_lazy("确认退出"), gettext_lazy("已退出。"), LeaveForm, _leave, _leave_preview
    ),
    "close": Change(
        gettext_lazy("撤销单位"),
        gettext_lazy("确认撤销"),
        gettext_lazy("已登记撤销。"),
        CloseForm,
        _close,
        _close_preview,
    ),
    "split": Change(
        gettext_lazy("分立"), gettext_lazy("确认分立"), gettext_lazy("已登记分立。"), SplitForm, _split, _split_preview
    ),
    "merge": Change(
        gettext_lazy("合并"), gettext_lazy("确认合并"), gettext_lazy("已登记合并。"), MergeForm, _merge, _merge_preview
    ),
    "replace": Change(
        gettext_lazy("改制"),
        gettext_lazy("确认改制"),
        gettext_lazy("已登记改制。"),
        ReplaceForm,
        _replace,
        _replace_preview,
    ),
}


def _page(
    request: HttpRequest,
    *,
    title: str,
    action: str,
    form: UnitForm,
    unit: Unit | None,
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "organisations/change.html",
        {
            "title": title,
            "action": action,
            "form": form,
            "unit": unit,
            "preview": preview,
            "values": raw_values(form) if preview is not None else [],
            "suggestions": suggestions(request) if preview is None else [],
        },
        status=status,
    )


def _stepped(
    request: HttpRequest,
    *,
    title: str,
    action: str,
    done: str,
    form: UnitForm,
    unit: Unit | None,
    act: Callable[[], Unit],
    preview: Callable[[], Preview],
) -> HttpResponse:
    """Form, preview, deed: a refusal comes back to the form, before or after the preview."""
    if request.method != "POST":
        return _page(request, title=title, action=action, form=form, unit=unit)
    if not form.is_valid():
        return _page(request, title=title, action=action, form=form, unit=unit, status=422)
    try:
        if request.POST.get("step") == "confirm":
            changed = act()
            messages.success(request, done)
            return redirect("organisations:unit", public_id=changed.public_id)
        foreseen = preview()
        if not foreseen.parts or not foreseen.children:
            operations.rehearse(act)
    except (UnableToChangeUnit, PermissionMissing) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, title=title, action=action, form=form, unit=unit, status=422)
    return _page(request, title=title, action=action, form=form, unit=unit, preview=foreseen)


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def change_unit(request: HttpRequest, public_id: str, change: str) -> HttpResponse:
    """A change of a unit that exists, of one of the kinds of CHANGES."""
    unit, _scope = unit_or_404(request, public_id, permission="organisations.edit")
    kind = CHANGES[change]
    form = kind.form(request.POST or None, unit=unit, initial={"version": unit.version, **kind.initial(unit)})
    return _stepped(
        request,
        title=str(kind.title),
        action=str(kind.action),
        done=str(kind.done),
        form=form,
        unit=named(Unit.objects.filter(pk=unit.pk), day=timezone.localdate()).get(),
        act=lambda: kind.act(request, unit, form.cleaned_data, request.POST.dict()),
        preview=lambda: kind.preview(unit, form.cleaned_data),
    )


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def create_unit(request: HttpRequest) -> HttpResponse:
    """A new unit; `?parent=` has the code of the unit under which it will stand."""
    form = CreateForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})

    def act() -> Unit:
        values = form.cleaned_data
        also = {Hierarchy.GROUP.value: values["group"], Hierarchy.INSPECTION.value: values["inspection"]}
        return operations.create_unit(
            actor=account_of(request),
            code=values["code"],
            kind=values["kind"],
            name=values["name"],
            short_name=values["short_name"],
            opened_on=values["opened_on"],
            parent=values["parent"],
            also={hierarchy: parent for hierarchy, parent in also.items() if parent is not None},
            now=timezone.now(),
        )

    def preview() -> Preview:
        values = form.cleaned_data
        return Preview(
            [
                _("自%(day)s起设立“%(name)s”（%(code)s），由%(parent)s管辖。")
                % {
                    "day": _day(values["opened_on"]),
                    "name": values["name"],
                    "code": values["code"],
                    "parent": _called(values["parent"], values["opened_on"]),
                }
            ]
        )

    return _stepped(
        request,
        title=_("设立单位"),
        action=_("确认设立"),
        done=_("已设立。"),
        form=form,
        unit=None,
        act=act,
        preview=preview,
    )


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def correct_unit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mending a fact that was recorded wrongly, with a reason that goes into the journal."""
    unit, _scope = unit_or_404(request, public_id, permission="organisations.edit")
    form = CorrectForm(request.POST or None, unit=unit, initial={"version": unit.version}, choices=_facts(unit))
    return _stepped(
        request,
        title=_("更正"),
        action=_("确认更正"),
        done=_("已更正，理由已记入日志。"),
        form=form,
        unit=named(Unit.objects.filter(pk=unit.pk), day=timezone.localdate()).get(),
        act=lambda: _correct(account_of(request), unit, form.cleaned_data),
        preview=lambda: Preview(
            [
                _("更正会改写历史：此后任何日期的查询都按更正后的内容回答。"),
                _("原来登记的内容和您写的理由保存在操作日志中。"),
            ]
        ),
    )


def _facts(unit: Unit) -> list[tuple[str, str]]:
    """What has been recorded of a unit, each as a choice: its kind and day, and its words."""
    choices: list[tuple[str, str]] = []
    for event in history_of(unit=unit):
        day = _day(event.on)
        match event.kind:
            case "opened":
                choices.append((f"opened|{event.on}", _("%(day)s 设立") % {"day": day}))
                choices.append((f"name|{event.on}", _("%(day)s 名称：%(text)s") % {"day": day, "text": event.text}))
            case "name":
                choices.append((f"name|{event.on}", _("%(day)s 更名为：%(text)s") % {"day": day, "text": event.text}))
            case "placed":
                label = Hierarchy(event.hierarchy).label
                choices.append(
                    (
                        f"{event.hierarchy}|{event.on}",
                        _("%(day)s %(hierarchy)s上级：%(text)s") % {"day": day, "hierarchy": label, "text": event.text},
                    )
                )
            case "closed":
                choices.append((f"closed|{event.on}", _("%(day)s 撤销") % {"day": day}))
    return choices


def _correct(actor: Account, unit: Unit, values: dict[str, Any]) -> Unit:
    what, day = values["what"].split("|")
    from_on, action = date.fromisoformat(day), values["action"]
    common: dict[str, Any] = {
        "actor": actor,
        "unit": unit,
        "reason": values["reason"],
        "now": timezone.now(),
        "version": values.get("version"),
    }
    match what, action:
        case "opened", _action:
            return operations.correct_opening(opened_on=values["right_on"], **common)
        case "closed", "withdraw":
            return operations.correct_closing(closed_on=None, **common)
        case "closed", _action:
            return operations.correct_closing(closed_on=values["right_on"], **common)
        case _what, "withdraw":
            return operations.withdraw_change(what=what, from_on=from_on, **common)
        case _what, "day":
            return operations.correct_day(what=what, from_on=from_on, right_from_on=values["right_on"], **common)
        case "name", _action:
            return operations.correct_name(
                from_on=from_on, name=values["name"], short_name=values["short_name"], **common
            )
        case _:
            return operations.correct_parent(hierarchy=what, from_on=from_on, parent=values["parent"], **common)
