"""Writing: accounts and rights, units and their hierarchies."""

from yaodian.organisations.operations.accounts import (
    DEMONSTRATION,
    TooManyFailures,
    UnableToActivateAccount,
    UnableToChangePassword,
    UnableToCreateAccount,
    UnableToDeactivateAccount,
    UnableToSetRole,
    activate_account,
    begin_sign_in,
    change_password,
    close_session,
    complete_sign_in,
    create_account,
    deactivate_account,
    ensure_demo_accounts,
    forgive_failures,
    set_role,
)
from yaodian.organisations.operations.units import ensure_root
