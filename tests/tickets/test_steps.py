"""Each step: who may take it, when, and what a refusal tells."""

import pytest
from django.db import IntegrityError, transaction

from backend.tickets import actions
from backend.tickets.flow import STEPS, State, allowed
from backend.tickets.models import Comment, Ticket
from notifications.notice import Notice
from notifications.streams import StreamEvent
from tests.tickets.making import PATH, STREET, make_ticket

BODIES = {
    "transfer": {"to": "subdistrict", "reason": "不属于物业"},
    "escalate": {"reason": "解决不了"},
    "pause": {"reason": "weather"},
    "resolve": {"note": "修好了"},
    "reopen": {"reason": "还在漏"},
}
BY = {
    "accept": "manager",
    "assign": "manager",
    "transfer": "manager",
    "escalate": "manager",
    "start": "technician",
    "pause": "technician",
    "resume": "technician",
    "resolve": "technician",
    "verify": "wang",
    "reopen": "wang",
    "close": "wang",
    "cancel": "wang",
    "merge": "manager",
}


def body_of(cast, step):
    if step == "assign":
        return {"assignee_id": str(cast.technician.id)}
    if step == "merge":
        return {"into_id": str(make_ticket(cast).id)}
    return BODIES.get(step, {})


@pytest.mark.parametrize("state", list(PATH))
def test_every_step_out_of_turn_is_refused_with_the_steps_allowed(cast, client_for, state):
    ticket = make_ticket(cast, state)
    for step in STEPS:
        if step in allowed(state):
            continue
        who = cast.wang if BY[step] == "wang" else getattr(cast, BY[step])
        refused = client_for(who).post(f"/tickets/{ticket.id}/{step}", body_of(cast, step))
        assert refused.status_code == 409, (step, refused.content)
        assert refused.json()["code"] == "wrong-step"
        assert refused.json()["allowed"] == allowed(state)
    assert Ticket.objects.get(id=ticket.id).state == state


@pytest.mark.parametrize("step", list(STEPS))
def test_every_step_in_turn_leads_where_the_table_says(cast, client_for, step):
    for origin in sorted(STEPS[step].origins & set(map(State, PATH))):
        ticket = make_ticket(cast, origin)
        taken = client_for(getattr(cast, BY[step])).post(f"/tickets/{ticket.id}/{step}", body_of(cast, step))
        assert taken.status_code == 200, taken.content
        assert taken.json()["state"] == STEPS[step].target


def test_a_resident_takes_no_step_of_the_handlers_on_her_own_ticket(cast, client_for):
    ticket = make_ticket(cast)
    for step in ("accept", "assign", "transfer", "escalate", "start", "merge"):
        assert client_for(cast.wang).post(f"/tickets/{ticket.id}/{step}", body_of(cast, step)).status_code == 403


def test_a_manager_does_not_verify_the_companys_own_work(cast, client_for):
    ticket = make_ticket(cast, "resolved")
    assert client_for(cast.manager).post(f"/tickets/{ticket.id}/verify").status_code == 403
    assert client_for(cast.grid_worker).post(f"/tickets/{ticket.id}/verify").status_code == 200


def test_only_one_who_works_for_the_company_is_assigned(cast, client_for):
    ticket = make_ticket(cast)
    for person in (cast.neighbour, cast.grid_worker, cast.other_company_manager, cast.ended_company_manager):
        refused = client_for(cast.manager).post(f"/tickets/{ticket.id}/assign", {"assignee_id": str(person.id)})
        assert refused.status_code == 422, refused.content
        assert refused.json()["errors"][0]["pointer"] == "/assignee_id"


def test_a_pause_needs_a_reason_of_the_list(cast, client_for):
    ticket = make_ticket(cast, "in_progress")
    refused = client_for(cast.technician).post(f"/tickets/{ticket.id}/pause", {"reason": "tired"})
    assert refused.json()["errors"][0]["pointer"] == "/reason"


def test_a_resolution_may_do_without_words_but_not_with_empty_ones(cast, client_for):
    ticket = make_ticket(cast, "in_progress")
    refused = client_for(cast.technician).post(f"/tickets/{ticket.id}/resolve", {"note": " "})
    assert refused.json()["errors"][0]["pointer"] == "/note"
    resolved = client_for(cast.technician).post(f"/tickets/{ticket.id}/resolve")
    assert (resolved.status_code, resolved.json()["state"]) == (200, "resolved")


