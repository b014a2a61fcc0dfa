"""The directory's tables, with the names of HSDS 3.1, and the walking networks."""

from backend.directory.models.bookings import Booking, Offer, Slot
from backend.directory.models.catalogue import (
    Location,
    Organization,
    Program,
    Service,
    ServiceAtLocation,
    Status,
    TaxonomyTerm,
)
from backend.directory.models.circles import CircleStop, CoverageMark, CoverageSpan, ThemedCircle
from backend.directory.models.credit import Certification, Suspension
from backend.directory.models.details import (
    Accessibility,
    Contact,
    CostOption,
    OrganizationIdentifier,
    Phone,
    RequiredDocument,
    ServiceArea,
)
from backend.directory.models.guide import Checklist, ChecklistStep, GuideItem, LifeEvent, LifeStep
from backend.directory.models.hours import Closure, Schedule
from backend.directory.models.intake import Application, Correction, Membership, Picture, Proposal
from backend.directory.models.ratings import Rating
from backend.directory.models.search import SearchWord
from backend.directory.models.sheets import Settled, Sheet, SheetRow
from backend.directory.models.streets import (
    Entrance,
    Network,
    WalkEdge,
    WalkGate,
    WalkNode,
    WalkOrigin,
    WalkTarget,
    WalkTime,
    WheelOrigin,
    WheelTarget,
    WheelTime,
)
from backend.directory.models.taxonomies import ListedTerm, Taxonomy

__all__ = [
    "Accessibility",
    "Application",
    "Booking",
    "Certification",
    "Checklist",
    "ChecklistStep",
    "CircleStop",
    "Closure",
    "Contact",
    "Correction",
    "CostOption",
    "CoverageMark",
    "CoverageSpan",
    "Entrance",
    "GuideItem",
    "LifeEvent",
    "LifeStep",
    "ListedTerm",
    "Location",
    "Membership",
    "Network",
    "Offer",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "Picture",
    "Program",
    "Proposal",
    "Rating",
    "RequiredDocument",
    "Schedule",
    "SearchWord",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "Settled",
    "Sheet",
    "SheetRow",
    "Slot",
    "Status",
    "Suspension",
    "Taxonomy",
    "TaxonomyTerm",
    "ThemedCircle",
    "WalkEdge",
    "WalkGate",
    "WalkNode",
    "WalkOrigin",
    "WalkTarget",
    "WalkTime",
    "WheelOrigin",
    "WheelTarget",
    "WheelTime",
]
