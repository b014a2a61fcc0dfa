"""Notices, addresses, deliveries, preferences and the demo's outbox."""

from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.partitions import CreatePartitionedModel
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_streams")]
    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField()),
                ("topic", models.CharField(max_length=64)),
                ("params", models.JSONField(default=dict)),
                ("about", models.TextField(blank=True)),
                ("urgency", models.CharField(default="normal", max_length=12)),
                ("key", models.CharField(max_length=160, null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "seq"], name="notices_of_person")],
                "constraints": [models.UniqueConstraint(fields=("person_id", "key"), name="one_notice_a_key")],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("person_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("sms", "SMS"), ("fcm", "FCM")], max_length=8)),
                ("is_own", models.BooleanField(default=True)),
                ("value_sealed", models.BinaryField()),
                ("value_blind", models.BinaryField(max_length=32)),
                ("device_key", models.CharField(blank=True, max_length=120)),
                ("platform", models.CharField(blank=True, max_length=16)),
                ("retired_at", models.DateTimeField(null=True)),
                ("retired_why", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["value_blind"], name="address_by_value"),
                    models.Index(fields=["person_id", "kind"], name="address_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("person_id", "kind", "is_own", "value_blind"),
                        name="one_live_address",
                    )
                ],
            },
        ),
        CreatePartitionedModel(
            name="Delivery",
            fields=[
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=120)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=backend.core.ids.uuid7)),
                ("at", models.DateTimeField(default=backend.core.clock.now)),
                ("notice_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("address_id", models.UUIDField(null=True)),
                ("channel", models.CharField(max_length=8)),
                ("topic", models.CharField(max_length=64)),
                ("params", models.JSONField(default=dict)),
                ("about", models.TextField(blank=True)),
                ("urgency", models.CharField(default="normal", max_length=12)),
                ("sealed", models.BinaryField(null=True)),
                ("sealed_by", models.UUIDField(null=True)),
                ("state", models.CharField(default="queued", max_length=8)),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("provider_id", models.CharField(blank=True, max_length=200)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("displayed_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["channel", "due_at"], name="delivery_due"
                    ),
                    models.Index(fields=["notice_id"], name="delivery_of_notice"),
                    models.Index(fields=["person_id", "at"], name="delivery_to_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryKey",
            fields=[
                ("key", models.CharField(max_length=160, primary_key=True, serialize=False)),
                ("delivery_id", models.UUIDField()),
                ("delivery_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("person_id", models.UUIDField(primary_key=True, serialize=False)),
                ("language", models.CharField(default="zh-CN", max_length=8)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("off", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField(default=backend.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("channel", models.CharField(max_length=8)),
                ("to_blind", models.BinaryField(max_length=32)),
                ("person_id", models.UUIDField(null=True)),
                ("sealed_by", models.UUIDField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["to_blind"], name="outbox_to"),
                    models.Index(fields=["person_id"], name="outbox_of_person"),
                ],
            },
        ),
        Wall("notifications_notice", "notices", person="person_id"),
        Wall("notifications_address", "notices", person="person_id"),
        Wall("notifications_delivery", "notices", person="person_id"),
        Wall("notifications_preference", "notices", person="person_id"),
    ]
