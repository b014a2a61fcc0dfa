"""A ticket's whole way over HTTP: report with a photo → assign → start → pause → resolve → verify → close."""

from datetime import datetime, timedelta
from uuid import uuid4

from notifications.notice import Notice
from notifications.streams import StreamEvent
from tests.tickets.drawn import tagged


def test_a_report_goes_from_wang_to_the_company_and_back_to_her(cast, client_for, moved_clock):
    wang, manager, technician = client_for(cast.wang), client_for(cast.manager), client_for(cast.technician)
    photo = wang.post("/photos", data={"file": tagged(6)}).json()
    assert (photo["width"], photo["height"]) == (300, 400)

    body = {"id": str(uuid4()), "category": "home-water", "text": "厨房水管漏水", "photo_ids": [photo["id"]]}
    reported = wang.post("/tickets", body)
    assert reported.status_code == 201, reported.content
    ticket = reported.json()
    assert ticket["number"].startswith("CY-")
    assert ticket["route"] == {"kind": "company", "id": str(cast.company.id), "name": "演示物业公司"}
    assert ticket["home_id"] == str(cast.home.id)
    assert [p["id"] for p in ticket["photos"]] == [photo["id"]]
    promised = datetime.fromisoformat(ticket["deadline"]) - datetime.fromisoformat(ticket["created_at"])
    assert abs(promised - timedelta(hours=24)) < timedelta(seconds=5)
    repeated = wang.post("/tickets", body)
    assert (repeated.status_code, repeated.json()["number"]) == (200, ticket["number"])

    at = f"/tickets/{ticket['id']}"
    assert [t["id"] for t in manager.get("/tickets?state=open").json()["items"]] == [ticket["id"]]
    assert technician.get(photo["thumb_url"]).status_code == 200

    def step(who, name, body=None):
        answer = who.post(f"{at}/{name}", body)
        assert answer.status_code == 200, answer.content
        return answer.json()

    step(manager, "accept")
    assigned = step(manager, "assign", {"assignee_id": str(cast.technician.id)})
    assert assigned["assignee"]["id"] == str(cast.technician.id)
    assert step(technician, "start")["state"] == "in_progress"
    paused = step(technician, "pause", {"reason": "waiting_for_parts", "note": "明天到货"})
    assert paused["paused"]["reason"] == "waiting_for_parts"
    with moved_clock(timedelta(hours=30)):
        assert paused["deadline"] == wang.get(at).json()["deadline"]
        assert wang.get(at).json()["overdue"] is False
        resumed = step(technician, "resume")
        shifted = datetime.fromisoformat(resumed["deadline"]) - datetime.fromisoformat(ticket["deadline"])
        assert abs(shifted - timedelta(hours=30)) < timedelta(seconds=10)

        after = technician.post("/photos", data={"file": tagged()}).json()
        resolved = step(technician, "resolve", {"note": "换了水龙头", "photo_ids": [after["id"]]})
        assert [p["moment"] for p in resolved["photos"]] == ["before", "after"]
        assert wang.get(at).json()["steps"] == ["verify", "reopen"]
        step(wang, "verify")
        assert step(wang, "rating", {"stars": 5})["rating"] == 5
        assert step(wang, "close")["state"] == "closed"

        told = wang.get(f"{at}/timeline").json()["items"]
        assert [m["event"] for m in told if m["kind"] == "event"] == [
            "ticket.reported",
            "ticket.accepted",
            "ticket.assigned",
            "ticket.started",
            "ticket.paused",
            "ticket.resumed",
            "ticket.resolved",
            "ticket.verified",
            "ticket.rated",
            "ticket.closed",
        ]
        assert {m["text"] for m in told if m["kind"] == "comment"} == {"明天到货", "换了水龙头"}
        assert "ticket.resolved" in Notice.objects.filter(person_id=cast.wang.id).values_list("topic", flat=True)
        assert "ticket.yours" in Notice.objects.filter(person_id=cast.technician.id).values_list("topic", flat=True)
        for channel in (f"person:{cast.wang.id}", f"board:{cast.community.id}"):
            events = StreamEvent.objects.filter(channel=channel).values_list("event", flat=True)
            assert {"ticket.reported", "ticket.resolved", "ticket.closed"} <= set(events)
