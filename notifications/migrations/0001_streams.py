"""Streams, presence leases and receipts."""

from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.partitions import CreatePartitionedModel
from backend.core.walls import Wall


class Migration(migrations.Migration):
    initial = True
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("channel", models.TextField(primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=16)),
                ("last_offset", models.BigIntegerField(default=0)),
            ],
        ),
        CreatePartitionedModel(
            name="StreamEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=backend.core.ids.uuid7)),
                ("at", models.DateTimeField(default=backend.core.clock.now)),
                ("channel", models.TextField()),
                ("offset", models.BigIntegerField()),
                ("event", models.CharField(max_length=64)),
                ("about", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["channel", "offset"], name="events_of_channel")],
            },
        ),
        migrations.CreateModel(
            name="PresenceLease",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField()),
                ("division_id", models.UUIDField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["division_id", "until"], name="present_at_desk")],
                "constraints": [models.UniqueConstraint(fields=("person_id", "division_id"), name="one_lease_a_desk")],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField()),
                ("channel", models.TextField()),
                ("delivered", models.BigIntegerField(default=0)),
                ("displayed", models.BigIntegerField(default=0)),
                ("read", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person_id", "channel"), name="one_receipt_a_channel")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE notifications_stream SET (fillfactor = 70); "
            "ALTER TABLE notifications_presencelease SET (fillfactor = 70)",
            migrations.RunSQL.noop,
        ),
        Wall("notifications_receipt", "notices", person="person_id"),
    ]
