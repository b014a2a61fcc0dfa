from django.db import migrations

from backend.core.retention import DROP_PARTITION


class Migration(migrations.Migration):
    """Let the worker drop a month of a partitioned table once it is kept no longer (never of the audit)."""

    dependencies = [
        ("core", "0002_job"),
    ]

    operations = [
        migrations.RunSQL(DROP_PARTITION, "DROP FUNCTION IF EXISTS yike_drop_partition(text, date)"),
    ]
