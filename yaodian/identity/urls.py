from django.urls import include, path

from yaodian.identity.views import administration, door, phones, platform, provider, security

app_name = "identity"

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-in/second/", door.second_step, name="second_step"),
    path("sign-in/passkey/begin/", door.passkey_begin, name="passkey_begin"),
    path("sign-in/passkey/finish/", door.passkey_finish, name="passkey_finish"),
    path("sign-in/platform/", platform.begin, name="platform"),
    path("sign-out/", door.sign_out, name="sign_out"),
    path("activate/", door.activate, name="activate"),
    path("open-account/", phones.open_account, name="open_account"),
    path("reset-password/", phones.reset_password, name="reset_password"),
    path("confirm/", security.confirm, name="confirm"),
    path("password/", security.password, name="change_password"),
    path("security/", security.security, name="security"),
    path("security/set-up/", security.set_up, name="set_up"),
    path("security/phone/", phones.change_phone, name="change_phone"),
    path("security/totp/", security.add_totp, name="add_totp"),
    path("security/totp/remove/", security.remove_totp, name="remove_totp"),
    path("security/passkeys/", security.add_passkey, name="add_passkey"),
    path("security/passkeys/new/", security.new_passkey, name="new_passkey"),
    path("security/passkeys/<int:passkey_id>/remove/", security.remove_passkey, name="remove_passkey"),
    path("security/recovery-codes/", security.recovery_codes, name="recovery_codes"),
    path("security/sessions/<int:sign_in_id>/end/", security.end_session, name="end_session"),
    path("security/sessions/end-others/", security.end_other_sessions, name="end_other_sessions"),
    path("security/links/platform/", platform.link, name="link"),
    path("security/links/<int:link_id>/remove/", security.unlink, name="unlink"),
    path("identity/accounts/", administration.accounts, name="accounts"),
    path("identity/accounts/<str:username>/code/", administration.issue_code, name="issue_code"),
    path("identity/accounts/<str:username>/code/revoke/", administration.revoke_code, name="revoke_code"),
    path("identity/accounts/<str:username>/factors/reset/", administration.reset_factors, name="reset_factors"),
    path("identity/applications/", administration.applications, name="applications"),
    path("identity/applications/<str:client_id>/secret/", administration.renew_secret, name="renew_secret"),
    path(
        "identity/applications/<str:client_id>/enable/",
        administration.switch_application,
        {"is_enabled": True},
        name="enable_application",
    ),
    path(
        "identity/applications/<str:client_id>/disable/",
        administration.switch_application,
        {"is_enabled": False},
        name="disable_application",
    ),
]

# Under the names by which the library asks for them; it fixes names, not addresses.
_protocol = (
    [
        path(".well-known/openid-configuration", provider.configuration, name="configuration"),
        path(".well-known/jwks.json", provider.jwks, name="jwks"),
        path("identity/o/authorize", provider.authorize, name="authorization"),
        path("identity/o/logout", provider.end_session, name="logout"),
        path("identity/o/token", provider.token, name="token"),
        path("identity/o/revoke", provider.revoke, name="revoke"),
        path("identity/o/device", provider.device_code, name="device_code"),
        path("identity/o/userinfo", provider.userinfo, name="userinfo"),
    ],
    "oidc",
)

# Taken into config/urls as it stands: the library asks for `idp:oidc:…` and for this bare name.
library_urlpatterns = [
    path("", include(([path("", include(_protocol))], "idp"))),
    path("sign-in/<slug:provider_id>/callback/", platform.callback, name="openid_connect_callback"),
]
