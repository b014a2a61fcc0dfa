"""What a broken line to a provider says about the message: surely not gone, or perhaps."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from backend.core.clock import now
from notifications.channels import NotNow, wire
from tests.fakes.server import Answer, Asked, FakeServer


class Saying(FakeServer):
    """Answers what it was told to."""

    says = Answer()

    def answer(self, asked: Asked) -> Answer:
        return self.says


@pytest.fixture
def server() -> Iterator[Saying]:
    made = Saying()
    yield made
    made.close()


@pytest.fixture
def hangs_up() -> Iterator[str]:
    """The address of a listener that reads a request and closes, unanswered."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        line, _ = listener.accept()
        line.recv(65536)
        line.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()


@pytest.fixture
def keeps_silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a listener that never answers."""
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    listener = socket.create_server(("127.0.0.1", 0))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()


def refused(url: str) -> tuple[str, bool, bool]:
    with pytest.raises(NotNow) as told:
        wire.post(url, data=b"x")
    return told.value.code, told.value.is_outage, told.value.is_certain


def test_a_refused_connection_took_nothing() -> None:
    assert refused("http://127.0.0.1:1/") == ("unreachable", True, True)


def test_a_line_that_broke_may_have_taken_it(hangs_up: str) -> None:
    assert refused(hangs_up) == ("unreachable", True, False)


def test_silence_may_have_taken_it(keeps_silent: str) -> None:
    assert refused(keeps_silent) == ("timeout", True, False)


def test_a_certificate_that_nobody_vouches_for_took_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.fakes.tls import certificate

    _, context = certificate(tmp_path_factory.mktemp("tls"))
    made = Saying(context)
    try:
        assert refused(made.base_url) == ("unreachable", True, True)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, ("too-many", False, True)),
        (503, ("http-503", True, True)),
        (500, ("http-500", True, False)),
        (502, ("http-502", True, False)),
    ],
)
def test_a_refusing_answer_is_an_outage_or_a_crowd(
    server: Saying, status: int, outcome: tuple[str, bool, bool]
) -> None:
    server.says = Answer(status)
    assert refused(server.base_url) == outcome


def test_no_redirect_is_followed(server: Saying) -> None:
    server.says = Answer(302, None, (("Location", "http://127.0.0.1:1/"),))
    assert wire.post(server.base_url).status_code == 302


def test_retry_after_is_seconds_or_a_date_and_at_most_ten_minutes() -> None:
    assert wire.retry_after("7") == 7
    assert wire.retry_after("86400") == 600
    date = wire.retry_after(format_datetime(now() + timedelta(seconds=90), usegmt=True))
    assert date is not None
    assert 85 < date <= 90
    assert wire.retry_after("soon") is None
    assert wire.retry_after("") is None
