"""Homes and powers that wait for a person's own word."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.community.models import Division, Home
from backend.core.rows import Row
from backend.people.models.homes import Residency
from backend.people.models.person import User
from backend.people.models.rights import Delegation
from backend.people.roles import Power


class HomeInvitation(Row):
    """A home offered to a person, who takes it by their own login: nothing is theirs before.

    `occupancy`: a landlord registers who lives in a room; without a phone it is a note only. `enrolment`: the desk enrolled
    somebody (`enrolled`) whose phone has an account already; taking it joins the two. The phone is kept as a blind index only;
    the name that a landlord wrote is sealed under the landlord's key.
    """

    class Kind(models.TextChoices):
        OCCUPANCY = "occupancy", "出租入住 occupancy"
        ENROLMENT = "enrolment", "窗口登记 enrolment"

    class State(models.TextChoices):
        REGISTERED = "registered", "已登记 registered"
        INVITED = "invited", "待本人确认 invited"
        ACCEPTED = "accepted", "本人已确认 accepted"
        DECLINED = "declined", "本人已拒绝 declined"
        ENDED = "ended", "已结束 ended"

    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    compound_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind)
    relation = models.CharField(max_length=12, choices=Residency.Relation)
    until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    enrolled = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    phone_blind = models.BinaryField(max_length=32, null=True)
    name_sealed = models.BinaryField(null=True)
    residency = models.ForeignKey(Residency, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_blind"], condition=Q(state="invited"), name="invitations_by_phone"),
            models.Index(fields=["home", "kind", "-id"], name="invitations_of_home"),
        ]


class DelegationRequest(Row):
    """Somebody far away asks to act for a phone's owner; `person` null: nobody has that phone, which the asker never learns."""

    asker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    powers = ArrayField(models.CharField(max_length=12, choices=[(p.value, p.value) for p in Power]))
    until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    delegation = models.ForeignKey(Delegation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
