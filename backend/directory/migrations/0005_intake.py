import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0001_initial"),
        ("directory", "0004_circles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="doubted_at",
            field=models.DateTimeField(
                blank=True,
                help_text="since when several residents say that it has closed; null: nobody doubts it",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待审核 pending"),
                            ("approved", "已通过 approved"),
                            ("refused", "未通过 refused"),
                            ("withdrawn", "已撤回 withdrawn"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "credit_code",
                    models.CharField(blank=True, default="", help_text="统一社会信用代码, GB 32100", max_length=18),
                ),
                ("phone", models.CharField(max_length=40)),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.taxonomyterm"
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.division",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="directory.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待审核 pending"),
                            ("approved", "已通过 approved"),
                            ("refused", "未通过 refused"),
                            ("withdrawn", "已撤回 withdrawn"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("closed", "已关闭 closed"),
                            ("moved", "已搬迁 moved"),
                            ("hours", "营业时间 hours"),
                            ("phone", "电话 phone"),
                            ("name", "名称 name"),
                            ("other", "其他 other"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text_sealed", models.BinaryField(null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("applied", models.JSONField(default=dict, help_text="the fields that the officer wrote")),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.division",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="directory.service"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("file", models.CharField(max_length=80, unique=True)),
                ("purge_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="directory.application",
                    ),
                ),
                (
                    "correction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="directory.correction",
                    ),
                ),
                (
                    "uploader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待审核 pending"),
                            ("approved", "已通过 approved"),
                            ("refused", "未通过 refused"),
                            ("withdrawn", "已撤回 withdrawn"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("is_new", models.BooleanField(default=False)),
                ("was", models.JSONField(default=dict)),
                ("wanted", models.JSONField(default=dict)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.division",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="directory.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="directory.service",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Settled",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("field", models.CharField(max_length=24)),
                ("told", models.JSONField(null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="settled", to="directory.service"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "读取中 reading"),
                            ("checked", "已检查 checked"),
                            ("unreadable", "无法读取 unreadable"),
                            ("applying", "写入中 applying"),
                            ("applied", "已写入 applied"),
                            ("withdrawn", "已放弃 withdrawn"),
                        ],
                        default="reading",
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("source", models.CharField(default="sheet", max_length=16)),
                ("crs", models.CharField(blank=True, default="", max_length=8)),
                ("allow_outside", models.BooleanField(default=False)),
                ("skip_bad", models.BooleanField(default=False)),
                ("digest", models.CharField(max_length=64)),
                ("file", models.CharField(blank=True, default="", max_length=120)),
                ("error", models.CharField(blank=True, default="", max_length=40)),
                ("total", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("warned", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SheetRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sheet_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("external_id", models.CharField(blank=True, default="", max_length=80)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("told", models.JSONField(default=dict)),
                ("faults", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list)),
                (
                    "sheet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="directory.sheet",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["community", "state", "id"], name="application_queue"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")), fields=("person", "name"), name="one_open_application_a_name"
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["community", "state", "id"], name="correction_queue"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("person", "service"),
                name="one_open_correction_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["community", "state", "id"], name="proposal_queue"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")), fields=("service",), name="one_open_proposal_a_service"
            ),
        ),
        migrations.AddConstraint(
            model_name="settled",
            constraint=models.UniqueConstraint(fields=("service", "field"), name="settled_once"),
        ),
        migrations.AddIndex(
            model_name="sheetrow",
            index=models.Index(fields=["sheet", "external_id"], name="sheet_rows_by_external_id"),
        ),
        Wall("directory_application", "nobody", person="person_id"),
        Wall("directory_proposal", "nobody", person="person_id"),
        Wall("directory_correction", "nobody", person="person_id"),
        Wall("directory_picture", "nobody", person="uploader_id"),
        Wall("directory_sheet", "nobody", person="owner_id"),
    ]
