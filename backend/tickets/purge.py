"""Photos that no ticket took die after 24 hours."""

from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Q

from backend.core.clock import now, today
from backend.core.cron import every
from backend.people.actor import Actor
from backend.tickets.actions.photos import forget_photo
from backend.tickets.models import Photo

KEPT = timedelta(hours=24)
SWEPT = range(2, 9)  # days back: old enough that nothing is still being written


def purge_unattached() -> int:
    """Forget every photo that was uploaded more than 24 h ago and belongs to no ticket: row first, then files."""
    worker = Actor.system("worker")
    count = 0
    old = Photo.objects.filter(ticket__isnull=True, created_at__lt=now() - KEPT).values_list("id", flat=True)
    for photo_id in list(old):
        for name in forget_photo(worker, photo_id=photo_id, before=now() - KEPT):
            default_storage.delete(name)
        count += 1
    return count


def sweep_strays() -> int:
    """Delete files of the last days that no row names: an upload that was cut off between its files and its row."""
    count = 0
    for days in SWEPT:
        folder = f"photos/{today() - timedelta(days=days):%Y/%m/%d}"
        try:
            _, names = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        paths = {f"{folder}/{name}" for name in names}
        for known in Photo.objects.filter(Q(file__in=paths) | Q(thumb__in=paths)).values_list("file", "thumb"):
            paths -= set(known)
        for path in sorted(paths):
            default_storage.delete(path)
        count += len(paths)
    return count


def register() -> None:
    """Run them in one worker of all: every quarter of an hour, and once a day."""
    every(seconds=900, name="photos.purge")(purge_unattached)
    every(seconds=86_400, name="photos.sweep")(sweep_strays)
