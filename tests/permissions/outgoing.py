"""What an act sends on its way: the rows that wait to go out, and the letters that the courier would write from them."""

from __future__ import annotations

from django.db import connection

from notifications import addresses, letters
from notifications.channels import Letter
from notifications.deliveries import Delivery
from notifications.preferences import Preference
from tests.permissions.hearing import heard
from tests.permissions.world import World

WAITING = (
    "core_auditrow", "core_handoff", "notifications_broadcast", "notifications_delivery", "notifications_notice",
    "notifications_outboxmessage", "notifications_streamevent",
)  # fmt: skip
"""Tables whose rows leave the house or lie about in it for years: none of them may hold anybody's words in the open."""


def in_the_open(world: World) -> list[tuple[str, str]]:
    """(kind, owner) of every canary that stands unsealed in a waiting row."""
    rows = " UNION ALL ".join(f"SELECT t::text FROM {table} t" for table in WAITING)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t, ' ') FROM ({rows}) said")
        return heard(world, (cursor.fetchone()[0] or "").encode())


def in_letters(world: World) -> list[tuple[str, str]]:
    """(kind, owner) of every canary in what would be sent, to whomever; the address itself is no word."""
    rows = list(Delivery.objects.all())
    wishes = Preference.objects.in_bulk({row.person_id for row in rows if row.person_id is not None})
    found = []
    for row, letter in zip(rows, letters.written(rows, wishes), strict=True):
        if isinstance(letter, Letter):
            said = f"{letter.text} {letter.about} {letter.topic}"
            if row.channel in addresses.PUSH:
                said += str(letter.params)
            found += heard(world, said.encode())
    return found


def going_out(world: World) -> list[tuple[str, str]]:
    """(kind, owner) of every canary that this state would let out of the house."""
    return in_the_open(world) + in_letters(world)
