"""The courier: takes due deliveries, hands each to its way out, and marks it sent only after the provider accepted it.

A courier that dies between the provider's yes and our mark sends again, under the same delivery id, by which apps and those
providers that honour it know the repeat.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from backend.core.clock import BEIJING, now
from backend.core.due import register
from backend.core.verb import record, verb
from backend.env import env
from notifications import addresses, deliveries, digest, failover, ladder, letters, outbox, sms, templates
from notifications.channels import LEFT_ALONE, NO_PROVIDER, Letter, NotNow, NotSent, Taken
from notifications.channels.registry import EMAIL, FCM, HUAWEI, SEAMS, SMS, VOICE, WEBPUSH
from notifications.deliveries import CODE, DEAD, EMERGENCY, FAILED, FIRST, NORMAL, QUEUED, Delivery
from notifications.lanes import lane
from notifications.preferences import Preference

log = structlog.get_logger(__name__)
GIVE_UP = {NORMAL: timedelta(hours=6), EMERGENCY: timedelta(hours=24)}
FIRST_RETRY = timedelta(seconds=2)
LONGEST = {NORMAL: timedelta(minutes=5), EMERGENCY: timedelta(seconds=30)}
LANES: tuple[tuple[tuple[str, ...], dict[str, tuple[int, int]]], ...] = (
    # Channels, and for each urgency: deliveries a batch, threads. Batches are through before their claim ends, however slow the
    # provider: what all threads of a lane have in hand shares the provider's connections.
    ((FCM,), {EMERGENCY: (32, 4), NORMAL: (128, 2)}),
    ((SMS,), {EMERGENCY: (1, 8), CODE: (1, 4), NORMAL: (16, 2)}),
    ((VOICE,), {EMERGENCY: (1, 4), NORMAL: (1, 1)}),
    ((WEBPUSH,), {EMERGENCY: (1, 4), NORMAL: (100, 2)}),
    ((EMAIL,), {EMERGENCY: (1, 2), CODE: (1, 2), NORMAL: (16, 1)}),
    ((HUAWEI,), {EMERGENCY: (1, 4), NORMAL: (100, 1)}),
    (SEAMS, {EMERGENCY: (1, 1), NORMAL: (16, 1)}),
)


@dataclass(frozen=True)
class Courier:
    """Who acts: the service itself."""

    kind: str = "system"
    person_id: UUID | None = None
    acting_for: UUID | None = None
    doer_id: UUID | None = None


COURIER = Courier()


@dataclass(frozen=True)
class Ended:
    """How one claimed delivery ended."""

    row: Delivery
    outcome: Taken | NotSent
    provider: str = ""
    state: str = FAILED


def register_loops() -> None:
    """The lanes, run by the worker."""
    for channels, sizes in LANES:
        for urgency, (batch, threads) in sizes.items():
            register(lane(channels, urgency, carry, batch=batch, threads=threads))
    ladder.register_loop(COURIER)
    digest.register_loop(COURIER)


def carry(rows: Sequence[Delivery]) -> None:
    """Send claimed deliveries and write how each ended: sent, failed, dead, or due again later."""
    wishes = _wishes(rows)
    ended: list[Ended] = []
    going: list[Delivery] = []
    for row in rows:
        if row.state != QUEUED:
            continue
        refusal = _refused(row, wishes)
        if refusal is not None:
            ended.append(refusal)
        elif not _held_back(row, wishes):
            going.append(row)
    ended += _send(going, wishes)
    if ended:
        _settle(COURIER, ended=ended)


def _wishes(rows: Sequence[Delivery]) -> dict[UUID, Preference]:
    people = {row.person_id for row in rows if row.person_id is not None}
    found = Preference.objects.in_bulk(people)
    return {person: found.get(person) or Preference(person_id=person) for person in people}


def _refused(row: Delivery, wishes: dict[UUID, Preference]) -> Ended | None:
    """What is not even tried: too old, or no longer wanted. The preferences at sending count, not those at queueing."""
    if row.topic in sms.CODES and now() - row.at > sms.LIFE:
        return Ended(row, NotSent("tried too long"), state=DEAD)
    if row.tried_since is not None and now() - row.tried_since > GIVE_UP[_urgency(row)]:
        return Ended(row, NotSent("tried too long"), state=DEAD)
    if row.urgency == NORMAL and row.expires_at is not None and row.expires_at <= now():
        return Ended(row, NotSent("not sent: it no longer matters"))
    wish = wishes.get(row.person_id) if row.person_id else None
    if row.urgency == NORMAL and wish and not deliveries.wants(wish, row.topic, row.channel):
        return Ended(row, NotSent("switched off by the recipient"))
    return None


def _held_back(row: Delivery, wishes: dict[UUID, Preference]) -> bool:
    wish = wishes.get(row.person_id) if row.person_id else None
    end = wish.quiet_end(now()) if wish and row.urgency == NORMAL else None
    if end is not None:
        why = f"not sent: quiet hours until {end.astimezone(BEIJING):%H:%M}"
        deliveries.postpone(row, end + timedelta(seconds=random.uniform(0, 30)), reason=why, is_try=False)  # noqa: S311
    return end is not None


def _send(rows: Sequence[Delivery], wishes: dict[UUID, Preference]) -> list[Ended]:
    """Hand over what can be; postpones what is to be tried again and returns what ended."""
    ended: list[Ended] = []
    on_the_way: list[tuple[Delivery, Letter]] = []
    for row, letter in zip(rows, letters.written(rows, wishes), strict=True):
        match letter:
            case Letter():
                on_the_way.append((row, letter))
            case NotSent():
                ended.append(Ended(row, letter))
            case NotNow():
                _try_later(row, letter)
    for channel in {row.channel for row, _ in on_the_way}:
        pairs = [(row, letter) for row, letter in on_the_way if row.channel == channel]
        answers = _dispatched(channel, [letter for _, letter in pairs])
        for row, letter in pairs:
            outcome, provider = answers[letter.delivery_id]
            if isinstance(outcome, NotNow):
                _try_later(row, outcome)
            else:
                ended.append(Ended(row, outcome, provider))
    return ended


def _dispatched(channel: str, going: Sequence[Letter]) -> dict[UUID, failover.Answer]:
    """What became of the letters; a fault of ours keeps them due like any other, so that they end as dead letters, not unseen."""
    try:
        return failover.dispatch(channel, going)
    except Exception as failed:
        log.error("courier.broke", channel=channel, error=type(failed).__name__)
        return {letter.delivery_id: (NotNow(type(failed).__name__, is_certain=False), "") for letter in going}


def _try_later(row: Delivery, refused: NotNow) -> None:
    """Due again after what the provider asked for, or later each time; with jitter, so that not all come back at once."""
    if refused.retry_after is not None:
        wait = timedelta(seconds=refused.retry_after) * random.uniform(1.0, 1.2)  # noqa: S311 - jitter
    else:
        doubled = FIRST_RETRY * 2 ** min(max(row.attempts - 1, 0), 20)
        wait = min(doubled, LONGEST[_urgency(row)]) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    log.warning("delivery.again", channel=row.channel, attempts=row.attempts, code=refused.code)
    why = "the provider is left alone" if refused.code == LEFT_ALONE else refused.code
    deliveries.postpone(row, now() + wait, reason=f"waiting: {why}", error=f"NotNow {refused.code}")


def _urgency(row: Delivery) -> str:
    return EMERGENCY if row.urgency in FIRST else NORMAL


@verb("delivery.settle", audited=False)
def _settle(actor: Courier, *, ended: Sequence[Ended]) -> None:
    deliveries.settle_sent(
        [(one.row, one.provider, one.outcome.provider_id) for one in ended if isinstance(one.outcome, Taken)]
    )
    for one in ended:
        if isinstance(one.outcome, NotSent):
            _fail(one, one.outcome)


def _fail(one: Ended, never: NotSent) -> None:
    row = one.row
    if row.channel == FCM and env.demo and never.reason == NO_PROVIDER:
        _show_push(row)
    deliveries.settle(row, one.state, reason=never.reason, provider=one.provider)
    if never.retires and row.address_id is not None:
        addresses.retire(row.address_id, never.reason)
        record("address.retired", about=None, address_id=str(row.address_id), reason=never.reason)
    log.warning("delivery.not_sent", channel=row.channel, state=one.state, reason=never.reason)


def _show_push(row: Delivery) -> None:
    """The demo has no push provider: its outbox shows what would have gone out, and the delivery still says that it did not."""
    phone = addresses.live(row.person_id, addresses.SMS).first() if row.person_id else None
    if phone is None:
        return
    wish = _wishes([row])[row.person_id] if row.person_id else Preference()
    outbox.write(FCM, phone.value, templates.render(row.topic, row.params, wish.language), person_id=row.person_id)
