"""Reporting: where it goes, what it promises, what is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from backend.core.clock import today
from backend.core.geo import from_wgs84
from backend.tickets import actions
from backend.tickets.models import Ticket
from notifications.notice import Notice
from tests.tickets.making import STREET, make_ticket

HOME = {"category": "home-water", "text": "漏水"}


def pointers(answer):
    assert answer.status_code == 422, answer.content
    return {error["pointer"] for error in answer.json()["errors"]}


def test_the_words_lie_sealed(cast):
    ticket = make_ticket(cast, text="厨房水管漏水 13800000000")
    assert "漏水".encode() not in bytes(ticket.text_sealed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_ticket::text FROM tickets_ticket")
        assert "13800000000" not in cursor.fetchone()[0]


def test_a_report_without_a_company_in_force_goes_to_the_emergency_property_service(cast, client_for):
    home = cast._home(cast.building.__class__.objects.create(compound=cast.unserved_compound, name="3号楼"), "301")
    resident = cast._resident("unserved", "无物业居民", home, "owner")
    route = client_for(resident).post("/tickets", HOME).json()["route"]
    assert (route["kind"], route["name"]) == ("company", "街道应急物业")


def test_a_street_report_goes_to_the_subdistrict_of_the_nearest_community(cast, client_for):
    near = client_for(cast.wang).post("/tickets", STREET).json()
    assert (near["route"]["kind"], near["route"]["name"]) == ("subdistrict", "演示街道")
    far = client_for(cast.wang).post("/tickets", STREET | {"lon": 116.5199, "lat": 39.9502}).json()
    assert far["community_id"] == str(cast.other_community.id)
    assert far["route"]["name"] == "别处街道"


def test_a_complaint_about_the_company_is_not_seen_by_the_company(cast, client_for):
    made = client_for(cast.wang).post("/tickets", {"category": "property-service", "text": "电话没人接"}).json()
    assert made["route"]["kind"] == "subdistrict"
    at = f"/tickets/{made['id']}"
    assert client_for(cast.manager).get(at).status_code == 404
    assert client_for(cast.subdistrict_officer).get(at).status_code == 200


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_point_of_another_datum_is_stored_as_wgs84(cast, client_for, crs):
    lon, lat = from_wgs84(STREET["lon"], STREET["lat"], crs)
    made = client_for(cast.wang).post("/tickets", STREET | {"lon": lon, "lat": lat, "crs": crs}).json()
    assert made["lon"] == pytest.approx(STREET["lon"], abs=1e-6)
    assert made["lat"] == pytest.approx(STREET["lat"], abs=1e-6)


def test_the_promise_is_the_categorys(cast):
    lift = make_ticket(cast, category="lift", text="停在一层", answers={"trapped": "no"}, building_id=cast.building.id)
    assert lift.deadline - lift.created_at == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=2))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"category": "no-such"}, "/category"),
        ({"text": "  "}, "/text"),
        ({"text": "长" * 4001}, "/text"),
        ({"category": "home-gas"}, "/answers/smell"),
        ({"category": "home-gas", "answers": {"smell": "perhaps"}}, "/answers/smell"),
        ({"category": "home-water", "answers": {"colour": "blue"}}, "/answers/colour"),
        ({"category": "street-light"}, "/lon"),
        ({"category": "street-light", "lon": 116.4}, "/lat"),
        ({"category": "street-light", "lon": 200, "lat": 39.9}, "/lon"),
        ({"category": "street-light", "lon": 10.0, "lat": 50.0}, "/lon"),
        ({"category": "street-light", "lon": 116.4, "lat": 39.9, "crs": "mars"}, "/crs"),
        ({"urgency": "very"}, "/urgency"),
        ({"building_id": str(uuid4()), "category": "lift", "answers": {"trapped": "no"}}, "/building_id"),
        ({"home_id": str(uuid4())}, "/home_id"),
        ({"photo_ids": [str(uuid4())]}, "/photo_ids/0"),
        ({"id": "x"}, "/id"),
        ({"part_code": "\0"}, "/part_code"),
        ({"text": "\ud800"}, "/text"),
        ({"category": "street-light", "lon": float("nan"), "lat": 39.9}, "/lon"),
    ],
)
def test_a_wrong_field_is_named(cast, client_for, body, pointer):
    assert pointer in pointers(client_for(cast.wang).post("/tickets", HOME | body))
    assert not Ticket.objects.exists()


def test_another_persons_home_is_refused_like_an_unknown_one(cast, client_for):
    wang = client_for(cast.wang)
    theirs = wang.post("/tickets", HOME | {"home_id": str(cast.neighbour_home.id)})
    unknown = wang.post("/tickets", HOME | {"home_id": str(uuid4())})
    assert theirs.json()["errors"] == unknown.json()["errors"]


def test_the_desk_reports_for_a_home_of_its_community_only(cast, client_for):
    worker = client_for(cast.community_worker)
    assert worker.post("/tickets", HOME | {"home_id": str(cast.home.id)}).status_code == 201
    assert worker.post("/tickets", HOME | {"home_id": str(cast.other_home.id)}).status_code == 422


def test_a_pending_resident_has_no_home_to_report_for_yet(cast, client_for):
    assert pointers(client_for(cast.pending).post("/tickets", HOME)) == {"/home_id"}


def test_the_same_id_of_another_person_is_taken(cast, client_for):
    body = HOME | {"id": str(uuid4())}
    assert client_for(cast.wang).post("/tickets", body).status_code == 201
    refused = client_for(cast.neighbour).post("/tickets", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "id-taken")


def test_the_same_idempotency_key_gives_the_same_answer(cast, client_for):
    wang = client_for(cast.wang, **{"Idempotency-Key": "k1"})
    first, again = wang.post("/tickets", HOME), wang.post("/tickets", HOME)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert Ticket.objects.count() == 1


def test_categories_are_told_in_the_readers_language(cast, client_for):
    chinese = client_for(cast.wang).get("/tickets/categories").json()["items"]
    english = client_for(cast.wang, **{"Accept-Language": "en"}).get("/tickets/categories").json()["items"]
    assert len(chinese) >= 20
    assert next(c for c in english if c["code"] == "home-gas")["questions"][0]["text"] == "Can you smell gas now?"
    assert next(c for c in chinese if c["code"] == "home-gas")["name"] == "家里燃气、灶具"


@pytest.mark.django_db(transaction=True)
def test_a_hundred_reports_at_once_have_a_hundred_numbers_in_a_row(cast, barrier):
    actor = cast.wang.actor
    made = barrier(100, lambda i: actions.report(actor, **HOME).number)
    assert sorted(made) == [f"CY-{today():%Y%m%d}-{i:04d}" for i in range(1, 101)]


@pytest.mark.django_db(transaction=True)
def test_one_id_sixteen_times_at_once_is_one_ticket(cast, barrier):
    actor, same = cast.wang.actor, uuid4()
    made = barrier(16, lambda i: actions.report(actor, id=same, **HOME).number)
    assert len(set(made)) == 1
    assert Ticket.objects.count() == 1


def test_what_to_do_in_danger_waits_for_no_quiet_hours(cast):
    actions.report(cast.wang.actor, category="home-gas", text="厨房有味", answers={"smell": "yes"})
    told = dict(Notice.objects.filter(person_id=cast.wang.id).values_list("topic", "urgency"))
    assert told == {"ticket.reported": "normal", "ticket.danger": "emergency"}
