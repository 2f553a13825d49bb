"""What is asked of whoever changes people, posts and rights."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from yaodian.organisations.forms.fields import DayField, UnitField
from yaodian.organisations.models import Account, Hierarchy, Post
from yaodian.organisations.queries import find_account
from yaodian.organisations.roles import Role


class SearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("姓名"), required=False, max_length=60)


class AccountField(forms.CharField):
    """An account by its user name; None where there is none, of which the operation speaks, not the form."""

    def clean(self, value: Any) -> Account | None:
        said = super().clean(value)
        return find_account(username=said) if said else None


class PersonForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    unit = UnitField(label=gettext_lazy("单位"))
    title = forms.CharField(label=gettext_lazy("岗位"), max_length=60)
    from_on = DayField(label=gettext_lazy("任职日期"))


class AppointForm(forms.Form):
    unit = UnitField(label=gettext_lazy("单位"))
    title = forms.CharField(label=gettext_lazy("岗位"), max_length=60)
    from_on = DayField(label=gettext_lazy("任职日期"))
    until_on = DayField(
        label=gettext_lazy("截止日期"), required=False, help_text=gettext_lazy("这一天起不再任职；未定可不填。")
    )


class EndForm(forms.Form):
    on = DayField(label=gettext_lazy("自哪天起终止"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)


class TransferForm(forms.Form):
    unit = UnitField(label=gettext_lazy("调入单位"))
    title = forms.CharField(label=gettext_lazy("新岗位"), max_length=60)
    on = DayField(label=gettext_lazy("自哪天起"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
    unit = UnitField(label=gettext_lazy("单位"))
    hierarchy = forms.ChoiceField(
        label=gettext_lazy("下级按哪个层级"), choices=Hierarchy.choices, initial=Hierarchy.ADMINISTRATIVE
    )
    from_on = DayField(label=gettext_lazy("起始日期"))
    until_on = DayField(
        label=gettext_lazy("截止日期"), required=False, help_text=gettext_lazy("这一天起失效；长期有效可不填。")
    )
    post = forms.ModelChoiceField(
        Post.objects.none(), label=gettext_lazy("随岗位终止"), required=False, empty_label=gettext_lazy("不随岗位")
    )

    def __init__(self, *given: Any, account: Account, today: date, **named: Any) -> None:
        super().__init__(*given, **named)
        if account.person_id is not None:
            posts = self.fields["post"]
            assert isinstance(posts, forms.ModelChoiceField)
            posts.queryset = Post.objects.filter(person=account.person_id).exclude(until_on__lte=today)
            posts.label_from_instance = lambda post: post.title  # type: ignore[method-assign]  # Django's own way.


class DeputyForm(forms.Form):
    deputy = AccountField(label=gettext_lazy("代理人（用户名）"), max_length=60)
    from_on = DayField(label=gettext_lazy("起始日期"))
    until_on = DayField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("这一天起不再代理。"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)
