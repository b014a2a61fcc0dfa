"""Notices: what a person is told. One verb writes the notice, its event in the person's stream and its deliveries, or none.

Texts are rendered when read, in the reader's language, from the topic's template and the parameters.
"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from backend.core.clock import now
from backend.core.verb import emit
from notifications import deliveries, digest, ladder, preferences, sms, templates, topics
from notifications.addresses import Address
from notifications.deliveries import Delivery
from notifications.notice import CREATED, Notice
from notifications.topics import Severity

Urgency = Literal["normal", "emergency"]


def notify(
    person_id: UUID,
    topic: str,
    params: dict[str, Any],
    *,
    about: str,
    urgency: Urgency = "normal",
    key: str | None = None,
) -> Notice:
    """Tell a person something (inside a verb): inbox, live stream, and the ways of the topic's ladder; in emergencies all of them at once.

    `params` fill the topic's template and may hold nothing that this reader may not see. The same `key` for the same person again
    gives the first notice back and sends nothing. Raises UnknownTopic, KeyError (a parameter is missing).
    """
    templates.check(topic, params)
    made = Notice(person_id=person_id, topic=topic, params=params, about=about, urgency=urgency, key=key)
    Notice.objects.bulk_create([made], ignore_conflicts=key is not None)
    if key is not None:
        first = Notice.objects.get(person_id=person_id, key=key)
        if first.id != made.id:
            return first
    emit(made.channel, CREATED, about=about, data={"notice_id": str(made.id), "topic": topic, "urgency": urgency})
    ladder.begin(made)
    if urgency != deliveries.EMERGENCY and topics.of(topic).severity == Severity.INFO:
        digest.remind(made)
    return made


def text_address(
    address_id: UUID,
    topic: str,
    params: dict[str, Any],
    *,
    about: str,
    urgency: Urgency = "emergency",
    key: str | None = None,
    private: dict[str, Any] | None = None,
) -> Delivery:
    """Send an SMS to one address, such as an emergency contact's (inside a verb). The same `key` again sends nothing.

    `private` parameters (a name) never stand in the row: the text that holds them is sealed until the provider took it,
    and where it may have to go out again (`deliveries.REPEATED`) until it arrived, at most a day.
    """
    templates.check(topic, params | (private or {}))
    address = Address.objects.get(id=address_id)
    made = Delivery(
        person_id=address.person_id,
        address_id=address_id,
        channel=deliveries.SMS,
        topic=topic,
        params=params,
        about=about,
        urgency=urgency,
        due_at=now(),
    )
    if private:
        language = preferences.of(address.person_id).language
        text = templates.render(topic, params | private, language)
        made.sealed_by = address.person_id
        made.sealed = sms.sealed(address.person_id, address.value, text, private, language)
    return deliveries.queue(made, key=key)
