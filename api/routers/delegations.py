"""Powers to act for somebody: given, asked for, ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.edge import PERSON, Reply, Request, Router, access, language, perform
from api.schemas.delegations import (
    DelegationIn,
    DelegationOut,
    MyDelegationsOut,
    RequestConfirmIn,
    RequestIn,
    RequestOut,
    RevokedOut,
)
from backend.people import delegation_requests, delegations, powers

router = Router(tags=["delegations"])


@router.get("/me/delegations", response=MyDelegationsOut)
@access(PERSON)
def my_delegations(request: Request) -> MyDelegationsOut:
    """Who acts for me, and for whom I act."""
    given, held = powers.mine(request.actor)
    return MyDelegationsOut(
        given=[DelegationOut.of(one) for one in given], held=[DelegationOut.of(one) for one in held]
    )


@router.post("/people/{person_id}/delegations", response={201: DelegationOut})
@access(PERSON)
def give(request: Request, person_id: UUID, body: DelegationIn) -> Reply:
    """Let somebody act: for oneself, or (the desk) for a person in reach who agreed before it."""
    return perform(
        request,
        delegations.give,
        render=lambda row: DelegationOut.of(powers.one(request.actor, row)),
        status=201,
        person_id=person_id,
        language=language(request),
        **_plain(body),
    )


def _plain(body: Any) -> dict[str, Any]:
    """The body with powers as their codes."""
    fields: dict[str, Any] = body.dict()
    return fields | {"powers": [power.value for power in body.powers]}


@router.delete("/people/{person_id}/delegations/{delegation_id}", response={204: None})
@access(PERSON)
def revoke(request: Request, person_id: UUID, delegation_id: UUID) -> Reply:
    """End a power at once: the person, the delegate, or the desk."""
    delegations.revoke(request.actor, person_id=person_id, delegation_id=delegation_id)
    return Reply(status=204)


@router.post("/me/delegations/revoke-all", response=RevokedOut)
@access(PERSON)
def revoke_all(request: Request) -> Reply:
    """End every power that I have given, with one call."""
    return perform(request, delegations.revoke_all, render=lambda ended: RevokedOut(ended=len(ended)))


@router.post("/delegations/requests", response={202: RequestOut})
@access(PERSON)
def ask(request: Request, body: RequestIn) -> Reply:
    """Ask the owner of a phone for powers: their phone gets a code and, in plain words, what it agrees to."""
    return perform(
        request,
        delegation_requests.ask,
        render=lambda row: RequestOut(id=row.id, expires_in=int(delegation_requests.LIFE.total_seconds())),
        status=202,
        language=language(request),
        **_plain(body),
    )


@router.post("/delegations/requests/{request_id}/confirm", response={201: DelegationOut})
@access(PERSON)
def confirm(request: Request, request_id: UUID, body: RequestConfirmIn) -> Reply:
    """Confirm with the code that the person read to me; wrong code 400 `code-wrong`, over 410 `code-expired`."""
    return perform(
        request,
        delegation_requests.confirm,
        render=lambda row: DelegationOut.of(powers.one(request.actor, row)),
        status=201,
        request_id=request_id,
        code=body.code,
    )
