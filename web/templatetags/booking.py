"""What the page of a service shows of bookings and ratings, wherever it is included."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.urls import reverse

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.directory.bookings import slots
from backend.directory.models import Offer, Slot
from backend.directory.ratings import reading
from backend.people.roles import Can
from web import session
from web.templatetags.yike import lang

register = template.Library()
SHOWN = 5


@register.simple_tag
def offers_at(place_id: UUID) -> list[dict[str, Any]]:
    """What can be booked at a place, each with its coming sessions."""
    return [
        {"row": offer, "title": offer.label(lang()), "text": offer.words(lang()), "sessions": _sessions(offer)}
        for offer in slots.offers_at(place=place_id)
    ]


def _sessions(offer: Offer) -> list[slots.Shown]:
    moment = now()
    coming = slots.sessions(first=moment, last=moment + timedelta(days=28), offer_id=offer.id)
    return [one for one in coming if one.state in ("open", "waiting")][:SHOWN]


@register.simple_tag(takes_context=True)
def keeps_bookings(context: template.Context) -> bool:
    """Whether the reader keeps bookings somewhere: an organization's or a venue's."""
    return session.own_actor_of(context["request"]).may(Can.BOOKING_KEEP)


@register.simple_tag
def ratings_of(service_id: UUID) -> list[reading.Said]:
    """The newest ratings of a service."""
    with looking_up("ratings"):
        rows = list(reading.of_service(service_id).order_by("-created_at", "id")[:SHOWN])
    return reading.said(rows)


@register.filter
def stars(count: int) -> str:
    """Four stars as "★★★★☆"."""
    return "★" * count + "☆" * (5 - count)


@register.filter
def title_of(shown: slots.Shown) -> str:
    """A slot's title in the reader's language."""
    return (shown.title_en if lang() == "en" else "") or shown.title


@register.filter
def words_of(shown: slots.Shown) -> str:
    """A slot's text in the reader's language."""
    return (shown.text_en if lang() == "en" else "") or shown.text


@register.filter
def slot_title(slot: Slot) -> str:
    """The title of a slot's row in the reader's language."""
    return slot.label(lang())


@register.filter
def hours_of(slot: Slot) -> str:
    """When a slot's row is, where it is: "09:00–09:30"."""
    zone = slots.zone_of(slot.offer)
    return f"{slot.starts_at.astimezone(zone):%H:%M}–{slot.ends_at.astimezone(zone):%H:%M}"


@register.filter
def link_of(shown: slots.Shown) -> str:
    """The page on which a slot or a session is booked."""
    key = {"session": str(shown.id)} if shown.is_session else {"start": shown.starts_at.isoformat()}
    return f"{reverse('web:book-slot', args=[shown.offer.id])}?{urlencode(key)}"
