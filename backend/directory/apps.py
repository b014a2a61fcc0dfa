"""The directory room: services and how far they are on foot."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate

PRIVACY = ("bookings", "circles", "guide", "intake")
"""What declares what the room's parts hold of people."""


class DirectoryConfig(AppConfig):
    name = "backend.directory"
    label = "directory"
    verbose_name = "服务目录 Directory"

    def ready(self) -> None:
        for part in PRIVACY:
            import_module(f"backend.directory.privacy_{part}")
        from backend.directory import credit, indexing, taxonomy  # noqa: F401 - credit settles every hour
        from backend.directory.ahead import keeping_up
        from backend.directory.bookings import loops, notices
        from backend.directory.coverage import keeping  # noqa: F401 - counts every day
        from backend.directory.intake import jobs as sheet_jobs  # noqa: F401 - work on jobs
        from backend.directory.intake import notices as intake_notices
        from backend.directory.osm import jobs as osm_jobs  # noqa: F401

        intake_notices.register()
        keeping_up.register_loop()
        loops.register()
        notices.register()
        post_migrate.connect(taxonomy.load, sender=self)
        post_migrate.connect(indexing.refresh, sender=self)
