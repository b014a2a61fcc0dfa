"""A server shaped like Huawei's Push Kit: `/oauth2/v3/token`, then `messages:send`. The token's beginning chooses the answer."""

from __future__ import annotations

from tests.fakes.server import Answer, Asked, FakeServer

APP, SECRET = "10086", "test-secret"
CODES = {"bad": "80300007", "other": "80300002", "busy": "81000001", "long": "80300008"}


class FakeHuawei(FakeServer):
    """`logins` counts the access tokens given; `end_logins` makes those given so far worthless."""

    logins = 0
    good = ""

    def end_logins(self) -> None:
        self.good = "none"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/oauth2/v3/token":
            wanted = {"grant_type": "client_credentials", "client_id": APP, "client_secret": SECRET}
            if asked.form != wanted:
                return Answer(400, {"error": 1101, "sub_error": 20001})
            self.logins += 1
            self.good = f"access-{self.logins}"
            return Answer(200, {"access_token": self.good, "expires_in": 3600, "token_type": "Bearer"})
        if asked.path != f"/v1/{APP}/messages:send":
            return Answer(404, {})
        if asked.headers.get("authorization") != f"Bearer {self.good}":
            return Answer(200, {"code": "80200003", "msg": "OAuth token expired", "requestId": "1"})
        (token,) = asked.json["message"]["token"]
        prefix = token.partition("-")[0]
        if prefix == "flood":
            return Answer(503, {}, (("Retry-After", "9"),))
        return Answer(200, {"code": CODES.get(prefix, "80000000"), "msg": "x", "requestId": f"req-{len(self.asked)}"})
