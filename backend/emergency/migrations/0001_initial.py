"""Devices, signals (by month), incidents and their ladder; the walls round them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.partitions import CreatePartitionedModel
from backend.core.walls import Wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("community", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE emergency_incident_number START 1001", "DROP SEQUENCE emergency_incident_number"
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("serial", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=32)),
                (
                    "protocol",
                    models.CharField(choices=[("https", "Https"), ("dc09", "Dc09"), ("mqtt", "Mqtt")], max_length=8),
                ),
                ("account", models.CharField(blank=True, default="", max_length=16)),
                ("aes_key_sealed", models.BinaryField(blank=True, null=True)),
                ("battery", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.division",
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="community.home",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeviceKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("key_id", models.CharField(max_length=64, unique=True)),
                ("secret_sealed", models.BinaryField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="emergency.device"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EscalationPolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("kind", models.CharField(blank=True, default="", max_length=16)),
                (
                    "priority",
                    models.CharField(choices=[("P1", "Life"), ("P2", "Welfare"), ("P3", "Device")], max_length=2),
                ),
                ("at_once", models.BooleanField(default=True)),
                ("steps", models.JSONField()),
                (
                    "division",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="community.division",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=120)),
                (
                    "number",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("emergency_incident_number"), function="nextval"),
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sos", "Sos"),
                            ("fall", "Fall"),
                            ("medical", "Medical"),
                            ("fire", "Fire"),
                            ("smoke", "Smoke"),
                            ("gas", "Gas"),
                            ("co", "Co"),
                            ("water", "Water"),
                            ("temperature", "Temperature"),
                            ("entrapment", "Entrapment"),
                            ("inactivity", "Inactivity"),
                            ("intrusion", "Intrusion"),
                            ("unidentified", "Unidentified"),
                            ("technical", "Technical"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "priority",
                    models.CharField(choices=[("P1", "Life"), ("P2", "Welfare"), ("P3", "Device")], max_length=2),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("acknowledged", "Acknowledged"),
                            ("in_progress", "In Progress"),
                            ("resolved", "Resolved"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(max_length=96)),
                (
                    "identity",
                    models.CharField(choices=[("verified", "Verified"), ("unverified", "Unverified")], max_length=10),
                ),
                ("opened_at", models.DateTimeField()),
                ("last_signal_at", models.DateTimeField()),
                ("signal_count", models.PositiveIntegerField(default=1)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("real", "Real"),
                            ("false", "False"),
                            ("test", "Test"),
                            ("accidental", "Accidental"),
                            ("no_contact", "No Contact"),
                            ("duplicate", "Duplicate"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("policy", models.JSONField()),
                ("step", models.PositiveIntegerField(default=0)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.division",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="emergency.device",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="community.home",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("author_id", models.UUIDField()),
                ("owner_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("call", "Call"),
                            ("hand_off", "Hand Off"),
                            ("resolution", "Resolution"),
                        ],
                        max_length=12,
                    ),
                ),
                ("callee", models.CharField(blank=True, default="", max_length=12)),
                ("result", models.CharField(blank=True, default="", max_length=16)),
                ("reference_sealed", models.BinaryField(null=True)),
                ("text_sealed", models.BinaryField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="emergency.incident"
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="Signal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=backend.core.ids.uuid7)),
                ("at", models.DateTimeField(default=backend.core.clock.now)),
                ("source", models.CharField(max_length=96)),
                ("event_id", models.CharField(max_length=128)),
                ("protocol", models.CharField(max_length=8)),
                ("kind", models.CharField(blank=True, default="", max_length=32)),
                ("code", models.CharField(blank=True, default="", max_length=32)),
                ("device_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("community_id", models.UUIDField(null=True)),
                ("incident_id", models.UUIDField(null=True)),
                ("device_at", models.DateTimeField(null=True)),
                ("battery", models.PositiveSmallIntegerField(null=True)),
                ("is_authentic", models.BooleanField(default=True)),
                ("is_clock_skewed", models.BooleanField(default=False)),
                ("is_replayed", models.BooleanField(default=False)),
                ("owner_id", models.UUIDField(default=uuid.UUID("00000000-0000-7000-8000-00000e3e69e0"))),
                ("raw_sealed", models.BinaryField()),
                ("detail_sealed", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["incident_id", "id"], name="signal_of_incident"),
                    models.Index(fields=["device_id", "at"], name="signal_of_device"),
                    models.Index(
                        condition=models.Q(("is_authentic", False)), fields=["at"], name="signal_not_authentic"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignalKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("source", models.CharField(max_length=96)),
                ("event_id", models.CharField(max_length=128)),
                ("signal_id", models.UUIDField()),
                ("signal_at", models.DateTimeField()),
                ("incident_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("repeats", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "event_id"), name="one_signal_an_event")],
            },
        ),
        migrations.CreateModel(
            name="SignalRetry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=120)),
                ("signal_id", models.UUIDField()),
                ("signal_at", models.DateTimeField()),
                ("incident_id", models.UUIDField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="signal_retry_due"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["community"], name="device_of_community"),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("account", ""), _negated=True), fields=("account",), name="one_device_an_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationpolicy",
            constraint=models.UniqueConstraint(
                fields=("division", "kind", "priority"), name="one_policy_a_case", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                models.OrderBy(models.F("opened_at"), descending=True), models.F("id"), name="incident_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["division", "state"], name="incident_of_desk"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["community", "state"], name="incident_of_community"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["person", "opened_at"], name="incident_of_person"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="incident_due"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "resolved"), _negated=True),
                fields=("subject", "kind"),
                name="one_unresolved_a_subject_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), _negated=True),
                    models.Q(("due_at__isnull", False), ("owner__isnull", True)),
                    _connector="OR",
                ),
                name="open_has_next_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["acknowledged", "in_progress"]), _negated=True),
                    models.Q(("acknowledged_at__isnull", False), ("owner__isnull", False)),
                    _connector="OR",
                ),
                name="taken_has_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", True),
                        ("resolved_at__isnull", False),
                        ("state", "resolved"),
                        models.Q(("disposition", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "resolved"), _negated=True),
                        ("disposition", ""),
                        ("resolved_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="resolved_has_disposition",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "sos",
                            "fall",
                            "medical",
                            "fire",
                            "smoke",
                            "gas",
                            "co",
                            "water",
                            "temperature",
                            "entrapment",
                            "inactivity",
                            "intrusion",
                            "unidentified",
                            "technical",
                        ],
                    )
                ),
                name="incident_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "acknowledged", "in_progress", "resolved"])),
                name="incident_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__in", ["P1", "P2", "P3"])), name="incident_priority_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disposition__in", ["", "real", "false", "test", "accidental", "no_contact", "duplicate"])
                ),
                name="disposition_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["incident", "id"], name="entry_of_incident"),
        ),
        Wall("emergency_device", area="emergency", person="user_id", home="home_id", community="community_id"),
        Wall(
            "emergency_devicekey",
            area="emergency",
            also="EXISTS (SELECT 1 FROM emergency_device d WHERE d.id = device_id)",
        ),
        Wall("emergency_signal", area="emergency", person="person_id", community="community_id"),
        Wall(
            "emergency_incident",
            area="emergency",
            person="person_id",
            community="community_id",
            compound="division_id",
        ),
        Wall(
            "emergency_entry",
            area="emergency",
            also="EXISTS (SELECT 1 FROM emergency_incident i WHERE i.id = incident_id)",
        ),
    ]
