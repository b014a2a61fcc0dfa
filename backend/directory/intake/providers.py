"""Who may act for an organization: asked for with evidence, approved by the officers of the place, ended by either side."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from backend.community.models import Division
from backend.core import limits
from backend.core.clock import now
from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import emit, record, verb
from backend.directory.identifiers import USCC, is_uscc
from backend.directory.intake import fields, pictures, queue
from backend.directory.intake.district import Communities
from backend.directory.intake.errors import AlreadyAsked, AlreadyDecided, AlreadyMember, OwnMatter
from backend.directory.intake.fields import Fault
from backend.directory.intake.membership import organizations_of
from backend.directory.models import (
    Application,
    Membership,
    Organization,
    OrganizationIdentifier,
    Proposal,
    TaxonomyTerm,
)
from backend.directory.places_of import communities_of_organization
from backend.people.actor import Actor
from backend.people.models import RoleGrant, User
from backend.people.roles import Can, Role
from backend.people.staff.grants import give
from notifications.notices import notify

SOURCE = "provider"
PENDING = Application.State.PENDING
MINE = "/api/v1/providers/mine"


def apply_for(
    actor: Actor, *, name: str, category: str, phone: str, credit_code: str = "", address: str = "",
    community_id: UUID | None = None, lon: float | None = None, lat: float | None = None, crs: str = "",
    photo_ids: Sequence[UUID] = (),
) -> Application:  # fmt: skip
    """Ask to act for an organization, new here or known by its credit code. Its place says which officers look at it.

    Raises Invalid, AlreadyAsked, AlreadyMember, PictureTaken, TooMany (5 a day).
    """
    person = actor.must_be_known()
    if actor.delegate_id is not None:
        raise Forbidden
    try:
        clean = fields.words("name", name, required=True)
        kind, number = fields.category(category), fields.phone(phone)
        where = fields.words("address", address)
        place = fields.position(str(lon), str(lat if lat is not None else ""), crs) if lon is not None else None
        if not number:
            raise Fault("phone", "required")
    except Fault as fault:
        raise fault.refusal() from None
    code = credit_code.strip().upper()
    if code and not is_uscc(code):
        raise Invalid(
            FieldError(
                "/credit_code", "credit-code-wrong", "not a unified social credit identifier", "统一社会信用代码不正确"
            )
        )
    limits.hit("directory.application", str(person), limit=5, per=86_400)
    return _ask(
        actor, name=clean, category=kind, phone=number, credit_code=code, address=where, community_id=community_id,
        place=place, photo_ids=photo_ids,
    )  # fmt: skip


@verb("provider.applied")
def _ask(
    actor: Actor, *, name: str, category: str, phone: str, credit_code: str, address: str, community_id: UUID | None,
    place: tuple[float, float] | None, photo_ids: Sequence[UUID],
) -> Application:  # fmt: skip
    community = community_id or (Communities().at(*place) if place else None)
    if community is None or not Division.objects.filter(id=community, kind=Division.Kind.COMMUNITY).exists():
        raise Invalid(
            FieldError("/community_id", "community-unknown", "say in which community it is", "请选择所在社区")
        )
    known = organization_of_code(credit_code)
    if known is not None and known.id in organizations_of(actor):
        raise AlreadyMember
    try:
        with transaction.atomic():
            made = Application.objects.create(
                person_id=actor.person_id, community_id=community, organization=known, name=name, phone=phone,
                credit_code=credit_code, category=TaxonomyTerm.objects.get(code=category), address=address,
                lon=place[0] if place else None, lat=place[1] if place else None,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyAsked from None
    pictures.attach(actor, photo_ids, made)
    record("provider.applied", about=made, community=str(community))
    queue.stir(community)
    return made


def organization_of_code(credit_code: str) -> Organization | None:
    """The organization with this credit code; None without one."""
    found = OrganizationIdentifier.objects.select_related("organization").filter(identifier=credit_code)
    row = found.filter(scheme=USCC).order_by("id").first() if credit_code else None
    return row.organization if row else None


@verb("provider.application-withdrawn")
def withdraw(actor: Actor, *, application_id: UUID) -> Application:
    """Take one's application back. Raises NotFound, AlreadyDecided."""
    row = Application.objects.select_for_update().filter(id=application_id, person_id=actor.must_be_known()).first()
    if row is None:
        raise NotFound
    if row.state != PENDING:
        raise AlreadyDecided
    row.state, row.decided_at = Application.State.WITHDRAWN, now()
    row.save(update_fields=["state", "decided_at"])
    pictures.forget_later(row)
    queue.stir(row.community_id)
    return row


def _taken(actor: Actor, application_id: UUID) -> Application:
    """The locked application, for an officer of its place. Raises NotFound, OwnMatter, AlreadyDecided."""
    row = Application.objects.select_for_update().filter(id=application_id).first()
    if row is None or not actor.may(Can.DIRECTORY_REVIEW, community=row.community_id):
        raise NotFound
    if row.person_id == actor.person_id:
        raise OwnMatter
    if row.state != PENDING or row.person_id is None:
        raise AlreadyDecided
    return row


