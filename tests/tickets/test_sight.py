"""Who sees what: in the querysets, and behind them in the database's own walls."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.community.models import ServiceContract
from backend.core.queries import reading
from backend.tickets import actions
from backend.tickets.models import Comment, Photo, Ticket
from tests.cast import as_app
from tests.tickets.making import STREET, make_ticket

STAIRS = {"category": "corridor-light", "text": "三层灯坏了"}


def sees(cast, client_for, ticket) -> set[str]:
    return {who for who in cast.members if client_for(cast[who]).get(f"/tickets/{ticket.id}").status_code == 200}


OFFICES = {"manager", "technician", "community_worker", "grid_worker", "subdistrict_officer", "district_officer"}


def test_a_ticket_of_my_home_is_for_me_and_those_who_handle_it(cast, client_for):
    assert sees(cast, client_for, make_ticket(cast)) == OFFICES | {"wang"}


def test_even_a_person_of_the_same_home_sees_it_only_as_its_reporter(cast, client_for):
    daughter = cast._resident("daughter", "女儿", cast.home, "family")
    ticket = make_ticket(cast)
    assert client_for(daughter).get(f"/tickets/{ticket.id}").status_code == 404
    assert client_for(daughter).get("/tickets").json()["items"] == []


def test_a_ticket_of_the_compound_is_for_its_residents_too(cast, client_for):
    assert sees(cast, client_for, make_ticket(cast, **STAIRS)) == OFFICES | {"wang", "neighbour"}


def test_a_public_ticket_is_for_everybody_who_is_logged_in(cast, client_for):
    ticket = make_ticket(cast, **STREET)
    assert sees(cast, client_for, ticket) == set(cast.members)
    assert client_for(None).get(f"/tickets/{ticket.id}").status_code == 401


def test_a_company_whose_contract_ended_sees_and_does_nothing_more(cast, client_for):
    ticket = make_ticket(cast, "assigned")
    ServiceContract.objects.filter(company=cast.company).update(valid_to=date(2026, 1, 1))
    manager = client_for(cast.manager)
    assert manager.get(f"/tickets/{ticket.id}").status_code == 404
    assert manager.post(f"/tickets/{ticket.id}/accept").status_code == 404
    assert client_for(cast.technician).post(f"/tickets/{ticket.id}/start").status_code == 404
    assert manager.get("/tickets").json()["items"] == []


def test_the_next_company_takes_over_what_is_open(cast, client_for):
    ticket = make_ticket(cast, "assigned")
    ServiceContract.objects.filter(company=cast.company).update(valid_to=date(2026, 1, 1))
    ServiceContract.objects.create(company=cast.other_company, compound=cast.compound, valid_from=date(2026, 1, 1))
    new = client_for(cast.other_company_manager)
    assigned = new.post(f"/tickets/{ticket.id}/assign", {"assignee_id": str(cast.other_company_manager.id)})
    assert assigned.json()["route"]["id"] == str(cast.other_company.id)


def test_neighbours_see_neither_who_reported_nor_from_which_home(cast, client_for):
    ticket = make_ticket(cast, **STAIRS)
    near, far = (client_for(who).get(f"/tickets/{ticket.id}").json() for who in (cast.manager, cast.neighbour))
    assert near["reporter"]["name"] == "王**"
    assert near["place"] == "演示一号院1号楼1单元101"
    assert (far["reporter"], far["home_id"], far["answers"]) == (None, None, None)
    assert far["place"] == "演示一号院1号楼"
    assert far["text"] == STAIRS["text"]
    assert {m["name"] for m in client_for(cast.neighbour).get(f"/tickets/{ticket.id}/timeline").json()["items"]} == {""}


def test_the_reporter_sees_who_comes(cast, client_for):
    ticket = make_ticket(cast, "assigned")
    assert client_for(cast.wang).get(f"/tickets/{ticket.id}").json()["assignee"]["name"] == "工作人员technician"


def test_steps_out_of_sight_are_not_found_rather_than_forbidden(cast, client_for):
    ticket = make_ticket(cast)
    for who in (cast.neighbour, cast.outsider, cast.other_company_manager, cast.finance, cast.dispatcher):
        for step in ("accept", "verify", "close", "follow"):
            assert client_for(who).post(f"/tickets/{ticket.id}/{step}").status_code == 404


def test_a_manager_by_phone_code_alone_is_no_manager(cast, client_for):
    ticket = make_ticket(cast)
    cast.manager.assurance, cast.manager._session = "otp", None
    assert client_for(cast.manager).get(f"/tickets/{ticket.id}").status_code == 404


def test_the_list_is_filtered(cast, client_for):
    home, stairs, street = make_ticket(cast), make_ticket(cast, "assigned", **STAIRS), make_ticket(cast, **STREET)
    done = make_ticket(cast, "closed")

    def listed(who, query=""):
        answer = client_for(who).get(f"/tickets{query}")
        assert answer.status_code == 200, answer.content
        return {item["id"] for item in answer.json()["items"]}

    def ids(*tickets):
        return {str(ticket.id) for ticket in tickets}

    assert listed(cast.wang, "?mine=true") == ids(home, stairs, street, done)
    assert listed(cast.neighbour) == ids(stairs, street)
    assert listed(cast.neighbour, "?mine=true") == set()
    assert listed(cast.manager, "?state=open") == ids(home, stairs, street)
    assert listed(cast.manager, "?state=assigned,closed") == ids(stairs, done)
    assert listed(cast.manager, f"?assignee={cast.technician.id}") == ids(stairs, done)
    assert listed(cast.manager, "?category=street-light") == ids(street)
    assert listed(cast.manager, f"?compound_id={cast.compound.id}&state=reported") == ids(home)
    assert listed(cast.manager, f"?community_id={cast.other_community.id}") == set()
    assert listed(cast.manager, f"?q={home.number[-4:]}") == ids(home)
    assert listed(cast.manager, "?q=楼道") == ids(stairs)
    assert client_for(cast.manager).get("/tickets?category=%00&q=%00").status_code == 400
    assert client_for(cast.manager).get("/tickets?state=lost").status_code == 422


def test_overdue_is_what_broke_its_promise(cast, client_for, moved_clock):
    late, quick = make_ticket(cast), make_ticket(cast, "resolved")
    paused = make_ticket(cast, "paused")
    with moved_clock(timedelta(hours=25)):
        manager = client_for(cast.manager)
        assert {t["id"] for t in manager.get("/tickets?overdue=true").json()["items"]} == {str(late.id)}
        on_time = manager.get("/tickets?overdue=false").json()["items"]
        assert {t["id"] for t in on_time} == {str(quick.id), str(paused.id)}
        assert [t["overdue"] for t in on_time] == [False, False]


def test_the_list_goes_on_by_cursor(cast, client_for):
    made = [str(make_ticket(cast).id) for _ in range(5)]
    first = client_for(cast.wang).get("/tickets?limit=3").json()
    rest = client_for(cast.wang).get(f"/tickets?limit=3&cursor={first['next']}").json()
    assert [t["id"] for t in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_a_long_list_asks_the_database_as_often_as_a_short_one(cast, client_for):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client_for(cast.manager).get("/tickets")
        return len(asked)

    make_ticket(cast, "assigned")
    few = queries()
    for _ in range(6):
        make_ticket(cast, "assigned", **STAIRS)
    assert queries() == few


def test_a_followed_ticket_is_told_of(cast, client_for):
    ticket = make_ticket(cast, **STAIRS)
    assert client_for(cast.neighbour).post(f"/tickets/{ticket.id}/follow").status_code == 200
    actions.accept(cast.manager.actor, ticket_id=ticket.id)
    topics = [n["topic"] for n in client_for(cast.neighbour).get("/inbox").json()["items"]]
    assert topics == ["ticket.accepted"]


def test_similar_ones_are_those_of_the_same_part_home_unit_and_building(cast, client_for):
    stairs = make_ticket(cast, **STAIRS)
    part = make_ticket(cast, **STAIRS | {"part_code": "3205080101000001"})
    make_ticket(cast, "cancelled", **STAIRS)
    found = client_for(cast.neighbour).get(
        f"/tickets/similar?category=corridor-light&home_id={cast.neighbour_home.id}&part_code=3205080101000001"
    )
    assert [t["id"] for t in found.json()["items"]] == [str(part.id), str(stairs.id)]
    elsewhere = client_for(cast.outsider).get(
        f"/tickets/similar?category=corridor-light&building_id={cast.building.id}"
    )
    assert elsewhere.json()["items"] == []


def test_similar_ones_in_the_street_are_open_and_within_250_metres(cast, client_for):
    near = make_ticket(cast, **STREET)
    nearer = make_ticket(cast, **STREET | {"lat": STREET["lat"] - 0.0010})
    make_ticket(cast, **STREET | {"lat": STREET["lat"] + 0.0030})
    query = f"category=street-light&lon={STREET['lon']}&lat={STREET['lat'] - 0.0012}"
    found = client_for(cast.outsider).get(f"/tickets/similar?{query}").json()["items"]
    assert [t["id"] for t in found] == [str(nearer.id), str(near.id)]


@pytest.mark.django_db(transaction=True)
def test_the_databases_own_wall_holds_without_any_filter(cast):
    home, stairs, street = make_ticket(cast), make_ticket(cast, **STAIRS), make_ticket(cast, **STREET)
    actions.comment(cast.manager.actor, ticket_id=stairs.id, text="内部", visibility="staff")
    actions.comment(cast.manager.actor, ticket_id=stairs.id, text="明天修")
    actions.comment(cast.wang.actor, ticket_id=home.id, text="急")
    Photo.objects.create(uploader=cast.wang.user, ticket=home, file="a", thumb="b", width=1, height=1)
    people = {who: cast[who].actor for who in cast.members}
    seen, words, pictures = {}, {}, {}
    with as_app():
        assert not Ticket.objects.exists()
        for who, actor in people.items():
            with reading(actor):
                seen[who] = set(Ticket.objects.values_list("id", flat=True))
                words[who] = Comment.objects.count()
                pictures[who] = Photo.objects.count()
        assert not Ticket.objects.exists()
    every = {home.id, stairs.id, street.id}
    assert all(seen[who] == every for who in OFFICES | {"wang"})
    assert seen["neighbour"] == {stairs.id, street.id}
    assert seen["outsider"] == seen["ended_company_manager"] == seen["ended_tenant"] == {street.id}
    assert (words["manager"], words["wang"], words["neighbour"], words["outsider"]) == (3, 2, 1, 0)
    assert (pictures["technician"], pictures["wang"], pictures["neighbour"]) == (1, 1, 0)
