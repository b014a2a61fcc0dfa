"""Who acts for which organization."""

from uuid import UUID

from backend.core.queries import looking_up
from backend.directory.intake.errors import OwnMatter
from backend.directory.models import Membership
from backend.people.actor import Actor


def organizations_of(actor: Actor) -> set[UUID]:
    """Return the organizations that the actor may act for now; nobody acts for one in another's name."""
    if actor.kind != "person" or actor.person_id is None or actor.delegate_id is not None:
        return set()
    with looking_up("memberships"):
        rows = Membership.objects.filter(person_id=actor.person_id, ended_at__isnull=True)
        return set(rows.values_list("organization_id", flat=True))


def must_be_anothers(actor: Actor, organization_id: UUID | None) -> None:
    """Nobody decides in office about the organization that they act for. Raises OwnMatter."""
    if organization_id is not None and organization_id in organizations_of(actor):
        raise OwnMatter
