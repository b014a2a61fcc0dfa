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
    DESK_WATCH = "desk:watch"
    DEVICE_READ = "device:read"
    DIRECTORY_IMPORT = "directory:import"
    DUTY_KEEP = "duty:keep"
    HOME_CONFIRM = "home:confirm"
    HOME_READ = "home:read"
    INCIDENT_ACKNOWLEDGE = "incident:acknowledge"
    INCIDENT_READ = "incident:read"
    INCIDENT_RESOLVE = "incident:resolve"
    LEDGER_READ = "ledger:read"
    PAYMENT_REFUND = "payment:refund"
    PERSON_READ = "person:read"
    READING_WRITE = "reading:write"
    TICKET_ASSIGN = "ticket:assign"
    TICKET_CLOSE = "ticket:close"
    TICKET_ESCALATE = "ticket:escalate"
    TICKET_READ = "ticket:read"
    TICKET_REPORT_FOR = "ticket:report-for"
    TICKET_VERIFY = "ticket:verify"
    TICKET_WORK = "ticket:work"


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
        Can.HOME_READ,
        Can.INCIDENT_READ,
        Can.DESK_WATCH,
        Can.DEVICE_READ,
        Can.TICKET_READ,
        Can.TICKET_ASSIGN,
        Can.TICKET_CLOSE,
        Can.TICKET_ESCALATE,
        Can.TICKET_VERIFY,
        Can.TICKET_WORK,
    }
)

TABLE: dict[Role, frozenset[Can]] = {
    Role.RESIDENT: frozenset(),
    Role.COMMUNITY_WORKER: frozenset(
        {
            Can.BOARD_WATCH,
            Can.HOME_CONFIRM,
            Can.HOME_READ,
            Can.INCIDENT_READ,
            Can.PERSON_READ,
            Can.TICKET_CLOSE,
            Can.TICKET_ESCALATE,
            Can.TICKET_READ,
            Can.TICKET_REPORT_FOR,
            Can.TICKET_VERIFY,
            Can.TICKET_WORK,
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
            Can.HOME_CONFIRM,
            Can.HOME_READ,
            Can.READING_WRITE,
            Can.TICKET_ASSIGN,
            Can.TICKET_CLOSE,
            Can.TICKET_ESCALATE,
            Can.TICKET_READ,
            Can.TICKET_REPORT_FOR,
            Can.TICKET_WORK,
        }
    ),
    Role.PROVIDER: frozenset(),
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
        }
    ),
    Role.SUBDISTRICT_OFFICER: _OFFICER,
    Role.DISTRICT_OFFICER: _OFFICER,
    Role.FINANCE: frozenset({Can.BILL_ISSUE, Can.BILL_READ, Can.LEDGER_READ, Can.PAYMENT_REFUND}),
    Role.AUDITOR: frozenset({Can.AUDIT_READ, Can.BILL_READ, Can.LEDGER_READ}),
    Role.ADMIN: frozenset(
        {
            Can.AUDIT_READ,
            Can.BILL_READ,
            Can.DIRECTORY_IMPORT,
            Can.HOME_READ,
            Can.PERSON_READ,
        }
    ),
}

AREAS: dict[str, frozenset[Can]] = {
    "people": frozenset({Can.PERSON_READ, Can.HOME_CONFIRM}),
    "emergency": frozenset({Can.INCIDENT_READ, Can.DEVICE_READ}),
    "payments": frozenset({Can.BILL_READ, Can.LEDGER_READ, Can.READING_WRITE}),
    "tickets": frozenset({Can.TICKET_READ}),
    "notices": frozenset(),
}
"""Which permissions open which area's rows behind the walls."""


def may(role: Role, permission: Can) -> bool:
    return permission in TABLE[role]
