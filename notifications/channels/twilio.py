"""SMS and calls by Twilio's REST API (2010-04-01), or by whoever speaks it. Takes whole texts in any language.

The delivery id goes along as `Idempotency-Key`, which Twilio's own API ignores and compatible gateways may honour, and in the
address of the status callback, which is signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from xml.sax.saxutils import escape

from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, OneByOne
from notifications.channels.wire import REFUSED_US, fields, post

BAD_NUMBER = {21211, 21214, 21217, 21614}
TOO_MANY = {20429, 14107, 21611, 63038}


class TwilioSms(OneByOne):
    """The provider's id is the message's SID."""

    name = "twilio"
    at_once = 8

    def send_one(self, letter: Letter) -> str:
        sender = env.twilio_from
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        return _created("Messages", letter, {by: sender, "Body": letter.text}, "sms")


class TwilioVoice(OneByOne):
    """Rings and reads the text twice; the provider's id is the call's SID."""

    name = "twilio-voice"

    def send_one(self, letter: Letter) -> str:
        language = "en-GB" if letter.language.startswith("en") else "zh-CN"
        spoken = f'<Response><Say language="{language}" loop="2">{escape(letter.text)}</Say></Response>'
        return _created("Calls", letter, {"From": env.twilio_voice_from or env.twilio_from, "Twiml": spoken}, "voice")


def signature(url: str, form: Mapping[str, str], token: str) -> str:
    """What `X-Twilio-Signature` must be for a callback at this full address with this form."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def callback(kind: str, delivery_id: object) -> str:
    """Where Twilio reports on this delivery; empty when nobody knows our public address."""
    base = env.public_url.rstrip("/")
    return f"{base}/api/v1/webhooks/{kind}/twilio?delivery={delivery_id}" if base else ""


def _created(resource: str, letter: Letter, form: dict[str, str], kind: str) -> str:
    form = {"To": letter.to, **form}
    if there := callback(kind, letter.delivery_id):
        form["StatusCallback"] = there
    answer = post(
        f"{env.twilio_api_base.rstrip('/')}/2010-04-01/Accounts/{env.twilio_account_sid}/{resource}.json",
        data=form,
        auth=(env.twilio_account_sid, env.twilio_auth_token),
        headers={"Idempotency-Key": str(letter.delivery_id)},
    )
    body = fields(answer)
    if answer.status_code in {200, 201} and "sid" in body:
        return str(body["sid"])
    code = body.get("code", answer.status_code)
    if answer.status_code in REFUSED_US:
        raise NotNow(f"refused us: {code}", is_outage=True)
    if code in TOO_MANY:
        raise NotNow("too-many")
    if code in BAD_NUMBER:
        raise NotSent("the number is none that can be reached")
    raise NotSent(f"refused by twilio: {code}", is_ours=True)
