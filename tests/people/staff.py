"""Making members of staff with a password and an authenticator app, and the codes that the app would show."""

from __future__ import annotations

import time
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.http import HttpRequest

from tests.cast import Http, Member

PASSWORD = "kun-lun-7-steps-north"
PROGRAM = "/staff/api/app/v1"


def with_password(member: Member, staff_name: str = "") -> str:
    """Give the person a staff name and a password; the name."""
    member.user.staff_name = staff_name or f"staff.{member.key}"
    member.user.set_password(PASSWORD)
    member.user.save()
    return str(member.user.staff_name)


def with_app(member: Member) -> str:
    """Give the person an authenticator app (and recovery codes); the app's secret."""
    request = HttpRequest()
    request.user = member.user  # type: ignore[assignment]
    secret = generate_totp_secret()
    with context.request_context(request):
        TOTP.activate(member.user, secret)
        RecoveryCodes.activate(member.user)
    return secret


def recovery_codes(member: Member) -> list[str]:
    row = Authenticator.objects.get(user=member.user, type=Authenticator.Type.RECOVERY_CODES)
    return list(row.wrap().get_unused_codes())


def code_of(secret: str) -> str:
    """What the app shows now; waits when it is about to change."""
    if time.time() % 30 > 28:
        time.sleep(2.5)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


class Program:
    """A program that logs a member of staff in by allauth's headless API."""

    def __init__(self) -> None:
        self.http = Http()
        self.token = ""

    def post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"X-Session-Token": self.token} if self.token else {}
        answer = self.http.request("post", f"{PROGRAM}{path}", body, headers=headers)
        found = answer.json().get("meta", {}).get("session_token") if answer.content else None
        self.token = found or self.token
        return answer

    def get(self, path: str) -> Any:
        return self.http.request("get", f"{PROGRAM}{path}", headers={"X-Session-Token": self.token})

    def logs_in(self, staff_name: str, secret: str = "") -> Program:
        """With the password, and the app's code when there is an app."""
        self.post("/auth/login", {"username": staff_name, "password": PASSWORD})
        if secret:
            assert self.post("/auth/2fa/authenticate", {"code": code_of(secret)}).status_code == 200
        return self
