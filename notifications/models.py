"""The tables of this room, gathered for Django; each lives beside the mechanism that owns it."""

from notifications.addresses import Address
from notifications.breaker import ProviderCircuit
from notifications.broadcasts import Broadcast, BroadcastMark
from notifications.budget import SmsSpending
from notifications.deliveries import Delivery, DeliveryKey
from notifications.digest import Digest
from notifications.ladder import Climb
from notifications.mailboxes import MailProof
from notifications.notice import Notice
from notifications.outbox import OutboxMessage
from notifications.preferences import Preference
from notifications.presence import PresenceLease
from notifications.receipts import Receipt
from notifications.streams import Stream, StreamEvent

__all__ = [
    "Address",
    "Broadcast",
    "BroadcastMark",
    "Climb",
    "Delivery",
    "DeliveryKey",
    "Digest",
    "MailProof",
    "Notice",
    "OutboxMessage",
    "Preference",
    "PresenceLease",
    "ProviderCircuit",
    "Receipt",
    "SmsSpending",
    "Stream",
    "StreamEvent",
]
