"""Dead letters, the channels' health, and providers' reports over HTTP."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from api.edge import PUBLIC, SIGNED, Reply, Request, Router, access, page, perform
from api.schemas.deliveries import (
    BacklogOut,
    ChannelOut,
    ChannelsOut,
    CircuitOut,
    DeadLettersOut,
    DeliveryOut,
    ReportTakenOut,
    SpendingOut,
    WebPushKeyOut,
)
from backend.core.queries import looking_up
from backend.env import env
from backend.people.roles import Can
from notifications import breaker, budget, dead, deliveries, reports
from notifications.channels import registry, webpush
from notifications.reports import Posted

router = Router(tags=["notifications"])


@router.get("/deliveries/unsent", response=DeadLettersOut)
@access(Can.DELIVERY_KEEP)
def unsent(
    request: Request, state: Literal["dead", "failed"] = "dead", cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Deliveries that ended unsent, newest first: what, why and when, without addresses and texts."""
    with looking_up("dead letters"):
        return page(request, dead.unsent(state), DeliveryOut.of, order=("-at", "id"))


@router.post("/deliveries/{delivery_id}/replay", response=DeliveryOut)
@access(Can.DELIVERY_KEEP)
def replay(request: Request, delivery_id: UUID) -> Reply:
    """Send a dead or failed delivery again, under the same id (409 `not-replayable`, `address-gone`)."""
    return perform(request, dead.replay, render=DeliveryOut.of, delivery_id=delivery_id)


@router.get("/channels", response=ChannelsOut)
@access(Can.DELIVERY_KEEP)
def channels(request: Request) -> ChannelsOut:
    """Which providers each channel has, which of them are left alone, what waits, and what SMS cost today."""
    caps = {budget.ORDINARY: (env.sms_daily_count, env.sms_daily_fen), budget.URGENT: (None, None)}
    with looking_up("backlog"):
        waiting = deliveries.backlog()
    return ChannelsOut(
        channels=[
            ChannelOut(channel=name, providers=[one.name for one in registry.providers(name)])
            for name in registry.CHANNELS
        ],
        waiting=[
            BacklogOut(channel=channel, lane=lane, count=count, oldest_due=oldest)
            for channel, lane, count, oldest in waiting
        ],
        circuits=[CircuitOut.of(row) for row in breaker.circuits()],
        sms_today=[
            SpendingOut(lane=lane, count=count, fen=fen, most_count=caps[lane][0], most_fen=caps[lane][1])
            for lane, (count, fen) in budget.spent().items()
        ],
    )


@router.get("/webpush-key", response=WebPushKeyOut)
@access(PUBLIC("a browser needs it before anybody logs in; it is a public key"))
def webpush_key(request: Request) -> WebPushKeyOut:
    """The key that browsers subscribe to pushes with."""
    return WebPushKeyOut(public_key=webpush.public_key())


@router.post("/webhooks/sms/{provider}", response=ReportTakenOut)
@access(SIGNED("the provider signs, or its address holds a secret"))
def sms_report(request: Request, provider: str) -> ReportTakenOut:
    """What became of an SMS: `twilio` (status callbacks) and `aliyun` (batches of reports, `?key=` as configured)."""
    reports.take(request.actor, channel=registry.SMS, provider=provider, posted=_posted(request))
    return ReportTakenOut()


@router.post("/webhooks/voice/{provider}", response=ReportTakenOut)
@access(SIGNED("the provider signs"))
def voice_report(request: Request, provider: str) -> ReportTakenOut:
    """What became of a call: `twilio` (status callbacks)."""
    reports.take(request.actor, channel=registry.VOICE, provider=provider, posted=_posted(request))
    return ReportTakenOut()


def _posted(request: Request) -> Posted:
    query = {name: request.GET.get(name, "") for name in request.GET}
    return Posted(request.get_full_path(), query, request.headers, request.body)
