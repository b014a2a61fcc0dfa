"""Acting for somebody on the resident's pages: whom the session names, checked each time, where a power opens the page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from backend.people.acting import NotADelegate, with_powers
from backend.people.actor import Actor
from backend.people.reading import names_by_id
from backend.people.roles import Power

KEY = "acting_for"
PAGES = {
    "bills": Power.PAY,
    "bill": Power.PAY,
    "bill-pay": Power.PAY,
    "payment": Power.PAY,
    "payment-cancel": Power.PAY,
    "receipt": Power.PAY,
    "tickets": Power.REPORT,
    "ticket-new": Power.REPORT,
    "ticket": Power.REPORT,
    "ticket-step": Power.REPORT,
    "photo": Power.REPORT,
    "circle": Power.BOOK,
    "service": Power.BOOK,
    "checklists": Power.BOOK,
    "checklist": Power.BOOK,
    "checklist-open": Power.BOOK,
    "checklist-tick": Power.BOOK,
    "checklist-archive": Power.BOOK,
    "book": Power.BOOK,
    "book-slot": Power.BOOK,
    "bookings": Power.BOOK,
    "booking": Power.BOOK,
    "booking-step": Power.BOOK,
    "booking-calendar": Power.BOOK,
    "events": Power.BOOK,
    "family-alarms": Power.SEE_ALARMS,
}
"""Pages on which a delegate stands in, and the power that each needs. Every other page stays one's own, and says so."""
START = "app"
"""Here the delegate chooses what to do for the person."""


@dataclass(frozen=True)
class Acting:
    """For the banner: for whom, with which powers, and whether this very page is theirs (else it is one's own)."""

    person_id: UUID
    name: str
    powers: list[str]
    is_here: bool


def begin(request: HttpRequest, own: Actor, person_id: UUID) -> Actor:
    """Act for a person from now on. Raises NotADelegate."""
    standing = with_powers(own, person_id)
    request.session[KEY] = str(person_id)
    return standing


def stop(request: HttpRequest) -> None:
    """Act for oneself again."""
    request.session.pop(KEY, None)
    if hasattr(request, "_page_standing"):
        del request._page_standing


def standing_in(request: HttpRequest, own: Actor) -> Actor | None:
    """The actor that stands in for whom the session names; None when nobody, or when the power has ended (then it is forgotten)."""
    named = request.session.get(KEY)
    if not named or own.kind != "person":
        return None
    found: Actor | None = getattr(request, "_page_standing", None)
    if found is None:
        try:
            found = with_powers(own, UUID(named))
        except (NotADelegate, ValueError):
            stop(request)
            return None
        request._page_standing = found  # type: ignore[attr-defined]
    return found


def power_of(request: HttpRequest) -> Power | None:
    """The power that this page needs of a delegate; None: it is always one's own."""
    match = request.resolver_match
    return PAGES.get(match.url_name or "") if match else None


def on_page(request: HttpRequest, own: Actor) -> Actor:
    """Who acts on this page. Raises NotADelegate on a page for which the delegate has no power."""
    power = power_of(request)
    standing = standing_in(request, own) if power is not None else None
    if power is None or standing is None:
        return own
    if power not in standing.powers:
        raise NotADelegate
    return standing


def shown(request: HttpRequest, own: Actor) -> Acting | None:
    """What the banner says; None when nobody is acted for."""
    standing = standing_in(request, own)
    if standing is None or standing.person_id is None:
        return None
    name = names_by_id([standing.person_id]).get(standing.person_id, "")
    match = request.resolver_match
    is_here = power_of(request) in standing.powers or (match is not None and match.url_name == START)
    return Acting(standing.person_id, name, sorted(standing.powers), is_here)
