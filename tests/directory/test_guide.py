"""The guide of public services as data, and life events as checklists of a person's own."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from backend.core import subjects
from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.errors import Forbidden, Invalid
from backend.core.verb import verb
from backend.directory import checklists, guide
from backend.directory.models import Checklist, ChecklistStep, GuideItem
from backend.people import delegations
from backend.people.actor import Actor
from fixtures.details import GUIDE
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db
TOLD = json.loads(GUIDE.read_text(encoding="utf-8"))
SYSTEM = Actor.system("test")


def keep(told: dict[str, Any] = TOLD) -> dict[str, int]:
    plain = copy.deepcopy(told)
    for matter in plain["matters"]:
        matter["service"] = ""
    return guide.keep(SYSTEM, matters=plain["matters"], life=plain["life"], source="demo")


@pytest.fixture
def kept(db: None) -> None:
    keep()


def test_a_matter_says_what_to_bring_where_when_and_how_in_both_languages(kept: None) -> None:
    chinese = Http().get("/guide/elder-card").json()
    english = Http().get("/guide/elder-card", headers={"Accept-Language": "en"}).json()
    for body in (chinese, english):
        assert all(
            body[name] for name in ("eligibility", "documents", "steps", "window", "hours", "fee", "official_url")
        )
    assert len(chinese["documents"]) == len(english["documents"]) == 2
    assert (chinese["documents"][0], english["documents"][0]) == ("居民身份证", "Identity card")
    assert Http().get("/guide/nothing").status_code == 404


def test_social_assistance_has_its_own_part(kept: None) -> None:
    assistance = {item["code"] for item in Http().get("/guide?assistance=true").json()["items"]}
    rest = {item["code"] for item in Http().get("/guide?assistance=false").json()["items"]}
    assert {"subsistence", "temporary-relief", "medical-relief"} <= assistance
    assert assistance & rest == set()
    assert len(assistance | rest) == len(TOLD["matters"])
    assert {item["category"] for item in Http().get("/guide?category=police").json()["items"]} == {"police"}


def test_the_guide_can_be_kept_again_and_what_is_gone_is_retired(kept: None) -> None:
    before = dict(GuideItem.objects.values_list("code", "id"))
    keep()
    assert dict(GuideItem.objects.values_list("code", "id")) == before
    fewer = copy.deepcopy(TOLD)
    fewer["matters"] = [matter for matter in fewer["matters"] if matter["code"] != "legal-aid"]
    fewer["life"][-1]["steps"].pop()
    keep(fewer)
    assert Http().get("/guide/legal-aid").status_code == 404
    last = Http().get("/life-events").json()["items"][-1]
    assert "legal" not in {step["code"] for step in last["steps"]}


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (lambda told: told["matters"][0].update(category="magic"), "/matters/0/category"),
        (lambda told: told["matters"][1].update(division="999"), "/matters/1/division"),
        (lambda told: told["matters"][2]["documents"].pop(), "/matters/2/documents"),
        (lambda told: told["life"][0]["steps"][1].update(matter="nothing"), "/life/0/steps/1/matter"),
    ],
    ids=["category", "division", "one language only", "matter"],
)
def test_what_cannot_be_is_refused_whole(spoil: Any, pointer: str) -> None:
    told = copy.deepcopy(TOLD)
    spoil(told)
    with pytest.raises(Invalid) as wrong:
        keep(told)
    assert [error.pointer for error in wrong.value.errors] == [pointer]
    assert GuideItem.objects.count() == 0


def test_only_who_imports_keeps_the_guide(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        guide.keep(cast.community_worker.actor, matters=[], life=[], source="demo")


def test_a_life_event_opens_a_checklist_with_progress(kept: None, cast: Cast) -> None:
    mine = Http(cast.wang)
    opened = mine.post("/me/checklists", {"event": "retirement"})
    assert opened.status_code == 201
    body = opened.json()
    assert (body["event"], body["done"], body["total"]) == ("retirement", 0, 5)
    step = body["steps"][0]
    assert step["guide"] == "retirement"
    ticked = mine.post(f"/me/checklists/{body['id']}/steps/{step['id']}", {"done": True}).json()
    assert (ticked["done"], ticked["steps"][0]["done_at"] is not None) == (1, True)
    again = mine.post("/me/checklists", {"event": "retirement"})
    assert (again.status_code, again.json()["id"], again.json()["done"]) == (200, body["id"], 1)
    assert mine.post(f"/me/checklists/{body['id']}/steps/{step['id']}", {"done": False}).json()["done"] == 0
    assert mine.post("/me/checklists", {"event": "winning"}).status_code == 422


def test_an_archived_list_is_kept_and_not_ticked_any_more(kept: None, cast: Cast) -> None:
    mine = Http(cast.wang)
    body = mine.post("/me/checklists", {"event": "birth"}).json()
    assert mine.post(f"/me/checklists/{body['id']}/archive").json()["archived_at"]
    assert mine.get("/me/checklists").json()["items"] == []
    assert [one["id"] for one in mine.get("/me/checklists?archived=true").json()["items"]] == [body["id"]]
    late = mine.post(f"/me/checklists/{body['id']}/steps/{body['steps'][0]['id']}", {"done": True})
    assert (late.status_code, late.json()["code"]) == (410, "checklist-archived")
    assert mine.post("/me/checklists", {"event": "birth"}).status_code == 201, "life goes on"


def test_a_booking_beside_a_step_must_be_ones_own(kept: None, cast: Cast) -> None:
    mine = Http(cast.wang)
    body = mine.post("/me/checklists", {"event": "birth"}).json()
    wrong = mine.post(f"/me/checklists/{body['id']}/steps/{body['steps'][0]['id']}", {"booking_id": body["id"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "booking-unknown")


def test_a_delegate_with_book_works_on_the_elders_list_and_both_are_named(kept: None, cast: Cast) -> None:
    until = now() + timedelta(days=30)
    delegations.give(cast.wang.actor, person_id=cast.wang.id, powers=["book"], until=until, delegate=cast.outsider.id)
    for_her = Http(cast.outsider, **{"Acting-For": str(cast.wang.id)})
    body = for_her.post("/me/checklists", {"event": "caring"}).json()
    assert Checklist.objects.get(id=body["id"]).person_id == cast.wang.id
    assert Http(cast.wang).get(f"/me/checklists/{body['id']}").status_code == 200
    assert Http(cast.outsider).get("/me/checklists").json()["items"] == []
    row = AuditRow.objects.get(event="checklist.opened")
    assert (row.actor_id, row.acting_for) == (cast.outsider.id, cast.wang.id)
    assert "caring" not in str(row.data)


def test_checklists_are_given_out_and_erased_with_the_person(kept: None, cast: Cast) -> None:
    checklists.open(cast.wang.actor, event="disability")
    checklists.open(cast.neighbour.actor, event="disability")
    told = subjects.exported(cast.wang.id, "directory.checklists")
    assert len(told["checklists.json"]) == 1
    assert len(told["checklist_steps.json"]) == 5

    @verb("test.erase", audited=False)
    def erase(actor: Actor) -> None:
        subjects.erase_rows(cast.wang.id, "directory.checklists")

    erase(SYSTEM)
    assert not ChecklistStep.objects.filter(person_id=cast.wang.id).exists()
    assert Checklist.objects.count() == 1
