"""A server shaped like Twilio's REST API, for messages and calls. The number's last four digits choose the answer:
`0001` too many, `0002` no such number, `0003` broken, `0004` not from this sender, anything else created."""

from __future__ import annotations

import base64

from tests.fakes.server import Answer, Asked, FakeServer

SID, TOKEN = "AC0123", "test-token"
ERRORS = {"0001": (429, 20429), "0002": (400, 21211), "0003": (500, 20500), "0004": (400, 21606)}


class FakeTwilio(FakeServer):
    def answer(self, asked: Asked) -> Answer:
        basic = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return Answer(401, {"code": 20003, "status": 401})
        kinds = {
            f"/2010-04-01/Accounts/{SID}/{name}.json": prefix for name, prefix in (("Messages", "SM"), ("Calls", "CA"))
        }
        if asked.path not in kinds:
            return Answer(404, {"code": 20404, "status": 404})
        if error := ERRORS.get(asked.form["To"][-4:]):
            return Answer(error[0], {"code": error[1], "status": error[0]})
        return Answer(201, {"sid": f"{kinds[asked.path]}{len(self.asked)}", "status": "queued"})
