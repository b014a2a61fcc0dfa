"""A receipt is seen by whoever sees the part that it is for; the provider's raw events by verbs alone."""

from django.db import migrations

from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_walls_and_books")]

    operations = [
        Wall(
            "payments_receipt",
            "payments",
            also="EXISTS (SELECT 1 FROM payments_attempt part WHERE part.id = payments_receipt.attempt_id)",
        ),
        Wall("payments_providerevent", "nobody"),
    ]
