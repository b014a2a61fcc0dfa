"""What time does to homes and powers: what ran out is marked as ended, evidence is forgotten, an end is announced."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import default_storage

from backend.core.clock import BEIJING, now
from backend.core.cron import every
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.homes import EVIDENCE_KEPT, MINE, OPEN, close
from backend.people.models import ClaimEvidence, Delegation, DelegationRequest, HomeInvitation, Residency
from notifications.notices import notify

AT_ONCE = 200
AHEAD = timedelta(days=7)
REQUESTS_KEPT = timedelta(days=1)
WORKER = Actor.system("worker")


@verb("home.run-out", audited=False)
def _run_out(actor: Actor) -> int:
    """Mark some residencies and offers whose time is over; their rights ended with the moment itself."""
    moment = now()
    over = Residency.objects.select_for_update(skip_locked=True).filter(state__in=OPEN, until__lte=moment)
    rows = list(over.order_by("until")[:AT_ONCE])
    for row in rows:
        was_confirmed = row.state == Residency.State.CONFIRMED
        close(row, why="time", at=row.until or moment)
        if was_confirmed:
            notify(row.user_id, "home.over", {}, about=MINE, key=f"home.over:{row.id}")
    offers = HomeInvitation.objects.filter(state__in=["registered", "invited"], until__lte=moment)
    offers.update(state=HomeInvitation.State.ENDED, ended_at=moment)
    return len(rows)


def mark_run_out() -> int:
    """Mark what time has ended; returns how many residencies."""
    count = 0
    while done := _run_out(WORKER):
        count += done
    return count


@verb("evidence.forgotten")
def _forget(actor: Actor, *, evidence: ClaimEvidence) -> str:
    file = evidence.file
    record("evidence.forgotten", about=evidence, claim=str(evidence.residency_id))
    evidence.delete()
    return file


def purge_evidence() -> int:
    """Forget the evidence of claims that were decided (or ended) 30 days ago, words and pictures; returns how many pictures."""
    moment, count = now(), 0
    for row in ClaimEvidence.objects.filter(purge_at__lte=moment):
        default_storage.delete(row.file)  # first the file: a row without one is tried again, a file without a row never
        _forget(WORKER, evidence=row)
        count += 1
    told = Residency.objects.filter(evidence_sealed__isnull=False)
    told.filter(decided_at__lte=moment - EVIDENCE_KEPT).update(evidence_sealed=None)
    told.filter(ended_at__lte=moment - EVIDENCE_KEPT).update(evidence_sealed=None)
    DelegationRequest.objects.filter(expires_at__lt=moment - REQUESTS_KEPT).delete()
    return count


@verb("delegation.announced", audited=False)
def announce_ends(actor: Actor) -> int:
    """Tell both sides once of a power that ends within seven days; returns how many powers."""
    moment = now()
    soon = Delegation.objects.filter(consented_at__isnull=False, revoked_at__isnull=True)
    rows = list(soon.filter(until__gt=moment, until__lte=moment + AHEAD))
    for row in rows:
        params = {"until": f"{row.until.astimezone(BEIJING):%Y-%m-%d}"}
        for person in (row.person_id, row.delegate_id):
            notify(person, "delegation.ends_soon", params, about="/api/v1/me/delegations", key=f"ends-soon:{row.id}")
    return len(rows)


def register() -> None:
    """Run them in one worker of all: every minute, every hour, four times a day."""
    every(seconds=60, name="homes.run-out")(mark_run_out)
    every(seconds=3600, name="evidence.purge")(purge_evidence)
    every(seconds=21_600, name="delegations.announce")(lambda: announce_ends(WORKER))
