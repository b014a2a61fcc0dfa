"""Meter readings: what is accepted, and why something is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.roles import Can
from payments.models import Account, Meter, Reading
from payments.sight import own_or_company, require

MOST_A_DAY: Final[dict[str, Decimal]] = {
    Account.Kind.ELECTRICITY: Decimal(100),
    Account.Kind.WATER: Decimal(10),
    Account.Kind.GAS: Decimal(60),
    Account.Kind.HEATING: Decimal(400),
}
"""The most that one home can plausibly use in a day, in the unit of its kind (kWh, m³, m³, kWh)."""

CLOCK_SLACK = timedelta(minutes=10)


@verb("reading.record")
def record_reading(
    actor: Actor, *, meter_id: UUID, value: Decimal, read_at: datetime, photo_id: UUID | None = None
) -> Reading:
    """Accept what a meter shows.

    `value` in the register's unit, at most 3 decimals; `read_at` aware. A resident reads the meters of the own home, staff those
    of their company. Raises NotFound, Forbidden, or Invalid with the reason (`lower-than-last`, `implausible-jump`,
    `in-the-future`, `not-after-last`, `not-a-reading`).
    """
    meter = (
        Meter.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(
            own_or_company(actor, Can.BILL_READ, Can.READING_WRITE, prefix="account__"), pk=meter_id, is_active=True
        )
        .first()
    )
    if meter is None:
        raise NotFound
    is_own = meter.account.home_id in actor.homes
    if not is_own:
        require(actor, Can.READING_WRITE, meter.account.company_id)
    last = meter.readings.order_by("-read_at").first()
    if mistake := mistake_in(meter, last, value, read_at):
        raise Invalid(mistake, last=str(last.value) if last else None)
    reading = Reading.objects.create(
        meter=meter,
        value=value,
        read_at=read_at,
        source=Reading.Source.RESIDENT if is_own else Reading.Source.STAFF,
        reader_id=actor.person_id,
        photo_id=photo_id,
    )
    record("reading.recorded", about=reading, meter=meter.pk)
    return reading


def mistake_in(meter: Meter, last: Reading | None, value: Decimal, read_at: datetime) -> FieldError | None:
    """Why this cannot be the meter's next reading; None when it can."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value < 0 or value >= Decimal(10) ** 11 or exponent < -3:
        return FieldError(
            "/value", "not-a-reading", "a number from 0 with at most 3 decimals", "应为不小于 0、至多 3 位小数的数"
        )
    if read_at > now() + CLOCK_SLACK:
        return FieldError("/read_at", "in-the-future", "this time has not come yet", "抄表时间不能晚于现在")
    if last is None:
        return None
    if read_at <= last.read_at:
        return FieldError("/read_at", "not-after-last", "there is a later reading already", "已有更晚的读数")
    if value < last.value:
        return FieldError(
            "/value", "lower-than-last", f"lower than the last reading, {last.value}", f"低于上次读数 {last.value}"
        )
    days = Decimal(max((read_at - last.read_at).total_seconds(), 86_400)) / 86_400
    most = MOST_A_DAY.get(meter.account.kind)
    used = (value - last.value) * meter.multiplier
    if most is not None and used > most * days:
        return FieldError(
            "/value",
            "implausible-jump",
            f"{used.normalize():f} since the last reading is more than a home can use",
            f"自上次读数以来用量 {used.normalize():f}，超出住户合理用量",
        )
    return None
