"""Changing the keys of a device without a gap and without a lost call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.emergency import device_keys, signatures
from backend.emergency.models import Device, DeviceKey, Incident, Signal
from backend.emergency.protocols import dc09, dc09_crypto
from backend.emergency.receivers import dc09_intake
from backend.people.actor import ReauthenticationRequired
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Http
from tests.emergency import vectors
from tests.emergency.builders import make_device, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def device(cast: Cast) -> Device:
    return make_device(cast)


@pytest.fixture
def admin(cast: Cast) -> Http:
    return Http(cast.admin)


def press(number: int, **key: str) -> Any:
    """The button is pressed: a real signed request of a stranger without a login."""
    return send(Http(None), {"event_id": f"e{number}", "kind": "sos"}, **key)


def new_key(admin: Http, device: Device, purpose: str = "signature") -> dict[str, str]:
    answer = admin.post(f"/emergency/devices/{device.id}/keys", {"purpose": purpose})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return {"key_id": made["key_id"], "secret": made["secret"]}


def test_the_secret_is_shown_once_and_is_sealed_in_its_row(admin: Http, device: Device) -> None:
    made = new_key(admin, device)
    assert len(signatures.secret_bytes(made["secret"])) == 32
    listed = admin.get(f"/emergency/devices/{device.id}/keys")
    assert [key["is_live"] for key in listed.json()["items"]] == [True, True]
    assert made["secret"] not in listed.content.decode()
    assert made["secret"].encode() not in bytes(DeviceKey.objects.get(key_id=made["key_id"]).secret_sealed)


def test_the_old_key_holds_until_an_hour_after_the_first_use_of_the_new(
    admin: Http, device: Device, moved_clock: Any
) -> None:
    made = new_key(admin, device)
    with moved_clock(timedelta(days=40)):
        assert press(1).status_code == 202
        assert press(2, **made).status_code == 202
        assert press(3).status_code == 202
    with moved_clock(timedelta(days=40, minutes=59)):
        assert press(4).status_code == 202
        assert press(5, **made).status_code == 202
    with moved_clock(timedelta(days=40, minutes=61)):
        assert press(6).status_code == 401
        assert press(7, **made).status_code == 202
    used = AuditRow.objects.filter(event="device.key_used").order_by("id")
    assert [row.data.get("ending") for row in used] == [[], ["key-BTN-1"]]


def test_a_message_that_only_names_the_new_key_retires_nothing(admin: Http, device: Device, moved_clock: Any) -> None:
    made = new_key(admin, device)
    assert press(1, key_id=made["key_id"]).status_code == 401
    with moved_clock(timedelta(days=2)):
        assert press(2).status_code == 202


def test_what_a_retired_key_signed_is_kept_and_shown_to_the_desk(admin: Http, device: Device) -> None:
    made = new_key(admin, device)
    assert admin.delete(f"/emergency/devices/{device.id}/keys/key-BTN-1").status_code == 204
    refused = press(1)
    assert (refused.status_code, refused.json()["code"]) == (401, "signature-invalid")
    signal, incident = Signal.objects.get(), Incident.objects.get()
    assert (signal.code, signal.is_authentic, signal.device_id) == ("key-retired", False, device.id)
    assert b'"event_id": "e1"' in signal.raw
    assert (incident.kind, incident.priority, incident.device_id) == ("technical", "P3", device.id)
    assert press(2, **made).status_code == 202


def test_one_call_ends_every_key(cast: Cast, admin: Http, device: Device) -> None:
    made = new_key(admin, device)
    assert admin.delete(f"/emergency/devices/{device.id}/keys").status_code == 204
    assert [press(1).status_code, press(2, **made).status_code] == [401, 401]
    assert Signal.objects.filter(code="key-retired").count() == 2
    assert press(3, **new_key(admin, device)).status_code == 202
    events = AuditRow.objects.filter(object_id=device.id, event__startswith="device.key").order_by("id")
    assert [row.event for row in events][:3] == ["device.key_made", "device.keys_ended", "device.key_made"]
    assert {row.actor_id for row in events[:3]} == {cast.admin.id}


def test_a_third_key_is_refused(admin: Http, device: Device) -> None:
    new_key(admin, device)
    refused = admin.post(f"/emergency/devices/{device.id}/keys", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "two-keys-live")


def test_of_a_hundred_who_make_a_key_at_once_one_does(cast: Cast, device: Device, barrier: Any) -> None:
    actor = cast.admin.actor

    def one_more(_: int) -> Any:
        return device_keys.make_key(actor, device_id=device.id, purpose="signature")

    results = barrier(100, one_more)
    assert sum(isinstance(result, device_keys.NewDeviceKey) for result in results) == 1
    assert device.keys.live().count() == 2


def test_of_many_first_uses_at_once_one_retires_the_old_key(admin: Http, device: Device, barrier: Any) -> None:
    made = new_key(admin, device)
    answers = barrier(100, lambda n: press(n, **made).status_code)
    assert answers == [202] * 100
    old, new = device.keys.order_by("created_at")
    assert new.first_used_at is not None
    assert old.until is not None
    assert new.until is None


def test_a_wrong_reach_or_a_stale_proof_changes_no_key(cast: Cast, device: Device, moved_clock: Any) -> None:
    far = cast.add("far", "远")
    RoleGrant.objects.create(
        user=far.user, role=Role.ADMIN, scope_kind="subdistrict", scope_id=cast.other_subdistrict.id
    )
    assert Http(far).get(f"/emergency/devices/{device.id}/keys").status_code == 404
    with pytest.raises(NotFound):
        device_keys.make_key(far.actor, device_id=device.id, purpose="signature")
    assert Http(cast.admin).delete(f"/emergency/devices/{device.id}/keys/none").status_code == 404
    with moved_clock(timedelta(minutes=16)), pytest.raises(ReauthenticationRequired):
        device_keys.end_all_keys(cast.admin.actor, device_id=device.id)


def encrypted(seq: bytes, key: bytes) -> bytes:
    clear = b"#1234|1103 00 015]" + dc09.stamp(now())
    wrapped = dc09.wrap(b'"*ADM-CID"' + seq + b"L0#1234[" + dc09_crypto.encrypt(key, clear))
    (frame,) = dc09.split(bytearray(wrapped))
    return frame


def test_an_encrypting_device_changes_its_aes_key_alike(cast: Cast, admin: Http, moved_clock: Any) -> None:
    panel = make_device(cast, "DC-1", protocol="dc09", account="1234", kind="pendant")
    panel.set_aes_key(vectors.AES_KEY)
    new = bytes.fromhex(new_key(admin, panel, "aes")["secret"])
    assert b'"*ACK"' in (dc09_intake.take(encrypted(b"0001", vectors.AES_KEY)) or b"")
    answer = dc09_intake.take(encrypted(b"0002", new)) or b""
    (body,) = dc09.split(bytearray(answer))
    assert dc09_crypto.decrypt(new, dc09.parse(body).data)
    assert b'"*ACK"' in (dc09_intake.take(encrypted(b"0003", vectors.AES_KEY)) or b"")
    with moved_clock(timedelta(hours=2)):
        assert b'"DUH"' in (dc09_intake.take(encrypted(b"0004", vectors.AES_KEY)) or b"")
        assert b'"*ACK"' in (dc09_intake.take(encrypted(b"0005", new)) or b"")
    assert Signal.objects.filter(kind="unsigned").count() == 1


def test_a_button_has_no_aes_key(admin: Http, device: Device) -> None:
    refused = admin.post(f"/emergency/devices/{device.id}/keys", {"purpose": "aes"})
    assert (refused.status_code, refused.json()["code"]) == (409, "does-not-encrypt")


def test_an_aes_key_signs_nothing(cast: Cast, admin: Http) -> None:
    panel = make_device(cast, "DC-1", protocol="dc09", account="1234", kind="pendant")
    made = new_key(admin, panel, "aes")
    assert press(1, key_id=made["key_id"], secret=made["secret"]).status_code == 401
