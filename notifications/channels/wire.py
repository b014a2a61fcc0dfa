"""HTTP to providers: one pool of connections a host, short time-outs, no retries of its own, no redirects, and plain answers."""

from __future__ import annotations

import json
import logging
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from backend.core.clock import now
from notifications.channels import NotNow

logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold addresses, and a provider's may hold a phone
CONNECT_SECONDS, READ_SECONDS = 3.05, 6.0
LONGEST_WAIT = 600.0
REFUSED_US = {401, 403, 407}


@cache
def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=16, pool_maxsize=32, max_retries=0))
    return session


def post(url: str, **options: Any) -> requests.Response:
    """POST once. Raises NotNow when there is no answer (uncertain when it may have arrived), or for 429 and 5xx."""
    try:
        answer = _session().post(url, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, **options)
    except requests.ConnectTimeout:
        raise NotNow("unreachable", is_outage=True) from None
    except requests.Timeout:
        raise NotNow("timeout", is_outage=True, is_certain=False) from None
    except requests.ConnectionError as gone:
        raise NotNow("unreachable", is_outage=True, is_certain=_never_left(gone)) from None
    except requests.RequestException:
        raise NotNow("broken-answer", is_outage=True, is_certain=False) from None
    if answer.status_code == 429:
        raise NotNow("too-many", retry_after=retry_after(answer.headers.get("Retry-After", "")))
    if answer.status_code >= 500:
        wait = retry_after(answer.headers.get("Retry-After", ""))
        raise NotNow(
            f"http-{answer.status_code}", retry_after=wait, is_outage=True, is_certain=answer.status_code == 503
        )
    return answer


def fields(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer, empty when it is none."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(text: str) -> float | None:
    """Seconds of a Retry-After header (a number or a date), at most ten minutes; None when it says nothing."""
    if text.strip().isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 1.0), LONGEST_WAIT)


def _never_left(gone: requests.ConnectionError) -> bool:
    """A refused connection took nothing; one that broke off may have."""
    cause = gone.args[0] if gone.args else None
    return type(cause).__name__ == "MaxRetryError"
