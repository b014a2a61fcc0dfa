"""How people keep the directory: who acts for an organization, what they ask for and propose, what residents say is wrong."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.core.clock import now
from backend.core.rows import Row


class Membership(Row):
    """A person who may act for an organization, from a moment until it was ended (UTC)."""

    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey("directory.Organization", on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization"],
                condition=Q(ended_at__isnull=True),
                name="one_open_membership_a_pair",
            )
        ]


class Decided(Row):
    """Something that waits for an officer of a community's directory (null: of the district's)."""

    class State(models.TextChoices):
        PENDING = "pending", "待审核 pending"
        APPROVED = "approved", "已通过 approved"
        REFUSED = "refused", "未通过 refused"
        WITHDRAWN = "withdrawn", "已撤回 withdrawn"

    person = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    community = models.ForeignKey(
        "community.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["community", "state", "id"], name="%(class)s_queue")]


class Application(Decided):
    """A person asks to act for an organization. `organization` is the one that is asked for, or that approval made."""

    organization = models.ForeignKey(
        "directory.Organization", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    credit_code = models.CharField(max_length=18, blank=True, default="", help_text="统一社会信用代码, GB 32100")
    category = models.ForeignKey("directory.TaxonomyTerm", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40)
    address = models.CharField(max_length=200, blank=True, default="")
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    class Meta(Decided.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], condition=Q(state="pending"), name="one_open_application_a_name"
            )
        ]


class Proposal(Decided):
    """What a member wants told of a service of their organization; `service` is null for a new one until it is approved.

    `was` and `wanted` hold the same keys (see `intake.fields`): the values when it was proposed, and those asked for.
    """

    organization = models.ForeignKey("directory.Organization", on_delete=models.CASCADE, related_name="proposals")
    service = models.ForeignKey(
        "directory.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    is_new = models.BooleanField(default=False)
    was = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)

    class Meta(Decided.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(state="pending"), name="one_open_proposal_a_service"
            )
        ]


class Correction(Decided):
    """A resident says that something about a service is wrong. Degrees are WGS-84; the words are sealed under the resident."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "已关闭 closed"
        MOVED = "moved", "已搬迁 moved"
        HOURS = "hours", "营业时间 hours"
        PHONE = "phone", "电话 phone"
        NAME = "name", "名称 name"
        OTHER = "other", "其他 other"

    service = models.ForeignKey("directory.Service", on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=8, choices=Kind)
    text_sealed = models.BinaryField(null=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    applied = models.JSONField(default=dict, help_text="the fields that the officer wrote")

    class Meta(Decided.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "service"], condition=Q(state="pending"), name="one_open_correction_a_person"
            )
        ]


class Picture(Row):
    """A picture that an applicant or a resident sent along: a file sealed under its uploader's key."""

    uploader = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, null=True, blank=True, related_name="pictures")
    file = models.CharField(max_length=80, unique=True)
    purge_at = models.DateTimeField(null=True, db_index=True)
