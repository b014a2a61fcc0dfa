from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "backend.core"
    label = "core"
    verbose_name = "内核 Kernel"

    def ready(self) -> None:
        from backend.core import catalogue

        catalogue.load()
