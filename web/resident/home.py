"""The resident's first page: the SOS button and what waits."""

from __future__ import annotations

from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse

from backend.bulletins import reading as bulletins
from backend.community.models import Home
from backend.core.ids import uuid7
from backend.people.actor import Actor
from backend.tickets.models import Ticket
from notifications import inbox
from payments.models import Bill
from web import acting, session
from web.pages import person_page, show
from web.resident import sos


def main_home(actor: Actor) -> Home | None:
    """The person's first confirmed home, with what an address needs."""
    if not actor.dwellings:
        return None
    homes = Home.objects.select_related("building__compound", "unit")
    return homes.filter(id=actor.dwellings[0].home_id).first()


def open_bills(actor: Actor) -> dict[str, int]:
    """How many bills of the person's homes are open, and how much they come to (fen)."""
    bills = Bill.objects.filter(home_id__in=actor.homes, state=Bill.State.OPEN)
    return {
        "bills_count": bills.count(),
        "bills_total": bills.aggregate(owed=Sum(F("amount") - F("paid")))["owed"] or 0,
    }


@person_page
def home(request: HttpRequest) -> HttpResponse:
    """`/app`"""
    actor = session.actor_of(request)
    person = actor.must_be_known()
    if acting.standing_in(request, actor) is not None:
        return show(request, "web/app/acting_home.html", tab="home")
    return show(
        request,
        "web/app/home.html",
        tab="home",
        home=main_home(actor),
        alarm_id=uuid7(),
        tickets_count=Ticket.objects.filter(reporter_id=person).open().count(),
        unread=inbox.unread(person, actor.place_channels),
        bulletins=bulletins.pinned(actor),
        **open_bills(actor),
        **sos.present(actor),
    )


@person_page
def unread(request: HttpRequest) -> HttpResponse:
    """`/app/unread`: the number on the inbox card."""
    actor = session.actor_of(request)
    unread = inbox.unread(actor.must_be_known(), actor.place_channels)
    return show(request, "web/app/unread.html", unread=unread)
