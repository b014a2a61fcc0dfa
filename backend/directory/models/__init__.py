"""The directory's tables, with the names of HSDS 3.1, and the walking networks."""

from backend.directory.models.catalogue import (
    Location,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    Status,
    TaxonomyTerm,
)
from backend.directory.models.intake import Membership
from backend.directory.models.streets import Network, WalkEdge, WalkNode, WalkOrigin, WalkTime

__all__ = [
    "Location",
    "Membership",
    "Network",
    "Organization",
    "Schedule",
    "Service",
    "ServiceAtLocation",
    "Status",
    "TaxonomyTerm",
    "WalkEdge",
    "WalkNode",
    "WalkOrigin",
    "WalkTime",
]
