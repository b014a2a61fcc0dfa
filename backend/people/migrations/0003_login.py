from django.db import migrations, models

import backend.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_trust"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeBreaker",
            fields=[
                ("scope", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sent", models.IntegerField()),
                ("verified", models.IntegerField()),
                ("opened_at", models.DateTimeField(default=backend.core.clock.now)),
                ("open_until", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="logincode",
            name="is_sent",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="logincode",
            name="prefix_blind",
            field=models.BinaryField(db_default=b"", default=b"", max_length=32),
        ),
        migrations.AddField(
            model_name="phonechange",
            name="reason_sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name="logincode",
            index=models.Index(fields=["created_at"], name="codes_by_time"),
        ),
    ]
