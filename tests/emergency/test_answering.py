"""Dispatchers take, work on and end incidents."""

from datetime import timedelta

import pytest

from backend.core.clock import now
from backend.emergency import actions
from backend.emergency.errors import AlreadyAcknowledged
from backend.emergency.models import Entry, Incident
from backend.people.models import RoleGrant
from notifications.notice import Notice
from tests.cast import Cast
from tests.emergency.builders import raise_alarm, sit_down

pytestmark = pytest.mark.django_db(transaction=True)


def test_acknowledge_is_exclusive_and_says_who(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}/acknowledge"
    taken = client_for(cast.dispatcher).post(path)
    assert taken.status_code == 200, taken.content
    assert (taken.json()["state"], taken.json()["owner"]["id"]) == ("acknowledged", str(cast.dispatcher.id))
    assert client_for(cast.dispatcher).post(path).status_code == 200
    refused = client_for(cast.second_dispatcher).post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-acknowledged")
    assert refused.json()["by"] == {"id": str(cast.dispatcher.id), "name": "工作人员dispatcher"}


def test_of_forty_dispatchers_at_once_one_wins(cast: Cast, barrier) -> None:
    incident = raise_alarm(cast.wang)
    actors = []
    for n in range(40):
        member = cast.add(f"d{n}", f"值班员{n}")
        RoleGrant.objects.create(
            user=member.user, role="dispatcher", scope_kind="community", scope_id=cast.community.id
        )
        actors.append(member.actor)
    results = barrier(40, lambda n: actions.acknowledge(actors[n], incident_id=incident.id))
    winners = [r for r in results if isinstance(r, Incident)]
    assert len(winners) == 1
    assert all(isinstance(r, AlreadyAcknowledged) for r in results if not isinstance(r, Incident))
    assert Incident.objects.get().owner_id == winners[0].owner_id


