"""Staff: exchanging a finished login for tokens, fresh proofs, roles, suspension, invitations."""

from __future__ import annotations

from uuid import UUID

from ninja import Status

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, perform
from api.schemas.people import SessionOut
from api.schemas.staff import (
    GrantIn,
    GrantOut,
    Grants,
    PersonStateOut,
    ProofIn,
    ProofOut,
    StaffInvitationIn,
    StaffInvitationOut,
    StaffSessionIn,
    SuspendIn,
)
from backend.core import limits
from backend.core.errors import FieldError, Invalid
from backend.people import login_proof, whence
from backend.people.reading import names_by_id
from backend.people.roles import Can
from backend.people.staff import grants, invitations, login, suspension

router = Router(tags=["staff"])


@router.post("/auth/staff/sessions", response={201: SessionOut})
@access(PUBLIC("the finished staff login is the credential"))
def open_session(request: Request, body: StaffSessionIn) -> Status[SessionOut]:
    """Exchange a finished staff login (password and second factor) for tokens with assurance mfa; works once."""
    limits.hit("staff.ip", whence.counted(request.META.get("REMOTE_ADDR", "")), limit=50, per=300)
    opened = login.exchange(session_token=body.session_token, device=body.device.dict())
    return Status(201, SessionOut.of(opened, names_by_id([opened.user.id]).get(opened.user.id, "")))


@router.post("/auth/reauthentication", response=ProofOut)
@access(PERSON, limited=True)
def prove(request: Request, body: ProofIn) -> Reply:
    """Prove again who I am: staff with another finished login, residents with a code sent to their phone."""
    if (body.session_token is None) == (body.code is None):
        raise Invalid(FieldError("/code", "one-of", "send session_token or code", "请提供 session_token 或 code 之一"))
    if body.session_token is not None:
        return perform(request, login.prove, render=ProofOut.of, session_token=body.session_token)
    return perform(request, login_proof.prove, render=ProofOut.of, code=body.code)


@router.get("/people/{person_id}/grants", response=Grants)
@access(Can.ROLE_GRANT)
def roles_of(request: Request, person_id: UUID) -> Grants:
    """The roles of a person that lie within my reach."""
    return Grants(items=[GrantOut.of(row) for row in grants.grants_of(request.actor, person_id)])


@router.post("/people/{person_id}/grants", response={201: GrantOut})
@access(Can.ROLE_GRANT, fresh=True)
def grant(request: Request, person_id: UUID, body: GrantIn) -> Reply:
    """Give a person a role on a scope within my reach; repeated, it takes the new end."""
    return perform(request, grants.grant, render=GrantOut.of, status=201, person_id=person_id, **body.dict())


@router.delete("/people/{person_id}/grants/{grant_id}", response={204: None})
@access(PERSON, fresh=True)
def revoke(request: Request, person_id: UUID, grant_id: UUID) -> Reply:
    """Take a role away within my reach, or lay down one of my own."""
    grants.revoke(request.actor, person_id=person_id, grant_id=grant_id)
    return Reply(status=204)


@router.post("/people/{person_id}/suspend", response=PersonStateOut)
@access(Can.PERSON_SUSPEND, fresh=True)
def suspend(request: Request, person_id: UUID, body: SuspendIn) -> Reply:
    """Suspend a person: every login ends at once, roles give nothing."""
    return perform(request, suspension.suspend, render=PersonStateOut.of, person_id=person_id, reason=body.reason)


@router.post("/people/{person_id}/reinstate", response=PersonStateOut)
@access(Can.PERSON_SUSPEND, fresh=True)
def reinstate(request: Request, person_id: UUID) -> Reply:
    """Let a suspended person in again."""
    return perform(request, suspension.reinstate, render=PersonStateOut.of, person_id=person_id)


@router.post("/staff/invitations", response={201: StaffInvitationOut})
@access(Can.ROLE_GRANT, fresh=True)
def invite(request: Request, body: StaffInvitationIn) -> Reply:
    """Invite a member of staff with a first role; the answer holds the one-time link."""
    return perform(request, invitations.invite, render=StaffInvitationOut.of, status=201, **body.dict())
