"""Alibaba Cloud: SMS (`SendSms`, 2017-05-25) and calls that read a template (`SingleCallByTts`, 2017-05-25), over their HTTP API.

Requests are signed by ACS3-HMAC-SHA256. Chinese carriers take approved templates only, so a topic needs a template here; its
parameters are sent, not the text. The API knows no idempotency key; for SMS `OutId` carries the delivery id, which comes back in
the report. For calls it has room for 15 bytes only, so that reports of calls are not taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote, urlsplit
from uuid import uuid4

from backend.core.clock import now
from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, OneByOne
from notifications.channels.wire import fields, post

VERSION = "2017-05-25"
WAITS = {"isv.BUSINESS_LIMIT_CONTROL": 60.0, "isv.DAY_LIMIT_CONTROL": 600.0, "Throttling": 2.0, "Throttling.User": 2.0}
BAD_NUMBER = {"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.INVALID_CALLED_NUMBER"}
OUR_ACCOUNT = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
    "InvalidTimeStamp",
    "Forbidden",
    "ServiceUnavailable",
    "InternalError",
    "isp.",
    "isv.OUT_OF_SERVICE",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.ACCOUNT_",
    "isv.PRODUCT_UN",
)


class AliyunSms(OneByOne):
    """`OutId` in the report at `/webhooks/sms/aliyun` is the delivery id; the provider's id is the BizId."""

    name = "aliyun"
    at_once = 8

    def send_one(self, letter: Letter) -> str:
        query = {
            "PhoneNumbers": _number(letter.to),
            "SignName": env.aliyun_sms_sign_name,
            "TemplateCode": _template(env.aliyun_sms_templates, letter),
            "TemplateParam": _params(letter),
            "OutId": str(letter.delivery_id),
        }
        return _called(env.aliyun_sms_endpoint, "SendSms", query)["BizId"]


class AliyunVoice(OneByOne):
    """Rings and reads the topic's template twice; the provider's id is the CallId."""

    name = "aliyun-voice"

    def send_one(self, letter: Letter) -> str:
        query = {
            "CalledNumber": _number(letter.to),
            "CalledShowNumber": env.aliyun_voice_show_number,
            "TtsCode": _template(env.aliyun_voice_templates, letter),
            "TtsParam": _params(letter),
            "PlayTimes": "2",
        }
        return _called(env.aliyun_voice_endpoint, "SingleCallByTts", query)["CallId"]


def signed_headers(
    method: str, url: str, query: Mapping[str, str], headers: Mapping[str, str], *, key_id: str, secret: str
) -> dict[str, str]:
    """The headers with their Authorization (ACS3-HMAC-SHA256, empty body). `headers`: every `x-acs-` header and `host`."""
    body_hash = hashlib.sha256(b"").hexdigest()
    given = {name.lower(): value.strip() for name, value in headers.items()} | {"x-acs-content-sha256": body_hash}
    names = sorted(given)
    canonical = "\n".join(
        [
            method,
            urlsplit(url).path or "/",
            canonical_query(query),
            "".join(f"{name}:{given[name]}\n" for name in names),
            ";".join(names),
            body_hash,
        ]
    )
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    return given | {"Authorization": credential}


def canonical_query(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))


def _called(endpoint: str, action: str, query: Mapping[str, str]) -> dict[str, str]:
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-version": VERSION,
        "x-acs-date": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
    }
    key_id, secret = env.aliyun_access_key_id, env.aliyun_access_key_secret
    signed = signed_headers("POST", endpoint, query, headers, key_id=key_id, secret=secret)
    answer = fields(post(f"{endpoint.rstrip('/')}/?{canonical_query(query)}", headers=signed))
    code = str(answer.get("Code", "no-code"))
    if code != "OK":
        raise _refusal(code)
    return {name: str(value) for name, value in answer.items()}


def _refusal(code: str) -> NotSent | NotNow:
    if code in WAITS:
        return NotNow(code, retry_after=WAITS[code])
    if code == "no-code" or code.startswith(OUR_ACCOUNT):
        return NotNow(code, is_outage=True)
    if code in BAD_NUMBER:
        return NotSent("the number is none that can be reached", is_ours=True)
    return NotSent(f"refused by aliyun: {code}", is_ours=True)


def _number(phone: str) -> str:
    """Eleven digits for the mainland, country code and number without a plus elsewhere."""
    return phone.removeprefix("+86") if phone.startswith("+86") else phone.removeprefix("+")


def _template(templates: Mapping[str, str], letter: Letter) -> str:
    in_language = f"{letter.topic}#{letter.language.partition('-')[0]}"
    code = templates.get(in_language) or templates.get(letter.topic)
    if code is None:
        raise NotSent("no template at aliyun for this topic", is_ours=True)
    return code


def _params(letter: Letter) -> str:
    return json.dumps({name: str(value) for name, value in letter.params.items()}, ensure_ascii=False)
