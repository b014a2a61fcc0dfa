"""The real receiver on real sockets: commit first, acknowledge after, silence when nothing was stored."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from backend.core import ports
from backend.core.clock import now
from backend.emergency import receivers
from backend.emergency.models import Device, Incident, Signal, SignalKey
from backend.emergency.protocols import dc09, dc09_crypto
from backend.emergency.receivers import dc09_intake
from backend.env import env
from tests.cast import Cast
from tests.emergency import vectors
from tests.emergency.builders import make_device

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "dc09_port", 0)


@pytest.fixture
def device(cast: Cast) -> Device:
    return make_device(cast, "DC-1", protocol="dc09", account="1234", kind="pendant")


def with_door(talk: Any) -> Any:
    """Run the receiver and `talk(port)` beside it."""

    async def main() -> Any:
        opened = asyncio.Event()
        running = asyncio.ensure_future(receivers.run(opened.set))
        try:
            await asyncio.wait({running, asyncio.ensure_future(opened.wait())}, return_when=asyncio.FIRST_COMPLETED)
            return await talk(ports.read(env.home_path)["dc09"])
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return asyncio.run(main())


async def over_tcp(port: int, *segments: bytes, answers: int = 1) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for segment in segments:
        writer.write(segment)
        await writer.drain()
        await asyncio.sleep(0.02)
    got = b""
    with suppress(TimeoutError):
        while got.count(b"\r") < answers:
            got += await asyncio.wait_for(reader.read(1024), 5 if answers else 0.5)
    writer.close()
    await writer.wait_closed()
    return got


def say(*segments: bytes, answers: int = 1) -> bytes:
    def talk(port: int) -> Coroutine[Any, Any, bytes]:
        return over_tcp(port, *segments, answers=answers)

    answered: bytes = with_door(talk)
    return answered


def test_an_alarm_is_stored_and_then_acknowledged_byte_for_byte(cast: Cast, device: Device) -> None:
    assert say(vectors.CONTACT_ID) == vectors.ACK_1
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, incident.identity) == ("sos", "P1", "verified")
    assert (incident.person_id, incident.division_id) == (cast.wang.id, cast.community.id)
    assert Signal.objects.get().raw == vectors.CONTACT_ID[9:-1]


def test_segments_cut_anywhere_and_frames_in_one_segment_are_all_heard(cast: Cast, device: Device) -> None:
    frame = vectors.CONTACT_ID
    assert say(*[frame[i : i + 1] for i in range(len(frame))]) == vectors.ACK_1
    assert (
        say(vectors.NULL + vectors.SIA_DCS + vectors.EXTENDED[:20], vectors.EXTENDED[20:], answers=3).count(b'"ACK"')
        == 3
    )
    assert Incident.objects.get().signal_count == 3


def test_a_frame_sent_again_gets_its_answer_and_no_second_call(cast: Cast, device: Device) -> None:
    assert say(vectors.CONTACT_ID) == say(vectors.CONTACT_ID) == vectors.ACK_1
    assert Incident.objects.get().signal_count == 1
    assert SignalKey.objects.get().repeats == 1


def test_the_same_words_when_the_sequence_has_wrapped_are_another_call(cast: Cast, device: Device, moved_clock) -> None:
    say(vectors.CONTACT_ID)
    with moved_clock(timedelta(minutes=11)):
        assert say(vectors.CONTACT_ID) == vectors.ACK_1
    assert Incident.objects.get().signal_count == 2


def test_supervision_is_acknowledged_and_seen(cast: Cast, device: Device) -> None:
    assert say(vectors.NULL) == b'\nDE900012"ACK"0000L0#1234[]\r'
    device.refresh_from_db()
    assert device.last_seen_at is not None
    assert not Incident.objects.exists()


def test_a_wrong_checksum_is_met_with_silence_and_the_next_frame_is_heard(cast: Cast, device: Device) -> None:
    broken = vectors.CONTACT_ID.replace(b"1101", b"1102")
    assert say(broken, answers=0) == b""
    assert not Signal.objects.exists()
    assert say(broken + vectors.CONTACT_ID) == vectors.ACK_1


def test_an_unknown_message_is_kept_and_answered_duh(cast: Cast, device: Device) -> None:
    assert say(dc09.wrap(b'"XYZ-9"0001L0#1234[whatever]')) == vectors.DUH_1
    assert Incident.objects.get().kind == "technical"
    assert not Signal.objects.get().is_authentic


def test_an_unknown_account_or_code_is_an_unidentified_or_unverified_p1(cast: Cast) -> None:
    assert say(vectors.CONTACT_ID) == vectors.ACK_1
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, incident.identity) == ("sos", "P1", "unverified")
    assert incident.division_id == cast.district.id
    assert b'"ACK"' in say(dc09.wrap(b'"ADM-CID"0007L0#1234[#1234|1999 00 015]'))
    assert Incident.objects.filter(kind="unidentified", priority="P1").count() == 1


def test_when_the_database_is_down_the_device_hears_nothing_and_sends_again(
    cast: Cast, device: Device, monkeypatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("the database is down")

    with monkeypatch.context() as patched:
        patched.setattr(dc09_intake, "receive_signal", gone)
        assert say(vectors.CONTACT_ID, answers=0) == b""
    assert say(vectors.CONTACT_ID) == vectors.ACK_1


def test_udp_takes_a_frame_a_datagram(cast: Cast, device: Device) -> None:
    async def talk(port: int) -> bytes:
        def ask() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
                door.settimeout(5)
                door.sendto(vectors.CONTACT_ID, ("127.0.0.1", port))
                return door.recv(1024)

        return await asyncio.get_running_loop().run_in_executor(None, ask)

    assert with_door(talk) == vectors.ACK_1
    assert Incident.objects.count() == 1


def encrypted(seq: bytes, text: bytes, at: Any) -> bytes:
    clear = text + b"]" + dc09.stamp(at)
    return dc09.wrap(b'"*ADM-CID"' + seq + b"L0#1234[" + dc09_crypto.encrypt(vectors.AES_KEY, clear))


def test_an_encrypted_alarm_gets_an_encrypted_answer_and_a_stale_one_the_time(cast: Cast, device: Device) -> None:
    device.set_aes_key(vectors.AES_KEY)
    device.save()
    answer = say(encrypted(b"0001", b"#1234|1103 00 015", now()))
    (body,) = dc09.split(bytearray(answer))
    assert body.startswith(b'"*ACK"0001L0#1234[')
    assert (Incident.objects.get().kind, Incident.objects.get().identity) == ("fall", "verified")
    stale = say(encrypted(b"0002", b"#1234|1101 00 015", now() - timedelta(seconds=60)))
    assert b'"NAK"0000R0L0A0[]_' in stale
    assert Incident.objects.count() == 1
    plain = say(vectors.CONTACT_ID)
    assert plain == vectors.ACK_1
    assert Incident.objects.get(kind="sos").identity == "unverified"


def test_a_device_that_stamps_anew_when_it_resends_is_still_the_same_call(cast: Cast, device: Device) -> None:
    device.set_aes_key(vectors.AES_KEY)
    device.save()
    for seconds in (8, 4, 0):
        say(encrypted(b"0001", b"#1234|1101 00 015", now() - timedelta(seconds=seconds)))
    assert Incident.objects.get().signal_count == 1
    assert (Signal.objects.count(), SignalKey.objects.get().repeats) == (1, 2)


def test_a_frame_under_another_key_is_kept_and_answered_duh(cast: Cast, device: Device) -> None:
    device.set_aes_key(bytes(16))
    device.save()
    assert b'"DUH"' in say(encrypted(b"0001", b"#1234|1103 00 015", now()))
    assert Incident.objects.get().kind == "technical"


def test_a_frame_that_opens_and_makes_no_sense_is_kept_and_answered_duh(cast: Cast, device: Device) -> None:
    device.set_aes_key(vectors.AES_KEY)
    device.save()
    sealed = dc09_crypto.encrypt(vectors.AES_KEY, b"#1234|1103 00 015]_soon")
    assert b'"DUH"' in say(dc09.wrap(b'"*ADM-CID"0001L0#1234[' + sealed))
    assert Incident.objects.get().kind == "technical"
