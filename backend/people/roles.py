"""THE table of rights: which role may do what. Where (on which scope) is said by the grant of the role.

`Can` is alphabetical. Staff permissions need `assurance: mfa`; a resident's own things need no role.
"""

from __future__ import annotations

from enum import StrEnum


class Can(StrEnum):
    """Every permission, alphabetical: `room:act`."""

    AUDIT_READ = "audit:read"
    BILL_ISSUE = "bill:issue"
    BILL_READ = "bill:read"
    BOARD_WATCH = "board:watch"
    BOOKING_KEEP = "booking:keep"
    BULLETIN_WRITE = "bulletin:write"
    CIRCLE_CURATE = "circle:curate"
    CLIENT_KEEP = "client:keep"
    DELIVERY_KEEP = "delivery:keep"
    DESK_WATCH = "desk:watch"
    DEVICE_KEEP = "device:keep"
    DEVICE_READ = "device:read"
    DIRECTORY_IMPORT = "directory:import"
    DIRECTORY_REVIEW = "directory:review"
    DUTY_KEEP = "duty:keep"
    HOME_CONFIRM = "home:confirm"
    HOME_READ = "home:read"
    INCIDENT_ACKNOWLEDGE = "incident:acknowledge"
    INCIDENT_READ = "incident:read"
    INCIDENT_RESOLVE = "incident:resolve"
    LEDGER_READ = "ledger:read"
    OFFICE_READ = "office:read"
    PAYMENT_REFUND = "payment:refund"
    PERSON_ENROL = "person:enrol"
    PERSON_READ = "person:read"
    PERSON_REVEAL = "person:reveal"
    PERSON_SUSPEND = "person:suspend"
    READING_WRITE = "reading:write"
    ROLE_GRANT = "role:grant"
    SERVICE_OFFER = "service:offer"
    TICKET_ASSIGN = "ticket:assign"
    TICKET_CLOSE = "ticket:close"
    TICKET_ESCALATE = "ticket:escalate"
    TICKET_READ = "ticket:read"
    TICKET_REPORT_FOR = "ticket:report-for"
    TICKET_VERIFY = "ticket:verify"
    TICKET_WORK = "ticket:work"
    VENUE_KEEP = "venue:keep"


class Power(StrEnum):
    """What a person may let somebody else do for them."""

    PAY = "pay"
    REPORT = "report"
    BOOK = "book"
    SEE_ALARMS = "see_alarms"


class ClientScope(StrEnum):
    """What a kiosk or a partner system may be allowed to do."""

    CIRCLE_READ = "circle:read"
    PLACES_READ = "places:read"


class Role(StrEnum):
    """The roles of the contract that people hold on a scope."""

    RESIDENT = "resident"
    COMMUNITY_WORKER = "community_worker"
    GRID_WORKER = "grid_worker"
    CARE_WORKER = "care_worker"
    RESPONDER = "responder"
    TECHNICIAN = "technician"
    CASHIER = "cashier"
    MANAGER = "manager"
    PROVIDER = "provider"
    HOTLINE_AGENT = "hotline_agent"
    DISPATCHER = "dispatcher"
    SUBDISTRICT_OFFICER = "subdistrict_officer"
    DISTRICT_OFFICER = "district_officer"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


_OFFICER = frozenset(
    {
        Can.BOARD_WATCH,
        Can.BULLETIN_WRITE,
        Can.CIRCLE_CURATE,
        Can.DESK_WATCH,
        Can.DEVICE_READ,
        Can.DIRECTORY_REVIEW,
        Can.HOME_READ,
        Can.INCIDENT_READ,
        Can.ROLE_GRANT,
        Can.TICKET_ASSIGN,
        Can.TICKET_CLOSE,
        Can.TICKET_ESCALATE,
        Can.TICKET_READ,
        Can.TICKET_VERIFY,
        Can.TICKET_WORK,
    }
)

