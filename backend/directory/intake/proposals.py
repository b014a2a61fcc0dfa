"""What members want told of their services: proposed with what was and what is to be, approved by an officer, then written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.verb import record, verb
from backend.directory import keeping, settling
from backend.directory.hours import parse
from backend.directory.intake import fields, queue, writing
from backend.directory.intake.district import Communities
from backend.directory.intake.errors import AlreadyDecided, NotMembers, OwnMatter, ProposalStale, ProposalWaits
from backend.directory.intake.fields import Fault
from backend.directory.intake.membership import must_be_anothers, organizations_of
from backend.directory.models import Offer, Organization, Proposal, Service, ServiceAtLocation
from backend.directory.places import Place
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications.notices import notify

SOURCE = "provider"
PENDING = Proposal.State.PENDING
MINE = "/api/v1/providers/proposals"


def own_service(actor: Actor, service_id: UUID) -> ServiceAtLocation:
    """The service, for a member of its organization. Raises NotFound, NotMembers, Forbidden."""
    actor.require(Can.SERVICE_OFFER)
    at = writing.at_of(service_id)
    if at.service.organization_id not in organizations_of(actor):
        raise NotMembers
    return at


@verb("proposal.made")
def propose(actor: Actor, *, service_id: UUID, wanted: Mapping[str, Any]) -> Proposal:
    """Ask for other values of a service's fields (`writing.FIELDS`). Raises NotFound, NotMembers, Invalid, ProposalWaits."""
    at = own_service(actor, service_id)
    values = writing.read(wanted)
    was = writing.values_of(at, values)
    differing = {name: value for name, value in values.items() if was[name] != value}
    if not differing:
        raise writing.nothing_new()
    return _make(
        actor, organization_id=at.service.organization_id, service_id=service_id, community_id=queue.community_of(at),
        was={name: was[name] for name in differing}, wanted=differing,
    )  # fmt: skip


@verb("proposal.made")
def propose_new(actor: Actor, *, organization_id: UUID, category: str, wanted: Mapping[str, Any]) -> Proposal:
    """Ask for a new service; `name` and `place` must be among the values. Raises NotMembers, Invalid, Forbidden."""
    actor.require(Can.SERVICE_OFFER)
    if organization_id not in organizations_of(actor):
        raise NotMembers
    try:
        kind = fields.category(category)
        for name in ("name", "place"):
            if name not in wanted:
                raise Fault(name, "required")
    except Fault as fault:
        raise fault.refusal() from None
    values = writing.read(wanted)
    community = Communities().at(values["place"]["lon"], values["place"]["lat"])
    return _make(
        actor, organization_id=organization_id, community_id=community, is_new=True, wanted=values | {"category": kind}
    )


@verb("proposal.made")
def claim(actor: Actor, *, organization_id: UUID, service_id: UUID) -> Proposal:
    """Say that a listed service is one's organization's. Raises NotMembers, NotFound, ProposalWaits."""
    actor.require(Can.SERVICE_OFFER)
    if organization_id not in organizations_of(actor):
        raise NotMembers
    at = writing.at_of(service_id)
    if at.service.organization_id == organization_id:
        raise writing.nothing_new()
    return _make(
        actor, organization_id=organization_id, service_id=service_id, community_id=queue.community_of(at),
        was={"organization": at.service.organization.name if at.service.organization else ""},
        wanted={"organization": Organization.objects.get(id=organization_id).name},
    )  # fmt: skip


def _make(actor: Actor, **values: Any) -> Proposal:
    try:
        with transaction.atomic():
            made = Proposal.objects.create(person_id=actor.must_be_known(), **values)
    except IntegrityError:
        raise ProposalWaits from None
    service = str(made.service_id) if made.service_id else None
    record("proposal.made", about=made, service=service, fields=sorted(made.wanted))
    queue.stir(made.community_id)
    return made


@verb("proposal.withdrawn")
def withdraw(actor: Actor, *, proposal_id: UUID) -> Proposal:
    """Take a waiting proposal of one's organization back. Raises NotFound, AlreadyDecided."""
    row = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if row is None or row.organization_id not in organizations_of(actor):
        raise NotFound
    if row.state != PENDING:
        raise AlreadyDecided
    row.state, row.decided_at = Proposal.State.WITHDRAWN, now()
    row.save(update_fields=["state", "decided_at"])
    queue.stir(row.community_id)
    return row


