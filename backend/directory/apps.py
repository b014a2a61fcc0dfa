"""The directory room: services and how far they are on foot."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "backend.directory"
    label = "directory"
    verbose_name = "服务目录 Directory"

    def ready(self) -> None:
        from backend.directory import (
            indexing,
            privacy_bookings,
            privacy_circles,
            privacy_guide,
            privacy_intake,
            taxonomy,
        )  # noqa: F401 - declares what it holds of people
        from backend.directory.coverage import keeping  # noqa: F401 - counts every day

        from backend.directory.bookings import loops, notices
        from backend.directory.intake import jobs as sheet_jobs  # noqa: F401 - work on jobs
        from backend.directory.intake import notices as intake_notices
        from backend.directory.osm import jobs as osm_jobs  # noqa: F401

        intake_notices.register()
        loops.register()
        notices.register()
        post_migrate.connect(taxonomy.load, sender=self)
        post_migrate.connect(indexing.refresh, sender=self)
