"""The pushes of a bulletin: a job that goes through the place's residents in portions and resumes where it stopped."""

from __future__ import annotations

from uuid import UUID

from backend.bulletins import scopes
from backend.bulletins.models import Bulletin
from backend.bulletins.wording import params_of
from backend.core.jobs import Run, job
from backend.core.verb import verb
from backend.people import consents, purposes
from backend.people.actor import Actor
from notifications import broadcasts

PORTION = 500
LAST_WORDS = {"bulletin.ended", "bulletin.withdrawn"}


@job("bulletin.push")
def push(run: Run) -> None:
    """Tell the residents by push. `params`: bulletin, topic. A portion's pushes and the job's progress are one transaction."""
    bulletin = Bulletin.objects.select_related("division", "compound__community", "building", "unit").get(
        id=UUID(run.params["bulletin"])
    )
    worker = Actor.system("worker")
    last: UUID | None = UUID(run.cursor) if run.cursor else None
    while True:
        last = _portion(worker, run=run, bulletin=bulletin, after=last)
        if last is None:
            return


@verb("bulletin.pushed", audited=False)
def _portion(actor: Actor, *, run: Run, bulletin: Bulletin, after: UUID | None) -> UUID | None:
    """Queue the next portion; the last person's id, None when nobody is left or what it says is no longer true."""
    bulletin.refresh_from_db(fields=["state"])
    if bulletin.state != Bulletin.State.PUBLISHED and run.params["topic"] not in LAST_WORDS:
        return None
    people = scopes.residents(scopes.of(bulletin)).order_by("user_id").values_list("user_id", flat=True).distinct()
    portion: list[UUID] = list((people.filter(user_id__gt=after) if after else people)[:PORTION])
    if not portion:
        return None
    broadcasts.push(
        _willing(portion, bulletin),
        run.params["topic"],
        params_of(bulletin),
        about=f"/api/v1/bulletins/{bulletin.id}",
        source_id=bulletin.id,
        urgency=bulletin.urgency,
        expires_at=bulletin.shown_until,
    )
    run.step(run.job.done + len(portion), max(run.job.total, run.job.done + len(portion)), cursor=str(portion[-1]))
    return portion[-1]


def _willing(people: list[UUID], bulletin: Bulletin) -> list[UUID]:
    """Without those who said no to pushes of the neighbourhood; what is urgent goes to everybody."""
    if bulletin.severity == Bulletin.Severity.URGENT:
        return people
    refused = set(consents.refusing(purposes.NOTICES).filter(id__in=people))
    return [person for person in people if person not in refused]
