"""The directory room: services and how far they are on foot."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "backend.directory"
    label = "directory"
    verbose_name = "服务目录 Directory"

    def ready(self) -> None:
        from backend.directory import privacy_bookings, privacy_circles, privacy_guide, privacy_intake, taxonomy  # noqa: F401 - declares what it holds of people
        from backend.directory.coverage import keeping  # noqa: F401 - counts every day

        post_migrate.connect(taxonomy.load, sender=self)
