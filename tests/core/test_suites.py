"""The two sets of ciphers against published vectors, and blobs of either opening under both."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend.core import secrets, suites, vault
from backend.core.suites import BY_NAME, DoesNotOpen, open_blob, sm4_gcm_encrypt
from backend.env import env

KEY = bytes(range(32))


def test_aes_256_gcm_matches_the_published_vector() -> None:
    """Test case 16 of McGrew and Viega, The Galois/Counter Mode of Operation."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = BY_NAME["intl"].encrypt(key, bytes.fromhex("cafebabefacedbaddecaf888"), plain, context)
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )


def test_sm4_gcm_matches_rfc_8998() -> None:
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    context = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    sealed = sm4_gcm_encrypt(key, bytes.fromhex("00001234567800000000ABCD"), plain, context)
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )


def test_the_keyed_hashes_match_their_vectors() -> None:
    """RFC 4231 case 1 for SHA-256; GM/T 0042-2015 for SM3."""
    assert BY_NAME["intl"].mac(b"\x0b" * 20, b"Hi There").hex() == (
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    )
    message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    assert BY_NAME["gm"].mac(bytes(range(1, 33)), message).hex() == (
        "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    )


@pytest.mark.parametrize("name", ["intl", "gm"])
def test_a_blob_names_its_suite_and_opens_only_where_it_belongs(name: str) -> None:
    suite = BY_NAME[name]
    blob = suite.seal(KEY, "王奶奶".encode(), b"a.b")
    assert blob[0] == suite.id
    assert open_blob(KEY, blob, b"a.b").decode() == "王奶奶"
    flipped = blob[:20] + bytes([blob[20] ^ 1]) + blob[21:]
    other = bytes([3 - suite.id]) + blob[1:]
    for key, damaged, context in (
        (KEY, blob, b"a.c"),
        (bytes(32), blob, b"a.b"),
        (KEY, flipped, b"a.b"),
        (KEY, other, b"a.b"),
        (KEY, b"\x07" + blob[1:], b"a.b"),
        (KEY, blob[:10], b"a.b"),
        (KEY, b"", b"a.b"),
    ):
        with pytest.raises(DoesNotOpen):
            open_blob(key, damaged, context)


@pytest.mark.django_db
def test_what_one_suite_sealed_opens_when_the_other_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, blobs = uuid4(), {}
    for name in ("intl", "gm"):
        monkeypatch.setattr(env, "crypto_suite", name)
        blobs[name] = vault.seal(owner, "a.b", name)
    assert [blob[0] for blob in blobs.values()] == [1, 2]
    for name in ("intl", "gm"):
        monkeypatch.setattr(env, "crypto_suite", name)
        assert vault.unseal_many([(owner, "a.b", blob) for blob in blobs.values()]) == ["intl", "gm"]


def test_the_hash_of_blind_indexes_belongs_to_their_key_not_to_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "blind_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    before = vault.blind("phone", "+8613800138000")
    monkeypatch.setattr(env, "crypto_suite", "gm")
    assert vault.blind("phone", "+8613800138000") == before
    monkeypatch.setattr(env, "blind_key", "sm3:" + env.blind_key)
    assert secrets.blind_key() == ("gm", KEY)
    assert vault.blind("phone", "+8613800138000") == suites.BY_NAME["gm"].mac(KEY, b"phone|+8613800138000") != before
