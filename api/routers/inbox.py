"""The inbox: a person's notices and what was announced where they live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.edge import (
    PERSON,
    Reply,
    Request,
    Router,
    access,
    language,
    perform,
    read_cursor,
    read_limit,
    write_cursor,
)
from api.schemas.inbox import ArchivedOut, ArchiveIn, InboxOut, NoticeOut, ReadIn, ReadOut
from notifications import inbox, preferences
from notifications.inbox import Wish

router = Router(tags=["notifications"])
SINCE, PAGE = "inbox.since", "inbox.page"


@router.get("/inbox", response=InboxOut)
@access(PERSON)
def read_inbox(
    request: Request,
    since: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    unread: bool = False,
    archived: bool = False,
    q: str = "",
) -> InboxOut:
    """Newest first; with `since` only what is newer, with `q` what holds these words."""
    person, places = request.actor.must_be_known(), request.actor.place_channels
    most, tongue = read_limit(request.GET), language(request)
    wish = Wish(
        after=_positions(since),
        before=_before(cursor),
        is_unread=unread,
        is_archived=archived,
        words=q.strip()[:60],
        language=tongue,
    )
    # The positions before the entries: what is committed in between is read twice, never missed.
    newest = {**_positions(since), **inbox.positions(person, places)}
    found, last = inbox.entries(person, places, wish, limit=most)
    plain = preferences.of(person).is_plain
    return InboxOut(
        items=[NoticeOut.of(entry, tongue, plain=plain) for entry in found],
        next=write_cursor([last.at.isoformat(), last.id], PAGE) if last else None,
        since=write_cursor([part for pair in sorted(newest.items()) for part in pair], SINCE),
        unread=inbox.unread(person, places),
    )


def _positions(since: str | None) -> dict[str, int]:
    """What a `since` holds: channel → offset."""
    values = read_cursor(since, SINCE, "since") if since else []
    return dict(zip(values[::2], values[1::2], strict=True))


def _before(cursor: str | None) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    at, last = read_cursor(cursor, PAGE)
    return datetime.fromisoformat(at), UUID(last)


@router.post("/inbox/read", response=ReadOut)
@access(PERSON)
def mark_read(request: Request, body: ReadIn) -> Reply:
    """Mark entries as read; those of others are left alone."""
    person, places = request.actor.must_be_known(), request.actor.place_channels
    return perform(
        request,
        inbox.mark_read,
        render=lambda marked: ReadOut(marked=marked, unread=inbox.unread(person, places)),
        channels=places,
        ids=body.ids,
        up_to=body.up_to,
    )


@router.post("/inbox/archive", response=ArchivedOut)
@access(PERSON)
def archive(request: Request, body: ArchiveIn) -> Reply:
    """Put entries away; `GET /inbox?archived=true` still shows them."""
    person, places = request.actor.must_be_known(), request.actor.place_channels
    return perform(
        request,
        inbox.archive,
        render=lambda count: ArchivedOut(archived=count, unread=inbox.unread(person, places)),
        channels=places,
        ids=body.ids,
    )
