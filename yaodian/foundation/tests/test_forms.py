"""How choices are rendered: as Django does it, without a template for each option."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

CHOICES = [("", "全部"), ("<b>", "一 & 二"), ("组", [(1, "三"), (2, "四")])]


@pytest.mark.parametrize("value", ["", "<b>", 2, None])
def test_a_list_of_choices_looks_as_django_renders_it(value: object) -> None:
    widget = forms.Select(attrs={"class": "form-select", "disabled": True, "hidden": False}, choices=CHOICES)
    ours = widget.render("kind", value, renderer=get_default_renderer())
    assert ours.split() == widget.render("kind", value, renderer=DjangoTemplates()).split()


@pytest.mark.parametrize("value", ["", "<b>", '"', 2, 1.5, None, "一 & 二", mark_safe("&amp;"), ("a", "b")])
@pytest.mark.parametrize(
    "widget",
    [forms.TextInput, forms.NumberInput, forms.HiddenInput, forms.PasswordInput, forms.DateInput, forms.EmailInput],
)
def test_an_input_is_to_the_byte_as_django_renders_it(widget: type[forms.Input], value: object) -> None:
    attrs = {
        "class": 'a"b',
        "required": True,
        "hidden": False,
        "maxlength": 30,
        "x<y": gettext_lazy("女"),
        "data-a": mark_safe("&lt;"),
    }
    control = widget(attrs=attrs)
    assert control.render("na<me", value, renderer=get_default_renderer()) == control.render(
        "na<me", value, renderer=DjangoTemplates()
    )


def test_options_cost_no_template_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.Select, "option_template_name", "no such template")
    assert "<option" in forms.Select(choices=CHOICES).render("kind", "", renderer=get_default_renderer())
