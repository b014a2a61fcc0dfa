"""The walking networks and the walks that are kept on them, for whoever imports them."""

from __future__ import annotations

from uuid import UUID

from api.edge import Reply, Request, Router, access, perform
from api.schemas.jobs import JobOut
from api.schemas.walks import NetworkOut, NetworksOut
from backend.directory.ahead import keeping_up, state
from backend.people.roles import Can

router = Router(tags=["directory imports"])


@router.get("/directory/networks", response=NetworksOut)
@access(Can.DIRECTORY_IMPORT)
def networks(request: Request) -> NetworksOut:
    """Every network with what is kept on it, and how much waits to be computed again."""
    return NetworksOut(items=[NetworkOut.of(one) for one in state.all_of_them()])


@router.post("/directory/networks/{network_id}/walks", response={201: JobOut})
@access(Can.DIRECTORY_IMPORT)
def compute(request: Request, network_id: UUID) -> Reply:
    """Bring its walks up to date now, as a job; a worker does the same by itself within a minute of any change."""
    return perform(request, keeping_up.ask, render=JobOut.of, status=201, network_id=network_id)
