"""Photos that no ticket took die after 24 hours."""

from datetime import timedelta

from django.core.files.storage import default_storage

from backend.core.clock import now
from backend.core.cron import every
from backend.people.actor import Actor
from backend.tickets.actions.photos import forget_photo
from backend.tickets.models import Photo

KEPT = timedelta(hours=24)


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


def register() -> None:
    """Run it every quarter of an hour, in one worker of all."""
    every(seconds=900, name="photos.purge")(purge_unattached)
