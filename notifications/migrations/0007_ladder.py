import django.db.models.deletion
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_mailboxes"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="preference",
            name="is_plain",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=120)),
                ("person_id", models.UUIDField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="digests_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="Climb",
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
                ("person_id", models.UUIDField()),
                ("rung", models.PositiveSmallIntegerField()),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="climb", to="notifications.notice"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="climbs_due")
                ],
            },
        ),
        Wall("notifications_climb", "notices", person="person_id"),
        Wall("notifications_digest", "notices", person="person_id"),
    ]
