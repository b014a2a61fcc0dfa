"""The budget for SMS: how many, and for how much, may go out in a day of Beijing.

It holds back ordinary notices only. Emergencies and login codes are counted in a row of their own, which has no cap. A message is
reserved before it is handed over and given back when it did not go out, in one statement each, so that no two workers overspend.
"""

from __future__ import annotations

import math
from typing import Any

from django.db import connection, models

from backend.core.clock import today
from backend.env import env

ORDINARY, URGENT = "ordinary", "urgent"
FIRST_PART, LATER_PART = 70, 67  # characters of a Chinese SMS: alone, and in each part of a longer one


class SmsSpending(models.Model):
    """What one day's SMS came to. Holds no personal data."""

    pk = models.CompositePrimaryKey("day", "lane")
    day = models.DateField()
    lane = models.CharField(max_length=8)
    count = models.IntegerField(default=0)
    fen = models.BigIntegerField(default=0)

    class Meta:
        app_label = "notifications"


_RESERVE = """
INSERT INTO notifications_smsspending AS s (day, lane, count, fen)
SELECT %(day)s, %(lane)s, 1, %(fen)s WHERE %(most)s >= 1 AND %(most_fen)s >= %(fen)s
ON CONFLICT (day, lane) DO UPDATE SET count = s.count + 1, fen = s.fen + excluded.fen
WHERE s.count + 1 <= %(most)s AND s.fen + excluded.fen <= %(most_fen)s
RETURNING count
"""
NO_LIMIT = 2**31 - 1


def parts(text: str) -> int:
    """How many SMS a text is charged as."""
    return 1 if len(text) <= FIRST_PART else math.ceil(len(text) / LATER_PART)


def cost(text: str) -> int:
    """Fen, by the price a part that the operator stated."""
    return parts(text) * env.sms_price_fen


def reserve(text: str, *, is_urgent: bool) -> str:
    """Take one message out of today's budget; the answer is empty, or why it may not go out."""
    most = NO_LIMIT if is_urgent or env.sms_daily_count is None else env.sms_daily_count
    most_fen = NO_LIMIT if is_urgent or env.sms_daily_fen is None else env.sms_daily_fen
    values: dict[str, Any] = {"day": today(), "lane": URGENT if is_urgent else ORDINARY, "fen": cost(text)}
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, values | {"most": most, "most_fen": most_fen})
        taken = cursor.fetchone()
    return "" if taken else f"not sent: the SMS budget of {today():%Y-%m-%d} is used up"


def give_back(text: str, *, is_urgent: bool) -> None:
    """It did not go out after all."""
    spent = SmsSpending.objects.filter(day=today(), lane=URGENT if is_urgent else ORDINARY, count__gt=0)
    spent.update(count=models.F("count") - 1, fen=models.F("fen") - cost(text))


def spent() -> dict[str, tuple[int, int]]:
    """Today's messages and fen, by lane."""
    found = {row.lane: (row.count, row.fen) for row in SmsSpending.objects.filter(day=today())}
    return {lane: found.get(lane, (0, 0)) for lane in (ORDINARY, URGENT)}
