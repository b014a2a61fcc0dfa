"""Opening hours grow: rules of any RFC 5545 kind, holidays, seasons, closures; the weekly columns become one compiled text."""

import json
from itertools import islice

import django.db.models.deletion
from django.db import migrations, models

import backend.core.clock
import backend.core.ids

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BATCH = 2000


def compile_hours(apps, editor):
    """Write the compiled text of every week that is kept, and say of its schedules which are for holidays."""
    at_table, schedules = apps.get_model("directory", "ServiceAtLocation"), apps.get_model("directory", "Schedule")
    schedules.objects.using(editor.connection.alias).filter(on_holidays=True).update(days="holidays", layer=1)
    rows = at_table.objects.using(editor.connection.alias).filter(week__isnull=False)
    rows = rows.only("id", "week", "holiday", "hours").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            row.hours = _compiled(row.week, row.holiday)
        at_table.objects.using(editor.connection.alias).bulk_update(batch, ["hours"])
        always_closed = [row.id for row in batch if not row.week and row.holiday is None]
        schedules.objects.using(editor.connection.alias).bulk_create(
            [schedules(service_at_location_id=key, byday=",".join(DAYS)) for key in always_closed]
        )
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may wait while columns are dropped


def uncompile_hours(apps, editor):
    """Only what one week can say comes back: the ordinary weekdays and the holidays."""
    at_table, schedules = apps.get_model("directory", "ServiceAtLocation"), apps.get_model("directory", "Schedule")
    schedules.objects.using(editor.connection.alias).filter(days="holidays").update(on_holidays=True)
    rows = at_table.objects.using(editor.connection.alias).filter(hours__isnull=False)
    rows = rows.only("id", "week", "holiday", "hours").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            row.week, row.holiday = _week(json.loads(row.hours)["rules"])
        at_table.objects.using(editor.connection.alias).bulk_update(batch, ["week", "holiday"])


def _compiled(week, holiday):
    days = {}
    for day, opens, closes in zip(week[0::3], week[1::3], week[2::3], strict=True):
        days.setdefault(day, []).append([opens, closes])
    alike = {}
    for day, spans in sorted(days.items()):
        alike.setdefault(json.dumps(sorted(spans)), []).append([0, day])
    rules = [{"spans": json.loads(spans), "byday": byday} for spans, byday in alike.items()]
    if holiday is not None:
        spans = [list(pair) for pair in zip(holiday[0::2], holiday[1::2], strict=True)]
        rules.append(({"spans": spans} if spans else {}) | {"layer": 1, "on": "holidays"})
    rules = rules or [{"byday": [[0, day] for day in range(7)]}]
    return json.dumps({"rules": sorted(rules, key=json.dumps)}, separators=(",", ":"), sort_keys=True)


def _week(rules):
    week, holiday = [], None
    for rule in rules:
        spans = rule.get("spans", [])
        if rule.get("on") == "holidays":
            holiday = [minute for span in spans for minute in span]
        elif not set(rule) - {"spans", "byday"}:
            days = [day for which, day in rule.get("byday", [[0, day] for day in range(7)]) if which == 0]
            week += [number for day in days for span in spans for number in (day, *span)]
    return week, holiday


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0007_walking"),
    ]

    operations = [
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("renovation", "装修改造 renovation"),
                            ("holiday", "放假 holiday"),
                            ("stocktaking", "盘点 stocktaking"),
                            ("outage", "停水停电 outage"),
                            ("staff", "人手不足 short of staff"),
                            ("emergency", "突发情况 emergency"),
                            ("other", "其他 other"),
                        ],
                        default="other",
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("reason_en", models.CharField(blank=True, default="", max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.AlterModelOptions(
            name="schedule",
            options={"ordering": ["layer", "position", "id"]},
        ),
        migrations.AddField(
            model_name="schedule",
            name="adds",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="schedule",
            name="bymonthday",
            field=models.CharField(blank=True, default="", help_text="e.g. 1,15,-1", max_length=120),
        ),
        migrations.AddField(
            model_name="schedule",
            name="byweekno",
            field=models.CharField(blank=True, default="", help_text="ISO weeks, e.g. 1,2,3", max_length=160),
        ),
        migrations.AddField(
            model_name="schedule",
            name="count",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="days",
            field=models.CharField(
                choices=[
                    ("all", "所有日子 all days"),
                    ("holidays", "法定节假日 public holidays"),
                    ("workdays", "调休上班日 weekends worked for a holiday"),
                    ("school", "寒暑假 school holidays"),
                ],
                default="all",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="dtstart",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="interval",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="schedule",
            name="layer",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="schedule",
            name="note",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="schedule",
            name="note_en",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="schedule",
            name="position",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="schedule",
            name="season_from",
            field=models.CharField(blank=True, default="", max_length=5),
        ),
        migrations.AddField(
            model_name="schedule",
            name="season_to",
            field=models.CharField(blank=True, default="", max_length=5),
        ),
        migrations.AddField(
            model_name="schedule",
            name="until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="serviceatlocation",
            name="closed",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="serviceatlocation",
            name="hours",
            field=models.TextField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="serviceatlocation",
            name="make_up_day",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="byday",
            field=models.CharField(blank=True, default="", help_text="e.g. MO,TU,WE or 2MO,-1FR", max_length=120),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="freq",
            field=models.CharField(
                choices=[("WEEKLY", "每周 weekly"), ("MONTHLY", "每月 monthly")], default="WEEKLY", max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("freq__in", ["WEEKLY", "MONTHLY"])), name="schedule_freq_of_hsds"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at__isnull", True), ("opens_at__isnull", True)),
                    models.Q(("closes_at__isnull", False), ("opens_at__isnull", False)),
                    _connector="OR",
                ),
                name="schedule_times_together",
            ),
        ),
        migrations.AddField(
            model_name="closure",
            name="service_at_location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="closures", to="directory.serviceatlocation"
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="closure_ends_after_it_starts",
            ),
        ),
        migrations.RunPython(compile_hours, uncompile_hours, elidable=True),
        migrations.RemoveField(
            model_name="schedule",
            name="on_holidays",
        ),
        migrations.RemoveField(
            model_name="serviceatlocation",
            name="holiday",
        ),
        migrations.RemoveField(
            model_name="serviceatlocation",
            name="week",
        ),
    ]
