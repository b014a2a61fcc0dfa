"""The operator's view: what went to whom, why and when; tests of the channels."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Query, Schema
from pydantic import AwareDatetime

from api.edge import Reply, Request, Router, access, language, page, page_of, perform
from api.schemas.deliveries import DeliveryOut
from api.schemas.inbox import NoticeOut
from backend.core.queries import looking_up
from backend.people.roles import Can
from notifications import inbox, journal, templates, topics

router = Router(tags=["notifications"])


class RungOut(Schema):
    """`wait_seconds`: how long a sign is waited for before the next rung."""

    ways: list[str]
    wait_seconds: int


class TopicOut(Schema):
    """A kind of notice: its words, its blanks, and the ladder by which it reaches a person."""

    topic: str
    severity: str
    expires_seconds: int | None
    collapses: bool
    blanks: list[str]
    texts: dict[str, str]
    ladder: list[RungOut]


class TopicsOut(Schema):
    items: list[TopicOut]
    next: str | None = None


class TryIn(Schema):
    """Values for the blanks; what is left out shows its name."""

    params: dict[str, Annotated[str, Field(max_length=200)]] = {}


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


@router.get("/topics", response=TopicsOut)
@access(Can.DELIVERY_KEEP)
def all_topics(request: Request) -> TopicsOut:
    """Every kind of notice with its words in Chinese, English and plain words, and the ways it goes."""
    return TopicsOut(items=[_topic(name) for name in templates.topics()])


def _topic(name: str) -> TopicOut:
    known = topics.of(name)
    return TopicOut(
        topic=name,
        severity=known.severity,
        expires_seconds=int(known.expires.total_seconds()) if known.expires else None,
        collapses=known.collapses,
        blanks=templates.blanks_of(name),
        texts=templates.texts_of(name),
        ladder=[RungOut(ways=list(rung.ways), wait_seconds=int(rung.wait.total_seconds())) for rung in known.rungs],
    )


@router.post("/topics/{topic}/test", response={201: NoticeOut})
@access(Can.DELIVERY_KEEP)
def try_topic(request: Request, topic: str, body: TryIn) -> Reply:
    """Send a notice of this topic to myself; the inbox shows how it reads, the log which ways it went."""
    tongue = language(request)
    return perform(
        request,
        journal.try_topic,
        render=lambda row: NoticeOut.of(inbox.entry_of(row), tongue),
        status=201,
        topic=topic,
        params=body.params,
    )
