"""Providers: circuits, SMS spending, and what deliveries say of who took them."""

from django.db import migrations, models

import backend.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderCircuit",
            fields=[
                ("name", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("failures", models.IntegerField(default=0)),
                ("opened", models.IntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=80)),
                ("changed_at", models.DateTimeField(default=backend.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="SmsSpending",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "lane", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("lane", models.CharField(max_length=8)),
                ("count", models.IntegerField(default=0)),
                ("fen", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="provider",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="delivery",
            name="tried_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="address",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("fcm", "FCM"),
                    ("webpush", "Web Push"),
                    ("huawei", "Huawei Push"),
                    ("xiaomi", "Xiaomi Push"),
                    ("oppo", "OPPO Push"),
                    ("vivo", "vivo Push"),
                    ("jpush", "JPush"),
                    ("wechat", "WeChat"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("urgency", "emergency")),
                fields=["channel", "due_at"],
                name="delivery_due_emergency",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["id"], name="delivery_by_id"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "dead")), fields=["at"], name="delivery_dead"),
        ),
    ]
