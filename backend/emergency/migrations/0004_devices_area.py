"""Who may read the register of devices reads no incidents by it: devices get an area of their own."""

from django.db import migrations

from backend.core.walls import Wall

OLD = Wall("emergency_device", area="emergency", person="user_id", home="home_id", community="community_id")


class Migration(migrations.Migration):
    dependencies = [("emergency", "0003_walls")]

    operations = [
        migrations.RunSQL(OLD.reverse_sql, OLD.sql),
        Wall("emergency_device", area="devices", person="user_id", home="home_id", community="community_id"),
    ]
