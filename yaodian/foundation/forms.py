"""How forms look, and the way through which a page learns what was wrong with them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from yaodian.foundation.refusing import UnableTo


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` come out in the look of the design system."""

    form_template_name = "foundation/form.html"
    field_template_name = "foundation/field.html"


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
