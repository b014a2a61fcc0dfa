"""What can be booked, kept by the provider's people or the community's workers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.edge import Reply, Request, Router, access, language, page, page_of, perform
from api.schemas.bookings import AnnounceIn, BookableIn, BookableOut, BookablePatch, SlotOut
from backend.directory.bookings import offers, reading, slots
from backend.people.roles import Can

router = Router(tags=["bookings"])


@router.get("/offers", response=page_of(BookableOut))
@access(Can.BOOKING_KEEP)
def get_offers(request: Request) -> dict[str, Any]:
    """The offers that one keeps, ended ones too."""
    return page(request, reading.offers_kept(request.actor), lambda row: BookableOut.of(row, language(request)))


@router.post("/offers", response={201: BookableOut, 200: BookableOut})
@access(Can.BOOKING_KEEP)
def make(request: Request, body: BookableIn) -> Reply:
    """Let a service at a location be booked."""
    return perform(
        request,
        offers.make_offer,
        render=lambda row: BookableOut.of(row, language(request)),
        status=201,
        **body.dict(exclude_unset=True),
    )


@router.patch("/offers/{uuid:offer_id}", response=BookableOut)
@access(Can.BOOKING_KEEP)
def change(request: Request, offer_id: UUID, body: BookablePatch) -> Reply:
    """Change the rules. The length of slots stands while somebody has booked ahead (409 `has-bookings`)."""
    return perform(
        request,
        offers.change_offer,
        render=lambda row: BookableOut.of(row, language(request)),
        offer_id=offer_id,
        **body.dict(exclude_unset=True),
    )


@router.post("/offers/{uuid:offer_id}/end", response=BookableOut)
@access(Can.BOOKING_KEEP)
def end(request: Request, offer_id: UUID) -> Reply:
    """It can no longer be booked; what was booked ahead is cancelled and people are told."""
    return perform(
        request, offers.end_offer, render=lambda row: BookableOut.of(row, language(request)), offer_id=offer_id
    )


@router.post("/offers/{uuid:offer_id}/sessions", response={201: SlotOut, 200: SlotOut})
@access(Can.BOOKING_KEEP)
def announce(request: Request, offer_id: UUID, body: AnnounceIn) -> Reply:
    """Announce a class, a film, a meeting."""
    return perform(
        request,
        offers.announce,
        render=lambda row: SlotOut.of(slots.shown(row), language(request)),
        status=201,
        offer_id=offer_id,
        **body.dict(exclude_unset=True),
    )


@router.post("/sessions/{uuid:session_id}/call-off", response=SlotOut)
@access(Can.BOOKING_KEEP)
def call_off(request: Request, session_id: UUID) -> Reply:
    """It does not take place: bookings are cancelled and people are told."""
    return perform(
        request,
        offers.call_off,
        render=lambda row: SlotOut.of(slots.shown(row), language(request)),
        session_id=session_id,
    )
