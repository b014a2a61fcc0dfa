from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"
    verbose_name = "通知 Notifications"

    def ready(self) -> None:
        from backend.core.verb import on_events
        from notifications import appending, courier, words

        on_events(appending.append)
        words.register()
        courier.register_loops()
