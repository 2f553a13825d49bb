"""Reading: accounts, rights and their scope, units."""

from yaodian.organisations.queries.accounts import (
    AccountBackend,
    PermissionRow,
    accounts,
    find_account,
    permission_table,
)
from yaodian.organisations.queries.rights import (
    PermissionMissing,
    Right,
    Scope,
    Visitor,
    keys_of,
    may,
    needs_second_factor,
    permissions_of,
    require,
    rights_of,
    role_of,
    scope_of,
    with_rights,
)
