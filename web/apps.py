"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
    label = "web"
    verbose_name = "Web pages"

    def ready(self) -> None:
        from web import forgetting

        forgetting.register()
