"""The form that keeps an application back from erasure."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm


class HoldForm(RefusableForm):
    """An application, by the number on its receipt, and the matter that is not closed."""

    number = forms.CharField(label=_("报名号"), max_length=20)
    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("哪一件诉讼、复议或案件，文号是什么。不写姓名。")
    )
