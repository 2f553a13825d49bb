"""The filter of the journal page, and the sample form of the design system."""

from django import forms
from django.utils.translation import gettext_lazy as _


class JournalFilter(forms.Form):
    code = forms.ChoiceField(label=_("事项"), required=False)
    actor = forms.CharField(label=_("操作人"), required=False, max_length=60)
    subject = forms.CharField(label=_("对象"), required=False, max_length=100)
    from_on = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *arguments: object, codes: tuple[tuple[str, str], ...], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # Passed on as they came.
        choices = self.fields["code"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [("", _("全部")), *codes]


class SampleForm(forms.Form):
    """One field of each sort, for the page of the design system; its first field is left empty to show an error."""

    title = forms.CharField(label=_("标题"), help_text=_("与文件上印的一致。"))
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    scope = forms.ChoiceField(label=_("层级"), choices=[("city", _("市")), ("county", _("县（区）"))])
    note = forms.CharField(label=_("备注"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_public = forms.BooleanField(label=_("向公众公开"), required=False)
    strength = forms.ChoiceField(
        label=_("力度"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("must", _("必须完成")), ("strive", _("力争完成"))],
    )
