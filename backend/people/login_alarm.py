"""The alarm against SMS pumping: codes that are sent and never entered, in the district as a whole or in one range of numbers.

Below 40 % over 15 minutes, with enough codes to judge by, the scope's breaker opens for 15 minutes: only phones of known persons
get an SMS, while every answer stays the same. It closes by itself. Codes of the last two minutes count only when they were
entered: whoever just got one is still reading.
"""

from __future__ import annotations

from collections import Counter as Tally
from datetime import timedelta

import structlog
from django.db import DatabaseError
from prometheus_client import Counter, Gauge

from backend.core.clock import now
from backend.core.cron import every
from backend.core.verb import record, verb
from backend.env import env
from backend.people.actor import Actor
from backend.people.models import CodeBreaker, LoginCode

log = structlog.get_logger(__name__)

WINDOW, READING, OPEN_FOR = timedelta(minutes=15), timedelta(minutes=2), timedelta(minutes=15)
LEAST_CONVERSION = 0.4
CHECK_SECONDS = 20.0
DISTRICT = "district"
WORKER = Actor.system("worker")

SENT = Counter("yike_codes_sent", "Codes handed over to be sent by SMS", ["purpose"])
VERIFIED = Counter("yike_codes_verified", "Codes that were sent and then entered rightly", ["purpose"])
BREAKERS = Gauge("yike_code_breakers_open", "Ranges of numbers (and the district) that get no codes unless known")


def _open_now() -> float:
    try:
        return float(CodeBreaker.objects.filter(open_until__gt=now()).count())
    except DatabaseError:
        return float("nan")


BREAKERS.set_function(_open_now)


def is_open(prefix: bytes) -> bool:
    """Whether unknown phones with this prefix get no SMS now. The demo sends none and has no breaker."""
    found = CodeBreaker.objects.filter(scope__in=[DISTRICT, prefix.hex()], open_until__gt=now()).exists()
    return found and not env.demo


def conversions() -> dict[str, tuple[int, int]]:
    """(sent, verified) of the last 15 minutes by scope: `district`, and the blind index of each prefix in hex."""
    moment = now()
    sent, verified = Tally[str](), Tally[str]()
    rows = LoginCode.objects.filter(created_at__gt=moment - WINDOW, purpose=LoginCode.Purpose.LOGIN, is_sent=True)
    for prefix, made, consumed in rows.values_list("prefix_blind", "created_at", "consumed_at").iterator():
        if consumed is None and made > moment - READING:
            continue
        for scope in (DISTRICT, bytes(prefix).hex()):
            sent[scope] += 1
            verified[scope] += consumed is not None
    return {scope: (count, verified[scope]) for scope, count in sent.items()}


def check_conversion() -> list[str]:
    """Open the breaker of every scope that looks like pumping and forget those that have closed; returns the scopes opened."""
    ended = CodeBreaker.objects.filter(open_until__lte=now())
    for scope in ended.values_list("scope", flat=True):
        log.info("login.breaker-closed", scope=_shown(scope))
    ended.delete()
    is_open_now = set(CodeBreaker.objects.values_list("scope", flat=True))
    opened = []
    for scope, (sent, verified) in conversions().items():
        least = env.code_alarm_sends if scope == DISTRICT else env.code_alarm_prefix_sends
        if scope not in is_open_now and sent >= least and verified < LEAST_CONVERSION * sent:
            _open(WORKER, scope=scope, sent=sent, verified=verified)
            opened.append(scope)
    return opened


@verb("login.breaker-opened")
def _open(actor: Actor, *, scope: str, sent: int, verified: int) -> CodeBreaker:
    until = now() + OPEN_FOR
    made, _ = CodeBreaker.objects.update_or_create(
        scope=scope, defaults={"sent": sent, "verified": verified, "opened_at": now(), "open_until": until}
    )
    record("login.breaker-opened", about=None, scope=_shown(scope), sent=sent, verified=verified)
    log.error("login.breaker-opened", scope=_shown(scope), sent=sent, verified=verified, until=until.isoformat())
    return made


def _shown(scope: str) -> str:
    """A scope as operators may read it: prefixes by the first digits of their blind index."""
    return scope if scope == DISTRICT else f"prefix {scope[:12]}"


def register() -> None:
    """Look every 20 s in one worker of all."""
    every(seconds=CHECK_SECONDS, name="login.conversion")(check_conversion)
