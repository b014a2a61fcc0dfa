"""Changing the master key: everybody's key under the new one, stopped anywhere, nobody lost."""

from __future__ import annotations

import base64
import os
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.commands import rotate_keys
from backend.core import rotation, vault
from backend.core.audit import AuditRow
from backend.core.vault import PersonKey
from backend.env import env
from backend.people.actor import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def fresh() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`ring("b", "a")` makes these the master keys, the first the newest; a name keeps its key."""
    kept: dict[str, str] = {}

    def use(*names: str) -> None:
        monkeypatch.setattr(env, "vault_keys", ",".join(f"{n}:{kept.setdefault(n, fresh())}" for n in names))

    return use


@pytest.fixture
def people(ring: Any) -> dict[UUID, bytes]:
    ring("a")
    PersonKey.objects.all().delete()
    return {owner: vault.seal(owner, "a.b", str(owner)) for owner in (uuid4() for _ in range(7))}


def all_open(people: dict[UUID, bytes]) -> bool:
    return all(vault.unseal(owner, "a.b", blob) == str(owner) for owner, blob in people.items())


def test_after_a_rotation_the_old_key_can_go(people: dict[UUID, bytes], ring: Any, capsys: Any) -> None:
    ring("b", "a")
    assert rotation.verify().unused == []
    args = rotate_keys.argparse.Namespace(verify_only=False)
    assert rotate_keys.run(args) == 0
    assert "no longer needed: a" in capsys.readouterr().out
    assert rotation.verify() == rotation.Verdict(used={"b": 7}, unused=["a"], missing=[], broken=[])
    ring("b")
    assert all_open(people)
    assert AuditRow.objects.get(event="vault.rotated", data__count=7).data["key"] == "b"


def test_it_stops_and_goes_on_anywhere(people: dict[UUID, bytes], ring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ring("b", "a")
    monkeypatch.setattr(rotation, "BATCH", 2)
    last = rotation.rotate_batch(SYSTEM)
    rotation.rotate_batch(SYSTEM, after=last)
    assert rotation.verify().used == {"a": 3, "b": 4}
    assert all_open(people)
    assert rotation.rotate(SYSTEM) == 4
    assert rotation.verify().used == {"b": 7}
    before = dict(PersonKey.objects.values_list("owner_id", "wrapped"))
    rotation.rotate(SYSTEM)
    assert {o: bytes(w) for o, w in PersonKey.objects.values_list("owner_id", "wrapped") if w} == {
        o: bytes(w) for o, w in before.items() if w
    }
    assert all_open(people)


def test_a_key_that_was_destroyed_stays_destroyed(people: dict[UUID, bytes], ring: Any) -> None:
    gone = next(iter(people))
    vault.destroy(gone)
    ring("b", "a")
    rotation.rotate(SYSTEM)
    with pytest.raises(vault.KeyDestroyed):
        vault.unseal(gone, "a.b", people[gone])
    assert rotation.verify().used == {"b": 6}


def test_without_the_old_key_nothing_is_touched_and_its_name_is_told(
    people: dict[UUID, bytes], ring: Any, capsys: Any
) -> None:
    ring("b")
    assert rotate_keys.run(rotate_keys.argparse.Namespace(verify_only=False)) == 1
    assert rotate_keys.run(rotate_keys.argparse.Namespace(verify_only=True)) == 1
    shown = capsys.readouterr().out
    assert "missing from YIKE_VAULT_KEYS, but needed: a" in shown
    ring("b", "a")
    assert all_open(people)


def test_a_changed_row_stops_the_rotation(people: dict[UUID, bytes], ring: Any) -> None:
    owner = next(iter(people))
    row = PersonKey.objects.get(owner_id=owner)
    PersonKey.objects.filter(owner_id=owner).update(wrapped=bytes(row.wrapped or b"")[:-1] + b"\x00\x00")
    ring("b", "a")
    with pytest.raises(rotation.NotVerified, match=str(owner)):
        rotation.rotate_batch(SYSTEM)
    assert rotation.verify().broken == [owner]
    assert rotation.verify().used == {"a": 7}


def test_a_rotation_changes_the_suite_too(
    people: dict[UUID, bytes], ring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "crypto_suite", "gm")
    rotation.rotate(SYSTEM)
    assert {bytes(w or b"")[0] for w in PersonKey.objects.values_list("wrapped", flat=True)} == {2}
    assert all_open(people)


def test_a_key_from_before_blobs_named_their_suite_opens_and_is_wrapped_anew(people: dict[UUID, bytes]) -> None:
    for row in PersonKey.objects.all():
        PersonKey.objects.filter(owner_id=row.owner_id).update(wrapped=bytes(row.wrapped or b"")[1:])
    assert all_open(people)
    rotation.rotate(SYSTEM)
    assert {len(bytes(w or b"")) for w in PersonKey.objects.values_list("wrapped", flat=True)} == {61}
    assert all_open(people)


@pytest.mark.django_db(transaction=True)
def test_sealing_goes_on_while_keys_are_rotated(people: dict[UUID, bytes], ring: Any, barrier: Any) -> None:
    ring("b", "a")
    owners = list(people)

    def one(number: int) -> Any:
        if number == 0:
            return rotation.rotate(SYSTEM)
        owner = owners[number % len(owners)]
        return vault.unseal(owner, "a.b", vault.seal(owner, "a.b", "x"))

    results = barrier(100, one)
    assert results[1:] == ["x"] * 99
    assert rotation.verify().used == {"b": 7}
