"""A booking as an iCalendar file (RFC 5545), so that a phone's calendar reminds of it too."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.core.clock import now
from backend.directory.bookings.flow import HOLDS
from backend.directory.models import Booking

STATUS = {"confirmed": "CONFIRMED", "attended": "CONFIRMED"}


def calendar(booking: Booking, language: str) -> str:
    """The file's text: one event with its place, and a reminder two hours before. Nothing of the person is in it."""
    at = booking.offer.place
    service, place = at.service, at.location
    english = language.startswith("en")
    address = place.address_en if english and place.address_en else place.address
    name = service.name_en if english and service.name_en else service.name
    status = STATUS.get(booking.state, "TENTATIVE" if booking.state in HOLDS | {"waiting"} else "CANCELLED")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Yike//Bookings//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{booking.id}@yike",
        f"DTSTAMP:{_utc(now())}",
        f"DTSTART:{_utc(booking.starts_at)}",
        f"DTEND:{_utc(booking.ends_at)}",
        f"SUMMARY:{_text(booking.slot.label(language))}",
        f"LOCATION:{_text(' '.join(part for part in (name, address, booking.slot.room) if part))}",
        f"GEO:{place.lat:.6f};{place.lon:.6f}",
        f"STATUS:{status}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT2H",
        f"DESCRIPTION:{_text(booking.slot.label(language))}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> str:
    """At most 75 octets a line, never cut inside a character; continued lines begin with a blank."""
    lines, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            lines.append(" ")
            size = 1
        lines[-1] += letter
        size += width
    return "\r\n".join(lines)
