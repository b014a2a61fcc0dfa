"""Residents say what is wrong; an officer of the place decides; the reporter is told and counts alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.core.errors import Invalid, NotFound, TooMany
from backend.core.models import AuditRow
from backend.directory import keeping
from backend.directory.intake import corrections
from backend.directory.intake.errors import AlreadyDecided, OwnMatter
from backend.directory.models import Correction, Service, ServiceAtLocation, Settled, Status
from notifications.models import Notice
from tests.cast import Cast, barrier
from tests.directory.conftest import make_place
from tests.pictures import jpeg_with_a_place
from tests.web.conftest import Browser


def test_a_person_is_heard_once_about_a_service(cast: Cast, shop: ServiceAtLocation, client_for: Any) -> None:
    wang, path = client_for(cast.wang), f"/services/{shop.service_id}/corrections"
    first = wang.post(path, {"kind": "phone", "text": "电话是 010-65559999"})
    assert first.status_code == 201
    again = wang.post(path, {"kind": "hours", "text": "八点开门"})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Correction.objects.get().kind == "hours"
    assert "八点" not in str(AuditRow.objects.filter(event="correction.reported").values_list("data", flat=True))
    mine = wang.get("/me/corrections").json()
    assert (mine["confirmed"], mine["items"][0]["text"]) == (0, "八点开门")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "other"},
        {"kind": "moved"},
        {"kind": "gone"},
        {"kind": "moved", "lon": 116.46, "lat": 39.9},
        {"kind": "moved", "lon": 116.46, "crs": "wgs84"},
    ],
    ids=["no-words", "moved-nowhere", "unknown-kind", "no-datum", "half-a-position"],
)
def test_what_cannot_be_understood_is_refused(
    cast: Cast, shop: ServiceAtLocation, client_for: Any, body: dict[str, Any]
) -> None:
    assert client_for(cast.wang).post(f"/services/{shop.service_id}/corrections", body).status_code == 422
    assert not Correction.objects.exists()


def test_an_officer_writes_what_is_right_and_the_reporter_is_thanked(
    cast: Cast, shop: ServiceAtLocation, client_for: Any
) -> None:
    wang, officer = client_for(cast.wang), client_for(cast.community_worker)
    made = wang.post(f"/services/{shop.service_id}/corrections", {"kind": "phone", "text": "电话换了"}).json()
    waiting = officer.get("/directory/corrections").json()["items"]
    assert [one["id"] for one in waiting] == [made["id"]]
    assert str(cast.wang.id) not in str(waiting)
    assert client_for(cast.other_community_worker).get("/directory/corrections").json()["items"] == []
    done = officer.post(f"/directory/corrections/{made['id']}/apply", {"values": {"phone": "010-65559999"}})
    assert done.json()["applied"] == {"phone": "010-65559999"}
    shop.refresh_from_db()
    assert shop.phone == "010-65559999"
    assert Notice.objects.get(person_id=cast.wang.id).topic == "correction.applied"
    assert wang.get("/me/corrections").json()["confirmed"] == 1
    told = make_place("shop", 100, 10, name="演示·晨光菜店", category="vegetables", phone="010-65550000")
    keeping.keep([told], source="seed", area=None)
    shop.refresh_from_db()
    assert shop.phone == "010-65559999", "the source still says the old number"


def test_hours_and_place_are_put_right(cast: Cast, shop: ServiceAtLocation) -> None:
    actor = cast.community_worker.actor
    one = corrections.report(cast.wang.actor, service_id=shop.service_id, kind="hours", text="九点到六点")
    corrections.apply(actor, correction_id=one.id, values={"hours": "周一至周五 9:00-18:00"})
    two = corrections.report(cast.neighbour.actor, service_id=shop.service_id, kind="moved", text="搬到街对面")
    with pytest.raises(Invalid):
        corrections.apply(actor, correction_id=two.id, values={"place": {"lon": 116.461, "lat": 39.907}})
    corrections.apply(actor, correction_id=two.id, values={"place": {"lon": 116.461, "lat": 39.907, "crs": "wgs84"}})
    shop.refresh_from_db()
    shop.location.refresh_from_db()
    assert shop.hours_text == "Mo-Fr 09:00-18:00"
    assert (shop.location.lon, shop.location.lat) == (116.461, 39.907)
    assert set(Settled.objects.values_list("field", flat=True)) == {"hours", "place"}


def test_three_people_put_a_service_in_doubt_until_somebody_looks(cast: Cast, shop: ServiceAtLocation) -> None:
    two = (cast.wang.actor, cast.neighbour.actor)
    made = [corrections.report(who, service_id=shop.service_id, kind="closed") for who in two]
    corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed", text="真的关了")
    assert Service.objects.get(id=shop.service_id).doubted_at is None
    corrections.report(cast.outsider.actor, service_id=shop.service_id, kind="closed")
    doubted = Service.objects.get(id=shop.service_id)
    assert (doubted.doubted_at is not None, doubted.status) == (True, Status.ACTIVE)
    corrections.dismiss(cast.community_worker.actor, correction_id=made[0].id, reason="只是装修，下月开门")
    assert Service.objects.get(id=shop.service_id).doubted_at is None
    assert set(Correction.objects.values_list("state", flat=True)) == {"refused"}
    assert Notice.objects.filter(topic="correction.dismissed").count() == 3


def test_a_closed_service_stays_closed_although_its_source_still_tells_of_it(
    cast: Cast, shop: ServiceAtLocation
) -> None:
    one = corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")
    corrections.apply(cast.community_worker.actor, correction_id=one.id)
    assert Service.objects.get(id=shop.service_id).status == Status.DEFUNCT
    keeping.keep([make_place("shop", 100, 10, name="演示·晨光菜店", category="vegetables")], source="seed", area=None)
    assert Service.objects.get(id=shop.service_id).status == Status.DEFUNCT
    with pytest.raises(NotFound):
        corrections.report(cast.neighbour.actor, service_id=shop.service_id, kind="closed")


def test_an_officer_elsewhere_finds_nothing_and_nobody_decides_their_own(cast: Cast, shop: ServiceAtLocation) -> None:
    one = corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")
    with pytest.raises(NotFound):
        corrections.apply(cast.other_community_worker.actor, correction_id=one.id)
    own = corrections.report(cast.community_worker.actor, service_id=shop.service_id, kind="name", text="改名了")
    with pytest.raises(OwnMatter):
        corrections.dismiss(cast.community_worker.actor, correction_id=own.id, reason="不")


def test_twenty_a_day(cast: Cast, shop: ServiceAtLocation) -> None:
    for _ in range(corrections.A_DAY):
        corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")
    with pytest.raises(TooMany):
        corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")


def test_pictures_go_with_a_correction_and_are_seen_by_its_officers_alone(
    cast: Cast, shop: ServiceAtLocation, client_for: Any
) -> None:
    wang = client_for(cast.wang)
    photo = wang.post("/directory/photos", data={"file": SimpleUploadedFile("a.jpg", jpeg_with_a_place())}).json()["id"]
    sent = wang.post(f"/services/{shop.service_id}/corrections", {"kind": "closed", "photo_ids": [photo]})
    assert sent.json()["photo_ids"] == [photo]
    seen = {who: client_for(cast[who]).get(f"/directory/photos/{photo}").status_code
            for who in ("wang", "community_worker", "other_community_worker", "neighbour")}  # fmt: skip
    assert seen == {"wang": 200, "community_worker": 200, "other_community_worker": 404, "neighbour": 404}
    stolen = client_for(cast.neighbour).post(
        f"/services/{shop.service_id}/corrections", {"kind": "closed", "photo_ids": [photo]}
    )
    assert stolen.json()["code"] == "picture-taken"


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_decides(cast: Cast, shop: ServiceAtLocation) -> None:
    one = corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")
    officers = [cast.community_worker.actor, cast.subdistrict_officer.actor]

    def decide(number: int) -> str:
        try:
            if number % 2:
                corrections.apply(officers[1], correction_id=one.id)
            else:
                corrections.dismiss(officers[0], correction_id=one.id, reason="还开着")
        except AlreadyDecided:
            return "late"
        return "decided"

    assert sorted(barrier(2, decide)) == ["decided", "late"]
    assert Notice.objects.filter(person_id=cast.wang.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_on_many_devices_makes_one_correction(cast: Cast, shop: ServiceAtLocation) -> None:
    actor = cast.wang.actor
    barrier(8, lambda _: corrections.report(actor, service_id=shop.service_id, kind="closed"))
    assert Correction.objects.count() == 1


def test_what_was_said_of_a_service_that_has_closed_is_still_answered(cast: Cast, shop: ServiceAtLocation) -> None:
    late = corrections.report(cast.wang.actor, service_id=shop.service_id, kind="closed")
    other = corrections.report(cast.neighbour.actor, service_id=shop.service_id, kind="hours", text="九点开门")
    Service.objects.filter(id=shop.service_id).update(status=Status.DEFUNCT)  # its source said so meanwhile
    page = Browser(cast.community_worker).get("/desk/directory").content.decode()
    assert "该服务已关闭" in page
    assert "九点开门" in page
    assert f"/desk/directory/corrections/{other.id}/approve" not in page
    corrections.apply(cast.community_worker.actor, correction_id=late.id)
    corrections.dismiss(cast.community_worker.actor, correction_id=other.id, reason="已关闭")
    assert set(Correction.objects.values_list("id", "state")) == {(late.id, "approved"), (other.id, "refused")}
