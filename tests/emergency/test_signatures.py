"""Device signatures (RFC 9421)."""

import pytest

from backend.emergency.signatures import SignatureFault, Signed, SignedMessage, secret_bytes, sign, verify
from tests.emergency.signing import PATH, signed_headers

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"
BODY = b'{"event_id": "1", "kind": "sos"}'


def check(headers: dict[str, str], body: bytes = BODY, method: str = "POST", path: str = PATH) -> Signed:
    message = SignedMessage(method, f"http://127.0.0.1:8000{path}", headers)
    return verify(message, body, lambda key_id: secret_bytes(SECRET) if key_id == "k1" else None)


def test_a_good_signature_holds_whatever_its_label_and_with_or_without_alg() -> None:
    for label in ("sig1", "yike", "x-y"):
        for alg in (True, False):
            signed = check(signed_headers(BODY, key_id="k1", secret=SECRET, label=label, alg=alg))
            assert (signed.key_id, signed.nonce) == ("k1", "n1")


@pytest.mark.parametrize("created", [0, 1_600_000_000, 4_000_000_000])
def test_a_wrong_clock_is_no_reason_to_refuse(created: int) -> None:
    assert check(signed_headers(BODY, key_id="k1", secret=SECRET, created=created)).created.timestamp() == created


def test_a_clock_gone_mad_is_no_reason_either() -> None:
    for created in (-5, 999_999_999_999_999):
        assert check(signed_headers(BODY, key_id="k1", secret=SECRET, created=created)).key_id == "k1"


def test_another_body_method_path_or_secret_does_not_hold() -> None:
    good = signed_headers(BODY, key_id="k1", secret=SECRET)
    for wrong in (
        lambda: check(good, body=BODY + b" "),
        lambda: check(good, method="PUT"),
        lambda: check(good, path="/api/v1/emergency/alarms"),
        lambda: check(signed_headers(BODY, key_id="k1", secret=SECRET[::-1])),
        lambda: check(signed_headers(BODY, key_id="k2", secret=SECRET)),
        lambda: check({}),
        lambda: check(good | {"Signature": "sig1=:AAAA:"}),
        lambda: check(good | {"Signature-Input": "nonsense ((("}),
    ):
        with pytest.raises(SignatureFault):
            wrong()


@pytest.mark.parametrize("covered", [("@method", "@path"), ("content-digest",), ("@method", "content-digest")])
def test_a_signature_that_covers_less_does_not_hold(covered: tuple[str, ...]) -> None:
    with pytest.raises(SignatureFault):
        check(signed_headers(BODY, key_id="k1", secret=SECRET, covered=covered))


def test_the_fault_says_which_key_was_claimed() -> None:
    with pytest.raises(SignatureFault) as fault:
        check(signed_headers(BODY, key_id="k9", secret=SECRET))
    assert fault.value.key_id == "k9"


def test_what_we_sign_ourselves_holds() -> None:
    headers = sign(BODY, url=f"http://127.0.0.1:8000{PATH}", key_id="k1", secret=SECRET)
    assert check(headers).key_id == "k1"
