"""Mailboxes that were asked for and are not proved yet."""

from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_walls")]
    operations = [
        migrations.CreateModel(
            name="MailProof",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField(unique=True)),
                ("asked_sealed", models.BinaryField()),
                ("code_blind", models.BinaryField(max_length=32)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        Wall("notifications_mailproof", "notices", person="person_id"),
    ]
