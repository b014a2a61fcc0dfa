from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_ladder"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="repeats",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("urgency", "code")),
                fields=["channel", "due_at"],
                name="delivery_due_code",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("sealed__isnull", False), ("state", "sent")),
                fields=["sent_at"],
                name="delivery_kept",
            ),
        ),
    ]
