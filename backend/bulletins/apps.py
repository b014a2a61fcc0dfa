from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "backend.bulletins"
    label = "bulletins"
    verbose_name = "公告 Bulletins"

    def ready(self) -> None:
        from backend.bulletins import notices, push  # noqa: F401 - registers the job of the pushes

        notices.register()
