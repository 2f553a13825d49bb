"""Reading: telephones, second factors, sessions, activation codes, applications."""

from yaodian.identity.queries.accounts import (
    MANAGE,
    AccountRow,
    CodeState,
    Spraying,
    account_rows,
    has_second_factor,
    require_over,
    rows_of,
    second_factors_of,
    sign_ins_of,
    spraying,
    subject_of,
)
from yaodian.identity.queries.applications import (
    SCOPES,
    account_of_subject,
    applications,
    claims_of,
    find_application,
    is_linked,
    links_of,
    require_over_applications,
)
from yaodian.identity.queries.phones import (
    Knock,
    accounts_of_numbers,
    counted_as,
    find_phone,
    index_of_number,
    knock,
    phone_of,
)
