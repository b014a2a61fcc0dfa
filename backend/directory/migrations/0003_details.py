import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.core.clock
import backend.core.ids
from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0001_initial"),
        ("directory", "0002_membership"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Accessibility",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("description", models.CharField(max_length=200)),
                ("description_en", models.CharField(blank=True, default="", max_length=200)),
                ("details", models.CharField(blank=True, default="", max_length=300)),
                ("details_en", models.CharField(blank=True, default="", max_length=300)),
                ("url", models.CharField(blank=True, default="", max_length=510)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Certification",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("since", models.DateTimeField(default=backend.core.clock.now)),
                ("until", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", help_text="why it was withdrawn", max_length=300)),
            ],
            options={
                "ordering": ["-since"],
            },
        ),
        migrations.CreateModel(
            name="Checklist",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("booking_id", models.UUIDField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["step__position", "step__code"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("title", models.CharField(max_length=80)),
                ("title_en", models.CharField(blank=True, default="", max_length=80)),
                ("department", models.CharField(blank=True, default="", max_length=120)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CostOption",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                (
                    "option",
                    models.CharField(
                        blank=True, default="", help_text="for whom or for what, e.g. 60岁以上", max_length=80
                    ),
                ),
                ("option_en", models.CharField(blank=True, default="", max_length=80)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("amount", models.PositiveBigIntegerField(null=True)),
                ("terms", models.CharField(blank=True, default="", max_length=200)),
                ("terms_en", models.CharField(blank=True, default="", max_length=200)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "ordering": ["amount", "id"],
            },
        ),
        migrations.CreateModel(
            name="GuideItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=160)),
                ("summary", models.CharField(blank=True, default="", max_length=400)),
                ("summary_en", models.CharField(blank=True, default="", max_length=500)),
                ("eligibility", models.CharField(blank=True, default="", max_length=400)),
                ("eligibility_en", models.CharField(blank=True, default="", max_length=500)),
                (
                    "documents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "documents_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "steps_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("window", models.CharField(blank=True, default="", max_length=160)),
                ("window_en", models.CharField(blank=True, default="", max_length=200)),
                ("hours", models.CharField(blank=True, default="", max_length=160)),
                ("hours_en", models.CharField(blank=True, default="", max_length=200)),
                ("fee", models.CharField(blank=True, default="", max_length=160)),
                ("fee_en", models.CharField(blank=True, default="", max_length=200)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("booking_url", models.CharField(blank=True, default="", max_length=510)),
                ("official_url", models.CharField(blank=True, default="", max_length=510)),
                (
                    "is_assistance",
                    models.BooleanField(default=False, help_text="social assistance: shown in its own part"),
                ),
                ("source", models.CharField(default="demo", max_length=120)),
                ("checked_on", models.DateField(null=True)),
                ("is_current", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="LifeEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("summary", models.CharField(blank=True, default="", max_length=300)),
                ("summary_en", models.CharField(blank=True, default="", max_length=300)),
                ("is_current", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="LifeStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("code", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=160)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("note_en", models.CharField(blank=True, default="", max_length=300)),
                ("is_current", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="OrganizationIdentifier",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("scheme", models.CharField(default="CN-USCC", max_length=40)),
                ("kind", models.CharField(default="统一社会信用代码", max_length=80)),
                ("identifier", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("number", models.CharField(max_length=40)),
                ("extension", models.PositiveIntegerField(null=True)),
                (
                    "kind",
                    models.CharField(default="voice", help_text="voice, text, fax, text-telephone", max_length=12),
                ),
                ("description", models.CharField(blank=True, default="", max_length=120)),
                ("description_en", models.CharField(blank=True, default="", max_length=120)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("name", models.CharField(max_length=160)),
                ("name_en", models.CharField(blank=True, default="", max_length=160)),
                ("description", models.CharField(blank=True, default="", max_length=400)),
                ("description_en", models.CharField(blank=True, default="", max_length=400)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RequiredDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("document", models.CharField(max_length=200)),
                ("document_en", models.CharField(blank=True, default="", max_length=200)),
                ("uri", models.CharField(blank=True, default="", max_length=510)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ServiceArea",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                ("name_en", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=backend.core.clock.now, editable=False)),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField(default=backend.core.clock.now)),
                ("until", models.DateTimeField(null=True)),
                ("restored_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-since"],
            },
        ),
        migrations.AddField(
            model_name="location",
            name="kind",
            field=models.CharField(
                choices=[("physical", "地点 physical"), ("postal", "邮寄地址 postal"), ("virtual", "线上 virtual")],
                default="physical",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="name",
            field=models.CharField(
                blank=True, default="", help_text="of the building or hall, if it has one", max_length=120
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="name_en",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="location",
            name="transportation",
            field=models.CharField(blank=True, default="", help_text="how to get there", max_length=300),
        ),
        migrations.AddField(
            model_name="location",
            name="transportation_en",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="location",
            name="url",
            field=models.CharField(blank=True, default="", help_text="where a virtual place is", max_length=510),
        ),
        migrations.AddField(
            model_name="organization",
            name="description_en",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="organization",
            name="email",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="service",
            name="alert",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="alert_en",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="application",
            field=models.CharField(blank=True, default="", help_text="how to apply or book", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="application_en",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="eligibility",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="eligibility_en",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="email",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="service",
            name="fees",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="fees_en",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="service",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="maximum_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="minimum_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["physical", "postal", "virtual"])), name="location_type_of_hsds"
            ),
        ),
        migrations.AddField(
            model_name="accessibility",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="accessibility_notes", to="directory.location"
            ),
        ),
        migrations.AddField(
            model_name="certification",
            name="division",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
            ),
        ),
        migrations.AddField(
            model_name="certification",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="certifications", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="checklist",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="checkliststep",
            name="checklist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="directory.checklist"
            ),
        ),
        migrations.AddField(
            model_name="checkliststep",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="organization",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="directory.organization",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="costoption",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="cost_options", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="guideitem",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guide_items", to="directory.taxonomyterm"
            ),
        ),
        migrations.AddField(
            model_name="guideitem",
            name="division",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
            ),
        ),
        migrations.AddField(
            model_name="guideitem",
            name="service",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="guide_items",
                to="directory.service",
            ),
        ),
        migrations.AddField(
            model_name="checklist",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.lifeevent"
            ),
        ),
        migrations.AddField(
            model_name="lifestep",
            name="category",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.taxonomyterm"
            ),
        ),
        migrations.AddField(
            model_name="lifestep",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="directory.lifeevent"
            ),
        ),
        migrations.AddField(
            model_name="lifestep",
            name="guide_item",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.guideitem"
            ),
        ),
        migrations.AddField(
            model_name="checkliststep",
            name="step",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.lifestep"
            ),
        ),
        migrations.AddField(
            model_name="organizationidentifier",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="directory.organization"
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="contact",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="phones", to="directory.contact"
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="organization",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="directory.organization",
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="phones", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="service_at_location",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="directory.serviceatlocation",
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="programs", to="directory.organization"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="program",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="services",
                to="directory.program",
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["last_modified", "id"], name="service_modified"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_age__isnull", True),
                    ("maximum_age__isnull", True),
                    ("maximum_age__gte", models.F("minimum_age")),
                    _connector="OR",
                ),
                name="service_ages_in_order",
            ),
        ),
        migrations.AddField(
            model_name="requireddocument",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="required_documents", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="division",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
            ),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="service_areas", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="division",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.division"
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="organization",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="suspensions",
                to="directory.organization",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="service",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="suspensions",
                to="directory.service",
            ),
        ),
        migrations.AddConstraint(
            model_name="certification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("service",),
                name="one_certification_a_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="certification",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                name="certification_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organization__isnull", False), ("service__isnull", True)),
                    models.Q(("organization__isnull", True), ("service__isnull", False)),
                    _connector="OR",
                ),
                name="contact_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="guideitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("documents__len", models.F("documents_en__len")), ("steps__len", models.F("steps_en__len"))
                ),
                name="guide_lists_in_both_languages",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at__isnull", True)),
                fields=("person", "event"),
                name="one_open_checklist_an_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestep",
            constraint=models.UniqueConstraint(fields=("event", "code"), name="one_step_a_code"),
        ),
        migrations.AddConstraint(
            model_name="checkliststep",
            constraint=models.UniqueConstraint(fields=("checklist", "step"), name="one_tick_a_step"),
        ),
        migrations.AddConstraint(
            model_name="organizationidentifier",
            constraint=models.UniqueConstraint(fields=("scheme", "identifier"), name="one_organization_an_identifier"),
        ),
        migrations.AddConstraint(
            model_name="phone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("contact__isnull", True),
                        ("organization__isnull", False),
                        ("service__isnull", True),
                        ("service_at_location__isnull", True),
                    ),
                    models.Q(
                        ("contact__isnull", True),
                        ("organization__isnull", True),
                        ("service__isnull", False),
                        ("service_at_location__isnull", True),
                    ),
                    models.Q(
                        ("contact__isnull", True),
                        ("organization__isnull", True),
                        ("service__isnull", True),
                        ("service_at_location__isnull", False),
                    ),
                    models.Q(
                        ("contact__isnull", False),
                        ("organization__isnull", True),
                        ("service__isnull", True),
                        ("service_at_location__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="phone_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organization__isnull", True), ("service__isnull", False)),
                    models.Q(("organization__isnull", False), ("service__isnull", True)),
                    _connector="OR",
                ),
                name="suspension_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                name="suspension_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("organization__isnull", False), ("restored_at__isnull", True)),
                fields=("organization",),
                name="one_suspension_an_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("restored_at__isnull", True), ("service__isnull", False)),
                fields=("service",),
                name="one_suspension_a_service",
            ),
        ),
        Wall("directory_checklist", "nobody", person="person_id"),
        Wall("directory_checkliststep", "nobody", person="person_id"),
    ]
