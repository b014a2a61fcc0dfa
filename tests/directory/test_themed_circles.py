"""Themed circles: drafted by officers in their own places, published for everybody, walked stop by stop."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from backend.directory.models import Network, Service, ServiceAtLocation, ThemedCircle
from backend.people.models import RoleGrant
from tests.cast import Cast, Http, as_app
from tests.directory.conftest import at


def place(key: str) -> ServiceAtLocation:
    return ServiceAtLocation.objects.get(service__external_id=key)


def body_of(cast: Cast, *keys: str, **more: Any) -> dict[str, Any]:
    stops = [
        {"service_at_location_id": str(place(key).id), "note": f"看{key}", "note_en": f"See {key}"} for key in keys
    ]
    return {
        "division_id": str(cast.community.id),
        "kind": "culture",
        "name": "演示文化圈",
        "name_en": "Demo culture circle",
        "text": "走一走",
        "text_en": "Take a walk",
        "stops": stops,
    } | more


@pytest.fixture
def officer(cast: Cast) -> Http:
    return Http(cast.subdistrict_officer)


@pytest.fixture
def drafted(cast: Cast, quarter: Network, officer: Http) -> dict[str, Any]:
    answer = officer.post("/circles", body_of(cast, "near", "steps", "wall"))
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_the_round_is_walked_on_the_streets_from_stop_to_stop(drafted: dict[str, Any]) -> None:
    first, second, third = drafted["stops"]
    assert (first["walk_seconds"], first["method"]) == (None, None)
    # 10 m to the street, 200 along it, 100 of steps, 10 more up the lane: steps take 1.8 times as long
    assert (second["walk_metres"], second["walk_seconds"], second["method"]) == (320.0, 300.0, "network")
    assert third["walk_metres"] == pytest.approx(250, abs=1)
    assert drafted["round"]["minutes"] == -(-(second["walk_seconds"] + third["walk_seconds"]) // 60)


def test_a_place_that_no_street_reaches_is_an_estimate_and_said_so(cast: Cast, quarter: Network, officer: Http) -> None:
    far = place("far")
    far.location.place(*at(900, 900))
    far.location.save()
    stops = officer.post("/circles", body_of(cast, "near", "far")).json()["stops"]
    assert stops[1]["method"] == "estimate"
    assert stops[1]["walk_metres"] == pytest.approx(1.3 * (800**2 + 890**2) ** 0.5, abs=1)


def test_a_draft_is_seen_by_its_officers_alone_until_it_is_published(cast: Cast, drafted: dict[str, Any]) -> None:
    officer, path = Http(cast.subdistrict_officer), f"/circles/{drafted['id']}"
    assert Http().get(path).status_code == 404
    assert Http(cast.wang).get(path).status_code == 404
    assert officer.get(path).status_code == 200
    assert Http().get("/circles").json()["items"] == []
    assert [c["id"] for c in officer.get("/circles?mine=1").json()["items"]] == [drafted["id"]]
    assert officer.post(f"{path}/publish").json()["state"] == "published"
    assert [c["id"] for c in Http().get("/circles?kind=culture").json()["items"]] == [drafted["id"]]
    assert Http().get("/circles?kind=boutique").json()["items"] == []
    assert Http().get(path, headers={"Accept-Language": "en"}).json()["name"] == "Demo culture circle"
    assert officer.post(f"{path}/withdraw").json()["state"] == "withdrawn"
    assert Http().get(path).status_code == 404
    assert officer.post(f"{path}/withdraw").status_code == 409


def test_near_a_point_the_nearest_circle_comes_first(cast: Cast, quarter: Network, officer: Http) -> None:
    ids = []
    for keys in (("far", "wall"), ("near", "steps")):
        made = officer.post("/circles", body_of(cast, *keys)).json()
        officer.post(f"/circles/{made['id']}/publish")
        ids.append(made["id"])
    lon, lat = at(90, 10)
    items = Http().get(f"/circles?lon={lon}&lat={lat}").json()["items"]
    assert [item["id"] for item in items] == ids[::-1]
    assert items[0]["distance_metres"] == pytest.approx(10, abs=0.2)
    assert Http().get(f"/circles?lon={lon}&lat={lat}&metres=50").json()["items"][0]["id"] == ids[1]
    assert len(Http().get(f"/circles?lon={lon}&lat={lat}&metres=50").json()["items"]) == 1
    assert Http().get(f"/circles?lon={lon}").status_code == 422


def test_an_officer_of_another_place_changes_nothing(cast: Cast, drafted: dict[str, Any]) -> None:
    stranger = cast.add("stranger", "别处干部")
    RoleGrant.objects.create(
        user=stranger.user, role="subdistrict_officer", scope_kind="subdistrict", scope_id=cast.other_subdistrict.id
    )
    there = Http(stranger)
    assert there.patch(f"/circles/{drafted['id']}", {"name": "x"}).status_code == 404
    assert there.post(f"/circles/{drafted['id']}/publish").status_code == 404
    assert there.post("/circles", body_of(cast, "near")).status_code == 403
    assert there.get("/circles?mine=1").json()["items"] == []


def test_only_what_was_read_is_changed(cast: Cast, drafted: dict[str, Any], officer: Http) -> None:
    path = f"/circles/{drafted['id']}"
    read = officer.get(path)
    changed = officer.patch(path, {"name": "新名"}, headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "新名")
    assert officer.patch(path, {"name": "又改"}, headers={"If-Match": read["ETag"]}).status_code == 412
    again = officer.patch(path, {"text": "再走"}, headers={"If-Match": changed["ETag"]})
    assert (again.status_code, len(again.json()["stops"])) == (200, 3)


def test_a_circle_is_published_with_a_text_and_two_open_places(cast: Cast, quarter: Network, officer: Http) -> None:
    made = officer.post("/circles", body_of(cast, "near")).json()
    path = f"/circles/{made['id']}"
    assert officer.post(f"{path}/publish").json()["code"] == "circle-unready"
    stops = body_of(cast, "near", "steps")["stops"]
    officer.patch(path, {"stops": stops})
    Service.objects.filter(external_id="steps").update(status="defunct")
    assert officer.post(f"{path}/publish").status_code == 409
    Service.objects.filter(external_id="steps").update(status="active")
    assert officer.post(f"{path}/publish").status_code == 200
    assert officer.patch(path, {"stops": stops[:1]}).json()["code"] == "circle-unready"
    assert len(Http().get(path).json()["stops"]) == 2, "the refused change left nothing behind"
    Service.objects.filter(external_id="steps").update(status="defunct")
    assert [s["in_service"] for s in Http().get(path).json()["stops"]] == [True, False]


def test_the_same_id_makes_one_circle(cast: Cast, quarter: Network, officer: Http) -> None:
    body = body_of(cast, "near", "steps", id=str(uuid4()))
    assert [officer.post("/circles", body).status_code for _ in range(2)] == [201, 200]
    assert ThemedCircle.objects.count() == 1


@pytest.mark.parametrize("twice", [True, False], ids=["named-twice", "unknown"])
def test_a_stop_must_be_a_place_of_the_directory_once(cast: Cast, quarter: Network, officer: Http, twice: bool) -> None:
    body = body_of(cast, "near", "near")
    if not twice:
        body["stops"][1]["service_at_location_id"] = str(uuid4())
    answer = officer.post("/circles", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/stops/1/service_at_location_id"


def test_the_cover_is_cleaned_and_hidden_with_its_circle(cast: Cast, drafted: dict[str, Any], officer: Http) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    path = f"/circles/{drafted['id']}"
    with as_app():
        answer = officer.client.post(
            f"/api/v1{path}/cover",
            {"file": SimpleUploadedFile("cover.png", out.getvalue(), "image/png")},
            headers={"Authorization": f"Bearer {cast.subdistrict_officer.token()}"},
        )
    assert answer.json()["cover_url"] == f"/api/v1{path}/cover"
    assert Http().get(f"{path}/cover").status_code == 404
    shown = officer.get(f"{path}/cover")
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"
