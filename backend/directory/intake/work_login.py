"""The work login of a member: a password and a second factor, set up by the person through the staff's own invitation."""

from backend.core.errors import Forbidden
from backend.directory.intake.errors import NotMembers
from backend.directory.intake.membership import organizations_of
from backend.people.actor import Actor
from backend.people.models import RoleGrant
from backend.people.roles import Role
from backend.people.staff import invitations


def open_for(actor: Actor) -> str:
    """The address (used once, for 48 hours) where a member sets up the work login. Raises NotMembers, Forbidden.

    The role was given with the approval; the invitation gives nothing more. The page asks for the phone's own login first.
    """
    if not organizations_of(actor):
        raise NotMembers
    person = actor.must_be_known()
    held = next((g for g in actor.grants if g.role == Role.PROVIDER), None)
    if held is None:
        raise Forbidden
    invited = invitations.invite(
        Actor.system("provider-login"),
        staff_name=f"p.{person.hex[-12:]}",
        role=Role.PROVIDER,
        scope_kind=RoleGrant.Scope(held.scope_kind),
        scope_id=held.scope_id,
        person_id=person,
    )
    return invited.link
