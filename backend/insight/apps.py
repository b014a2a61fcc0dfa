"""The insight room: figures about places, never about people."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "backend.insight"
    label = "insight"
    verbose_name = "服务指数 Insight"

    def ready(self) -> None:
        from backend.insight import runs  # noqa: F401 - registers the job and the monthly round
