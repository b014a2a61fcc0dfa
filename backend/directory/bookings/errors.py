"""Why a booking was refused."""

from __future__ import annotations

from typing import Any, NoReturn

from backend.core.errors import Conflict, FieldError, Gone, Invalid
from backend.directory.bookings.flow import allowed


class SlotFull(Conflict):
    """All places are taken; you can join the waiting list."""

    code, zh = "slot-full", "该时段已约满，可以排队候补"


class WaitingListFull(Conflict):
    """All places are taken, and the waiting list is full too."""

    code, zh = "waiting-list-full", "该时段已约满，候补名单也已满"


class SlotClosed(Gone):
    """This does not take place."""

    code, zh = "slot-closed", "该时段已取消"


class NotBookable(Conflict):
    """This cannot be booked at that time."""

    code, zh = "not-bookable", "该时间不可预约"


class TooSoon(Conflict):
    """It is too late to book this; bookings end some time before."""

    code, zh = "too-soon", "已过预约截止时间"


class TooEarly(Conflict):
    """This cannot be booked yet."""

    code, zh = "too-early", "还未开放预约"


class AlreadyBooked(Conflict):
    """You have booked this at that time already."""

    code, zh = "already-booked", "您在这个时间已经有预约"


class BookingLimit(Conflict):
    """You have as many bookings here as one person may have."""

    code, zh = "booking-limit", "您在这里的预约已达上限"


class TooLateToCancel(Conflict):
    """It is too late to cancel by yourself; please call the provider."""

    code, zh = "too-late-to-cancel", "已过可取消时间，请电话联系商家"


class OfferLapsed(Conflict):
    """The place was kept for you until a time that has passed; it went to the next."""

    code, zh = "offer-lapsed", "保留时间已过，名额已让给下一位"


class NotStarted(Conflict):
    """This has not begun yet."""

    code, zh = "not-started", "还未到开始时间"


class HasBookings(Conflict):
    """People have booked ahead: end this offer and make another."""

    code, zh = "has-bookings", "已有预约，不能修改；请结束后另建"


class RoomTaken(Conflict):
    """The room is taken at that time."""

    code, zh = "room-taken", "场地在这个时间已被占用"


class IdTaken(Conflict):
    """Another booking has this id."""

    code, zh = "id-taken", "该编号已被使用"


class WrongStep(Conflict):
    """The booking's present state does not allow this."""

    code, zh = "wrong-step", "当前状态不允许此操作"

    def __init__(self, state: str, by: str, **extra: Any) -> None:
        super().__init__(state=state, allowed=allowed(state, by), **extra)


def wrong(field: str, code: str, en: str, zh: str) -> NoReturn:
    """Raise Invalid about one field of the body."""
    raise Invalid(FieldError(f"/{field}", code, en, zh))