TABLE: dict[Role, frozenset[Can]] = {
    Role.RESIDENT: frozenset(),
    Role.COMMUNITY_WORKER: frozenset(
        {
            Can.BOARD_WATCH,
            Can.BOOKING_KEEP,
            Can.BULLETIN_WRITE,
            Can.DIRECTORY_REVIEW,
            Can.HOME_CONFIRM,
            Can.HOME_READ,
            Can.INCIDENT_READ,
            Can.PERSON_ENROL,
            Can.PERSON_READ,
            Can.PERSON_REVEAL,
            Can.TICKET_CLOSE,
            Can.TICKET_ESCALATE,
            Can.TICKET_READ,
            Can.TICKET_REPORT_FOR,
            Can.TICKET_VERIFY,
            Can.TICKET_WORK,
            Can.VENUE_KEEP,
        }
    ),
    Role.GRID_WORKER: frozenset(
        {Can.BOARD_WATCH, Can.TICKET_ESCALATE, Can.TICKET_READ, Can.TICKET_VERIFY, Can.TICKET_WORK}
    ),
    Role.CARE_WORKER: frozenset({Can.INCIDENT_READ, Can.PERSON_READ}),
    Role.RESPONDER: frozenset(),
    Role.TECHNICIAN: frozenset({Can.TICKET_READ, Can.TICKET_WORK}),
    Role.CASHIER: frozenset({Can.BILL_READ, Can.READING_WRITE}),
    Role.MANAGER: frozenset(
        {
            Can.BOARD_WATCH,
            Can.BULLETIN_WRITE,
            Can.HOME_CONFIRM,
            Can.HOME_READ,
            Can.PERSON_ENROL,
            Can.PERSON_READ,
            Can.PERSON_REVEAL,
            Can.READING_WRITE,
            Can.ROLE_GRANT,
            Can.TICKET_ASSIGN,
            Can.TICKET_CLOSE,
            Can.TICKET_ESCALATE,
            Can.TICKET_READ,
            Can.TICKET_REPORT_FOR,
            Can.TICKET_WORK,
        }
    ),
    Role.PROVIDER: frozenset({Can.BOOKING_KEEP, Can.SERVICE_OFFER}),
    Role.HOTLINE_AGENT: frozenset({Can.TICKET_READ, Can.TICKET_REPORT_FOR}),
    Role.DISPATCHER: frozenset(
        {
            Can.DESK_WATCH,
            Can.DEVICE_READ,
            Can.DUTY_KEEP,
            Can.INCIDENT_ACKNOWLEDGE,
            Can.INCIDENT_READ,
            Can.INCIDENT_RESOLVE,
            Can.PERSON_READ,
            Can.PERSON_REVEAL,
        }
    ),
    Role.SUBDISTRICT_OFFICER: _OFFICER,
    Role.DISTRICT_OFFICER: _OFFICER,
    Role.FINANCE: frozenset({Can.BILL_ISSUE, Can.BILL_READ, Can.LEDGER_READ, Can.PAYMENT_REFUND}),
    Role.AUDITOR: frozenset(
        {
            Can.AUDIT_READ,
            Can.BILL_READ,
            Can.LEDGER_READ,
            Can.OFFICE_READ,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Can.BILL_READ,
            Can.CLIENT_KEEP,
            Can.DELIVERY_KEEP,
            Can.DEVICE_KEEP,
            Can.DEVICE_READ,
            Can.DIRECTORY_IMPORT,
            Can.DIRECTORY_REVIEW,
            Can.HOME_READ,
            Can.OFFICE_READ,
            Can.PERSON_READ,
            Can.PERSON_SUSPEND,
            Can.ROLE_GRANT,
        }
    ),
}

GRANTABLE: dict[Role, frozenset[Role]] = {
    Role.ADMIN: frozenset(Role) - {Role.RESIDENT},
    Role.DISTRICT_OFFICER: frozenset(
        {Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.CARE_WORKER, Role.RESPONDER, Role.SUBDISTRICT_OFFICER}
    ),
    Role.SUBDISTRICT_OFFICER: frozenset({Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.CARE_WORKER, Role.RESPONDER}),
    Role.MANAGER: frozenset({Role.TECHNICIAN, Role.CASHIER, Role.RESPONDER}),
}
"""Which roles a role may grant, within its own scope."""

REVEALS: dict[Role, frozenset[str]] = {
    Role.COMMUNITY_WORKER: frozenset({"name", "phone", "identity_number", "care_notes", "contacts"}),
    Role.DISPATCHER: frozenset({"name", "phone", "care_notes", "contacts"}),
    Role.MANAGER: frozenset({"name", "phone"}),
}
"""What each role that holds PERSON_REVEAL may see in full, with a reason."""

EXCLUSIVE: tuple[frozenset[Role], ...] = (
    frozenset({Role.ADMIN, Role.AUDITOR}),
    frozenset({Role.FINANCE, Role.AUDITOR}),
)
"""Roles that nobody holds together: who administers or keeps the books does not audit them."""

AREAS: dict[str, frozenset[Can]] = {
    "people": frozenset({Can.PERSON_READ, Can.HOME_CONFIRM}),
    "emergency": frozenset({Can.INCIDENT_READ}),
    "devices": frozenset({Can.INCIDENT_READ, Can.DEVICE_READ, Can.DEVICE_KEEP}),
    "payments": frozenset({Can.BILL_READ, Can.LEDGER_READ}),
    "tickets": frozenset({Can.TICKET_READ}),
    "notices": frozenset(),
    "bookings": frozenset({Can.VENUE_KEEP}),
}
"""Which permissions open which area's rows behind the walls."""


def may(role: Role, permission: Can) -> bool:
    return permission in TABLE[role]
