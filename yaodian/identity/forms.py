"""The forms of the door, of activation, of second factors and of applications."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.identity.queries import SCOPES

# Longer passwords are refused before they are hashed: hashing a megabyte is work that a stranger could order.
PASSWORD_MAX_LENGTH = 128


def _username(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


def _password(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=PASSWORD_MAX_LENGTH,
        strip=False,
        help_text=help_text,
        error_messages={"max_length": _("密码最多 128 个字符。")},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


_RULES = _("至少 10 个字符，不能只有数字，不能与用户名或姓名相近。")


class SignInForm(forms.Form):
    """Name or telephone number, and password; whether they are right is not the form's business."""

    username = _username(_("用户名或手机号"))
    password = _password(_("密码"), autocomplete="current-password")


class TwicePasswordForm(forms.Form):
    """A new password, typed twice."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("new_password") and data.get("repeated") and data["new_password"] != data["repeated"]:
            self.add_error("repeated", _("两次输入的新密码不一致，请重新输入。"))
        return data


class ChangePasswordForm(TwicePasswordForm):
    """The old password once, the new one twice."""

    old_password = _password(_("现在的密码"), autocomplete="current-password")
    new_password = _password(_("新密码"), autocomplete="new-password", help_text=_RULES)
    repeated = _password(_("再输入一次新密码"), autocomplete="new-password")


class ActivationForm(TwicePasswordForm):
    """Name and code from the letter, and a password of one's own."""

    username = _username(_("用户名"))
    code = forms.CharField(
        label=_("激活码"),
        max_length=60,
        help_text=_("信函上的 16 位字母和数字；大小写、空格和连字符都不要紧。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    new_password = _password(_("设置密码"), autocomplete="new-password", help_text=_RULES)
    repeated = _password(_("再输入一次密码"), autocomplete="new-password")


class SecondStepForm(forms.Form):
    """Six digits of the app, or a code on paper."""

    code = forms.CharField(
        label=_("验证码或备用码"),
        max_length=60,
        help_text=_("验证器应用中的 6 位数字；手机不在身边时，输入一个 12 位备用码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class TotpForm(forms.Form):
    """The first code that a newly set up app shows."""

    code = forms.CharField(
        label=_("应用显示的 6 位数字"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ConfirmPasswordForm(forms.Form):
    """One's password once more, before something sensitive."""

    password = _password(_("密码"), autocomplete="current-password")


class PhoneNumberForm(forms.Form):
    """The number of one's mobile telephone."""

    number = forms.CharField(
        label=_("手机号"),
        max_length=60,
        help_text=_("内地手机号直接输入 11 位数字；港澳台和国外的号码带国际区号，例如 +852 5123 4567。"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "autofocus": True, "spellcheck": "false"}),
    )


class PhoneCodeForm(forms.Form):
    """Six digits from a text message."""

    code = forms.CharField(
        label=_("短信里的 6 位验证码"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class ResetPasswordForm(TwicePasswordForm):
    """A new password in the place of one that was forgotten."""

    new_password = _password(_("新密码"), autocomplete="new-password", help_text=_RULES)
    repeated = _password(_("再输入一次新密码"), autocomplete="new-password")


class OpenAccountForm(TwicePasswordForm):
    """How one wants to be addressed, and a password of one's own."""

    display_name = forms.CharField(
        label=_("怎样称呼您"),
        max_length=30,
        help_text=_("例如“林女士”。加密保存，只用来称呼您。"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    new_password = _password(_("设置密码"), autocomplete="new-password", help_text=_RULES)
    repeated = _password(_("再输入一次密码"), autocomplete="new-password")


class AccountSearchForm(forms.Form):
    """A part of a name."""

    text = forms.CharField(label=_("用户名或姓名"), max_length=60, required=False)


class ApplicationForm(forms.Form):
    """What the bureau must know of an application before people sign in to it through us."""

    name = forms.CharField(
        label=_("应用名称"), max_length=100, help_text=_("登录时显示给使用者，例如“青禾县第一小学图书系统”。")
    )
    owner = forms.CharField(label=_("所属单位"), max_length=120)
    contact = forms.CharField(label=_("联系人"), max_length=120, required=False)
    redirect_uris = forms.CharField(
        label=_("回调地址"),
        max_length=6000,
        help_text=_("每行一个完整地址，由应用的开发者提供；登录时逐字比对。"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("应用可以得到的信息"),
        choices=[
            (SCOPES[1], _("姓名和用户名")),
            (SCOPES[2], _("角色和所在单位")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
