import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("community", "0001_initial"),
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("planned_outage", "计划停供 planned outage"), ("notice", "通知 notice")],
                        max_length=16,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("water", "停水 water"),
                            ("power", "停电 power"),
                            ("gas", "停气 gas"),
                            ("heating", "停暖 heating"),
                            ("lift", "停梯 lift"),
                            ("other", "其他 other"),
                        ],
                        default="other",
                        max_length=12,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("info", "一般 info"), ("important", "重要 important"), ("urgent", "紧急 urgent")],
                        default="important",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("published", "已发布 published"),
                            ("ended", "已结束 ended"),
                            ("withdrawn", "已撤回 withdrawn"),
                        ],
                        default="published",
                        max_length=12,
                    ),
                ),
                ("scope", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=80)),
                ("title_en", models.CharField(blank=True, default="", max_length=160)),
                ("text", models.TextField()),
                ("text_en", models.TextField(blank=True, default="")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("shown_until", models.DateTimeField(null=True)),
                ("is_pinned", models.BooleanField(default=True)),
                ("audience", models.PositiveIntegerField(default=0)),
                ("job_id", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.building",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.company"
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.compound",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulletinTicket",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("ticket_id", models.UUIDField(unique=True)),
                ("number", models.CharField(max_length=24)),
                ("person_id", models.UUIDField()),
                (
                    "bulletin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tickets", to="bulletins.bulletin"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(fields=["division", "state", "-id"], name="bulletins_of_division"),
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(fields=["compound", "state", "-id"], name="bulletins_of_compound"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="bulletin_ends_after_it_starts",
            ),
        ),
        Wall("bulletins_bulletinticket", "tickets", person="person_id"),
    ]
