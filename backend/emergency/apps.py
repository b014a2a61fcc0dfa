"""The emergency room: signals come in, incidents are answered, nobody is left in silence."""

from django.apps import AppConfig


class EmergencyConfig(AppConfig):
    name = "backend.emergency"
    label = "emergency"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the texts, the due loops and the housekeeping of this room."""
        from backend.emergency import loops, notices

        notices.register()
        loops.register()
