"""How choices are rendered: as Django does it, without a template for each option."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer

CHOICES = [("", "全部"), ("<b>", "一 & 二"), ("组", [(1, "三"), (2, "四")])]


@pytest.mark.parametrize("value", ["", "<b>", 2, None])
def test_a_list_of_choices_looks_as_django_renders_it(value: object) -> None:
    widget = forms.Select(attrs={"class": "form-select", "disabled": True, "hidden": False}, choices=CHOICES)
    ours = widget.render("kind", value, renderer=get_default_renderer())
    assert ours.split() == widget.render("kind", value, renderer=DjangoTemplates()).split()


def test_options_cost_no_template_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.Select, "option_template_name", "no such template")
    assert "<option" in forms.Select(choices=CHOICES).render("kind", "", renderer=get_default_renderer())
