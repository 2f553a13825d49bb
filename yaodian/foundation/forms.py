"""How forms look, and the way through which a page learns what was wrong with them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from yaodian.foundation.refusing import UnableTo


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` come out in the look of the design system.

    The plain controls are written here, as Django's templates write them. Through these, an input costs three templates and a choice
    two for each option, and a page of an application has dozens.
    """

    form_template_name = "foundation/form.html"
    field_template_name = "foundation/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == f"{_WIDGETS}select.html":
            return _select(context["widget"])
        return super().render(template_name, context, request)


_WIDGETS = "django/forms/widgets/"
_INPUTS = frozenset(
    f"{_WIDGETS}{kind}.html" for kind in ("input", "text", "number", "hidden", "password", "date", "email", "url")
)


def _attributes(given: dict[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in given.items()
        if value is not False
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    head = f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"'
    return mark_safe(f"{head}{value}{_attributes(widget['attrs'])}>")  # noqa: S308 - Every part is escaped.


def _select(widget: dict[str, Any]) -> SafeString:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for name, options, _index in widget["optgroups"]:
        if name:
            parts.append(f'<optgroup label="{conditional_escape(name)}">')
        for one in options:
            value, label = conditional_escape(one["value"]), conditional_escape(one["label"])
            parts.append(f'<option value="{value}"{_attributes(one["attrs"])}>{label}</option>')
        if name:
            parts.append("</optgroup>")
    return mark_safe("\n".join([*parts, "</select>"]))  # noqa: S308 - Every part is escaped.


class SeveralFiles(forms.FileInput):
    """A file field that takes several; on a telephone it offers the camera. What was sent before is taken off elsewhere, so
    it knows of no box to clear it."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Files as they were sent, unread."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(SeveralFilesField, self).clean(one, initial) for one in data or ()]


class RefusableForm(forms.Form):
    """A form that can show why an operation refused what it held."""

    def refuse(self, problem: UnableTo) -> None:
        """At the field of the problem where a person can see it, else above all of them."""
        field = self.fields.get(problem.field)
        self.add_error(problem.field if field and not field.widget.is_hidden else None, problem.message)


def done(form: RefusableForm, act: Callable[[], object]) -> int:
    """Does what a valid form asks: 0, or the status of the refusal, which then stands in the form."""
    if not form.is_valid():
        return 422
    try:
        act()
    except UnableTo as problem:
        form.refuse(problem)
        return problem.status
    return 0
