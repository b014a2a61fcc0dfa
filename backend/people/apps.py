from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "backend.people"
    label = "people"
    verbose_name = "人员 People"

    def ready(self) -> None:
        from backend.people import forgetting, notices, tending

        forgetting.register()
        notices.register()
        tending.register()
