"""Who lives in a home and who asks to, for the person, the home's holders and the desks that reach it. Names are masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.community.models import Home
from backend.core import vault
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.queries import looking_up, reading
from backend.people import masks, phones
from backend.people.actor import Actor
from backend.people.homes import EVIDENCE, HOLDERS, may_decide
from backend.people.models import ClaimEvidence, Residency, User
from backend.people.reach import Reach
from backend.people.reading import names_of
from backend.people.roles import Can
from notifications.addresses import SMS, Address, values


@dataclass(frozen=True)
class Line:
    """One person's claim on, or place in, a home. `reason`: why it was rejected or how it ended. `evidence`: ids of pictures.

    `name` and `phone` are masked; `told` is what the claimant wrote, empty for whom it does not concern. Times are UTC.
    """

    id: UUID
    person_id: UUID
    name: str
    phone: str
    home_id: UUID
    home_name: str
    home_kind: str
    address: str
    building_id: UUID
    compound_id: UUID
    community_id: UUID
    relation: str
    state: str
    until: datetime | None
    reason: str
    told: str
    evidence: list[UUID]
    created_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    can_decide: bool
    can_end: bool

    @property
    def waits_seconds(self) -> int:
        """How long the claim waits or waited for its decision."""
        return max(0, int(((self.decided_at or self.ended_at or now()) - self.created_at).total_seconds()))


def within(reach: Reach) -> Q:
    """Residencies, claims and offers of the homes within a reach."""
    return Q() if reach.everywhere else Q(compound_id__in=reach.compounds) | Q(community_id__in=reach.communities)


def queue(
    actor: Actor, *, state: str = "pending", compound_id: UUID | None = None, community_id: UUID | None = None
) -> QuerySet[Residency]:
    """The claims of a desk, for `lines`. One's own is not among them."""
    found = Residency.objects.filter(within(actor.reach(Can.HOME_CONFIRM)), state=state)
    found = found.filter(compound_id=compound_id) if compound_id else found
    found = found.filter(community_id=community_id) if community_id else found
    found = found.exclude(user_id=actor.must_be_known())
    return found.select_related("home__building__compound", "home__unit")


def residents(actor: Actor, home_id: UUID) -> list[Line]:
    """The home's residents and waiting claims, for its owner or landlord and for the desks that reach it. Raises NotFound."""
    home = Home.objects.filter(id=home_id).first()
    if home is None or not sees_household(actor, home):
        raise NotFound
    with reading(actor):
        rows = Residency.objects.filter(home=home, state__in=["pending", "confirmed"]).order_by("created_at", "id")
        return [one for one in lines(actor, rows) if one.until is None or one.until > now()]


def sees_household(actor: Actor, home: Home) -> bool:
    """Whether the actor holds the home, or confirms homes or helps people at a desk that reaches it."""
    places = {"compound": home.compound_id, "community": home.community_id}
    return holds(actor, home.id) or actor.may(Can.HOME_CONFIRM, **places) or actor.may(Can.PERSON_READ, **places)


def holds(actor: Actor, home_id: UUID) -> bool:
    """Whether the actor is a confirmed owner or landlord of the home."""
    return any(d.home_id == home_id and d.relation in HOLDERS for d in actor.dwellings)


def mine(actor: Actor) -> list[Line]:
    """The person's own claims and homes, the newest first; what ended a year ago is left out."""
    with reading(actor):
        rows = Residency.objects.filter(user_id=actor.must_be_known()).order_by("-created_at", "-id")
        return lines(actor, rows[:100])


def lines(actor: Actor, rows: Iterable[Residency]) -> list[Line]:
    """Rows as lines (six queries, however many). Whoever calls this has checked that the actor may see the rows."""
    if isinstance(rows, QuerySet):
        rows = rows.select_related("home__building__compound", "home__unit")
    found = list(rows)  # still within the reader's walls
    with looking_up("household"):
        people = {r.user_id for r in found}
        names = names_of(User.objects.filter(id__in=people))
        numbers = _phones(people)
        pictures: dict[UUID, list[UUID]] = {}
        for row in ClaimEvidence.objects.filter(residency__in=[r.id for r in found]).order_by("id"):
            pictures.setdefault(row.residency_id, []).append(row.id)
        told = _told(found)
    return [_line(actor, r, names, numbers, pictures.get(r.id, []), told.get(r.id, "")) for r in found]


def _phones(people: set[UUID]) -> dict[UUID, str]:
    """Person → phone, masked."""
    rows = list(Address.objects.filter(person_id__in=people, kind=SMS, is_own=True, retired_at__isnull=True))
    numbers = values(rows)
    return {row.person_id: phones.masked(numbers[row.id]) for row in rows if numbers[row.id]}


def _told(rows: list[Residency]) -> dict[UUID, str]:
    wrote = [r for r in rows if r.evidence_sealed is not None]
    texts = vault.unseal_many((r.user_id, EVIDENCE, r.evidence_sealed or b"") for r in wrote)
    return {r.id: text for r, text in zip(wrote, texts, strict=True)}


def _line(
    actor: Actor, row: Residency, names: dict[UUID, str], numbers: dict[UUID, str], pictures: list[UUID], told: str
) -> Line:
    is_own = row.user_id == actor.person_id
    decides = may_decide(actor, row)
    sees = is_own or decides
    full = names.get(row.user_id, "")
    home = row.home
    is_open = row.state in {Residency.State.PENDING, Residency.State.CONFIRMED}
    return Line(
        id=row.id,
        person_id=row.user_id,
        name=full if is_own else masks.name(full),
        phone=numbers.get(row.user_id, ""),
        home_id=home.id,
        home_name=home.name,
        home_kind=home.kind,
        address=home.address(),
        building_id=home.building_id,
        compound_id=row.compound_id,
        community_id=row.community_id,
        relation=row.relation,
        state=row.state,
        until=row.until,
        reason=row.ended_why,
        told=told if sees else "",
        evidence=pictures if sees else [],
        created_at=row.created_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        can_decide=decides and row.state == Residency.State.PENDING,
        can_end=is_open and (is_own or decides),
    )
