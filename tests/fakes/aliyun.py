"""A server shaped like Alibaba Cloud's SMS and voice API. It checks every signature from the documentation's recipe, by itself.

The last four digits of the number choose the answer: `0001` too often, `0002` no such number, `0003` the carrier's fault, `0004`
our account is in debt, anything else OK.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import quote

from tests.fakes.server import Answer, Asked, FakeServer

KEY_ID, SECRET = "test-key", "test-secret"
CODES = {
    "0001": "isv.BUSINESS_LIMIT_CONTROL",
    "0002": "isv.MOBILE_NUMBER_ILLEGAL",
    "0003": "isp.SYSTEM_ERROR",
    "0004": "isv.AMOUNT_NOT_ENOUGH",
}
AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$")


class FakeAliyun(FakeServer):
    def answer(self, asked: Asked) -> Answer:
        if not self.is_signed(asked):
            return Answer(400, {"Code": "SignatureDoesNotMatch", "Message": "no"})
        number = asked.query.get("PhoneNumbers") or asked.query["CalledNumber"]
        if code := CODES.get(number[-4:]):
            return Answer(200, {"Code": code, "Message": "no", "RequestId": "r"})
        name = "BizId" if asked.headers["x-acs-action"] == "SendSms" else "CallId"
        return Answer(200, {"Code": "OK", "Message": "OK", "RequestId": "r", name: f"{name}-{len(self.asked)}"})

    def is_signed(self, asked: Asked) -> bool:
        found = AUTHORIZATION.match(asked.headers.get("authorization", ""))
        if found is None or found[1] != KEY_ID or asked.headers.get("x-acs-version") != "2017-05-25":
            return False
        names = found[2].split(";")
        needed = {name for name in asked.headers if name.startswith("x-acs-") or name == "host"}
        if set(names) < needed or names != sorted(names):
            return False
        query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(asked.query.items()))
        lines = [asked.method, asked.path, query, *(f"{n}:{asked.headers[n].strip()}" for n in names), ""]
        lines += [found[2], hashlib.sha256(asked.body).hexdigest()]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        expected = hmac.new(SECRET.encode(), f"ACS3-HMAC-SHA256\n{hashed}".encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, found[3])
