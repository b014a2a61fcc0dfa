"""The words of the emergency room: incident kinds, priorities, states and dispositions."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What happened, as far as the signal says."""

    SOS = "sos"
    FALL = "fall"
    MEDICAL = "medical"
    FIRE = "fire"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"
    WATER = "water"
    TEMPERATURE = "temperature"
    ENTRAPMENT = "entrapment"
    INACTIVITY = "inactivity"
    INTRUSION = "intrusion"
    UNIDENTIFIED = "unidentified"
    TECHNICAL = "technical"


class Priority(TextChoices):
    """P1 life, P2 welfare, P3 device. The text sorts by urgency."""

    LIFE = "P1"
    WELFARE = "P2"
    DEVICE = "P3"


class State(TextChoices):
    """Where an incident stands; the steps between them are in `flow.py`."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"


class Disposition(TextChoices):
    """How an incident ended; a resolved one always has exactly one."""

    REAL = "real"
    FALSE = "false"
    TEST = "test"
    ACCIDENTAL = "accidental"
    NO_CONTACT = "no_contact"
    DUPLICATE = "duplicate"


class Identity(TextChoices):
    """Whether who called is known for certain; an unverified call is answered all the same."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


PRIORITY: dict[Kind, Priority] = {
    Kind.SOS: Priority.LIFE,
    Kind.FALL: Priority.LIFE,
    Kind.MEDICAL: Priority.LIFE,
    Kind.FIRE: Priority.LIFE,
    Kind.SMOKE: Priority.LIFE,
    Kind.GAS: Priority.LIFE,
    Kind.CO: Priority.LIFE,
    Kind.ENTRAPMENT: Priority.LIFE,
    Kind.UNIDENTIFIED: Priority.LIFE,
    Kind.WATER: Priority.WELFARE,
    Kind.TEMPERATURE: Priority.WELFARE,
    Kind.INACTIVITY: Priority.WELFARE,
    Kind.INTRUSION: Priority.WELFARE,
    Kind.TECHNICAL: Priority.DEVICE,
}
