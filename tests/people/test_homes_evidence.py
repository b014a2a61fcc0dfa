"""Pictures that prove a claim: clean, sealed, seen by who decides, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from backend.core import vault
from backend.core.audit import AuditRow
from backend.people import homes, tending
from backend.people.models import ClaimEvidence, Residency
from tests.cast import Cast, Http
from tests.pictures import jpeg_with_a_place

pytestmark = pytest.mark.django_db


def upload(member: Any, claim: Residency, content: bytes | None = None) -> Any:
    file = SimpleUploadedFile("deed.jpg", content or jpeg_with_a_place(), "image/jpeg")
    return Http(member).request("post", f"/me/homes/{claim.id}/evidence", data={"file": file})


@pytest.fixture
def claim(cast: Cast) -> Residency:
    return Residency.objects.get(user=cast.pending.user)


def path(claim: Residency, evidence_id: Any) -> str:
    return f"/homes/{claim.home_id}/claims/{claim.id}/evidence/{evidence_id}"


def test_a_picture_is_cleaned_and_lies_sealed(cast: Cast, claim: Residency) -> None:
    made = upload(cast.pending, claim)
    assert made.status_code == 201, made.content
    kept = ClaimEvidence.objects.get(id=made.json()["id"])
    with default_storage.open(kept.file) as file:
        lying = file.read()
    assert not lying.startswith(b"\xff\xd8")
    assert b"DEMO CAMERA" not in lying
    read = Http(cast.wang).get(path(claim, kept.id))
    assert (read.status_code, read["Content-Type"], read["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert b"DEMO CAMERA" not in read.content
    assert dict(Image.open(BytesIO(read.content)).getexif()) == {}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("pending", 200),
        ("wang", 200),
        ("manager", 200),
        ("community_worker", 200),
        ("neighbour", 404),
        ("outsider", 404),
        ("technician", 404),
        ("dispatcher", 404),
        ("other_company_manager", 404),
        ("ended_company_manager", 404),
        ("admin", 404),
    ],
)
def test_who_may_decide_and_the_claimant_see_it(cast: Cast, claim: Residency, who: str, status: int) -> None:
    evidence = upload(cast.pending, claim).json()["id"]
    assert Http(cast[who]).get(path(claim, evidence)).status_code == status
    looks = AuditRow.objects.filter(event="evidence.read", actor_id=cast[who].id).count()
    assert looks == (1 if status == 200 and who != "pending" else 0)


def test_the_queue_and_the_claimant_know_of_it(cast: Cast, claim: Residency) -> None:
    evidence = upload(cast.pending, claim).json()["id"]
    (waiting,) = Http(cast.manager).get("/claims").json()["items"]
    (mine,) = Http(cast.pending).get("/me/homes").json()["items"]
    assert waiting["evidence"] == mine["evidence"] == [evidence]


def test_another_adds_nothing_to_my_claim(cast: Cast, claim: Residency) -> None:
    assert upload(cast.wang, claim).status_code == 404
    assert upload(cast.pending, claim, b"no picture").status_code == 422
    assert default_storage_is_empty()


def default_storage_is_empty() -> bool:
    kept = set(ClaimEvidence.objects.values_list("file", flat=True))
    try:
        lying = {f"evidence/{name}" for name in default_storage.listdir("evidence")[1]}
    except FileNotFoundError:
        return True
    return not kept & lying


def test_six_pictures_are_enough(cast: Cast, claim: Residency) -> None:
    small = jpeg_with_a_place(64, 48)
    assert [upload(cast.pending, claim, small).status_code for _ in range(7)] == [201] * 6 + [409]


def test_words_and_pictures_are_forgotten_30_days_after_the_decision(
    cast: Cast, moved_clock: Callable[..., Any]
) -> None:
    claim = homes.claim(cast.outsider.actor, home_id=cast.home.id, relation="family", evidence="户口本")
    evidence = upload(cast.outsider, claim).json()["id"]
    file = ClaimEvidence.objects.get(id=evidence).file
    assert tending.purge_evidence() == 0
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=claim.id, confirmed=True)
    assert upload(cast.outsider, claim).status_code == 409
    with moved_clock(timedelta(days=29)):
        assert tending.purge_evidence() == 0
    with moved_clock(timedelta(days=31)):
        assert tending.purge_evidence() == 1
    assert not default_storage.exists(file)
    assert not ClaimEvidence.objects.exists()
    claim.refresh_from_db()
    assert claim.evidence_sealed is None


def test_an_erased_persons_picture_cannot_be_read(cast: Cast, claim: Residency) -> None:
    evidence = upload(cast.pending, claim).json()["id"]
    vault.destroy(cast.pending.id)
    assert Http(cast.manager).get(path(claim, evidence)).status_code == 410