def _taken(actor: Actor, proposal_id: UUID) -> Proposal:
    """The locked proposal, for an officer of its place. Raises NotFound, OwnMatter, AlreadyDecided."""
    row = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if row is None or not actor.may(Can.DIRECTORY_REVIEW, community=row.community_id):
        raise NotFound
    if row.person_id is not None and row.person_id == actor.person_id:
        raise OwnMatter
    must_be_anothers(actor, row.organization_id)
    if row.state != PENDING:
        raise AlreadyDecided
    return row


@verb("proposal.approved")
def approve(actor: Actor, *, proposal_id: UUID) -> Proposal:
    """Write it, and tell who proposed it. Raises NotFound, OwnMatter, AlreadyDecided, ProposalStale."""
    row = _taken(actor, proposal_id)
    if row.is_new:
        row.service = _new_service(row)
    elif row.service_id is not None:
        at = writing.at_of(row.service_id, lock=True)
        if "organization" in row.wanted:
            _hand_over(at, row)
        else:
            if writing.values_of(at, row.was) != row.was:
                raise ProposalStale
            writing.write(at, row.wanted)
    _settle(actor, row, Proposal.State.APPROVED, "")
    return row


@verb("proposal.refused")
def refuse(actor: Actor, *, proposal_id: UUID, reason: str) -> Proposal:
    """It is not written; who proposed it is told why. Raises NotFound, OwnMatter, AlreadyDecided, Invalid."""
    row = _taken(actor, proposal_id)
    _settle(actor, row, Proposal.State.REFUSED, queue.reason(reason))
    return row


def _settle(actor: Actor, row: Proposal, state: str, why: str) -> None:
    row.state, row.reason, row.decided_by_id, row.decided_at = state, why, actor.person_id, now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at", "service"])
    event = "proposal.approved" if state == Proposal.State.APPROVED else "proposal.refused"
    service = str(row.service_id) if row.service_id else None
    record(event, about=row, service=service, fields=sorted(row.wanted))
    if row.person_id is not None:
        notify(row.person_id, event, {}, about=MINE, key=f"proposal:{row.id}")
    queue.stir(row.community_id)


def _new_service(row: Proposal) -> Service:
    """Make the service that was asked for, at its place (inside a verb)."""
    told = row.wanted
    hours = told.get("hours", "")
    place = Place(
        external_id=str(row.id), category=told["category"], lon=told["place"]["lon"], lat=told["place"]["lat"],
        name=told["name"], name_en=told.get("name_en", ""), phone=told.get("phone", ""), url=told.get("url", ""),
        address=told.get("address", ""), accessibility=told.get("accessibility", ""), hours_text=hours,
        hours=parse(hours) if hours else None, description=told.get("description"), community_id=row.community_id,
    )  # fmt: skip
    keeping.tell([place], source=SOURCE, area=None)
    made = Service.objects.get(source=SOURCE, external_id=str(row.id))
    made.organization_id = row.organization_id
    made.fees, made.fees_en = told.get("fees", ""), told.get("fees_en", "")
    made.save(update_fields=["organization", "fees", "fees_en"])
    _renew_words(writing.at_of(made.id))
    return made


def _hand_over(at: ServiceAtLocation, row: Proposal) -> None:
    """The service is the organization's from now on, whatever its source calls its operator (inside a verb)."""
    was = at.service.organization
    if (was.name if was else "") != row.was["organization"]:
        raise ProposalStale
    settling.settle(at.service, organization_id=str(was.id) if was else None)
    if was is not None:  # who kept it before sees its bookings no more
        Offer.objects.filter(place__service=at.service, organization=was).update(organization=row.organization_id)
    at.service.organization_id, at.service.last_modified = row.organization_id, now()
    at.service.save(update_fields=["organization", "last_modified"])
    _renew_words(writing.at_of(at.service_id))


def _renew_words(at: ServiceAtLocation) -> None:
    at.search = keeping.words_of(at)
    at.save(update_fields=["search"])
