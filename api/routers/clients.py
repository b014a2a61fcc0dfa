"""Kiosks and partner systems, and the keys they call us with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from api.edge import Reply, Request, Router, access, page, page_of, perform
from api.schemas.clients import ClientIn, ClientKeyIn, ClientOut, NewKeyOut
from backend.core.errors import NotFound
from backend.people import client_keeping as keeping
from backend.people import clients
from backend.people.roles import Can

router = Router(tags=["clients"])


@router.get("/clients", response=page_of(ClientOut))
@access(Can.CLIENT_KEEP)
def all_clients(request: Request, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """The clients on the places that I administer, newest first; revoked ones too."""
    return page(request, clients.visible_to(request.actor), ClientOut.of)


@router.post("/clients", response={201: NewKeyOut, 200: NewKeyOut})
@access(Can.CLIENT_KEEP, fresh=True)
def make_client(request: Request, body: ClientIn) -> Reply:
    """Register a client with its first key, whose secret is shown this once."""
    return perform(request, keeping.make_client, render=NewKeyOut.of, status=201, **body.dict())


@router.get("/clients/{client_id}", response=ClientOut)
@access(Can.CLIENT_KEEP)
def one_client(request: Request, client_id: UUID) -> ClientOut:
    """A client, its scopes and its keys with their last use."""
    found = clients.visible_to(request.actor).filter(id=client_id).first()
    if found is None:
        raise NotFound
    return ClientOut.of(found)


@router.delete("/clients/{client_id}", response={204: None})
@access(Can.CLIENT_KEEP, fresh=True)
def revoke_client(request: Request, client_id: UUID) -> HttpResponse:
    """Revoke a client: its keys end with the next call."""
    keeping.revoke_client(request.actor, client_id=client_id)
    return HttpResponse(status=204)


@router.post("/clients/{client_id}/keys", response={201: NewKeyOut})
@access(Can.CLIENT_KEEP, fresh=True)
def make_key(request: Request, client_id: UUID, body: ClientKeyIn | None = None) -> Reply:
    """A second key, its secret shown this once; the first lives on for `overlap_hours`. Never more than two live."""
    overlap = timedelta(hours=body.overlap_hours if body else 168)
    return perform(request, keeping.make_key, render=NewKeyOut.of, status=201, client_id=client_id, overlap=overlap)


@router.delete("/clients/{client_id}/keys/{key_id}", response={204: None})
@access(Can.CLIENT_KEEP, fresh=True)
def end_key(request: Request, client_id: UUID, key_id: str) -> HttpResponse:
    """End one key now."""
    keeping.end_key(request.actor, client_id=client_id, key_id=key_id)
    return HttpResponse(status=204)
