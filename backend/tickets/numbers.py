"""Ticket numbers: `CY-20261123-0007`, counted from 1 each Beijing day, unique and without gaps."""

from django.db import connection

from backend.core.clock import today

PREFIX = "CY"


def next_number() -> str:
    """Take the next number. Call it late in the verb: the day's row stays locked until the commit."""
    day = today()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_daycounter (day, last) VALUES (%s, 1)"
            " ON CONFLICT (day) DO UPDATE SET last = tickets_daycounter.last + 1 RETURNING last",
            [day],
        )
        (last,) = cursor.fetchone() or (0,)
    return f"{PREFIX}-{day:%Y%m%d}-{last:04d}"
