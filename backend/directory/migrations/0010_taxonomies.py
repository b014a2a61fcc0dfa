"""Official lists of services with their versions and sources, and what they mean among our categories."""

import django.db.models.deletion
from django.db import migrations, models

import backend.core.clock
import backend.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0009_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Taxonomy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
                ("publisher", models.CharField(max_length=80)),
                ("publisher_en", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("uri", models.CharField(blank=True, default="", max_length=300)),
                ("source", models.CharField(max_length=300)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("own", "自定 own"),
                            ("verified", "已核对原文 read in a primary source"),
                            ("secondary", "据转载 read in a secondary source"),
                            ("unverified", "未核实 unverified"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="ListedTerm",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("own", "自定 own"),
                            ("verified", "已核对原文 read in a primary source"),
                            ("secondary", "据转载 read in a secondary source"),
                            ("unverified", "未核实 unverified"),
                        ],
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("categories", models.ManyToManyField(related_name="listed_as", to="directory.taxonomyterm")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="directory.listedterm",
                    ),
                ),
                (
                    "taxonomy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="directory.taxonomy"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
    ]
