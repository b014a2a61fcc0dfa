"""Who has which desk."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.community.models import Division
from backend.people.actor import Actor
from backend.people.models import Duty
from backend.people.roles import Can


@dataclass(frozen=True)
class Desk:
    """What a person works with. `channels` are the streams that their page listens to."""

    has_alarms: bool
    has_tickets: bool
    has_bulletins: bool
    has_people: bool
    has_deliveries: bool
    has_circles: bool
    has_directory: bool
    has_sheets: bool
    is_dispatcher: bool
    channels: list[str]

    def __bool__(self) -> bool:
        return self.has_alarms or self.has_tickets


def desk_of(actor: Actor) -> Desk:
    """The desk of this person, by their roles."""
    watched, boards = actor.reach(Can.DESK_WATCH), actor.reach(Can.BOARD_WATCH)
    channels = [f"desk:{division}" for division in sorted(watched.divisions)]
    channels += [f"board:{place}" for place in sorted(boards.divisions | boards.compounds)]
    return Desk(
        has_alarms=actor.may(Can.INCIDENT_READ),
        has_tickets=actor.may(Can.TICKET_READ),
        has_bulletins=actor.may(Can.BULLETIN_WRITE),
        has_people=actor.may(Can.HOME_CONFIRM) or actor.may(Can.PERSON_READ),
        has_deliveries=actor.may(Can.DELIVERY_KEEP),
        has_circles=actor.may(Can.CIRCLE_CURATE),
        has_directory=actor.may(Can.DIRECTORY_REVIEW),
        has_sheets=actor.may(Can.DIRECTORY_IMPORT),
        is_dispatcher=actor.may(Can.DUTY_KEEP),
        channels=channels,
    )


def own_divisions(actor: Actor) -> list[Division]:
    """The desks on which this person keeps duty."""
    return list(Division.objects.filter(id__in=actor.reach(Can.DUTY_KEEP).divisions).order_by("code"))


def is_on_duty(person_id: UUID) -> bool:
    return Duty.objects.filter(user_id=person_id, ended_at__isnull=True).exists()
