"""What each role is answered: said by the operation's row, else by the edge's rule, else by whom the role resembles."""

from __future__ import annotations

from collections.abc import Mapping

from api.access import Rule
from backend.people.roles import TABLE
from tests.whole_cast import KEYS, POWERS, STAFF

Row = Mapping[str, int]

LIKE = {
    "stale_wang": "wang",
    "stale_admin": "admin",
    "logged_out": "anonymous",
    "suspended_manager": "anonymous",
    "kiosk": "anonymous",
    "partner": "anonymous",
    "ended_delegate": "outsider",
} | dict.fromkeys(POWERS, "wang")
"""Whose answer a role gets where its row does not say otherwise and the edge lets it through; all others get the outsider's."""


def refusal(rule: Rule, role: str) -> int | None:
    """The edge's own answer before the operation runs: 401 for nobody, 403 for who lacks the proof, the power or the permission."""
    if rule.kind == "signed":
        return None
    if role in POWERS or role == "ended_delegate":
        holds = rule.permission is None and rule.power is not None and POWERS.get(role) == rule.power
        return None if holds else 403
    if role in ("logged_out", "suspended_manager"):
        return 401
    if role in KEYS:
        is_read = rule.kind == "public" and rule.scope is None
        return None if is_read or rule.scope in KEYS[role] else 403
    if rule.kind == "public":
        return None
    if role == "anonymous":
        return 401
    if role == "limited":
        return None if rule.limited and rule.permission is None else 403
    if rule.permission is not None and (role not in STAFF or rule.permission not in TABLE[STAFF[role]]):
        return 403
    return 403 if rule.fresh and role.startswith("stale_") else None


def expected(rule: Rule, row: Row, role: str) -> int:
    """The status that this role must get."""
    if role in row:
        return row[role]
    if (refused := refusal(rule, role)) is not None:
        return refused
    if role == "limited" and rule.kind == "public":
        role = "anonymous"
    like = LIKE.get(role, "outsider")
    return expected(rule, row, like) if like in row or like in LIKE else row["outsider"]
