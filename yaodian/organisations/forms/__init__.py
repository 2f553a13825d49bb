"""The forms of the pages; what they ask, never what is allowed."""

from yaodian.organisations.forms.door import ChangePasswordForm, SignInForm
