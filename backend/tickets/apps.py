"""The tickets room: what residents report, and how it is seen through."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "backend.tickets"
    label = "tickets"
    verbose_name = "Tickets"

    def ready(self) -> None:
        from backend.tickets import notices, purge

        notices.register()
        purge.register()
