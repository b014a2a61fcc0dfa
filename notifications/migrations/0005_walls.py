"""The demo's outbox holds texts to people: read by named look-ups alone."""

from django.db import migrations

from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_broadcasts")]

    operations = [Wall("notifications_outboxmessage", "nobody")]
