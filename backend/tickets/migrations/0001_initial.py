"""Tickets, comments, follows, photos and the day's counter; the walls round them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("community", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCounter",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("number", models.CharField(max_length=24, unique=True)),
                ("category", models.CharField(max_length=40)),
                ("visibility", models.CharField(max_length=10)),
                ("state", models.CharField(default="reported", max_length=12)),
                ("urgency", models.CharField(default="normal", max_length=8)),
                ("text_sealed", models.BinaryField()),
                ("answers", models.JSONField(default=dict)),
                ("danger", models.CharField(blank=True, max_length=16)),
                ("part_code", models.CharField(blank=True, max_length=32)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("route", models.CharField(max_length=12)),
                ("deadline", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=24)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                ("rating", models.PositiveSmallIntegerField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="community.building",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tickets", to="community.division"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="community.company",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="community.compound",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handled_tickets",
                        to="community.division",
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="community.home",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reported_tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("moment", models.CharField(default="before", max_length=6)),
                ("file", models.CharField(max_length=80, unique=True)),
                ("thumb", models.CharField(max_length=80, unique=True)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                (
                    "uploader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticket_photos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followed_tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="follows", to="tickets.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("kind", models.CharField(default="comment", max_length=12)),
                ("visibility", models.CharField(default="all", max_length=6)),
                ("text_sealed", models.BinaryField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticket_comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["reporter", "-created_at", "id"], name="tickets_of_reporter"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["community", "-created_at", "id"], name="tickets_of_community"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["compound", "-created_at", "id"], name="tickets_of_compound"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["assignee", "-created_at", "id"], name="tickets_of_assignee"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("visibility", "public")), fields=["lat", "lon"], name="tickets_by_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "reported",
                            "accepted",
                            "assigned",
                            "in_progress",
                            "paused",
                            "resolved",
                            "verified",
                            "closed",
                            "cancelled",
                            "merged",
                        ],
                    )
                ),
                name="ticket_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["home", "compound", "public"])), name="ticket_visibility_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__in", ["normal", "urgent"])), name="ticket_urgency_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("company__isnull", False), ("division__isnull", True), ("route", "company")),
                    models.Q(
                        ("company__isnull", True),
                        ("division__isnull", False),
                        ("route__in", ["subdistrict", "district"]),
                    ),
                    _connector="OR",
                ),
                name="ticket_has_one_handler",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                "assigned",
                                "in_progress",
                                "paused",
                                "resolved",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("assignee__isnull", False),
                    _connector="OR",
                ),
                name="ticket_worked_on_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "pause_reason__in",
                            [
                                "waiting_for_resident",
                                "waiting_for_parts",
                                "waiting_for_others",
                                "weather",
                                "needs_approval",
                            ],
                        ),
                        ("paused_at__isnull", False),
                        ("state", "paused"),
                    ),
                    models.Q(
                        models.Q(("state", "paused"), _negated=True), ("pause_reason", ""), ("paused_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="ticket_paused_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["resolved", "verified", "closed"]), _negated=True),
                    ("resolved_at__isnull", False),
                    _connector="OR",
                ),
                name="ticket_done_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["verified", "closed"]), _negated=True),
                    ("verified_at__isnull", False),
                    _connector="OR",
                ),
                name="ticket_verified_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state__in", ["closed", "cancelled", "merged"])),
                    models.Q(
                        models.Q(("state__in", ["closed", "cancelled", "merged"]), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="ticket_ended_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("merged_into__isnull", False),
                        ("state", "merged"),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)),
                    _connector="OR",
                ),
                name="ticket_merged_into_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__isnull", True), ("rating__range", (1, 5)), _connector="OR"),
                name="ticket_rating_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                    _connector="OR",
                ),
                name="ticket_on_the_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("visibility", "compound"), _negated=True), ("compound__isnull", False), _connector="OR"
                ),
                name="ticket_compound_known",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["ticket", "created_at"], name="photos_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("ticket__isnull", True)), fields=["created_at"], name="photos_unattached"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("moment__in", ["before", "after"])), name="photo_moment_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.UniqueConstraint(fields=("ticket", "person"), name="one_follow_a_person"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["ticket", "created_at", "id"], name="comments_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["all", "staff"])), name="comment_visibility_known"
            ),
        ),
        Wall(
            "tickets_ticket",
            area="tickets",
            person="reporter_id",
            community="community_id",
            compound="compound_id",
            also="visibility = 'public'"
            " OR (visibility = 'compound' AND compound_id = ANY (yike_ids('yike.neighbourhood')))",
        ),
        # The inner query passes the ticket's own wall: who sees no ticket sees none of its words and pictures.
        Wall(
            "tickets_comment",
            area="tickets",
            person="author_id",
            also="EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = tickets_comment.ticket_id"
            " AND (tickets_comment.visibility = 'all' OR yike_on('yike.tickets_all')"
            " OR t.community_id = ANY (yike_ids('yike.tickets_ids'))"
            " OR t.compound_id = ANY (yike_ids('yike.tickets_ids'))))",
        ),
        Wall("tickets_follow", area="tickets", person="person_id"),
        Wall(
            "tickets_photo",
            area="tickets",
            person="uploader_id",
            also="EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = tickets_photo.ticket_id)",
        ),
    ]