def test_the_card_is_masked_until_the_reader_has_the_incident(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    before = client_for(cast.dispatcher).get(path).json()
    assert before["card"]["name"] == "王奶奶"
    assert "****" in before["card"]["phone"]
    assert before["address"] == "演示一号院1号楼1单元101"
    client_for(cast.dispatcher).post(f"{path}/acknowledge")
    assert client_for(cast.dispatcher).get(path).json()["card"]["phone"] == cast.wang.phone
    assert "****" in client_for(cast.second_dispatcher).get(path).json()["card"]["phone"]


def test_the_timeline_tells_who_did_what(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    desk = client_for(cast.dispatcher)
    desk.post(f"{path}/acknowledge")
    desk.post(f"{path}/note", {"text": "门口有钥匙盒"})
    assert desk.post(f"{path}/call", {"to": "120", "result": "handed_over", "reference": "120-7781"}).status_code == 200
    timeline = desk.get(path).json()["timeline"]
    assert [t["event"] for t in timeline] == [
        "incident.opened",
        "incident.acknowledged",
        "incident.noted",
        "incident.called",
    ]
    assert timeline[2]["text"] == "门口有钥匙盒"
    assert timeline[3]["reference"] == "120-7781"
    assert timeline[1]["by"] == {"id": str(cast.dispatcher.id), "name": "工作人员dispatcher"}
    own = client_for(cast.wang).get(path).json()
    assert (own["contacts"], own["card"]) == ([], None)
    assert all(t["text"] is None and t["by"] is None for t in own["timeline"])
    assert "钥匙".encode() not in bytes(Entry.objects.earliest("id").text_sealed)


def test_an_act_makes_it_in_progress(cast: Cast) -> None:
    incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    worked_on = actions.note(cast.dispatcher.actor, incident_id=incident.id, text="已联系")
    assert worked_on.state == "in_progress"
    assert worked_on.due_at > now() + timedelta(minutes=29)


def test_release_opens_it_again_with_the_next_step_due(cast: Cast, client_for) -> None:
    incident = raise_alarm(cast.wang)
    path = f"/emergency/incidents/{incident.id}"
    client_for(cast.dispatcher).post(f"{path}/acknowledge")
    assert client_for(cast.second_dispatcher).post(f"{path}/release").status_code == 409
    released = client_for(cast.dispatcher).post(f"{path}/release").json()
    assert (released["state"], released["owner"]) == ("open", None)
    assert released["next_step_at"] is not None
    assert client_for(cast.second_dispatcher).post(f"{path}/acknowledge").status_code == 200


def test_hand_off_gives_it_to_a_dispatcher_of_its_desks_only(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    desk = client_for(cast.dispatcher)
    assert desk.post(f"{path}/hand-off", {"to": str(cast.second_dispatcher.id)}).status_code == 409
    desk.post(f"{path}/acknowledge")
    assert desk.post(f"{path}/hand-off", {"to": str(cast.manager.id)}).status_code == 422
    given = desk.post(f"{path}/hand-off", {"to": str(cast.second_dispatcher.id), "text": "交班"})
    assert given.json()["owner"]["id"] == str(cast.second_dispatcher.id)
    assert desk.post(f"{path}/resolve", {"disposition": "real"}).json()["code"] == "not-the-owner"


def test_resolve_needs_a_known_disposition_and_the_owner(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    desk = client_for(cast.dispatcher)
    refused = desk.post(f"{path}/resolve", {"disposition": "real"})
    assert (refused.status_code, refused.json()["code"], refused.json()["allowed"]) == (
        409,
        "wrong-step",
        ["acknowledge"],
    )
    desk.post(f"{path}/acknowledge")
    assert desk.post(f"{path}/resolve", {"disposition": "whatever"}).status_code == 422
    assert desk.post(f"{path}/resolve", {}).status_code == 422
    done = desk.post(f"{path}/resolve", {"disposition": "real", "text": "已送医"})
    assert (done.status_code, done.json()["state"], done.json()["disposition"]) == (200, "resolved", "real")
    assert done.json()["allowed"] == []
    assert desk.post(f"{path}/resolve", {"disposition": "real"}).status_code == 409


def test_no_contact_on_a_life_alarm_needs_attendance_or_a_120_reference(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    desk = client_for(cast.dispatcher)
    desk.post(f"{path}/acknowledge")
    refused = desk.post(f"{path}/resolve", {"disposition": "no_contact"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "attendance-needed")
    assert desk.post(f"{path}/resolve", {"disposition": "no_contact", "reference": "120-1"}).status_code == 200


def test_a_call_to_120_with_its_reference_is_enough_for_no_contact(cast: Cast, client_for) -> None:
    path = f"/emergency/incidents/{raise_alarm(cast.wang).id}"
    desk = client_for(cast.dispatcher)
    desk.post(f"{path}/acknowledge")
    desk.post(f"{path}/call", {"to": "120", "result": "handed_over", "reference": "7781"})
    assert desk.post(f"{path}/resolve", {"disposition": "no_contact"}).status_code == 200


def test_after_it_is_resolved_a_new_press_is_a_new_incident(cast: Cast) -> None:
    first = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=first.id)
    actions.resolve(cast.dispatcher.actor, incident_id=first.id, disposition="accidental")
    second = raise_alarm(cast.wang)
    assert second.id != first.id
    assert second.number == first.number + 1


def test_the_board_shows_each_desk_its_own(cast: Cast, client_for) -> None:
    sit_down(cast.dispatcher, cast.community.id)
    mine, theirs = raise_alarm(cast.wang), raise_alarm(cast.outsider)

    def seen(member) -> set[str]:
        return {i["id"] for i in client_for(member).get("/emergency/incidents?state=open").json()["items"]}

    assert seen(cast.dispatcher) == seen(cast.second_dispatcher) == seen(cast.community_worker) == {str(mine.id)}
    assert seen(cast.district_dispatcher) == seen(cast.district_officer) == {str(mine.id), str(theirs.id)}
    assert seen(cast.other_community_worker) == seen(cast.outsider) == {str(theirs.id)}
    assert seen(cast.manager) == seen(cast.neighbour) == seen(cast.auditor) == set()
    row = client_for(cast.dispatcher).get("/emergency/incidents").json()["items"][0]
    assert (row["person"]["name"], row["community_name"]) == ("王奶奶", "演示社区")
    assert client_for(cast.dispatcher).get("/emergency/incidents?state=party").status_code == 422


def test_the_board_costs_the_same_queries_for_one_and_for_many(
    cast: Cast, client_for, django_assert_max_num_queries
) -> None:
    for member in (cast.wang, cast.neighbour, cast.pending):
        raise_alarm(member)
    cast.district_dispatcher.token()
    with django_assert_max_num_queries(20):
        assert len(client_for(cast.district_dispatcher).get("/emergency/incidents").json()["items"]) == 3


def test_the_registry_is_for_the_desks(cast: Cast, client_for) -> None:
    from tests.emergency.builders import make_device

    make_device(cast)
    assert [d["serial"] for d in client_for(cast.dispatcher).get("/emergency/devices").json()["items"]] == ["BTN-1"]
    assert client_for(cast.wang).get("/emergency/devices").status_code == 403
    assert client_for(cast.manager).get("/emergency/devices").status_code == 403


@pytest.mark.parametrize(("kind", "urgency"), [("sos", "emergency"), ("technical", "normal")])
def test_what_is_said_about_a_call_for_help_waits_for_no_quiet_hours(cast: Cast, kind: str, urgency: str) -> None:
    incident = raise_alarm(cast.wang)
    Incident.objects.filter(id=incident.id).update(kind=kind)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    actions.hand_off(cast.dispatcher.actor, incident_id=incident.id, to=cast.second_dispatcher.id)
    told = Notice.objects.filter(topic__in=["incident.acknowledged", "incident.handed_to_you"])
    assert {(one.person_id, one.topic, one.urgency) for one in told} == {
        (cast.wang.id, "incident.acknowledged", urgency),
        (cast.second_dispatcher.id, "incident.handed_to_you", urgency),
    }
