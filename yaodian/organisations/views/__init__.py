"""The pages: the door (signing in and out), units, people, accounts and rights."""

from yaodian.organisations.views.door import change_password, sign_in, sign_out
