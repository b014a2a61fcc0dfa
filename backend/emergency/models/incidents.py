"""Incidents and what is written into them while they are answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Func, Q, Value

from backend.core import vault
from backend.core.due import DueRow
from backend.core.rows import Row
from backend.emergency.kinds import Disposition, Identity, Kind, Priority, State
from backend.people.actor import Actor
from backend.people.roles import Can

TEXT = "emergency.entry.text"


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, actor: Actor) -> IncidentQuerySet:
        """A person sees their own; staff see those of their communities and of the desks they serve."""
        reach = actor.reach(Can.INCIDENT_READ)
        if reach.everywhere:
            return self.all()
        mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
        return self.filter(mine | Q(community_id__in=reach.communities) | Q(division_id__in=reach.divisions))

    def unresolved(self) -> IncidentQuerySet:
        """Those that still need somebody."""
        return self.exclude(state=State.RESOLVED)


class Incident(Row, DueRow):
    """One call for help, however many signals it came with.

    `due_at` (the next step): while open, the next rung of the ladder; once taken, the next look whether its owner is still there.
    `step` counts the rungs without end and fences them: a rung happens once. `subject` says whose calls belong together.
    """

    number = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(Value("emergency_incident_number"), function="nextval")
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    priority = models.CharField(max_length=2, choices=Priority.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    subject = models.CharField(max_length=96)
    identity = models.CharField(max_length=10, choices=Identity.choices)
    person = models.ForeignKey("people.User", models.PROTECT, null=True, blank=True, related_name="incidents")
    home = models.ForeignKey("community.Home", models.PROTECT, null=True, blank=True, related_name="incidents")
    device = models.ForeignKey("emergency.Device", models.PROTECT, null=True, blank=True, related_name="incidents")
    community = models.ForeignKey("community.Division", models.PROTECT, null=True, blank=True, related_name="+")
    division = models.ForeignKey("community.Division", models.PROTECT, related_name="+")
    owner = models.ForeignKey("people.User", models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    last_signal_at = models.DateTimeField()
    signal_count = models.PositiveIntegerField(default=1)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=12, choices=Disposition.choices, blank=True, default="")
    policy: models.JSONField[Any, Any] = models.JSONField()
    step = models.PositiveIntegerField(default=0)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=~Q(state=State.RESOLVED), name="one_unresolved_a_subject_and_kind"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.OPEN) | Q(owner__isnull=True, due_at__isnull=False), name="open_has_next_step"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ACKNOWLEDGED, State.IN_PROGRESS])
                | Q(owner__isnull=False, acknowledged_at__isnull=False),
                name="taken_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(state=State.RESOLVED, resolved_at__isnull=False, due_at__isnull=True) & ~Q(disposition="")
                | ~Q(state=State.RESOLVED) & Q(disposition="", resolved_at__isnull=True),
                name="resolved_has_disposition",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="incident_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="incident_state_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="incident_priority_is_known"),
            models.CheckConstraint(condition=Q(disposition__in=["", *Disposition.values]), name="disposition_is_known"),
        ]
        indexes = [
            models.Index(F("opened_at").desc(), "id", name="incident_newest"),
            models.Index(fields=["division", "state"], name="incident_of_desk"),
            models.Index(fields=["community", "state"], name="incident_of_community"),
            models.Index(fields=["person", "opened_at"], name="incident_of_person"),
            models.Index(fields=["due_at"], name="incident_due", condition=Q(due_at__isnull=False)),
        ]

    @property
    def path(self) -> str:
        """Its address in the API."""
        return f"/api/v1/emergency/incidents/{self.id}"

    @property
    def vault_owner(self) -> UUID:
        """Whose key seals what is written about it: the person's, else its own."""
        return self.person_id or self.id


class Entry(Row):
    """Something written into an incident while it is answered: a note, a call, a hand-off; its text is sealed."""

    class Kind(models.TextChoices):
        NOTE = "note"
        CALL = "call"
        HAND_OFF = "hand_off"
        RESOLUTION = "resolution"

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="entries")
    author_id = models.UUIDField()
    owner_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    callee = models.CharField(max_length=12, blank=True, default="")
    result = models.CharField(max_length=16, blank=True, default="")
    reference_sealed = models.BinaryField(null=True)
    text_sealed = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "id"], name="entry_of_incident")]

    @classmethod
    def write(
        cls, incident: Incident, author_id: UUID, kind: str, *, text: str = "", reference: str = "", **more: str
    ) -> Entry:
        """Write an entry, text and reference sealed; under the incident's own key when the person was erased meanwhile."""
        try:
            owner, sealed = incident.vault_owner, cls._sealed(incident.vault_owner, text, reference)
        except vault.KeyDestroyed:
            owner, sealed = incident.id, cls._sealed(incident.id, text, reference)
        return cls.objects.create(incident=incident, author_id=author_id, owner_id=owner, kind=kind, **sealed, **more)

    @staticmethod
    def _sealed(owner: UUID, text: str, reference: str) -> dict[str, bytes | None]:
        words = {"text_sealed": text, "reference_sealed": reference}
        return {column: vault.seal(owner, TEXT, said) if said else None for column, said in words.items()}
