"""Every read of the API on everybody's things: each role hears exactly the words that it has a right to, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from unittest import mock

import pytest

from backend.core.verb import StreamedEvent
from backend.people import login_sessions
from notifications import sms, streams
from notifications.deliveries import Delivery
from tests.permissions.hearing import heard, may_hear
from tests.permissions.outgoing import going_out
from tests.permissions.probes import NOT_PROBED, PROBES
from tests.permissions.rows import rules
from tests.permissions.trial import as_role, body_of, send
from tests.permissions.world import KINDS, OWNERS, World, canary
from tests.whole_cast import ROLES

Heard = dict[tuple[str, str], set[str]]
UNTIL_TAKEN = {"phone", "contactphone"}
"""Whole numbers are shown only to whoever took the incident."""
GIVEN_A_JOB = {"technician"}
"""Hears a name only once the ticket is theirs."""
NOT_SHOWN = {"care", "identity", "evidence", "push", "alarmnote", "device"}
"""Shown by no plain read to everybody who might hear them: by a reveal, at the claim's own page, or to those who help alone."""


def read_everything(world: World, database_role: str = "yike_app", *, roles: Sequence[str] = ROLES) -> Heard:
    """Who hears which canary when every role reads everything that has an address.

    What each of them holds is looked up once, as reads change nothing of it; `test_matrix` looks it up for every request.
    """
    found: Heard = {}
    with mock.patch.object(login_sessions, "session_actor", cache(login_sessions.session_actor)):
        for operation, probe in PROBES.items():
            method, path = operation.split(" ", 1)
            calls = {(call := probe(world, owner)).fill(path): call for owner in OWNERS}
            for call in calls.values():
                for role in roles:
                    with as_role(database_role):
                        content = body_of(send(world, role, method, path, call))
                    for key in heard(world, content):
                        found.setdefault(key, set()).add(role)
    return found


def leaks(found: Heard) -> Heard:
    """What was heard without a right to it."""
    wrong = {key: roles - may_hear(*key) for key, roles in found.items()}
    return {key: roles for key, roles in wrong.items() if roles}


def test_every_read_that_needs_a_login_is_tried_on_everybodys_things() -> None:
    reads = {name for name, rule in rules().items() if name.startswith("GET ") and rule.kind in {"person", "staff"}}
    assert sorted(reads - PROBES.keys() - NOT_PROBED.keys()) == []


@pytest.mark.django_db
def test_each_role_hears_exactly_what_it_has_a_right_to() -> None:
    found = read_everything(World())
    assert leaks(found) == {}
    for kind in set(KINDS) - NOT_SHOWN - UNTIL_TAKEN:
        for owner in OWNERS:
            wanted = may_hear(kind, owner) - (GIVEN_A_JOB if kind == "name" else set())
            assert (kind, owner, found.get((kind, owner), set())) == (kind, owner, wanted)
    for kind in UNTIL_TAKEN:
        assert [len(found.get((kind, owner), ())) for owner in OWNERS] == [1, 1, 1] or kind == "contactphone"


@pytest.mark.django_db
def test_what_goes_out_would_be_heard() -> None:
    world = World()
    assert going_out(world) == []
    person = world.wang.id
    Delivery.objects.create(
        channel="sms",
        topic="login.code",
        sealed_by=person,
        sealed=sms.sealed(person, "+8613900000000", canary("care", "wang")),
    )
    assert going_out(world) == [("care", "wang")]
    event = StreamedEvent(f"person:{person}", "test", "/api/v1/me", {"said": canary("ticket", "wang")})
    streams.append([event])
    assert set(going_out(world)) == {("care", "wang"), ("ticket", "wang")}
