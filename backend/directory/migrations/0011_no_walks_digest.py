from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0010_taxonomies"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="network",
            name="walks_digest",
        ),
    ]
