"""A server shaped like Firebase Cloud Messaging, which the real firebase-admin SDK talks to.

`/token` verifies the service account's RS256 assertion and issues a bearer; `messages:send` requires it and picks its answer from
the beginning of the registration token, like test card numbers: `ok-`, `unreg-`, `mismatch-`, `quota-`, `unavail-`, `internal-`,
`badarg-` (blames the token), `badmsg-` (blames our message), `slow-`, `flaky<n>-` (503 n times, then accepted).
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

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
}
FIELDS = {"badarg": "message.token", "badmsg": "message.data"}


@dataclass
class FakeFcm:
    """The server; `sent` holds the accepted messages, `hits` counts requests by registration token."""

    home: Path
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    sent: list[dict[str, Any]] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    bearers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fcm": self}))
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        self.credentials = self.home / "service-account.json"
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

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def issue(self, assertion: str) -> str:
        """A bearer for a validly signed assertion."""
        jwt.decode(assertion, self.key.public_key(), algorithms=["RS256"], audience=AUDIENCE)
        bearer = f"bearer-{len(self.bearers)}"
        self.bearers.add(bearer)
        return bearer

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, JSON and headers for one send request."""
        token = body["message"]["token"]
        self.hits[token] += 1
        prefix = token.partition("-")[0]
        if prefix == "slow":
            time.sleep(30)
        if prefix.startswith("flaky"):
            prefix = "unavail" if self.hits[token] <= int(prefix.removeprefix("flaky")) else "ok"
        if prefix == "ok":
            self.sent.append(body["message"])
            return 200, {"name": f"projects/{PROJECT}/messages/{len(self.sent)}"}, {}
        code, status, error = ANSWERS[prefix]
        details: list[dict[str, Any]] = [{"@type": FCM_ERROR, "errorCode": error}]
        if prefix in FIELDS:
            details.append({"@type": BAD_REQUEST, "fieldViolations": [{"field": FIELDS[prefix], "description": "no"}]})
        headers = {"Retry-After": "7"} if prefix == "quota" else {}
        return code, {"error": {"code": code, "status": status, "message": "no", "details": details}}, headers


class _Handler(BaseHTTPRequestHandler):
    fcm: FakeFcm
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/token":
            bearer = self.fcm.issue(parse_qs(raw.decode())["assertion"][0])
            self._send(200, {"access_token": bearer, "expires_in": 3600, "token_type": "Bearer"}, {})
        elif self.path != f"/v1/projects/{PROJECT}/messages:send":
            self._send(404, {}, {})
        elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.fcm.bearers:
            self._send(401, {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "no"}}, {})
        else:
            self._send(*self.fcm.answer(json.loads(raw)))

    def _send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
