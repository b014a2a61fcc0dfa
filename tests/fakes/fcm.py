"""A server shaped like Firebase Cloud Messaging, over TLS, which the real firebase-admin SDK talks to.

`/token` verifies the service account's RS256 assertion and issues a bearer; `messages:send` requires it and picks its answer from
the beginning of the registration token, like test card numbers: `ok-`, `unreg-`, `mismatch-`, `quota-`, `unavail-`, `internal-`,
`badarg-` (blames the token), `badmsg-` (blames our message), `apns-` (the project's own mistake), `slow-`, `flaky<n>-` (503 n
times, then accepted).
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.server import Answer, Asked, FakeServer
from tests.fakes.tls import certificate

PROJECT = "yike-test"
AUDIENCE = "https://oauth2.googleapis.com/token"  # what the SDK signs, wherever it sends it
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ANSWERS: dict[str, tuple[int, str, str]] = {
    "unreg": (404, "NOT_FOUND", "UNREGISTERED"),
    "mismatch": (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
    "quota": (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    "unavail": (503, "UNAVAILABLE", "UNAVAILABLE"),
    "internal": (500, "INTERNAL", "INTERNAL"),
    "badarg": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "badmsg": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "apns": (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
}
FIELDS = {"badarg": "message.token", "badmsg": "message.data"}
SLOW_SECONDS = 5.0


class FakeFcm(FakeServer):
    """`sent` holds the accepted messages, `hits` counts requests by registration token, `most` how many were under way at once."""

    def __init__(self, home: Path) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.sent: list[dict[str, Any]] = []
        self.hits: Counter[str] = Counter()
        self.bearers: set[str] = set()
        self.under_way = self.most = 0
        self.delay = 0.0
        self.lock = threading.Lock()
        self.authority, context = certificate(home)
        super().__init__(context)
        self.credentials = home / "service-account.json"
        self.credentials.write_text(json.dumps(self._account()))

    def _account(self) -> dict[str, str]:
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": "sender@yike-test.example",
            "client_id": "1",
            "token_uri": f"{self.base_url}/token",
        }

    def issue(self, assertion: str) -> str:
        """A bearer for a validly signed assertion."""
        jwt.decode(assertion, self.key.public_key(), algorithms=["RS256"], audience=AUDIENCE)
        bearer = f"bearer-{len(self.bearers)}"
        self.bearers.add(bearer)
        return bearer

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            bearer = self.issue(asked.form["assertion"])
            return Answer(200, {"access_token": bearer, "expires_in": 3600, "token_type": "Bearer"})
        if asked.path != f"/v1/projects/{PROJECT}/messages:send":
            return Answer(404, {})
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.bearers:
            return Answer(401, {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "no"}})
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            return self.reply(asked.json["message"])
        finally:
            with self.lock:
                self.under_way -= 1

    def reply(self, message: dict[str, Any]) -> Answer:
        """What one message is answered with."""
        token = message["token"]
        with self.lock:
            self.hits[token] += 1
            hits = self.hits[token]
        time.sleep(self.delay)
        prefix = token.partition("-")[0]
        if prefix == "slow":
            time.sleep(SLOW_SECONDS)
            return Answer(503, {})
        if prefix.startswith("flaky"):
            prefix = "unavail" if hits <= int(prefix.removeprefix("flaky")) else "ok"
        if prefix == "ok":
            with self.lock:
                self.sent.append(message)
                return Answer(200, {"name": f"projects/{PROJECT}/messages/{len(self.sent)}"})
        code, status, error = ANSWERS[prefix]
        details: list[dict[str, Any]] = [{"@type": FCM_ERROR, "errorCode": error}]
        if prefix in FIELDS:
            details.append({"@type": BAD_REQUEST, "fieldViolations": [{"field": FIELDS[prefix], "description": "no"}]})
        headers = (("Retry-After", "7"),) if prefix == "quota" else ()
        return Answer(code, {"error": {"code": code, "status": status, "message": "no", "details": details}}, headers)
