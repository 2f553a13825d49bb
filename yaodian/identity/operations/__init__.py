"""Writing: activation codes, second factors, sessions and tokens, applications, and the count of failures."""

from yaodian.identity.operations.activation import (
    Letter,
    UnableToActivate,
    UnableToIssueActivationCode,
    UnableToResetSecondFactors,
    UnableToRevokeActivationCode,
    activate,
    issue_activation_code,
    reset_second_factors,
    revoke_activation_code,
)
from yaodian.identity.operations.applications import (
    Registered,
    UnableToChangeApplication,
    UnableToLinkAccount,
    UnableToRegisterApplication,
    UnableToSignInFromPlatform,
    UnableToUnlinkAccount,
    account_from_platform,
    link_account,
    note_grant,
    register_application,
    renew_application_secret,
    set_application_enabled,
    unlink_account,
)
from yaodian.identity.operations.factors import (
    UnableToAddFactor,
    UnableToProve,
    UnableToRemoveFactor,
    add_passkey,
    as_json,
    begin_passkey,
    begin_passkey_proof,
    new_recovery_codes,
    new_totp_secret,
    prove_with_passkey,
    prove_with_recovery_code,
    prove_with_totp,
    remove_passkey,
    remove_totp,
    set_up_totp,
)
from yaodian.identity.operations.sessions import (
    UnableToEndSession,
    close_session,
    device_words,
    end_everything,
    end_session,
    end_sessions,
    forget_ended_sessions,
    move_session,
    open_session,
    revoke_tokens,
    see_session,
)
from yaodian.identity.operations.throttle import TooManyFailures, begin_attempt, forgive_failures
