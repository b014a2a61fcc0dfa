from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
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
                ("kind", models.CharField(max_length=40)),
                ("owner_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "排队中 queued"),
                            ("running", "进行中 running"),
                            ("done", "已完成 done"),
                            ("failed", "失败 failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=80)),
                ("params", models.JSONField(default=dict)),
                ("cursor", models.JSONField(null=True)),
                ("result", models.CharField(blank=True, default="", max_length=120)),
                ("result_name", models.CharField(blank=True, default="", max_length=120)),
                ("result_type", models.CharField(blank=True, default="", max_length=60)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["due_at"], name="jobs_due"),
                    models.Index(fields=["owner_id", "kind", "-id"], name="jobs_of_owner"),
                ],
            },
        ),
        Wall("core_job", "people", person="owner_id"),
    ]
