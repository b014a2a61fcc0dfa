"""What people are told about bookings. The only parameter is the time: a notice may be read over a shoulder."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.core.queries import looking_up
from backend.directory.bookings.words import when
from backend.directory.models import Booking, Membership
from backend.people import delegations
from backend.people.roles import Power
from notifications.notices import notify
from notifications.templates import register_templates
from notifications.topics import Severity, Topic, register_topics

WORK, POWERS = "/api/v1/bookings", "/api/v1/me/delegations"
MOST_KEEPERS = 20
TEMPLATES = {
    "booking.confirmed": {
        "zh": "{when} 的预约已确认。",
        "en": "Your booking on {when_en} is confirmed.",
        "zh-plain": "约好了：{when}。",
        "en-plain": "It is booked: {when_en}.",
    },
    "booking.requested": {
        "zh": "{when} 的预约已提交，等待对方确认。",
        "en": "Your booking on {when_en} was sent; they have to confirm it.",
    },
    "booking.promoted": {
        "zh": "候补成功：{when} 的名额已为您留好。",
        "en": "A place came free: {when_en} is yours.",
        "zh-plain": "排到了：{when}。",
        "en-plain": "You have a place: {when_en}.",
    },
    "booking.offered": {
        "zh": "{when} 有了名额，请点开确认，过时会让给下一位。",
        "en": "There is a place on {when_en}. Open this and take it, or it goes to the next.",
    },
    "booking.moved": {
        "zh": "对方提议把您的预约改到 {when}，请点开确认；不确认则原时间不变。",
        "en": "They propose {when_en} instead. Open this and say yes, or your time stays as it is.",
    },
    "booking.refused": {
        "zh": "{when} 的预约未能安排，原因请点开查看。",
        "en": "Your booking on {when_en} was refused; open this to see why.",
    },
    "booking.closed": {
        "zh": "{when} 的预约因停止开放而取消，请另选时间。",
        "en": "Your booking on {when_en} is cancelled: it does not take place. Please choose another time.",
        "zh-plain": "{when} 不开门，请不要去。",
        "en-plain": "{when_en} is cancelled. Please do not go.",
    },
    "booking.cancelled": {"zh": "{when} 的预约已取消。", "en": "Your booking on {when_en} is cancelled."},
    "booking.lapsed": {
        "zh": "{when} 的名额保留时间已过，已让给下一位。",
        "en": "The place on {when_en} was not taken in time and went to the next.",
    },
    "booking.unanswered": {
        "zh": "{when} 未能排到名额或未得到确认，请另选时间。",
        "en": "No place on {when_en} came free, or nobody confirmed it. Please choose another time.",
    },
    "booking.reminder": {
        "zh": "提醒：您 {when} 有预约，不能去请提前取消。",
        "en": "A reminder of your booking on {when_en}. If you cannot come, please cancel.",
        "zh-plain": "别忘了：{when} 有预约。",
        "en-plain": "Do not forget: {when_en}.",
    },
    "booking.asked": {
        "zh": "{when} 有一个预约等待您确认。",
        "en": "A booking on {when_en} waits for your confirmation.",
    },
    "rating.replied": {"zh": "商家回复了您的评价。", "en": "The provider replied to your rating."},
    "rating.hidden": {
        "zh": "您的一条评价文字已被隐藏，星级仍然有效。",
        "en": "The words of one of your ratings were hidden; its stars still count.",
    },
}
SOON = timedelta(hours=20)


def register() -> None:
    """Make the texts and how pressing they are known."""
    register_templates(TEMPLATES)
    register_topics(
        {
            "booking.offered": Topic(Severity.IMPORTANT),
            "booking.closed": Topic(Severity.IMPORTANT),
            "booking.refused": Topic(Severity.IMPORTANT),
            "booking.reminder": Topic(expires=SOON, collapses=True),
            "booking.requested": Topic(Severity.INFO),
            "rating.replied": Topic(Severity.INFO),
        }
    )


def tell(booking: Booking, topic: str, *, key: str | None = None) -> None:
    """Tell the person, and the delegate who booked while they may still book for them (inside a verb)."""
    for reader in _readers(booking):
        about = booking.path if reader == booking.person_id else POWERS  # a delegate goes on from whom they act for
        notify(reader, topic, when(booking.starts_at), about=about, key=f"{key}:{reader}" if key else None)


def _readers(booking: Booking) -> list[UUID]:
    if booking.booked_by_id is None:
        return [booking.person_id]
    may = delegations.in_force().filter(
        person_id=booking.person_id, delegate_id=booking.booked_by_id, powers__contains=[Power.BOOK]
    )
    return [booking.person_id, booking.booked_by_id] if may.exists() else [booking.person_id]


def ask_keepers(booking: Booking) -> None:
    """Tell the organization's people that somebody waits for their yes; a community's workers see it on their page."""
    organization = booking.offer.organization_id
    if organization is None:
        return
    with looking_up("memberships"):
        keepers = Membership.objects.filter(organization_id=organization, ended_at=None).order_by("since")
        people = list(keepers.values_list("person_id", flat=True)[:MOST_KEEPERS])
    for person in people:
        notify(person, "booking.asked", when(booking.starts_at), about=WORK, key=f"asked:{booking.id}:{person}")