def test_the_assignee_goes_by_the_name_of_the_list_too(cast, client_for):
    ticket = make_ticket(cast, "accepted")
    done = client_for(cast.manager).post(f"/tickets/{ticket.id}/assign", {"assignee": str(cast.technician.id)})
    assert done.json()["assignee"]["id"] == str(cast.technician.id)
    missing = client_for(cast.manager).post(f"/tickets/{ticket.id}/assign", {})
    assert missing.json()["errors"][0]["pointer"] == "/assignee_id"


def test_reopening_tells_the_technician_and_starts_a_new_promise(cast, client_for):
    ticket = make_ticket(cast, "closed")
    reopened = client_for(cast.wang).post(f"/tickets/{ticket.id}/reopen", {"reason": "还在漏"}).json()
    assert (reopened["state"], reopened["reopened"]) == ("assigned", 1)
    assert reopened["deadline"] > ticket.deadline.isoformat()
    assert Notice.objects.filter(person_id=cast.technician.id, topic="ticket.back").count() == 1


def test_what_the_company_cannot_close_goes_up_and_comes_to_an_end_there(cast, client_for):
    ticket = make_ticket(cast, "accepted")
    at = f"/tickets/{ticket.id}"
    up = client_for(cast.manager).post(f"{at}/escalate", {"reason": "需要街道协调"}).json()
    assert (up["state"], up["route"]["kind"], up["route"]["name"]) == ("reported", "subdistrict", "演示街道")
    officer = client_for(cast.subdistrict_officer)
    assigned = officer.post(f"{at}/assign", {"assignee_id": str(cast.grid_worker.id)})
    assert assigned.status_code == 200, assigned.content
    grid = client_for(cast.grid_worker)
    assert grid.post(f"{at}/start").status_code == 200
    assert grid.post(f"{at}/resolve", {"note": "已协调"}).status_code == 200
    assert grid.post(f"{at}/verify").status_code == 403
    assert client_for(cast.community_worker).post(f"{at}/verify").status_code == 200


def test_from_the_subdistrict_to_the_district_and_no_further(cast, client_for):
    ticket = make_ticket(cast, **STREET)
    officer = client_for(cast.subdistrict_officer)
    assert officer.post(f"/tickets/{ticket.id}/escalate", {"reason": "跨街道"}).json()["route"]["kind"] == "district"
    last = client_for(cast.district_officer).post(f"/tickets/{ticket.id}/escalate", {"reason": "再上报"})
    assert (last.status_code, last.json()["code"]) == (409, "nobody-above")


def test_a_transferred_ticket_comes_back_to_the_company(cast, client_for):
    ticket = make_ticket(cast)
    officer = client_for(cast.subdistrict_officer)
    client_for(cast.manager).post(f"/tickets/{ticket.id}/transfer", {"to": "subdistrict", "reason": "市政管线"})
    assert client_for(cast.manager).get(f"/tickets/{ticket.id}").status_code == 404
    back = officer.post(f"/tickets/{ticket.id}/transfer", {"to": "company", "reason": "属于物业"}).json()
    assert back["route"]["id"] == str(cast.company.id)


def test_a_duplicate_is_merged_and_its_reporter_follows_the_other(cast, client_for):
    first = make_ticket(cast, **STREET)
    second = make_ticket(cast, reporter="neighbour", **STREET)
    officer = client_for(cast.subdistrict_officer)
    merged = officer.post(f"/tickets/{second.id}/merge", {"into_id": str(first.id)}).json()
    assert (merged["state"], merged["merged_into"]) == ("merged", str(first.id))
    refused = client_for(cast.neighbour).post(f"/tickets/{second.id}/comments", {"text": "?"})
    assert refused.json()["merged_into"] == str(first.id)
    actions.accept(cast.subdistrict_officer.actor, ticket_id=first.id)
    told = Notice.objects.filter(person_id=cast.neighbour.id, about=first.path).values_list("topic", flat=True)
    assert list(told) == ["ticket.accepted"]


def test_different_things_are_not_merged(cast, client_for):
    light = make_ticket(cast, **STREET)
    road = make_ticket(cast, **STREET | {"category": "street-road"})
    officer = client_for(cast.subdistrict_officer)
    for other in (road, light):
        assert officer.post(f"/tickets/{light.id}/merge", {"into_id": str(other.id)}).status_code == 422


