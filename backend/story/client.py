"""A program that uses the API as any client would: JSON over HTTP, with a person's access token."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

Json = dict[str, Any]
LONGEST_WAIT = 65  # seconds; a phone may ask for a code once a minute


class Refused(Exception):
    """The server's refusal, with its problem."""

    def __init__(self, method: str, path: str, status: int, problem: Any) -> None:
        detail = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else problem
        super().__init__(f"{method} {path}: {status} {detail}")
        self.status = status
        self.problem: Json = problem if isinstance(problem, dict) else {}


@dataclass
class Api:
    """One base address and, after login, one person. `language` is what texts come back in."""

    base: str
    token: str = field(default="", repr=False)
    name: str = ""
    id: str = ""
    language: str = "zh-CN"

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of `/api/v1<path>`; raises Refused."""
        return self.call("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The same for a POST; every one carries an idempotency key."""
        return self.call("POST", path, body, {"Idempotency-Key": str(uuid4()), **headers})

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        encoded = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = self.raw(method, f"/api/v1{path}", encoded, {"Content-Type": "application/json", **(headers or {})})
        return json.loads(answer) if answer else None

    def raw(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """The body of any path of the server; raises Refused."""
        sent = {"Accept-Language": self.language, **(headers or {})}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=20)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            try:
                problem = json.loads(content)
            except ValueError:
                problem = content[:200].decode(errors="replace")
            raise Refused(method, path, answer.status, problem)
        return content

    def upload(self, path: str, name: str, content: bytes, kind: str) -> Json:
        """POST one file as multipart/form-data."""
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        answer = self.raw("POST", f"/api/v1{path}", body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
        shown: Json = json.loads(answer)
        return shown


def log_in(base: str, person: Json) -> Api:
    """Log in by phone code, which the demo's outbox shows. Waits out the minute between two codes of one phone."""
    anyone = Api(base, language=person.get("language") or "zh-CN")
    phone = person["phone"]
    ends, said = time.monotonic() + LONGEST_WAIT, False
    while True:
        before = _codes(anyone, phone)
        try:
            anyone.call("POST", "/auth/codes", {"phone": phone})
            break
        except Refused as refused:
            if refused.status != 429 or time.monotonic() > ends:
                raise
            if not said:
                said = True
                print(
                    "         （同一手机一分钟只发一次验证码，稍等。 One code a minute and phone; waiting.）",
                    flush=True,
                )
            time.sleep(2)
    code = _fresh_code(anyone, phone, before)
    device = {"key": f"story-{uuid4()}", "name": "make story", "platform": "terminal"}
    session = anyone.call("POST", "/auth/sessions", {"phone": phone, "code": code, "device": device})
    return Api(base, session["access_token"], session["person"]["name"], session["person"]["id"], anyone.language)


def _codes(api: Api, phone: str) -> list[Json]:
    """The login codes on their way to this phone, newest first."""
    sent = json.loads(api.raw("GET", f"/demo/outbox?to={quote(phone)}"))
    items = sent["items"] if isinstance(sent, dict) else sent
    return [item for item in items if item.get("code")]


def _fresh_code(api: Api, phone: str, before: list[Json]) -> str:
    ends = time.monotonic() + 15
    while time.monotonic() < ends:
        found = _codes(api, phone)
        if found and found != before:
            return str(found[0]["code"])
        time.sleep(0.1)
    raise TimeoutError(f"no code for {phone} appeared in the demo's outbox")
