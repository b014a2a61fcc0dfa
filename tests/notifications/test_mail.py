"""E-mail through a real SMTP server."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import Message
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from backend.core.clock import moved, now
from backend.core.verb import verb
from backend.env import env
from backend.people.actor import Actor
from notifications import addresses, deliveries, mailboxes
from notifications.deliveries import Delivery
from tests.cast import Cast, as_app
from tests.notifications.letters import TOPIC

pytestmark = pytest.mark.django_db(transaction=True)


class Mailbox:
    """Takes mail; the recipient's name decides: `nobody` does not exist, `full` is full for now, `later` refuses the message."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("full"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if envelope.rcpt_tos[0].startswith("later"):
            return "451 try again"
        self.messages.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(env, "smtp_url", f"smtp://127.0.0.1:{port}")
    monkeypatch.setattr(env, "email_from", "Yike <notices@yike.example>")
    yield box
    controller.stop()


@verb("test.mail", audited=False)
def _queue(actor: Actor, *, person_id: UUID, to: str, urgency: str) -> Delivery:
    address = addresses.add(person_id, addresses.EMAIL, to)
    return deliveries.queue(
        Delivery(
            person_id=person_id,
            address_id=address.id,
            channel="email",
            topic=TOPIC,
            params={"count": 3},
            urgency=urgency,
            due_at=now(),
        )
    )


def sent(cast: Cast, deliver: Callable[[], int], to: str, urgency: str = "normal") -> Delivery:
    row = _queue(cast.wang.actor, person_id=cast.wang.id, to=to, urgency=urgency)
    deliver()
    return Delivery.objects.get(id=row.id)


def test_a_mail_carries_the_text_its_deliverys_id_and_a_subject_that_tells_nothing(
    cast: Cast, mailbox: Mailbox, deliver: Callable[[], int]
) -> None:
    row = sent(cast, deliver, "Wang@Mail.Example", "emergency")
    assert (row.state, row.provider, row.provider_id) == ("sent", "smtp", f"<{row.id}@yike.example>")
    (message,) = mailbox.messages
    assert message["Message-ID"] == row.provider_id
    assert (message["To"], message["Subject"]) == ("Wang@mail.example", "一刻：紧急通知")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == "您有3条消息"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("to", "state", "reason", "is_retired"),
    [
        ("nobody@mail.example", "failed", "no such mailbox", True),
        ("full@mail.example", "queued", "waiting: smtp-452", False),
        ("later@mail.example", "queued", "waiting: smtp-451", False),
    ],
)
def test_what_the_mail_server_answers_decides(
    cast: Cast, mailbox: Mailbox, deliver: Callable[[], int], to: str, state: str, reason: str, is_retired: bool
) -> None:
    row = sent(cast, deliver, to)
    assert (row.state, row.reason) == (state, reason)
    assert addresses.live(cast.wang.id, "email").exists() is not is_retired


def test_a_mail_server_that_is_gone_is_tried_again(
    cast: Cast, mailbox: Mailbox, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = env.smtp_url
    monkeypatch.setattr(env, "smtp_url", "smtp://127.0.0.1:1")
    row = sent(cast, deliver, "wang@mail.example")
    assert (row.state, row.reason) == ("queued", "waiting: unreachable")
    monkeypatch.setattr(env, "smtp_url", there)
    with moved(timedelta(seconds=10)):
        deliver()
    assert len(mailbox.messages) == 1


def code_in(mailbox: Mailbox) -> str:
    """The code of the newest mail."""
    return re.findall(r"\d{6}", mailbox.messages[-1].get_content())[0]  # type: ignore[attr-defined]


def test_a_mailbox_is_used_once_its_code_came_back(
    cast: Cast, client_for: Callable[..., Any], mailbox: Mailbox, deliver: Callable[[], int]
) -> None:
    wang = client_for(cast.wang)
    assert wang.post("/email", {"email": "wang@mail.example"}).status_code == 202
    deliver()
    assert mailbox.messages[-1]["To"] == "wang@mail.example"
    row = Delivery.objects.get(topic="email.code")
    assert (row.state, row.sealed, row.params) == ("sent", None, {})
    assert wang.get("/email").json()["email"] is None
    code = code_in(mailbox)
    wrong = wang.post("/email/confirm", {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "code-wrong")
    assert client_for(cast.neighbour).post("/email/confirm", {"code": code}).status_code == 410
    assert wang.post("/email/confirm", {"code": code}).json()["email"] == "w***@mail.example"
    assert wang.post("/email/confirm", {"code": code}).status_code == 410
    assert [address.value for address in addresses.live(cast.wang.id, "email")] == ["wang@mail.example"]
    with as_app():
        assert not addresses.Address.objects.exists()
    wang.post("/email", {"email": "other@mail.example"})
    deliver()
    wang.post("/email/confirm", {"code": code_in(mailbox)})
    assert [address.value for address in addresses.live(cast.wang.id, "email")] == ["other@mail.example"]
    assert wang.delete("/email").status_code == 204
    assert not addresses.live(cast.wang.id, "email").exists()


def test_a_code_is_tried_five_times_at_most_even_by_a_hundred_at_once(
    cast: Cast, barrier: Callable[..., list[Any]], mailbox: Mailbox, deliver: Callable[[], int]
) -> None:
    mailboxes.ask(cast.wang.actor, email="wang@mail.example")
    deliver()
    code, actor = code_in(mailbox), cast.wang.actor
    wrong = f"{(int(code) + 1) % 10**6:06}"

    def guess(_: int) -> str:
        try:
            mailboxes.prove(actor, code=wrong)
        except (mailboxes.MailCodeWrong, mailboxes.MailCodeOver) as refused:
            return refused.code
        return "taken"

    answers = barrier(100, guess)
    assert (answers.count("code-wrong"), answers.count("code-expired")) == (5, 95)
    with pytest.raises(mailboxes.MailCodeOver):
        mailboxes.prove(actor, code=code)


def test_a_mailbox_is_asked_for_five_times_a_day_and_only_where_mail_goes_out(
    cast: Cast, client_for: Callable[..., Any], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = client_for(cast.wang)
    assert wang.post("/email", {"email": "no mailbox"}).json()["errors"][0]["code"] == "email-wrong"
    answers = [wang.post("/email", {"email": "wang@mail.example"}).status_code for _ in range(6)]
    assert answers == [202] * 5 + [429]
    assert client_for(cast.neighbour).post("/email", {"email": "WANG@mail.example"}).status_code == 429
    monkeypatch.setattr(env, "smtp_url", "")
    answer = client_for(cast.outsider).post("/email", {"email": "x@mail.example"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-configured")