def test_staff_words_stay_among_staff(cast, client_for):
    ticket = make_ticket(cast, "assigned")
    at = f"/tickets/{ticket.id}"
    assert client_for(cast.manager).post(f"{at}/comments", {"text": "难缠", "visibility": "staff"}).status_code == 201
    assert client_for(cast.wang).post(f"{at}/comments", {"text": "请尽快"}).status_code == 201
    assert client_for(cast.wang).post(f"{at}/comments", {"text": "?", "visibility": "staff"}).status_code == 403
    words = {
        who: [m["text"] for m in client_for(getattr(cast, who)).get(f"{at}/timeline").json()["items"] if m["text"]]
        for who in ("wang", "technician")
    }
    assert words == {"wang": ["请尽快"], "technician": ["难缠", "请尽快"]}
    assert "难缠".encode() not in b"".join(bytes(c.text_sealed) for c in Comment.objects.all())


def test_only_the_reporter_rates_and_only_what_is_done(cast, client_for):
    ticket = make_ticket(cast, "in_progress")
    at = f"/tickets/{ticket.id}/rating"
    assert client_for(cast.wang).post(at, {"stars": 4}).status_code == 409
    done = make_ticket(cast, "resolved")
    at = f"/tickets/{done.id}/rating"
    assert client_for(cast.manager).post(at, {"stars": 5}).status_code == 403
    assert client_for(cast.wang).post(at, {"stars": 6}).status_code == 422
    assert client_for(cast.wang).post(at, {"stars": 4}).json()["rating"] == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "paused"},
        {"state": "in_progress", "assignee_id": None},
        {"state": "closed"},
        {"rating": 6},
        {"lon": 181.0, "lat": 1.0},
        {"company_id": None},
        {"visibility": "compound", "compound_id": None},
        {"merged_into_id": "self"},
    ],
)
def test_the_database_refuses_what_the_verbs_never_write(cast, wrong):
    ticket = make_ticket(cast)
    if wrong.get("merged_into_id"):
        wrong = {"merged_into_id": ticket.id, "state": "merged"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(id=ticket.id).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_accept_at_once_one_wins(cast, barrier):
    ticket, actor = make_ticket(cast), cast.manager.actor
    results = barrier(16, lambda i: actions.accept(actor, ticket_id=ticket.id))
    assert sum(isinstance(result, Ticket) for result in results) == 1
    assert {getattr(result, "code", "won") for result in results} == {"won", "wrong-step"}


def boards(event="ticket.reported"):
    return set(StreamEvent.objects.filter(event=event, channel__startswith="board:").values_list("channel", flat=True))


def test_a_change_is_on_the_boards_of_those_it_concerns(cast):
    make_ticket(cast)
    assert boards() == {f"board:{cast.community.id}", f"board:{cast.compound.id}"}


def test_a_complaint_about_the_company_is_not_on_the_compounds_board(cast):
    make_ticket(cast, category="property-service", text="电话没人接")
    assert boards() == {f"board:{cast.community.id}", f"board:{cast.subdistrict.id}"}


def test_the_streams_hold_no_words_of_the_report(cast):
    ticket = make_ticket(cast, "closed")
    for event in StreamEvent.objects.filter(about=ticket.path, event__startswith="ticket."):
        assert set(event.data) == {"number", "state", "category"}


@pytest.mark.parametrize(("state", "step", "who"), [("reported", "accept", "manager"), ("resolved", "verify", "wang")])
def test_a_step_that_needs_no_words_needs_no_body(cast, client_for, state, step, who):
    ticket, http = make_ticket(cast, state), client_for(cast[who])
    headers = {"Authorization": f"Bearer {cast[who].token()}"}
    taken = http.client.generic("POST", f"/api/v1/tickets/{ticket.id}/{step}", headers=headers)
    assert taken.status_code == 200, taken.content


@pytest.mark.django_db(transaction=True)
def test_two_cannot_be_merged_into_each_other(cast, barrier):
    first, second = make_ticket(cast, **STREET), make_ticket(cast, **STREET)
    officer = cast.subdistrict_officer.actor
    pairs = [(first.id, second.id), (second.id, first.id)]
    results = barrier(8, lambda i: actions.merge(officer, ticket_id=pairs[i % 2][0], into_id=pairs[i % 2][1]))
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["merged", "reported"]
    refused = {getattr(r, "code", repr(r)) for r in results if isinstance(r, Exception)}
    assert refused == {"wrong-step"}
