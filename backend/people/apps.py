from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "backend.people"
    label = "people"
    verbose_name = "人员 People"

    def ready(self) -> None:
        from backend.people import (  # noqa: F401 - register their jobs
            erasure,
            export,
            forgetting,
            login_alarm,
            login_notices,
            notices,
            phone_change_desk,
            tending,
        )

        forgetting.register()
        login_alarm.register()
        login_notices.register()
        phone_change_desk.register()
        notices.register()
        tending.register()
