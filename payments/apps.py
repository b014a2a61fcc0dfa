"""The payments room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Bills and payments"

    def ready(self) -> None:
        from payments import due, notices

        due.register_loops()
        notices.register()
