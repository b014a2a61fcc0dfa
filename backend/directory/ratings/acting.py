"""Rating a visit, changing one's words, the provider's reply, an officer's hiding. Sums are kept with the rating or not at all."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.ids import uuid7
from backend.core.vault import seal
from backend.core.verb import record, verb
from backend.directory.bookings.flow import State
from backend.directory.bookings.words import RATING
from backend.directory.intake.membership import must_be_anothers, organizations_of
from backend.directory.models import Booking, Offer, Rating, Service, ServiceAtLocation
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications.notices import notify

AGAIN = timedelta(days=90)
EDITABLE = timedelta(days=7)
LONGEST = 1000
REPLY_LONGEST = 1000
REASONS = ("abuse", "personal", "advert", "off-topic")


class AlreadyRated(Conflict):
    """You have rated this visit already."""

    code, zh = "already-rated", "您已评价过这次服务"


class NotVisited(Conflict):
    """Rate after your visit."""

    code, zh = "not-visited", "请在到访之后再评价"


class OwnService(Forbidden):
    """Nobody rates a service of the organization that they act for."""

    code, zh = "own-service", "不能评价自己单位的服务"


class TooLateToEdit(Conflict):
    """A rating can be changed for seven days."""

    code, zh = "too-late-to-edit", "评价在 7 天内可以修改"


class RatingIdTaken(Conflict):
    """Another rating has this id."""

    code, zh = "id-taken", "该编号已被使用"


@verb("rating.given")
def rate(
    actor: Actor,
    *,
    service_id: UUID,
    stars: int,
    text: str = "",
    booking_id: UUID | None = None,
    id: UUID | None = None,
) -> Rating:
    """Rate a visit: of a booking that took place, or one that the person declares (then once in 90 days).

    The same `id` by the same person gives the first rating.
    Raises NotFound, Invalid, NotVisited, OwnService, AlreadyRated, RatingIdTaken.
    """
    person = actor.must_be_known()
    if actor.delegate_id is not None:
        raise Forbidden
    if (repeated := _repeated(id, person)) is not None:
        return repeated
    words = _checked(stars, text)
    service = Service.objects.filter(id=service_id).first()
    if service is None:
        raise NotFound
    if service.organization_id is not None and service.organization_id in organizations_of(actor):
        raise OwnService
    made = Rating(
        id=id or uuid7(),
        service_id=service_id,
        person_id=person,
        booking=_visit(person, service_id, booking_id) if booking_id else None,
        is_declared=booking_id is None,
        stars=stars,
        text_sealed=seal(person, RATING, words) if words else None,
        again_at=now() + AGAIN,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise AlreadyRated from None
    Service.objects.filter(id=service_id).update(rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1)
    record("rating.given", about=made, service=service_id, is_declared=made.is_declared)
    return made


def _repeated(rating_id: UUID | None, person: UUID) -> Rating | None:
    if rating_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rating:{rating_id}"])
    found = Rating.objects.filter(id=rating_id).first()
    if found is None:
        return None
    if found.person_id != person:
        raise RatingIdTaken
    record("rating.repeated", about=found)
    found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
    return found


def _checked(stars: int, text: str) -> str:
    if not 1 <= stars <= 5:
        raise Invalid(FieldError("/stars", "out-of-range", "1 to 5 stars", "须为 1 到 5 星"))
    if len(text) > LONGEST:
        raise Invalid(FieldError("/text", "too-long", f"at most {LONGEST} characters", f"最多 {LONGEST} 字"))
    return text.strip()


def _visit(person: UUID, service_id: UUID, booking_id: UUID) -> Booking:
    rows = Booking.objects.filter(id=booking_id, person_id=person, offer__place__service_id=service_id)
    found: Booking | None = rows.first()
    if found is None:
        raise NotFound
    if not may_be_rated(found):
        raise NotVisited
    return found


def may_be_rated(booking: Booking) -> bool:
    """Whether the visit took place: the keeper said so, or its hour is over and nobody said otherwise."""
    return booking.state == State.ATTENDED or (booking.state == State.CONFIRMED and booking.ends_at <= now())


@verb("rating.changed")
def change(actor: Actor, *, rating_id: UUID, stars: int, text: str) -> Rating:
    """Change one's rating within seven days. Raises NotFound, Invalid, TooLateToEdit."""
    person = actor.must_be_known()
    row = Rating.objects.select_for_update().filter(id=rating_id, person_id=person).first()
    if row is None or actor.delegate_id is not None:
        raise NotFound
    words = _checked(stars, text)
    if row.created_at + EDITABLE < now():
        raise TooLateToEdit
    Service.objects.filter(id=row.service_id).update(rating_sum=F("rating_sum") + stars - row.stars)
    row.stars, row.edited_at = stars, now()
    row.text_sealed = seal(person, RATING, words) if words else None
    row.save()
    record("rating.changed", about=row)
    return row


