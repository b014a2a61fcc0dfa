from django.db import migrations, models

# An AES key of DC-09 becomes a key like those that sign, so that it can be changed like them.
MOVE = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO emergency_devicekey (id, created_at, key_id, purpose, secret_sealed, device_id)
SELECT gen_random_uuid(), now(), 'ak-' || id, 'aes', aes_key_sealed, id FROM emergency_device WHERE aes_key_sealed IS NOT NULL
"""
MOVE_BACK = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE emergency_device d SET aes_key_sealed = k.secret_sealed FROM emergency_devicekey k
WHERE k.device_id = d.id AND k.purpose = 'aes' AND k.until IS NULL;
DELETE FROM emergency_devicekey WHERE purpose = 'aes'
"""


class Migration(migrations.Migration):
    dependencies = [("emergency", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="devicekey",
            name="purpose",
            field=models.CharField(
                choices=[("signature", "Signature"), ("aes", "Aes")], default="signature", max_length=12
            ),
        ),
        migrations.AddField(
            model_name="devicekey", name="first_used_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RemoveField(model_name="device", name="aes_key_sealed"),
    ]
