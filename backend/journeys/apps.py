"""The journeys: the few places where one room's verb is followed by another's."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "backend.journeys"
    label = "journeys"
    verbose_name = "Journeys"

    def ready(self) -> None:
        from backend.journeys import danger, outages  # noqa: F401 - registers what follows