@verb("rating.replied")
def reply(actor: Actor, *, rating_id: UUID, text: str) -> Rating:
    """The provider's answer, shown under the rating; an empty one takes it back. Raises NotFound, Invalid."""
    row = Rating.objects.select_for_update(of=("self",)).select_related("service").filter(id=rating_id).first()
    if row is None or not _offers(actor, row.service):
        raise NotFound
    if len(text) > REPLY_LONGEST:
        wrong = FieldError("/text", "too-long", f"at most {REPLY_LONGEST} characters", f"最多 {REPLY_LONGEST} 字")
        raise Invalid(wrong)
    row.reply, row.replied_at = text.strip(), now() if text.strip() else None
    row.save(update_fields=["reply", "replied_at"])
    record("rating.replied", about=row)
    if row.reply:
        about = f"/api/v1/services/{row.service_id}/ratings"
        notify(row.person_id, "rating.replied", {}, about=about, key=f"replied:{row.id}")
    return row


def _offers(actor: Actor, service: Service) -> bool:
    """The service's own people answer; of a community's venue its workers."""
    if service.organization_id is not None and service.organization_id in organizations_of(actor):
        return actor.may(Can.SERVICE_OFFER)
    is_venue = (
        service.organization_id is None
        or Offer.objects.filter(place__service=service, community__isnull=False).exists()
    )
    return is_venue and _of_community(actor, service, Can.VENUE_KEEP)


def _of_community(actor: Actor, service: Service, permission: Can) -> bool:
    places = ServiceAtLocation.objects.filter(service=service, location__community__isnull=False)
    communities = set(places.values_list("location__community_id", flat=True))
    return any(actor.may(permission, community=community) for community in communities)


@verb("rating.hidden")
def hide(actor: Actor, *, rating_id: UUID, reason: str) -> Rating:
    """Hide the words, for one of `REASONS`; the stars count all the same: hiding polishes nothing. Raises NotFound, Invalid."""
    row = _reviewed(actor, rating_id)
    if reason not in REASONS:
        wrong = FieldError("/reason", "unknown", f"must be one of {', '.join(REASONS)}", "隐藏原因不正确")
        raise Invalid(wrong)
    if row.hidden_at is None:
        row.hidden_at, row.hidden_why = now(), reason
        row.save(update_fields=["hidden_at", "hidden_why"])
        about = f"/api/v1/services/{row.service_id}/ratings"
        notify(row.person_id, "rating.hidden", {}, about=about, key=f"hidden:{row.id}")
    record("rating.hidden", about=row, reason=reason)
    return row


@verb("rating.shown")
def show(actor: Actor, *, rating_id: UUID) -> Rating:
    """Show hidden words again. Raises NotFound."""
    row = _reviewed(actor, rating_id)
    row.hidden_at, row.hidden_why = None, ""
    row.save(update_fields=["hidden_at", "hidden_why"])
    record("rating.shown", about=row)
    return row


def _reviewed(actor: Actor, rating_id: UUID) -> Rating:
    actor.require(Can.DIRECTORY_REVIEW)
    row = Rating.objects.select_for_update(of=("self",)).select_related("service").filter(id=rating_id).first()
    if row is None or not _of_community(actor, row.service, Can.DIRECTORY_REVIEW):
        raise NotFound
    must_be_anothers(actor, row.service.organization_id)
    return row
