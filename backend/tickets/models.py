"""Tickets, their comments and photos. Free text lies in the vault under the person who wrote it."""

from django.db import models
from django.db.models import F, Q

from backend.core.clock import now
from backend.core.rows import Row
from backend.tickets.flow import HANDLED_BY_A_PERSON, PauseReason, State
from backend.tickets.sight import TicketQuerySet

TEXT = "tickets.ticket.text"
COMMENT = "tickets.comment.text"
URGENCIES = ("normal", "urgent")
ROUTES = ("company", "subdistrict", "district")


def _one_of(field: str, values: object, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [str(value) for value in values]}), name=name)  # type: ignore[attr-defined]


class Ticket(Row):
    """One report and its way to being settled. Times are UTC, places WGS-84 degrees.

    `route` says who handles it: the company that served the compound when it came (`company`), or the government of `division`.
    `deadline` is the promise; it moves only by the length of a pause. `visibility` is copied from the category.
    """

    number = models.CharField(max_length=24, unique=True)
    category = models.CharField(max_length=40)
    visibility = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default=State.REPORTED.value)
    urgency = models.CharField(max_length=8, default="normal")
    reporter = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="reported_tickets")
    text_sealed = models.BinaryField()
    answers = models.JSONField(default=dict)
    danger = models.CharField(max_length=16, blank=True)  # the kind of emergency that the report means, if any

    community = models.ForeignKey("community.Division", on_delete=models.PROTECT, related_name="tickets")
    compound = models.ForeignKey("community.Compound", on_delete=models.PROTECT, null=True, related_name="tickets")
    building = models.ForeignKey("community.Building", on_delete=models.PROTECT, null=True, related_name="tickets")
    home = models.ForeignKey("community.Home", on_delete=models.PROTECT, null=True, related_name="tickets")
    part_code = models.CharField(max_length=32, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    route = models.CharField(max_length=12)
    company = models.ForeignKey("community.Company", on_delete=models.PROTECT, null=True, related_name="tickets")
    division = models.ForeignKey(
        "community.Division", on_delete=models.PROTECT, null=True, related_name="handled_tickets"
    )
    assignee = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="assigned_tickets")

    deadline = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=24, blank=True)
    resolved_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["reporter", "-created_at", "id"], name="tickets_of_reporter"),
            models.Index(fields=["community", "-created_at", "id"], name="tickets_of_community"),
            models.Index(fields=["compound", "-created_at", "id"], name="tickets_of_compound"),
            models.Index(fields=["assignee", "-created_at", "id"], name="tickets_of_assignee"),
            models.Index(fields=["lat", "lon"], name="tickets_by_place", condition=Q(visibility="public")),
        ]
        constraints = [
            _one_of("state", State, "ticket_state_known"),
            _one_of("visibility", ("home", "compound", "public"), "ticket_visibility_known"),
            _one_of("urgency", URGENCIES, "ticket_urgency_known"),
            models.CheckConstraint(
                name="ticket_has_one_handler",
                condition=Q(route="company", company__isnull=False, division__isnull=True)
                | Q(route__in=["subdistrict", "district"], company__isnull=True, division__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_worked_on_by_a_person",
                condition=~Q(state__in=sorted(str(s) for s in HANDLED_BY_A_PERSON)) | Q(assignee__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_paused_with_a_reason",
                condition=Q(state="paused", paused_at__isnull=False, pause_reason__in=[str(r) for r in PauseReason])
                | (~Q(state="paused") & Q(paused_at__isnull=True, pause_reason="")),
            ),
            models.CheckConstraint(
                name="ticket_done_has_a_time",
                condition=~Q(state__in=["resolved", "verified", "closed"]) | Q(resolved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_verified_has_a_time",
                condition=~Q(state__in=["verified", "closed"]) | Q(verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_ended_has_a_time",
                condition=Q(state__in=["closed", "cancelled", "merged"], ended_at__isnull=False)
                | (~Q(state__in=["closed", "cancelled", "merged"]) & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="ticket_merged_into_another",
                condition=Q(state="merged", merged_into__isnull=False) & ~Q(merged_into=F("id"))
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(
                name="ticket_rating_1_to_5", condition=Q(rating__isnull=True) | Q(rating__range=(1, 5))
            ),
            models.CheckConstraint(
                name="ticket_on_the_earth",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
            ),
            models.CheckConstraint(
                name="ticket_compound_known", condition=~Q(visibility="compound") | Q(compound__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def path(self) -> str:
        """Where the API shows it."""
        return f"/api/v1/tickets/{self.id}"

    @property
    def is_overdue(self) -> bool:
        """The promise is or was broken: unresolved past the deadline (a pause stops the clock), or resolved after it."""
        if self.state in (State.CANCELLED, State.MERGED):
            return False
        return self.deadline < (self.resolved_at or self.paused_at or now())


class Comment(Row):
    """Words beside the timeline. `kind` says which step they came with; `visibility` staff hides them from residents."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="ticket_comments")
    kind = models.CharField(max_length=12, default="comment")
    visibility = models.CharField(max_length=6, default="all")
    text_sealed = models.BinaryField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="comments_of_ticket")]
        constraints = [_one_of("visibility", ("all", "staff"), "comment_visibility_known")]


class Follow(Row):
    """A person who wants to hear of a ticket that is not theirs."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="followed_tickets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="one_follow_a_person")]


class Photo(Row):
    """A clean picture. Until a ticket has it, it is its uploader's alone and dies after 24 h. Files bear random names."""

    uploader = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="ticket_photos")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="photos")
    moment = models.CharField(max_length=6, default="before")
    file = models.CharField(max_length=80, unique=True)
    thumb = models.CharField(max_length=80, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["ticket", "created_at"], name="photos_of_ticket"),
            models.Index(fields=["created_at"], name="photos_unattached", condition=Q(ticket__isnull=True)),
        ]
        constraints = [_one_of("moment", ("before", "after"), "photo_moment_known")]

    @property
    def path(self) -> str:
        return f"/api/v1/photos/{self.id}"


class DayCounter(models.Model):
    """How many tickets a Beijing day has had; its row is the lock that keeps numbers unique and without gaps."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()
