"""The key by which a repeated call is known again names its person: a wall round it."""

from django.db import migrations

from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("emergency", "0002_device_keys")]

    operations = [Wall("emergency_signalkey", "emergency", person="person_id")]
