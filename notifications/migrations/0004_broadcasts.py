import django.db.models.deletion
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_providers"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="archived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Broadcast",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("channel", models.TextField()),
                ("seq", models.BigIntegerField(null=True)),
                ("topic", models.CharField(max_length=64)),
                ("params", models.JSONField(default=dict)),
                ("about", models.TextField(blank=True)),
                ("urgency", models.CharField(default="normal", max_length=12)),
                ("source_id", models.UUIDField(db_index=True)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["channel", "-id"], name="broadcasts_of_channel")],
            },
        ),
        migrations.CreateModel(
            name="BroadcastMark",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField()),
                ("read_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "broadcast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="notifications.broadcast"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "broadcast"), name="one_mark_a_broadcast")
                ],
            },
        ),
        Wall("notifications_broadcastmark", "notices", person="person_id"),
    ]
