"""``/_sandbox``: what only a sandbox has. Tests and the demo play the payer and the bad days here."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

from sandbox.stripe import confirming, forms, setups, webhooks
from sandbox.stripe.api import Api
from sandbox.stripe.call import Call
from sandbox.stripe.errors import Json, StripeError
from sandbox.stripe.http import Reply, Request, json_reply

_AUTHORIZE = re.compile(r"/_sandbox/(payment_intents|setup_intents)/([A-Za-z0-9_]+)/authorize")
_RESEND = re.compile(r"/_sandbox/events/([A-Za-z0-9_]+)/resend")


def answer(api: Api, request: Request) -> Reply:
    """
    GET  /_sandbox/health                                          counts, and that the disk can be written
    GET, POST /_sandbox/faults                                     see ``Faults``; JSON or form
    POST /_sandbox/payment_intents/{id}/authorize?outcome=success|fail   the payer's tap (setup_intents too)
    POST /_sandbox/events/{id}/resend                              send the event to its endpoints once more
    """
    try:
        return json_reply(200, _answer(api, request))
    except StripeError as refusal:
        return json_reply(refusal.status, refusal.body)


def authorize(api: Api, id: str, outcome: str) -> Json:
    """Play the payer for one PaymentIntent or SetupIntent; returns it as it is afterwards."""
    call = Call(api.store, {}, api.base_url, api.terms)
    with api.store.transaction():
        if id.startswith("seti_"):
            return setups.answered(call, id, outcome)
        return confirming.answered(call, id, outcome)


def _answer(api: Api, request: Request) -> Json:
    if request.path == "/_sandbox/health" and request.method == "GET":
        return _health(api)
    if request.path == "/_sandbox/faults" and request.method in ("GET", "POST"):
        return api.faults.set(_given(request))
    if request.method == "POST" and (match := _AUTHORIZE.fullmatch(request.path)):
        outcome = parse_qs(request.query).get("outcome", [""])[0] or str(_given(request).get("outcome", "success"))
        return authorize(api, match[2], outcome)
    if request.method == "POST" and (match := _RESEND.fullmatch(request.path)):
        return {"deliveries": webhooks.resend(api.store, match[1])}
    raise StripeError(404, f"No such control ({request.method}: {request.path}).")


def _given(request: Request) -> Json:
    text = request.body.decode("utf-8", errors="replace")
    if not text.lstrip().startswith("{"):
        return forms.decode(text)
    try:
        given = json.loads(text)
    except json.JSONDecodeError:
        raise StripeError(400, "The body is not JSON.") from None
    return given if isinstance(given, dict) else {}


def _health(api: Api) -> Json:
    with api.store.transaction():
        api.store.set_fact("checked", "yes")
    rows = api.store.db.execute("SELECT kind, count(*) FROM objects GROUP BY kind ORDER BY kind")
    waiting = api.store.db.execute("SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL").fetchone()[0]
    return {"sandbox": True, "provider": "stripe", "objects": dict(list(rows)), "webhooks_waiting": waiting}
