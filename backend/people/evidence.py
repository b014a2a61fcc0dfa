"""Pictures that prove a claim: cleaned, sealed under the claimant's key, seen by who decides, forgotten 30 days after."""

from __future__ import annotations

import secrets
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.core import audit, vault
from backend.core.errors import Conflict, Gone, NotFound
from backend.core.pictures import develop
from backend.core.queries import looking_up, reading
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.homes import AlreadyDecided, may_decide
from backend.people.models import ClaimEvidence, Residency

CONTEXT = "people.evidence"
MOST = 6


class TooMuchEvidence(Conflict):
    """A claim takes at most six pictures."""

    code, zh = "too-much-evidence", "每份申请最多六张图片"


class EvidenceGone(Gone):
    """This picture has been deleted."""

    code, zh = "evidence-gone", "该证明图片已删除"


def add(actor: Actor, *, claim_id: UUID, file: BinaryIO) -> ClaimEvidence:
    """Keep one picture for one's own waiting claim (a conductor: the sealed file is written before the row, in no transaction).

    Raises NotFound, AlreadyDecided, TooMuchEvidence, PhotoBroken, PhotoTooManyPixels.
    """
    person = actor.must_be_known()
    picture = develop(file)
    name = default_storage.save(
        f"evidence/{secrets.token_hex(16)}", ContentFile(vault.seal_bytes(person, CONTEXT, picture.jpeg))
    )
    try:
        return _keep(actor, claim_id=claim_id, file=name)
    except BaseException:
        default_storage.delete(name)
        raise


@verb("evidence.added")
def _keep(actor: Actor, *, claim_id: UUID, file: str) -> ClaimEvidence:
    claim = Residency.objects.select_for_update().filter(id=claim_id, user_id=actor.must_be_known()).first()
    if claim is None:
        raise NotFound
    if claim.state != Residency.State.PENDING:
        raise AlreadyDecided
    if ClaimEvidence.objects.filter(residency=claim).count() >= MOST:
        raise TooMuchEvidence
    made = ClaimEvidence.objects.create(residency=claim, user_id=claim.user_id, file=file, content_type="image/jpeg")
    record("evidence.added", about=made, claim=str(claim.id))
    return made


def read(actor: Actor, *, home_id: UUID, claim_id: UUID, evidence_id: UUID) -> bytes:
    """The picture (JPEG), for the claimant and for who may decide; their reading is audited. Raises NotFound, EvidenceGone."""
    with reading(actor):
        claim = Residency.objects.filter(id=claim_id, home_id=home_id).first()
    is_own = claim is not None and claim.user_id == actor.person_id
    if claim is None or not (is_own or may_decide(actor, claim)):
        raise NotFound
    with looking_up("evidence"):
        found = ClaimEvidence.objects.filter(id=evidence_id, residency=claim).first()
        if found is None:
            raise NotFound
        try:
            with default_storage.open(found.file) as file:
                picture = vault.unseal_bytes(found.user_id, CONTEXT, file.read())
        except (FileNotFoundError, vault.KeyDestroyed):
            raise EvidenceGone from None
        if not is_own:
            audit.write(actor, [("evidence.read", found, {"claim": str(claim_id), "person": str(found.user_id)})])
    return picture
