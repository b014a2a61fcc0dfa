"""Huawei Push Kit over its HTTP API: a client-credentials token, then `messages:send`. Data-only, as every push.

It knows no idempotency key; the data holds the delivery id, and `bi_tag` carries it into Huawei's own reports.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from backend.core.clock import now
from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, OneByOne
from notifications.channels.wire import REFUSED_US, fields, post

OK, PARTLY = "80000000", "80100000"
BAD_TOKEN = {"80300007", "80100000"}
OTHER_APP = {"80300002"}
LOGIN_ENDED = {"80200001", "80200003"}
OUTAGE = {"81000001", "80600003", "80600004"}
EARLY_SECONDS = 120
REFUSED_SECONDS = 5.0  # after a login in vain, before the next


class Huawei(OneByOne):
    """The provider's id is the requestId."""

    name = "huawei"
    at_once = 16

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._token, self._ends, self._resting = "", 0.0, 0.0

    def send_one(self, letter: Letter) -> str:
        code, answer = self._ask(letter)
        if code in LOGIN_ENDED:
            with self._guard:
                self._ends = 0.0
            code, answer = self._ask(letter)
        if code == OK:
            return str(answer.get("requestId", ""))
        if code in BAD_TOKEN:
            raise NotSent("token unregistered", retires=True)
        if code in OTHER_APP:
            raise NotSent("token of another sender", retires=True)
        if code in OUTAGE or code in LOGIN_ENDED or not code:
            raise NotNow(f"huawei {code or 'said nothing'}", is_outage=True)
        raise NotSent(f"refused by huawei: {code}")

    def _ask(self, letter: Letter) -> tuple[str, dict[str, Any]]:
        url = f"{env.huawei_push_url.rstrip('/')}/v1/{env.huawei_app_id}/messages:send"
        headers = {"Authorization": f"Bearer {self._bearer()}"}
        answer = post(url, json={"validate_only": False, "message": _message(letter)}, headers=headers)
        body = fields(answer)
        if answer.status_code in REFUSED_US and not body.get("code"):
            return "80200001", body
        return str(body.get("code", "")), body

    def _bearer(self) -> str:
        """The access token, asked for again a little before it ends. Raises NotNow.

        One login at a time; those who waited for one that failed do not ask again one after the other.
        """
        with self._guard:
            if now().timestamp() < self._ends - EARLY_SECONDS:
                return self._token
            if time.monotonic() < self._resting:
                raise NotNow("huawei login failed just now", is_outage=True)
            form = {
                "grant_type": "client_credentials",
                "client_id": env.huawei_app_id,
                "client_secret": env.huawei_app_secret,
            }
            try:
                answer = post(env.huawei_oauth_url, data=form)
            except NotNow as failed:
                failed.is_certain = True  # no letter was in it
                raise
            finally:
                self._resting = time.monotonic() + REFUSED_SECONDS
            body = fields(answer)
            if answer.status_code != 200 or "access_token" not in body:
                raise NotNow("huawei refuses our login", is_outage=True)
            self._resting = 0.0
            self._token = str(body["access_token"])
            self._ends = now().timestamp() + float(body.get("expires_in", 3600))
            return self._token


def _message(letter: Letter) -> dict[str, Any]:
    return {
        "data": json.dumps(letter.pointer()),
        "android": {
            "urgency": "HIGH" if letter.is_emergency else "NORMAL",
            "ttl": "86400s",
            "bi_tag": str(letter.delivery_id),
        },
        "token": [letter.to],
    }
