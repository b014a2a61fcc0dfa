"""The vault: sealed under a person's key, found by a blind index, gone when the key is destroyed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend.core import vault

pytestmark = pytest.mark.django_db


def test_what_was_sealed_opens_again() -> None:
    owner = uuid4()
    blob = vault.seal(owner, "a.b", "王奶奶")
    assert "王奶奶".encode() not in blob
    assert vault.unseal(owner, "a.b", blob) == "王奶奶"


def test_it_opens_only_in_its_own_place_and_for_its_owner() -> None:
    owner, other = uuid4(), uuid4()
    blob = vault.seal(owner, "a.b", "x")
    vault.seal(other, "a.b", "y")
    with pytest.raises(ValueError, match=r"a\.c"):
        vault.unseal(owner, "a.c", blob)
    with pytest.raises(ValueError, match=r"a\.b"):
        vault.unseal(other, "a.b", blob)


def test_destroying_the_key_erases_everything_of_the_person() -> None:
    owner = uuid4()
    blob = vault.seal(owner, "a.b", "x")
    vault.destroy(owner)
    with pytest.raises(vault.KeyDestroyed):
        vault.unseal(owner, "a.b", blob)
    with pytest.raises(vault.KeyDestroyed):
        vault.seal(owner, "a.b", "again")


def test_a_blind_index_is_the_same_for_the_same_value_only() -> None:
    assert vault.blind("phone", "+8613800138000") == vault.blind("phone", "+8613800138000")
    assert vault.blind("phone", "+8613800138000") != vault.blind("phone", "+8613800138001")
    assert vault.blind("phone", "1") != vault.blind("card", "1")


def test_one_or_many_an_erased_person_reads_as_nothing_in_a_list() -> None:
    erased, other = uuid4(), uuid4()
    gone, kept = vault.seal(erased, "a.b", "x"), vault.seal(other, "a.b", "y")
    vault.destroy(erased)
    assert vault.unseal_many([(erased, "a.b", gone)]) == [""]
    assert vault.unseal_many([(erased, "a.b", gone), (other, "a.b", kept)]) == ["", "y"]
    assert vault.unseal_many([]) == []
