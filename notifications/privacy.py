"""What notices, addresses and deliveries hold of people."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from backend.core.catalogue import declare
from backend.core.cron import every
from backend.core.retention import keep
from backend.core.subjects import erases, exports, rows
from backend.core.vault import PersonKey
from notifications import addresses, deliveries, mailboxes, outbox
from notifications.addresses import SMS
from notifications.deliveries import FAILED, QUEUED
from notifications.models import (
    Address,
    Broadcast,
    BroadcastMark,
    Climb,
    Delivery,
    DeliveryKey,
    Digest,
    Notice,
    OutboxMessage,
    Preference,
    PresenceLease,
    Receipt,
    Stream,
    StreamEvent,
)

declare(
    "notifications.Address",
    """
    person_id     contact     notify  contract  account  delete
    value_sealed  contact     notify  contract  account  key
    value_blind   credential  notify  contract  account  delete
    device_key    credential  notify  contract  account  delete
    platform      behaviour   notify  contract  account  delete
    """,
    plain="kind is_own retired_at retired_why",
    seals={"value_sealed": (addresses.CONTEXT, "person_id")},
)
declare("notifications.ProviderCircuit", plain="name failures opened retry_at last_error changed_at")
declare("notifications.SmsSpending", plain="day lane count fen")
declare(
    "notifications.MailProof",
    """
    person_id     contact     notify  contract  use  delete
    asked_sealed  contact     notify  contract  use  key
    code_blind    credential  notify  contract  use  delete
    """,
    plain="tries expires_at",
    seals={"asked_sealed": (mailboxes.CONTEXT, "person_id")},
)
declare(
    "notifications.Preference",
    """
    person_id    behaviour  notify  contract  account  delete
    language     behaviour  notify  contract  account  delete
    quiet_from   behaviour  notify  contract  account  delete
    quiet_until  behaviour  notify  contract  account  delete
    off          behaviour  notify  contract  account  delete
    is_plain     behaviour  notify  contract  account  delete
    """,
    plain="changed_at",
)
declare(
    "notifications.OutboxMessage",
    """
    to_blind   credential  notify  contract  rule  delete
    person_id  contact     notify  contract  rule  delete
    sealed_by  contact     notify  contract  rule  delete
    sealed     content     notify  contract  rule  key
    """,
    plain="channel",
    seals={"sealed": (outbox.CONTEXT, "sealed_by")},
)
declare(
    "notifications.Delivery",
    """
    person_id     behaviour  notify  contract  rule  lapse
    address_id    behaviour  notify  contract  rule  lapse
    params        content    notify  contract  rule  null
    about         behaviour  notify  contract  rule  null
    sealed        content    notify  contract  day   null
    delivered_at  behaviour  notify  contract  rule  lapse
    displayed_at  behaviour  notify  contract  rule  lapse
    read_at       behaviour  notify  contract  rule  lapse
    """,
    plain="notice_id channel topic urgency sealed_by state reason provider provider_id expires_at tried_since "
    "sent_at repeats",
)
declare("notifications.DeliveryKey", plain="key delivery_id delivery_at")
declare("notifications.Broadcast", plain="channel seq topic params about urgency source_id expires_at")
declare(
    "notifications.BroadcastMark",
    """
    person_id    behaviour  notify  contract  rule  delete
    read_at      behaviour  notify  contract  rule  delete
    archived_at  behaviour  notify  contract  rule  delete
    """,
    plain="broadcast",
)
declare(
    "notifications.Notice",
    """
    person_id    content    notify  contract  rule  delete
    params       content    notify  contract  rule  delete
    about        behaviour  notify  contract  rule  delete
    read_at      behaviour  notify  contract  rule  delete
    archived_at  behaviour  notify  contract  rule  delete
    """,
    plain="topic urgency key seq",
)
declare("notifications.Climb", "person_id  behaviour  notify  contract  rule  delete", plain="notice rung")
declare(
    "notifications.Digest",
    """
    person_id  behaviour  notify  contract  rule  delete
    since      behaviour  notify  contract  rule  delete
    """,
)
declare("notifications.PresenceLease", "person_id  behaviour  staff  duty  rule  delete", plain="division_id until")
declare("notifications.Stream", "channel  behaviour  notify  contract  account  delete", plain="epoch last_offset")
declare(
    "notifications.StreamEvent",
    """
    channel  behaviour  notify  contract  rule  delete
    about    behaviour  notify  contract  rule  delete
    data     behaviour  notify  contract  rule  delete
    """,
    plain="offset event",
)
declare(
    "notifications.Receipt",
    """
    person_id  behaviour  notify  contract  rule  delete
    channel    behaviour  notify  contract  rule  delete
    delivered  behaviour  notify  contract  rule  delete
    displayed  behaviour  notify  contract  rule  delete
    read       behaviour  notify  contract  rule  delete
    """,
)

keep(OutboxMessage, 7)
keep(mailboxes.MailProof, 1, by="expires_at")
keep(Delivery, 180, by="at")
every(seconds=600, name="deliveries.forget")(deliveries.forget_kept)
keep(DeliveryKey, 180, by="delivery_at")
keep(Broadcast, 400)
keep(BroadcastMark, 400)
keep(Climb, 400)
keep(Digest, 400, by="since")
keep(Notice, 400)
keep(PresenceLease, 30, by="until")
keep(StreamEvent, 30, by="at")
keep(Receipt, 400)
keep(Address, 180, by="retired_at")


@exports("notifications")
def exported(person_id: UUID) -> dict[str, object]:
    """Addresses, wishes, notices and what became of each way in which they went out."""
    channel = f"person:{person_id}"
    return {
        "addresses.json": rows(Address.objects.filter(person_id=person_id)),
        "mail_to_confirm.json": rows(mailboxes.MailProof.objects.filter(person_id=person_id)),
        "preferences.json": rows(Preference.objects.filter(person_id=person_id)),
        "notices.json": rows(Notice.objects.filter(person_id=person_id).order_by("id")),
        "broadcasts_read.json": rows(BroadcastMark.objects.filter(person_id=person_id)),
        "deliveries.json": rows(Delivery.objects.filter(person_id=person_id).order_by("at", "id")),
        "outbox.json": rows(OutboxMessage.objects.filter(person_id=person_id)),
        "read_to.json": rows(Receipt.objects.filter(person_id=person_id)),
        "ladder.json": rows(Climb.objects.filter(person_id=person_id)),
        "digest.json": rows(Digest.objects.filter(person_id=person_id)),
        "presence.json": rows(PresenceLease.objects.filter(person_id=person_id)),
        "streams.json": rows(Stream.objects.filter(channel=channel)),
        "events.json": rows(StreamEvent.objects.filter(channel=channel).order_by("offset")),
    }


@erases("notifications")
def erase(person_id: UUID) -> None:
    """Addresses, notices and wishes go; what still waits to be sent is never sent; what waited for the bare phone goes too."""
    mine = Address.objects.filter(person_id=person_id)
    phones = {value for value in addresses.values(mine.filter(kind=SMS, is_own=True)).values() if value}
    owners = {outbox.owner_of_phone(phone) for phone in phones}
    letters = Delivery.objects.filter(Q(person_id=person_id) | Q(sealed_by__in=[*owners, person_id]))
    letters.filter(state=QUEUED).update(
        state=FAILED, reason="erased", sealed=None, due_at=None, lease=None, last_error=""
    )
    letters.update(sealed=None, params={}, about="")
    OutboxMessage.objects.filter(Q(person_id=person_id) | Q(sealed_by__in=[*owners, person_id])).delete()
    # The key of the bare phone is deleted, not destroyed: the next owner of the number may ask for a code again.
    PersonKey.objects.filter(owner_id__in=owners).delete()
    for table in (mailboxes.MailProof, Climb, Digest, Notice, BroadcastMark, Preference, Receipt, PresenceLease):
        table._default_manager.filter(person_id=person_id).delete()
    StreamEvent.objects.filter(channel=f"person:{person_id}").delete()
    Stream.objects.filter(channel=f"person:{person_id}").delete()
    mine.delete()
