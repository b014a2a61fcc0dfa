"""The operator's view: what went to whom, why and when; tests of the channels."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import AwareDatetime

from api.edge import Reply, Request, Router, access, page, page_of, perform
from api.schemas.deliveries import DeliveryOut
from backend.core.queries import looking_up
from backend.people.roles import Can
from notifications import journal

router = Router(tags=["notifications"])


class LogQuery(Schema):
    """`person_id` is what POST /people/search gives; `since` is a time with an offset."""

    person_id: UUID | None = None
    notice_id: UUID | None = None
    channel: str = ""
    state: Literal["", "queued", "sent", "failed", "dead", "skipped"] = ""
    topic: str = ""
    since: AwareDatetime | None = None
    limit: int | None = None
    cursor: str | None = None


@router.get("/deliveries", response=page_of(DeliveryOut))
@access(Can.DELIVERY_KEEP)
def log(request: Request, query: Query[LogQuery]) -> dict[str, Any]:
    """Every way of every notice, newest first: sent, waiting, failed, or not gone and why. Neither addresses nor texts."""
    wanted = query.dict(exclude={"limit", "cursor"})
    with looking_up("delivery log"):
        return page(request, journal.log(**wanted), DeliveryOut.of, order=("-at", "id"))


@router.post("/channels/{channel}/test", response={201: DeliveryOut})
@access(Can.DELIVERY_KEEP)
def test(request: Request, channel: str) -> Reply:
    """Send a test message to my own address on this channel (409 `no-own-address`); the log shows what became of it."""
    return perform(request, journal.test, render=DeliveryOut.of, status=201, channel=channel)
