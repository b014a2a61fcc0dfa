import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import backend.core.clock
import backend.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("community", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="IndexConfig",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("number", models.PositiveIntegerField(unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿 draft"), ("adopted", "现行 adopted"), ("replaced", "已更替 replaced")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("adopted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "adopted")), fields=("state",), name="one_index_adopted"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "adopted", "replaced"])), name="index_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexResult",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("month", models.DateField(help_text="its first day")),
                ("points", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                (
                    "measured",
                    models.DecimalField(
                        decimal_places=4, help_text="share of the weights that could be measured", max_digits=5
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="community.division"
                    ),
                ),
                (
                    "config",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="insight.indexconfig"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=40)),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=120)),
                ("weight", models.DecimalField(decimal_places=2, max_digits=6)),
                ("floor", models.DecimalField(decimal_places=4, max_digits=8)),
                ("target", models.DecimalField(decimal_places=4, max_digits=8)),
                ("least", models.PositiveIntegerField(default=1)),
                (
                    "config",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="indicators", to="insight.indexconfig"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="IndexLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("raw", models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True)),
                ("cases", models.PositiveIntegerField(default=0)),
                ("scaled", models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True)),
                ("points", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ("why_not", models.CharField(blank=True, default="", max_length=24)),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="insight.indexresult"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insight.indicator"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfficialStar",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("stars", models.PositiveSmallIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=120)),
                ("source_url", models.CharField(blank=True, default="", max_length=510)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="community.division"
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "source"],
            },
        ),
        migrations.AddIndex(
            model_name="indexresult",
            index=models.Index(fields=["community", "-month"], name="results_of_a_community"),
        ),
        migrations.AddConstraint(
            model_name="indexresult",
            constraint=models.UniqueConstraint(
                fields=("config", "community", "month"), name="one_result_a_version_and_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="indexresult",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="result_of_a_whole_month"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.UniqueConstraint(fields=("config", "position"), name="one_indicator_a_position"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(condition=models.Q(("weight__gt", 0)), name="indicator_weighs_something"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(("floor", models.F("target")), _negated=True), name="indicator_has_a_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="indexline",
            constraint=models.UniqueConstraint(fields=("result", "indicator"), name="one_line_an_indicator"),
        ),
        migrations.AddConstraint(
            model_name="officialstar",
            constraint=models.UniqueConstraint(
                fields=("community", "year", "source"), name="one_star_a_year_and_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="officialstar",
            constraint=models.CheckConstraint(
                condition=models.Q(("stars__gte", 1), ("stars__lte", 5)), name="official_stars_one_to_five"
            ),
        ),
        migrations.AddConstraint(
            model_name="officialstar",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 2000), ("year__lte", 2100)), name="star_of_a_year"
            ),
        ),
    ]
