"""Addresses of the staff login: allauth's views that we use, each behind a door, and our own pages."""

from __future__ import annotations

from allauth.account import views as account
from allauth.headless.account import views as program
from allauth.headless.constants import Client
from allauth.headless.mfa import views as program_factors
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path

from web.staff import invitation, security
from web.staff.doors import Counts, door, program_door


def _program(
    address: str, view: type[program.APIView], *, counts: Counts = "", adds_factor: bool = False
) -> URLPattern:
    inside = view.as_api_view(client=Client.APP)
    return path(f"staff/api/{address}", program_door(inside, counts=counts, adds_factor=adds_factor))


urlpatterns = [
    path("staff/login", door(account.login, needs="nobody", counts="password"), name="account_login"),
    path("staff/2fa", door(mfa.authenticate, needs="nobody", counts="factor"), name="mfa_authenticate"),
    path(
        "staff/login/passkey",
        door(webauthn.login_webauthn, needs="nobody", counts="factor"),
        name="mfa_login_webauthn",
    ),
    path("staff/prove", door(mfa.reauthenticate, needs="staff", counts="factor"), name="mfa_reauthenticate"),
    path(
        "staff/prove/passkey",
        door(webauthn.reauthenticate_webauthn, needs="staff", counts="factor"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("staff/again", security.again, name="staff_again"),
    path("staff/setup", security.set_up, name="staff_setup"),
    path("staff/security", security.security, name="staff_security"),
    path("staff/security", security.security, name="mfa_index"),
    path(
        "staff/security/app",
        door(totp.activate_totp, needs="first", counts="factor", adds_factor=True),
        name="mfa_activate_totp",
    ),
    path("staff/security/app/remove", door(totp.deactivate_totp, needs="staff"), name="mfa_deactivate_totp"),
    path(
        "staff/security/passkeys/add",
        door(webauthn.add_webauthn, needs="first", counts="factor", adds_factor=True),
        name="mfa_add_webauthn",
    ),
    path("staff/security/passkeys", security.security, name="mfa_list_webauthn"),
    path(
        "staff/security/passkeys/<int:pk>/remove",
        door(security.remove_passkey, needs="staff"),
        name="mfa_remove_webauthn",
    ),
    path("staff/security/codes", door(codes.view_recovery_codes, needs="staff"), name="mfa_view_recovery_codes"),
    path(
        "staff/security/codes/new",
        door(codes.generate_recovery_codes, needs="staff"),
        name="mfa_generate_recovery_codes",
    ),
    path("staff/security/password", security.password, name="staff_password"),
    path("staff/security/sessions/<uuid:session_id>/end", security.end, name="staff_session_end"),
    path("staff/invitation", invitation.invitation, name="staff_invitation"),
    _program("app/v1/auth/session", program.SessionView),
    _program("app/v1/auth/login", program.LoginView, counts="password"),
    _program("app/v1/auth/2fa/authenticate", program_factors.AuthenticateView, counts="factor"),
    _program("app/v1/auth/2fa/reauthenticate", program_factors.ReauthenticateView, counts="factor"),
    _program("app/v1/auth/webauthn/authenticate", program_factors.AuthenticateWebAuthnView, counts="factor"),
    _program("app/v1/auth/webauthn/reauthenticate", program_factors.ReauthenticateWebAuthnView, counts="factor"),
    _program("app/v1/auth/webauthn/login", program_factors.LoginWebAuthnView, counts="factor"),
    _program("app/v1/account/authenticators", program_factors.AuthenticatorsView),
    _program("app/v1/account/authenticators/totp", program_factors.ManageTOTPView, counts="factor", adds_factor=True),
    _program(
        "app/v1/account/authenticators/webauthn",
        program_factors.ManageWebAuthnView,
        counts="factor",
        adds_factor=True,
    ),
    _program("app/v1/account/authenticators/recovery-codes", program_factors.ManageRecoveryCodesView),
]
