"""A living district for tests: `python -m backend up` with its own home, database, ports and demo people, reached from outside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from backend.chaos.district import FOREIGN, ROOT, Running, patiently

Json = dict[str, Any]


def wait_for(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first truthy answer of `what()`; refused connections, 5xx and failed assertions count as "not yet"."""
    return patiently(what, seconds, not_yet=(httpx.TransportError, httpx.HTTPStatusError, AssertionError))


@dataclass
class Person:
    """Somebody of the demo with a login."""

    http: httpx.Client
    about: Json
    session: Json

    @property
    def id(self) -> str:
        return str(self.about["id"])

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    def get(self, path: str) -> Json:
        answer = self.call("GET", path)
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]

    def post(self, path: str, body: Any = None, **headers: str) -> Json:
        answer = self.call("POST", path, {} if body is None else body, **headers)
        assert answer.status_code < 400, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def insist(self, path: str, body: Any, **headers: str) -> Json:
        """POST as a phone does: again and again until an answer came that is no outage."""

        def once() -> Json | None:
            answer = self.call("POST", path, body, **headers)
            assert answer.status_code < 500, answer.text
            assert answer.status_code != 409 or answer.json()["code"] != "idempotency-key-busy", "still running"
            if answer.status_code >= 400:
                raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
            return answer.json()  # type: ignore[no-any-return]

        return wait_for(once, 90)  # type: ignore[no-any-return]


class District(Running):
    """The running product, with its people."""

    def __init__(self, home: Path, process: subprocess.Popen[bytes]) -> None:
        super().__init__(home, process)
        self.logins: dict[str, Person] = {}

    @cached_property
    def people(self) -> list[Json]:
        return httpx.get(f"{self.url}/demo/people", timeout=30).json()  # type: ignore[no-any-return]

    def person(self, role: str, position: int = 0) -> Person:
        """The demo's person of this role, logged in by phone code through the front door."""
        found = [p for p in self.people if any(r["role"] == role for r in p["roles"])][position]
        if found["phone"] not in self.logins:
            self.logins[found["phone"]] = self._log_in(found)
        return self.logins[found["phone"]]

    def _log_in(self, person: Json) -> Person:
        http = httpx.Client(base_url=self.url, timeout=15)
        asked = http.post("/api/v1/auth/codes", json={"phone": person["phone"]})
        assert asked.status_code == 202, asked.text
        code = next(m["code"] for m in http.get("/demo/outbox", params={"to": person["phone"]}).json() if m.get("code"))
        device = {"key": f"test-{person['id']}", "name": "test", "platform": "android"}
        answer = http.post("/api/v1/auth/sessions", json={"phone": person["phone"], "code": code, "device": device})
        assert answer.status_code == 201, answer.text
        return Person(http, person, answer.json())

    def device(self, serial: str) -> Json:
        return next(d for d in httpx.get(f"{self.url}/demo/devices").json() if d["serial"] == serial)

    def press(self, serial: str, event_id: str | None = None, kind: str = "sos") -> httpx.Response:
        """Press a button: one signed request, signed here by hand after RFC 9421."""
        device = self.device(serial)
        body = json.dumps(
            {"event_id": event_id or str(uuid4()), "kind": kind, "at": "2026-11-23T08:00:00+08:00"}
        ).encode()
        headers = sign("POST", "/api/v1/emergency/signals", body, device["key_id"], device["secret"])
        return httpx.post(f"{self.url}/api/v1/emergency/signals", content=body, headers=headers, timeout=15)

    def authorize(self, payment_id: str, outcome: str = "success") -> None:
        """What the payer's tap does at the sandbox."""
        answer = httpx.post(f"{self.url}/demo/sandbox/authorize/{payment_id}", params={"outcome": outcome}, timeout=20)
        answer.raise_for_status()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m backend …` for this district's home and database."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return subprocess.run(
            [sys.executable, "-m", "backend", *arguments],
            cwd=ROOT,
            env=kept | {"YIKE_DEMO": "1", "YIKE_HOME": str(self.home), "LOG_FORMAT": "plain"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stop(self) -> None:
        for person in self.logins.values():
            person.http.close()
        super().stop()


def sign(
    method: str, path: str, body: bytes, key_id: str, secret: str, *, created: int | None = None
) -> dict[str, str]:
    """The headers of a signed device message, made from the RFC's text alone."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    moment, nonce = created or int(time.time()), secrets.token_urlsafe(12)
    inner = f'("@method" "@path" "content-digest");created={moment};nonce="{nonce}";keyid="{key_id}"'
    lines = [f'"@method": {method}', f'"@path": {path}', f'"content-digest": {digest}', f'"@signature-params": {inner}']
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    mac = base64.b64encode(hmac.digest(key, "\n".join(lines).encode(), hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "Content-Digest": digest,
        "Signature-Input": f"button={inner}",
        "Signature": f"button=:{mac}:",
    }