@verb("provider.approved")
def approve(actor: Actor, *, application_id: UUID) -> Application:
    """Let the applicant act for the organization, which is made if nobody knew it; the role comes with it, the applicant is told.

    Raises NotFound, OwnMatter, AlreadyDecided, RolesExclude.
    """
    row = _taken(actor, application_id)
    if row.person_id is None or row.community_id is None:
        raise AlreadyDecided
    user = User.objects.select_for_update().get(id=row.person_id)
    with (
        connection.cursor() as cursor
    ):  # two who ask with one new code join one organization, whoever is approved first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"uscc:{row.credit_code or row.id}"])
    organization = row.organization or organization_of_code(row.credit_code)
    if organization is None:
        organization = Organization.objects.create(
            source=SOURCE, external_id=str(row.id), name=row.name, phone=row.phone
        )
        if row.credit_code:
            OrganizationIdentifier.objects.create(
                organization=organization, scheme=USCC, kind="统一社会信用代码",
                identifier=row.credit_code,
            )  # fmt: skip
    Membership.objects.get_or_create(person=user, organization=organization, ended_at=None)
    held = RoleGrant.objects.filter(user=user, role=Role.PROVIDER, scope_id=row.community_id, until=None)
    if not held.exists():
        give(Actor.system("directory-review"), user, Role.PROVIDER, RoleGrant.Scope.COMMUNITY, row.community_id)
    row.organization = organization
    _settle(actor, row, Application.State.APPROVED, "")
    record("provider.approved", about=row, organization=str(organization.id), person=str(user.id))
    notify(user.id, "provider.approved", {}, about=MINE, key=f"provider:{row.id}")
    return row


@verb("provider.refused")
def refuse(actor: Actor, *, application_id: UUID, reason: str) -> Application:
    """The applicant is told why not. Raises NotFound, OwnMatter, AlreadyDecided, Invalid."""
    row = _taken(actor, application_id)
    _settle(actor, row, Application.State.REFUSED, queue.reason(reason))
    record("provider.refused", about=row)
    if row.person_id is not None:
        notify(row.person_id, "provider.refused", {}, about=MINE, key=f"provider:{row.id}")
    return row


def _settle(actor: Actor, row: Application, state: str, why: str) -> None:
    row.state, row.reason, row.decided_by_id, row.decided_at = state, why, actor.person_id, now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at", "organization"])
    pictures.forget_later(row)
    queue.stir(row.community_id)


@verb("provider.membership-ended")
def end_membership(actor: Actor, *, membership_id: UUID) -> Membership:
    """Nobody acts for an organization for ever: the person, a fellow member or an officer of its places ends it.

    What they proposed and nobody decided yet is withdrawn; with the last membership the role goes too.
    Raises NotFound, AlreadyDecided.
    """
    row = Membership.objects.select_for_update().filter(id=membership_id).first()
    if row is None or not _may_end(actor, row):
        raise NotFound
    if row.ended_at is not None:
        raise AlreadyDecided
    row.ended_at, row.ended_by_id = now(), actor.person_id
    row.save(update_fields=["ended_at", "ended_by"])
    theirs = Proposal.objects.filter(person=row.person_id, organization=row.organization_id)
    for asked in theirs.filter(state=Proposal.State.PENDING).select_for_update(of=("self",)):
        asked.state, asked.decided_at = Proposal.State.WITHDRAWN, now()
        asked.save(update_fields=["state", "decided_at"])
        queue.stir(asked.community_id)
    if not Membership.objects.filter(person=row.person_id, ended_at__isnull=True).exists():
        grants = RoleGrant.objects.filter(user=row.person_id, role=Role.PROVIDER)
        for grant in grants:
            record(
                "role.revoked", about=grant, person=str(row.person_id), role=Role.PROVIDER, scope=str(grant.scope_id)
            )
        grants.delete()
    record("provider.membership-ended", about=row, organization=str(row.organization_id), person=str(row.person_id))
    emit(f"person:{row.person_id}", "rights.changed", about="/api/v1/me")
    if row.person_id != actor.person_id:
        notify(row.person_id, "provider.ended", {}, about=MINE, key=f"provider.ended:{row.id}")
    return row


def _may_end(actor: Actor, row: Membership) -> bool:
    if row.person_id == actor.person_id or row.organization_id in organizations_of(actor):
        return True
    return oversees(actor, row.organization_id)


def oversees(actor: Actor, organization_id: UUID) -> bool:
    """Whether the actor reviews the directory where the organization has places, or where it applied."""
    places = communities_of_organization(organization_id)
    asked = Application.objects.filter(organization=organization_id).values_list("community_id", flat=True)
    return any(actor.may(Can.DIRECTORY_REVIEW, community=place) for place in {*places, *asked})


def members_of(organization_id: UUID) -> QuerySet[Membership]:
    """Who acts for an organization now (call it within `looking_up`, after a check)."""
    rows = Membership.objects.filter(organization=organization_id, ended_at__isnull=True)
    return rows.select_related("person").order_by("since")
