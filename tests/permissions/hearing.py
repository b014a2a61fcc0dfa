"""Whose words each role may ever hear: the rights to rows, said once more by hand and by kind of word."""

from __future__ import annotations

from functools import cache

from tests.permissions.world import World

HERE, THERE = ("wang", "neighbour"), ("outsider",)
DESK = {
    HERE: {"dispatcher", "second_dispatcher", "district_dispatcher"},
    THERE: {"other_dispatcher", "district_dispatcher"},
}
CARE = {
    HERE: {"community_worker", "care_worker", "subdistrict_officer", "district_officer"},
    THERE: {"other_community_worker", "other_subdistrict_officer", "district_officer"},
}
HANDLERS = {
    HERE: {"manager", "technician", "community_worker", "grid_worker", "subdistrict_officer"},
    THERE: {"other_company_manager", "other_community_worker", "other_subdistrict_officer"},
}
ALL_HANDLERS = {"hotline_agent", "district_officer"}
BOOKS = {HERE: {"finance", "cashier"}, THERE: {"other_finance"}}
ALL_BOOKS = {"auditor", "admin", "stale_admin"}
WITH_THE_JOB = {HERE: {"technician"}, THERE: set[str]()}
"""Who goes to the reporter reads the name in full; other handlers read it masked."""
CONFIRMERS = {HERE: {"manager", "community_worker"}, THERE: {"other_company_manager", "other_community_worker"}}
VENUES = {HERE: {"community_worker"}, THERE: {"other_community_worker"}}
REGISTRY = {
    HERE: {"dispatcher", "second_dispatcher", "subdistrict_officer"},
    THERE: {"other_dispatcher", "other_subdistrict_officer"},
}
ALL_REGISTRY = {"district_dispatcher", "district_officer", "admin", "stale_admin"}
OFFICERS = {
    HERE: {"community_worker", "subdistrict_officer", "district_officer", "admin", "stale_admin"},
    THERE: {"other_community_worker", "other_subdistrict_officer", "district_officer", "admin", "stale_admin"},
}
"""Who looks after the directory of a place: they read what is said to be wrong in it, never who says so."""
NOBODY: frozenset[str] = frozenset()
SHOWN_BY: dict[str, frozenset[str]] = {"POST /people/{person_id}/reveal": frozenset({"phone"})}
"""Operation → kinds of words that it exists to show, to whoever it lets through (a reveal with a reason)."""


@cache
def may_hear(kind: str, owner: str) -> frozenset[str]:
    """The roles that may hear this kind of this owner's words."""
    side = HERE if owner in HERE else THERE
    themselves = {"wang", "stale_wang"} if owner == "wang" else {owner}
    household, is_wang = {"tenant", "landlord"} if owner == "wang" else set(), owner == "wang"
    paying, reporting, seeing, booking = (
        {name} if is_wang else set() for name in ("delegate_pay", "delegate_report", "delegate_alarms", "delegate_book")
    )
    handlers, helpers = HANDLERS[side] | ALL_HANDLERS, DESK[side] | CARE[side]
    roles: dict[str, set[str]] = {
        "name": themselves | reporting | seeing | booking | helpers | WITH_THE_JOB[side],
        "phone": DESK[side],
        "care": themselves,
        "evidence": themselves | CONFIRMERS[side],
        "contact": themselves | DESK[side],
        "contactphone": themselves | DESK[side],
        "ticket": themselves | reporting | handlers,
        "comment": themselves | reporting | handlers,
        "staffword": handlers,
        "alarmnote": themselves | seeing | helpers,
        "incidentnote": helpers,
        "correction": themselves | OFFICERS[side],
        "bookingnote": themselves | booking | VENUES[side],
        "payee": themselves | household | paying | BOOKS[side] | ALL_BOOKS,
        "account": themselves | household | paying | BOOKS[side] | ALL_BOOKS,
        "device": themselves | REGISTRY[side] | ALL_REGISTRY,
        "login": themselves,
        "job": themselves,
    }
    return frozenset(roles.get(kind, NOBODY))


def heard(world: World, content: bytes) -> list[tuple[str, str]]:
    """(kind, owner) of every canary in these bytes."""
    return [key for key, words in world.canaries.items() if words.encode() in content]


def strangers_words(world: World, role: str, content: bytes, operation: str = "") -> list[tuple[str, str]]:
    """(kind, owner) of every canary in these bytes that this role has no right to."""
    shown = SHOWN_BY.get(operation, NOBODY)
    return [
        (kind, owner)
        for kind, owner in heard(world, content)
        if role not in may_hear(kind, owner) and kind not in shown
    ]
