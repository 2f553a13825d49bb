"""Writing: accounts and rights, units and their hierarchies."""

from yaodian.organisations.operations.accounts import (
    DEMONSTRATION,
    UnableToActivateAccount,
    UnableToChangePassword,
    UnableToCreateAccount,
    UnableToDeactivateAccount,
    UnableToSetRole,
    activate_account,
    change_password,
    create_account,
    deactivate_account,
    ensure_demo_accounts,
    set_role,
)
from yaodian.organisations.operations.units import ensure_root
