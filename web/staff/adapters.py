"""What allauth asks of us: where to go next, whose factors count, how their secrets are kept."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse

from backend.core import vault
from backend.env import env
from backend.people.models import User
from backend.people.staff import factors, proofs
from web.staff.words import lazily

SEALED = "people.staff.factor"
TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers here, nobody is written to by e-mail, and what is dangerous asks for the second factor again."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": lazily("staff.wrong"),
        "incorrect_code": lazily("staff.code.wrong"),
        "incorrect_password": lazily("staff.wrong"),
        "too_many_login_attempts": lazily("staff.toomany"),
        "rate_limited": lazily("staff.toomany"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("web:staff") if factors.has_factor(request.user.pk) else reverse("staff_setup")

    def is_safe_url(self, url: str) -> bool:
        return url.startswith("/") and not url.startswith(("//", "/\\")) and not urlsplit(url).netloc

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR", ""))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There is no e-mail; the audit and the security page tell."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not while the first factor is being set up, nor within minutes of a full login or a fresh proof."""
        request = context.request
        return factors.has_factor(request.user.pk) and not proofs.is_fresh(request.session)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second factor only: a password alone proves too little."""
        if not user.is_authenticated:
            return []
        held = factors.types_of(user.pk)
        methods = []
        if "webauthn" in held:
            methods.append({"id": "mfa_reauthenticate:webauthn", "url": reverse("mfa_reauthenticate_webauthn")})
        if held & {"totp", "recovery_codes"}:
            methods.insert(0, {"id": "mfa_reauthenticate", "url": reverse("mfa_reauthenticate")})
        return methods


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of factors are sealed under the person's key: who is erased has none, who is suspended cannot use any."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": lazily("staff.code.wrong"),
        "cannot_delete_authenticator": lazily("staff.factor.last"),
        "cannot_generate_recovery_codes": lazily("staff.factor.none"),
    }

    def encrypt(self, text: str) -> str:
        owner: UUID = context.request.user.pk
        return f"v1.{owner}.{base64.b64encode(vault.seal(owner, SEALED, text)).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """The factors of the erased prove nothing: every code of theirs is wrong."""
        _, owner, sealed = encrypted_text.split(".", 2)
        try:
            return vault.unseal(UUID(owner), SEALED, base64.b64decode(sealed))
        except vault.KeyDestroyed:
            raise self.validation_error("incorrect_code") from None

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        if user.is_anonymous:
            return False
        held = factors.types_of(user.pk)
        return bool(held & {str(kind) for kind in types}) if types is not None else bool(held)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays: staff without one can do nothing."""
        return factors.count(authenticator.user_id) > 1 or authenticator.type not in TYPES

    def get_totp_label(self, user: Any) -> str:
        return str(user.staff_name)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return f"{lazily('staff.passkey')} {factors.count(user.pk) + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site that a passkey belongs to: the public name, so that no forwarded Host can change it.

        A passkey belongs to a name, never to a number: a demo at 127.0.0.1 has passkeys when it is opened as localhost.
        """
        public = urlsplit(env.public_url).hostname or ""
        is_name = bool(public) and not public.replace(".", "").isdigit() and ":" not in public
        return {"id": public if is_name else context.request.get_host().partition(":")[0], "name": "Yike 一刻"}


class HeadlessAdapter(DefaultHeadlessAdapter):
    """What a program that logs in is told of the person."""

    def serialize_user(self, user: User) -> dict[str, Any]:
        return {"id": str(user.pk), "staff_name": user.staff_name, "has_usable_password": user.has_usable_password()}
